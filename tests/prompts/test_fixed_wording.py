"""What is rendered ahead of calls: all that is said to everyone, and nothing of a caller."""

import re

import pytest

from agent.languages.wording import word
from pipelines.packs.fixed_wording import beginnings, sentences
from pipelines.packs.reader import load

PACKS = load().packs


@pytest.mark.parametrize("code", PACKS)
def test_nothing_of_a_caller_s_is_in_it(code: str) -> None:
    language = PACKS[code].language
    kept = [*sentences(language), *(b.text for b in beginnings(language))]
    assert len(kept) > 100
    assert not [text for text in kept if "{" in text]
    assert not [text for text in kept if re.search(r"770001234|32[.,]50|4821", text)]
    assert len(set(kept)) == len(kept)


@pytest.mark.parametrize("code", PACKS)
def test_a_beginning_ends_between_two_words(code: str) -> None:
    for beginning in beginnings(PACKS[code].language):
        assert beginning.example[beginning.length] == " "
        assert beginning.text == beginning.text.strip()


def test_names_out_of_closed_lists_are_filled_in() -> None:
    language = PACKS["en"].language
    said = sentences(language)
    assert "This is about your bill, is that right?" in said
    assert "Is this about a problem with your television?" in said
    begun = [beginning.text for beginning in beginnings(language)]
    assert "Your bill for May is" in begun
    assert "The main reason is extra data:" in begun


def test_what_a_caller_hears_begins_as_was_rendered() -> None:
    language = PACKS["fr"].language
    values = {"amount": "7.20 EUR", "data": "1.5", "until": "2026-07-01"}
    begun = tuple(b.text + " " for b in beginnings(language))
    for sentence in word(language, "inform.balance", values):
        assert sentence.text.startswith(begun)
