"""A log's answers to a replayed call's questions."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from agent.actions import Fetch
from agent.events import CallStarted, Failed, Fetched, Tick
from pipelines.backoffice.demo import DemoBackOffice
from pipelines.backoffice.protocol import NotFound, Unavailable
from pipelines.replay.recorded_answers import RecordedAnswers

LINE = {"line": "770001234"}
PIN = {"line": "770001234", "pin": "••••"}
LOG = (
    CallStarted(0.0, "web", None, "en"),
    Fetch(1, "verify", PIN),
    Fetched(1.0, 1, "verify", PIN, {"verified": False}),
    Fetch(2, "verify", PIN),
    Fetched(2.0, 2, "verify", PIN, {"verified": True, "name": "Awa"}),
    Fetch(3, "sim", LINE),
    Fetched(3.0, 3, "sim", LINE, {"not_found": True}),
    Tick(4.0),
    Fetch(4, "bill", LINE),
    Failed(6.5, 4, "it is down"),
    Fetch(5, "top_ups", LINE),  # hung up before it was answered
)


def ask(office: RecordedAnswers, name: str, arguments: Mapping[str, str]) -> dict[str, Any]:
    return asyncio.run(office.fetch(name, arguments))


def test_the_same_question_gets_its_answers_in_their_order_and_the_last_from_then_on() -> None:
    office = RecordedAnswers(LOG, None)
    typed = {"line": "770001234", "pin": "4821"}
    told = [ask(office, "verify", given) for given in (typed, PIN, PIN)]
    assert [each["verified"] for each in told] == [False, True, True]
    assert office.from_log == 3


def test_what_was_not_there_is_not_there_again() -> None:
    with pytest.raises(NotFound):
        ask(RecordedAnswers(LOG, None), "sim", LINE)


def test_what_failed_fails_again_and_takes_as_long() -> None:
    office = RecordedAnswers(LOG, None, timed=True)

    async def fail() -> None:
        async with asyncio.timeout(0):
            await office.fetch("bill", LINE)

    with pytest.raises(TimeoutError):
        asyncio.run(fail())
    with pytest.raises(Unavailable, match="it is down"):
        ask(RecordedAnswers(LOG, None), "bill", LINE)


def test_an_order_is_the_same_whatever_call_it_names() -> None:
    bought = {**LINE, "bundle": "day", "order": "one-1"}
    log = [Fetched(1.0, 1, "buy_bundle", bought, {"bought": True})]
    office = RecordedAnswers(log, None)
    assert ask(office, "buy_bundle", {**bought, "order": "two-3"}) == {"bought": True}


def test_what_was_never_asked_goes_to_the_configured_back_office() -> None:
    office = RecordedAnswers(LOG, DemoBackOffice())
    assert ask(office, "balance", LINE)["currency"]
    assert (office.from_log, office.from_live) == (0, 1)


def test_no_hidden_digits_are_sent_to_the_configured_back_office() -> None:
    office = RecordedAnswers((), DemoBackOffice())
    with pytest.raises(Unavailable):
        ask(office, "verify", PIN)
    assert office.unanswered == 1


def test_without_a_back_office_what_was_never_asked_has_no_answer() -> None:
    with pytest.raises(Unavailable):
        ask(RecordedAnswers(LOG, None), "top_ups", LINE)
