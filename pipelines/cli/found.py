"""The recordings that a command is given, or a line on why there are none."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.quality.calls import Call
from pipelines.store.recorded import Recorded, find_recorded


def recordings(paths: Sequence[Path]) -> list[Recorded]:
    """All under these. The command ends where a path is missing, or all of them hold none."""
    there(paths)
    found = find_recorded(paths)
    if not found:
        fail(f"no recording under {', '.join(map(str, paths))}", WRONG_USAGE)
    return found


def there(paths: Iterable[Path]) -> None:
    """The command ends where one of them is missing."""
    for path in paths:
        if not path.exists():
            fail(f"{path}: no such file or folder", WRONG_USAGE)


def tell_left_out(calls: Iterable[Call]) -> None:
    """Those that could not be read, and why."""
    for call in calls:
        if call.left_out:
            print(f"waxtaan: {call.recorded.id}: left out: {call.left_out}", file=sys.stderr)
