"""A language model's opinion of calls, by a server that answers from a script."""

import json
from pathlib import Path

import pytest

from pipelines.circuit_breaker import Breaker
from pipelines.engines.llm.endpoint import Endpoint
from pipelines.engines.llm.engine import EngineError
from pipelines.errors import ConfigurationError
from pipelines.packs.reader import PROMPTS
from pipelines.quality.agreement import agreements
from pipelines.quality.annotated import Annotated
from pipelines.quality.calls import Call, read_calls
from pipelines.quality.llm_judge import judge, read_rubric
from pipelines.store.annotations import Annotation
from pipelines.store.recorded import find_recorded
from tests.pipelines.engines.llm.standin import Says, StandIn
from tests.pipelines.quality.planted import AS_IT_IS, CALLS

RUBRIC = PROMPTS / "llm" / "rubric.toml"


def call(name: str) -> Call:
    (found,) = read_calls(find_recorded([CALLS / f"{name}.jsonl"]), AS_IT_IS, processes=1)
    return found


def verdict(answer: str, why: str = "All was told.") -> Says:
    return Says(json.dumps({"answer": answer, "why": why}))


async def asked(server: StandIn, judged: Call, model: str = "toy") -> list[Annotation]:
    endpoint = Endpoint(server.url, "", Breaker(3, 1.0))
    try:
        return await judge(judged, read_rubric(RUBRIC), endpoint, model)
    finally:
        await endpoint.close()


async def test_it_is_asked_by_the_rubric_and_its_answer_is_kept_under_its_name() -> None:
    async with StandIn() as server:
        server.says(verdict("resolved"))
        found = await asked(server, call("en-bill"))
        (body,) = server.bodies
    assert [(a.who, a.about, a.value) for a in found] == [
        ("model:toy", "outcome", "resolved"),
        ("model:toy", "comment", "outcome: All was told."),
    ]
    schema = body["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["answer"]["enum"] == list(read_rubric(RUBRIC)["outcome"].answers)
    told = body["messages"][1]["content"]
    assert 'Caller (words): "why is my bill so high"' in told
    assert "Agent: You have" not in told
    assert "[asks the back office: bill]" in told
    assert "7700" not in "".join(line for line in told.splitlines() if line.startswith("["))


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Says("nonsense"), "is not the JSON"),
        (verdict("splendid"), "is none of resolved"),
        (Says(status=500), "500"),
    ],
)
async def test_what_it_must_not_answer_is_an_error(answer: Says, told: str) -> None:
    async with StandIn() as server:
        server.says(answer)
        with pytest.raises(EngineError, match=told):
            await asked(server, call("en-bill"))


def test_it_is_no_persons_word() -> None:
    when = "2026-11-29T10:00:00"
    model = Annotation(who="model:toy", when=when, about="outcome", value="resolved")
    person = Annotation(who="awa", when=when, about="outcome", value="unresolved")
    both = Annotated("x", (), (model, person))
    assert both.agreed("outcome")[-1].who == "awa"
    assert both.undecided("outcome") == 0
    assert Annotated("x", (), (model,)).agreed("outcome") == {}
    assert [(a.who, a.n, a.same) for a in agreements([(model, person)])] == [
        (("awa", "model:toy"), 1, 0)
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[mood]\nquestion = 'x'\n[mood.answers]\na = 'b'\nc = 'd'\n", "mood: a judge is asked"),
        ("[outcome]\nquestion = 'x'\n", "answers"),
        ("[outcome]\nquestion = ''\n", "question"),
        ("outcome = \n", "Invalid value"),
    ],
)
def test_mistakes_in_a_rubric_are_named(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "rubric.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"rubric\.toml") as raised:
        read_rubric(path)
    assert told in str(raised.value)
