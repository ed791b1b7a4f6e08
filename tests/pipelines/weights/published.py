"""What a fine-tune's folder looks like, made without torch; the weights are zeros."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SIZE = 51_865
LAYER = "model.encoder.layers.0.self_attn.q_proj"


def safetensors(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """A file of zeros: eight bytes of length, the head as JSON, the numbers."""
    head, end = {}, 0
    for name, shape in shapes.items():
        size = 4 * math.prod(shape)
        head[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [end, end + size]}
        end += size
    text = json.dumps({"__metadata__": {"format": "pt"}, **head}).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(end))


def whisper(folder: Path, width: int = 8, **about: Any) -> Path:
    """A whole checkpoint for transformers; `about` goes into its generation_config.json."""
    folder.mkdir(parents=True)
    config = {"model_type": "whisper", "architectures": ["WhisperForConditionalGeneration"]}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "generation_config.json").write_text(json.dumps(about))
    (folder / "tokenizer.json").write_text("{}")
    shapes = {f"{LAYER}.weight": (width, width), "model.decoder.embed_tokens.weight": (64, width)}
    safetensors(folder / "model.safetensors", shapes)
    return folder


def adapter(folder: Path, width: int = 8, **about: object) -> Path:
    """A LoRA adapter to it; `about` goes into its adapter_config.json."""
    folder.mkdir(parents=True)
    config = {"peft_type": "LORA", "base_model_name_or_path": "openai/whisper-tiny", **about}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    name = f"base_model.model.{LAYER}.lora_"
    shapes = {f"{name}A.weight": (2, width), f"{name}B.weight": (width, 2)}
    safetensors(folder / "adapter_model.safetensors", shapes)
    return folder
