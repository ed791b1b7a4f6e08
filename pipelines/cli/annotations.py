"""`waxtaan annotate`, `sample`, `annotations`: people's word on recorded calls, and its uses."""

import csv
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import cast, get_args

from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.cli.found import recordings, tell_left_out
from pipelines.packs.reader import load
from pipelines.quality.agreement import agreements
from pipelines.quality.annotated import Annotated, confusion
from pipelines.quality.calls import Call, read_calls, read_log
from pipelines.quality.exports import escalation_cases, golden, samples, table, training_pairs
from pipelines.quality.sampling import How, doubt, sample
from pipelines.quality.turns import turns
from pipelines.settings import Settings
from pipelines.store.annotations import (
    Annotation,
    annotate,
    annotations_of,
    told,
)

_COLUMNS = ("language", "text", "expected")


def annotate_call(
    path: Path, who: str, about: str, turn: int | None, value: str, right: bool | None
) -> None:
    """Add one annotation to a recording."""
    recorded = recordings([path])
    if len(recorded) != 1:
        fail(f"{path}: {len(recorded)} recordings; annotate one at a time", WRONG_USAGE)
    now = datetime.now().isoformat(timespec="seconds")
    try:
        each = Annotation.model_validate(
            {"who": who, "when": now, "about": about, "turn": turn, "value": value, "right": right}
        )
    except ValidationError as error:
        fail(told(error), WRONG_USAGE)
    if recorded[0].log is not None and turn is not None:
        there = len(turns(read_log(recorded[0].log)))
        if turn >= there:
            fail(f"{path}: has no turn {turn}, it has 0 to {there - 1}", WRONG_USAGE)
    annotate(annotations_of(recorded[0]), each)


def sample_calls(paths: list[Path], count: int, by: str, seed: int, as_json: bool) -> None:
    """Print which calls to look at."""
    if by not in get_args(How):
        fail(f"--by {by}: there are {', '.join(get_args(How))}", WRONG_USAGE)
    calls = _read(paths)
    for call in sample(calls, count, cast(How, by), seed):
        about = {"id": call.recorded.id, "path": str(call.recorded.path), "doubt": doubt(call)}
        print(json.dumps(about) if as_json else about["path"])


def show(paths: list[Path]) -> None:
    """How many annotations there are, how far annotators agree, which rules called rightly."""
    calls = [call.annotated for call in _annotated(paths)]
    every = [a for call in calls for a in call.annotations]
    print(f"{len(every)} annotations of {len(calls)} calls by {len({a.who for a in every})} people")
    console = Console(highlight=False, markup=False)
    if found := agreements(call.annotations for call in calls):
        agreed = Table("about", "who", "both said", "the same", "Cohen's kappa")
        for one in found:
            kappa = "-" if one.kappa is None else f"{one.kappa:.2f}"
            agreed.add_row(one.about, " and ".join(one.who), str(one.n), str(one.same), kappa)
        console.print(agreed)
    if matrix := confusion(calls):
        rules = Table("a person should be called by", "was called by", "calls")
        for (should, did), count in sorted(matrix.items()):
            rules.add_row(should, did, str(count))
        console.print(rules)


def export(paths: list[Path], what: str, into: Path) -> None:
    """Write golden calls, cases, samples or training pairs."""
    found = _annotated(paths)
    calls = [call.annotated for call in found]
    into.mkdir(parents=True, exist_ok=True)
    undecided = sum(c.undecided("transcript") + c.undecided("intent") for c in calls)
    match what:
        case "golden":
            count = _golden(found, into)
        case "samples":
            rows = list(samples(calls))
            (into / "samples.tsv").write_text(table(_COLUMNS, rows), encoding="utf-8")
            count = len(rows)
        case "escalation":
            rows = list(escalation_cases(calls))
            (into / "escalation.tsv").write_text(table(_COLUMNS, rows), encoding="utf-8")
            count = len(rows)
        case "asr":
            count = _pairs(calls, into)
        case _:
            fail(f"{what}: there are golden, samples, escalation, asr", WRONG_USAGE)
    left = f"; {undecided} left out on which annotators differ" if undecided else ""
    print(f"{count} written into {into}{left}")


def _read(paths: Sequence[Path]) -> list[Call]:
    settings = Settings()
    found = recordings(paths)
    return read_calls(found, settings.prompts, sound=False, languages=settings.languages)


def _golden(calls: Sequence[Call], into: Path) -> int:
    config = load(Settings().prompts, Settings().languages)
    count = 0
    for call in calls:
        log = call.recorded.log
        text = golden(call.annotated, read_log(log), config) if log else None
        if text is not None:
            (into / f"{call.recorded.id}.jsonl").write_text(text, encoding="utf-8")
            count += 1
    return count


def _pairs(calls: Sequence[Annotated], into: Path) -> int:
    """As Hugging Face's `audiofolder` has it: the files, and `metadata.csv`."""
    lines = []
    for pair in training_pairs(calls):
        (into / pair.name).write_bytes(pair.wav)
        lines.append((pair.name, pair.text, pair.language))
    with (into / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file_name", "transcription", "language"))
        writer.writerows(lines)
    return len(lines)


def _annotated(paths: Sequence[Path]) -> list[Call]:
    calls = _read(paths)
    tell_left_out(calls)
    return [call for call in calls if call.annotations]
