"""The log of a call is the call: it is written, read, blanked, and replays to the same actions."""

from dataclasses import replace
from pathlib import Path

import pytest

from agent.actions import Action, Expecting, Fetch, Listen, Speak
from agent.dialogue import Dialogue
from agent.events import Event, Fetched, Hypothesis, KeyPressed, TurnEnded, TurnStarted
from agent.fold import apply, record
from agent.log import LogError, header, line, read
from agent.privacy import SECRET_SLOTS, Redaction, digit_words
from agent.replay import Unmatched, accepted, differences, unmatched
from agent.state import Conversation
from tests.agent.talk import CATALOG, LINE, PIN, Talk

GOLDEN = sorted((Path(__file__).parents[1] / "calls").glob("*.jsonl"))
SIM = {"blocked": True, "puk": "56781234", "attempts_left": 7}


def a_call() -> Talk:
    talk = Talk({"sim": SIM})
    talk.hear("my sim card is blocked", 0.6)
    talk.hear("yes", 0.6)
    talk.press(LINE)
    talk.press(PIN)
    talk.hear("yes")
    talk.hear("no")
    return talk


def fresh() -> Dialogue:
    return Dialogue(CATALOG.languages, CATALOG.flows, CATALOG.policy)


def written(talk: Talk) -> list[str]:
    redaction = Redaction(digit_words(CATALOG.languages.values()))
    lines = [header(id="test")]
    for entry in talk.entries:
        passed = redaction.event(entry) if is_event(entry) else redaction.action(entry)  # type: ignore[arg-type]
        lines.append(line(passed))
    return [text + "\n" for text in lines]


def is_event(entry: Event | Action) -> bool:
    from typing import get_args

    from agent import events

    return isinstance(entry, get_args(events.Event))


def test_a_call_written_read_and_replayed_has_no_differences() -> None:
    assert differences(read(written(a_call())), fresh()) == []


def test_secrets_are_nowhere_in_the_log() -> None:
    text = "".join(written(a_call()))
    assert PIN not in text
    assert str(SIM["puk"]) not in text
    assert "5, 6, 7, 8" not in text
    assert "••••" in text


@pytest.mark.parametrize(
    ("language", "balance", "said"),
    [
        ("en", "what is my balance", "four eight two one"),
        ("fr", "quel est mon solde", "quatre huit deux un"),
    ],
)
def test_a_code_in_words_is_nowhere_and_the_log_replays(
    language: str, balance: str, said: str
) -> None:
    talk = Talk(language=language)
    talk.hear(balance)
    talk.press(LINE)
    assert talk.state.question == "pin"
    talk.happen(TurnStarted(talk.at, 0.13))
    first = said.split()[0]
    talk.happen(Hypothesis(talk.at, first, language, 1.0, 1.0, False, ((first, 1.0),)))
    sure = tuple((word, 1.0) for word in said.split())
    talk.happen(Hypothesis(talk.at, said, language, 1.0, 1.0, True, sure))
    talk.happen(TurnEnded(talk.at + 1))
    lines = written(talk)
    text = "".join(lines)
    heard = [e.text for e in read(lines) if isinstance(e, Hypothesis)][-2:]
    assert heard == ["•", "• • • •"]
    assert said not in text
    assert all(f'["{word}"' not in text for word in said.split())
    assert differences(read(lines), fresh()) == []


def test_a_lone_figure_among_words_may_be_an_article() -> None:
    redaction = Redaction(digit_words(CATALOG.languages.values()))
    redaction.action(Listen("fr", "pin", Expecting((), 4, True)))
    said = Hypothesis(1.0, "je veux un conseiller", "fr", 1, 1, True)
    assert redaction.event(said) == said


def test_card_numbers_are_blanked_wherever_they_are_said() -> None:
    said = Hypothesis(1.0, "my card is 4111 1111 1111 1111 ok", "en", 1, 1, True)
    assert "4111" not in Redaction().event(said).text  # type: ignore[union-attr]


def test_every_secret_slot_of_a_flow_is_known_to_be_one() -> None:
    slots = [slot for flow in CATALOG.flows.values() for slot in flow.slots]
    assert {slot.name for slot in slots if slot.secret} == SECRET_SLOTS


def test_an_ordinary_key_is_kept() -> None:
    assert Redaction().event(KeyPressed(1.0, "7")) == KeyPressed(1.0, "7")


def test_a_changed_sentence_is_a_difference_and_says_which() -> None:
    entries = list(read(written(a_call())))
    index = next(i for i, e in enumerate(entries) if isinstance(e, Speak))
    entries[index] = replace(entries[index], text="Good morning.")  # type: ignore[arg-type]
    (found,) = differences(entries, fresh())
    assert found.then[0] == entries[index]
    assert isinstance(found.now[0], Speak)


def test_the_state_is_a_fold_over_the_log() -> None:
    talk = a_call()
    conversation = Conversation()
    for entry in talk.entries:
        if is_event(entry):
            conversation = apply(conversation, entry)  # type: ignore[arg-type]
        else:
            conversation = record(conversation, entry)  # type: ignore[arg-type]
    assert conversation == talk.state


def test_a_log_cut_short_reads_up_to_the_cut() -> None:
    lines = written(a_call())
    whole = list(read(lines))
    lines[-1] = lines[-1][: len(lines[-1]) // 2]
    assert list(read(lines)) == whole[:-1]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{broken\n", "line 2: not JSON"),
        ('{"event": "Sneezed", "at": 1}\n', "line 2: no event or action is called 'Sneezed'"),
        ('{"event": "Tick"}\n', "line 2: Tick does not fit"),
        ("[1]\n", "line 2: expected an object"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text: str, why: str) -> None:
    with pytest.raises(LogError, match=why):
        list(read([header() + "\n", text, header() + "\n"]))


def test_a_log_of_another_version_is_refused() -> None:
    with pytest.raises(LogError, match="version 99"):
        list(read(['{"log": 99}\n']))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda p: p.stem)
def test_golden_calls_replay_without_difference(path: Path) -> None:
    with path.open(encoding="utf-8") as lines:
        assert differences(read(lines), fresh()) == []


def test_an_answer_whose_request_is_numbered_otherwise_now_is_named() -> None:
    entries = list(read(written(a_call())))
    assert unmatched(entries, fresh()) == []
    shifted = [
        replace(entry, request=entry.request + 1)
        if isinstance(entry, (Fetch, Fetched)) and entry.name == "sim"
        else entry
        for entry in entries
    ]
    number = next(e.request for e in entries if isinstance(e, Fetched) and e.name == "sim")
    assert unmatched(shifted, fresh()) == [
        Unmatched(number + 1, "sim", was_answered=True),
        Unmatched(number, "sim", was_answered=False),
    ]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda p: p.stem)
def test_what_stays_the_same_is_accepted_letter_for_letter(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "".join(accepted(text.splitlines(keepends=True), fresh())) == text


def test_an_answer_is_none_to_another_question() -> None:
    talk = Talk(answering=False)
    talk.hear("what is my balance")
    talk.press(LINE)
    talk.press(PIN)
    (asked,) = talk.state.pending
    talk.happen(Fetched(talk.at, asked.request, "sim", {}, SIM))
    assert talk.state.pending == (asked,)
    assert talk.state.facts == {}
