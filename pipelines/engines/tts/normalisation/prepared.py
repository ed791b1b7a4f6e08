"""What is put otherwise before figures are read, and mended after it: by tables of written.toml.

    rewrite          [pattern, replacement], …: before
    mend             the same, after
    year_nouns       words before which a year is said as in a date
    before           [pattern of "figures noun", gender], …: how a number agrees with a noun, "" not

A language without such a table is left alone.
"""

import re
from collections.abc import Mapping

from pipelines.engines.tts.normalisation.nouns import setting, word
from pipelines.engines.tts.normalisation.ordinals import year

_BETWEEN = "\ue002"  # the numbers of a range that is said without a word


def prepared(text: str, language: str) -> str:
    """A text with figures, before anything in it is read."""
    for pattern, replacement in setting("rewrite", language):
        text = re.sub(pattern, replacement, text)
    nouns = word("year_nouns", language)
    if nouns:
        text = re.sub(
            rf"(?<![\w.,/-])((?:1[89]|20)\d\d)(?=\s(?:{nouns})(?!\w))",
            lambda found: year(int(found[1]), language) or found[1],
            text,
        )
    version = word("version", language)
    if version:  # "version 2.0": no decimal
        text = re.sub(rf"(?i)(?<!\w)({version}\s)(?=\d+\.\d)", r"\1v", text)
    return text


def mended(text: str, language: str) -> str:
    """A text whose figures have been read."""
    for pattern, replacement in setting("mend", language):
        text = re.sub(pattern, replacement, text)
    return text


def gender_beside(figures: str, rest: str, known: Mapping[str, str], language: str) -> str | None:
    """With which gender a number agrees, by what follows: "2 days", and "2 to 3 days" as well."""
    to = rf"\s{re.escape(word('to', language))}\s|{_BETWEEN}"
    last = rf"(?:{to})\d[\d ., ]*?\s?((?!%)[^\W\d_]+)"
    following = re.match(last, rest) if language != "mt" else None
    following = following or re.match(r"\s([^\W\d_]+)", rest)
    if not following:
        return None
    if following[1] in known:
        return known[following[1]]
    beside = f"{figures} {following[1]}"
    rules = setting("before", language)
    return next((str(gender) for pattern, gender in rules if re.fullmatch(pattern, beside)), None)
