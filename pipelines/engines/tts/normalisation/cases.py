"""Forms that the word before or after asks for, from tables of written.toml."""

import re
from typing import Any

from pipelines.engines.tts.normalisation.nouns import setting


def change_all(said: str, rules: Any) -> str:
    """All of the rules `[pattern, replacement]` applied, one after another."""
    for pattern, replacement in rules:
        said = re.sub(pattern, replacement, said)
    return said


def rules_for(name: str, word: str, language: str) -> list[Any] | None:
    """The rules of the first entry `["some words", rule, ...]` that has the word."""
    for words, *rules in setting(name, language):
        if word in words.split():
            return list(rules)
    return None


def ordinal_before(said: str, following: str, language: str) -> str:
    """An ordinal, masculine, as it stands before that word: "druhý", "druhé patro"."""
    found = re.match(r"\s([^\W\d_]+)", following)
    rules = rules_for("ordinal_nouns", found[1], language) if found else None
    return change_all(said, rules) if rules else said


def year_beside(said: str, ahead: str, following: str, language: str) -> str:
    """A year as it stands before "roku" or "godini", after the word `ahead`."""
    for words, before, *rules in setting("year_cases", language):
        if following in words.split() and (not before or ahead in before.split()):
            return change_all(said, rules)
    return said


def times(text: str, language: str) -> str:
    """A text with "3x" said: "třikrát"."""
    from pipelines.engines.tts.normalisation.agreement import agree
    from pipelines.engines.tts.normalisation.cardinals import cardinal

    rules = setting("times", language)
    if not rules:
        return text

    def said(found: re.Match[str]) -> str:
        count = cardinal(int(found[1]), language)
        if count is None:
            return found.group()
        count = agree(count, "m", language) if language == "sl" and count == "ena" else count
        for pattern, replacement in rules:
            changed = re.sub(pattern, replacement, count, count=1)
            if changed != count:
                return changed
        return count

    return re.sub(r"(?<![\w.,])(\d{1,3})(?:\s?[x×х]|-?kr[aá]t)(?=[\s.,;:!?)]|$)", said, text)
