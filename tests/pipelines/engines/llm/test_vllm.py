"""The language model over a server that answers as vLLM does: in fair weather."""

import asyncio
import math
from contextlib import aclosing

import pytest

from agent.events import Usage
from pipelines.engines.llm.chat import ChatChunk
from pipelines.engines.llm.engine import EngineError, Question
from pipelines.engines.llm.vllm import UNTOLD, Vllm, _confidence
from tests.fakes import PATIENCE
from tests.pipelines.engines.llm.conftest import BILL, PASSAGE, Asking
from tests.pipelines.engines.llm.standin import Says, StandIn, proposal

ASKED = "how much is roaming"
START_BILL = {"command": "start_flow", "flow": "bill"}


async def answer(model: Vllm, language: str = "en") -> list[str]:
    return [sentence async for sentence in model.compose(ASKED, language, [PASSAGE])]


async def test_a_turn_becomes_commands(first: StandIn, asking: Asking) -> None:
    first.says(proposal(START_BILL, probability=0.8))
    model = asking(first)
    await model.start()
    proposed = await model.interpret(BILL)
    assert proposed.commands == (START_BILL,)
    assert proposed.confidence == pytest.approx(0.8)
    assert proposed.model == "toy"
    assert proposed.answer_tokens == 1


async def test_what_is_asked(first: StandIn, asking: Asking) -> None:
    first.says(proposal(START_BILL))
    await asking(first).interpret(BILL)
    (body,) = first.bodies
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert body["response_format"]["type"] == "json_schema"
    assert body["response_format"]["json_schema"]["schema"]["required"] == ["commands"]
    assert body["temperature"] == 0


async def test_an_answer_comes_sentence_by_sentence(first: StandIn, asking: Asking) -> None:
    first.says("It costs 3.5 euros. Ask M. Diop. Really")
    assert await answer(asking(first)) == ["It costs 3.5 euros.", "Ask M. Diop.", "Really"]


async def test_a_sentence_is_there_before_the_next_is_complete(
    first: StandIn, asking: Asking
) -> None:
    first.says(Says("One. Two three four", after=2, wrong="stall"))
    async with aclosing(asking(first).compose(ASKED, "en", [PASSAGE])) as sentences:
        assert await anext(sentences) == "One."


async def test_what_is_not_known_is_not_said(first: StandIn, asking: Asking) -> None:
    first.says("NOTFOUND", "NOTFOUND.", "So it is. NOTFOUND")
    assert [await answer(asking(first)) for _ in range(3)] == [[], [], ["So it is."]]


async def test_an_answer_that_goes_round_in_circles_ends(first: StandIn, asking: Asking) -> None:
    first.says("One. Two. One. Three.")
    assert await answer(asking(first)) == ["One.", "Two."]


async def test_what_an_answer_took_is_told(first: StandIn, asking: Asking) -> None:
    first.says("One. Two.")
    told: list[Usage] = []
    model = asking(first)
    assert [t async for t in model.compose(ASKED, "en", [PASSAGE], None, told.append)]
    (used,) = told
    assert (used.model, used.answer_tokens, used.joules) == ("toy", 2, None)
    assert used.prompt_tokens > 100


async def test_half_a_sentence_at_the_limit_is_not_said(first: StandIn, asking: Asking) -> None:
    first.says("One. " + "and so on " * 200)
    assert await answer(asking(first)) == ["One."]


async def test_a_language_is_answered_by_its_adapter(first: StandIn, asking: Asking) -> None:
    model = asking(first, adapters={"fr": "wo"})
    await model.start()
    await answer(model, "fr")
    await answer(model, "en")
    assert [body["model"] for body in first.bodies] == ["wo", "toy"]


async def test_an_adapter_that_the_server_lacks_is_named_at_start(
    first: StandIn, asking: Asking
) -> None:
    with pytest.raises(EngineError, match=r"has no sw; it has toy, wo, ff.*llm_adapters"):
        await asking(first, adapters={"fr": "sw"}).start()


async def test_a_server_that_comes_later_is_used(asking: Asking) -> None:
    server = StandIn()
    async with server:
        url = server.url
    model = asking(url)
    await model.start()
    server.says("Here I am.")
    async with server:
        assert await answer(model) == ["Here I am."]


async def test_a_language_without_prompt_is_named(first: StandIn, asking: Asking) -> None:
    with pytest.raises(EngineError, match="no prompt in 'xx'"):
        await asking(first).interpret(Question("x", "xx"))


@pytest.mark.parametrize(
    "said",
    [
        "Yes, of course.",
        '{"commands":[]}',
        '{"commands":[{"command":"transfer_money"}]}',
        '{"commands":[{"command":"start_flow","flow":"refund"}]}',
        '{"commands":[{"command":"affirm"',
        "",
    ],
)
async def test_what_is_no_proposal_is_an_error_that_tells_no_words(
    said: str, first: StandIn, asking: Asking
) -> None:
    first.says(said)
    with pytest.raises(EngineError) as caught:
        await asking(first).interpret(BILL)
    assert len(first.bodies) == 1
    assert not said or said not in str(caught.value)


async def test_a_proposal_without_end(first: StandIn, asking: Asking) -> None:
    first.says(Says('{"commands":[' + " " * 2 + " x" * 500))
    with pytest.raises(EngineError, match=r"did not end \(length\)"):
        await asking(first).interpret(BILL)


async def test_closing_an_answer_ends_it_at_the_server(first: StandIn, asking: Asking) -> None:
    first.says(Says("One. " * 1000, pace=0.001))
    async with aclosing(asking(first).compose(ASKED, "en", [PASSAGE])) as sentences:
        await anext(sentences)
        assert first.running == 1
    await asyncio.wait_for(first.left.wait(), PATIENCE)
    assert first.running == 0
    assert first.generated < 500  # of 2,000: it was not read to its end


async def test_cancelling_a_question_ends_it_at_the_server(first: StandIn, asking: Asking) -> None:
    first.says(Says("One. " * 1000, after=2, wrong="stall"))
    task = asyncio.create_task(asking(first).interpret(BILL))
    await first.stalled.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(first.left.wait(), PATIENCE)


async def test_a_connection_is_used_again(first: StandIn, asking: Asking) -> None:
    model = asking(first)
    for _ in range(5):
        await answer(model)
    assert first.connections == 1


async def test_many_at_once(first: StandIn, asking: Asking) -> None:
    model = asking(first)
    assert await asyncio.gather(*(answer(model) for _ in range(20))) == [["All is well."]] * 20


async def test_warming_asks_every_prompt_once(first: StandIn, asking: Asking) -> None:
    first.usual = Says("x y z")
    model = asking(first)
    await model.warm(["en", "fr"])
    assert len(first.bodies) == 4
    assert {body["max_tokens"] for body in first.bodies} == {1}


def chosen(text: str, *tokens: tuple[str, float]) -> ChatChunk:
    return ChatChunk(text, tokens, "stop")


def test_only_what_was_chosen_counts_for_the_confidence() -> None:
    text = '{"commands":[{"command":"affirm"}]}'
    told = (
        ('{"commands', -9.0),
        ('":[{"command', -9.0),
        ('":"', 0.0),
        ("affirm", -0.1),
        ('"}]}', 0),
    )
    assert _confidence(chosen(text, *told)) == pytest.approx(math.exp(-0.1))
    assert _confidence(chosen(text)) == UNTOLD
    assert _confidence(chosen(text, ("```", -9.0), (" json", -1.0))) == UNTOLD  # as llama.cpp does
