"""The benchmark of understanding: its arithmetic, its sets, and a set that somebody brings."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from pipelines.__main__ import app
from pipelines.bench import understanding
from pipelines.bench.labelled import Labelled, LabelledSet, fifths, own_set, public_sets
from pipelines.engine_choice.embeddings import EmbeddingsChoice
from pipelines.settings import Settings
from tests.pipelines.intents.test_intents import Words

WISHES = {"bill": "why is my bill so high in", "fault": "no signal since", "else": "a pizza for"}
MONTHS = ("may", "june", "july", "august", "march", "april", "winter", "spring")


def table(file: Path, rows: list[tuple[str, str]]) -> Path:
    lines = ["text,intent", *(f'"{text}",{intent}' for text, intent in rows)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def rows(*months: str) -> list[tuple[str, str]]:
    return [(f"{said}, {month}", intent) for intent, said in WISHES.items() for month in months]


def test_calibration_error_is_the_mean_distance_over_bins() -> None:
    sure = np.array([0.95] * 10 + [0.55] * 10, np.float32)
    right = np.array([True] * 9 + [False] + [True] * 2 + [False] * 8)
    error = understanding.calibration_error(sure, right)
    assert error == pytest.approx((0.05 * 10 + 0.35 * 10) / 20, abs=1e-6)


def test_the_threshold_parts_what_is_in_scope_from_what_is_not() -> None:
    names, labels = ("a", "b", "oos"), ["a", "b", "oos", "oos"]
    rows = [[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.2, 0.7], [0.4, 0.1, 0.5]]
    found = np.array(rows, np.float32)
    threshold = understanding.best_threshold(found, names, "oos", labels)
    assert understanding.in_scope(found, names, "oos", labels, threshold) == (100, 100)
    assert 0.12 < threshold <= 0.56  # of 0.1 / (0.7 + 0.1), and of 0.5 / (0.4 + 0.5)


def test_a_fifth_of_each_label_is_left_out() -> None:
    labels = ["a"] * 10 + ["b"] * 5
    train, test = fifths(Labelled([str(n) for n in range(15)], labels))
    assert test.texts == ["2", "7", "12"]
    assert len(train.texts) == 12


def test_draws_are_the_same_each_time() -> None:
    labels = ["a"] * 30 + ["b"] * 4
    drawn = understanding.draw(labels, 1)
    assert drawn == understanding.draw(labels, 1) != understanding.draw(labels, 2)
    assert [labels[n] for n in drawn] == ["a"] * 10 + ["b"] * 4


def test_sets_that_are_missing_are_named(tmp_path: Path) -> None:
    assert all(isinstance(each, Path) for each in public_sets(tmp_path))
    (row,) = understanding.run(Settings(data=tmp_path, embeddings="none"))
    assert row.values == []
    assert "not measured" in row.note


def test_public_sets_are_read(tmp_path: Path) -> None:
    banking = tmp_path / "polyai-nlu" / "banking_data"
    banking.mkdir(parents=True)
    text = "\n".join(["text,category", *(f"t{n},card" for n in range(5))])
    (banking / "train.csv").write_text(text, encoding="utf-8")
    (tmp_path / "clinc150").mkdir()
    data = {part: [[f"{part} said", "pay"]] for part in ("train", "val")}
    data |= {f"oos_{part}": [[f"{part} else", "oos"]] for part in ("train", "val")}
    (tmp_path / "clinc150" / "data.json").write_text(json.dumps(data), encoding="utf-8")
    banking_set, clinc = public_sets(tmp_path)
    assert isinstance(banking_set, LabelledSet)
    assert isinstance(clinc, LabelledSet)
    assert (len(banking_set.train.texts), banking_set.test.texts) == (4, ["t2"])
    assert (clinc.train.labels, clinc.test.texts) == (["pay", "oos"], ["val said", "val else"])


def test_a_set_of_ones_own_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    choice = EmbeddingsChoice("e5", "for this test")
    monkeypatch.setattr(understanding, "choose_embeddings", lambda _: choice)
    monkeypatch.setattr(understanding, "open_embeddings", lambda _: Words())
    monkeypatch.setenv("WAXTAAN_CACHE", str(tmp_path))
    train = table(tmp_path / "train.csv", rows(*MONTHS[:6]))
    test = table(tmp_path / "shop.csv", rows(*MONTHS[6:]))
    files = ["--train", str(train), "--test", str(test), "--out-of-scope", "else"]
    result = CliRunner().invoke(app, ["bench", "understanding", *files, "--json"])
    assert result.exit_code == 0, result.output
    told = {row["what"]: row for row in map(json.loads, result.stdout.splitlines())}
    assert told["shop: right"]["values"] == [100]
    assert told["shop: right in scope"]["note"].startswith("n 4, taught by 18")
    assert told["shop: out of scope refused"]["values"] == [100]
    assert told["shop: calibration error"]["values"][0] < 0.5
    assert told["shop: training"]["unit"] == "s"
    assert len(told["shop: a sentence"]["values"]) == 6


def test_what_is_wrong_with_the_files_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = table(tmp_path / "good.csv", rows("may"))
    bad = tmp_path / "bad.csv"
    bad.write_text("text;intent\n", encoding="utf-8")
    assert own_set(None, None, "") is None
    for train, test, label, told in (
        (good, None, "", "--test FILE.csv"),
        (good, bad, "", "no column 'intent'"),
        (good, tmp_path / "none.csv", "", "No such file"),
        (good, good, "oos", "no row has the intent 'oos'"),
        (table(tmp_path / "one.csv", [("hello", "hi")]), good, "", "two intents"),
    ):
        with pytest.raises(Exception, match="2"):
            own_set(train, test, label)
        assert told in capsys.readouterr().err.replace("\n", "")


def test_a_set_is_for_understanding_alone(tmp_path: Path) -> None:
    good = str(table(tmp_path / "good.csv", rows("may")))
    result = CliRunner().invoke(app, ["bench", "replay", "--train", good, "--test", good])
    assert result.exit_code == 2
    assert "for 'understanding'" in result.output
