"""Times of day and when a shop is open: "18:30", "9h-18h", "8am", "Mo-Fr 9-17", "24/7"."""

import re
from functools import cache
from typing import Any

from pipelines.engines.tts.normalisation.agreement import agree, gender
from pipelines.engines.tts.normalisation.cardinals import cardinal
from pipelines.engines.tts.normalisation.cases import begun, change_all, rules_for, time_after
from pipelines.engines.tts.normalisation.nouns import change, locale, noun, setting, word
from pipelines.engines.tts.normalisation.own import wolof_of

_RANGE = r"(?P<range>\s?[-–—]\s?(?=\d))?"
_HALF = r"(?:\s?(?P<half>[ap])\.?m\b\.?)?"
_CLOCK = re.compile(
    r"(?<![\d:.,])(?P<h>[01]?\d|2[0-4])(?::|\s?[hu]\s?)(?P<m>[0-5]\d)(?::[0-5]\d)?(?![\d:]|\s?min)"
    rf"{_HALF}(?P<suffix>['’-][^\W\d_]{{1,4}}\b)?{_RANGE}"
)
_HALVES = re.compile(
    rf"(?<![\w:.,])(?P<h>1[0-2]|[1-9])(?P<m>)\s?(?P<half>[ap])\.?m\b\.?(?P<suffix>){_RANGE}"
)
# Words beside which "18.00" is a time and a bare hour in a range is one.
_BEFORE = (
    r"kl\.|klo|kell|klockan|klokken|kello|plkst\.|pulksten|godz\.|godzinie|godziny|o|od|do|ob|um|alle|dalle|ore|ora|"
    r"à|a las|de|von|bis|в|от|у|о|з|från|fra|orë|në orën|ve|v"
)
_AFTER = r"Uhr|uur|val\.|hod\.|hodin|hodín|часа|ч\.|sati|satima|часова|órakor|óra|ur"
_HOURS = re.compile(
    r"(?<![\w:.,])(?P<h>[01]?\d|2[0-4])(?:[:.h](?P<m>[0-5]\d)?)?\s?[-–—]\s?"
    r"(?P<h2>[01]?\d|2[0-4])(?:[:.h](?P<m2>[0-5]\d)?)?(?![\w:]|[.,]\d)"
)


def clock(text: str, language: str) -> str:
    """A text with its times of day in words."""
    text = _always(text, language)
    text = _week(text, language)
    text = re.sub(
        rf"(?:(?<=\b)(?P<before>(?:{_BEFORE})\s))(?P<h>[01]?\d|2[0-4])\.(?P<m>[0-5]\d)"
        r"(?![\d.]|\s?[%€])",
        lambda found: f"{found['before']}{found['h']}:{found['m']}",
        text,
    )
    text = re.sub(
        rf"(?<![\d.,])([01]?\d|2[0-4])\.([0-5]\d)(?=\s(?:{_AFTER})(?!\w))", r"\1:\2", text
    )
    if language == "en":
        text = re.sub(r"(\d\s?[ap]\.?m\b\.?)\s?[-–—]\s?(?=\d{1,2}:)", r"\1 to ", text)
    text = _CLOCK.sub(lambda found: _said(found, language), _without_noun(text))
    text = _bare_hours(text, language)
    if language == "en":
        text = re.sub(
            r"(?<![\w:.,])(1[0-2]|[1-9])\s?[-–—]\s?(1[0-2]|[1-9])\s?([ap])\.?m\b",
            _halves,
            text,
        )
        text = _HALVES.sub(lambda found: _said(found, language), text)
    return text


def _without_noun(text: str) -> str:
    """ "18:30 Uhr": the word is said anyway."""
    return re.sub(
        rf"((?<![\d:])(?:[01]?\d|2[0-4]):[0-5]\d)\s(?:{_AFTER}|h)(?!\w)",
        r"\1",
        text,
    )


def _said(found: re.Match[str], language: str) -> str:
    hour, minute = int(found["h"]), int(found["m"] or 0)
    if found["half"] == "p" and hour < 12:
        hour += 12
    if found["half"] == "a" and hour == 12:
        hour = 0
    parts = setting("parts", language)
    named = parts and not found["half"] and _names_part(found.string[found.end() :], language)
    if named:
        said = _of_twelve(hour, minute, language)
    else:
        said = time(hour, minute, language, time_after(found, language))
    if said is None:
        return found.group()
    suffix = found["suffix"] or ""
    if suffix and language == "tr":
        suffix = suffix[1:]
    elif suffix and language == "hu":
        said, suffix = _hungarian(said, suffix[1:])
    if not found["range"]:
        return said + suffix
    to = word("to", language)
    return f"{begun(found, language)}{said}{suffix}{f' {to} ' if to else ', '}"


def _halves(found: re.Match[str]) -> str:
    """ "9-11am"; "10-12 am" ends at noon."""
    first, last, half = found.groups()
    end = {"a": "p", "p": "a"}[half] if last == "12" else half
    return f"{first}{half}m to {last}{end}m"


def _names_part(text: str, language: str) -> bool:
    """Whether the part of the day follows: "6:30 in the evening"."""
    parts = [re.escape(name) for _, name in setting("parts", language)]
    return bool(re.match(rf"\s(?:in the|at night|tonight|this|o'clock|{'|'.join(parts)})\b", text))


def _of_twelve(hour: int, minute: int, language: str) -> str | None:
    said, rest = _hour(hour, language, ""), cardinal(minute, language)
    if said is None or rest is None:
        return None
    if not minute:
        return said
    if minute < 10 and word("oh", language):
        rest = f"{word('oh', language)} {rest}"
    template = word("clock", language).replace(" {part}", "")
    return template.format(h=said, m=rest)


def _bare_hours(text: str, language: str) -> str:
    """Hours that are told by the words beside them only."""
    if language == "mt":
        return re.sub(
            r"(?<![\w:.,])(1[0-2]|[1-9])(?= ta' (?:filgħodu|wara nofsinhar|filgħaxija))",
            lambda found: _hour(int(found[1]), "mt", "") or found[1],
            text,
        )
    if language in ("el", "ro"):
        before = {"el": "στις|στη|τις|τη", "ro": "ora|orei"}[language]
        return re.sub(
            rf"(?<=\b)((?:{before}) )([01]?\d|2[0-4])"
            r"(?=$|[,;?!]| (?:και|și|έως|μέχρι|până|-)|\.(?!\d))",
            lambda found: found[1] + (_hour(int(found[2]), language, "") or found[2]),
            text,
        )
    if language == "pl":
        return re.sub(
            r"(?<!\d )\b(godzin(?:a|ie|y)) ([01]?\d|2[0-4])(?!\w|[:.,]\d| ?[-–] ?\d| min| sek)",
            lambda found: f"{found[1]} {_hour(int(found[2]), language, found[1]) or found[2]}",
            text,
        )
    return text


def _hungarian(said: str, suffix: str) -> tuple[str, str]:
    return (said[:-1] + "á", suffix) if said.endswith("óra") and suffix != "kor" else (said, suffix)


def time(hour: int, minute: int, language: str, before: str = "") -> str | None:
    """A time of day in words, after the word `before`; None where the language has none for it."""
    if language == "wo":
        minutes = f" yu teg {wolof_of(minute, 'simili')}" if minute else ""
        return wolof_of(hour, "waxtu") + minutes
    after = rules_for("hours_after", before, language)
    if after and 0 < hour < 25:
        whole = change_all(_ordinal_hour(hour, language), after)
        zero = f"{cardinal(0, language)} " if minute < 10 else ""
        return f"{whole} {zero}{cardinal(minute, language)}" if minute else whole
    parts: Any = setting("parts", language)
    if parts and not minute and hour in (0, 12, 24) and word("noon", language):
        return word("noon" if hour == 12 else "midnight", language)
    said = _hour(hour, language, before)
    rest = cardinal(minute, language)
    template = word("clock" if minute else "full", language)
    if said is None or rest is None or not template:
        return None
    minutes = noun("minute", minute, language)
    if "{minutes}" in template:
        rest = agree(rest, gender("minute", language), language)
    if word("minute_gender", language):
        rest = agree(rest, word("minute_gender", language), language)
    if minute < 10 and word("oh", language):
        rest = f"{word('oh', language)} {rest}"
    part = next((name for start, name in reversed(parts) if start <= hour % 24), "")
    hours = noun("hour", hour, language)
    whole = str(template.format(h=said, m=rest, hours=hours, minutes=minutes, part=part))
    return change(whole, rules_for("clock_cases", before, language) or [])


def _hour(hour: int, language: str, before: str) -> str | None:
    if setting("parts", language):
        names = setting("hours", language)
        return names[hour % 12] if names else cardinal(hour % 12 or 12, language)
    said = cardinal(hour, language)
    if said is None:
        return None
    ordinal = setting("hour_ordinals", language)
    if ordinal and 0 < hour < 25:
        said = _ordinal_hour(hour, language)
        for pattern, replacement in ordinal:
            said = re.sub(pattern, replacement, said)
    for words, *rules in setting("hour_cases", language):
        if before in words.split():
            if " " in said and language == "pl":
                return " ".join(change(each, rules) for each in said.split())
            return change(said, rules)
    full = word("full", language)
    feminine = word("hour_gender", language)
    if feminine or "{hours}" in full:
        return agree(said, feminine or gender("hour", language), language)
    return agree(said, "m", language) if language in ("de", "bg", "mk") else said


def _ordinal_hour(hour: int, language: str) -> str:
    from pipelines.engines.tts.normalisation.ordinals import day

    return day(hour, language) or ""


def _always(text: str, language: str) -> str:
    """ "24/7" and "7j/7"."""
    week, all_day = word("all_week", language), word("all_day", language)
    if "/" not in text or not week:
        return text
    seven = word("seven_days", language) or week
    text = re.sub(r"\b24\s?h?/24(?:\s?h)?\s?(?:,|et|-)?\s?7\s?[jd]?/7\b|\b24\s?h?/7\b", week, text)
    text = re.sub(r"\b24\s?[hH]?/24\b(?:\s?h\b)?", all_day, text)
    return re.sub(r"\b7\s?(?:[jJdTg]|jours|Tage|days)?/7\b(?:\s?[jd]\b)?", seven, text)


@cache
def _weekdays(language: str) -> dict[str, str]:
    """Days by the short forms that CLDR has."""
    if language in ("wo", "ff"):
        return {}
    days = locale(language).days["format"]
    found: dict[str, str] = {}
    for number, name in enumerate(_SHORT_DAYS.get(language, "").split()):
        found[name] = days["wide"][number]
    for width in ("abbreviated", "short"):
        for number, name in days[width].items():
            short = name.rstrip(".")
            if len(short) > 1 and short.lower() != days["wide"][number].lower():
                found.setdefault(short, days["wide"][number])
                found.setdefault(short.capitalize(), days["wide"][number])
    return found


def _week(text: str, language: str) -> str:
    """ "Mo-Fr 9-17": days written short, and bare hours after them."""
    names = _weekdays(language)
    if not names or not any(name in text for name in names):
        return text
    short = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    to = word("to", language)
    opening = r"(?=\d\d?(?:[:.h]\d\d|\s?[-–—]\s?\d|\s?h\b|\sUhr))"
    spelt = (
        rf"(?<!\w)(?P<a>{short})\.?(?:\s?[-–—]\s?(?P<b>{short})\.?:?(?=\s\d)"
        rf"|:?(?=\s\d)\s{opening})\s?"
    )

    def days(found: re.Match[str]) -> str:
        hours = _HOURS.match(found.string, found.end())
        if found["a"] == "po" and not found["b"] and not hours:  # "after"
            return found.group()
        first, last = names[found["a"]], names[found["b"]] if found["b"] else ""
        of: Any = setting("weekdays_of", language)
        if last and of:
            first, last = f"{word('from', language)} {of[first]}", of[last]
        last = f"{f' {to} ' if to else ', '}{last}" if last else ""
        return f"{first}{last}{' ' if not hours else ' ' + _MARK}"

    text = re.sub(spelt, days, text)
    return re.sub(
        _MARK + _HOURS.pattern.removeprefix(r"(?<![\w:.,])"),
        lambda found: _open(found, language),
        text,
    ).replace(_MARK, "")


_SHORT_DAYS = {  # beside CLDR's
    "sk": "pon uto str štv pia sob ned", "pl": "pn wt śr czw pt sob niedz",
    "fr": "lun mar mer jeu ven sam dim", "bg": "пн вт ср чт пт сб нд",
}  # fmt: skip
_MARK = "\ue000"  # stands before hours while a text is read


def _open(found: re.Match[str], language: str) -> str:
    to, start = word("to", language), word("from", language)
    first = time(int(found["h"]), int(found["m"] or 0), language, start)
    last = time(int(found["h2"]), int(found["m2"] or 0), language, to if start else "")
    if first is None or last is None:
        return found.group()
    return f"{f'{start} ' if start else ''}{first}{f' {to} ' if to else ', '}{last}"
