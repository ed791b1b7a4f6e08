"""What is typed and dialled: "PIN 1234" and "call 112" figure by figure, "press #", "A > B".

The words beside which figures stand so are in written.toml: `codes` (and `code_is`, which may stand
between) and `dialled`; `codes_alone` are figures that need none.
"""

import re
from functools import cache, partial

from pipelines.engines.tts.normalisation.nouns import setting, word
from pipelines.engines.tts.normalisation.own import wolof_of
from pipelines.engines.tts.normalisation.telephone import by_digits, group
from pipelines.engines.tts.normalisation.years import NO_NOUNS

# Three figures or round thousands before a noun are rather a count: "call 300 people".
_NOUN = rf" (?!(?:{NO_NOUNS})\b(?! \d))[^\W\d_]"
_NUMBERS = rf"(?:11\d|911|999|\d{{3}}(?!{_NOUN})|\d{{4,6}}(?<!00)|\d{{4,6}}(?!{_NOUN}))"
_ALONE = r"(?!\w|[.,:/ -]\d|\s?(?:[€%$£]|F?CFA\b|lei\b))"  # no amount, no date


@cache
def _pattern(name: str, figures: str, language: str) -> re.Pattern[str] | None:
    words = word(name, language)
    if not words:
        return None
    between = word("code_is", language) if name == "codes" else ""
    filler = rf"(?:\s(?:{between})){{0,3}}" if between else ""
    return re.compile(rf"(?i:\b(?:{words})){filler}\s?:?\s(?P<n>{figures}){_ALONE}")


def typed(text: str, language: str) -> str:
    """A text with codes and short numbers figure by figure, or in pairs as the language has it."""
    for name, figures in (("codes", r"\d{3,8}"), ("dialled", _NUMBERS)):
        pattern = _pattern(name, figures, language)
        if pattern:
            pairs = name == "dialled" and bool(word("pairs", language))
            text = pattern.sub(partial(_one_by_one, pairs=pairs, language=language), text)
    alone = word("codes_alone", language)
    if alone:
        text = re.sub(
            rf"(?<![\w.,:/+-])(?<!\+\d{{3}} )(?:{alone})",
            lambda found: by_digits(found.group(), language),
            text,
        )
    return text


def _one_by_one(found: re.Match[str], pairs: bool, language: str) -> str:
    digits = found["n"]
    parts = [digits[:2], digits[2:]] if pairs and len(digits) == 4 else list(digits)
    if pairs and len(digits) == 3:
        parts = [digits]
    said = " ".join(group(part, language) or part for part in parts)
    return found.group()[: found.start("n") - found.start()] + said


def keys(text: str, language: str) -> str:
    """A text with a lone "#" or "*" named, and a menu's ">" a comma."""
    for sign, name in (("*", "star"), ("#", "hash")):
        if sign in text and word(name, language):
            # A star before a word is rather a list's.
            after = r"$|[.,;:!?)]" + (r"|\s+[^\W\d]" if sign == "#" else "")
            text = re.sub(rf"(?<=[\w,] )[{sign}](?={after})", word(name, language), text)
    return re.sub(r"(?<=\w) > (?=\w)", ", ", text)


@cache
def _counted_first(language: str) -> re.Pattern[str] | None:
    nouns = setting("counted_nouns", language)
    return re.compile(rf"(?<![\w.,/:-])(\d+) ({'|'.join(nouns)})(?!\w)") if nouns else None


def in_their_order(text: str, language: str) -> str:
    """Wolof binds a number to what it counts ("fukki fan ak juróom"), Pulaar has the unit first."""
    pattern = _counted_first(language)
    if language == "wo" and pattern:
        nouns = "|".join(setting("counted_nouns", language))
        text = re.sub(
            rf"(?<=\d)\s?[-–—]\s?(?=\d+ (?:{nouns})(?!\w))", f" {word('to', 'wo')} ", text
        )
        text = pattern.sub(
            lambda found: wolof_of(int(found[1]), found[2]) if int(found[1]) else found.group(),
            text,
        )
    for sign, forms in (setting("unit_first", language) or {}).items():
        one, many = forms
        to = word("to", language)
        figures = rf"(?<![\w.,/:-])(\d+(?:,\d+)?)\s?{re.escape(sign)}(?!\w)"
        text = re.sub(rf"{figures}\s?[-–—]\s?(?=\d)", rf"{many} \1 {to} ", text)
        text = re.sub(figures.replace(r"\d+(?:,\d+)?", "1"), rf"{one} \1", text)
        text = re.sub(figures, rf"{many} \1", text)
    return text
