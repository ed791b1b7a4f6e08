"""Use cases drawn from their code: what is found, why an edge is taken, what cannot be drawn."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.acts import Act, Ask, Handoff, LookUp, Option
from agent.flow import NONE, Flow, Known, Slot
from agent.flows import identity
from pipelines.backoffice.protocol import checked
from pipelines.backoffice.questions import QUESTIONS
from pipelines.errors import ConfigurationError, EngineError
from pipelines.flow_chart.conditions import conditions
from pipelines.flow_chart.dot import dot, svg
from pipelines.flow_chart.explore import END, START, Chart, explore
from pipelines.flow_chart.features import condition
from pipelines.flow_chart.shapes import NOT_FOUND, shapes, values
from pipelines.packs.reader import load

ROOT = Path(__file__).parents[3]
CONFIG = load()
ENGLISH = CONFIG.packs["en"].language


def ways(chart: Chart, before: str) -> dict[str, list[str]]:
    """Where it goes on from a node, and under which conditions."""
    found = conditions(chart.seen[before], chart.own[before])
    return {
        after: [", ".join(condition(*one) for one in way) for way in why]
        for after, why in found.items()
    }


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_tried_are_answers_of_the_protocol(question: str) -> None:
    tried = shapes(question)
    assert tried[-1] == NOT_FOUND
    assert len({json.dumps(answer, sort_keys=True) for answer in tried}) == len(tried) > 1
    for answer in tried[:-1]:
        assert checked(question, answer).items() <= answer.items()  # less what is empty


@pytest.mark.parametrize("name", CONFIG.flows)
def test_every_use_case_can_be_drawn_to_its_end(name: str) -> None:
    chart = explore(CONFIG.flows[name])
    assert set(chart.seen) <= set(chart.acts)
    ends = {node for node, act in chart.acts.items() if isinstance(act, Handoff)} | {END}
    assert ends & set(chart.acts)
    assert set(chart.acts) - ends == set(chart.seen)
    text = dot([chart], ENGLISH)
    assert text.count("{") == text.count("}")


def test_a_fault() -> None:
    chart = explore(CONFIG.flows["outage"])
    assert ways(chart, START) == {"ask.service": [""]}
    assert ways(chart, "look up outage")["inform.line_unknown"] == ["not found"]
    assert ways(chart, "look up outage")["inform.outage_planned"] == [
        "found, outage: yes, until: known, kind: planned"
    ]
    assert ways(chart, "look up outage")["inform.advice_mobile"] == [
        "found, outage: no, service: mobile"
    ]
    assert ways(chart, "ask.solved") == {
        "inform.solved": ["solved: yes"],
        "ask.warning_light": ["solved: no, service: internet"],
        "ask.data_on": ["solved: no, service: mobile"],
        "inform.decoder_cables": ["solved: no, service: television"],
    }


def test_amounts_are_compared() -> None:
    chart = explore(CONFIG.flows["bill"])
    assert ways(chart, "inform.bill")["inform.bill_higher"] == [
        "total > previous total, items: one/several"
    ]
    text = dot([chart], ENGLISH)
    assert "Your bill for ‹month› is ‹total›" in text
    assert "back office: bill (line)" in text


def test_a_wrong_code_leads_back_to_the_question() -> None:
    chart = explore(CONFIG.flows["balance"])
    assert "ask.pin" in ways(chart, "look up verify")
    assert ways(chart, "confirm.line") == {
        "ask.pin": ["line right: yes"],
        "ask.line": ["line right: no"],
    }
    assert not chart.cut


OFFER = Slot("offer", "option")
MOST = Slot("most", "amount")
WISH = Slot("wish", "text")
OPTIONS = (Option("week", "offer.week"), Option("month", "offer.month"))


def _offers(known: Known) -> Act | None:
    if known.slot("offer") is None:
        return Ask("offer", options=OPTIONS)
    if known.slot("offer") == NONE:
        return Handoff("no_offer_fits", "sales")
    for slot in ("most", "wish"):
        if known.slot(slot) is None:
            return Ask(slot)
    return None


def test_options_amounts_and_free_words() -> None:
    chart = explore(Flow("offers", (OFFER, MOST, WISH), _offers))
    assert ways(chart, "ask.offer") == {
        "ask.most": ["offer: one of them"],
        "handoff no_offer_fits sales": ["offer: none"],
    }
    assert ways(chart, "ask.wish") == {"end": [""]}
    assert "[ask.offer]" in dot([chart], ENGLISH)  # there is no such wording


def test_what_cannot_be_drawn_is_told() -> None:
    odd = replace(OFFER, kind="colour")  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match=r"slot 'offer' is of kind 'colour': .*BY_KIND"):
        explore(Flow("offers", (odd,), _offers))
    with pytest.raises(ConfigurationError, match="asks for 'offer', which is not among its slots"):
        explore(Flow("offers", (), _offers))
    with pytest.raises(ConfigurationError, match="no back-office question 'weather'"):
        explore(Flow("weather", (), lambda known: LookUp("weather", {})))

    def broken(known: Known) -> Act | None:
        if act := identity.find_line(known):
            return act
        raise KeyError("total")

    with pytest.raises(ConfigurationError, match=r"'broken' fails after \w+.line with KeyError"):
        explore(Flow("broken", (identity.LINE,), broken))


def test_a_use_case_without_end_is_cut_short() -> None:
    def endless(known: Known) -> Act | None:
        return known.tell("again", turn=str(len(known._conversation.told)))

    chart = explore(Flow("endless", (), endless))
    assert chart.cut == {"inform.again"}
    assert "(cut short)" in dot([chart], ENGLISH)


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        ({"type": "boolean"}, [True, False]),
        ({"enum": ["a", "b"]}, ["a", "b"]),
        ({"type": "integer", "minimum": 0, "maximum": 0}, [0]),
        ({"type": "integer"}, [0, 1]),
        ({"anyOf": [{"type": "null"}, {"const": 3}]}, [None, 3]),
        ({"type": "string", "pattern": r"^\d{8}$"}, ["77000123"]),
        ({"type": "array", "items": {"enum": [1, 2]}}, [[], [1], [2], [1, 2]]),
    ],
)
def test_values_of_a_schema(schema: dict[str, Any], found: list[Any]) -> None:
    assert values(schema, {}, "test") == found


def test_a_pattern_that_nothing_fits_names_the_field() -> None:
    with pytest.raises(ConfigurationError, match=r"weather\.wind: no example fits .*_TEXTS"):
        values(
            {"type": "object", "properties": {"wind": {"type": "string", "pattern": "^Bft"}}},
            {},
            "weather",
        )


def test_of_many_fields_every_pair_is_tried() -> None:
    fields = {f"f{n}": {"type": "boolean"} for n in range(12)}
    rows = values({"type": "object", "properties": fields}, {}, "test")
    assert len(rows) < 300
    assert {(row["f3"], row["f9"]) for row in rows} == {
        (True, True),
        (True, False),
        (False, True),
        (False, False),
    }


def test_graphviz() -> None:
    if shutil.which("dot") is None:
        pytest.skip("Graphviz is not installed")
    drawn = svg(dot([explore(flow) for flow in CONFIG.flows.values()], ENGLISH)).decode()
    assert "<svg" in drawn
    assert "Does it work now?" in drawn
    with pytest.raises(EngineError, match=r"Graphviz: .*syntax error"):
        svg("digraph {")


def test_the_readmes_drawing_is_of_today() -> None:
    drawn = (ROOT / ".readme" / "outage.svg").read_text(encoding="utf-8")
    for node in explore(CONFIG.flows["outage"]).acts:
        assert f"<title>outage {node}</title>" in drawn, (
            "waxtaan flows outage --svg .readme/outage.svg"
        )


def test_without_graphviz() -> None:
    with pytest.raises(EngineError, match="apt-get install graphviz, or --dot"):
        svg("digraph {}", program="no-such-program")
