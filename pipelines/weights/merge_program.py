"""A program: a Whisper for transformers, with or without an adapter, becomes one for CTranslate2.

It runs in an interpreter of its own, with torch, transformers, peft and ctranslate2, so it imports
nothing of ours. Its one argument is JSON; its last line of output is, too:

    {"base": folder, "adapter": folder or "", "tokenizer": folder, "rows": tokens or 0,
     "out": folder, "compute": "int8" | "int8_float16" | "float16" | "float32", "token": "fr"}
    {"layers": merged, "change": root mean square that merging added, "tokens": of the vocabulary}

or {"error": why}. Weights are read from safetensors only, and nobody is asked for any.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

_FEATURES = {  # as Whisper computes them; faster-whisper takes 80 bands where none are stated
    "feature_extractor_type": "WhisperFeatureExtractor",
    "processor_class": "WhisperProcessor",
    "sampling_rate": 16000,
    "hop_length": 160,
    "chunk_length": 30,
    "n_fft": 400,
    "n_samples": 480000,
    "nb_max_frames": 3000,
    "padding_side": "right",
    "padding_value": 0.0,
    "return_attention_mask": False,
}


class RefusedError(Exception):
    """It cannot be merged: says why, and what to do."""


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Merge and convert; what was done."""
    import torch
    from transformers import AutoTokenizer, WhisperForConditionalGeneration

    # In float32: in float16 what an adapter adds would be rounded with each weight.
    model = WhisperForConditionalGeneration.from_pretrained(
        job["base"], use_safetensors=True, local_files_only=True, dtype=torch.float32
    )
    tokenizer = AutoTokenizer.from_pretrained(job["tokenizer"], local_files_only=True)
    if job["rows"] and job["rows"] != model.config.vocab_size:  # the adapter came with more tokens
        model.resize_token_embeddings(job["rows"])
        model.config.vocab_size = job["rows"]
    layers, change = 0, 0.0
    if job["adapter"]:
        model, layers, change = _merge(model, job["adapter"])
    _settle(model, tokenizer, job["token"])
    out = Path(job["out"])
    _convert(model, tokenizer, job["base"], out, job["compute"])
    _write_beside(tokenizer, Path(job["tokenizer"]), Path(job["base"]), model.config, out)
    return {"layers": layers, "change": change, "tokens": model.config.vocab_size}


def _merge(model: Any, adapter: str) -> tuple[Any, int, float]:
    """The model with the adapter in its weights, how many of them it changed, and how much."""
    from peft import PeftModel

    loaded = PeftModel.from_pretrained(model, adapter, local_files_only=True)
    changed, square, count = 0, 0.0, 0
    for layer in loaded.modules():
        if hasattr(layer, "modules_to_save") and hasattr(layer, "original_module"):
            changed += 1  # trained as a whole, and put in the other's place
        elif hasattr(layer, "get_delta_weight"):
            for name in layer.active_adapters:
                added = layer.get_delta_weight(name).detach().double()
                changed += bool(added.any())
                square += float((added**2).sum())
                count += added.numel()
    if not changed:
        raise RefusedError(
            f"the adapter in {adapter} changes nothing: its weights are zero, or none of its "
            "layers has a name that the base has; is it the last checkpoint of its training?"
        )
    merged = loaded.merge_and_unload(safe_merge=True)  # safe: refuses what is no number
    return merged, changed, math.sqrt(square / count) if count else 0.0


def _settle(model: Any, tokenizer: Any, token: str) -> None:
    """What CTranslate2 asks of generation settings, where a fine-tune lost them."""
    from transformers.models.whisper.tokenization_whisper import LANGUAGES

    settings = model.generation_config
    known = tokenizer.get_vocab()
    codes = [*LANGUAGES, *([token] if token not in LANGUAGES else [])]
    named = {f"<|{code}|>": known.get(f"<|{code}|>") for code in codes}
    if token and named[f"<|{token}|>"] is None:
        raise RefusedError(
            f"its vocabulary has no language token <|{token}|>: name with --token the one that it "
            "was trained with"
        )
    # Without these CTranslate2 has no language to detect, and fails where it is asked to.
    found = {name: number for name, number in named.items() if number is not None}
    settings.lang_to_id = {**(getattr(settings, "lang_to_id", None) or {}), **found}
    for name in ("suppress_tokens", "begin_suppress_tokens"):
        if getattr(settings, name, None) is None:
            setattr(settings, name, getattr(model.config, name, None) or [])


def _convert(model: Any, tokenizer: Any, base: str, out: Path, compute: str) -> None:
    from ctranslate2.converters import TransformersConverter

    class Given(TransformersConverter):  # type: ignore[misc]
        """The converter, of the model in memory: a merged one on disk would be half of it more."""

        def load_model(self, *_: Any, **__: Any) -> Any:
            return model

        def load_tokenizer(self, *_: Any, **__: Any) -> Any:
            return tokenizer

    Given(base).convert(str(out), quantization=compute, force=True)


def _write_beside(tokenizer: Any, its: Path, base: Path, config: Any, out: Path) -> None:
    """tokenizer.json and preprocessor_config.json, which faster-whisper reads."""
    if (its / "tokenizer.json").is_file():
        (out / "tokenizer.json").write_bytes((its / "tokenizer.json").read_bytes())
    else:  # an older fine-tune has vocab.json and merges.txt
        tokenizer.backend_tokenizer.save(str(out / "tokenizer.json"))
    place = out / "preprocessor_config.json"
    if (base / "preprocessor_config.json").is_file():
        place.write_bytes((base / "preprocessor_config.json").read_bytes())
    else:
        features = {**_FEATURES, "feature_size": config.num_mel_bins}
        place.write_text(json.dumps(features, indent=2), encoding="utf-8")


def main() -> int:
    """As a command."""
    try:
        done = run(json.loads(sys.argv[1]))
    except RefusedError as error:
        done = {"error": str(error)}
    except Exception as error:  # a library's: the one who asked has to hear of it
        done = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(done))
    return 1 if "error" in done else 0


if __name__ == "__main__":
    sys.exit(main())
