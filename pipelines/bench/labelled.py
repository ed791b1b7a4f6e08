"""Sets of sentences with intents: public ones under WAXTAAN_DATA, and any in two CSV files."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.cli.errors import WRONG_USAGE, fail

_FIFTH = 5  # every fifth of a label is for the test where a set has no test half, from the third
_COLUMNS = ("text", "intent")


@dataclass(frozen=True, slots=True)
class Labelled:
    """Sentences, and the label of each."""

    texts: list[str]
    labels: list[str]


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """`out_of_scope` is the label of what is none of the business, "" where there is none.

    `few`: measured with few samples of each label, too. `wanted` are figures by name.
    """

    name: str
    train: Labelled
    test: Labelled
    out_of_scope: str = ""
    few: bool = False
    wanted: Mapping[str, str] = field(default_factory=dict)


def own_set(train: Path | None, test: Path | None, out_of_scope: str) -> LabelledSet | None:
    """From CSV files with the columns text and intent; None where none are named.

    Ends the command where one is missing or wrong.
    """
    if train is None and test is None and not out_of_scope:
        return None
    if train is None or test is None:
        fail("a set of your own is two files: --train FILE.csv --test FILE.csv", WRONG_USAGE)
    halves = _table(train, *_COLUMNS), _table(test, *_COLUMNS)
    for file, half in zip((train, test), halves, strict=True):
        if out_of_scope and out_of_scope not in half.labels:
            fail(f"{file}: no row has the intent '{out_of_scope}' of --out-of-scope", WRONG_USAGE)
        if not set(half.labels) - {out_of_scope}:
            fail(f"{file}: no row has a text and an intent", WRONG_USAGE)
    if len(set(halves[0].labels)) < 2:
        fail(f"{train}: there have to be two intents to tell apart", WRONG_USAGE)
    return LabelledSet(test.stem, *halves, out_of_scope)


def public_sets(data: Path) -> Iterator[LabelledSet | Path]:
    """Those that are there; of the others, where they should be."""
    banking = data / "polyai-nlu" / "banking_data" / "train.csv"
    yield _banking(banking) if banking.exists() else banking
    clinc = data / "clinc150" / "data.json"
    yield _clinc(clinc) if clinc.exists() else clinc


def _banking(file: Path) -> LabelledSet:
    train, own = _table(file, "text", "category"), file.with_name("test.csv")
    halves = (train, _table(own, "text", "category")) if own.exists() else fifths(train)
    name = "Banking77" if own.exists() else "Banking77 (of train.csv)"
    return LabelledSet(name, *halves, few=True, wanted={"right": "94 %", "few": "83 %"})


def fifths(whole: Labelled) -> tuple[Labelled, Labelled]:
    """Four fifths of each label, and the fifth that begins with its third sentence."""
    seen: Counter[str] = Counter()
    train, test = Labelled([], []), Labelled([], [])
    for text, label in zip(whole.texts, whole.labels, strict=True):
        seen[label] += 1
        half = test if seen[label] % _FIFTH == 3 else train
        half.texts.append(text)
        half.labels.append(label)
    return train, test


def _clinc(file: Path) -> LabelledSet:
    data = json.loads(file.read_text(encoding="utf-8"))
    last = "test" if "test" in data else "val"
    train, test = (_pairs([*data[part], *data[f"oos_{part}"]]) for part in ("train", last))
    return LabelledSet(
        f"CLINC150 ({last})", train, test, "oos",
        wanted={"in scope": "94 %", "out of scope": "75 %"},
    )  # fmt: skip


def _pairs(rows: list[tuple[str, str]]) -> Labelled:
    return Labelled([text for text, _ in rows], [label for _, label in rows])


def _table(file: Path, text: str, label: str) -> Labelled:
    """Rows without either are left out. Ends the command where there is no such table."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            table = csv.DictReader(lines)
            missing = {text, label} - set(table.fieldnames or ())
            rows = [] if missing else [(row[text] or "", row[label] or "") for row in table]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        fail(f"{file}: {error}", WRONG_USAGE)
    if missing:
        fail(f"{file}: no column '{min(missing)}'; its first line names the columns", WRONG_USAGE)
    return _pairs([(said, intent) for said, intent in rows if said.strip() and intent])
