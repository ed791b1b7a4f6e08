"""Short forms, names that voices get wrong, signs between words; emoji and decoration go."""

import re
from functools import cache

from pipelines.engines.tts.normalisation.nouns import noun, setting, word

# Said alike in all languages. What they sound like has been heard by nobody yet.
_NAMES = {"VoLTE": "Volte", "eSIM": "e-SIM", "USSD": "U S S D", "IMEI": "I M E I", "APN": "A P N"}
_NAME = re.compile(rf"(?<!\w)({'|'.join(_NAMES)})(?!\w)")
_EMOJI = (
    "\U0001f000-\U0001faff\U0001fb00-\U0001fbff\u2600-\u27bf\u2b00-\u2bff\u2190-\u21ff"
    "\u25a0-\u25ff\u2300-\u23ff\ufe0e\ufe0f\u20e3\u200d\u2022\u2023"
)
_DECORATION = re.compile(rf"\s?[{_EMOJI}]+")
_SIGNED = re.compile(r"[€$£&+=@*#/…_±°§|~^<>{}\[\]\\½¼¾⅓`]")
_FIRST = frozenset({"no.", "No.", "no", "ok.", "n.", "u.", "č.", "br.", "nr", "st", "ca", "n°",
                    "nº", "sz.", "r.", "pr.", "es.", "ex.", "al.", "p.", "№",
                    "буд.", "кв."})  # fmt: skip
_LAST = frozenset({"r.", "g.", "ч.", "г.", "р.", "hod.", "val.", "god.", "mies.", "мин."})


def names(text: str) -> str:
    """A text with the names that voices get wrong as they are said."""
    return _NAME.sub(lambda found: _NAMES[found.group()], text)


@cache
def _short(language: str) -> re.Pattern[str] | None:
    forms = sorted(setting("short", language) or {}, key=len, reverse=True)
    if not forms:
        return None
    parts = []
    for form in forms:
        end = "" if form.endswith((".", "°", "º", "№")) else r"(?!\w)"
        if form in _FIRST and form not in ("p.", "al.", "r.", "pr."):
            end += r"(?=\s?\d)"
        ahead = r"(?<=\d\s)" if form in _LAST and form not in ("g.", "мин.") else ""
        parts.append(f"{ahead}{re.escape(form)}{end}")
    first = "".join(sorted({form[0] for form in forms}))
    return re.compile(rf"(?<![\w.])(?=[{first}])(?:{'|'.join(parts)})")


def has_short_forms(text: str, language: str) -> bool:
    """Whether there is an abbreviation of the language's."""
    pattern = _short(language)
    return pattern is not None and pattern.search(text) is not None


def short_forms(text: str, language: str) -> str:
    """A text with its abbreviations in full."""
    pattern = _short(language)
    if pattern is None:
        return text
    full = setting("short", language)

    def said(found: re.Match[str]) -> str:
        form = found.group()
        if form.lower().startswith(("min", "mín", "мін", "мин", "godz")) and re.search(
            r"\d\s?$", found.string[: found.start()]
        ):
            ends = re.match(r"\s+[^\W\d_a-z]|\s*$", found.string[found.end() :])
            return form if ends else form.rstrip(".")  # minutes
        rest = found.string[found.end() :]
        stop = (
            "." if form.endswith(".") and not rest.strip() and not full[form].endswith(".") else ""
        )
        gap = " " if rest[:1].isalnum() else ""
        return str(full[form]) + gap + stop

    return pattern.sub(said, text)


def without_decoration(text: str) -> str:
    """A text without emoji, arrows, bullets and the marks of lists and bold type."""
    text = re.sub(r"^\s*- (?=[^\W\d])", "", text)
    if text.isascii() and "**" not in text:
        return text
    bare = re.sub(r"\*{2,}", "", _DECORATION.sub("", text))
    return bare if bare == text else bare.strip()


def signs(text: str, language: str) -> str:
    """A text with the signs between its words said or dropped."""
    if not _SIGNED.search(text):
        return text
    for sign, name in (("&", "and"), ("=", "equals"), ("@", "at")):
        if sign in text and word(name, language):
            text = re.sub(rf"\s?{re.escape(sign)}\s?", f" {word(name, language)} ", text)
    plus = word("plus", language)
    if "+" in text and plus:
        text = re.sub(r"\s?\+\s?(?=\w)", f" {plus} ", text)
        text = re.sub(r"(?<=\w)\s?\+", f" {plus}", text)
    if "±" in text:
        text = re.sub(r"\s?±\s?", f" {word('plus_minus', language)} ", text)
    for sign, code in (("€", "EUR"), ("$", "USD"), ("£", "GBP")):
        if sign in text:
            text = re.sub(rf"\s?{re.escape(sign)}", f" {noun(code, 5, language)}", text)
    text = text.replace("…", "...")
    text = re.sub(r"(?<=[^\W_])/(?=[^\W_])", " ", text)
    text = re.sub(r"[*#`|~^<>{}\[\]\\§]|(?<!\w)_+|_+(?!\w)", "", text)
    return re.sub(r" {2,}", " ", text).strip(" ")
