"""Strings of digits as people say them."""

import csv
import random
from collections import Counter
from pathlib import Path

import pytest

from agent.numbers.card_numbers import is_luhn, without_cards
from agent.numbers.digit_format import DigitFormat
from agent.numbers.digit_format import number as found_in
from agent.numbers.digits import HIDDEN, DigitWords, all_digits, hidden
from agent.privacy import digit_words
from tests.agent.talk import CATALOG, LINE, Talk, acts, questions

STRANGERS = Path(__file__).parents[1] / "strangers" / "numbers.tsv"
ALL = digit_words(CATALOG.languages.values())
LINES = DigitFormat(9, 9, "phone", "SN")
SAYS = {code: language.digit_words for code, language in CATALOG.languages.items()}


def number(text: str, says: DigitWords, length: int) -> tuple[str, bool]:
    """The number of so many digits, or one of Senegal's where they are nine."""
    wanted = LINES if length == LINES.most else DigitFormat(length, length)
    found = found_in(text, says, wanted)
    return (found.value, found.plainly) if found else ("", False)


@pytest.mark.parametrize(
    ("language", "text", "digits"),
    [
        ("en", "double four eight two", "4482"),
        ("en", "triple seven, oh nought one two three four", "777001234"),
        ("en", "it's forty-eight twenty-one", "4821"),
        ("en", "four hundred and twelve, one", "4121"),
        ("en", "seven seven zero zero zero, uh, one two three four", "770001234"),
        ("en", "my number is 77 000 12-34 thank you", "770001234"),
        ("en", "７７０００１２３４", "770001234"),
        ("en", "٧٧٠٠٠١٢٣٤", "770001234"),
        ("en", "plus two two one, seventy-seven, zero zero zero, twelve thirty-four", "770001234"),
        ("en", "00221 770001234", "770001234"),
        ("en", "+221 77 000 12 34", "770001234"),
        ("en", "it's 221770001234", "770001234"),
        ("fr", "quatre-vingt-deux quatre-vingt-trois", "8283"),
        ("fr", "soixante-dix-sept zéro zéro zéro douze trente-quatre", "770001234"),
        ("fr", "septante-sept, huitante, nonante et un", "778091"),
        ("fr", "c'est le double zéro quarante-huit", "0048"),
        ("fr", "quatre vingt dix-neuf quatre vingts", "9980"),
        ("en", "four three zeros, double nought, two nines, triple nil", "40000099000"),
        (
            "fr",
            "trois fois neuf, quatre fois le trois, double zéro, et trois zéros",
            "999333300000",
        ),
        ("fr", "soixante dix huit trente deux, zéro neuf quatre vingt dix huit", "78320998"),
        (
            "fr",
            "plus deux cent vingt et un, soixante-dix-sept, zéro zéro zéro, 12, 34",
            "770001234",
        ),
    ],
)
def test_a_number_is_read_as_it_is_said(language: str, text: str, digits: str) -> None:
    assert number(text, SAYS[language], len(digits)) == (digits, True)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("double four eight two one", 4),
        ("i am 24 and i live at number 35", 4),
        ("seven seven zero zero zero", 9),
        ("770001234 or 770005555", 9),
        ("+33 6 12 34 56 78", 9),
        ("the year is long", 4),
        ("", 4),
    ],
)
def test_what_does_not_add_up_is_no_number(text: str, length: int) -> None:
    assert number(text, SAYS["en"], length) == ("", False)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("seven seven, no sorry, seven eight zero zero zero one two three four", "780001234"),
        ("770001235, no, 4", "770001234"),
        ("i think it used to be 770001234 when i lived there", "770001234"),
    ],
)
def test_what_was_corrected_or_stands_among_other_things_is_in_doubt(
    text: str, digits: str
) -> None:
    assert number(text, SAYS["en"], 9) == (digits, False)


def test_doubt_is_read_back_and_a_code_in_doubt_is_asked_again() -> None:
    talk = Talk()
    talk.hear("what is my balance")
    assert questions(talk.hear("770001235, no, 4")) == [f"confirm:line:{LINE}"]
    talk.hear("yes")
    assert talk.state.question == "pin"
    told = talk.hear("i was born in the summer of 1985 as you know")
    assert "pin" not in talk.state.slots
    assert "not_understood" in acts(told)


def test_a_number_said_twice_is_one() -> None:
    assert number("4821, that's 4821", SAYS["en"], 4) == ("4821", True)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("forty-eight twenty-one", "•• ••"),
        ("double four eight two", "•• • •"),
        ("my code is 4821", "my code is ••••"),
        ("one of you", "one of you"),
    ],
)
def test_a_code_is_hidden_in_whatever_words(text: str, written: str) -> None:
    said = hidden(text, SAYS["en"])
    assert said == written
    assert all_digits(said, SAYS["en"]).count(HIDDEN) == written.count(HIDDEN)


def card(chance: random.Random, length: int) -> str:
    body = "".join(chance.choice("0123456789") for _ in range(length - 1))
    return next(body + last for last in "0123456789" if is_luhn(body + last))


WORDS = {
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    "fr": ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"],
}
BETWEEN = ["", " ", "  ", "-", " - ", ", ", "\u00a0", "\u202f", ".", "/", "_", " then ", " and "]
BETWEEN += [" euh ", " let me look ", "\n", "\u200b", "–", ";", " | ", " puis le "]
SCRIPTS = ["0", "٠", "۰", "०", "০", "０"]


def shapes(chance: random.Random, digits: str) -> str:
    """A number as somebody may write or say it."""
    kind = chance.randrange(4)
    size = chance.choice([1, 2, 3, 4, 5, len(digits)])
    groups = [digits[at : at + size] for at in range(0, len(digits), size)]
    if kind == 0:
        zero = ord(chance.choice(SCRIPTS))
        groups = ["".join(chr(zero + int(d)) for d in group) for group in groups]
    elif kind == 1:
        words = WORDS[chance.choice(["en", "fr"])]
        groups = [" ".join(words[int(d)] for d in group) for group in groups]
    between = chance.choice(BETWEEN if kind != 1 else [b for b in BETWEEN if b.strip("\u200b_")])
    between = between or " "
    if kind == 1 and not between.strip("abcdefghijklmnopqrstuvwxyz"):
        between = f" {between.strip()} "
    lead = chance.choice(["", "my card is ", "ma carte c'est le ", "so it's: ", "here you go "])
    return f"{lead}{between.join(groups)}{chance.choice(['', ' ok', '.', ' voilà', ' that is it'])}"


def test_no_card_number_is_written_whatever_stands_between() -> None:
    """2,000 numbers that pass Luhn, in figures of six scripts and in words of two languages."""
    chance = random.Random(5)
    written = []
    for _ in range(2000):
        digits = card(chance, chance.randint(13, 19))
        text = without_cards(shapes(chance, digits), ALL)
        left = max((len(all_digits(text, says).replace(HIDDEN, "")) for says in ALL), default=0)
        if left:
            written.append(text)
    assert written == []


@pytest.mark.parametrize(
    "text",
    [
        "my card number is 4111, 1111, 1111, 1111",
        "4111  1111  1111  1111",
        "forty-one eleven eleven eleven eleven eleven eleven eleven",
        "four one double one, then 1111, and after that 1111, the last ones are 1111",
        "quarante et un onze, onze onze, onze onze, onze onze",
    ],
)
def test_a_card_number_in_words_and_parts_is_hidden(text: str) -> None:
    written = without_cards(text, ALL)
    assert not any(c.isdigit() for c in written)
    assert "eleven" not in written
    assert "onze" not in written


def test_a_telephone_number_is_no_card() -> None:
    for text in ("my number is 770001234", "+221 77 000 12 34", "the bill of 12.05.2026 is 38.50"):
        assert without_cards(text, ALL) == text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_numbers_of_strangers_are_right_or_asked_again(language: str) -> None:
    """The half that nothing was chosen on: 310 numbers, 10 sentences that hold another's."""
    lines = STRANGERS.read_text(encoding="utf-8").splitlines()
    found: Counter[str] = Counter()
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["language"] != language or row["half"] != "report":
            continue
        is_number = row["expected"] != "none"
        found["numbers"] += is_number
        for length in [len(row["expected"])] if is_number else [4, 9]:
            digits, plain = number(row["text"], SAYS[language], length)
            assert not plain or digits == row["expected"], row["text"]
            found["right"] += digits == row["expected"]
            found["plain"] += plain
    print(dict(found))
    assert found["right"] >= 0.99 * found["numbers"]
