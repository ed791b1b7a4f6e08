"""One list of a file changed: everything else stays as it was, to the letter."""

import difflib
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import ConfigurationError
from pipelines.packs.reader import PROMPTS
from pipelines.packs.toml_lists import lists, with_list

FILE = """\
# Samples. 'quoted'

greet = ["Hallo."] # the first
"ask.line" = ['Wie "heißt" {value:pairs}?']

[balance]
kind = "flow" # a use case
say = [
    "eins", "zwei",
    # of people
    "drei", "vier",
]

[balance.more]
words = []
"""


def changed(before: str, after: str) -> list[str]:
    rows = difflib.ndiff(before.splitlines(), after.splitlines())
    return [row for row in rows if row[0] in "+-"]


def test_every_list_is_found() -> None:
    assert lists(tomllib.loads(FILE)) == {
        ("greet",): ("Hallo.",),
        ("ask.line",): ('Wie "heißt" {value:pairs}?',),
        ("balance", "say"): ("eins", "zwei", "drei", "vier"),
        ("balance", "more", "words"): (),
    }


def test_a_sentence_is_corrected() -> None:
    after = with_list(FILE, ("greet",), ['Guten "Tag".'])
    assert changed(FILE, after) == [
        '- greet = ["Hallo."] # the first',
        '+ greet = ["Guten \\"Tag\\"."] # the first',
    ]


def test_a_long_list_keeps_its_lines() -> None:
    after = with_list(FILE, ("balance", "say"), ["eins", "drei", "vier", "fünf"])
    assert "    # of people\n" in after
    assert changed(FILE, after) == [
        '-     "eins", "zwei",',
        '+     "eins",',
        '-     "drei", "vier",',
        '+     "drei", "vier", "fünf",',
    ]


def test_what_is_missing_is_made() -> None:
    after = with_list(FILE, ("bill", "say"), ["Rechnung"], {"kind": "flow"})
    assert after.startswith(FILE)
    assert tomllib.loads(after)["bill"] == {"kind": "flow", "say": ["Rechnung"]}
    assert tomllib.loads(with_list("", ("greet",), ["Tag"])) == {"greet": ["Tag"]}
    assert tomllib.loads(with_list(FILE, ("bye",), ["x"]))["bye"] == ["x"]


def test_what_is_no_toml_is_left() -> None:
    with pytest.raises(ConfigurationError, match="mend it first"):
        with_list("greet = [", ("greet",), ["x"])


@pytest.mark.parametrize("code", ["de", "wo", "uk"])
def test_packs_stay_as_they_are(code: str) -> None:
    for name in ("phrases", "intents", "yes_no", "language"):
        text = (PROMPTS / code / f"{name}.toml").read_text(encoding="utf-8")
        for place, sentences in list(lists(tomllib.loads(text)).items())[:8]:
            assert with_list(text, place, sentences) == text
            longer = with_list(text, place, [*sentences, "neu"])
            assert with_list(longer, place, sentences) == text or len(changed(text, longer)) <= 3


@given(st.lists(st.text(), max_size=6))
def test_any_sentences_come_back(sentences: list[str]) -> None:
    after = with_list(FILE, ("balance", "say"), sentences)
    assert lists(tomllib.loads(after))["balance", "say"] == tuple(sentences)
