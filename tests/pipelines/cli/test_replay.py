"""`waxtaan replay` over golden calls that were recorded otherwise."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from agent.actions import Expecting, Listen, Speak
from pipelines.cli.list_differences import only_lists
from tests.pipelines.cli.shell import Shell

CALLS = Path(__file__).parents[2] / "calls"
LISTEN = Listen("en", "open", Expecting(("balance", "bill")))
MORE = Listen("en", "open", Expecting(("balance", "loyalty", "moving")))


def recorded(waxtaan: Shell, change: Callable[[dict[str, Any]], None]) -> Path:
    """A golden call with its lines changed."""
    log = waxtaan.folder / "en-bill.jsonl"
    lines = (CALLS / log.name).read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    for entry in entries:
        change(entry)
    text = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
    log.write_text(text, encoding="utf-8")
    return log


def _lines(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8").splitlines()


def test_a_list_that_grew_is_told_in_a_line(waxtaan: Shell) -> None:
    listened = 0

    def without_bundles(entry: dict[str, Any]) -> None:
        nonlocal listened
        if "bundle" in entry.get("expecting", {}).get("intents", ()):
            listened += 1
            entry["expecting"]["intents"].remove("bundle")
            entry["expecting"]["intents"].append("weather")

    log = recorded(waxtaan, without_bundles)
    told = waxtaan("replay", str(log), code=1).stdout
    assert "  Listen.intents: + bundle" in told
    assert "  Listen.intents: - weather" in told
    assert "{" not in told
    waxtaan("replay", str(log), "--accept")
    assert "0 with differences" in waxtaan("replay", str(log)).stdout
    pairs = zip(_lines(log), _lines(CALLS / log.name), strict=True)
    assert listened > 0
    assert {json.loads(now)["action"] for now, then in pairs if now != then} <= {"Listen"}


def test_a_call_in_which_nothing_would_be_told_is_not_accepted(waxtaan: Shell) -> None:
    def shifted(entry: dict[str, Any]) -> None:
        if entry.get("name") == "bill":  # as if something had been asked before it
            entry["request"] += 1

    log = recorded(waxtaan, shifted)
    before = log.read_text(encoding="utf-8")
    told = waxtaan("replay", str(log), "--accept", code=1).stdout
    assert "'bill', was answered when the call was recorded" in told
    assert "'bill', is asked now, and no answer was recorded" in told
    assert f"{log}: not accepted" in told
    assert "1 with differences, 0 of them now accepted" in told
    assert log.read_text(encoding="utf-8") == before
    forced = waxtaan("replay", str(log), "--accept", "--force").stdout
    assert "now accepted" in forced
    assert "not accepted" not in forced
    assert log.read_text(encoding="utf-8") != before


def test_only_lists_of_words_are_told_in_few() -> None:
    told = (("Listen.intents", "-", ("bill",)), ("Listen.intents", "+", ("loyalty", "moving")))
    assert only_lists((LISTEN,), (MORE,)) == told
    hello = Speak(1, "greet", "Hello.", "en")
    assert only_lists((LISTEN, hello), (MORE, hello)) == told
    assert only_lists((LISTEN, hello), (MORE, replace(hello, text="Hi."))) is None
    assert only_lists((LISTEN,), (MORE, hello)) is None
    assert only_lists((LISTEN,), (replace(MORE, question="more"),)) is None
    turned = replace(LISTEN, expecting=Expecting(("bill", "balance")))
    assert only_lists((LISTEN,), (turned,)) is None
