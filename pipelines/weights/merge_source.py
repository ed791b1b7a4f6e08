"""A fine-tuned Whisper as its makers publish it, looked at before anything large is loaded.

It is an adapter (LoRA, by peft) to a base, or a whole checkpoint for transformers. What weights are
there, of what shape, is told by the head of safetensors; pickles could run code and are not opened.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from pipelines.errors import EngineError

Shapes: TypeAlias = Mapping[str, tuple[int, ...]]  # of tensors by name

ADAPTER = "adapter_config.json"
WHISPER = "WhisperForConditionalGeneration"
_LONGEST_HEAD = 100_000_000  # bytes; a large Whisper's is 200,000
_PREFIX = "base_model.model."  # of each layer's name in an adapter
_SAFE = (
    "load it where you trust it, and save it again as safetensors "
    "(model.save_pretrained(FOLDER, safe_serialization=True))"
)


@dataclass(frozen=True, slots=True)
class Published:
    """What a folder holds. `base` is the base that an adapter names, "" for a whole checkpoint."""

    folder: Path
    adapter: bool
    base: str
    shapes: Shapes

    @property
    def parameters(self) -> int:
        """Numbers in its weights."""
        return sum(math.prod(shape) for shape in self.shapes.values())


def look(folder: Path) -> Published:
    """The adapter or checkpoint in a folder.

    Raises:
        EngineError: it is none of a Whisper, or not safe to open.
    """
    if not folder.is_dir():
        raise EngineError(
            f"{folder}: no such folder; --merge takes one with {ADAPTER} or config.json"
        )
    if (folder / ADAPTER).is_file():
        return _adapter(folder)
    if [*folder.glob("adapter_model.*")]:
        raise EngineError(
            f"{folder} has an adapter's weights and no {ADAPTER}, which says how they are to be "
            "merged: fetch it from where they were published"
        )
    if (folder / "config.json").is_file():
        return checkpoint(folder)
    below = sorted(path.parent for name in (ADAPTER, "config.json") for path in folder.rglob(name))
    hint = f"; {below[0]} has one" if below else ""
    raise EngineError(f"{folder} has neither {ADAPTER} nor config.json, so it is no Whisper{hint}")


def _adapter(folder: Path) -> Published:
    about = read(folder / ADAPTER)
    base = str(about.get("base_model_name_or_path") or "")
    if not (folder / "adapter_model.safetensors").is_file():
        if [*folder.glob("adapter_model*.bin"), *folder.glob("adapter_model*.pt")]:
            raise EngineError(f"{folder} holds a pickle, which could run code when loaded: {_SAFE}")
        raise EngineError(f"{folder} has no adapter_model.safetensors: it was not fetched whole")
    kind = str(about.get("peft_type") or "LORA")
    if kind != "LORA":
        raise EngineError(f"{folder} is an adapter of the kind {kind}; LORA alone can be merged")
    shapes = shapes_of(folder / "adapter_model.safetensors")
    if about.get("task_type") == "CAUSAL_LM" or not any(map(_of_whisper, shapes)):
        raise EngineError(
            f"{folder} is an adapter of a language model ({base or 'base not named'}), not of a "
            "Whisper: vLLM serves it as it is; 'waxtaan models add' without --merge says how"
        )
    return Published(folder, True, base, shapes)


def _of_whisper(name: str) -> bool:
    return ".encoder.layers." in name or ".decoder.layers." in name


def checkpoint(folder: Path) -> Published:
    """A whole Whisper for transformers; a base is one, too.

    Raises:
        EngineError: it is none, or not safe to open.
    """
    if not (folder / "config.json").is_file():
        raise EngineError(f"{folder} has no config.json, so it is no Whisper for transformers")
    about = read(folder / "config.json")
    kinds = about.get("architectures") or [about.get("model_type") or "none that it names"]
    if about.get("model_type") != "whisper" and WHISPER not in kinds:
        raise EngineError(f"{folder} is a model of the kind {kinds[0]}, not a Whisper ({WHISPER})")
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        if [*folder.glob("pytorch_model*.bin")]:
            raise EngineError(f"{folder} holds a pickle, which could run code when loaded: {_SAFE}")
        raise EngineError(f"{folder} has no *.safetensors: it was not fetched whole")
    index = folder / "model.safetensors.index.json"
    wanted = {str(name) for name in dict(read(index).get("weight_map") or {}).values()}
    if lacking := sorted(wanted - {path.name for path in files}):
        raise EngineError(f"{folder} lacks {', '.join(lacking)}: it was not fetched whole")
    one = [path for path in files if path.name == "model.safetensors"]
    shapes = {
        name: shape
        for path in (files if wanted else one or files)
        for name, shape in shapes_of(path).items()
    }
    return Published(folder, False, "", shapes)


def shapes_of(path: Path) -> Shapes:
    """The shapes of a safetensors file's tensors, by its head.

    Raises:
        EngineError: it is none, or is cut short.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = int.from_bytes(stream.read(8), "little")
        if not 2 <= head <= min(_LONGEST_HEAD, size - 8):
            raise EngineError(
                f"{path} is no safetensors file: cut short, or only Git LFS's pointer to one "
                "(git lfs pull)"
            )
        try:
            about: dict[str, Any] = json.loads(stream.read(head))
            tensors = {name: each for name, each in about.items() if name != "__metadata__"}
            end = max((each["data_offsets"][1] for each in tensors.values()), default=0)
            found = {name: tuple(each["shape"]) for name, each in tensors.items()}
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise EngineError(f"{path} is no safetensors file: its head cannot be read") from error
    if size != 8 + head + end:
        raise EngineError(f"{path} is cut short: {size} bytes, of {8 + head + end}; fetch it again")
    return found


def require_fit(adapter: Published, base: Published) -> None:
    """Raises EngineError where the adapter was trained on a base of other shapes."""
    for name, shape in adapter.shapes.items():
        found = re.fullmatch(r"(.+)\.lora_([AB])(\.default)?\.weight", name)
        if found is None or len(shape) != 2:
            continue
        layer = found[1].removeprefix(_PREFIX)
        its = base.shapes.get(f"{layer}.weight")
        if its is None and layer.rpartition(".")[2] == "proj_out":
            continue  # tied to the embeddings, and not saved a second time
        end, side = ("input", 1) if found[2] == "A" else ("output", 0)
        there = its[side] if its and len(its) == 2 else None
        if (shape[1] if end == "input" else shape[0]) != there:
            wants = shape[1] if end == "input" else shape[0]
            has = f"has {there}" if there else "has no such layer"
            named = f" Its {ADAPTER} names {adapter.base}: --base FOLDER." if adapter.base else ""
            raise EngineError(
                f"{adapter.folder} was trained on another base: {layer} wants an {end} of {wants}, "
                f"and that of {base.folder} {has}.{named}"
            )


def rows(adapter: Published, base: Published) -> int:
    """Tokens of the vocabulary that an adapter was saved with; 0 where they are the base's."""
    for name, shape in adapter.shapes.items():
        if name.endswith("embed_tokens.weight") and len(shape) == 2:
            its = base.shapes.get("model.decoder.embed_tokens.weight")
            return 0 if its is None or its[0] == shape[0] else shape[0]
    return 0


def read(path: Path) -> dict[str, Any]:
    """A JSON object; {} where there is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
