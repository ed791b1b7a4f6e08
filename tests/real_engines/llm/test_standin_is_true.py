"""The stand-in answers as the real server does: same status, same keys, same types, same endings.

Values differ, as the toy's words do; shapes must not. A new vLLM that answers differently fails
here first, and tests/pipelines/engines/llm/verbatim.py is what to change.
"""

import json
from typing import Any

import httpx
import pytest

from tests.pipelines.engines.llm.standin import Says, StandIn
from tests.real_engines.llm.conftest import RealServer

ASKED = [{"role": "user", "content": "hi"}]
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string", "enum": ["x"]}},
    "required": ["a"],
    "additionalProperties": False,
}


def bound(schema: dict[str, Any]) -> dict[str, Any]:
    """What `Ask.body` sends."""
    asked = {"name": "answer", "strict": True, "schema": schema}
    return {"response_format": {"type": "json_schema", "json_schema": asked}}


BOUND = bound(SCHEMA)
STREAM = {"stream": True, "stream_options": {"include_usage": True}}
ENDED = '{"a":"x"}'
LONG = "so it goes on and on and on"


def request(**fields: Any) -> dict[str, Any]:
    return {"model": "toy", "messages": ASKED, "max_tokens": 30, "temperature": 0, **fields}


REQUESTS = {
    "stream to its end": (request(**STREAM, **BOUND), ENDED),
    "stream with probabilities": (request(**STREAM, **BOUND, logprobs=True), ENDED),
    "stream to the limit": (request(**STREAM, max_tokens=3), LONG),
    "stream without usage": (request(stream=True, **BOUND), ENDED),
    "adapter": (request(**STREAM, **BOUND, model="wo"), ENDED),
    "thinking switched off": (
        request(**STREAM, **BOUND, chat_template_kwargs={"enable_thinking": False}),
        ENDED,
    ),
    "gone on with": (
        request(
            **STREAM,
            max_tokens=3,
            min_tokens=3,
            messages=[*ASKED, {"role": "assistant", "content": "It goes on."}],
            continue_final_message=True,
            add_generation_prompt=False,
        ),
        LONG,
    ),
    "in one piece": (request(**BOUND), ENDED),
    "in one piece to the limit": (request(max_tokens=3), LONG),
    "guided_choice is ignored": (request(guided_choice=["yes"], max_tokens=3), LONG),
    "unknown model": (request(model="nope"), ""),
    "too many tokens": (request(max_tokens=100_000), ""),
    "negative temperature": (request(temperature=-1), ""),
    "bad schema": (request(**bound({"type": "nonsense"})), ""),
    "two kinds of beginning": (
        request(
            messages=[*ASKED, {"role": "assistant", "content": "x"}], continue_final_message=True
        ),
        "",
    ),
    "no messages": ({"model": "toy"}, ""),
    "not an object": ([], ""),
}


def shape(value: Any) -> Any:
    """Keys and types; of what a server may tell or not, whether it does."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in sorted(value.items())}
    if isinstance(value, list):
        return sorted({json.dumps(shape(each)) for each in value})
    return type(value).__name__


def seen(response: httpx.Response) -> tuple[Any, ...]:
    """What is to be the same."""
    about = (response.status_code, response.headers["content-type"])
    if "event-stream" not in about[1]:
        body = response.json()
        error = body.get("error")
        ending = [choice["finish_reason"] for choice in body.get("choices", [])]
        told = {k: error[k] for k in ("type", "code", "param")} if isinstance(error, dict) else {}
        return (*about, shape(body), ending, told)
    events = [line[6:] for line in response.text.split("\n\n") if line]
    chunks = [json.loads(event) for event in events[:-1]]
    shapes = [json.dumps(shape(chunk)) for chunk in chunks]
    kinds = [kind for number, kind in enumerate(shapes) if kind != shapes[number - 1]]
    ending = [choice["finish_reason"] for chunk in chunks for choice in chunk["choices"]]
    return (*about, kinds, ending[-1], events[-1])


@pytest.mark.parametrize("name", REQUESTS)
async def test_a_completion(name: str, server: RealServer) -> None:
    body, says = REQUESTS[name]
    async with StandIn(usual=Says(says)) as standin, httpx.AsyncClient(timeout=60) as client:
        real, ours = [
            seen(await client.post(f"{url}/chat/completions", json=body))
            for url in (server.url, standin.url)
        ]
    assert ours == real


async def test_models(server: RealServer) -> None:
    async with StandIn() as standin, httpx.AsyncClient(timeout=60) as client:
        real, ours = [(await client.get(f"{u}/models")).json() for u in (server.url, standin.url)]
    assert shape(ours) == shape(real)
    assert [m["id"] for m in ours["data"]] == [m["id"] for m in real["data"]]


async def test_no_such_path(server: RealServer) -> None:
    async with StandIn() as standin, httpx.AsyncClient(timeout=60) as client:
        real, ours = [await client.get(f"{url}/nothing") for url in (server.url, standin.url)]
    assert (ours.status_code, ours.json()) == (real.status_code, real.json())


async def test_metrics(server: RealServer) -> None:
    async with StandIn() as standin, httpx.AsyncClient(timeout=60) as client:
        text = (await client.get(f"{standin.url[:-3]}/metrics")).text
        real = (await client.get(f"{server.root}/metrics")).text
    names = [line.rsplit(" ", 1)[0] for line in text.splitlines()]
    assert all(f"{name} " in real for name in names)
