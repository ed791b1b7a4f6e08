"""`waxtaan export`: recordings in a form that other programs read."""

import sys
from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.cli.found import recordings
from pipelines.importing.vcon.conversation import VconError
from pipelines.importing.vcon.writer import VERSIONS, write_vcon
from pipelines.store.recorded import Recorded


def export(
    paths: list[Path], version: str, into: Path, audio: bool, zone: str, domain: str
) -> None:
    """Writes one `.vcon` a recording. Ends with 1 if any could not be; the others are written."""
    chosen = next((each for each in VERSIONS if each == version), None)
    if chosen is None:
        fail(f"--vcon {version}: {', '.join(VERSIONS)} can be written", WRONG_USAGE)
    found = recordings(paths)
    where = _zone(zone)
    into.mkdir(parents=True, exist_ok=True)
    names = _Names()
    left_out = 0
    for recorded in found:
        try:
            text = write_vcon(recorded, chosen, audio, where, domain)
        except VconError as error:
            left_out += 1
            print(f"waxtaan: {recorded.path}: left out: {error}", file=sys.stderr)
            continue
        path = into / names.of(recorded)
        part = path.with_suffix(".part")
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    without = f", {left_out} left out" if left_out else ""
    print(f"{len(found) - left_out} recordings written into {into}{without}")
    if left_out:
        raise SystemExit(1)


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fail(f"--zone {name}: no such time zone; they are called as Africa/Dakar is", WRONG_USAGE)


class _Names:
    """File names: the recordings' ids, numbered where several have the same."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, recorded: Recorded) -> str:
        """One that nobody had."""
        name, number = recorded.id, 1
        while name in self._taken:
            number += 1
            name = f"{recorded.id}-{number}"
        self._taken.add(name)
        return f"{name}.vcon"
