"""Whole numbers in words: by num2words where it has the language, by rules of our own elsewhere."""

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache

from pipelines.engines.tts.normalisation.own import LARGEST, OWN

THEIRS = frozenset(
    [
        *("cs", "da", "de", "en", "es", "fi", "fr", "hu", "it"),
        *("lt", "lv", "nl", "pl", "pt", "ro", "sk", "sl", "sv", "uk"),
    ]
)

_THEIR_END = 10**9

# What num2words 0.5.14 gets wrong below a million, found by comparing it with ICU.
_MENDED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "da": (
        (r"(?<!halv)treds", "tres"),
        (r"\ben millioner", "en million"),
        (r"ettusind", "et tusind"),
        (r"tusind(?!e og)(?=\w)", "tusind "),
        (r"tusinde og (?=\w*hundrede)", "tusind "),
    ),
    "de": ((r"einstausend", "eintausend"),),
    "en": ((r",", ""),),
    "es": ((r"veintiuno mil\b", "veintiún mil"), (r"\buno mil\b", "un mil")),
    "fi": ((r"(?<=\w)miljoona", " miljoona"),),
    "hu": ((r"két$", "kettő"), (r"kettőezer", "kétezer")),
    "it": ((r"dicotto", "diciotto"), (r"(?<=.)(?<!cento)(?<!mila)tre(?=$|mila)", "tré")),
    "lt": ((r"^vienas (?=šimtas|tūkstantis)", ""), (r"(?<!dešimt )\bvienas (?=šimtas)", "")),
    "lv": ((r"\btūkstotis\b", "tūkstoš"), (r"\bsimtu\b", "simts")),
    "nl": ((r"(?<=honderd|duizend)één\b", "een"),),
    "ro": ((r"\bunu de mii", "una de mii"),),
    "sl": ((r"\bdve$", "dva"), (r"(?<=\w )(?<!\ben )milijon\b", "milijonov")),
    "sv": ((r"etttusen", "ettusen"), (r"förtio", "fyrtio")),
}

# Before a noun: the last word of a number that is not said as in counting, by gender.
_MASCULINE = {"de": ("eins", "ein"), "es": ("uno", "un"), "it": ("uno", "un")}
_FEMININE = {
    "de": ("eins", "eine"),
    "es": ("uno", "una"),
    "fr": ("un", "une"),
    "it": ("uno", "una"),
    "pt": ("um", "uma"),
}
FEMININES = {  # nouns of words.toml
    "de": frozenset({"second", "minute", "hour", "week"}),
    "es": frozenset({"hour", "week"}),
    "fr": frozenset({"second", "minute", "hour", "week"}),
    "it": frozenset({"hour", "week"}),
    "pt": frozenset({"hour", "week"}),
}


@lru_cache(maxsize=4096)
def cardinal(n: int, language: str) -> str | None:
    """A number as it is counted; None where the language's words for it are not known."""
    if language in OWN:
        return OWN[language](n) if 0 <= n <= LARGEST else None
    if language not in THEIRS or not 0 <= n < _THEIR_END:
        return None
    said = _num2words()(n, lang=language)
    for wrong, right in _MENDED.get(language, ()):
        said = re.sub(wrong, right, said)
    return said


def ordinal(n: int, language: str) -> str | None:
    """ "first", "second": English and French only, whose written figures show it ("1st", "2e")."""
    if language not in ("en", "fr") or not 0 < n < 1000:
        return None
    return _num2words()(n, lang=language, to="ordinal")


def before(said: str, noun: str, language: str) -> str:
    """A number as it stands before a noun, as far as we know."""
    feminine = noun in FEMININES.get(language, ())
    if language == "es" and said.endswith("veintiuno"):
        return said[:-3] + ("una" if feminine else "ún")
    counted, agreeing = (_FEMININE if feminine else _MASCULINE).get(language, ("", ""))
    if not counted or not re.search(rf"(?:^|[\s-]){counted}$", said):
        return said
    return said[: -len(counted)] + agreeing


@cache
def _num2words() -> Callable[..., str]:
    from num2words import num2words  # takes a tenth of a second

    return num2words  # type: ignore[no-any-return]
