"""The closed list: what the schema allows, and what is taken on arrival."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ladder.proposals import IN_WORDS
from pipelines.engines.llm.commands import PLAIN, SIGNALS, WORDS, parse, schema
from pipelines.engines.llm.engine import EngineError, Question

OPEN = Question("x", "en", "", ("bill", "sim"))
OUTAGE = Question("x", "en", "service", ("sim",), {"service": ("internet", "mobile"), "line": ()})
COMPLAINT = Question("x", "en", "moment", (), {"moment": IN_WORDS})


def answer(*commands: dict[str, Any]) -> str:
    return json.dumps({"commands": commands})


@pytest.mark.parametrize(
    "command",
    [
        *({"command": name} for name in PLAIN),
        *({"command": "signal", "signal": name} for name in SIGNALS),
        {"command": "start_flow", "flow": "sim"},
        {"command": "set_slot", "slot": "service", "value": "mobile"},
        {"command": "correct", "slot": "service", "value": "internet"},
        {"command": "set_slot", "slot": "line", "value": "770001234"},
    ],
)
def test_on_the_list(command: dict[str, str]) -> None:
    assert parse(answer(command), OUTAGE) == (command,)


@pytest.mark.parametrize(
    "command",
    [
        {"command": "transfer", "queue": "general"},
        {"command": "finish_flow", "flow": "sim"},
        {"command": "start_flow", "flow": "bill"},
        {"command": "start_flow"},
        {"command": "start_flow", "flow": "sim", "confirmed": True},
        {"command": "set_slot", "slot": "pin", "value": "4821"},
        {"command": "set_slot", "slot": "service", "value": "television"},
        {"command": "set_slot", "slot": "line", "value": "all of them"},
        {"command": "set_slot", "slot": "line", "value": "٧٧٠"},
        {"command": "set_slot", "slot": "line", "value": "7" * 21},
        {"command": "set_slot", "slot": "line", "value": 770001234},
        {"command": "signal", "signal": "fire"},
        {"command": "affirm", "note": "x"},
        {},
    ],
)
def test_not_on_the_list(command: dict[str, Any]) -> None:
    with pytest.raises(EngineError):
        parse(answer(command), OUTAGE)


def test_a_moment_is_told_in_words() -> None:
    command = {"command": "set_slot", "slot": "moment", "value": "tomorrow at ten"}
    assert parse(answer(command), COMPLAINT) == (command,)
    assert f'"maxLength": {WORDS}' in json.dumps(schema(COMPLAINT))
    for value in ("", "x" * (WORDS + 1)):
        with pytest.raises(EngineError):
            parse(answer({**command, "value": value}), COMPLAINT)


def test_a_page_is_one_of_those_shown() -> None:
    asked = Question("x", "en", pages={"Bills > Paper": "en/bills.md#paper"})
    for page, source in (("Bills > Paper", "en/bills.md#paper"), ("other", "")):
        (found,) = parse(answer({"command": "ask_knowledge", "page": page}), asked)
        assert found == {"command": "ask_knowledge", "page": source}
    assert parse(answer({"command": "ask_knowledge"}), OPEN)[0]["page"] == ""
    with pytest.raises(EngineError, match="a page that was not shown"):
        parse(answer({"command": "ask_knowledge", "page": "Secrets"}), asked)
    assert '"enum": ["Bills > Paper", "other"]' in json.dumps(schema(asked))


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{}", answer(), answer(*[{"command": "affirm"}] * 4), "[" * 5000],
)
def test_no_proposal(text: str) -> None:
    with pytest.raises(EngineError):
        parse(text, OPEN)


@given(st.text())
def test_any_text_is_a_proposal_or_an_error(text: str) -> None:
    with pytest.raises(EngineError):
        parse(text, OPEN)


def test_an_error_tells_nothing_of_the_answer() -> None:
    with pytest.raises(EngineError) as caught:
        parse(answer({"command": "my number is 770001234"}), OPEN)
    assert "770001234" not in str(caught.value)


def test_the_schema_offers_what_the_state_allows() -> None:
    text = json.dumps(schema(OPEN))
    assert '"bill"' in text
    assert "set_slot" not in text
    text = json.dumps(schema(OUTAGE))
    assert '"bill"' not in text
    assert '"television"' not in text
    assert '"internet"' in text
    assert "[0-9]" in text
    assert "start_flow" not in json.dumps(schema(Question("x", "en")))


def test_the_same_state_has_the_same_schema() -> None:
    assert json.dumps(schema(OUTAGE)) == json.dumps(schema(OUTAGE))
