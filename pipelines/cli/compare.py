"""`waxtaan compare` and `waxtaan report`: what changed between two versions, and how calls went."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.cli.found import recordings
from pipelines.errors import ConfigurationError
from pipelines.quality.calls import Call, read_calls, with_repeats
from pipelines.quality.compare import SLICES, Group, Report, Row, calls_of
from pipelines.quality.compare import compare as compared
from pipelines.quality.compare import report as reported
from pipelines.quality.data import About, as_data
from pipelines.quality.files import as_csv, as_json, as_junit
from pipelines.quality.gates import Gates, Result, judge, read_gates
from pipelines.quality.history import add_to_history, read_history
from pipelines.quality.html import as_html
from pipelines.settings import Settings

_SHOWN = 20  # changes that the terminal lists; files have all


@dataclass(frozen=True, slots=True)
class Files:
    """Where a report is written; None: nowhere. `html` is the page, `history` is added to."""

    html: Path | None = None
    json: Path | None = None
    csv: Path | None = None
    junit: Path | None = None
    history: Path | None = None


def compare(
    baseline: Path, candidate: Path, gate: Path | None, files: Files, sound: bool, title: str
) -> None:
    """Ends with 1 if a limit of `gate` is not kept."""
    gates = _gates(gate)
    before = _read([baseline], sound)
    after = _read([candidate], sound)
    report = compared(before, after, SLICES)
    if not report.changed:
        told = f"{baseline} and {candidate} have no call in common: calls are matched by their id"
        fail(told, WRONG_USAGE)
    _finish(report, after, before, (str(candidate), str(baseline)), gates, files, title)


def report(paths: list[Path], gate: Path | None, files: Files, sound: bool, title: str) -> None:
    """Ends with 1 if a limit of `gate` is not kept."""
    gates = _gates(gate)
    places = paths or [Settings().calls]
    calls = _read(places, sound)
    name = ", ".join(map(str, places))
    _finish(reported(calls, SLICES), calls, (), (name, ""), gates, files, title)


def _gates(path: Path | None) -> Gates | None:
    try:
        return read_gates(path) if path else None
    except ConfigurationError as error:
        fail(str(error), WRONG_USAGE)


def _read(paths: Sequence[Path], sound: bool) -> list[Call]:
    settings = Settings()
    found = recordings(paths)
    return with_repeats(read_calls(found, settings.prompts, sound, languages=settings.languages))


def _finish(
    report: Report,
    after: Sequence[Call],
    before: Sequence[Call],
    names: tuple[str, str],
    gates: Gates | None,
    files: Files,
    title: str,
) -> None:
    results = judge(gates, report) if gates else []
    console = Console(highlight=False, markup=False)
    _show(console, report, results)
    _write(report, after, before, names, results, files, title)
    if not all(result.passed for result in results):
        raise SystemExit(1)


def _write(
    report: Report,
    after: Sequence[Call],
    before: Sequence[Call],
    names: tuple[str, str],
    results: Sequence[Result],
    files: Files,
    title: str,
) -> None:
    folder = (files.html or Path()).absolute().parent if files.html else Path.cwd()
    made = datetime.now().isoformat(timespec="seconds")
    past = read_history(files.history) if files.history else ()
    versions = sorted({call.figures.version for call in after} - {""})
    about = About(title, made, ", ".join(versions), *names, folder, past)
    if files.history:
        add_to_history(files.history, made, about.version, names[0], report.rows)
    if not (files.html or files.json or files.csv or files.junit):
        return
    data = as_data(about, report, after, before, results)
    for path, content in (
        (files.html, as_html),
        (files.json, as_json),
        (files.csv, as_csv),
        (files.junit, as_junit),
    ):
        if path is not None:
            try:
                path.write_text(content(data), encoding="utf-8")
            except OSError as error:
                fail(f"{path}: cannot be written: {error.strerror}", WRONG_USAGE)


def _show(console: Console, report: Report, results: Sequence[Result]) -> None:
    for id_, why in report.left_out.items():
        print(f"waxtaan: {id_}: left out: {why}", file=sys.stderr)
    for id_, why in report.no_sound.items():
        print(f"waxtaan: {id_}: its sound is not measured: {why}", file=sys.stderr)
    told = f"{len(report.averaged)} calls"
    if report.changed:
        changed = sum(bool(c.found) for c in report.changed.values())
        told = f"{len(report.changed)} calls, {changed} changed"
    apart = f", {len(report.apart)} apart (not averaged)" if report.apart else ""
    without = f", {len(report.left_out)} left out" if report.left_out else ""
    console.print(f"{told}{apart}{without}")
    if report.groups:
        console.print(_changes(report.groups))
    console.print(_figures(report.rows))
    for result in results:
        style = "green" if result.passed else "red"
        sign = "kept    " if result.passed else "NOT KEPT"
        console.print(Text(f"{sign} {result.name}: {result.told}", style=style), soft_wrap=True)


def _changes(groups: Sequence[Group]) -> Table:
    table = Table("calls", "what", "at", "then", "now", "first in")
    for group in groups[:_SHOWN]:
        id_, change = group.calls[0]
        shown = (group.name, change.then, change.now, f"{id_} turn {change.turn}")
        table.add_row(str(calls_of(group)), group.kind, *map(Text, shown))
    if len(groups) > _SHOWN:
        table.add_row("", f"{len(groups) - _SHOWN} more in the files", "", "", "", "")
    return table


def _figures(rows: Sequence[Row]) -> Table:
    """By the names that gates have; of two versions only those that certainly differ."""
    if not any(row.baseline for row in rows):
        table = Table("figure", "value (95 %)", "unit", "n")
        for row in rows:
            if now := row.candidate:
                value = f"{now.value:.3g} ({now.low:.3g} to {now.high:.3g})"
                table.add_row(row.metric.name, value, row.metric.unit, f"{now.n:.0f}")
        return table
    moved = [row for row in rows if row.difference and row.difference.certain]
    rest = f"{len(rows) - len(moved)} of {len(rows)} figures do not certainly differ"
    table = Table("figure", "baseline", "now", "difference (95 %)", "unit", "n", caption=rest)
    for row in moved:
        then, now, d = row.baseline, row.candidate, row.difference
        if then is None or now is None or d is None:
            continue
        told = f"{d.value:+.3g} ({d.low:+.3g} to {d.high:+.3g})"
        style = "red" if row.worse else ("" if row.metric.better == "neither" else "green")
        sides = f"{then.value:.3g}", f"{now.value:.3g}"
        unit = row.metric.unit
        table.add_row(row.metric.name, *sides, Text(told, style=style), unit, f"{now.n:.0f}")
    return table
