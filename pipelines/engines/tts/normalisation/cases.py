"""Forms that the word before or after asks for, from tables of written.toml."""

import re
from functools import partial
from typing import Any

from pipelines.engines.tts.normalisation.agreement import number
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
    for nouns, *rules in setting("ordinal_cases", language):
        if re.match(rf"\s(?:{_either(nouns)})(?!\w)", following):
            return change_all(said, rules)
    return said


def cases(text: str, language: str) -> str:
    """A text whose numbers before the nouns of `cases` are in their case: "kahden tunnin"."""
    for nouns, *rules in setting("cases", language):
        text = re.sub(
            rf"(?<![\w.,:/+-])(?<!\d[ \u00a0\u202f])(?P<n>\d{{1,6}})"
            rf"(?:\s?[-–]\s?(?P<to>\d+))?(?=\s(?:{_either(nouns)})(?!\w))",
            partial(_in_case, rules=rules, language=language),
            text,
        )
    return text


def _in_case(found: re.Match[str], rules: Any, language: str) -> str:
    said = [number(int(n), language) for n in found.groups() if n]
    if not all(said) or re.match(r"0\d", found["n"]):
        return found.group()
    return f" {word('to', language)} ".join(change_all(n or "", rules) for n in said)


def _either(nouns: str) -> str:
    return "|".join(nouns.split())


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
