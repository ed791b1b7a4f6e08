"""The benchmark of thought says what it could not measure."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from pipelines.bench import llm as thought
from pipelines.settings import Settings
from tests.fakes import PATIENCE
from tests.pipelines.engines.llm.standin import Says, StandIn


@pytest.fixture
def served() -> Iterator[StandIn]:
    """A stand-in in a thread: the benchmark has an event loop of its own."""
    server, ready = StandIn(usual=Says("All is well. Really.")), threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with server:
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    ready.wait(PATIENCE)
    yield server
    loop.call_soon_threadsafe(stop.set)
    thread.join(PATIENCE)
    loop.close()


def test_without_a_server_nothing_is_measured() -> None:
    (row,) = thought.run(Settings(llm_urls=("http://127.0.0.1:9/v1",)))
    assert row.values == []
    assert "not measured: http://127.0.0.1:9/v1" in row.note


def test_every_row_has_its_values(served: StandIn) -> None:
    rows = {row.what: row for row in thought.run(Settings(llm_urls=(served.url,)))}
    assert "20 of 20 were no proposal" in rows["a turn to commands"].note
    for what in ("first token of an answer", "first sentence of an answer"):
        assert len(rows[what].values) == 20
        assert rows[what].baseline
