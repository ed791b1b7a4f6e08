"""`waxtaan replay --out`, `compare` and `report`, as they are typed."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
import typer

from pipelines.cli.compare import Files, compare, report
from pipelines.cli.recordings import replay
from tests.pipelines.cli.shell import Shell

CALLS = Path(__file__).parents[2] / "calls"
GONE, EMPTY, GATES = Path("gone"), Path("empty"), Path("gates.toml")
OTHER = Path("others") / "other.jsonl"


def test_a_version_against_another(waxtaan: Shell) -> None:
    into = ("--out", "now", "--depth", "text")
    told = waxtaan("replay", str(CALLS), *into, intents="none", embeddings="none").stdout
    assert told == "11 recordings replayed into now\n"
    gates = waxtaan.folder / "gates.toml"
    gates.write_text("[changes]\nany = 0\n[metrics.resolved]\nmin = 0.9\n", encoding="utf-8")
    files = ("--html", "r.html", "--json", "r.json", "--csv", "r.csv", "--junit", "r.xml")
    ran = waxtaan("compare", str(CALLS), "now", "--gate", str(gates), *files, code=1)
    assert "11 calls, 0 changed" in ran.stdout
    assert "kept     changes.any: 0 calls, at most 0" in ran.stdout
    assert "NOT KEPT metrics.resolved.min: 0.5455" in ran.stdout
    data = json.loads((waxtaan.folder / "r.json").read_text(encoding="utf-8"))
    assert data["averaged"] == 11
    lines = (waxtaan.folder / "r.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(lines))
    assert {row["id"]: row["outcome"] for row in rows}["en-tour"] == "handed over"
    suites = ElementTree.parse(waxtaan.folder / "r.xml").getroot()
    assert suites[0].attrib == {"name": "gates", "tests": "2", "failures": "1"}
    assert "en-tour" in (waxtaan.folder / "r.html").read_text(encoding="utf-8")


def test_how_calls_went(waxtaan: Shell) -> None:
    (waxtaan.folder / "broken.jsonl").write_text("nonsense\n", encoding="utf-8")
    ran = waxtaan("report", str(CALLS), str(waxtaan.folder))
    assert "11 calls, 1 left out" in ran.stdout
    assert "broken: left out: line 1: not JSON" in ran.stderr
    assert "check_identity" in ran.stdout


@pytest.mark.parametrize(
    ("run", "told"),
    [
        (lambda: compare(GONE, CALLS, None, Files(), True, ""), "gone: no such file or folder"),
        (lambda: compare(EMPTY, CALLS, None, Files(), True, ""), "no recording under empty"),
        (lambda: compare(CALLS, OTHER, None, Files(), True, ""), "have no call in common"),
        (lambda: report([CALLS], GATES, Files(), True, ""), "changes.escalations: there is none"),
        (lambda: report([CALLS], None, Files(json=GONE / "x"), True, ""), "cannot be written"),
        (lambda: replay([CALLS], depth="text"), "go with --out"),
        (lambda: replay([CALLS], out=GONE, depth="deep"), "there are decisions, text"),
        (lambda: replay([CALLS], out=GONE, to="ws://x/call"), "--to goes with --depth live"),
        (lambda: replay([CALLS], out=GONE, depth="live", to="x:1"), "like ws://127.0.0.1:8080"),
        (lambda: replay([CALLS], out=GONE, depth="live", to="ws://127.0.0.1:1"), "nobody answers"),
        (lambda: replay([CALLS], out=GONE, persona=True), "go with --depth text"),
        (lambda: replay([CALLS], out=Path()), ". is not empty"),
        (lambda: replay([GONE], out=GONE), "gone: no such file or folder"),
        (lambda: replay([CALLS, OTHER, OTHER.parent], out=GONE), "are called other"),
    ],
)
def test_mistakes_are_told(
    run: Callable[[], None],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    EMPTY.mkdir()
    GATES.write_text("[changes]\nescalations = 0\n", encoding="utf-8")
    OTHER.parent.mkdir()
    for path in (OTHER, OTHER.parent / "again" / "other.jsonl"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((CALLS / "en-bill.jsonl").read_bytes())
    with pytest.raises(typer.Exit):
        run()
    assert told in capsys.readouterr().err
