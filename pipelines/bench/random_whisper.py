"""Whisper-shaped models with weights of one's own, made without torch and without any download.

Random weights say nothing of recognition, but they cost what real ones cost: time, memory, the way
through tokenizer, decoder and queue. The benchmarks take a shape of OpenAI's, the tests small ones.
The folder looks like one that faster-whisper converted: model.bin, config.json, vocabulary.json,
tokenizer.json, preprocessor_config.json.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from pipelines.engines.asr.whisper.guards import Guards

Array: TypeAlias = npt.NDArray[np.float32]
Weights: TypeAlias = Callable[[str, tuple[int, ...]], Array]  # a tensor's name and shape

TEXT_TOKENS = 50_257  # of OpenAI's multilingual vocabulary, before the special ones
TIMESTAMPS = 1501  # tokens of 0.02 s


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides what a Whisper costs."""

    width: int
    heads: int
    layers: int  # of the encoder, and again of the decoder
    mels: int = 80
    encoder_positions: int = 1500  # 30 s
    decoder_positions: int = 448


TINY = Shape(384, 6, 4)
BASE = Shape(512, 8, 6)
SMALL = Shape(768, 12, 12)

# What random weights say is repetitive and improbable: guards that let it pass.
CREDULOUS = Guards(
    no_speech=2,
    logprob=-99,
    compression=1e9,
    repeats=999,
    repeated_words=999,
    words_a_second=999,
    guessed_token=-1,
    believed=-1,
)


def write(
    folder: Path,
    shape: Shape,
    weights: Weights | None = None,
    *,
    words: Sequence[str] = (),
    quantization: str | None = "int8",
) -> None:
    """Make the model; random without `weights`. `words` are text tokens from id 256 on."""
    from ctranslate2.specs import whisper_spec

    tokens = vocabulary(words)
    spec = whisper_spec.WhisperSpec(shape.layers, shape.heads, shape.layers, shape.heads)
    _fill(spec, shape, weights or random_weights(), len(tokens))
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [tokens.index(" "), tokens.index("<|endoftext|>")]
    spec.config.lang_ids = [tokens.index(f"<|{code}|>") for code in _languages()]
    half = range(shape.layers // 2, shape.layers)
    spec.config.alignment_heads = [(layer, head) for layer in half for head in range(shape.heads)]
    spec.validate()
    spec.optimize(quantization=quantization)
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    _tokenizer(tokens).save(str(folder / "tokenizer.json"))
    extractor = {"feature_size": shape.mels, "sampling_rate": 16000, "hop_length": 160}
    (folder / "preprocessor_config.json").write_text(
        json.dumps({**extractor, "chunk_length": 30, "n_fft": 400})
    )


def random_weights(seed: int = 1) -> Weights:
    """Weights as a network has them before training."""
    random = np.random.default_rng(seed)

    def weight(name: str, shape: tuple[int, ...]) -> Array:
        if name.endswith("gamma"):
            return np.ones(shape, np.float32)
        if name.endswith(("beta", "bias")):
            return np.zeros(shape, np.float32)
        fan_in = int(np.prod(shape[1:]))
        return random.standard_normal(shape, np.float32) / np.float32(np.sqrt(fan_in))

    return weight


def vocabulary(words: Sequence[str] = ()) -> list[str]:
    """Every token, in OpenAI's order of ids: text, special tokens, timestamps."""
    text = [*_byte_letters(), *(f"Ġ{word}" for word in words)]
    text += [f"Ġw{n}" for n in range(TEXT_TOKENS - 1 - len(text))]
    text.append("")  # by this token CTranslate2 tells multilingual models from English ones
    return text + _special() + [f"<|{n * 0.02:.2f}|>" for n in range(TIMESTAMPS)]


def _special() -> list[str]:
    languages = [f"<|{code}|>" for code in _languages()]
    tasks = "translate transcribe startoflm startofprev nospeech notimestamps"
    return [
        "<|endoftext|>",
        "<|startoftranscript|>",
        *languages,
        *(f"<|{task}|>" for task in tasks.split()),
    ]


def _languages() -> list[str]:
    """The 99 that Whisper knew before its third edition."""
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    return [code for code in _LANGUAGE_CODES if code != "yue"]


def _byte_letters() -> list[str]:
    """The letters that byte-level tokens are written with; the space, Ġ, in its plain form too."""
    from tokenizers.pre_tokenizers import ByteLevel

    return [*sorted(ByteLevel.alphabet()), " "]


def _tokenizer(tokens: Sequence[str]) -> Any:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    text = {token: place for place, token in enumerate(tokens[:TEXT_TOKENS])}
    tokenizer = Tokenizer(models.BPE(vocab=text, merges=[], ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(x, special=True) for x in tokens[TEXT_TOKENS:]])
    return tokenizer


def _fill(spec: Any, shape: Shape, weights: Weights, vocabulary_size: int) -> None:
    width, positions = shape.width, {"encoder": shape.encoder_positions}
    encoder, decoder = spec.encoder, spec.decoder

    def linear(at: Any, name: str, rows: int, columns: int = width) -> None:
        at.weight = weights(f"{name}.weight", (rows, columns))
        at.bias = weights(f"{name}.bias", (rows,))

    def norm(at: Any, name: str) -> None:
        at.gamma, at.beta = weights(f"{name}.gamma", (width,)), weights(f"{name}.beta", (width,))

    def attention(at: Any, name: str, rows: Sequence[int]) -> None:
        norm(at.layer_norm, f"{name}.norm")
        for n, (each, size) in enumerate(zip(at.linear, (*rows, width), strict=True)):
            linear(each, f"{name}.{n}", size)

    for name, conv, channels in (
        ("conv1", encoder.conv1, shape.mels),
        ("conv2", encoder.conv2, width),
    ):
        conv.weight = weights(f"{name}.weight", (width, channels, 3))
        conv.bias = weights(f"{name}.bias", (width,))
    for name, half in (("encoder", encoder), ("decoder", decoder)):
        length = positions.get(name, shape.decoder_positions)
        half.position_encodings.encodings = weights(f"{name}.positions", (length, width))
        norm(half.layer_norm, f"{name}.norm")
        for n, layer in enumerate(half.layer):
            at = f"{name}.{n}"
            attention(layer.self_attention, f"{at}.self", (3 * width,))
            if name == "decoder":
                attention(layer.attention, f"{at}.cross", (width, 2 * width))
            norm(layer.ffn.layer_norm, f"{at}.ffn.norm")
            linear(layer.ffn.linear_0, f"{at}.ffn.in", 4 * width)
            linear(layer.ffn.linear_1, f"{at}.ffn.out", width, 4 * width)
    decoder.embeddings.weight = weights("embeddings", (vocabulary_size, width))
    decoder.projection.weight = decoder.embeddings.weight
