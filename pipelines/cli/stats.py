"""`waxtaan stats`: what became of recorded calls, in numbers."""

import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from agent.log import LogError, read
from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.cli.replay import find
from pipelines.settings import Settings
from pipelines.store.statistics import MODEL, Statistics, call_figures

_NAMES = {MODEL: "language model", "none": "none: not understood"}


def stats(paths: list[Path], as_json: bool) -> None:
    """Ends with 1 if a log could not be read; the others are counted."""
    places = paths or [Settings().calls]
    logs = sorted(find(places))
    if not logs:
        fail(f"no *.jsonl log under {', '.join(map(str, places))}", WRONG_USAGE)
    found = Statistics()
    unread = 0
    for path in track(logs, "Counting", console=Console(stderr=True, markup=False), transient=True):
        try:
            with path.open(encoding="utf-8") as lines:
                found.add(call_figures(read(lines)))
        except (LogError, OSError, UnicodeDecodeError) as error:
            unread += 1
            print(f"waxtaan: {path}: left out: {error}", file=sys.stderr)
    about = found.about()
    if as_json:
        print(json.dumps(about))
    else:
        _tables(Console(highlight=False, markup=False), about)
    if unread:
        raise SystemExit(1)


def _tables(console: Console, about: dict[str, Any]) -> None:
    console.print(
        f"{about['calls']} calls, {about['turns']} turns; a call's median: {about['median_turns']} "
        f"turns, {about['median_seconds']} s"
    )
    turns = Table("turns", "count", "share")
    for rung, row in about["rungs"].items():
        turns.add_row(_NAMES.get(rung, rung), *_counted(row), end_section=rung == "none")
    for name in ("without_language_model", "asked_back", "not_understood"):
        turns.add_row(name.replace("_", " "), *_counted(about[name]))
    console.print(turns)
    if about["use_cases"]:
        cases = Table("use case", "calls that asked for it", "finished")
        for flow, row in about["use_cases"].items():
            cases.add_row(flow, str(row["asked_for"]), str(row["finished"]))
        console.print(cases)
    if about["handoffs"]:
        handoffs = Table("to a person because", "calls")
        for reason, count in about["handoffs"].items():
            handoffs.add_row(reason.replace("_", " "), str(count))
        console.print(handoffs)


def _counted(row: dict[str, Any]) -> tuple[str, str]:
    share = row["share"]
    return str(row["turns"]), "-" if share is None else f"{share:.1%}"
