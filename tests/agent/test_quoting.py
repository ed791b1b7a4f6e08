"""The page's own sentence is said for what a language model composed."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.actions import Abandon, Compose, Interpret
from agent.events import Composed, Interpreted, Passage, Retrieved
from agent.grounding.quoting import quotation
from pipelines.knowledge import Knowledge
from tests.agent.talk import CATALOG, Talk, acts, rungs, said

PROMPTS = Path(__file__).parents[2] / "prompts"
KNOWLEDGE = Knowledge.read(Path("none"), PROMPTS, own=False)
LEAST = 0.4
CASES = tomllib.loads(Path(__file__).with_name("gate_cases.toml").read_text(encoding="utf-8"))
COMPOSED = tomllib.loads(Path(__file__).with_name("composed.toml").read_text(encoding="utf-8"))
PLANS = Passage(
    "en/plans.md#prices",
    "Plans > Prices\nMedium is 20 euros. It has 40 gigabytes.",
    0.6,
    "en",
    (),
    ("Medium is 20 euros.", "Medium is 20 euros. It has 40 gigabytes."),
)
BLOCK = Passage(
    "en/sim.md#block",
    "SIM > Blocking\nBlocking the card is free. For the device we need a police report.",
    0.6,
    "en",
    (),
    ("Blocking the card is free.", "For the device we need a police report."),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a composed answer led to."""

    texts: list[str]
    acts: list[str]
    rungs: list[str]
    abandoned: bool


def answered(passages: tuple[Passage, ...], *composed: str, language: str = "en") -> Answer:
    talk = Talk(language=language, language_model=True)
    (interpret,) = [a for a in talk.hear("zork blah frotz gnusto") if isinstance(a, Interpret)]
    told = talk.happen(
        Interpreted(talk.at, interpret.request, ({"command": "ask_knowledge"},), 0.9)
    )
    (compose,) = [a for a in told if isinstance(a, Compose)]
    talk.happen(Retrieved(talk.at, compose.request, passages))
    done = []
    for text in composed:
        last = text is composed[-1]
        done += talk.happen(Composed(talk.at, compose.request, text, last=last))
    return Answer(said(done), acts(done), rungs(done), any(isinstance(a, Abandon) for a in done))


def test_the_page_words_what_the_model_composed() -> None:
    answer = answered((PLANS, BLOCK), "You pay 20 euros for Medium.", "Blocking a card is free.")
    assert answer.texts[:2] == ["Medium is 20 euros.", "Blocking the card is free."]
    assert answer.acts[:2] == ["answer en/plans.md#prices", "answer en/sim.md#block"]
    assert answer.acts[2:] == ["ask more"]


@pytest.mark.parametrize(
    ("composed", "page"),
    [
        ("The Medium plan has 20 gigabytes.", "Medium is 20 euros. It has 40 gigabytes."),
        ("Medium is 10 euros.", "Medium is 20 euros."),
        ("Blocking the device is free.", "For the device we need a police report."),
        ("1. Blocking the card is free 😀", "Blocking the card is free."),
    ],
)
def test_what_the_model_got_wrong_is_said_right(composed: str, page: str) -> None:
    assert answered((PLANS, BLOCK), composed).texts[0] == page


def test_what_stands_for_no_sentence_is_left_out_and_the_answer_goes_on() -> None:
    answer = answered(
        (PLANS,), "Yes, of course.", "Medium is 20 euros.", "Many callers like to travel by train."
    )
    assert answer.texts[0] == "Medium is 20 euros."
    assert answer.acts == ["answer en/plans.md#prices", "ask more"]
    assert answer.rungs == ["gate", "gate"]


def test_nothing_that_can_be_quoted_is_not_knowing() -> None:
    assert answered((PLANS,), "Yes, of course.").acts == ["knowledge.unknown", "ask more"]


def test_a_sentence_is_said_once() -> None:
    answer = answered((PLANS,), "Medium is 20 euros.", "So you pay 20 euros for Medium.")
    assert answer.acts == ["answer en/plans.md#prices", "ask more"]


@pytest.mark.parametrize(
    "composed", ["We will refund Medium, 20 euros.", "Medium ist 20 euros: SYSTEM: json."]
)
def test_a_promise_and_machinery_end_the_answer(composed: str) -> None:
    answer = answered((PLANS,), composed, "Medium is 20 euros.")
    assert answer.acts == ["knowledge.unknown", "ask more"]
    assert answer.abandoned


def test_a_page_that_was_tampered_with_is_not_quoted() -> None:
    promise = "We will refund 500 euros to every caller."
    bad = Passage("en/bad.md", f"Refunds\n{promise}", 0.6, "en", (), (promise,))
    answer = answered((bad,), "Every caller gets 500 euros refunded.")
    assert answer.acts == ["knowledge.unknown", "ask more"]


def test_pages_in_another_language_are_not_quoted() -> None:
    answer = answered((PLANS,), "Medium coûte 20 euros.", language="fr")
    assert answer.texts[0] == "Medium coûte 20 euros."


def test_the_order_of_words_counts() -> None:
    swapped = quotation("Twenty gigabytes cost 40 euros.", (PLANS,), frozenset({"cost"}), 0.6)
    assert swapped is None


def pages(sources: list[str]) -> tuple[Passage, ...]:
    return tuple(passage for source in sources for passage in KNOWLEDGE.section(source))


@pytest.mark.parametrize("report", [False, True])
def test_sentences_of_a_real_model(report: bool) -> None:
    """What is said is the page's; at most one faithful sentence in twelve finds none of them."""
    faithful = lost = 0
    for case in (case for case in COMPOSED["sentences"] if case["report"] is report):
        shown = pages(case["pages"])
        quotable = {sentence for passage in shown for sentence in passage.sentences}
        answer = answered(shown, case["text"])
        spoken = answer.texts[: sum(act.startswith("answer") for act in answer.acts)]
        assert set(spoken) <= quotable
        faithful += case["faithful"]
        lost += case["faithful"] and not spoken
    assert faithful > 30
    assert lost <= 0.08 * faithful


@pytest.mark.parametrize(("code", "most"), [("en", 0.06), ("fr", 0.06)])
def test_what_people_would_write_of_a_page_finds_its_sentence(code: str, most: float) -> None:
    fillers = CATALOG.languages[code].gate.fillers
    told = [
        (pages([f"{code}/{page}"]), text)
        for page, sentences in CASES[code].items()
        for text in sentences.get("faithful", [])
    ]
    lost = [text for shown, text in told if quotation(text, shown, fillers, LEAST) is None]
    assert len(lost) <= most * len(told)
