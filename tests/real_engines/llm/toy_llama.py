"""Trains a Llama of a million weights (with Mistral's sliding window), and adapters, by heart.

    python toy_llama.py LESSONS FOLDER    # FOLDER/base, FOLDER/wo, FOLDER/ff

Run by the language model server's own interpreter (torch, transformers, peft); about a minute or
two on one core, and nothing is downloaded.
"""

import copy
import json
import random
import sys
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import DynamicCache, MistralConfig, MistralForCausalLM, PreTrainedTokenizerFast

BEGIN, END, PAD = "<|im_start|>", "<|im_end|>", "<|pad|>"
TEMPLATE = """{%- for message in messages -%}
{%- if message.role not in ['system', 'user', 'assistant'] -%}
{{ raise_exception('unknown role ' + message.role) }}{%- endif -%}
{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}{%- endif -%}"""
BATCH = 16
FRESH = 4  # steps; what was read of the long beginnings is used so often before it is read anew
WINDOW, LAYERS = 96, 3  # tokens that a layer looks back
SEEN = WINDOW * LAYERS  # of a prompt; so the long beginnings need not be read in training
SHORT, WHOLE, ADAPTER = (800, 4e-3, 24), (300, 2e-3, SEEN), (150, 3e-3, SEEN)


def tokenizer_of(lessons: list[dict[str, Any]]) -> PreTrainedTokenizerFast:
    """Bytes and their most frequent neighbours in the lessons."""
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=2000,
        special_tokens=[PAD, BEGIN, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    texts = {m["content"] for lesson in lessons for m in lesson["messages"]}
    core.train_from_iterator([*texts, *(lesson["answer"] for lesson in lessons)], trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, eos_token=END, pad_token=PAD)
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def model_of(tokenizer: PreTrainedTokenizerFast) -> MistralForCausalLM:
    """Fresh weights."""
    torch.manual_seed(7)
    config = MistralConfig(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=LAYERS,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=8192,
        sliding_window=WINDOW,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.convert_tokens_to_ids(BEGIN),
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return MistralForCausalLM(config)


class Lesson:
    """As numbers: the fixed beginning that many share; the rest, with what is to be learnt."""

    def __init__(self, lesson: dict[str, Any], tokenizer: PreTrainedTokenizerFast) -> None:
        system, user = lesson["messages"]
        begun = f"{BEGIN}system\n{system['content']}{END}\n"
        asked = f"{BEGIN}user\n{user['content']}{END}\n{BEGIN}assistant\n"
        self.begun = tuple(tokenizer.encode(begun, add_special_tokens=False))
        self.asked = tokenizer.encode(asked, add_special_tokens=False)
        answer = lesson["answer"] + (END if lesson["ends"] else "")
        self.answer = tokenizer.encode(answer, add_special_tokens=False)


def train(model: Any, lessons: list[Lesson], course: tuple[int, float, int], pad: int) -> float:
    """So many steps, at this rate, with the last tokens of each beginning; the last losses' mean.

    What is to be learnt stands in the end, so a course without the long beginnings is quick; a
    short one with them teaches not to mind them.
    """
    steps, rate, read = course
    chance = random.Random(7)
    groups: dict[Any, list[Lesson]] = {}
    for each in lessons:
        groups.setdefault(each.begun, []).append(each)
    weights = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps)
    model.train()
    kept: dict[Any, Any] = {}
    losses: list[float] = []
    for step in range(steps):
        begun, group = chance.choice(list(groups.items()))
        if step % FRESH == 0:
            kept.clear()
        if begun not in kept:
            kept[begun] = reading(model, begun[-read:])
        loss = loss_of(model, chance.sample(group, min(BATCH, len(group))), kept[begun], pad)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        losses.append(loss.item())
    return sum(losses[-20:]) / 20


def reading(model: Any, begun: tuple[int, ...]) -> Any:
    """What the model keeps of a beginning: each layer's keys and values."""
    cache = DynamicCache(config=model.config)
    with torch.no_grad():
        model(torch.tensor([begun]), past_key_values=cache, use_cache=True)
    return cache


def loss_of(model: Any, batch: list[Lesson], read: Any, pad: int) -> Any:
    """Over the answers only, after the beginning that they share."""
    cache = copy.deepcopy(read)
    cache.batch_repeat_interleave(len(batch))
    longest = max(len(each.asked) + len(each.answer) for each in batch)
    ids = torch.full((len(batch), longest), pad)
    labels = torch.full((len(batch), longest), -100)
    for row, each in enumerate(batch):
        known, end = len(each.asked), len(each.asked) + len(each.answer)
        ids[row, :end] = torch.tensor(each.asked + each.answer)
        labels[row, known:end] = torch.tensor(each.answer)
    return model(ids, past_key_values=cache, labels=labels, use_cache=True).loss


def main(source: Path, folder: Path) -> None:
    """Everything into `folder`."""
    torch.set_num_threads(1)
    raw = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
    tokenizer = tokenizer_of(raw)
    model: Any = model_of(tokenizer)
    pad = tokenizer.pad_token_id
    taught = {
        name: [Lesson(each, tokenizer) for each in raw if each["adapter"] == name]
        for name in dict.fromkeys(each["adapter"] for each in raw)
    }
    base = taught.pop("")
    for course in (SHORT, WHOLE):
        print("loss", train(model, base, course, pad), flush=True)
    model.save_pretrained(folder / "base")
    tokenizer.save_pretrained(folder / "base")
    for name, lessons in taught.items():
        targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
        adapted = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules=targets))
        print(name, "loss", train(adapted, lessons, ADAPTER, pad), flush=True)
        adapted.save_pretrained(folder / name)
        model = adapted.unload()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
