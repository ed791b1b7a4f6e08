"""A skeleton's file as it is filled in: what was not touched stays byte for byte."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.packs.reader import PROMPTS
from pipelines.packs.skeleton import FILES, skeleton
from pipelines.translating.document import Document

SKELETON = """\
# What is said. An equals sign = in prose, and [brackets], are no entry.
# greet = ["Hello."]
# "ask.open" = [
#     "What is it?",  # a note

#     "Tell me.",
# ]

# [days] # from today
# today = 0
# tomorrow = 1
# [more]
# one = ["a"]
"""


def test_an_entry_takes_the_place_of_its_comment() -> None:
    document = Document(SKELETON)
    document.put("", "ask.open", ["Ra?"])
    text = document.text
    assert '\n"ask.open" = ["Ra?"]\n\n# [days] # from today\n' in text
    assert "Tell me" not in text
    assert '# greet = ["Hello."]' in text
    assert tomllib.loads(text) == {"ask.open": ["Ra?"]}


def test_a_table_wakes_with_its_first_entry_and_loses_what_was_a_comment() -> None:
    document = Document(SKELETON)
    assert document.waits("days")
    document.put_table("days", {"dghes": 0, "ხვალ": 1}, ["2: no word for it"])
    assert not document.waits("days")
    text = document.text
    assert '[days] # from today\n# not drafted: 2: no word for it\ndghes = 0\n"ხვალ" = 1\n' in text
    assert tomllib.loads(text) == {"days": {"dghes": 0, "ხვალ": 1}}


def test_a_refusal_stands_above_what_stays_and_goes_with_the_next_draft() -> None:
    document = Document(SKELETON)
    document.refuse("", "greet", ["is empty", "again"])
    refused = '# not drafted: is empty\n# not drafted: again\n# greet = ["Hello."]\n'
    assert refused in document.text
    again = Document(document.text)
    again.refuse("", "greet", ["is too long"])
    assert again.text.count("not drafted") == 1
    again.put("", "greet", ["Gamarjoba."], "by a machine")
    assert "not drafted" not in again.text
    assert '# by a machine\ngreet = ["Gamarjoba."]\n' in again.text


def test_what_was_never_there_comes_at_the_end_of_its_table() -> None:
    document = Document("a = 1\n\n[t] # the table\nb = 2 # two\n\n[u]\nc = [ # rows\n# 1\n1,\n]\n")
    document.put("t", "d", "x")
    document.put("", "e", {"k": 1.5})
    document.put("v.w", "f", True)
    document.put("u", "c", [2])
    assert document.text == (
        'a = 1\ne = { k = 1.5 }\n\n[t] # the table\nb = 2 # two\nd = "x"\n\n[u]\nc = [2]\n\n[v.w]\n'
        "f = true\n"
    )
    empty = Document("")
    empty.put("", "x y", 'a "b" \\ c')
    assert tomllib.loads(empty.text) == {"x y": 'a "b" \\ c'}


@pytest.mark.parametrize("name", ["language", *FILES])
def test_all_of_a_skeleton_can_be_filled_in(name: str) -> None:
    """With what the source has: then it says what the source says."""
    source = tomllib.loads((PROMPTS / "en" / f"{name}.toml").read_text(encoding="utf-8"))
    text = skeleton(PROMPTS, "ka", "en", "ქართული")[name]
    document = Document(text)
    assert document.text == text
    filled = tomllib.loads(text)
    for key, value in source.items():
        if not isinstance(value, dict):
            document.put("", key, value)
            filled[key] = value
            continue
        for inner, each in value.items():
            if isinstance(each, dict) and name in ("language",):
                document.put_table(f"{key}.{inner}", each)
            else:
                document.put(key, inner, each)
        filled[key] = filled.get(key, {}) | value
    assert tomllib.loads(document.text) == filled
    left = [line for line in document.text.splitlines() if line.startswith("# ") and "= [" in line]
    assert left == []


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]))))
def test_any_lines_can_be_written(lines: list[str]) -> None:
    document = Document(SKELETON)
    document.put("", "greet", lines)
    document.put_table("days", dict.fromkeys(lines, 1))
    assert tomllib.loads(document.text).get("greet") == lines
    assert tomllib.loads(Document(document.text).text) == tomllib.loads(document.text)
