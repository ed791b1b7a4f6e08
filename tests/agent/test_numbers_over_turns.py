"""Numbers that come in parts, ahead of the question, or in place of one said before."""

import pytest

from agent.actions import Explain
from agent.commands import KeepDigits
from agent.privacy import Redaction
from tests.agent.talk import LINE, PIN, Talk, acts, questions, said


def asked_for_the_line(language: str = "en") -> Talk:
    talk = Talk(language=language)
    talk.hear("what is my balance" if language == "en" else "quel est mon solde")
    assert talk.state.question == "line"
    return talk


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("en", ["seven seven zero zero zero", "one two three four"]),
        ("en", ["77 00", "0 1 2", "34"]),
        ("fr", ["soixante-dix-sept zéro zéro", "zéro douze", "trente-quatre"]),
    ],
)
def test_parts_are_kept_and_the_rest_is_asked_for(language: str, parts: list[str]) -> None:
    talk = asked_for_the_line(language)
    for part in parts[:-1]:
        assert acts(talk.hear(part)) == ["rest_of_number"]
    assert questions(talk.hear(parts[-1])) == [f"confirm:line:{LINE}"]
    assert talk.state.misunderstood == 0


def test_it_is_not_asked_for_twice_in_the_same_words() -> None:
    talk = asked_for_the_line()
    assert said(talk.hear("seven seven")) != said(talk.hear("zero zero"))


def test_a_secret_in_parts_is_taken_and_not_written_down() -> None:
    talk = asked_for_the_line()
    talk.press(LINE)
    talk.hear("four eight")
    talk.hear("two one")
    assert talk.state.slots["pin"].value == PIN
    redaction = Redaction()
    kept = [e for e in talk.entries if isinstance(e, Explain)]
    written = [redaction.action(e) for e in kept]
    assert KeepDigits("pin", "48") in [c for e in kept for c in e.commands]
    assert "48" not in str([e.commands for e in written if isinstance(e, Explain)])


def test_too_many_digits_are_no_number() -> None:
    talk = asked_for_the_line()
    talk.hear("seven seven zero zero zero")
    assert "not_understood" in acts(talk.hear("one two three four five six"))


def test_a_whole_number_after_a_part_is_the_number() -> None:
    talk = asked_for_the_line()
    talk.hear("seven seven zero")
    assert questions(talk.hear("seven seven zero zero zero one two three four")) == ["pin"]


def test_keys_go_before_what_was_said() -> None:
    talk = asked_for_the_line()
    talk.hear("seven seven zero")
    assert questions(talk.press(LINE)) == ["pin"]


def test_a_number_said_ahead_is_kept_for_who_asks_for_it() -> None:
    talk = Talk()
    assert acts(talk.hear("my number is 770001234")) == ["number_kept", "ask open"]
    assert questions(talk.hear("what is my balance")) == ["pin"]


def test_a_correction_at_a_later_question() -> None:
    talk = Talk({"outage": {"outage": False, "until": None, "area": "", "kind": "fault"}})
    talk.hear("i have no internet")
    talk.press("770009999")
    assert talk.state.question == "solved"
    told = talk.hear("no sorry that was wrong it's 770001234")
    assert questions(told) == [f"confirm:line:{LINE}"]
    talk.hear("yes")
    assert talk.state.slots["line"].value == LINE


def test_digits_alone_are_no_wish() -> None:
    talk = Talk()
    assert "not_understood" in acts(talk.hear("4821"))
    assert talk.state.flow == ""
