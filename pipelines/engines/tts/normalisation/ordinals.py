"""Ordinals: days of a date, and "1st", "2e", "3º"."""

import re
from functools import lru_cache

from pipelines.engines.tts.normalisation.agreement import agree
from pipelines.engines.tts.normalisation.cardinals import cardinal
from pipelines.engines.tts.normalisation.cases import change_all, ordinal_before
from pipelines.engines.tts.normalisation.nouns import change, setting, word

_THEIRS = frozenset({"de", "en", "es", "fr", "it", "nl", "pt", "ro", "sv", "tr"})  # num2words'
_GREEK = [
    *("πρώτ", "δεύτερ", "τρίτ", "τέταρτ", "πέμπτ", "έκτ"),
    *("έβδομ", "όγδο", "ένατ", "δέκατ", "ενδέκατ", "δωδέκατ"),
]
_MENDED = {
    "tr": (("^onbir", "on bir"), ("^(on|yirmi|otuz|kırk|elli)(?=[a-zçğıöşü]{3})", r"\1 ")),
    "es": (
        ("^décimoprimero", "undécimo"),
        ("^décimosegundo", "duodécimo"),
        ("^décimo(?=.)", "decimo"),
    ),
}

# How figures are marked as ordinals, by language; "mark" tells the ending.
_MARKED = {
    "en": r"(?P<mark>st|nd|rd|th)\b",
    "fr": r"\s?(?P<mark>ers?|res?|ères?|es?|èmes?|nde?)\b",
    "es": r"\.?(?P<mark>[ºª°]|er\b|ero\b|era\b|do\b|da\b|to\b|ta\b)",
    "pt": r"\.?(?P<mark>[ºª°])",
    "it": r"(?P<mark>[ºª°])(?! ?C\b)",
    "ro": r"-(?P<mark>lea|a)\b",
    "nl": r"(?P<mark>e|de|ste)\b",
    "sv": r"(?P<mark>:[ae])\b",
    "el": r"(?P<mark>ος|ου|ο|η|ης)\b",
    "bg": r"-?(?P<mark>ви|ри|ти|ми|ва|ра|та|ма)\b",
    "mk": r"-?(?P<mark>ви|ри|ти|ми|ва|ра|та|ма)\b",
    "uk": r"-(?P<mark>[тшмг]?(?:[аеєуюя]|ого)|го|му|ому|[тшмг]?ої|ї|й|ий|ій)\b",
    "lt": r"-(?P<mark>i?as|i?oji|i?asis|i?a|i?oje)\b",
    "tr": r"['’]?(?P<mark>[ıiuü]?nc[ıiuü])\b",
    "wo": r"-?(?P<mark>eel)\b",
}
# Where a dot after the figure marks one, and a word in small letters follows.
_DOTTED = frozenset({"bs", "cs", "da", "et", "fi", "hr", "hu", "lv", "pl", "sk", "sl", "sr", "tr"})
_DATIVE = r"(?:an|auf|aus|bei|in|mit|nach|seit|von|zu) der"
_GERMAN = (
    rf"(?P<before>\b(?:{_DATIVE}|am|im|zum|vom|beim|ab|bis|der|die|das|dem|den|des|zur|jede[nr])\s)"
)


@lru_cache(maxsize=2048)
def day(n: int, language: str, month: str = "") -> str | None:
    """A day of a date, as it stands beside a `month`; None where there are no words for it."""
    said = listed_day(n, language) or _uncounted(n, language)
    if said is None:
        return None
    for ending, *rules in setting("month_cases", language):
        if re.search(ending, month):
            said = change(said, rules)
    template = word("day_said", language)
    return template.format(d=said) if template else said


def _uncounted(n: int, language: str) -> str | None:
    if n == 1 and word("first", language):
        return word("first", language)
    if language in ("de", "en"):
        return _num2words(n, language)
    said = cardinal(n, language)
    return agree(said, word("day_gender", language), language) if said else None


def listed_day(n: int, language: str) -> str | None:
    """A day from `days` and `tens` of written.toml; None where the language lists none."""
    days = setting("days", language)
    listed: list[str] = days.split() if isinstance(days, str) else list(days)
    if not 0 < n < 32 or not listed:
        return None
    if len(listed) == 31 or n <= 20:
        return listed[n - 1]
    if n == 30:
        return listed[20]
    return f"{setting('tens', language)[n // 10 - 2]} {listed[n % 10 - 1]}"


@lru_cache(maxsize=512)
def ordinal(n: int, language: str) -> str | None:
    """An ordinal that is no day: "first". Masculine, where a language tells; None if unknown."""
    if language in _THEIRS:
        return _num2words(n, language) if 0 < n < 1000 else None
    if language == "el":
        return f"{_GREEK[n - 1]}ος" if 0 < n <= len(_GREEK) else None
    if language == "wo":
        said = cardinal(n, language)
        return f"{said}eel" if said else None
    listed = listed_day(n, language)
    if listed is None:
        return None
    rules = setting("nominative", language)
    for pattern, replacement in rules:
        changed = re.sub(pattern, replacement, listed)
        if changed != listed:
            return changed
    return listed


def _num2words(n: int, language: str) -> str:
    from num2words import num2words

    said = str(num2words(n, lang=language, to="ordinal")).replace(",", "")
    for pattern, replacement in _MENDED.get(language, ()):
        said = re.sub(pattern, replacement, said)
    return said


def ordinals(text: str, language: str) -> str:
    """A text with its ordinals in words."""
    marked = _MARKED.get(language)
    if marked:
        text = re.sub(
            rf"(?<![\w.,])(?P<n>\d{{1,3}}){marked}", lambda found: _said(found, language), text
        )
    if language in _DOTTED:
        text = re.sub(
            r"(?<![\w.,])(?P<n>\d{1,2})\.(?= [^\W\d_A-ZÀ-ÞČŠŽĆĐŁŚŹŻİ])(?P<mark>)",
            lambda found: _said(found, language),
            text,
        )
    if language == "de":
        text = re.sub(
            rf"{_GERMAN}(?P<n>\d{{1,3}})\.(?= [^\W\d_])(?P<mark>)",
            lambda found: _said(found, language),
            text,
        )
    return text


def _said(found: re.Match[str], language: str) -> str:
    n, mark = int(found["n"]), found["mark"]
    said = ordinal(n, language)
    if said is None:
        return found.group()
    if language == "de":
        return found["before"] + german(said, found["before"])
    if language == "fr" and n == 1:
        return "première" if "re" in mark else "premier"
    if language == "fr" and n == 2 and mark.startswith("nd"):
        return "seconde" if mark == "nde" else "second"
    if language == "es" and mark == "er":
        return re.sub("(prim|terc)ero$", r"\1er", said)
    if language == "lt":
        return said[:-1] + mark.removeprefix("i")  # "trečias", "pirmasis"
    if language in ("es", "pt", "it") and (mark == "ª" or mark.endswith("a")):
        return re.sub(r"o\b", "a", said)
    if language == "ro":  # "al 3-lea", "a 3-a"
        feminine = setting("feminine_ordinals", "ro")
        if mark == "a":
            return feminine[n - 1] if n <= len(feminine) else found.group()
        return said.removeprefix("al ")
    if language == "el" and mark in ("η", "ης", "ο", "ου"):
        return said.removesuffix("ος") + {"η": "η", "ης": "ης", "ο": "ο", "ου": "ου"}[mark]
    if language in _DOTTED:
        return ordinal_before(said, found.string[found.end() :], language)
    if language in ("bg", "mk") and mark.endswith("а"):
        return re.sub("и$", "а", said)
    if language == "uk":
        return _ukrainian(n, mark, said)
    return said


def _ukrainian(n: int, mark: str, said: str) -> str:
    if mark.endswith("го"):
        return day(n, "uk") or said
    if mark.endswith("му"):
        return change_all(said, [["ій$", "ьому"], ["ий$", "ому"]])
    if mark.endswith("ї"):
        return change_all(said, [["ій$", "ьої"], ["ий$", "ої"]])
    for hard, soft in ("ая", "еє", "ую"):
        if mark[-1] in (hard, soft):
            return change_all(said, [["ій$", soft], ["ий$", hard]])
    return said


def german(said: str, before: str) -> str:
    """The ending after an article or a preposition: "am fünften", "der fünfte", "fünfter"."""
    word_before = before.split()[-1].lower() if before.split() else ""
    stem = said.removesuffix("e")
    dative = re.search(rf"\b{_DATIVE}\s*$", before.lower())
    if word_before in ("der", "die", "das") and not dative:
        return f"{stem}e"
    if dative or re.fullmatch("am|im|zum|vom|beim|ab|bis|dem|den|des|zur|seit|jeden|diesem|diesen|"
                              "nächsten|ihrem|ihren|vor|nach|und", word_before):  # fmt: skip
        return f"{stem}en"
    return f"{stem}er"
