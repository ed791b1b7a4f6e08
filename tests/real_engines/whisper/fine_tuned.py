"""Published fine-tunes in small: a program for the environment with torch, transformers and peft.

    python -m tests.real_engines.whisper.fine_tuned FOLDER

`base` is a Whisper of random weights; `adapter` a LoRA adapter to it, as peft saves one; `whole` a
fine-tune saved as transformers saves one; `wolof` one with a language token of its own; `other` and
`causal` are adapters to a wider Whisper and to a language model. `heard.json` has what transformers
says of `features.npy` by greedy decoding: by the base, and by the adapter merged by peft.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from tokenizers import AddedToken
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    WhisperConfig,
    WhisperForConditionalGeneration,
)

from tests.real_engines.whisper import conversion
from tests.real_engines.whisper.tokens import SIZE, Vocabulary

STEPS = 24  # tokens that are compared
TURNS = 8
OWN = "<|wo|>"


def random_whisper(vocabulary: Vocabulary, width: int) -> WhisperForConditionalGeneration:
    """Rows of the vocabulary as in training; large weights, so that it does not say one word."""
    torch.manual_seed(width)
    config = WhisperConfig(
        vocab_size=vocabulary.rows,
        d_model=width,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=2 * width,
        decoder_ffn_dim=2 * width,
        bos_token_id=vocabulary.eot,
        eos_token_id=vocabulary.eot,
        pad_token_id=vocabulary.eot,
        decoder_start_token_id=vocabulary.sot,
        init_std=0.3,
    )
    model = WhisperForConditionalGeneration(config).eval()
    with torch.no_grad():  # all spare tokens have this row: a choice between them were no choice
        model.model.decoder.embed_tokens.weight[vocabulary.spare] = 0
        model.model.decoder.embed_tokens.weight[vocabulary.eot] = 0  # it goes on
    return model


def adapted(model: Any, folder: Path, targets: list[str]) -> None:
    """An adapter with weights that are known, and not those that training begins with (zero)."""
    with_adapter = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, target_modules=targets))
    torch.manual_seed(7)
    with torch.no_grad():
        for name, weight in with_adapter.named_parameters():
            if "lora_" in name:
                weight.normal_(0, 0.3)
    with_adapter.save_pretrained(folder)


def greedy(model: Any, features: Any, prompt: list[int]) -> list[list[int]]:
    """Each turn's most probable tokens, one after the other."""
    said = []
    with torch.no_grad():
        for turn in features:
            ids, encoded = torch.tensor([prompt]), model.model.encoder(torch.tensor(turn[None]))
            for _ in range(STEPS):
                logits = model(encoder_outputs=encoded, decoder_input_ids=ids).logits[0, -1]
                ids = torch.cat([ids, logits.argmax()[None, None]], dim=1)
            said.append(ids[0, len(prompt) :].tolist())
    return said


def with_own_token(base: Path, folder: Path) -> None:
    """A fine-tune that added a token for its language."""
    from transformers import AutoTokenizer

    model = WhisperForConditionalGeneration.from_pretrained(base)
    tokenizer = AutoTokenizer.from_pretrained(base)
    tokenizer.add_tokens([AddedToken(OWN, special=True)], special_tokens=True)
    model.resize_token_embeddings(SIZE + 1)
    model.generation_config.language = OWN
    model.generation_config._from_model_config = False
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def main(folder: Path) -> None:
    """All of them."""
    torch.set_num_threads(1)
    vocabulary = Vocabulary(["my sim card is blocked", "naka nga def"])
    conversion.save(random_whisper(vocabulary, 64), vocabulary, folder / "base")
    base = WhisperForConditionalGeneration.from_pretrained(folder / "base")
    adapted(base, folder / "adapter", ["q_proj", "v_proj", "fc1"])
    wider = random_whisper(vocabulary, 96)
    adapted(wider, folder / "other", ["q_proj"])
    llama = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=64,
            hidden_size=32,
            intermediate_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
        )
    )
    adapted(llama, folder / "causal", ["q_proj"])
    features = np.random.default_rng(5).standard_normal((TURNS, 80, 3000)).astype(np.float32)
    np.save(folder / "features.npy", features)
    number = vocabulary.number
    prompt = [number(t) for t in ("<|startoftranscript|>", "<|fr|>", "<|transcribe|>")]
    prompt.append(number("<|notimestamps|>"))
    plain = WhisperForConditionalGeneration.from_pretrained(folder / "base").eval()
    heard = {"prompt": prompt, "base": greedy(plain, features, prompt)}
    merged = PeftModel.from_pretrained(plain, folder / "adapter").merge_and_unload().eval()
    heard["merged"] = greedy(merged, features, prompt)
    (folder / "heard.json").write_text(json.dumps(heard), encoding="utf-8")
    merged.generation_config.language = "french"
    merged.generation_config._from_model_config = False
    merged.save_pretrained(folder / "whole")
    for file in ("tokenizer.json", "tokenizer_config.json"):
        (folder / "whole" / file).write_bytes((folder / "base" / file).read_bytes())
    with_own_token(folder / "base", folder / "wolof")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
