"""What a draft's writer was unsure of: the section of a language in `prompts/REVIEW.md`."""

import re
from collections.abc import Sequence

from agent.languages.language import words

_HEAD = re.compile(r"^## (.+)$", re.MULTILINE)
_QUOTED = re.compile(r'"([^"]*)"')
_OF_ONE = re.compile(r"^- ([a-z]{2,3}(?:-[a-z0-9]+)*): ")
_SHORTEST = 4  # letters: what is shorter stands in half of all sentences


def doubts_of(text: str, code: str) -> str:
    """The section; of one that several languages share, without what is the others' alone."""
    parts = _HEAD.split(text)[1:]
    for head, body in zip(parts[::2], parts[1::2], strict=True):
        if code in (each.split()[0] for each in head.split(",") if each.split()):
            return "\n".join(_lines(body.strip().splitlines(), code))
    return ""


def quoted(doubts: str) -> list[str]:
    """What the doubts quote, reduced to words: where it stands, a person should look."""
    found = (words(each.strip("… ")) for each in _QUOTED.findall(doubts))
    return [each for each in dict.fromkeys(found) if len(each) >= _SHORTEST]


def doubted(sentences: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether one of the quoted expressions stands in one of the sentences, whole words of it."""
    said = [f" {words(each)} " for each in sentences]
    return any(f" {each} " in sentence for each in wanted for sentence in said)


def _lines(rows: Sequence[str], code: str) -> list[str]:
    found, ours = [], True
    for row in rows:
        if begins := _OF_ONE.match(row):
            ours = begins[1] == code
        if ours:
            found.append(row)
    return found
