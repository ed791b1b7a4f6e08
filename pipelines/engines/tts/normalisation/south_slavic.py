"""Whole numbers in words, for the South Slavic languages that num2words lacks or says too stiffly.

Serbian is in Latin letters, as its pack is. Croatian agrees with ICU's rules save for its `dvije
tisuća` above a hundred thousand, Bulgarian save for `и`, which stands here before every last word;
Macedonian and Serbian agree with them: numbers below a million were compared. ICU's Bosnian is none
(`jedenaest`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipelines.engines.tts.normalisation.thousands import thousands_and_rest


@dataclass(frozen=True, slots=True)
class _Words:
    hundreds: tuple[str, ...]
    one_thousand: str
    few: str  # thousands, two to four of them
    many: str
    two: str  # of the feminine thousands
    joint: str = " i "


_CROATIAN = _Words(
    ("sto", "dvjesto", "tristo", "četiristo", "petsto", "šeststo", "sedamsto", "osamsto",
     "devetsto"),
    "tisuću", "tisuće", "tisuća", "dvije",
)  # fmt: skip
_BOSNIAN = _Words(
    ("sto", "dvjesto", "tristo", "četiristo", "petsto", "šeststo", "sedamsto", "osamsto",
     "devetsto"),
    "hiljadu", "hiljade", "hiljada", "dvije",
)  # fmt: skip
_SERBIAN = _Words(
    ("sto", "dvesta", "trista", "četiristo", "petsto", "šeststo", "sedamsto", "osamsto",
     "devetsto"),
    "hiljadu", "hiljade", "hiljada", "dve",
)  # fmt: skip


def _bg(n: int) -> str:
    small = _list(
        "нула едно две три четири пет шест седем осем девет десет единайсет дванайсет тринайсет "
        "четиринайсет петнайсет шестнайсет седемнайсет осемнайсет деветнайсет"
    )
    tens = _list("двайсет трийсет четирийсет петдесет шейсет седемдесет осемдесет деветдесет")
    hundreds = _list(
        "сто двеста триста четиристотин петстотин шестстотин седемстотин осемстотин деветстотин"
    )

    def below(n: int, feminine: bool = False) -> list[str]:
        parts = [hundreds[n // 100 - 1]] if n >= 100 else []
        n %= 100
        if n >= 20:
            parts.append(tens[n // 10 - 2])
            n %= 10
        if n:
            parts.append("една" if feminine and n == 1 else small[n])
        return parts

    thousands, rest = divmod(n, 1000)
    parts = below(rest)
    said = _last_and(parts, "и")
    if thousands == 0:
        return said or small[0]
    head = "хиляда" if thousands == 1 else f"{_last_and(below(thousands, True), 'и')} хиляди"
    return (f"{head} и {said}" if len(parts) == 1 else f"{head} {said}").strip()


def _mk(n: int) -> str:
    small = _list(
        "нула еден два три четири пет шест седум осум девет десет единаесет дванаесет тринаесет "
        "четиринаесет петнаесет шеснаесет седумнаесет осумнаесет деветнаесет"
    )
    tens = _list("дваесет триесет четириесет педесет шеесет седумдесет осумдесет деведесет")
    hundreds = _list(
        "сто двесте триста четиристотини петстотини шестотини седумстотини осумстотини"
    )
    hundreds.append("деветстотини")

    def parts(n: int, feminine: bool = False) -> list[str]:
        found = [hundreds[n // 100 - 1]] if n >= 100 else []
        n %= 100
        if n >= 20:
            found.append(tens[n // 10 - 2])
            n %= 10
        if n:
            found.append({1: "една", 2: "две"}.get(n, small[n]) if feminine else small[n])
        return found

    thousands, rest = divmod(n, 1000)
    said = _last_and(parts(rest), "и")
    if not thousands:
        return said or small[0]
    head = "илјада" if thousands == 1 else f"{_last_and(parts(thousands, True), 'и')} илјади"
    return (f"{head} и {said}" if len(parts(rest)) == 1 else f"{head} {said}").strip()


def _serbo_croatian(n: int, words: _Words) -> str:
    small = _list(
        "nula jedan dva tri četiri pet šest sedam osam devet deset jedanaest dvanaest trinaest "
        "četrnaest petnaest šesnaest sedamnaest osamnaest devetnaest"
    )
    tens = _list("dvadeset trideset četrdeset pedeset šezdeset sedamdeset osamdeset devedeset")

    def below(n: int) -> str:
        if n >= 100:
            return f"{words.hundreds[n // 100 - 1]} {below(n % 100) if n % 100 else ''}".strip()
        if n >= 20:
            return f"{tens[n // 10 - 2]}{f'{words.joint}{small[n % 10]}' if n % 10 else ''}"
        return small[n]

    def thousand(k: int) -> str:
        if k == 1:
            return words.one_thousand
        few = k % 10 in (2, 3, 4) and k % 100 not in (12, 13, 14)
        one = k % 10 == 1 and k % 100 != 11
        said = below(k)
        if one:
            said = said.removesuffix("jedan") + "jedna"
        if k % 10 == 2 and k % 100 != 12:
            said = said.removesuffix("dva") + words.two
        return f"{said} {words.many if one or not few else words.few}"

    return thousands_and_rest(n, below, thousand)


def _list(words: str) -> list[str]:
    return words.split()


def _last_and(parts: list[str], joint: str) -> str:
    """ "a b и c"."""
    return (
        f" {joint} ".join([" ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
    )


SOUTH_SLAVIC: Mapping[str, Callable[[int], str]] = {
    "bg": _bg,
    "bs": lambda n: _serbo_croatian(n, _BOSNIAN),
    "hr": lambda n: _serbo_croatian(n, _CROATIAN),
    "mk": _mk,
    "sr": lambda n: _serbo_croatian(n, _SERBIAN),
}
