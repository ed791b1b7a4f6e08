"""What was heard and understood, against what people and recordings say was said."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from agent.commands import Command, SetSlot
from pipelines.quality.annotated import Annotated
from pipelines.quality.calls import read_calls, with_word_errors
from pipelines.quality.references import against_references
from pipelines.quality.turns import Turn
from pipelines.store.annotations import About, Annotation, annotate, annotations_of
from pipelines.store.recorded import LOG, SOURCE, find_recorded
from pipelines.store.replay_note import REPLAY, Depth, ReplayNote
from tests.pipelines.quality.planted import AS_IT_IS, CALLS


def said(about: About, value: str, turn: int | None = 0, who: str = "awa") -> Annotation:
    return Annotation(who=who, when="2026-11-29T10:00:00", about=about, turn=turn, value=value)


def heard(text: str, language: str = "en", *commands: Command) -> Turn:
    return Turn("words", 1.0, said=text, heard_as=language, commands=commands)


def found(
    turns: list[Turn], *annotations: Annotation, told: str = ""
) -> dict[str, tuple[float, float]]:
    return against_references(turns, Annotated("one", turns, annotations), "en", told)


def test_words_and_letters_are_counted() -> None:
    counts = found([heard("my phone pill")], said("transcript", "My phone bill!"))
    assert counts == {"word_errors": (1.0, 3.0), "character_errors": (1.0, 13.0)}
    assert found([heard("my phone pill")]) == {}
    assert found([heard("my phone pill")], said("transcript", "my bill", 7)) == {}


@pytest.mark.parametrize(
    ("right", "understood", "wrong"),
    [
        ("line=770001234", "770001234", 0),
        ("line=77 000 12 34", "770001234", 0),
        ("line=770001234", "770001235", 1),
        ("line=0770001234", "770001234", 1),
        ("amount=12,50", "12.5", 0),
        ("new_value=Awa Ndiaye", "awa ndiaye", 0),
        ("new_value=Awa N.", "Awa N.", 0),
        ("new_value=Awa", "Ava", 1),
    ],
)
def test_details_that_were_understood_wrongly(right: str, understood: str, wrong: int) -> None:
    turn = heard("", "en", SetSlot(right.partition("=")[0], understood))
    assert found([turn], said("slot", right))["entity_errors"] == (wrong, 1.0)


def test_details_that_count() -> None:
    turn = heard("", "en", SetSlot("line", "1"), SetSlot("amount", "20"), SetSlot("pin", "••••"))
    two = said("slot", "line=1"), said("slot", "amount=30")
    assert found([turn], *two)["entity_errors"] == (1.0, 2.0)
    assert found([turn], said("slot", "place=Thiès"))["entity_errors"] == (1.0, 1.0)  # not heard
    assert found([turn], said("slot", "pin=1234")) == {}  # hidden
    assert found([turn], said("slot", "line=2"), said("slot", "line=1", who="ibou")) == {}
    assert found([turn], said("slot", "line=2", who="model:judge")) == {}


def test_languages_that_turns_were_in() -> None:
    turns = [heard("bonjour", "fr"), heard("hello"), heard(""), Turn("keys", 2.0, said="1")]
    assert found(turns, told="en-GB") == {"language_right": (1.0, 2.0)}
    assert found(turns, said("language", "fr", None)) == {"language_right": (1.0, 2.0)}
    both = said("language", "fr", 0), said("language", "en", None)
    assert found(turns, *both, told="wo") == {"language_right": (2.0, 2.0)}
    with pytest.raises(ValidationError, match="by its code"):
        said("language", "French")


def test_a_recording_that_was_imported_tells_its_language(tmp_path: Path) -> None:
    (tmp_path / LOG).write_bytes((CALLS / "en-bill.jsonl").read_bytes())
    (tmp_path / SOURCE).write_text(json.dumps({"language": "fr"}), encoding="utf-8")
    (call,) = read_calls(find_recorded([tmp_path]), AS_IT_IS, processes=1)
    right, turns = call.figures.counts["language_right"]
    assert (right, turns > 0) == (0.0, True)


@pytest.mark.parametrize("depth", ["text", "audio"])
def test_what_replays_tell(depth: Depth, tmp_path: Path) -> None:
    (tmp_path / LOG).write_bytes((CALLS / "en-transfer.jsonl").read_bytes())
    (recorded,) = find_recorded([tmp_path])
    for about, value, turn in (("transcript", "what is my balance", 1), ("slot", "line=7", 3)):
        annotate(annotations_of(recorded), said(about, value, turn))  # type: ignore[arg-type]
    note = ReplayNote(depth=depth, language="en")
    (tmp_path / REPLAY).write_text(note.model_dump_json(), encoding="utf-8")
    (call,) = read_calls([recorded], AS_IT_IS, processes=1)
    told = {"entity_errors"}  # understanding is today's at each depth, words are not
    if depth == "audio":
        told |= {"word_errors", "character_errors", "language_right"}
    named = {"entity_errors", "word_errors", "character_errors", "language_right"}
    assert named & set(call.figures.counts) == told
    bare = replace(call, annotations=(), note=None)
    counts = with_word_errors(bare, call).figures.counts  # of the same call in another version
    assert counts["entity_errors"] == (1.0, 1.0)
