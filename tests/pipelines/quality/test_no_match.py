"""What was not understood: which turns, how covered, and what of it may be written into a pack."""

from pathlib import Path

import pytest

from agent.actions import Expecting, Listen
from agent.commands import (
    Affirm,
    AskWhich,
    Cancel,
    Command,
    Deny,
    NotUnderstood,
    OutOfScope,
    StartFlow,
)
from agent.privacy import digit_words
from pipelines.packs.reader import load
from pipelines.quality.calls import Call
from pipelines.quality.no_match import NoMatch, covered, no_matches
from pipelines.quality.turns import Turn
from pipelines.store.recorded import Recorded

SAYS = digit_words(load().languages.values())
CONFIRM = "confirm:flow:bill"


def words(said: str, *commands: Command, question: str = "open", rung: str = "rule") -> Turn:
    return Turn("words", 1.0, question, said, "en", rung=rung, commands=commands)


def found(*turns: Turn) -> list[tuple[int, str]]:
    call = Call(Recorded("c1", log=Path("c1.jsonl")), (Turn("start", 0.0), *turns))
    return [(each.turn, each.reason) for each in no_matches([call], SAYS)]


def test_what_nothing_was_made_of() -> None:
    lost = words("my voicemail is full", NotUnderstood(), rung="none")
    refused = words("a pizza please", OutOfScope(), rung="classifier")
    bill = words("my bill", StartFlow("bill"))
    assert found(lost, bill, refused) == [(1, "not understood"), (3, "out of scope")]


def test_what_was_asked_back_and_denied() -> None:
    doubt = words("voicemail", StartFlow("bill", confirmed=False))
    silence = Turn("silence", 2.0, CONFIRM)
    no = words("no", NotUnderstood(), Cancel(), question=CONFIRM)
    assert found(doubt, silence, no) == [(1, "denied")]
    assert found(doubt, words("yes", StartFlow("bill"), question=CONFIRM)) == []
    which = words("it costs too much", AskWhich(("bill", "dispute")))
    assert found(which, words("no", Deny(), question="which")) == [(1, "denied")]
    assert found(words("my bill", StartFlow("bill")), words("no", Deny(), question="more")) == []
    more = words("no my voicemail is full", NotUnderstood(), Cancel(), question=CONFIRM)
    assert found(doubt, more) == [(1, "denied"), (2, "not understood")]


def test_nothing_of_keys_of_silence_or_of_what_was_understood() -> None:
    keys = Turn("keys", 1.0, "open", "12", rung="keypad", commands=(NotUnderstood(),))
    empty = words(" ", NotUnderstood(), rung="none")
    assert (
        found(keys, empty, words("yes", Affirm()), Turn("person", 2.0, said="PersonJoined")) == []
    )


def test_nothing_that_was_said_to_a_question_for_a_secret() -> None:
    asks = words("my bill", StartFlow("bill"))
    asks.listening = Listen("en", "renamed", Expecting(digits=4, secret=True))
    after = words("it is my cat's birthday", NotUnderstood(), question="renamed", rung="none")
    assert found(asks, after, words("hm hm", NotUnderstood(), question="renamed")) == []
    assert found(words("oh", NotUnderstood(), question="pin")) == []
    assert found(words("oh", NotUnderstood(), question="confirm:card:")) == []


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("call me on 77 000-12.34 please", "call me on <number> please"),
        ("my code is four eight two one ok", "my code is <number> ok"),
        ("appelez le soixante-dix-sept zéro zéro douze", "appelez le <number>"),
        ("write to marie@example.org", "write to <address>"),
        ("it ends in ••21", "it ends in <number>"),
        ("i have one question and two phones", "i have one question and two phones"),
    ],
)
def test_numbers_and_addresses_are_covered(said: str, shown: str) -> None:
    assert covered(said, SAYS) == shown


def test_what_may_teach() -> None:
    def said(text: str, question: str = "open") -> NoMatch:
        return NoMatch("c1", 1, "en", question, text, "not understood")

    assert said("my voicemail").may_teach
    assert said("my voicemail", CONFIRM).may_teach
    assert not said("it is <number>").may_teach
    assert not said("aminata diop", "name").may_teach
