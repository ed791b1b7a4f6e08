"""Recorded words through today's dialogue: what it answers, and where it leaves the recording."""

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from agent.actions import Action, Compose, Explain, Fetch, Interpret, Speak, Transfer
from agent.events import (
    CallEnded,
    CallStarted,
    Composed,
    Event,
    Failed,
    Fetched,
    Interpreted,
    Passage,
    Retrieved,
    Tick,
)
from agent.log import read
from pipelines.backoffice.demo import DemoBackOffice
from pipelines.chat.parts import Parts, open_parts
from pipelines.packs.reader import load
from pipelines.replay.run import Outcome, replay_decisions, replay_texts, twice
from pipelines.replay.scripted_caller import ScriptedCaller
from pipelines.replay.steps import Step, steps, transcribed_steps
from pipelines.replay.text import OVER, TextReplay, TextReplayed
from pipelines.replay.thoughts import RecordedThoughts
from pipelines.settings import Settings
from pipelines.store.recorded import Recorded, find_recorded, in_folder
from pipelines.store.transcript import Utterance, lines
from tests.pipelines.quality.planted import AS_IT_IS, CALLS, settings

Kind = TypeVar("Kind")
Entries = Sequence[Event | Action]


@pytest.fixture
async def parts() -> AsyncIterator[Parts]:
    async with open_parts(settings(AS_IT_IS)) as opened:
        yield opened


def golden(name: str) -> list[Event | Action]:
    with (CALLS / f"{name}.jsonl").open(encoding="utf-8") as log:
        return list(read(log))


def start(entries: Entries) -> CallStarted:
    return next(e for e in entries if isinstance(e, CallStarted))


async def replayed(
    parts: Parts, entries: Entries, what: Sequence[Step], scripted: bool = False
) -> TextReplayed:
    language = parts.config.languages[start(entries).language]
    caller = ScriptedCaller(steps(entries), entries, language) if scripted else None
    return await TextReplay(parts, start(entries), entries, caller).run(what)


def of(found: TextReplayed, kind: type[Kind]) -> list[Kind]:
    return [entry for entry in found.entries if isinstance(entry, kind)]


def test_steps_are_what_the_caller_did() -> None:
    told = [(s.by, s.question.split(":")[0], len(s.events)) for s in steps(golden("en-transfer"))]
    keys = [("keys", "line", 1)] * 9 + [("keys", "pin", 1)] * 4
    assert told[:2] == [("words", "open", 3), ("keys", "confirm", 1)]
    assert told[2:15] == keys
    assert [by for by, *_ in told[15:]] == [
        "words",
        "people",
        "words",
        "people",
        "words",
        "people",
        "words",
    ]


async def test_a_call_that_is_left_earlier_is_judged_up_to_there(parts: Parts) -> None:
    entries = golden("en-bill")
    what = steps(entries)
    odd = Step("words", "technician", what[0].events)
    found = await replayed(parts, entries, [*what[:2], odd, *what[2:]])
    assert found.diverged is not None
    assert (found.diverged.turn, found.diverged.then) == (3, "technician")
    assert found.diverged.now == "line"
    assert found.continued == ""
    assert of(found, CallEnded)[0].reason == "replay ended"


async def test_a_scripted_caller_reaches_the_same_goal(parts: Parts) -> None:
    entries = golden("en-bill")
    what = steps(entries)
    odd = Step("words", "technician", what[0].events)
    found = await replayed(parts, entries, [what[0], odd], scripted=True)
    assert found.continued == "a scripted caller"
    fetched = [e.name for e in found.entries if isinstance(e, Fetch)]
    assert fetched == [e.name for e in entries if isinstance(e, Fetch)]
    assert of(found, CallEnded)[0].reason != "replay ended"


async def test_a_scripted_caller_ends_whatever_is_asked(parts: Parts) -> None:
    entries = golden("en-bill")
    nothing = ScriptedCaller([], [], parts.config.languages["en"])
    odd = Step("words", "technician", steps(entries)[0].events)
    found = await TextReplay(parts, start(entries), entries, nothing).run([odd])
    assert of(found, CallEnded)


async def test_silence_is_a_step(parts: Parts) -> None:
    entries = golden("en-bill")
    what = steps(entries)
    silent = Step("silence", "open", (Tick(8.0),))
    found = await replayed(parts, entries, [silent, *what])
    assert found.diverged is None
    assert "silence" in [speak.act for speak in of(found, Speak)]


async def test_a_transcript_from_elsewhere_is_judged_as_far_as_it_goes(parts: Parts) -> None:
    said = [
        Utterance(speaker="agent", text="Good morning, who is calling?"),
        Utterance(speaker="caller", text="I would like to speak to somebody about my balance"),
        Utterance(speaker="caller", text="John Smith", start=5.0),
    ]
    first = CallStarted(0.0, "text", None, "en")
    found = await TextReplay(parts, first, ()).run(transcribed_steps(said, "en"))
    assert found.diverged is not None
    assert found.diverged.turn == 2
    decided = [e for e in found.entries if isinstance(e, Explain)]
    assert decided


def test_the_language_model_answers_as_then() -> None:
    passage = Passage("en/x.md#y", "Text.", 1.0, "en")
    log: list[Event | Action] = [
        Interpret(1, "what about it", "en", "open", ()),
        Interpreted(1.0, 1, ({"command": "Affirm"},), 0.8),
        Compose(2, "how much", "en"),
        Retrieved(2.0, 2, (passage,)),
        Composed(2.5, 2, "So much."),
        Interpret(3, "hm", "en", "open", ()),
        Failed(4.0, 3, "late"),
    ]
    known = RecordedThoughts(log)
    got: list[Event] = []
    assert known.answer(Compose(9, "how much", "en"), 7.0, got.append)
    assert got == [Retrieved(7.0, 9, (passage,)), Composed(7.0, 9, "So much.")]
    assert known.answer(Interpret(10, "hm", "en", "open", ()), 8.0, got.append)
    assert got[-1] == Failed(8.0, 10, "late")
    assert not known.answer(Interpret(11, "hm", "en", "more", ()), 8.0, got.append)


async def test_the_back_office_answers_as_then_and_not_by_its_secrets(parts: Parts) -> None:
    assert isinstance(parts.back_office, DemoBackOffice)
    found = await replayed(parts, golden("en-tour"), steps(golden("en-tour")))
    names = [(e.name, e.value) for e in found.entries if isinstance(e, Fetched)]
    assert names == [(e.name, e.value) for e in golden("en-tour") if isinstance(e, Fetched)]
    assert of(found, Transfer)


def written(folder: Path, name: str, **files: str) -> Recorded:
    place = folder / name
    place.mkdir()
    for file, text in files.items():
        (place / file.replace("_", ".")).write_text(text, encoding="utf-8")
    return in_folder(place)


def test_what_cannot_be_replayed_is_left_out_and_why(tmp_path: Path) -> None:
    said = lines([Utterance(speaker="caller", text="my balance please")])
    sourced = json.dumps({"language": "fr"})
    recorded = [
        written(tmp_path, "whole", source_json=sourced, transcript_jsonl=said),
        written(tmp_path, "silent", source_json="{}"),
        written(tmp_path, "foreign", source_json='{"language": "xx"}', transcript_jsonl=said),
        written(tmp_path, "broken", source_json="{}", transcript_jsonl="nonsense\n"),
        written(tmp_path, "log", log_jsonl='{"log": 99}\n'),
        written(tmp_path, "begun", log_jsonl='{"event": "TurnStarted", "at": 1.0}\n'),
    ]
    found = list(replay_texts(recorded, tmp_path / "out", settings(AS_IT_IS), processes=1))
    assert {o.id: o.left_out.split(":")[0] for o in found} == {
        "whole": "",
        "silent": "no words",
        "foreign": "there is no language pack 'xx'",
        "broken": "line 1",
        "log": "line 1",
        "begun": "it does not tell how the call started",
    }
    log = (tmp_path / "out" / "whole" / "log.jsonl").read_text(encoding="utf-8")
    assert '"language": "fr"' in log


def test_decisions_are_written_with_the_events_as_they_stand(tmp_path: Path) -> None:
    recorded = [*find_recorded([CALLS]), Recorded("none", transcript=CALLS / "x")]
    found = list(replay_decisions(recorded, tmp_path, load(AS_IT_IS)))
    assert found[-1] == Outcome("none", left_out="no log: its events are not known")
    for each in recorded[:-1]:
        assert each.log is not None
        now = tmp_path / each.id / "log.jsonl"
        assert now.read_text(encoding="utf-8") == each.log.read_text(encoding="utf-8")


def test_several_processes_write_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.replay.run._FEW", 0)
    recorded = find_recorded([CALLS])
    plain: Settings = settings(AS_IT_IS)
    two = list(replay_texts(recorded, tmp_path / "two", plain, processes=2))
    one = list(replay_texts(recorded, tmp_path / "one", plain, processes=1))
    assert two == one
    for each in recorded:
        logs = [(tmp_path / n / each.id / "log.jsonl").read_bytes() for n in ("one", "two")]
        assert logs[0] == logs[1]


def test_ids_that_several_have() -> None:
    assert twice([Recorded("a"), Recorded("b"), Recorded("a")]) == ["a"]
    assert OVER
