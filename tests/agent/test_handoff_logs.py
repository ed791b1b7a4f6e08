"""Calls with people in them: their logs replay, fold, and hide what is not to be written down.

And whatever happens in whatever order, nothing is said beside a person and nothing breaks.
"""

from dataclasses import replace
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent import events
from agent.actions import Action, Fetch, Hush, Speak, Transfer, Withdraw
from agent.dialogue import Dialogue
from agent.events import (
    CallStarted,
    Event,
    Failed,
    Fetched,
    Hypothesis,
    KeyPressed,
    LanguageChosen,
    PersonJoined,
    PersonLeft,
    SpeechEnded,
    SpeechStarted,
    TakenOver,
    Tick,
    TransferFailed,
    TurnEnded,
    TurnStarted,
)
from agent.fold import apply, record
from agent.log import header, line, read
from agent.privacy import Redaction
from agent.replay import differences
from agent.state import Conversation
from tests.agent.talk import CATALOG, LINE, PIN, Talk

NOW = "2026-11-24T10:00:00"
CARD = "4111 1111 1111 1111"
EVENTS = get_args(events.Event)


def a_call() -> Talk:
    """Rung in vain, rung again, talked to a person, given back, called back."""
    talk = Talk({"callback": {"booked": True}}, people=True, now=NOW, caller="+221770009999")
    talk.hear("what is my balance")
    talk.press("2")
    talk.press(LINE)
    talk.hear("four eight two one")
    talk.hear(f"i am fed up my card is {CARD}")
    talk.hear("i want to speak to an agent")
    talk.wait()
    talk.happen(TransferFailed(talk.at, talk.state.transfer.request, "no_answer"))
    talk.press("1")
    talk.happen(PersonJoined(talk.at, talk.state.transfer.request, "Fatou"))
    talk.hear("my code is 4821")
    talk.press("4821")
    talk.happen(PersonLeft(talk.at, True))
    talk.happen(TakenOver(talk.at, "Moussa"))
    talk.hear("cancel")
    talk.press("0")
    talk.happen(TransferFailed(talk.at, talk.state.transfer.request, "busy"))
    talk.press("2")
    talk.press("1")
    talk.hear("no")
    talk.hear("yes")
    talk.hear("no")
    return talk


def fresh() -> Dialogue:
    return Dialogue(CATALOG.languages, CATALOG.flows, CATALOG.policy)


def written(talk: Talk) -> list[str]:
    redaction = Redaction()
    passed = [
        redaction.event(entry) if isinstance(entry, EVENTS) else redaction.action(entry)  # type: ignore[arg-type]
        for entry in talk.entries
    ]
    return [header() + "\n", *(line(entry) + "\n" for entry in passed)]


def test_it_replays_without_differences() -> None:
    talk = a_call()
    kinds = {type(entry) for entry in talk.entries}
    assert kinds >= {Transfer, Withdraw, Fetch, PersonJoined}
    assert talk.state.ended
    assert differences(read(written(talk)), fresh()) == []


def test_secrets_are_nowhere_in_its_log() -> None:
    text = "".join(written(a_call()))
    assert PIN not in text
    assert CARD not in text
    assert "my card is ••••" in text


def test_every_prefix_of_it_folds_to_the_state_it_was_in() -> None:
    talk = a_call()
    dialogue = fresh()
    folded = Conversation()
    for entry in talk.entries:
        if isinstance(entry, EVENTS):
            assert folded == dialogue.conversation
            dialogue.receive(entry)
            folded = apply(folded, entry)
        else:
            folded = record(folded, entry)  # type: ignore[arg-type]
    assert folded == talk.state


def test_its_prefixes_go_on_as_it_went() -> None:
    """A dialogue that begins amid the call, from the log so far, answers the same."""
    talk = a_call()
    happened = [entry for entry in talk.entries if isinstance(entry, EVENTS)]
    cut = len(happened) // 2
    one, other = fresh(), fresh()
    for event in happened[:cut]:
        one.receive(event)
        other.receive(event)
    for event in happened[cut:]:
        assert one.receive(event) == other.receive(event)


# Anything in any order

WORDS = st.sampled_from(
    ["i want to speak to an agent", "cancel", "no", "yes", "what is my balance", "goodbye", "wait",
     "call me back", "go on", "there is a gas leak", "colourless green ideas", "repeat", "french",
     "what can you do", "four eight two one", "no the other number", ""]
)  # fmt: skip
REASONS = st.sampled_from(["no_answer", "declined", "busy", "unreachable"])
REQUESTS = st.integers(0, 4)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("joined"), REQUESTS),
        st.tuples(st.just("failed"), REQUESTS, REASONS),
        st.tuples(st.just("left"), st.booleans()),
        st.tuples(st.just("taken"), st.sampled_from(["Fatou", "Moussa Ba", ""])),
        st.tuples(st.just("words"), WORDS),
        st.tuples(st.just("turn"), st.booleans()),
        st.tuples(st.just("key"), st.sampled_from("0123456789*#")),
        st.tuples(st.just("spoken"), st.booleans()),
        st.tuples(st.just("answer"), REQUESTS, st.booleans()),
        st.tuples(st.just("tick")),
        st.tuples(st.just("language"), st.sampled_from(["fr", "en", "xx"])),
    ),
    max_size=40,
)


def happenings(dialogue: Dialogue, at: float, step: tuple[object, ...]) -> list[Event]:
    """What a step means in this call; requests count back from the newest."""
    c = dialogue.conversation
    match step:
        case ("joined", int(back)):
            return [PersonJoined(at, max(0, c.requests - back), "Fatou")]
        case ("failed", int(back), str(reason)):
            return [TransferFailed(at, max(0, c.requests - back), reason)]
        case ("left", bool(back)):
            return [PersonLeft(at, back)]
        case ("taken", str(person)):
            return [TakenOver(at, person)]
        case ("words", str(text)):
            heard = Hypothesis(at, text, c.language, 1.0, 1.0, True)
            return [TurnStarted(at), heard, TurnEnded(at)]
        case ("turn", bool(begins)):
            return [TurnStarted(at) if begins else TurnEnded(at)]
        case ("key", str(key)):
            return [KeyPressed(at, key)]
        case ("spoken", bool(whole)):
            return [
                event
                for speak in c.saying
                for event in (
                    SpeechStarted(at, speak.utterance),
                    SpeechEnded(at, speak.utterance, speak.text if whole else "", not whole),
                )
            ]
        case ("answer", int(back), bool(good)):
            request = max(0, c.requests - back)
            pending = next((p for p in c.pending if p.request == request), None)
            name, arguments = (pending.name, dict(pending.arguments)) if pending else ("", {})
            if not good or name not in ("callback", "verify"):
                return [Failed(at, request, "down")]
            value = {"booked": True, "verified": True, "name": "Awa"}
            return [Fetched(at, request, name, arguments, value)]
        case ("language", str(code)):
            return [LanguageChosen(at, code)]
    return [Tick(max(at, dialogue.deadline or at))]


def take(dialogue: Dialogue, event: Event) -> list[Action]:
    """The event's actions, which must be none of ours beside a person, and fold to the state."""
    before, beside = dialogue.conversation, dialogue.conversation.person is not None
    actions = dialogue.receive(event)
    folded = apply(before, event)
    for action in actions:
        folded = record(folded, action)
    after = dialogue.conversation
    assert folded == after
    gone = isinstance(event, PersonLeft)
    if after.person is not None:
        assert not any(isinstance(a, Speak) for a in actions)
        assert dialogue.deadline is None
        assert not after.saying or not isinstance(event, PersonJoined)
    if beside and not (gone or isinstance(event, PersonJoined)):
        assert actions == []
    speaking = [a for a in actions if isinstance(a, Speak)]
    assert len({s.utterance for s in speaking}) == len(speaking)
    return actions


@settings(max_examples=150, deadline=None)
@example([("words", "goodbye"), ("tick",), ("joined", 0)], NOW, True)  # after we have hung up
@given(STEPS, st.sampled_from([NOW, "2026-11-28T23:59:50", ""]), st.booleans())
def test_any_order_breaks_nothing_and_nothing_is_said_beside_a_person(
    steps: list[tuple[object, ...]], now: str, people: bool
) -> None:
    dialogue = fresh()
    actions = take(dialogue, CallStarted(0.0, "test", None, "en", people=people, now=now))
    everything, at = list(actions), 0.0
    for step in steps:
        at += 0.5
        for event in happenings(dialogue, at, step):
            at = max(at, event.at)
            everything += take(dialogue, event)
    transfers = [a.request for a in everything if isinstance(a, Transfer) and a.request]
    assert all(one < other for one, other in pairwise(transfers))
    withdrawn = [a.request for a in everything if isinstance(a, Withdraw)]
    assert len(withdrawn) == len(set(withdrawn))
    assert set(withdrawn) <= set(transfers)
    if not people:
        assert not transfers
        assert dialogue.conversation.person is None


@pytest.mark.parametrize("people", [True, False])
def test_who_is_rung_is_always_heard_of(people: bool) -> None:
    """Whoever only waits hears from us until the call is somebody's or theirs to decide."""
    talk = Talk(people=people, now=NOW)
    talk.hear("i want to speak to an agent")
    for _ in range(20):
        if talk.dialogue.deadline is None:
            break
        before = talk.at
        talk.wait()
        assert talk.at - before <= CATALOG.policy.reassure + 1
    assert talk.state.ended


def test_hushing_is_the_only_thing_done_when_a_person_comes() -> None:
    talk = Talk(people=True, now=NOW)
    talk.press("0")
    talk.speaking = False
    talk.wait()
    joined = PersonJoined(talk.at, talk.state.transfer.request, "Fatou")
    assert talk.happen(joined) == [Hush()]
    assert replace(talk.state, saying=()) == talk.state
