"""Figures that the words beside them tell how to say, from written.toml's `beside` of the language:

    rewrite        [pattern, replacement], …: what is written otherwise first
    digits_after   words after which figures are said one by one: "PIN 4831"; `numbers_after` where
                   no noun follows them: "ring 1414"; `digits` those told by themselves: postcodes
    years_after    words after which a year of four figures is said as in a date: "seit 1995"
    by, times      "3 x 5"; "2x a day" as {n} times, `once` for one
    units          signs of units beside those in amounts, with their nouns
    cases          ["some nouns", [pattern, replacement], …]: what a number becomes before them;
                   `ordinal_cases` what an ordinal does

A language without such a table is left alone.
"""

import re
from typing import Any

from pipelines.engines.tts.normalisation.agreement import agree, gender_of, number
from pipelines.engines.tts.normalisation.cardinals import cardinal
from pipelines.engines.tts.normalisation.nouns import category, setting, word
from pipelines.engines.tts.normalisation.ordinals import ordinal, year
from pipelines.engines.tts.normalisation.telephone import group

_SMALL = (
    "an|und|oder|bis|war|ist|en|of|tot|voor|og|eller|til|var|for|nu|och|till|är|för|att|ja|tai|on|"
    "või|un|vai|ir|arba"
)
_VERSIONED = r"iOS|iPadOS|Android|Bluetooth|USB|HDMI|Windows|macOS|One UI"


def _of(name: str, language: str) -> Any:
    return (setting("beside", language) or {}).get(name, "")


def beside(text: str, language: str) -> str:
    """A text with such figures in words."""
    for pattern, replacement in _of("rewrite", language):
        text = re.sub(pattern, replacement, text)
    text = _one_by_one(text, language)
    text = _multiplied(text, language)
    text = _units(text, language)
    for name, mark in (("ordinal_cases", r"\."), ("cases", r"(?:\s?[-–]\s?\d+)?")):
        for nouns, *rules in _of(name, language):
            either = nouns.replace(" ", "|")
            text = re.sub(
                rf"(?<![\w.,:/+-])(?<!\d[ \u00a0\u202f])(?P<n>\d{{1,6}})"
                rf"(?P<mark>{mark})(?=\s(?:{either})(?!\w))",
                lambda found, rules=rules: _changed(found, rules, language),  # type: ignore[misc]
                text,
            )
    return text


def _changed(found: re.Match[str], rules: Any, language: str) -> str:
    n, mark = int(found["n"]), found["mark"]
    said = ordinal(n, language) if mark == "." else number(n, language)
    if said is None or (found["n"].startswith("0") and n):
        return found.group()
    for pattern, replacement in rules:
        said = re.sub(pattern, replacement, said)
    last = re.search(r"\d+", mark)
    if last is None:
        return said
    end = number(int(last.group()), language) or last.group()
    for pattern, replacement in rules:
        end = re.sub(pattern, replacement, end)
    return f"{said} {word('to', language)} {end}"


def _one_by_one(text: str, language: str) -> str:
    after = _of("digits_after", language)
    if not after:
        return text

    def digits(found: re.Match[str]) -> str:
        parts = re.findall(r"\d+", found["n"])
        return ", ".join(group(part, language) or part for part in parts)

    text = re.sub(rf"(?<=\b)(?P<ahead>(?:{after})\s)(?P<n>\d{{3,8}})(?!\w|[.,:/ -]\d|\s?[%€])",
                  lambda found: found["ahead"] + digits(found), text)  # fmt: skip
    called = _of("numbers_after", language)
    if called:
        text = re.sub(
            rf"(?<=\b)(?P<ahead>(?:{called})\s)(?P<n>\d{{3,6}})"
            rf"(?=[.,;:!?)]*\s*$|[.,;:!?]\s|\s(?:{_SMALL})\b)",
            lambda found: found["ahead"] + digits(found),
            text,
        )
    if _of("digits", language):
        text = re.sub(
            rf"(?<![\w.,:/+-])(?<!\+\d{{3}} )(?P<n>{_of('digits', language)})", digits, text
        )
    years = _of("years_after", language)
    if years:
        text = re.sub(
            rf"(?<=\b)(?:{years})\s1[89]\d\d(?:\s(?:{_SMALL})\s1[89]\d\d)?"
            rf"(?=[.,;:!?)]*\s*$|[.,;!?]\s|\s(?:{_SMALL})\b)",
            lambda found: re.sub(
                r"\d{4}", lambda n: year(int(n[0]), language) or n[0], found.group()
            ),
            text,
        )
    dot, versions = word("dot", language), word("version", language)
    return re.sub(
        rf"(?<=\b)((?:{_VERSIONED}|(?i:{versions}))\s)(\d{{1,3}})\.(\d{{1,2}})(?![\w.,]\d|\w)",
        lambda found: (
            f"{found[1]}{cardinal(int(found[2]), language)} {dot} "
            f"{cardinal(int(found[3]), language)}"
        ),
        text,
    )


def _multiplied(text: str, language: str) -> str:
    by, times = _of("by", language), _of("times", language)
    if not by:
        return text
    text = re.sub(r"(?<=\d)\s?[x×]\s?(?=\d)", f" {by} ", text)
    text = re.sub(r"(?<!\w)[x×]\s?(?=\d)", f"{by} ", text)

    def said(found: re.Match[str]) -> str:
        if found[1] == "1":
            return str(_of("once", language))
        return str(times.format(n=cardinal(int(found[1]), language)))

    return re.sub(r"(?<![\w.,])(\d{1,3})[x×](?!\w)", said, text) if times else text


def _units(text: str, language: str) -> str:
    units: Any = _of("units", language)
    if not units:
        return text

    def said(found: re.Match[str]) -> str:
        forms, whole = units[found["sign"]], found["n"].isdigit()
        stop = (
            "." if found["sign"].endswith(".") and not found.string[found.end() :].strip() else ""
        )
        if isinstance(forms, str):
            forms = {"other": forms}
        kind = category(int(found["n"]), language) if whole else "part"
        named = forms.get(kind) or forms["other"]
        count = number(int(found["n"]), language) if whole else None
        if count is None:
            return f"{found['n']} {named}{stop}"
        return (
            f"{agree(count, gender_of(forms.get('one', named), language), language)} {named}{stop}"
        )

    either = "|".join(re.escape(sign) for sign in sorted(units, key=len, reverse=True))
    return re.sub(
        rf"(?<![\w.,:])(?<!\d[ \u00a0\u202f])(?P<n>\d+(?:,\d+)?)\s?(?P<sign>{either})(?!\w)",
        said,
        text,
    )
