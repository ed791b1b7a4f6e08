"""`python -m tests.pbx.bench [figure ...]`: a table, each figure next to its baseline."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from pipelines.bench import print_table
from pipelines.bench.row import Row
from tests.pbx import lab
from tests.pbx.bench import barge_in, crowd, loss, setup, way_in
from tests.pbx.bench.place import Place

_FIGURES: dict[str, Callable[[Place], AsyncIterator[Row]]] = {
    "way-in": way_in.rows,
    "setup": setup.rows,
    "barge-in": barge_in.rows,
    "loss": loss.rows,
    "crowd": crowd.rows,
}


async def _measure(names: list[str], place: Place) -> list[Row]:
    found = []
    for name in names:
        print(f"Measuring: {name} (a minute or two)", file=sys.stderr)
        found += [row async for row in _FIGURES[name](place)]
    return found


def main() -> None:
    """Measure what is named, or everything."""
    names = sys.argv[1:] or list(_FIGURES)
    if unknown := set(names) - set(_FIGURES):
        sys.exit(f"no figure {', '.join(sorted(unknown))}; there are {', '.join(_FIGURES)}")
    program = Path(os.environ["WAXTAAN_PBX"]).resolve()
    with lab.running(program) as pbx, tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(_measure(names, Place(pbx, Path(folder))))
    print_table(found)


main()
