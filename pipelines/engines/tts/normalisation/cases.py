"""Forms that the word before or after asks for, from tables of written.toml."""

import re
from typing import Any

from pipelines.engines.tts.normalisation.nouns import setting, word


def change_all(said: str, rules: Any) -> str:
    """All of the rules `[pattern, replacement]` applied, one after another."""
    for pattern, replacement in rules:
        said = re.sub(pattern, replacement, said)
    return said


def rules_for(name: str, given: str, language: str) -> list[Any] | None:
    """The rules of the first entry `["some words", rule, ...]` that has the word."""
    for words, *rules in setting(name, language):
        if given in words.split():
            return list(rules)
    return None


def ordinal_before(said: str, following: str, language: str) -> str:
    """An ordinal, masculine, as it stands before that word: "druhý", "druhé patro"."""
    found = re.match(r"\s([^\W\d_]+)", following)
    rules = rules_for("ordinal_cases", found[1], language) if found else None
    return change_all(said, rules) if rules else said


def year_beside(said: str, ahead: str, following: str, language: str) -> str:
    """A year as it stands before "roku" or "godini", after the word `ahead`."""
    for words, before, *rules in setting("year_cases", language):
        if following in words.split() and (not before or ahead in before.split()):
            return change_all(said, rules)
    return said


def time_after(found: re.Match[str], language: str) -> str:
    """The word that a time stands after, be it written or said for a dash."""
    ahead = found.string[: found.start()]
    if found["range"] and word("from", language):
        return word("from", language)
    if word("from", language) and re.search(r"\d\s?[-–—]\s?$", ahead):
        return word("to", language)
    return _last_word(ahead)


def begun(found: re.Match[str], language: str) -> str:
    """ "od " before a range of hours, where it is not written."""
    said = word("from", language)
    written = _last_word(found.string[: found.start()]) in (said, "od", "від")
    return f"{said} " if said and not written else ""


def _last_word(text: str) -> str:
    words = text.rsplit(maxsplit=1)
    return words[-1].lower() if words else ""
