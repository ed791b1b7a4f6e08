"""What is spelled: "d u p o n t", "delta uniform papa", "F 4 8 2 1", "m as in mike", "double n".

A turn becomes pieces: signs that were spelled one by one, words, and what stands for neither. Which
words those are is told by `SpellingWords`; digits are read as `agent/numbers/digits.py` reads them.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Literal, TypeAlias

from agent.numbers.digits import DigitWords, Group, read
from agent.numbers.quantities import quantities

_Kind: TypeAlias = Literal[
    "letter", "digits", "alphabet", "word", "sign", "domain", "beside", "aside", "as_in", "times",
    "spelt", "instead",
]  # fmt: skip
SPELLED = frozenset({"letter", "digits"})
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+|[@._+\-]")
_APART = re.compile(r"(?<![^\W_])(?:[^\W_]-){2,}[^\W_](?![^\W_])")  # "M-A-R-T-I-N"
_SPELLED_OUT = re.compile(r"[^\W\d_](?:\W+[^\W\d_])+")  # "u n" is no number here
_LONGEST = 4  # words of a phrase
_NAMES = 3  # words of an alphabet that are first names, too, spell from so many on; others from two


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a turn: a letter, digits, a word, a sign or a domain in lower case."""

    kind: _Kind
    text: str = ""


@dataclass(frozen=True)
class SpellingWords:
    """How a language spells. All words are lower case.

    `alphabet` are words that stand for their first letter, `as_in` stands between a letter and such
    a word. `spelt` announces that the word before is spelled now. What is `beside` belongs to no
    address and ends one, `asides` ("all lower case") do not. `names` are said as words when they
    are read back, all else letter by letter; `said` is how a sign is said then.
    """

    digits: DigitWords = field(default_factory=DigitWords)
    letters: Mapping[str, str] = field(default_factory=dict)  # "zed" -> "z"
    alphabet: frozenset[str] = frozenset()
    as_in: tuple[str, ...] = ()
    spelt: tuple[str, ...] = ()
    signs: Mapping[str, str] = field(default_factory=dict)  # "dot" -> "."
    said: Mapping[str, str] = field(default_factory=dict)  # "." -> "dot"
    domains: Mapping[str, str] = field(default_factory=dict)  # "hot mail" -> "hotmail.com"
    beside: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()

    @cached_property
    def phrases(self) -> Mapping[str, Piece]:
        """Each phrase and what it is; a phrase that is two things is the later one."""
        found = {phrase: Piece("beside", phrase) for phrase in self.beside}
        found |= {word: Piece("alphabet", word) for word in self.alphabet}
        found |= {phrase: Piece("instead") for phrase in self.digits.instead}
        found |= {phrase: Piece("aside") for phrase in self.asides}
        found |= {phrase: Piece("spelt") for phrase in self.spelt}
        found |= {phrase: Piece("as_in", phrase) for phrase in self.as_in}
        found |= {word: Piece("times", str(times)) for word, times in self.digits.times.items()}
        found |= {phrase: Piece("letter", letter) for phrase, letter in self.letters.items()}
        found |= {phrase: Piece("domain", domain) for phrase, domain in self.domains.items()}
        return found | {phrase: Piece("sign", sign) for phrase, sign in self.signs.items()}


def spelled(text: str, words: SpellingWords, least: int) -> str | None:
    """The one string of at least so many letters and digits that a text spells, in capitals.

    None where it spells none, or several; what was said after a word of correction counts.
    """
    runs: list[str] = []
    said = pieces(text, words)
    joined = [p for n, p in enumerate(said) if not _is_hyphen(said, n)]  # "F-4821"
    for kind, run in groupby(joined, lambda p: "run" if p.kind in SPELLED else p.kind):
        if kind == "instead":
            runs = []
        found = "".join(piece.text for piece in run) if kind == "run" else ""
        if len(found) >= least:
            runs.append(found.upper())
    if len(set(runs)) != 1:
        return None
    counted = {q.digits for q in quantities(text, words.digits.numerals) if q.unit}
    return None if runs[0] in counted else runs[0]


def _is_hyphen(said: Sequence[Piece], at: int) -> bool:
    around = [
        piece.kind in SPELLED for piece in (*said[max(at - 1, 0) : at], *said[at + 1 : at + 2])
    ]
    return said[at] == Piece("sign", "-") and around == [True, True]


def pieces(text: str, words: SpellingWords) -> list[Piece]:
    """The pieces of a text, in order; letters that an alphabet's words stand for among them."""
    text = _APART.sub(lambda m: m.group().replace("-", " "), unicodedata.normalize("NFC", text))
    groups = read(text, words.digits)[0]
    found = list(_pieces(text, words, [group for run in groups for group in run.groups]))
    return list(_by_alphabet(list(_letters(found)), words.names))


def _pieces(text: str, words: SpellingWords, groups: Sequence[Group]) -> Iterator[Piece]:
    tokens = [m for m in _TOKEN.finditer(text) if _stands(m, text)]
    said = [m.group().lower().replace("’", "'") for m in tokens]
    whole = [g for g in groups if not _SPELLED_OUT.fullmatch(text[g.start : g.end])]
    digits = {group.start: group for group in whole}
    at = 0
    while at < len(tokens):
        group = digits.get(tokens[at].start())
        piece, length = _phrase(said, at, words.phrases)
        if group is not None and not (piece and length > 1):
            yield Piece("digits", group.digits)
            at = next(
                (n for n in range(at, len(said)) if tokens[n].start() >= group.end), len(said)
            )
            continue
        token = said[at]
        glued = len(token) <= _LONGEST and _is_code(text, tokens[at].start(), tokens[at].end())
        if piece is None:
            single = len(token) == 1 and token.isalpha()
            kind: _Kind = "letter" if single or glued else "word"
            piece = Piece(kind if token.isalpha() or "'" in token else "sign", token)
            piece = Piece("digits", token) if token.isdigit() else piece
        yield piece
        at += length


def _stands(token: re.Match[str], text: str) -> bool:
    """Whether this is no punctuation: a sign of an address has no blank on either side."""
    if token.group()[0].isalnum() or token.group() == "@":
        return True
    around = text[max(token.start() - 1, 0) : token.start()], text[token.end() : token.end() + 1]
    return all(each and not each.isspace() for each in around)


def _is_code(text: str, start: int, end: int) -> bool:
    """Whether letters are written as a code's: "F4821", "AB 1234"."""
    capitals = text[start:end].isupper() and text[end : end + 2].lstrip().isdigit()
    return text[max(start - 1, 0) : start].isdigit() or text[end : end + 1].isdigit() or capitals


def _phrase(said: Sequence[str], at: int, phrases: Mapping[str, Piece]) -> tuple[Piece | None, int]:
    for length in range(min(_LONGEST, len(said) - at), 0, -1):
        if piece := phrases.get(" ".join(said[at : at + length])):
            return piece, length
    return None, 1


def _letters(found: Sequence[Piece]) -> Iterator[Piece]:
    """ "m as in mike" is an m, "double n" two of them."""
    at = 0
    while at < len(found):
        piece = found[at]
        following = [*found[at + 1 : at + 3], Piece("beside"), Piece("beside")]
        if piece.kind == "letter" and following[0].kind == "as_in":
            yield piece
            at += 1 + (1 if following[1].kind in ("beside", "sign") else 2)
        elif piece.kind == "times" and following[0].kind == "letter":
            yield Piece("letter", following[0].text * int(piece.text))
            at += 2
        elif piece.kind == "as_in" or piece.kind == "times":
            yield Piece("word", piece.text)
            at += 1
        else:
            yield piece
            at += 1


def _by_alphabet(found: Sequence[Piece], names: frozenset[str]) -> Iterator[Piece]:
    """Words of an alphabet that stand together are letters; one alone is a word, or a name."""
    spells = {"alphabet", *SPELLED}
    for together, run in groupby(found, lambda piece: piece.kind in spells):
        each = list(run)
        said = [piece.text for piece in each if piece.kind == "alphabet"]
        least = _NAMES if all(word in names for word in said) else 2
        spelling = together and len(each) >= least
        for piece in each:
            if piece.kind != "alphabet":
                yield piece
            else:
                letter = plain(piece.text)[:1]
                yield Piece("letter", letter) if spelling else Piece("word", piece.text)


def plain(text: str) -> str:
    """Without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
