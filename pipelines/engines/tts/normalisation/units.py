"""The signs of currencies and units, and what they stand for: a currency's code, a noun's name."""

import re
from functools import cache

from pipelines.engines.tts.normalisation.nouns import setting

CURRENCIES = {
    "€": "EUR", "EUR": "EUR", "$": "USD", "US$": "USD", "USD": "USD", "£": "GBP", "GBP": "GBP",
    "zł": "PLN", "zl": "PLN", "PLN": "PLN", "Kč": "CZK", "CZK": "CZK", "Ft": "HUF", "HUF": "HUF",
    "RON": "RON", "SEK": "SEK", "DKK": "DKK", "BGN": "BGN", "лв.": "BGN", "лв": "BGN",
    "NOK": "NOK", "RSD": "RSD", "ALL": "ALL", "MKD": "MKD", "BAM": "BAM",
    "TRY": "TRY", "TL": "TRY", "₺": "TRY", "UAH": "UAH", "₴": "UAH", "грн": "UAH", "грн.": "UAH",
    "CHF": "CHF", "XOF": "XOF", "FCFA": "XOF", "F CFA": "XOF", "CFA": "XOF", "MDL": "MDL",
    "francs CFA": "XOF", "franc CFA": "XOF", "CFA francs": "XOF", "CFA-Franc": "XOF",
}  # fmt: skip
_LOCAL = {  # signs that are one of these only in a language
    "bs": {"KM": "BAM"}, "da": {"kr.": "DKK", "kr": "DKK", "sek.": "second", "km/t": "kmh"},
    "de": {"Min.": "minute", "Sek.": "second", "MBit/s": "Mbit/s"},
    "et": {"sek": "second", "sek.": "second"}, "ff": {"F": "XOF", "francs": "XOF"},
    "fi": {"sek.": "second", "kr": "kr"}, "fr": {"F": "XOF"}, "hu": {"mp": "second"},
    "lt": {"val.": "hour", "sek.": "second", "ct": "EUR_cents"}, "lv": {"sek.": "second"},
    "mk": {"ден.": "MKD", "ден": "MKD"}, "nl": {"u": "hour", "sec.": "second", "km/u": "kmh"},
    "pl": {"gr": "PLN_cents", "godz.": "hour"}, "ro": {"lei": "RON", "leu": "RON"},
    "sq": {"L": "ALL", "sek": "second"}, "sr": {"din.": "RSD", "din": "RSD"},
    "sv": {"kr": "SEK", "kr.": "SEK", "sek": "second", "sek.": "second", "tim": "hour",
           "km/tim": "kmh"},
    "tr": {"dk": "minute", "dk.": "minute", "sn": "second", "sn.": "second", "sa": "hour"},
    "uk": {"коп.": "UAH_cents", "коп": "UAH_cents", "с": "second", "КБ": "kB", "Вт": "W",
           "кВт": "kW", "кВт·год": "kWh", "В": "V", "ГГц": "GHz", "МГц": "MHz", "км/год": "kmh"},
    "wo": {"F": "XOF", "francs": "XOF"},
}  # fmt: skip
_UNITS = {
    "%": "percent", "GB": "GB", "Go": "GB", "Gb": "GB", "ГБ": "GB", "MB": "MB", "Mo": "MB",
    "МБ": "MB", "TB": "TB", "To": "TB", "ТБ": "TB", "kB": "kB", "KB": "kB", "ko": "kB", "Ko": "kB",
    "Mbit/s": "Mbit/s", "Mb/s": "Mbit/s", "Mbps": "Mbit/s", "Мбіт/с": "Mbit/s",
    "Мбит/с": "Mbit/s", "Mbit": "Mbit", "Gbit/s": "Gbit/s", "Gb/s": "Gbit/s", "Gbps": "Gbit/s",
    "MB/s": "MB/s", "Mo/s": "MB/s", "GB/s": "GB/s", "kB/s": "kB/s",
    "Гбит/с": "Gbit/s", "Гбіт/с": "Gbit/s", "kbit/s": "kbit/s", "kb/s": "kbit/s",
    "GHz": "GHz", "MHz": "MHz", "kHz": "kHz", "Hz": "Hz", "kWh": "kWh", "kW": "kW", "W": "W",
    "V": "V", "km": "km", "км": "km", "m": "m", "м": "m", "cm": "cm", "см": "cm", "mm": "mm",
    "kg": "kg", "km/h": "kmh", "m²": "m2", "sec": "second",
    "кг": "kg", "°C": "celsius", "ºC": "celsius", "h": "hour", "год": "hour",
    "min": "minute", "мин": "minute", "хв": "minute", "s": "second", "сек": "second",
}  # fmt: skip
_IF_NAMED = ("g", "l", "mAh", "dB")  # only where written.toml does


@cache
def signs(language: str) -> dict[str, str]:
    """All signs that may stand after a number."""
    named = {name: name for name in _IF_NAMED if setting(name, language)}
    return {**_UNITS, **named, **CURRENCIES, **_LOCAL.get(language, {})}


@cache
def money(language: str) -> dict[str, str]:
    """The signs of currencies, which may stand before it too."""
    local = _LOCAL.get(language, {}).items()
    return {**CURRENCIES, **{sign: code for sign, code in local if re.match("[A-Z]{3}", code)}}
