"""Recordings as they lie on disk: what there is of each call, whoever made it.

A folder is a recording if it holds a `log.jsonl` (a call of ours, or one that was replayed) or a
`source.json` (imported from elsewhere); a log alone, as golden calls are kept, is one as well.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LOG = "log.jsonl"
TRANSCRIPT = "transcript.jsonl"
SOURCE = "source.json"
CALLER = "caller.wav"
AGENT = "agent.wav"
ANNOTATIONS = "annotations.jsonl"  # beside it, what people say of it


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call. `id` is its folder's name, or its log's; what is missing is None.

    `caller` and `agent` are mono WAVs that begin at the same moment; `log` is a call of ours as
    `agent/log.py` reads it, `transcript` what was said where there is no log, `source` where an
    imported recording came from.
    """

    id: str
    log: Path | None = None
    transcript: Path | None = None
    caller: Path | None = None
    agent: Path | None = None
    source: Path | None = None

    @property
    def path(self) -> Path:
        """Where it lies, to be told to people."""
        one = self.log or self.source
        if one is None:
            raise ValueError(f"{self.id}: neither a log nor a source")
        return one if one.name not in (LOG, SOURCE) else one.parent


def language_of(recorded: Recorded, otherwise: str) -> str:
    """What an imported recording is in, as its import was told; `otherwise` where it was not."""
    if recorded.source is None:
        return otherwise
    try:
        about = json.loads(recorded.source.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return otherwise
    told = about.get("language") if isinstance(about, dict) else None
    return told if isinstance(told, str) and told else otherwise


def find_recorded(paths: Iterable[Path]) -> list[Recorded]:
    """All recordings under these files and folders, each once, by their paths' order."""
    found: dict[Path, Recorded] = {}
    for path in paths:
        if path.is_dir():
            for marker in sorted((*path.rglob("*.jsonl"), *path.rglob(SOURCE))):
                _add(marker, found)
        else:
            _add(path, found)
    return list(found.values())


def _add(marker: Path, found: dict[Path, Recorded]) -> None:
    if marker.name in (LOG, SOURCE):
        found.setdefault(marker.parent, in_folder(marker.parent))
    elif not marker.name.endswith((TRANSCRIPT, ANNOTATIONS)):
        found.setdefault(marker, Recorded(marker.stem, log=marker))


def in_folder(folder: Path) -> Recorded:
    """The recording that a folder is."""

    def there(name: str) -> Path | None:
        path = folder / name
        return path if path.is_file() else None

    return Recorded(
        folder.name, there(LOG), there(TRANSCRIPT), there(CALLER), there(AGENT), there(SOURCE)
    )
