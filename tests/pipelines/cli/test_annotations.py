"""`waxtaan sample` and `waxtaan annotations`."""

from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from pipelines.cli.annotations import annotate_call, export, sample_calls, show
from tests.pipelines.cli.shell import Shell

CALLS = Path(__file__).parents[2] / "calls"


@pytest.fixture
def call(tmp_path: Path) -> Path:
    folder = tmp_path / "calls" / "one"
    folder.mkdir(parents=True)
    (folder / "log.jsonl").write_bytes((CALLS / "en-bill.jsonl").read_bytes())
    return folder


def test_from_a_word_to_a_sample(
    call: Path, waxtaan: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    annotate_call(call, "awa", "intent", 1, "pay_bill", None)
    annotate_call(call, "ibou", "intent", 1, "pay_bill", None)
    waxtaan("annotations", "add", "calls/one", "outcome", "--wrong", "--who", "awa")
    show([call])
    assert "3 annotations of 1 calls by 2 people" in capsys.readouterr().out
    export([call], "samples", call.parent / "out")
    out = (call.parent / "out" / "samples.tsv").read_text(encoding="utf-8")
    assert out == "language\ttext\texpected\nen\twhy is my bill so high\tpay_bill\n"
    assert capsys.readouterr().out.startswith("1 written into")


@pytest.mark.parametrize("what", ["golden", "escalation", "asr"])
def test_nothing_to_export_is_told(
    what: str, call: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    annotate_call(call, "awa", "comment", None, "Fine.", None)
    export([call.parent], what, call.parent.parent / "out")
    assert capsys.readouterr().out.startswith("0 written into")


def test_calls_to_look_at(call: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sample_calls([call.parent], 3, "doubt", 0, False)
    assert capsys.readouterr().out == f"{call}\n"


def test_mistakes_are_told(call: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mistakes: tuple[tuple[Callable[[], None], str], ...] = (
        (lambda: annotate_call(call, "awa", "intent", 77, "bill", None), "it has 0 to 5"),
        (lambda: annotate_call(call, "awa", "mood", 1, "bad", None), "about"),
        (lambda: annotate_call(call, "", "intent", 1, "bill", None), "who"),
        (lambda: annotate_call(call.parent.parent / "x", "awa", "intent", 1, "b", None), "no such"),
        (lambda: annotate_call(CALLS, "awa", "intent", 1, "bill", None), "11 recordings"),
        (lambda: sample_calls([call], 1, "luck", 0, False), "there are random, stratified, doubt"),
        (lambda: export([call], "poems", call / "out"), "there are golden, samples"),
    )
    for run, told in mistakes:
        with pytest.raises(typer.Exit):
            run()
        assert told in capsys.readouterr().err
