"""How long a pause ends a turn: by the question, by what was heard, by the voice, by the caller."""

from dataclasses import replace

import pytest

from agent.actions import Listen
from agent.endpointing import Pause, expecting, is_unfinished, longest_pause, pause
from agent.events import Hypothesis, TurnEnded, TurnStarted
from agent.question import OpenQuestion
from pipelines.packs.language_files import EVERY
from pipelines.packs.reader import PROMPTS, load
from tests.agent.talk import Talk

PACKS = load(PROMPTS, (EVERY,)).packs
ENGLISH = PACKS["en"].language
OPEN = expecting(OpenQuestion("open"), ENGLISH)
LINE = expecting(
    OpenQuestion(
        "line", next(s for f in load().flows.values() for s in f.slots if s.name == "line")
    ),
    ENGLISH,
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("seven seven zero", "number begun"),
        ("my number is seven seven zero, zero zero", "number begun"),
        ("seven seven zero zero zero one two three four", "complete"),
        ("my number is", "unfinished"),
        ("no it is about this because", "unfinished"),
        ("let me see, uh", "unfinished"),
        ("what was that again", "pause"),
        ("", "pause"),
    ],
)
def test_a_number_is_waited_for_until_it_is_whole(text: str, why: str) -> None:
    ends = pause(text, LINE, ENGLISH)
    assert ends.why == why
    if why == "complete":
        assert ends.seconds == LINE.quick
    elif why == "pause":
        assert ends.seconds == LINE.pause
    else:
        assert ends.seconds == LINE.unfinished > 1.5


@pytest.mark.parametrize(
    "text", ["i wanted to ask...", "my internet goes down at times,", "it says …"]
)
def test_who_trails_off_goes_on(text: str) -> None:
    assert pause(text, OPEN, ENGLISH).why == "unfinished"


def test_a_voice_that_sounds_finished_is_believed_where_the_words_may_be_all() -> None:
    said = "My internet has been down since yesterday."
    assert pause(said, OPEN, ENGLISH) == Pause(OPEN.pause, "pause")
    assert pause(said, OPEN, ENGLISH, 0.5) == Pause(OPEN.pause, "pause")
    finished = pause(said, OPEN, ENGLISH, 0.9)
    assert finished.why == "sounds finished"
    assert finished.seconds < OPEN.pause
    for begun, sounds in ((said, 0.1), (said.rstrip("."), 0.9)):
        goes_on = pause(begun, OPEN, ENGLISH, sounds)
        assert goes_on.why == "sounds unfinished"
        assert goes_on.seconds > OPEN.pause
    assert pause("broken internet", OPEN, ENGLISH, 0.9) == Pause(OPEN.pause, "pause")
    assert pause(f"{said[:-1]} and", OPEN, ENGLISH, 0.9).why == "unfinished"
    assert pause("seven seven zero", LINE, ENGLISH, 0.9).why == "number begun"


@pytest.mark.parametrize("code", sorted(PACKS))
def test_no_sentence_of_a_pack_ends_unfinished(code: str) -> None:
    """But for those that open with a number that is still to come, and words to gain time."""
    language = PACKS[code].language
    talk = language.turn_taking
    assert talk.unfinished
    said = [
        text
        for name, intent in language.intents.items()
        if name not in ("order_status", "other_number")
        for text in intent.say
    ]
    aside = {*talk.hesitations, *talk.hold, *talk.backchannels}
    ends = [text for text in said if text not in aside and is_unfinished(text, language)]
    assert ends == []


def test_who_says_what_number_is_to_come_is_waited_for() -> None:
    said = "mon numéro est"
    assert pause(said, OPEN, PACKS["fr"].language).why == "unfinished"


def test_a_caller_who_was_cut_off_is_waited_for_longer() -> None:
    talk = Talk()
    talk.hear("hm hm hm")
    assert talk.state.expecting.slowness == 1.0
    began = talk.state.turn_ended + 0.4
    talk.happen(TurnStarted(began, 0.1))
    talk.happen(Hypothesis(began + 1, "what is my balance", "en", 1.0, 1.0, True))
    talk.happen(TurnEnded(began + 2, 0.8))
    assert talk.state.slowness == pytest.approx(1.3)
    assert talk.state.expecting.slowness == pytest.approx(1.3)
    assert longest_pause(talk.state.expecting) == pytest.approx(2.6)


def test_pauses_within_a_turn_are_learnt_and_kept() -> None:
    talk = Talk()
    began = talk.state.at + 5
    asked = talk.state.expecting.pause
    talk.happen(TurnStarted(began, 0.1))
    talk.happen(Hypothesis(began + 1, "gibberish of no kind", "en", 1.0, 1.0, True))
    talk.happen(TurnEnded(began + 2, 0.8, pauses=(0.3, asked)))
    slower = {entry.expecting.slowness for entry in talk.entries[-9:] if isinstance(entry, Listen)}
    assert slower == {round((asked + 0.2) / asked, 3)}


def test_an_operator_gives_all_callers_more_time() -> None:
    slow = Talk(policy=replace(load().policy, slowness=1.5))
    assert slow.state.expecting.slowness == 1.5
