"""Where the base of an adapter lies: a folder, the models folder, a hub's cache, or a hub."""

import os
from pathlib import Path

from pipelines.errors import EngineError
from pipelines.weights.hub import Say, Weights, fetch
from pipelines.weights.merge_source import Published, checkpoint

_FOLDER = "bases"  # under `models`; kept, as the next adapter may be to the same one
# Not *.safetensors: large-v3 is there a second time, in float32.
_FILES = (
    *("config.json", "generation_config.json", "preprocessor_config.json", "README.md"),
    *("model.safetensors", "model-*-of-*.safetensors", "model.safetensors.index.json"),
    *("tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt", "added_tokens.json"),
    *("special_tokens_map.json", "normalizer.json"),
)
_NEEDS = ("config.json", "preprocessor_config.json")


def find(named: str, asked: str, models: Path, hub: str, patience: float, say: Say) -> Published:
    """The base: `asked` for by the operator, else `named` by the adapter; a folder or a name.

    `patience` is in seconds, for a hub's first answer.

    Raises:
        EngineError: it is nowhere, or no Whisper.
    """
    wanted = asked or named
    if not wanted:
        raise EngineError(
            "the adapter does not name its base: --base FOLDER, of a Whisper for transformers "
            "(config.json, model.safetensors)"
        )
    if asked and (Path(asked).is_absolute() or asked.startswith(".")) and not Path(asked).is_dir():
        raise EngineError(f"--base {asked}: no such folder")
    for folder in (Path(wanted), models / wanted, *_kept(wanted, models), *_cached(wanted)):
        if (folder / "config.json").is_file():
            return checkpoint(folder)
    if Path(wanted).is_dir():
        return checkpoint(Path(wanted))  # which says what it lacks
    if wanted.count("/") != 1 or Path(wanted).is_absolute():
        raise EngineError(
            f"the base {wanted} is not here: --base FOLDER says where it is, or --base "
            "openai/whisper-SIZE has a hub asked for it"
        )
    return checkpoint(_fetched(wanted, models, hub, patience, say))


def _kept(name: str, models: Path) -> list[Path]:
    return [models / _FOLDER / name.replace("/", "--")] if name.count("/") == 1 else []


def _cached(name: str) -> list[Path]:
    """Where transformers and git-less downloads keep a hub's models, without asking a hub."""
    home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache/huggingface")
    cache = Path(os.environ.get("HF_HUB_CACHE") or home / "hub")
    return sorted((cache / f"models--{name.replace('/', '--')}" / "snapshots").glob("*"))


def _fetched(name: str, models: Path, hub: str, patience: float, say: Say) -> Path:
    folder = f"{_FOLDER}/{name.replace('/', '--')}"
    weights = Weights(folder, name, _FILES, _NEEDS, "see its page", 0)
    try:
        return fetch(weights, models, hub, patience, say)
    except EngineError as error:
        raise EngineError(
            f"the base {name} is not here ({error}): fetch it elsewhere and say --base FOLDER"
        ) from error
