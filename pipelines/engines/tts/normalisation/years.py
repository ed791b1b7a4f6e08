"""Years: said as in a date after "since" or before "godine", English decades."""

import re
from functools import cache, lru_cache

from pipelines.engines.tts.normalisation.cardinals import cardinal
from pipelines.engines.tts.normalisation.cases import change_all
from pipelines.engines.tts.normalisation.nouns import change, setting, word
from pipelines.engines.tts.normalisation.ordinals import listed_day

NO_NOUNS = (  # words before which figures are no count, in any language
    "and|to|or|until|we|you|it|they|the|"
    "an|und|oder|bis|war|ist|en|of|tot|voor|og|eller|til|var|for|nu|och|till|är|för|att|ja|tai|on|"
    "või|un|vai|ir|arba"
)
_YEAR = r"(?:1[89]|20)\d\d"


def years(text: str, language: str) -> str:
    """A text whose years are said as in a date where words beside them tell."""
    if language == "en":
        text = re.sub(r"(?<!\w)(\d{1,3}0)s\b", _decade, text)
    after, ahead = _patterns(language)
    if after:
        text = after.sub(
            lambda found: re.sub(
                r"\d{4}", lambda n: year(int(n[0]), language) or n[0], found.group()
            ),
            text,
        )
    return ahead.sub(lambda found: _beside(found, language), text) if ahead else text


@cache
def _patterns(language: str) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    words = word("years_after", language)
    nouns = [named for given, *_ in setting("year_cases", language) for named in given.split()]
    after = (  # "in 1999", but not "in 1999 homes"
        rf"\b(?i:{words})\s{_YEAR}(?:\s(?:{NO_NOUNS})\s{_YEAR})?"
        rf"(?=[.,;:!?)](?!\d)|\s*$|\s(?:{NO_NOUNS})\b)"
    )
    ahead = rf"(?<![\w.,/-])(?P<y>{_YEAR})\.?(?= (?P<next>{'|'.join(nouns)})\b)"
    return re.compile(after) if words else None, re.compile(ahead) if nouns else None


def _beside(found: re.Match[str], language: str) -> str:
    said = year(int(found["y"]), language)
    if said is None:
        return found.group()
    ahead = found.string[: found.start()].split()
    return _beside_noun(said, ahead[-1].lower() if ahead else "", found["next"], language)


def _beside_noun(said: str, ahead: str, following: str, language: str) -> str:
    """A year as it stands before "roku" or "godini", after the word `ahead`."""
    for words, before, *rules in setting("year_cases", language):
        if following in words.split() and (not before or ahead in before.split()):
            return change_all(said, rules)
    return said


@lru_cache(maxsize=512)
def year(n: int, language: str) -> str | None:
    """A year as it is said in a date."""
    rest = n % 100
    if language == "en" and (rest or n % 1000) and not 2000 <= n < 2010 and 1100 <= n < 2100:
        tail = "hundred" if not rest else f"{'oh ' * (rest < 10)}{cardinal(rest, 'en')}"
        return f"{cardinal(n // 100, 'en')} {tail}"
    if language in ("da", "de", "nl", "sv") and 1100 <= n < 2000:
        hundred = {"da": "hundrede", "de": "hundert", "nl": "honderd", "sv": "hundra"}[language]
        hundred += " og " if language == "da" and rest else ""
        tail = cardinal(rest, language) or ""
        return f"{cardinal(n // 100, language)}{hundred}{tail if rest else ''}"
    whole = word(f"year_{n}", language) or cardinal(n, language)
    if not setting("higher", language) or not rest or whole is None:
        return whole
    head = cardinal(n - rest, language) or ""
    ordinal = _year_ordinal(rest, language)
    if language in ("bg", "mk"):
        head = head.replace(" и ", " ")  # it stands before the last word
    joint = " и " if language in ("bg", "mk") and (rest <= 20 or rest % 10 == 0) else " "
    return f"{head}{joint}{ordinal}" if ordinal else whole


def _year_ordinal(n: int, language: str) -> str | None:
    rules = setting("year_change", language)
    listed = listed_day(n, language)
    if listed:
        return change(listed, rules)
    higher = setting("higher", language)[n // 10 - 4]
    if n % 10 == 0:
        return str(higher)
    unit = change(listed_day(n % 10, language) or "", rules)
    if language == "pl":
        return f"{higher} {unit}"
    said, counted = cardinal(n, language) or "", cardinal(n % 10, language) or ""
    if language in ("bs", "hr", "sr"):
        return f"{said.partition(' ')[0]} {unit}"
    return said.removesuffix(counted) + unit if said.endswith(counted) else None


def _decade(found: re.Match[str]) -> str:
    said = year(int(found[1]), "en") or found[1]
    return f"{said[:-1]}ies" if said.endswith("y") else f"{said}s"
