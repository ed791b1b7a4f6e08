"""`waxtaan import`: recordings made elsewhere, as recordings that can be replayed."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.importing.batch import import_all
from pipelines.importing.find import Found, PassedOver, find
from pipelines.importing.shapes import Channel
from pipelines.importing.transcripts import language_code
from pipelines.importing.write import Outcome, Wishes


def import_recordings(
    paths: list[Path],
    into: Path,
    swap: bool,
    caller_channel: str,
    language: str,
    as_json: bool,
    transcribe: bool = False,
) -> None:
    """Ends with 1 if something was left out; the rest is imported."""
    wishes = Wishes(_channel(caller_channel), swap)
    if language and not language_code(language):
        fail(f"--language {language}: no language code such as en or fr", WRONG_USAGE)
    if into.exists() and not into.is_dir():
        fail(f"--into {into}: is a file; name a folder", WRONG_USAGE)
    passed = Counter[str]()
    found = _noted(find(paths, into, language_code(language)), passed)
    outcomes: list[Outcome] = []
    console = Console(stderr=True, markup=False, highlight=False)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("Importing", total=None)
        for name, outcome in import_all(found, into, wishes):
            outcomes.append(outcome)
            progress.update(bar, advance=1)
            if as_json:
                print(json.dumps(_about(name, outcome), ensure_ascii=False))
            else:
                _tell(name, outcome)
    if not as_json:
        _summary(outcomes, passed)
    if not outcomes:
        fail(f"nothing to import under {', '.join(map(str, paths))}", 1)
    untold = _transcribe(into) if transcribe else 0
    if untold or any(outcome.lost for outcome in outcomes):
        raise SystemExit(1)


def _transcribe(into: Path) -> int:
    """How many could not be."""
    from pipelines.cli.transcribe_recordings import transcribe_recordings

    return transcribe_recordings(into)


def _channel(text: str) -> Channel:
    if text not in ("left", "right"):
        fail(f"--caller-channel {text}: left or right", WRONG_USAGE)
    return "left" if text == "left" else "right"


def _noted(found: Iterable[Found], passed: Counter[str]) -> Iterator[Found]:
    for each in found:
        if isinstance(each, PassedOver):
            passed.update(each.suffixes)
        yield each


def _about(name: str, outcome: Outcome) -> dict[str, object]:
    return {
        "name": name,
        "id": outcome.id or None,
        "state": outcome.state,
        "lost": outcome.lost,
        "problems": [each.model_dump(exclude_defaults=True) for each in outcome.problems],
    }


def _tell(name: str, outcome: Outcome) -> None:
    if outcome.state == "already there":
        print(f"{name}: already there: {outcome.id}", file=sys.stderr)
        return
    for problem in outcome.problems:
        print(f"{outcome.id or 'left out'}: {problem.kind}: {problem}", file=sys.stderr)


def _summary(outcomes: list[Outcome], passed: Counter[str]) -> None:
    states = Counter(each.state for each in outcomes)
    marred = sum(each.state == "imported" and bool(each.problems) for each in outcomes)
    console = Console(highlight=False, markup=False)
    table = Table("", "recordings")
    table.add_row("imported", str(states["imported"]))
    table.add_row("of these with problems", str(marred))
    table.add_row("already there", str(states["already there"]))
    table.add_row("left out", str(states["left out"]))
    console.print(table)
    kinds = Counter(
        p.kind for each in outcomes if each.state != "already there" for p in each.problems
    )
    if kinds:
        problems = Table("problem", "times")
        for kind, count in kinds.most_common():
            problems.add_row(kind, str(count))
        console.print(problems)
    if passed:
        told = ", ".join(f"{suffix} {count}" for suffix, count in passed.most_common(8))
        console.print(f"{passed.total()} files are neither sound nor transcript: {told}")
