"""The operator's own system over HTTP: each question is a POST of JSON to `base_url/<question>`.

    POST {base_url}/balance   {"line": "770001234"}
    200 {"amount": "12.50", "currency": "EUR", ...}
    404 no such customer, or nothing of the kind for this one

A callback is booked in the same way, and the same booking may come twice.
POST also for what only reads: PINs and telephone numbers in a URL end up in access logs.
`example_server.py` is such a system in one page.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from pipelines.backoffice.protocol import NotFound, Unavailable, check_question, checked
from pipelines.circuit_breaker import Breaker
from pipelines.engines import outside

# Gateways answer these while a server behind them restarts; a moment later all may be well.
_PASSING = frozenset({502, 503, 504})


class HttpBackOffice:
    """A back office reached over HTTP.

    Args:
        base_url: where the questions live, e.g. "https://crm.example/waxtaan".
        token: sent as a bearer token where the system wants one; never logged.
        timeout: seconds for a whole fetch, retries included: the caller is waiting.
        retries: further attempts where no connection came about or a gateway said "in a moment".
        breaker: leaves a failing system alone.
        chance: 0..1, scatters retries so that many calls do not come back at the same instant.
    """

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        timeout: float = 2.0,
        retries: int = 2,
        breaker: Breaker | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.AsyncClient(
            base_url=base_url.rstrip("/") + "/", headers=headers, timeout=timeout
        )
        self._timeout = timeout
        self._retries = retries
        self._breaker = breaker or Breaker()
        self._chance = chance

    async def fetch(self, name: str, arguments: Mapping[str, str]) -> dict[str, Any]:
        """See `BackOffice.fetch`."""
        check_question(name, arguments)
        if not self._breaker.admits():
            raise Unavailable("the back office has failed repeatedly and is left alone for a while")
        try:
            answer = await self._answer(name, arguments)
        except NotFound:
            self._breaker.succeeded()  # an answer too
            raise
        except Unavailable:
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return answer

    async def _answer(self, name: str, arguments: Mapping[str, str]) -> dict[str, Any]:
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._post(name, dict(arguments))
        except (TimeoutError, httpx.TimeoutException):
            raise Unavailable(
                f"the back office did not answer {name!r} within {self._timeout:g} seconds"
            ) from None
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise Unavailable(
                f"the back office could not be reached for {name!r} ({type(error).__name__})"
            ) from None
        if response.status_code == 404:
            raise NotFound(f"the back office has no {name!r} for this line")
        if response.status_code in (401, 403):
            raise Unavailable("the back office refused our token: check the back office's settings")
        if response.status_code != 200:
            raise Unavailable(f"the back office answered {name!r} with HTTP {response.status_code}")
        try:
            body = response.json()
        except (ValueError, RecursionError):
            raise Unavailable(f"the back office's answer to {name!r} is not JSON") from None
        return checked(name, body)

    async def _post(self, name: str, arguments: dict[str, str]) -> httpx.Response:
        for attempt in range(self._retries):
            try:
                with outside.waiting():
                    response = await self._client.post(name, json=arguments)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                pass  # nothing was asked yet, so nothing is asked twice
            else:
                if response.status_code not in _PASSING:
                    return response
            await asyncio.sleep(0.05 * 2**attempt * (0.5 + self._chance()))
        with outside.waiting():
            return await self._client.post(name, json=arguments)

    async def close(self) -> None:
        """See `BackOffice.close`."""
        await self._client.aclose()
