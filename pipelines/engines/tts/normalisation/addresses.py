"""Web addresses, e-mail addresses and versions, readable: "waxtaan dot s n slash aide"."""

import re

from pipelines.engines.tts.normalisation.nouns import word
from pipelines.engines.tts.normalisation.telephone import group

_TOP = (
    "com|org|net|info|app|shop|online|int|gov|edu|biz|io|tv|me|"
    "sn|eu|uk|ie|us|at|be|bg|ba|ch|cz|cy|de|dk|ee|es|fi|fr|gr|hr|hu|it|lt|lu|lv|mk|mt|nl|pl|pt|"
    "ro|rs|se|si|sk|al|tr|ua|ci|ml|mr|gm|gn"
)
_WHOLE = rf"(?:[\w-]+\.)+(?:{_TOP})(?![\w-]|\.\w)"
_PATTERN = re.compile(
    rf"[\w.+-]+@(?:[\w-]+\.)+[a-z]{{2,10}}\b"
    rf"|https?://[^\s<>\"')]+[\w/]"
    rf"|(?<![\w@./-])(?:www\.[\w.-]+\.\w+|{_WHOLE})(?:[/?#][\w./?=&%#-]*[\w/])?"
)
_SIGNS = {"@": "at", ".": "dot", "-": "dash", "_": "underscore", "/": "slash", "+": "plus",
          "=": "equals", "&": "and", "#": "hash"}  # fmt: skip
_VERSION = re.compile(
    r"\b[vV]\.?(?P<v>\d+(?:\.\d+)*)\b|(?<![\w.,])(?P<n>\d+(?:\.\d+){2,})(?![\w,])"
)
_VERSIONED = "iOS|iPadOS|macOS|Android|Bluetooth|USB|HDMI|Windows|One UI"
_TELEPHONE = re.compile(r"0\d(?:\.\d\d){4}")


def addresses(text: str, language: str) -> str:
    """A text with its addresses as they are said."""
    if "." not in text or not word("dot", language):
        return text
    return _PATTERN.sub(lambda found: _address(found.group(), language), text)


def _address(written: str, language: str) -> str:
    written = re.sub(r"^https?://", "", written).rstrip("/")
    host, _, path = written.partition("/")
    pieces = re.findall(r"\d+|[^\W\d_]+|[^\w\s]|_", host + (f"/{path}" if path else ""))
    last = max((i for i, p in enumerate(pieces[: _length(host)]) if p.isalpha()), default=-1)
    said = []
    for i, piece in enumerate(pieces):
        if piece in _SIGNS:
            said.append(word(_SIGNS[piece], language))
        elif piece.isdigit():
            said.append(_digits(piece, language))
        elif piece.lower() == "www" or (i == last and len(piece) == 2):
            said.append(" ".join(piece))
        elif piece.isalpha():
            said.append(piece)
    return " ".join(s for s in said if s)


def _length(host: str) -> int:
    return len(re.findall(r"\d+|[^\W\d_]+|[^\w\s]|_", host))


def _digits(digits: str, language: str) -> str:
    from pipelines.engines.tts.normalisation.cardinals import cardinal

    short = len(digits) < 4 and not digits.startswith("0")
    return (cardinal(int(digits), language) if short else group(digits, language)) or digits


def versions(text: str, language: str) -> str:
    """A text with "v2.0" and "1.4.2" in words."""
    if "." not in text and "v" not in text.lower():
        return text

    point = word("point" if language in ("en", "mt") else "dot", language)

    def said(found: re.Match[str]) -> str:
        numbers = (found["v"] or found["n"]).split(".")
        if found["n"] and all(len(part) == 3 for part in numbers[1:]):
            return found.group()  # thousands
        if found["n"] and _TELEPHONE.fullmatch(found["n"]):
            return found.group()
        words = f" {point} ".join(_digits(part, language) for part in numbers)
        name = word("version", language)
        named = found.string[: found.start()].lower().rstrip().endswith(name.lower())
        return f"{name} {words}".strip() if found["v"] and not named else words

    text = _VERSION.sub(said, text)
    named = "|".join(filter(None, (_VERSIONED, word("version", language))))
    return re.sub(
        rf"(?i:(?<=\W)|^)((?i:{named})\s)(\d+)\.(\d+)(?![\w,.]*\d)",
        lambda found: (
            f"{found[1]}{_digits(found[2], language)} {point} {_digits(found[3], language)}"
        ),
        text,
    )
