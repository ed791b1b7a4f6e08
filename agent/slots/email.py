"""An e-mail address as it is dictated or typed: "marie dot dupont at gmail dot com".

The library email-validator says whether what was put together is one, by its form alone. What does
not add up, and two of them, are none: the caller is asked again.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from agent.slots.spelling import SPELLED, Piece, SpellingWords, pieces, plain

_TYPED = re.compile(r"[^\s@,;:<>()\"]+@[^\s@,;:<>()\"]+\.[^\s@,;:<>()\"]+")
_JOINS = frozenset("._-+")  # signs within the part before the "@"
_WORDS = 2  # in a row without a sign between: three are a sentence
_LABEL = 4  # pieces from a word to the sign that follows it, with it
_LONGEST = 254  # characters of an address (RFC 5321)


def email(text: str, words: SpellingWords) -> str | None:
    """The one address that a text holds, in lower case; None where it holds none, or several."""
    typed = {known for m in _TYPED.findall(text) if (known := valid(m.rstrip(".!?'")))}
    if typed:
        return typed.pop() if len(typed) == 1 else None
    dictated = _addresses(_respelled(pieces(text, words)))
    return dictated.pop() if len(dictated) == 1 else None


@lru_cache(maxsize=256)
def valid(address: str) -> str | None:
    """The address as it is written, if it is one by its form; nobody is asked whether it exists."""
    from email_validator import EmailNotValidError, validate_email  # 30 ms, and seldom needed

    if len(address) > _LONGEST:
        return None
    try:
        return validate_email(address, check_deliverability=False).normalized.lower()
    except (EmailNotValidError, UnicodeError):
        return None


def spoken(address: str, words: SpellingWords) -> str:
    """An address to be read out: names as words, all else sign by sign."""
    local, _, domain = address.partition("@")
    at = words.said.get("@", "@")
    return f"{_said(local, words, ())}, {at}, {_said(domain, words, words.domains.values())}"


def _said(part: str, words: SpellingWords, known: Iterable[str]) -> str:
    labels = {label for domain in known for label in domain.split(".") if len(label) > 2}
    said = []
    for run in re.findall(r"[^\W\d_]+|\d+|.", part):
        if run in words.said:
            said.append(words.said[run])
        elif run in words.names or run in labels:
            said.append(run)
        else:
            said.append(", ".join(run.upper()) + ",")
    return " ".join(said).rstrip(",")


def _respelled(said: Sequence[Piece]) -> list[Piece]:
    """A word that is spelled after it was said, announced or not, stands once: as it is spelled."""
    found: list[Piece] = []
    announced = False
    at = 0
    while at < len(said):
        piece = said[at]
        run = 0
        while at + run < len(said) and said[at + run].kind in SPELLED:
            run += 1
        spelled = "".join(p.text for p in said[at : at + run])
        last = found[-1] if found else Piece("beside")
        same = plain(last.text).lower() == spelled
        if run and last.kind == "word" and (announced or same) and last.text[0] == spelled[0]:
            found[-1] = Piece("word", spelled)
            at += run
        elif piece.kind == "spelt":
            found += [] if last.kind == "word" else [Piece("beside")]
            announced, at = True, at + 1
            continue
        elif piece.kind != "aside":
            found.append(piece)
            at += 1
        else:
            at += 1
        announced = False
    return found


def _addresses(said: Sequence[Piece]) -> set[str]:
    """From the last to the first; what was said after a word of correction counts."""
    found: set[str] = set()
    end = len(said)
    for at in reversed([n for n, piece in enumerate(said) if piece == Piece("sign", "@")]):
        if at >= end:
            continue
        domain, after = _domain(said, at + 1)
        local, begin = _local(said, at)
        address = valid(f"{local}@{domain}") if local and domain else None
        if address is None:
            continue
        corrected = any(piece.kind == "instead" for piece in said[after:end])
        if not (found and corrected):
            found.add(address)
        end = begin
    return found


def _local(said: Sequence[Piece], at: int) -> tuple[str, int]:
    """The part before the "@", and where it begins."""
    begin, words = at, 0
    while begin and _belongs(said[begin - 1]):
        piece = said[begin - 1]
        words = words + 1 if piece.kind in ("word", "domain") else 0
        if words > _WORDS:
            return "", at
        begin -= 1
    return plain("".join(_text(piece) for piece in said[begin:at])), begin


def _belongs(piece: Piece) -> bool:
    return piece.kind in ("word", "domain", *SPELLED) or (
        piece.kind == "sign" and piece.text in _JOINS
    )


def _text(piece: Piece) -> str:
    return piece.text.partition(".")[0] if piece.kind == "domain" else piece.text


def _domain(said: Sequence[Piece], at: int) -> tuple[str, int]:
    """What follows the "@", "" if it is no domain; and where it ends."""
    labels, words, place = [""], 0, at
    for place in range(at, len(said) + 1):
        piece = said[place] if place < len(said) else Piece("beside")
        before = said[place - 1]
        if piece == Piece("sign", "."):
            labels.append("")
        elif piece.kind == "sign" and piece.text == "-":
            labels[-1] += "-"
        elif _is_of_domain(said, place, len(labels) == 1):
            spelling = piece.kind in SPELLED and before.kind in SPELLED
            if len(labels) > 1 and labels[-1] and not spelling and before.kind != "sign":
                break  # the last part was said
            words += piece.kind == "word"
            labels[-1] += plain(_text(piece).replace(" ", ""))
        else:
            break
        if piece.kind == "domain" and place == at and not _goes_on(said, place + 1):
            return piece.text, place + 1
    if labels[-1] == "":
        labels.pop()
    return (".".join(labels) if len(labels) > 1 and words <= 2 * _WORDS + 1 else "", place)


def _is_of_domain(said: Sequence[Piece], at: int, first: bool) -> bool:
    """A word that mostly is none of an address is one before its dot ("smith and sons dot com")."""
    if at >= len(said):
        return False
    signs = [piece.text for piece in said[at + 1 : at + _LABEL] if piece.kind == "sign"]
    aside = first and said[at].kind == "beside" and said[at].text and signs[:1] in (["."], ["-"])
    return bool(aside) or said[at].kind in ("word", "domain", *SPELLED)


def _goes_on(said: Sequence[Piece], at: int) -> bool:
    return at < len(said) and said[at].kind == "sign" and said[at].text in _JOINS
