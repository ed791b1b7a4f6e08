"""Which of the answers that were offered a turn takes: by its place, its words or its figures."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from agent.languages.language import Language, words
from agent.numbers.quantities import CURRENCIES, Quantity, quantities
from agent.slots.values import contains

_MOST = 9  # as many as there are keys
_FEW = 6  # words of who takes one by its place
_SHORT = 3  # letters of words that are mostly articles


def option(text: str, options: Sequence[tuple[str, str]], language: Language) -> str | None:
    """The value of the option that `text` takes; None if it takes none, or could be several.

    "the second one", "number two", "five gigabytes" where one of them has five, "the weekly one"
    where one of them says weekly.
    """
    plain = words(text)
    figures = quantities(text, language.digit_words.numerals)
    figures = figures or _ordinals(plain, len(options), language)
    measured = [q for q in figures if q.unit]
    if measured:
        return _only(
            value for value, said in options if all(_has(said, q, language) for q in measured)
        )
    if extreme := _extreme(plain, options, language):
        return extreme
    place = _place(plain, figures, len(options), language)
    by_words = _by_words(plain, options)
    if place is None:
        if by_words is None and figures:
            return _only(
                value for value, said in options if all(_has(said, q, language) for q in figures)
            )
        return by_words
    value = options[place][0]
    return value if by_words in (None, value) else None


def _telling(text: str) -> set[str]:
    """Its words that tell something by themselves, in the singular: no articles."""
    return {word.rstrip("s") for word in text.split() if len(word) > _SHORT}


def _ordinals(plain: str, count: int, language: Language) -> tuple[Quantity, ...]:
    """Ordinals that are no place of what is offered: the days of dates ("the fifth")."""
    known = {**language.moments.ordinals, **language.ordinals}
    return tuple(Quantity(Decimal(known[w])) for w in plain.split() if known.get(w, 0) > count)


def _only(values: Iterable[str]) -> str | None:
    found = list(values)
    return found[0] if len(found) == 1 else None


def _has(said: str, figure: Quantity, language: Language) -> bool:
    """Whether an option's own words hold this figure."""
    held = quantities(said, language.digit_words.numerals)
    return any(q.value == figure.value and figure.unit in ("", q.unit) for q in held)


def _extreme(plain: str, options: Sequence[tuple[str, str]], language: Language) -> str | None:
    """The cheapest or the dearest, where the options have prices: "the smallest", "the big one"."""
    named = [
        end
        for end, phrases in ((min, language.least), (max, language.most))
        if any(contains(plain, phrase) for phrase in phrases)
    ]
    prices = {
        value: price
        for value, said in options
        for price in [q.value for q in quantities(said, language.digit_words.numerals) if _money(q)]
    }
    if len(named) != 1 or len(prices) < len(options):
        return None
    extreme = named[0](prices.values())
    return _only(value for value, price in prices.items() if price == extreme)


def _money(quantity: Quantity) -> bool:
    return quantity.unit in CURRENCIES


def _place(plain: str, figures: Sequence[Quantity], count: int, language: Language) -> int | None:
    """Which place is named, from 0: by an ordinal, or by a lone figure."""
    said = plain.split()
    few = said if len(said) <= _FEW else []  # "I said how much I have first" chooses none
    places = {place for word in few if (place := _ordinal(word, count, language.ordinals))}
    places |= {int(q.value) for q in figures if 1 <= q.value <= min(count, _MOST)}
    return places.pop() - 1 if len(places) == 1 else None


def _ordinal(word: str, count: int, ordinals: Mapping[str, int]) -> int | None:
    place = ordinals.get(word)
    if place is None or place > count:
        return None
    return place or count  # 0: the last


def _by_words(plain: str, options: Sequence[tuple[str, str]]) -> str | None:
    """The one option that has most of the words said which not all of them have."""
    each = {value: _telling(words(said)) for value, said in options}
    common = set.intersection(*each.values()) if len(each) > 1 else set()
    score = {value: len((own - common) & _telling(plain)) for value, own in each.items()}
    ranked = Counter(score).most_common(2)
    if not ranked or not ranked[0][1] or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]
