"""Numbers in text, written in figures or in words, as values.

"twenty-five", "25" and "２５" are one number. Which words there are in a language is told by
`Numerals`, built from its pack; with an empty one only figures are read.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from agent.numbers.numerals import Numerals, Token, plain, written
from agent.numbers.spelled_numbers import Spelled

_BLANKS = "['  ]"  # between thousands
_TOKEN = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{4})"
    r"|(?P<clock>\d{1,2}(?::| ?h ?)[0-5]\d(?!\d))"
    rf"|(?P<number>\d{{1,3}}(?:(?:\.|,|{_BLANKS})\d{{3}})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
    r"|(?P<word>[^\W\d_]+(?:\.[^\W\d_]\b\.?)*)"  # "a.m." is one word
    r"|(?P<other>\S)"
)
_IN_LETTERS = re.compile(r"\b(?:[^\W\d_][ .-]){3,}[^\W\d_]\b")  # "t w e n t y"


def tokens(text: str, numerals: Numerals) -> list[Token]:
    """The words, signs and numbers of a text, in order; number words have become numbers."""
    text = _IN_LETTERS.sub(lambda m: re.sub(r"[ .-]", "", m.group()), plain(text))
    text = re.sub(r"(?<=[^\W\d_])-(?=[^\W\d_])", " ", text)
    found = [_token(m, text, numerals.decimal_point) for m in _TOKEN.finditer(text)]
    return list(_counted(found, numerals))


def _token(match: re.Match[str], text: str, point: str) -> Token:
    kind, said = match.lastgroup or "other", match.group()
    glued = match.start() > 0 and not text[match.start() - 1].isspace()
    value = _value(said, point) if kind == "number" else None
    return Token(kind, said, glued, value, re.sub(r"\D", "", said))


def _value(figures: str, point: str) -> Decimal:
    """ "3 500", "3,500", "12,50" as the language means them."""
    figures = re.sub(_BLANKS, "", figures)
    groups = "." if point == "," else ","
    if re.fullmatch(rf"\d+(?:[{groups}]\d{{3}})+", figures):
        return Decimal(figures.replace(groups, ""))
    if len(re.findall(r"[.,]", figures)) > 1:
        whole, places = re.split(r"[.,](?=\d*$)", figures)
        thousands = len(set(re.findall(r"[.,]", figures))) == 1  # 1.000.000
        whole = re.sub(r"[.,]", "", whole)
        return Decimal(whole + places if thousands else f"{whole}.{places}")
    return Decimal(figures.replace(",", "."))


def _counted(found: list[Token], numerals: Numerals) -> Iterator[Token]:
    at = 0
    while at < len(found):
        token = found[at]
        if token.kind == "number" and token.value is not None:
            following = found[at + 1].text if at + 1 < len(found) else ""
            if scale := numerals.scales.get(following):  # "2 million"
                value = token.value * scale
                token = Token("number", token.text, token.glued, value, written(value))
                at += 1
        elif token.kind == "word" and (spelled := _spelled(found, at, numerals)):
            token, at = spelled
        yield token
        at += 1


def _spelled(found: list[Token], at: int, numerals: Numerals) -> tuple[Token, int] | None:
    """The number that is spelled from a word on, and its last word; None where none is."""
    if not numerals.may_begin(found[at].text):
        return None
    number = Spelled(found, at, numerals)
    if number.value is None:
        return None
    first, said = found[at], {each.text for each in found[at : number.end]}
    in_fives = not said.isdisjoint(numerals.fives)
    digits = written(number.value)
    token = Token("number", first.text, first.glued, number.value, digits, True, in_fives)
    return token, number.end - 1
