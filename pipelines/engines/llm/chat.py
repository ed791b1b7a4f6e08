"""What goes over the wire: the chat completions of OpenAI-compatible servers.

Only what is used is written and read. A server's answer is a stream of lines `data: {...}`, the
last of them `data: [DONE]`. Verified on vLLM 0.32 and llama.cpp b11434: both bind the answer to the
schema in `response_format` (`structured_outputs` is vLLM's and is ignored by llama.cpp without a
word, as `guided_json` is by both); a first chunk has a role and no text; the usage comes in a last
chunk without choices; errors within a stream come as a chunk with `error`.

Not every server or chat template takes all of it: `Dialect` says what is left out.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.engines.llm.engine import EngineError
from pipelines.engines.llm.prompt import Messages


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a server takes with a model; `PLAINER` are the ones to try, each after the one before.

    `template_arguments`: vLLM's formats for Mistral, and strict servers, refuse them. `system`: a
    message of its own for instructions, which the templates of Gemma and old Mistral refuse.
    `begun`: an answer that has begun may be gone on with.
    """

    template_arguments: bool = True
    system: bool = True
    begun: bool = True


PLAINER = (
    Dialect(),
    Dialect(template_arguments=False),
    Dialect(template_arguments=False, system=False),
    Dialect(template_arguments=False, system=False, begun=False),
)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `begun` is what the answer already says, to be gone on with."""

    messages: Messages
    limit: int  # tokens
    model: str = ""  # "" the server's first
    schema: Mapping[str, Any] | None = None
    begun: str = ""

    def body(self, model: str, dialect: Dialect = PLAINER[0]) -> dict[str, Any]:
        """The request's JSON."""
        body: dict[str, Any] = {
            "model": model,
            "messages": list(self.messages) if dialect.system else _merged(self.messages),
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": self.limit,
            "temperature": 0,
        }
        if dialect.template_arguments:  # a caller cannot wait for a model that thinks aloud first
            body["chat_template_kwargs"] = {"enable_thinking": False}
        if self.schema is not None:
            schema = {"name": "answer", "strict": True, "schema": self.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
            body["logprobs"] = True
        if self.begun and dialect.begun:
            body["messages"].append({"role": "assistant", "content": self.begun})
            body |= {"continue_final_message": True, "add_generation_prompt": False}
        return body


def _merged(messages: Messages) -> Messages:
    """The instructions at the beginning of what they are about."""
    system, first, *rest = messages
    return [{"role": "user", "content": f"{system['content']}\n\n{first['content']}"}, *rest]


@dataclass(frozen=True, slots=True)
class ChatChunk:
    """A chunk of an answer as it streams in.

    `tokens` are those that the server says it consists of, each with the natural logarithm of its
    probability; none where it does not tell. `finish` is "" but in the last chunk that has text or
    ends it: "stop", "length", ...
    """

    text: str = ""
    tokens: tuple[tuple[str, float], ...] = ()
    finish: str = ""
    prompt_tokens: int = 0  # of the whole request, in the chunk that tells the usage
    answer_tokens: int = 0


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Delta(_Lenient):
    content: str | None = None


class _Token(_Lenient):
    token: str = ""
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
    return ChatChunk(
        "".join(chunk.text for chunk in found),
        tuple(token for chunk in found for token in chunk.tokens),
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
        return ChatChunk("", (), "", usage.prompt_tokens, usage.completion_tokens or 0)
    choice = chunk.choices[0]
    text = choice.delta.content or ""
    told = (choice.logprobs and choice.logprobs.content) or ()
    tokens = tuple((token.token, token.logprob) for token in told)
    return ChatChunk(text, tokens, choice.finish_reason or "")


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
