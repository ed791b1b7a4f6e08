"""Where a sentence ends, told from words that stream in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.engines.llm.sentences import Sentences, plain

ANSWERS = [
    ("fr", ["M. Diop a payé 3.5 euros.", "Il est content.", "Merci !"]),
    ("fr", ["Cela coûte 3.", "Merci"]),
    ("fr", ["Mme. Fall et le Dr. Sow sont là.", "Oui."]),
    ("fr", ["Le n° 5.", "Ouvert de 8 h. à 18 h. tous les jours.", "C’est « bon ».", "Oui."]),
    ("en", ["Mr. Diop pays 3.5 euros.", "It is on p. 5 of the bill.", "See e.g. the plan."]),
    ("en", ['He said "Stop."', "Then he went.", '"Really?" she asked.', "Yes!"]),
    ("en", ["It costs 1,234.56 francs.", "Dial #123#.", "Or *100#.", "Then wait."]),
    ("en", ["www.example.sn is it.", "The line opens at 5 p.m. on weekdays."]),
    ("de", ["Am 5. Mai kommt er.", "Das sind 7.", "Gut."]),
    ("wo", ["Jërëjëf M. Diop.", "Naka nga def?", "Mangi fi."]),
    ("ff", ["Jaaraama.", "No mbadda?", "Mi woni."]),
    ("sq", ["Faleminderit z. Diop.", "Po, 3.5 euro.", "Mirë."]),
]
WORDS = ["M.", "Diop", "Dr.", "3.5", "3.", "euros.", "Ok!", "No?", "p.m.", "The", "A.", '"Stop."']
MORE = ["…", "...", "e.g.", "*100#.", "Il", "(yes.)", "«", "Oui.", "»", "\n", "1.", "5"]


@pytest.mark.parametrize(("language", "sentences"), ANSWERS)
def test_an_answer_in_one_piece_and_letter_by_letter(language: str, sentences: list[str]) -> None:
    text = " ".join(sentences)
    for pieces in ([text], list(text)):
        said = Sentences(language)
        found = [sentence for chunk in pieces for sentence in said.add(chunk)]
        assert found + said.end() == sentences


@given(
    st.sampled_from(["en", "fr", "de", "wo", "ff"]),
    st.lists(st.sampled_from(WORDS + MORE), max_size=12).map(" ".join),
    st.lists(st.integers(1, 7), max_size=40),
)
def test_nothing_is_lost_or_said_twice(language: str, text: str, sizes: list[int]) -> None:
    whole, said = Sentences(language), Sentences(language)
    expected = whole.add(text) + whole.end()
    found: list[str] = []
    for size in sizes:
        found += said.add(text[:size])
        text = text[size:]
    found += said.add(text) + said.end()
    assert " ".join(found) == " ".join(expected)


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("**Two** _words_.", "Two words."),
        ("- `One`\n- two", "One two"),
        ("# Prices\nIt is **100**.", "Prices It is 100."),
        ("Dial *100# or **21*5#.", "Dial *100# or **21*5#."),
        ("<b>Yes</b> [here](x)", "bYes/b here(x)"),
        ("\n\n", ""),
    ],
)
def test_what_is_written_and_not_said_is_left_out(written: str, spoken: str) -> None:
    assert plain(written) == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("It costs 3 euros. 😀👍🏽", "It costs 3 euros."),
        ("☎️ Call 500 ➡️ now.", "Call 500 now."),
        ("❤️", ""),
        ("The answer is yes, there is a fee.", "There is a fee."),
        ("The answer to the question is: no.", ""),
        ("La réponse est oui, c'est gratuit.", "C'est gratuit."),
        ("The answering machine is free.", "The answering machine is free."),
    ],
)
def test_what_is_no_part_of_the_answer_is_left_out(written: str, spoken: str) -> None:
    assert plain(written) == spoken
