"""Training a small Whisper from nothing, in minutes, on two cores.

Two things make so short a training possible. The encoder also learns to name the words it hears, by
connectionist temporal classification (Graves et al., 2006), with a layer that is thrown away
afterwards. And where it is known when a word was said, the encoder learns to name it just then, and
the heads of the last decoder layer are told to look there (guided attention, Tachibana et al.,
2017), which also makes them the alignment heads.

Windows are as long as the audio and a margin, now and then Whisper's 30 s.
"""

import math
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from transformers import WhisperConfig, WhisperForConditionalGeneration
from transformers.modeling_outputs import BaseModelOutput

from tests.real_engines.whisper.batches import IGNORED, WINDOW, Batch, Sample, batch, batches
from tests.real_engines.whisper.muon import Muon
from tests.real_engines.whisper.recipe import Recipe
from tests.real_engines.whisper.tokens import Vocabulary

_TELL_EVERY = 50  # steps
_DISTANCES = (-9, -3, 3, 9)  # positions of 20 ms, from where a head is to where it first looks
_SHARPNESS = 1.5


def new_model(recipe: Recipe, vocabulary: Vocabulary) -> WhisperForConditionalGeneration:
    """Random weights in Whisper's shape."""
    return WhisperForConditionalGeneration(
        WhisperConfig(
            vocab_size=vocabulary.rows,
            d_model=recipe.width,
            encoder_layers=recipe.encoder_layers,
            decoder_layers=recipe.decoder_layers,
            encoder_attention_heads=recipe.heads,
            decoder_attention_heads=recipe.heads,
            encoder_ffn_dim=4 * recipe.width,
            decoder_ffn_dim=4 * recipe.width,
            init_std=1 / math.sqrt(recipe.width),  # Whisper's own 0.02 is for widths it has
            dropout=0.0,
            bos_token_id=vocabulary.eot,
            eos_token_id=vocabulary.eot,
            pad_token_id=vocabulary.eot,
            decoder_start_token_id=vocabulary.sot,
            suppress_tokens=None,
            begin_suppress_tokens=None,
            attn_implementation="eager",  # guided attention needs to see the weights
        )
    )


def train(
    corpus: Sequence[Sample],
    vocabulary: Vocabulary,
    recipe: Recipe,
    minutes: float | None,
    tell: Callable[[str], None],
) -> tuple[WhisperForConditionalGeneration, int]:
    """A model after `recipe.steps` steps, or after `minutes` if that is sooner; and its steps.

    Without `minutes` the same recipe gives the same model on the same machine.
    """
    torch.manual_seed(recipe.seed)
    chance = np.random.default_rng(recipe.seed)
    model = new_model(recipe, vocabulary).train()
    _look_near(model)
    namer = nn.Linear(recipe.width, vocabulary.spare + 1)  # 0 is no word
    with torch.no_grad():
        namer.bias[0] += 6  # most of the time nobody says a new word
    named = [(name, w) for name, w in model.named_parameters() if w.requires_grad]
    matrices = [weight for name, weight in named if _is_matrix(name, weight)]
    others = [weight for name, weight in named if not _is_matrix(name, weight)]
    others += namer.parameters()
    muon = Muon(matrices)
    adam = torch.optim.AdamW(others, betas=(0.9, 0.98), weight_decay=0.01)
    first = [sample for sample in corpus if sample.mel.shape[1] <= recipe.short]
    easy = batches(first, vocabulary, chance, recipe.rows)
    supply = batches(corpus, vocabulary, chance, recipe.rows)
    told = np.zeros(3)
    done = 0
    begun = time.monotonic()
    for step in range(recipe.steps):
        spent = (time.monotonic() - begun) / (60 * minutes) if minutes else 0.0
        progress = max(step / recipe.steps, spent)
        if progress >= 1:
            break
        rate = recipe.peak * _rate(progress, recipe.warm_up)
        if progress < recipe.easy:
            given = next(easy)
        elif step % recipe.long_every == 0:
            rows = [corpus[i] for i in chance.integers(len(corpus), size=recipe.long_rows)]
            given = batch(rows, vocabulary, chance, WINDOW)
        else:
            given = next(supply)
        losses = _losses(model, namer, given, vocabulary)
        loss = losses[0] + recipe.naming * losses[1] + recipe.looking * losses[2]
        model.zero_grad()
        namer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_([*matrices, *others], 1.0)
        muon.step(rate)
        adam.param_groups[0]["lr"] = rate
        adam.step()
        done = step + 1
        told += [part.item() / _TELL_EVERY for part in losses]
        if done % _TELL_EVERY == 0:
            said = "text {:.3f}, naming {:.3f}, looking {:.3f}".format(*told)
            tell(f"step {done}, {time.monotonic() - begun:.0f} s: {said}")
            told[:] = 0
    return model.eval(), done


def _look_near(model: WhisperForConditionalGeneration) -> None:
    """Let each head of the encoder begin with looking a little before or after.

    Learning that from nothing takes long. Positions are sinusoids, and those of a later position
    are a rotation of an earlier one's: so queries are keys rotated by the distance. After Trockman
    and Kolter, "Mimetic initialization" (2023).
    """
    encoder = model.model.encoder
    width = encoder.embed_positions.weight.shape[1]
    size = width // len(_DISTANCES)  # of a head
    speeds = torch.exp(-math.log(10_000) / (width // 2 - 1) * torch.arange(width // 2))
    chosen = torch.linspace(0, 0.6 * width // 2, size // 2).round().long()  # up to some 20 s a turn
    even = torch.arange(0, size, 2)
    with torch.no_grad():
        for layer in encoder.layers:
            query = layer.self_attn.q_proj.weight.mul_(0.3)
            key = layer.self_attn.k_proj.weight.mul_(0.3)
            for head, distance in enumerate(_DISTANCES):
                rows, turn = head * size + even, distance * speeds[chosen]
                key[rows, chosen] += 1
                key[rows + 1, width // 2 + chosen] += 1
                query[rows, chosen] += turn.cos()
                query[rows, width // 2 + chosen] += turn.sin()
                query[rows + 1, chosen] -= turn.sin()
                query[rows + 1, width // 2 + chosen] += turn.cos()
            for weight in (query, key):
                weight.mul_(_SHARPNESS)


def _is_matrix(name: str, weight: Tensor) -> bool:
    return ".layers." in name and weight.ndim == 2


def encode(model: WhisperForConditionalGeneration, mel: Tensor) -> Tensor:
    """[rows, 80, frames] -> [rows, frames / 2, width]; Whisper's own takes 3000 frames only."""
    encoder = model.model.encoder
    heard = nn.functional.gelu(encoder.conv1(mel))
    heard = nn.functional.gelu(encoder.conv2(heard)).permute(0, 2, 1)
    heard = heard + encoder.embed_positions.weight[: heard.shape[1]]
    for layer in encoder.layers:
        heard = layer(heard, None)
    result: Tensor = encoder.layer_norm(heard)
    return result


def _losses(
    model: WhisperForConditionalGeneration,
    namer: nn.Module,
    given: Batch,
    vocabulary: Vocabulary,
) -> tuple[Tensor, Tensor, Tensor]:
    """Of the text, of the encoder's names for words, and of where the decoder looks."""
    heard = encode(model, torch.from_numpy(given.mel))
    answer = model(
        encoder_outputs=BaseModelOutput(last_hidden_state=heard),
        decoder_input_ids=torch.from_numpy(given.inputs),
        output_attentions=True,
        use_cache=False,
    )
    logits = answer.logits.flatten(0, 1)
    logits[:, vocabulary.spare] += vocabulary.spare_weight
    targets = torch.from_numpy(given.targets).flatten()
    text = nn.functional.cross_entropy(logits, targets, ignore_index=IGNORED)
    return (
        text,
        _naming(namer(heard), given),
        _looking(answer.cross_attentions[-1], given),
    )


def _naming(names: Tensor, given: Batch) -> Tensor:
    """`names` is [rows, positions, words and none]."""
    tokens = [token + 1 for text in given.texts for token in text]
    loss = nn.functional.ctc_loss(
        names.log_softmax(-1).transpose(0, 1),
        torch.tensor(tokens),
        torch.full((len(names),), names.shape[1]),
        torch.tensor([len(text) for text in given.texts]),
        zero_infinity=True,
    )
    if not given.aligned:
        return loss
    wanted = np.full(names.shape[:2], IGNORED)
    for row, token, first, last in given.aligned:
        wanted[row][wanted[row] == IGNORED] = 0
        wanted[row, first : last + 1] = given.targets[row, token] + 1
    known = nn.functional.cross_entropy(
        names.flatten(0, 1), torch.from_numpy(wanted).flatten(), ignore_index=IGNORED
    )
    return loss + known


def _looking(attention: Tensor, given: Batch) -> Tensor:
    """`attention` is [rows, heads, tokens, positions]."""
    if not given.aligned:
        return attention.new_zeros(())
    row, token, first, last = torch.tensor(given.aligned).T
    looks = attention[row, :, token]  # [words' tokens, heads, positions]
    position = torch.arange(attention.shape[-1])
    inside = (position >= first[:, None]) & (position <= last[:, None])
    # Evenly over the whole word, so that words begin where attention moves on.
    seen = (looks.clamp_min(1e-6).log() * inside[:, None]).sum(-1) / inside.sum(-1, keepdim=True)
    return -(seen + inside.sum(-1, keepdim=True).log()).mean()


def _rate(progress: float, warm_up: float) -> float:
    """Of the peak: up in a line, down along a cosine."""
    if progress < warm_up:
        return (progress + 1e-3) / warm_up
    return 0.5 * (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up)))
