"""What subscribers are told: an entry per call, the transcript as it grows; and the slow."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from agent.actions import Withdraw
from agent.events import PersonJoined, PersonLeft, TakenOver, TransferFailed
from pipelines.call.messages import Message
from pipelines.lines.call_feed import QUEUE_SIZE, CallFeed, Subscriber, Update
from pipelines.lines.call_view import LINES, CallView, after
from tests.fakes import PATIENCE
from tests.pipelines.desk.conftest import page_message

PACKET = {"reason": "asked_for_person", "queue": "general", "summary": "Awa Ndiaye (verified)"}
HANDOFF: Message = {"type": "handoff", "queue": "general", "reason": "angry", "packet": PACKET}


def caller(turn: int, text: str, *, final: bool = True) -> Message:
    return {
        "type": "said",
        "who": "caller",
        "turn": turn,
        "text": text,
        "language": "en",
        "final": final,
        "confidence": 1.0,
    }


def agent(utterance: int, text: str) -> Message:
    return {
        "type": "said",
        "who": "agent",
        "turn": 1,
        "utterance": utterance,
        "text": text,
        "language": "en",
        "final": False,
        "heard": None,
    }


def heard(utterance: int, text: str, *, interrupted: bool) -> Message:
    return {
        "type": "said",
        "who": "agent",
        "utterance": utterance,
        "final": True,
        "heard": text,
        "interrupted": interrupted,
    }


def told(*messages: Message) -> CallView:
    """A call that began at 100 and was told something every second."""
    entry = CallView("c1", "telephone", "770001234", "en", 100.0)
    for at, message in enumerate(messages, 101):
        entry = after(entry, message, float(at))
    return entry


def lines(entry: CallView) -> list[tuple[str, str, bool]]:
    return [(line.who, line.text, line.final) for line in entry.transcript]


# A call


def test_the_transcript_grows_in_place() -> None:
    entry = told(
        agent(1, "Hello."), caller(1, "what", final=False), caller(1, "what is my balance")
    )
    assert lines(entry) == [("agent", "Hello.", False), ("caller", "what is my balance", True)]
    assert lines(told(agent(1, "Hello."), heard(1, "Hello.", interrupted=False))) == [
        ("agent", "Hello.", True)
    ]


def test_what_was_not_heard_is_not_in_it() -> None:
    cut = told(agent(1, "You have 12 euros."), heard(1, "You have", interrupted=True))
    assert lines(cut) == [("agent", "You have", True)]
    assert cut.transcript[0].interrupted
    assert lines(told(agent(1, "Hello."), heard(1, "", interrupted=True))) == []
    assert lines(told(heard(7, "of long ago", interrupted=False))) == []


def test_a_late_partial_changes_nothing() -> None:
    assert lines(told(caller(1, "yes"), caller(1, "ye", final=False))) == [("caller", "yes", True)]
    assert lines(told(caller(1, "mm", final=False), caller(1, ""))) == []  # not believed


def test_who_comes_late_is_shown_the_last_lines() -> None:
    entry = told(*(caller(turn, f"line {turn}") for turn in range(100)))
    assert len(entry.transcript) == LINES
    assert entry.transcript[-1].text == "line 99"


def test_states() -> None:
    ended: Message = {"type": "ended", "reason": "transferred", "id": "", "downloads": {}}
    joined = page_message(PersonJoined(1.0, 1, "301"))
    gave_back = page_message(PersonLeft(2.0, True))
    hung_up = page_message(PersonLeft(2.0, False))
    assert told().state == "talking"
    waiting = told(agent(1, "Hello."), HANDOFF)
    assert (waiting.state, waiting.waiting_since, waiting.packet) == ("waiting", 102.0, PACKET)
    assert (told(HANDOFF, joined).state, told(HANDOFF, joined).person) == ("person", "301")
    back = told(HANDOFF, joined, gave_back)
    assert (back.state, back.person, back.packet) == ("talking", "", PACKET)
    assert told(HANDOFF, page_message(TransferFailed(1.0, 1, "busy"))).state == "talking"
    assert told(HANDOFF, page_message(Withdraw(1))).state == "talking"
    assert told(HANDOFF, page_message(TakenOver(1.0, "301"))).state == "waiting"
    over = told(HANDOFF, ended, hung_up, {**ended, "reason": "late"})
    assert (over.state, over.ended, over.ended_at, over.packet) == (
        "ended",
        "transferred",
        102.0,
        PACKET,
    )


def test_what_the_dialogue_knows() -> None:
    state: Message = {
        "type": "state",
        "language": "fr",
        "verified": True,
        "flow": "bill",
        "slots": {"line": "770001234"},
    }
    entry = told(state)
    assert (entry.language, entry.verified, entry.flow) == ("fr", True, "bill")
    assert told({"type": "latency", "turn": 1}) == told()


# All calls


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def counters() -> Counter[str]:
    return Counter()


def feed_of(counters: Counter[str], keep: float = 60.0) -> CallFeed:
    return CallFeed(keep, counters, lambda name: {"log": f"/calls/{name}/log"}, Clock())


async def all_of(subscriber: Subscriber, number: int) -> list[Update]:
    found = []
    async with asyncio.timeout(PATIENCE):
        async for one in subscriber:
            found.append(one)
            if len(found) == number:
                break
    return found


async def test_watchers_are_told_in_order(counters: Counter[str]) -> None:
    feed = feed_of(counters)
    feed.begin("c0", "web", None, "en")
    with feed.subscribe() as early, feed.subscribe() as late:
        feed.begin("c1", "telephone", "770001234", "fr")
        feed.publish("c1", {"type": "call", "id": "r1", "language": "fr"})
        feed.publish("nobody", caller(1, "lost"))
        feed.publish("c1", caller(1, "bonjour"))
        for subscriber in (early, late):
            began, call, said = await all_of(subscriber, 3)
            assert (began.message, began.entry.caller) == ({"type": "began"}, "770001234")
            assert call.entry.links == {"log": "/calls/r1/log"}
            assert said.line is not None
            assert (said.line.key, said.line.text) == ("caller-1", "bonjour")
    assert [entry.id for entry in feed.calls()] == ["c0", "c1"]


async def test_the_slow_are_dropped_and_nobody_else(counters: Counter[str]) -> None:
    feed = feed_of(counters)
    feed.begin("c1", "web", None, "en")
    with feed.subscribe() as slow:
        for turn in range(QUEUE_SIZE):
            feed.publish("c1", caller(turn, "hello"))
        with feed.subscribe() as quick:
            feed.publish("c1", caller(999, "one too many"))
            feed.publish("c1", caller(1000, "and another"))
            assert [one async for one in slow] == []  # it ends, and what it missed is gone
            assert slow.slow
            assert len(await all_of(quick, 2)) == 2
    assert counters["desk.slow"] == 1


async def test_a_call_that_ended_is_read_a_while_longer(counters: Counter[str]) -> None:
    feed = feed_of(counters, keep=0.05)
    feed.begin("c1", "telephone", "77", "en")
    feed.publish("c1", caller(1, "a person please"))
    feed.publish("c1", HANDOFF)
    with feed.subscribe() as subscriber:
        feed.end("c1")
        entry = feed.call("c1")
        assert entry is not None
        assert (entry.state, entry.ended, entry.packet) == ("ended", "line closed", PACKET)
        ended, forgotten = await all_of(subscriber, 2)
        assert ended.message["type"] == "ended"
        assert forgotten.message == {"type": "forgotten"}
        assert forgotten.entry.packet is None
    assert feed.calls() == []
    feed.end("c1")


async def test_a_later_call_of_the_same_id_is_not_forgotten(counters: Counter[str]) -> None:
    clock = Clock()
    feed = CallFeed(0.02, counters, lambda _: {}, clock)
    feed.begin("c1", "telephone", None, "en")
    feed.end("c1")
    clock.now += 1
    feed.begin("c1", "telephone", None, "en")
    await asyncio.sleep(0.05)
    assert feed.call("c1") is not None


def test_an_entry_is_plain_data() -> None:
    entry = told(caller(1, "hello"), HANDOFF)
    brief: dict[str, Any] = entry.brief()
    assert "transcript" not in brief
    assert brief["packet"] == PACKET
    assert entry.whole()["transcript"][0]["text"] == "hello"
