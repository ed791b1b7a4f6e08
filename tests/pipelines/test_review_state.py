"""Who looked at what: approved, stale, doubtful, not looked at; and what becomes of the file."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.packs.review_file import read_marks, with_mark
from pipelines.packs.review_state import (
    Mark,
    Tally,
    changed_since,
    fingerprint,
    state,
    tally,
)

ENGLISH, OWN = ("How can I help you?",), ("Wie kann ich helfen?",)
DAY = date(2026, 11, 30)


def mark(doubt: str = "", by: str = "A. N.") -> Mark:
    return Mark(by=by, on=DAY, of=fingerprint(ENGLISH, OWN), doubt=doubt)


def test_what_nobody_looked_at_is_new() -> None:
    assert state(None, ENGLISH, OWN) == "new"


def test_what_is_as_it_was_is_approved() -> None:
    assert state(mark(), ENGLISH, OWN) == "approved"
    assert state(mark("too stiff?"), ENGLISH, OWN) == "doubtful"


@pytest.mark.parametrize(
    ("english", "own", "changed"),
    [
        (("What can I do?",), OWN, ("English",)),
        (ENGLISH, (), ("the translation",)),
        ((), ("Was kann ich tun?",), ("English", "the translation")),
    ],
)
def test_what_has_changed_is_stale(
    english: tuple[str, ...], own: tuple[str, ...], changed: tuple[str, ...]
) -> None:
    assert state(mark(), english, own) == "stale"
    assert state(mark("too stiff?"), english, own) == "stale"
    assert changed_since(mark(), english, own) == changed


def test_two_sentences_are_not_one() -> None:
    assert fingerprint(("a", "b"), ()) != fingerprint(("ab",), ())
    assert fingerprint(("a",), ("b",)) != fingerprint(("b",), ("a",))


def test_states_are_counted() -> None:
    assert tally(["approved", "new", "stale", "approved"]) == Tally(4, 2, 1, 0)
    assert Tally(4, 2, 1, 0) + Tally(1, 0, 0, 1) == Tally(5, 2, 1, 1)


def test_a_mark_in_its_file(tmp_path: Path) -> None:
    text = with_mark("# by people\n", "phrases", "ask.line", mark())
    text = with_mark(text, "intents", "balance.say", mark("which?", by='A "N"'))
    text = with_mark(text, "phrases", "greet", mark())
    text = with_mark(text, "phrases", "ask.line", mark(by="B. O."))
    (tmp_path / "review.toml").write_text(text, encoding="utf-8")
    found = read_marks(tmp_path)
    assert found["phrases"] == {"ask.line": mark(by="B. O."), "greet": mark()}
    assert found["intents"]["balance.say"] == mark("which?", by='A "N"')
    assert text.startswith(
        '# by people\n\n[phrases]\n"ask.line" = {by = "B. O.", on = 2026-11-30, of = '
    )
    assert "ask.line" not in tomllib.loads(with_mark(text, "phrases", "ask.line", None))["phrases"]
    assert read_marks(tmp_path / "nowhere") == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[phrases\n", "review.toml"),
        ('phrases = "x"\n', "expected a table"),
        ('[phrases]\ngreet = { by = "", on = 2026-11-30, of = "x" }\n', "phrases.greet.by"),
        ('[phrases]\ngreet = { by = "A", on = 2026-11-30, of = "x" }\n', "phrases.greet.of"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "review.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=told):
        read_marks(tmp_path)


def test_nothing_is_added_to_what_cannot_be_read() -> None:
    with pytest.raises(ConfigurationError, match="mend it first"):
        with_mark("[phrases\n", "phrases", "greet", mark())
