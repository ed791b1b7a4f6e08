"""Telephone numbers, service codes and other strings of digits."""

import re

from agent.numbers.phone_numbers import groups
from pipelines.engines.tts.normalisation.cardinals import cardinal
from pipelines.engines.tts.normalisation.nouns import word

_CODE = re.compile(r"[*#][\d*#]*\d[\d*#]*")
_TELEPHONE = re.compile(
    r"(?<![\w+])(?=\+?(?:\(0\)|[ .\-/]?\d){8})"
    r"\+?\d{1,15}(?:(?:[ .\-/]|\s?\(0\)\s?)\d{1,10}){0,6}"
    r"(?!\w|,\d|\s?(?:[€%$£₴₺]|F?\s?CFA|EUR|XOF|zł|Kč|Ft|lei|kr|KM|дин|ден|лв|грн))"
)
_GROUPED = re.compile(r"\d{1,3}(?:[ .]\d{3})+(?:[.,]\d{1,2})?")  # in thousands
_REGIONS = {  # whose grouping an unbroken number gets, the first in which it is one
    "bg": "BG", "bs": "BA", "cs": "CZ", "da": "DK", "de": "DE AT CH", "el": "GR CY", "en": "GB IE",
    "es": "ES", "et": "EE", "ff": "SN", "fi": "FI", "fr": "FR SN", "ga": "IE", "hr": "HR",
    "hu": "HU", "it": "IT", "lt": "LT", "lv": "LV", "mk": "MK", "mt": "MT", "nl": "NL BE",
    "pl": "PL", "pt": "PT", "ro": "RO", "sk": "SK", "sl": "SI", "sq": "AL", "sr": "RS", "sv": "SE",
    "tr": "TR", "uk": "UA", "wo": "SN",
}  # fmt: skip


def codes(text: str, language: str) -> str:
    """A text with its "*123#" in words."""

    def said(found: re.Match[str]) -> str:
        names = {"*": word("star", language), "#": word("hash", language)}
        parts = [cardinal(int(c), language) if c.isdigit() else names[c] for c in found.group()]
        return " ".join(part for part in parts if part)

    return _CODE.sub(said, text) if "*" in text or "#" in text else text


def telephone(text: str, language: str) -> str:
    """A text with its telephone numbers in words."""
    text = re.sub(r"\((0\d{1,4})\)\s?(?=\d(?:[ .\-/]?\d){4})", r"\1 ", text)
    if language == "pl":  # a postcode
        text = re.sub(r"(?<![\w-])(\d\d)-(\d{3})(?= [A-ZĆŁŚŹŻ])", r"\1, \2", text)
    return _TELEPHONE.sub(lambda found: _number(found.group(), language), text)


def _number(figures: str, language: str) -> str:
    if (
        _GROUPED.fullmatch(figures)
        and not figures.startswith("0")
        and not _is_one(figures, language)
    ):
        return figures  # an amount
    figures = figures.replace("(0)", " ")
    parts = re.findall(r"\d+", figures)
    if len(parts) == 1:
        parts = _grouped(figures, language)
    said = ", ".join(group(part, language) or part for part in parts)
    return f"{word('plus', language)}, {said}" if figures.startswith("+") else said


def _is_one(figures: str, language: str) -> bool:
    """Whether digits in threes are a telephone number of the language's region."""
    digits = re.sub(r"\D", "", figures)
    regions = _REGIONS.get(language, "").split()
    return len(digits) > 8 and any(len(groups(digits, region)) > 1 for region in regions)


def _grouped(figures: str, language: str) -> list[str]:
    for region in _REGIONS.get(language, "").split():
        found = [part.removeprefix("+") for part in groups(figures, region)]
        if len(found) > 1 and "".join(found) == figures.removeprefix("+"):
            return found
    if figures.startswith("+"):  # as from abroad
        for region in ("SN", "FR"):
            found = groups(figures, region)
            if len(found) > 1 and "".join(found) == figures:
                return [part.removeprefix("+") for part in found]
    digits = figures.removeprefix("+")
    if not word("pairs", language):
        return [digits]
    head = len(digits) % 2
    return [digits[:head]] * bool(head) + re.findall("..", digits[head:])


def group(digits: str, language: str) -> str | None:
    """Digits one by one; as numbers of two or three where the language says them so."""
    if word("pairs", language) and len(digits) <= 3:
        zeros = len(digits) - len(digits.lstrip("0"))
        numbers = [0] * zeros + ([int(digits)] if digits.strip("0") else [])
    else:
        numbers = [int(digit) for digit in digits]
    said = [cardinal(number, language) for number in numbers]
    return " ".join(s for s in said if s) if all(said) else None


def by_digits(figures: str, language: str) -> str:
    """Figures that are no number, one by one."""
    parts = [group(digits, language) or digits for digits in re.findall(r"\d+", figures)]
    return ", ".join(parts)
