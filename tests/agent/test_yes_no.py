"""Yes and no in all their colours."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from agent.languages.language import words
from agent.languages.yes_no import YesNoWords, YesOrNo, yes_or_no
from tests.agent.talk import CATALOG, LINE, Talk, acts

STRANGERS = Path(__file__).parents[1] / "strangers" / "yes_no.tsv"
SAYS = {code: language.yes_no_words for code, language in CATALOG.languages.items()}


def meaning(text: str, language: str = "en") -> bool | None:
    return yes_or_no(words(text), SAYS[language]).meaning


YES = {
    "en": "yes|you bet|why not|no problem|no, I mean yes|not wrong|hmm, well, yeah|go ahead love|"
    "I don't see why not|that's it",
    "fr": "oui|pas de souci|pourquoi pas|mais si|pas faux|volontiers|euh... ben oui|"
    "non pardon, oui|je ne dis pas non",
}
NO = {
    "en": "no|of course not|sure not|not really|I don't think so|that is not correct|"
    "no, not really|yes, wait, no|no, it is off|no i am at home|it most certainly isn't|"
    "absolutely not|not very good",
    "fr": "non|bien sûr que non|absolument pas|pas du tout|pas bon|oui, enfin non|c'est pas ça|"
    "ce n'est pas exact|sûrement pas",
}
NEITHER = {
    "en": "yes but no|maybe|hang on|what?|yes, wait|I'm not sure",
    "fr": "oui mais non|peut-être|attendez|comment ?|oui et non|je n'ai pas bien entendu",
}


def each(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(language, text) for language, texts in table.items() for text in texts.split("|")]


@pytest.mark.parametrize(("language", "text"), each(YES))
def test_a_yes(language: str, text: str) -> None:
    assert meaning(text, language) is True


@pytest.mark.parametrize(("language", "text"), each(NO))
def test_a_no(language: str, text: str) -> None:
    assert meaning(text, language) is False


@pytest.mark.parametrize(("language", "text"), each(NEITHER))
def test_neither(language: str, text: str) -> None:
    assert yes_or_no(words(text), SAYS[language]).meaning is None


def test_what_else_was_said_is_left_over() -> None:
    assert yes_or_no("no my bill", SAYS["en"]) == YesOrNo(False, "my bill")
    assert yes_or_no("my bill", SAYS["en"]) == YesOrNo(None, "my bill")


def test_a_language_without_words_has_no_yes() -> None:
    assert yes_or_no("yes", YesNoWords()) == YesOrNo(None, "yes")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_strangers_by_their_words(language: str) -> None:
    """The half that nothing was chosen on; what it means (`real_engines/embeddings`) sees more."""
    found: Counter[str] = Counter()
    lines = STRANGERS.read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["language"] != language or row["half"] != "report":
            continue
        wanted = {"yes": True, "no": False}.get(row["expected"])
        said = meaning(row["text"], language)
        found["all"] += 1
        found["right"] += said is wanted
        found["falsely yes"] += said is True and wanted is not True
    print(dict(found))
    assert found["right"] >= 0.55 * found["all"]
    assert found["falsely yes"] <= 0.05 * found["all"]


def ready(language: str = "en") -> Talk:
    """Asked whether they have something to write with."""
    puk = {"blocked": True, "puk": "12345678", "attempts_left": 5}
    talk = Talk({"sim": puk}, language=language)
    talk.press("41")
    talk.press(LINE)
    talk.press("4821")
    assert talk.state.question == "ready"
    return talk


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("of course not", 1.0),
        ("sure not", 1.0),
        ("yes but no", 1.0),
        ("yes", 0.5),
        ("yes they told me all about it", 1.0),
    ],
)
def test_only_an_unmistakable_yes_lets_a_secret_out(text: str, confidence: float) -> None:
    talk = ready()
    assert not [act for act in acts(talk.hear(text, confidence=confidence)) if "puk" in act]


def test_an_unmistakable_yes_does() -> None:
    assert [act for act in acts(ready().hear("yes please go ahead")) if "puk" in act]


def test_a_no_heard_as_badly_as_a_yes_is_taken() -> None:
    assert [act for act in acts(ready().hear("no", confidence=0.5)) if "sim_later" in act]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "not my bill"),
        ("en", "I don't want to talk to a person"),
        ("en", "no, I am not calling about my balance"),
        ("fr", "pas ma facture"),
        ("fr", "non, je ne veux pas parler à un conseiller"),
    ],
)
def test_what_is_refused_is_not_done(language: str, text: str) -> None:
    talk = Talk(language=language)
    told = talk.hear(text)
    assert talk.state.flow == ""
    assert talk.state.handoff is None
    assert "not_understood" in acts(told)


@pytest.mark.parametrize(
    ("language", "text", "flow"),
    [("en", "my internet is not working", "outage"), ("fr", "ma ligne ne marche pas", "outage")],
)
def test_what_does_not_work_is_no_refusal(language: str, text: str, flow: str) -> None:
    talk = Talk(language=language)
    talk.hear(text)
    assert talk.state.flow == flow
