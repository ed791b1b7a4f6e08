"""Numbers in words and back, in every language: what is spoken is understood."""

import random
from decimal import Decimal

import pytest

from agent.numbers.digits import all_digits
from agent.numbers.phone_numbers import groups
from agent.numbers.tokens import tokens
from agent.slots.values import amount
from pipelines.engines.tts.normalisation import spoken
from pipelines.engines.tts.normalisation.cardinals import cardinal
from pipelines.packs.language_files import EVERY
from pipelines.packs.reader import PROMPTS, load

PACKS = load(PROMPTS, (EVERY,)).packs
_RANDOM = random.Random(13)
NUMBERS = sorted(
    {
        *range(131),
        *range(100, 1000, 100),
        *range(1000, 131_000, 1000),
        *(1000 * thousands + rest for thousands in (1, 2, 10, 20, 21, 100) for rest in (1, 10, 21)),
        *(_RANDOM.randrange(100, 1000) for _ in range(60)),
        *(_RANDOM.randrange(1000, 1_000_000) for _ in range(150)),
        999_999,
    }
)


@pytest.mark.parametrize("language", PACKS)
def test_every_number_is_understood_as_it_is_spoken(language: str) -> None:
    numerals = PACKS[language].language.digit_words.numerals
    wrong = []
    for n in NUMBERS:
        said = cardinal(n, language)
        assert said is not None, n
        found = tokens(said, numerals)
        if found[0].text == "a":  # Irish counts with a particle: "a trí"
            found = found[1:]
        if [token.value for token in found] != [Decimal(n)]:
            wrong.append((n, said, [token.text for token in found]))
    assert not wrong


@pytest.mark.parametrize("language", PACKS)
@pytest.mark.parametrize("sum_", ["5", "20", "100", "250", "1.50", "12.90", "2000"])
def test_a_sum_of_euros_is_understood_as_it_is_spoken(sum_: str, language: str) -> None:
    pack = PACKS[language].language
    point = pack.digit_words.numerals.decimal_point
    said = spoken(f"{sum_.replace('.', point)} €", language)
    assert not any(character.isdigit() for character in said)
    heard = amount(said, pack)
    assert heard is not None, said
    assert Decimal(heard) == Decimal(sum_), said


@pytest.mark.parametrize(
    ("language", "text", "heard"),
    [
        ("wo", "ñaari téeméer", "1000.00"),  # hundreds of dërëm of five francs
        ("wo", "ñaari téeméeri dërëm", "1000.00"),
        ("wo", "junni franc", "1000.00"),
        ("wo", "deux mille", "2000.00"),
        ("wo", "500", "500.00"),
        ("ff", "teemedde ɗiɗi", "1000.00"),
        ("ff", "ujunere mbuuɗu", "5000.00"),
        ("es", "doce euros con cincuenta", "12.50"),
        ("da", "tolv kroner og halvtreds øre", "12.50"),
        ("da", "fem og tyve kroner", "25.00"),
        ("de", "zweihundertfünfzig euro", "250.00"),
        ("nl", "tweehonderd vijftig euro", "250.00"),
        ("mt", "ħamsa u għoxrin ewro", "25.00"),
        ("pl", "pięćdziesiąt złotych", "50.00"),
        ("hu", "ezerkétszáz forint", "1200.00"),
        ("uk", "п'ятдесят гривень", "50.00"),
        ("uk", "пʼятдесят гривень", "50.00"),
        ("en", "twelve euros and fifty cents", "12.50"),
        ("el", "δώδεκα ευρώ και πενήντα λεπτά", "12.50"),
    ],
)
def test_sums_as_callers_say_them(language: str, text: str, heard: str) -> None:
    assert amount(text, PACKS[language].language) == heard


@pytest.mark.parametrize("language", PACKS)
def test_strings_of_digits_are_understood_as_they_are_spoken(language: str) -> None:
    says = PACKS[language].language.digit_words
    telephones = ("770001234", "764567890", "338001234", "801234567")
    for number in telephones:
        said = spoken(" ".join(groups(number, "SN")), language)
        assert all_digits(said, says) == number, said
    for number in ("4821", "0340", "900000", "4111111111111111", "07"):
        said = spoken(" ".join(number), language)
        assert all_digits(said, says) == number, said
