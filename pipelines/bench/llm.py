"""How soon a language model's words come, and what our client adds: against a server that runs.

The baseline is a bare HTTP client that sends the same request and only waits for the first text or
for the end to pass by. Both are warm: connections open, prompts read once.
"""

import asyncio
import re
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field

import httpx

from agent.events import Passage
from pipelines.bench.row import Row
from pipelines.engines.llm import commands
from pipelines.engines.llm.chat import Ask
from pipelines.engines.llm.endpoint import Endpoint
from pipelines.engines.llm.engine import Question
from pipelines.engines.llm.prompt import Prompts
from pipelines.engines.llm.timeouts import Timeouts
from pipelines.engines.llm.vllm import ANSWER_TOKENS, PROPOSAL_TOKENS, Vllm
from pipelines.errors import EngineError
from pipelines.packs.reader import load
from pipelines.settings import Settings

_TIMES = 20
_PATIENCE = 60.0  # s; slow servers are measured too
_BUSY = 5.0  # s; a server that works for others never works on nothing
_FIRST_TOKEN, _END = re.compile(rb'"content":\s*"[^"]'), re.compile(rb"\[DONE\]")
_PASSAGE = Passage("en/roaming.md", "Roaming in Europe costs 3.5 euros a day of use.", 9.0, "en")
_ASKED = "how much is roaming in europe"
_SAID = ("my bill is too high", "the internet is slow since monday", "i want to talk to somebody")


@dataclass
class _Taken:
    """Milliseconds, by what was measured; and what went wrong."""

    interpret: list[float] = field(default_factory=list)
    bare_interpret: list[float] = field(default_factory=list)
    first_token: list[float] = field(default_factory=list)
    bare_token: list[float] = field(default_factory=list)
    first_sentence: list[float] = field(default_factory=list)
    abort: list[float] = field(default_factory=list)
    failed: int = 0


def run(settings: Settings) -> Iterator[Row]:
    """The rows."""
    try:
        taken = asyncio.run(_measure(settings))
    except EngineError as error:
        yield Row("language model", [], "ms", note=f"not measured: {error}")
        return
    failed = f"{taken.failed} of {_TIMES} were no proposal" if taken.failed else ""
    bare = "bare HTTP client"
    token, whole = (statistics.median(x) for x in (taken.bare_token, taken.bare_interpret))
    yield Row("a turn to commands", taken.interpret, "ms", whole, bare, note=failed)
    yield Row("first token of an answer", taken.first_token, "ms", token, bare)
    yield Row("first sentence of an answer", taken.first_sentence, "ms", token, "first token")
    yield Row(
        "an answer given up, until the server works on nothing", taken.abort, "ms", wanted="< 100"
    )


async def _measure(settings: Settings) -> _Taken:
    config = load(settings.prompts, settings.languages)
    prompts = Prompts.read(settings.prompts / "llm", config.languages, tuple(config.flows))
    key = settings.llm_key.get_secret_value()
    model = Vllm(
        prompts,
        settings.llm_urls[:1],
        model=settings.llm_model,
        key=key,
        first_token=_PATIENCE,
        deadline=_PATIENCE,
        between=_PATIENCE,
    )
    (endpoint,) = model.endpoints
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    taken = _Taken()
    async with httpx.AsyncClient(headers=headers, timeout=_PATIENCE, trust_env=False) as client:
        try:
            await endpoint.models(within=_PATIENCE)
            await model.warm(["en"])
            for number in range(_TIMES):
                said = _SAID[number % len(_SAID)]
                question = Question(said, "en", "", tuple(config.flows))
                await _interpreting(taken, model, client, endpoint, prompts, question)
                await _composing(taken, model, client, endpoint, prompts)
        finally:
            await model.close()
    return taken


async def _interpreting(
    taken: _Taken,
    model: Vllm,
    client: httpx.AsyncClient,
    endpoint: Endpoint,
    prompts: Prompts,
    question: Question,
) -> None:
    messages, schema = prompts.interpret(question), commands.schema(question)
    ask = Ask(messages, PROPOSAL_TOKENS, endpoint.model, schema)
    taken.bare_interpret.append(await _bare(client, endpoint, ask, until=_END))
    try:
        taken.interpret.append(await _timed(lambda: model.interpret(question)))
    except EngineError:
        taken.failed += 1


async def _composing(
    taken: _Taken, model: Vllm, client: httpx.AsyncClient, endpoint: Endpoint, prompts: Prompts
) -> None:
    ask = Ask(prompts.compose(_ASKED, "en", [_PASSAGE], {}), ANSWER_TOKENS, endpoint.model)
    taken.bare_token.append(await _bare(client, endpoint, ask, until=_FIRST_TOKEN))
    await _idle(client, endpoint)
    patience = Timeouts(_PATIENCE, _PATIENCE, _PATIENCE)
    async with aclosing(endpoint.answer(ask, patience)) as pieces:
        taken.first_token.append(await _timed(lambda: anext(pieces)))
    if (idle := await _idle(client, endpoint)) is not None:
        taken.abort.append(idle)
    async with aclosing(model.compose(_ASKED, "en", [_PASSAGE])) as sentences:
        taken.first_sentence.append(await _timed(lambda: anext(sentences, "")))
    await _idle(client, endpoint)


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return (time.perf_counter() - began) * 1000


async def _bare(
    client: httpx.AsyncClient, endpoint: Endpoint, ask: Ask, until: re.Pattern[bytes]
) -> float:
    url, body = f"{endpoint.url}/chat/completions", ask.body(endpoint.model)
    began = time.perf_counter()
    async with client.stream("POST", url, json=body) as response:
        async for data in response.aiter_bytes():
            if until.search(data):
                break
    return (time.perf_counter() - began) * 1000


async def _idle(client: httpx.AsyncClient, endpoint: Endpoint) -> float | None:
    """Milliseconds until the server works on nothing; None where it has no such metrics."""
    began = time.perf_counter()
    while time.perf_counter() - began < _BUSY:
        response = await client.get(f"{endpoint.url.removesuffix('/v1')}/metrics")
        lines = response.text.splitlines()
        busy = [line for line in lines if line.startswith("vllm:num_requests_running{")]
        if not busy:
            return None
        if all(float(line.rsplit(" ", 1)[1]) == 0 for line in busy):
            return (time.perf_counter() - began) * 1000
    return None
