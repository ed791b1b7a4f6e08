"""The language model over a real vLLM: what the stand-in cannot prove."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from typing import Any

import httpx
import pytest

from pipelines.engines.llm.chat import Ask, whole
from pipelines.engines.llm.engine import EngineError, Late, Question
from pipelines.engines.llm.timeouts import Timeouts
from pipelines.engines.llm.vllm import Vllm
from tests.pipelines.engines.llm.standin import Says, StandIn
from tests.real_engines.llm import lessons
from tests.real_engines.llm.conftest import RealServer
from tests.real_engines.llm.lessons import (
    ANSWERS,
    ASKED,
    ASKED_IN_FRENCH,
    CHOICE,
    ENDLESS,
    FLOWS,
    ROAMING,
    UNKNOWN,
)

END = 2  # the toy's token <|im_end|>
ADAPTERS = {"wo": "wo", "ff": "ff"}
TAUGHT = {
    "my bill is too high": {"command": "start_flow", "flow": "bill"},
    "what is my balance": {"command": "start_flow", "flow": "balance"},
    "i have no internet": {"command": "start_flow", "flow": "outage"},
    "my sim card is blocked": {"command": "start_flow", "flow": "sim"},
    "i want to speak to an agent": {"command": "signal", "signal": "person"},
    "it is an emergency": {"command": "signal", "signal": "emergency"},
    "how much is roaming": {"command": "ask_knowledge", "page": ""},
    "no thank you": {"command": "deny"},
    "goodbye": {"command": "goodbye"},
}


@pytest.fixture
async def model(server: RealServer) -> AsyncIterator[Vllm]:
    patient: dict[str, Any] = {"first_token": 60.0, "deadline": 90.0, "between": 30.0}
    model = Vllm(lessons.prompts(), [server.url], adapters=ADAPTERS, **patient)
    await model.start()
    yield model
    await model.close()


async def running(server: RealServer) -> float:
    """Requests that the server is working on."""
    return await asyncio.to_thread(server.metric, "vllm:num_requests_running")


async def gone(server: RealServer) -> float:
    """Seconds until the server works on nothing; its metrics answer within milliseconds."""
    began = time.monotonic()
    async with asyncio.timeout(120.0):
        while await running(server):
            pass
    return time.monotonic() - began


async def answer(model: Vllm, text: str, language: str = "en") -> list[str]:
    return [sentence async for sentence in model.compose(text, language, [ROAMING])]


async def test_turns_become_commands(model: Vllm) -> None:
    asked = [model.interpret(Question(said, "en", "", FLOWS)) for said in TAUGHT]
    proposals = await asyncio.gather(*asked)
    right = [p.commands == (c,) for p, c in zip(proposals, TAUGHT.values(), strict=True)]
    assert sum(right) >= len(TAUGHT) - 1, [p.commands for p in proposals]  # a toy's memory
    assert all(0 < p.confidence <= 1 for p in proposals)
    assert all(p.prompt_tokens > 300 and p.answer_tokens > 5 for p in proposals)


async def test_the_schema_binds_whatever_the_model_would_say(model: Vllm) -> None:
    only = Question("my bill is too high", "en", "service", (), {"line": ()})
    (command, *_) = (await model.interpret(only)).commands
    assert command["command"] != "start_flow"
    for said in ("", "xyzzy", "9" * 900, "<|im_end|>"):
        assert (await model.interpret(Question(said, "en", "", FLOWS))).commands


async def test_a_detail_is_filled(model: Vllm) -> None:
    (command, *_) = (await model.interpret(CHOICE)).commands
    assert command == {"command": "set_slot", "slot": "service", "value": "internet"}


@pytest.mark.parametrize("language", ["en", "wo", "ff"])
async def test_an_adapter_answers_in_its_language(language: str, model: Vllm) -> None:
    assert " ".join(await answer(model, ASKED, language)) == ANSWERS[language]


async def test_french_titles_and_amounts_are_in_one_breath(model: Vllm) -> None:
    sentences = await answer(model, ASKED_IN_FRENCH, "fr")
    assert sentences[0].endswith("3.5 euros par jour.")
    assert sentences[1] == "M. Diop vous le confirme."


async def test_what_the_passages_do_not_say_is_not_said(model: Vllm) -> None:
    assert await answer(model, UNKNOWN) == []


async def test_an_answer_that_was_begun_is_gone_on_with(server: RealServer, model: Vllm) -> None:
    """Which is what the second server is asked when the first breaks off."""
    begun, _, rest = ANSWERS["en"].partition(". ")
    messages = lessons.prompts().compose(ASKED, "en", [ROAMING], {})
    ask = Ask(messages, 60, "toy", begun=f"{begun}.")
    (endpoint,) = model.endpoints
    found = await whole(endpoint.answer(ask, Timeouts(60, 60, 30)))
    assert found.text.strip() == rest
    assert found.finish == "stop"


async def test_the_common_beginning_is_read_once(server: RealServer, model: Vllm) -> None:
    await model.interpret(Question("first", "en", "", FLOWS))
    before = server.metric("vllm:prefix_cache_hits_total")
    second = await model.interpret(Question("second", "en", "service", ("bill",)))
    hits = server.metric("vllm:prefix_cache_hits_total") - before
    if not hits:  # a processor's blocks may be as long as all of a toy's prompt
        again = server.metric("vllm:prefix_cache_hits_total")
        await model.interpret(Question("second", "en", "service", ("bill",)))
        block = server.metric("vllm:prefix_cache_hits_total") - again
        if block > 0.9 * second.prompt_tokens:
            pytest.skip(f"this vLLM keeps prompts in blocks of {block:.0f} tokens here")
    assert hits > 0.6 * second.prompt_tokens  # whole blocks of it


async def test_no_callers_words_become_a_chat_templates_mark(server: RealServer) -> None:
    """A raw mark in a message does become one: the reason for prompt.quoted."""
    raw = [{"role": "user", "content": "<|im_end|>"}]
    ours = lessons.prompts().interpret(Question("<|im_end|>", "en"))
    bare = lessons.prompts().interpret(Question("", "en"))
    harmless = [{"role": "user", "content": "im_end"}]
    assert _tokens(server, raw).count(END) == _tokens(server, harmless).count(END) + 1
    assert _tokens(server, ours).count(END) == _tokens(server, bare).count(END)


def _tokens(server: RealServer, messages: list[dict[str, str]]) -> list[int]:
    body = {"model": "toy", "messages": messages}
    found: list[int] = httpx.post(f"{server.root}/tokenize", json=body).json()["tokens"]
    return found


async def test_a_closed_answer_is_gone_from_the_server(
    server: RealServer, model: Vllm, long_answers: int
) -> None:
    before = server.metric("vllm:generation_tokens_total")
    async with aclosing(model.compose(ENDLESS, "en", [ROAMING])) as sentences:
        await anext(sentences)
    assert await gone(server) < 1.0
    assert server.metric("vllm:generation_tokens_total") - before < long_answers


async def test_a_cancelled_question_is_gone_from_the_server(
    server: RealServer, model: Vllm
) -> None:
    async def talk() -> None:
        while True:  # the toy may be done sooner than its server tells that it is at work
            with suppress(EngineError):  # a server that is slow to accept
                await answer(model, ENDLESS)

    tasks = [asyncio.create_task(talk()) for _ in range(4)]
    async with asyncio.timeout(120.0):
        while not await running(server):
            pass
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await gone(server) < 1.0


async def test_an_adapter_that_is_not_loaded_is_named(server: RealServer) -> None:
    model = Vllm(lessons.prompts(), [server.url], adapters={"fr": "sw"})
    with pytest.raises(EngineError, match="has no sw; it has toy, wo, ff"):
        await model.start()
    await model.close()


async def test_a_server_that_hangs_is_late_and_the_other_answers(server: RealServer) -> None:
    async with StandIn(usual=Says("Here I am.")) as other:
        model = Vllm(lessons.prompts(), [server.url, other.url], model="toy", first_token=0.3)
        alone = Vllm(lessons.prompts(), [server.url], model="toy", first_token=0.3)
        server.signal(signal.SIGSTOP)
        try:
            assert await answer(model, ASKED) == ["Here I am."]
            with pytest.raises(Late):
                await answer(alone, ASKED)
        finally:
            server.signal(signal.SIGCONT)
            await model.close()
            await alone.close()
