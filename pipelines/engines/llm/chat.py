"""What goes over the wire: the chat completions of OpenAI-compatible servers, as vLLM speaks them.

Only what is used is written and read. A server's answer is a stream of lines `data: {...}`, the
last of them `data: [DONE]`. Verified on vLLM 0.32: the schema goes into `structured_outputs`
(`guided_json` is ignored without a word); a first chunk has a role and no text; the usage comes in
a last chunk without choices; errors within a stream come as a chunk with `error`.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.engines.llm.engine import EngineError
from pipelines.engines.llm.prompt import Messages


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `begun` is what the answer already says, to be gone on with."""

    messages: Messages
    limit: int  # tokens
    model: str = ""  # "" the server's first
    schema: Mapping[str, Any] | None = None
    begun: str = ""

    def body(self, model: str) -> dict[str, Any]:
        """The request's JSON."""
        body: dict[str, Any] = {
            "model": model,
            "messages": list(self.messages),
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": self.limit,
            "temperature": 0,
            # A caller cannot wait for a model that thinks aloud first.
            "chat_template_kwargs": {"enable_thinking": False},
        }
        if self.schema is not None:
            body["structured_outputs"] = {"json": self.schema}
            body["logprobs"] = True
        if self.begun:
            body["messages"].append({"role": "assistant", "content": self.begun})
            body |= {"continue_final_message": True, "add_generation_prompt": False}
        return body


@dataclass(frozen=True, slots=True)
class ChatChunk:
    """A chunk of an answer as it streams in.

    `log_probability` is of its tokens together (natural logarithm), None where the server did not
    tell. `finish` is "" but in the last chunk that has text or ends it: "stop", "length", ...
    """

    text: str = ""
    log_probability: float | None = None
    finish: str = ""
    prompt_tokens: int = 0  # of the whole request, in the chunk that tells the usage
    answer_tokens: int = 0


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Delta(_Lenient):
    content: str | None = None


class _Token(_Lenient):
    logprob: float


class _Logprobs(_Lenient):
    content: tuple[_Token, ...] | None = None


class _Choice(_Lenient):
    delta: _Delta
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _Usage(_Lenient):
    prompt_tokens: int = 0
    completion_tokens: int | None = None


class _Chunk(_Lenient):
    choices: tuple[_Choice, ...] = ()
    usage: _Usage | None = None
    error: dict[str, Any] | None = None


class _Model(_Lenient):
    id: str


class _Models(_Lenient):
    data: tuple[_Model, ...]


async def chunks(lines: AsyncIterator[str]) -> AsyncIterator[ChatChunk]:
    """The pieces of a stream that have something to tell.

    Raises:
        EngineError: the stream broke off, told of an error, or is none.
    """
    finished = False
    async for line in lines:
        field, _, value = line.partition(":")
        if field != "data":
            continue  # an empty line, a comment that keeps the connection open
        if value.strip() == "[DONE]":
            continue  # and read to the end: only then can the connection be used again
        chunk = _chunk(value)
        finished = finished or bool(chunk.finish)
        if chunk != ChatChunk():
            yield chunk
    if not finished:
        raise EngineError("broke off in the middle of its answer")


async def whole(answer: AsyncIterator[ChatChunk]) -> ChatChunk:
    """All pieces of an answer as one."""
    found = [chunk async for chunk in answer]
    told = [p.log_probability for p in found if p.log_probability is not None]
    return ChatChunk(
        "".join(chunk.text for chunk in found),
        sum(told) if told else None,
        next((chunk.finish for chunk in found if chunk.finish), ""),
        sum(chunk.prompt_tokens for chunk in found),
        sum(chunk.answer_tokens for chunk in found),
    )


def _chunk(data: str) -> ChatChunk:
    try:
        chunk = _Chunk.model_validate_json(data)
    except ValidationError:
        raise EngineError("sent something that is no chat completion") from None
    if chunk.error is not None:
        raise EngineError(f"failed in the middle of its answer ({chunk.error.get('type')})")
    if not chunk.choices:
        usage = chunk.usage or _Usage()
        return ChatChunk("", None, "", usage.prompt_tokens, usage.completion_tokens or 0)
    choice = chunk.choices[0]
    text = choice.delta.content or ""
    return ChatChunk(text, _together(choice.logprobs), choice.finish_reason or "")


def _together(logprobs: _Logprobs | None) -> float | None:
    if logprobs is None or not logprobs.content:
        return None
    return sum(token.logprob for token in logprobs.content)


def models(body: bytes) -> Sequence[str]:
    """The names that a server answers to, from the body of its `/models`.

    Raises:
        EngineError: it is no such list, or empty.
    """
    try:
        found = [model.id for model in _Models.model_validate_json(body).data]
    except ValidationError:
        found = []
    if not found:
        raise EngineError("lists no models: is this an OpenAI-compatible server's /v1?")
    return found
