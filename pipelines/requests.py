"""What the dialogue asked for and waits for: back office and language model. Answers are events."""

import asyncio
from collections.abc import Callable

from loguru import logger

from agent.actions import Compose, Fetch, Interpret
from agent.events import Event, Failed, Fetched
from pipelines.backoffice.protocol import BackOffice, NotFound, Unavailable
from pipelines.line import Clock


class Requests:
    """One call's open requests, by number. Each is answered by one event, or abandoned."""

    def __init__(
        self, back_office: BackOffice, clock: Clock, happen: Callable[[Event], None]
    ) -> None:
        self._back_office = back_office
        self._clock = clock
        self._happen = happen
        self._open: dict[int, asyncio.Task[None]] = {}

    def ask(self, action: Fetch | Interpret | Compose) -> None:
        """Start on a request."""
        if isinstance(action, Fetch):
            task = asyncio.create_task(self._fetch(action))
            self._open[action.request] = task
            task.add_done_callback(lambda _: self._open.pop(action.request, None))
        else:
            self._fail(action.request, "no language model is configured")

    def abandon(self, request: int) -> None:
        """The answer is no longer wanted."""
        if task := self._open.pop(request, None):
            task.cancel()

    def close(self) -> None:
        """No answer is wanted any more."""
        for request in list(self._open):
            self.abandon(request)

    async def _fetch(self, fetch: Fetch) -> None:
        try:
            value = await self._back_office.fetch(fetch.name, fetch.arguments)
        except NotFound:
            value = {"not_found": True}
        except Unavailable as error:
            self._fail(fetch.request, str(error))
            return
        except Exception as error:  # a bug in a back office must not leave the caller waiting
            logger.exception("the back office failed on '{}'", fetch.name)
            self._fail(fetch.request, type(error).__name__)
            return
        at = self._clock.seconds
        self._happen(Fetched(at, fetch.request, fetch.name, fetch.arguments, value))

    def _fail(self, request: int, reason: str) -> None:
        self._happen(Failed(self._clock.seconds, request, reason))
