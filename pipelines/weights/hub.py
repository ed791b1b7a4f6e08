"""Models' weights: those that lie under `models`, and those that a hub can add to them.

A start asks a hub and nobody else outside, and only before calls are taken: name,
size and licence are said first; a download that breaks off goes on where it stopped; every file is
checked against the hub's own hash before the folder gets its name. `hub = ""` never asks anybody.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from pipelines.errors import EngineError

if TYPE_CHECKING:
    from huggingface_hub.hf_api import ModelInfo, RepoSibling

Say: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights as a hub offers them. `folder` is where they lie, under the setting `models`."""

    folder: str
    repository: str
    files: tuple[str, ...]  # patterns
    needs: tuple[str, ...]  # without these the folder is not whole
    licence: str
    megabytes: int

    def present(self, models: Path) -> Path | None:
        """The folder, if it is whole."""
        folder = models / self.folder
        return folder if all((folder / name).is_file() for name in self.needs) else None


Get: TypeAlias = Callable[[Weights], Path]  # weights that are missing; EngineError if it cannot


class UnreachableError(EngineError):
    """The hub does not answer."""


def asked_once(get: Get) -> Get:
    """The same, but a hub that did not answer is not waited for a second time."""
    silent: list[UnreachableError] = []

    def asked(weights: Weights) -> Path:
        if silent:
            raise UnreachableError(str(silent[0]))
        try:
            return get(weights)
        except UnreachableError as error:
            silent.append(error)
            raise

    return asked


def offer(weights: Weights, models: Path, hub: str, patience: float) -> Path:
    """The folder with the weights; where they are missing, an error that says whether a start would
    fetch them.

    Raises:
        EngineError: they are missing.
    """
    if folder := weights.present(models):
        return folder
    if not hub:
        raise EngineError("it is not there, and no hub is set to ask")
    _, files = _offered(weights, hub, patience)
    size = sum(file.size or 0 for file in files) / 1e6
    raise EngineError(f"the next start would fetch {size:.0f} MB from {hub}")


def fetch(weights: Weights, models: Path, hub: str, patience: float, say: Say) -> Path:
    """The folder with the weights, fetched from `hub` where they are missing.

    `patience` is in seconds, for the hub's first answer.

    Raises:
        EngineError: there is no hub, it does not answer in time or breaks off, or what it sent is
            not what it said it would send.
    """
    if folder := weights.present(models):
        return folder
    if not hub:
        raise EngineError("it is not there, and no hub is set to ask")
    about, files = _offered(weights, hub, patience)
    size = sum(file.size or 0 for file in files) / 1e6
    say(
        f"fetching {weights.repository} from {hub}: {size:.0f} MB, licence {weights.licence}, "
        f"into {models / weights.folder}"
    )
    part = models / f"{weights.folder}.part"
    for file in files:
        _download(weights, file.rfilename, about.sha, part, hub, patience)
        _check(part / file.rfilename, file)
    folder = models / weights.folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    part.rename(folder)
    return folder


def _offered(weights: Weights, hub: str, patience: float) -> "tuple[ModelInfo, list[RepoSibling]]":
    """What the hub has of these weights: files with size and hash."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")  # one protocol, with ranges and hashes
    from huggingface_hub import HfApi

    try:
        about = HfApi(endpoint=hub, token=False).model_info(
            weights.repository, files_metadata=True, timeout=patience
        )
    except Exception as error:  # whatever stands between us and the hub: it does not answer
        raise UnreachableError(
            f"{hub} did not answer within {patience:g} s ({type(error).__name__})"
        ) from error
    wanted = weights.files
    offered = about.siblings or []
    files = [f for f in offered if any(fnmatch(f.rfilename, pattern) for pattern in wanted)]
    if not files:
        raise EngineError(f"{hub} has no files {weights.files} in {weights.repository}")
    return about, files


def _download(
    weights: Weights, name: str, commit: str | None, part: Path, hub: str, patience: float
) -> None:
    from huggingface_hub import hf_hub_download

    try:
        hf_hub_download(
            weights.repository,
            name,
            revision=commit,
            local_dir=part,
            endpoint=hub,
            etag_timeout=patience,
            token=False,
        )
    except Exception as error:
        raise EngineError(
            f"fetching {name} of {weights.repository} from {hub} broke off "
            f"({type(error).__name__}); what came is in {part}, and the next start goes on from it"
        ) from error


def _check(path: Path, file: "RepoSibling") -> None:
    if file.lfs is not None:
        with path.open("rb") as stream:
            wrong = hashlib.file_digest(stream, "sha256").hexdigest() != file.lfs.sha256
    else:
        wrong = file.size is not None and path.stat().st_size != file.size
    if wrong:
        path.unlink()
        raise EngineError(f"{path} is not what the hub said it would be; it was removed: try again")
