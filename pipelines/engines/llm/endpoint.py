"""One server: how it is asked, how each of its failures is named, and when it is left alone."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import httpx
from loguru import logger

from pipelines.circuit_breaker import Breaker
from pipelines.engines.llm import chat
from pipelines.engines.llm.chat import PLAINER, Ask, ChatChunk, Dialect
from pipelines.engines.llm.engine import EngineError, Late
from pipelines.engines.llm.timeouts import Timeouts

# A server on the same network answers a connection in milliseconds; a lost packet is sent again
# only after a second, so waiting longer than this gains nothing.
CONNECT = 0.5
# vLLM closes idle connections after 5 s; used at that very moment a connection is lost.
KEEP_OPEN = 3.0


_NOT_TAKEN = frozenset({400, 422})  # how servers say that they do not take a request


class Refused(EngineError):  # noqa: N818
    """The server is well and finds the request wrong; another server would too."""


class Endpoint:
    """A server's `/v1`.

    Args:
        url: up to and including `/v1`.
        key: sent as a bearer token where the server wants one; never logged.
        breaker: leaves a failing server alone.
    """

    def __init__(self, url: str, key: str, breaker: Breaker) -> None:
        self.url = url.rstrip("/")
        self.breaker = breaker
        self._models: Sequence[str] = ()
        self._dialects: dict[str, int] = {}  # by model, once a server took it: a place in PLAINER
        self._client = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(None, connect=CONNECT),  # Timeouts knows how long
            limits=httpx.Limits(keepalive_expiry=KEEP_OPEN),
            trust_env=False,  # a proxy of the environment is none of a private server's business
        )

    @property
    def model(self) -> str:
        """The one it serves; "" while that is not known."""
        return self._models[0] if self._models else ""

    def dialect(self, model: str) -> Dialect | None:
        """What it takes with a model; None before it took anything."""
        place = self._dialects.get(model)
        return None if place is None else PLAINER[place]

    async def models(self, within: float) -> Sequence[str]:
        """The names it answers to: its model, then adapters.

        Raises:
            EngineError: it does not answer, or not like such a server, or not `within` seconds.
        """
        try:
            async with asyncio.timeout(within):
                self._models = await self._list()
        except TimeoutError:
            raise Late(f"{self.url}: did not list its models within {within:g} s") from None
        except EngineError as error:
            raise EngineError(f"{self.url}: {error}") from None
        return self._models

    async def answer(self, ask: Ask, patience: Timeouts) -> AsyncGenerator[ChatChunk, None]:
        """The pieces of an answer. Closing it ends the connection, by which the server stops.

        Raises:
            Late: patience ended.
            Refused: the request is wrong.
            EngineError: any other failure; the message names the server.
        """
        try:
            async with aclosing(self._chunks(ask)) as pieces:
                first = True
                while (chunk := await patience.next(pieces, first=first)) is not None:
                    first = False
                    yield chunk
        except Refused:
            raise
        except EngineError as error:
            self.breaker.failed()
            raise type(error)(f"{self.url}: {error}") from None
        self.breaker.succeeded()

    async def _list(self) -> Sequence[str]:
        try:
            response = await self._client.get(f"{self.url}/models")
        except httpx.HTTPError as error:
            raise _unreachable(error) from None
        if response.status_code != 200:
            raise _refusal(response.status_code, "list of models")
        return chat.models(response.content)

    async def _chunks(self, ask: Ask) -> AsyncGenerator[ChatChunk, None]:
        if not self._models:
            self._models = await self._list()
        model = ask.model or self._models[0]
        known = self._dialects.get(model)
        for place in range(len(PLAINER)) if known is None else (known,):
            body = ask.body(model, PLAINER[place])
            try:
                async with aclosing(await self._opened(body)) as response:
                    if response.status_code in _NOT_TAKEN and self._plainer(place, known, ask):
                        continue
                    if response.status_code != 200:
                        raise _refusal(response.status_code, f"model '{model}'")
                    if known is None:
                        self._learn(model, place)
                    async for chunk in chat.chunks(response.aiter_lines()):
                        yield chunk
                    return
            except (httpx.HTTPError, httpx.StreamError) as error:
                raise _unreachable(error) from None

    async def _opened(self, body: Mapping[str, Any]) -> httpx.Response:
        """The beginning of a response. A kept connection may be one that the server has closed."""
        request = self._client.build_request("POST", f"{self.url}/chat/completions", json=body)
        try:
            return await self._client.send(request, stream=True)
        except httpx.RemoteProtocolError:
            return await self._client.send(request, stream=True)

    @staticmethod
    def _plainer(place: int, known: int | None, ask: Ask) -> bool:
        """Whether a request that was refused is worth putting in plainer words."""
        last = len(PLAINER) - (1 if ask.begun else 2)
        return known is None and place < last

    def _learn(self, model: str, place: int) -> None:
        self._dialects[model] = place
        if place:
            logger.info("{}: '{}' is asked as {}", self.url, model, PLAINER[place])

    async def close(self) -> None:
        """End its connections."""
        await self._client.aclose()


def _unreachable(error: Exception) -> EngineError:
    what = type(error).__name__
    return EngineError(f"no connection, or it broke off ({what}): does the server run?")


def _refusal(status: int, what: str) -> EngineError:
    match status:
        case 400 | 413 | 422:
            return Refused(f"refused the request as wrong (HTTP {status})")
        case 401 | 403:
            return EngineError(f"refused our key (HTTP {status}): see llm_key")
        case 404:
            return EngineError(
                f"has no {what} (HTTP 404): see llm_urls, llm_model and llm_adapters"
            )
    return EngineError(f"answered with HTTP {status}")
