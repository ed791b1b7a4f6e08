"""The HTTP back office against the real example server on loopback, in fair weather and foul."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from pipelines.backoffice.demo import DemoBackOffice
from pipelines.backoffice.example_server import create_app
from pipelines.backoffice.http import HttpBackOffice
from pipelines.backoffice.protocol import NotFound, Unavailable
from pipelines.circuit_breaker import Breaker

LINE = {"line": "770001234"}
BALANCE = {"amount": "12.50", "currency": "EUR", "data_left_gb": "3.2", "valid_until": "2026-12-31"}


class Weather:
    """Before the real server: answers the next requests itself with (status, body), or slowly."""

    def __init__(self) -> None:
        self.app: Any = create_app(DemoBackOffice(), token="open sesame")
        self.spoilt: list[tuple[int, bytes]] = []
        self.delay = 0.0
        self.paths: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.paths.append(scope["path"] + scope["query_string"].decode())
        await asyncio.sleep(self.delay)
        if not self.spoilt:
            await self.app(scope, receive, send)
            return
        status, body = self.spoilt.pop(0)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


# patience for a busy machine, and no chance in it
PATIENT: dict[str, Any] = {"token": "open sesame", "chance": lambda: 0.0, "timeout": 60.0}


class Served:
    def __init__(self, weather: Weather, port: int) -> None:
        self.weather = weather
        self.url = f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def listening() -> Iterator[Served]:
    weather = Weather()
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(weather, log_level="error", lifespan="off", loop="asyncio", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield Served(weather, listener.getsockname()[1])
    server.should_exit = True
    thread.join(timeout=60)
    listener.close()


@pytest.fixture
def served(listening: Served) -> Served:
    listening.weather.spoilt.clear()
    listening.weather.paths.clear()
    listening.weather.delay = 0.0
    return listening


@asynccontextmanager
async def office(url: str, **settings: Any) -> AsyncIterator[HttpBackOffice]:
    back_office = HttpBackOffice(url, **{**PATIENT, **settings})
    try:
        yield back_office
    finally:
        await back_office.close()
        await back_office.close()


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


async def test_an_answer_is_the_same_as_without_http(served: Served) -> None:
    async with office(served.url) as remote:
        assert await remote.fetch("balance", LINE) == BALANCE
        bill = await remote.fetch("bill", {"line": "770002345"})
    assert bill == await DemoBackOffice().fetch("bill", {"line": "770002345"})


async def test_a_callback_is_booked(served: Served) -> None:
    booking = {"number": "770001234", "time": "2026-11-24T10:35", "queue": "", "reason": "angry"}
    served.weather.spoilt = [(503, b"")]  # and asked for again: the same booking
    async with office(served.url) as remote:
        assert await remote.fetch("callback", booking) == {"booked": True}
    assert served.weather.paths == ["/callback", "/callback"]


async def test_a_callback_that_the_operator_does_not_want(served: Served) -> None:
    booking = {"number": "770001234", "time": "2026-11-24T10:35", "queue": "", "reason": "angry"}
    served.weather.spoilt = [(200, b'{"booked": false}')]
    async with office(served.url) as remote:
        assert await remote.fetch("callback", booking) == {"booked": False}


async def test_nothing_personal_is_in_a_url(served: Served) -> None:
    async with office(served.url) as remote:
        assert await remote.fetch("verify", {**LINE, "pin": "4821"}) == {
            "verified": True,
            "name": "Awa Ndiaye",
        }
    assert served.weather.paths == ["/verify"]


async def test_no_such_customer(served: Served) -> None:
    async with office(served.url) as remote:
        with pytest.raises(NotFound):
            await remote.fetch("balance", {"line": "779999999"})


async def test_a_wrong_token_points_to_the_settings(served: Served) -> None:
    async with office(served.url, token="wrong") as remote:
        with pytest.raises(Unavailable, match="token") as caught:
            await remote.fetch("balance", LINE)
    assert "wrong" not in str(caught.value)


async def test_slow(served: Served) -> None:
    served.weather.delay = 0.3
    async with office(served.url, timeout=0.1) as remote:
        with pytest.raises(Unavailable, match=r"within 0\.1 seconds"):
            await remote.fetch("balance", LINE)


async def test_a_passing_failure_is_retried(served: Served) -> None:
    served.weather.spoilt = [(503, b""), (502, b"")]
    async with office(served.url) as remote:
        assert await remote.fetch("balance", LINE) == BALANCE


async def test_retries_end(served: Served) -> None:
    served.weather.spoilt = [(504, b"")] * 4
    async with office(served.url) as remote:
        with pytest.raises(Unavailable, match="504"):
            await remote.fetch("balance", LINE)
    assert len(served.weather.paths) == 3


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (500, b"oops", "HTTP 500"),
        (302, b"", "HTTP 302"),
        (200, b"<html>maintenance</html>", "not JSON"),
        (200, b"\xff\xfe\x00", "not JSON"),
        (200, b"[" * 100_000, "not JSON"),
        (200, b'{"amount": 12.5}', "amount"),
        (200, b"null", "answer"),
    ],
)
async def test_nonsense_is_asked_once_and_named(
    served: Served, status: int, body: bytes, reason: str
) -> None:
    served.weather.spoilt = [(status, body)]
    async with office(served.url) as remote:
        with pytest.raises(Unavailable, match=reason):
            await remote.fetch("balance", LINE)
    assert len(served.weather.paths) == 1


async def test_connection_refused() -> None:
    async with office(f"http://127.0.0.1:{closed_port()}") as remote:
        with pytest.raises(Unavailable, match="could not be reached"):
            await remote.fetch("balance", LINE)


async def test_the_circuit_opens_and_recovers(served: Served) -> None:
    now = 0.0
    served.weather.spoilt = [(500, b"")] * 5
    async with office(served.url, breaker=Breaker(clock=lambda: now)) as remote:
        for _ in range(5):
            with pytest.raises(Unavailable, match="500"):
                await remote.fetch("balance", LINE)
        with pytest.raises(Unavailable, match="left alone"):
            await remote.fetch("balance", LINE)
        assert len(served.weather.paths) == 5  # the sixth never left the assistant
        now = 10.0
        assert await remote.fetch("balance", LINE) == BALANCE
        assert await remote.fetch("balance", LINE) == BALANCE


async def test_customers_not_found_do_not_open_the_circuit(served: Served) -> None:
    async with office(served.url) as remote:
        for _ in range(6):
            with pytest.raises(NotFound):
                await remote.fetch("balance", {"line": "779999999"})
        assert await remote.fetch("balance", LINE) == BALANCE


async def test_many_callers_at_once(served: Served) -> None:
    async with office(served.url) as remote:
        answers = await asyncio.gather(*(remote.fetch("balance", LINE) for _ in range(20)))
    assert answers == [BALANCE] * 20
