"""The engine around its worker: batches, what is kept, death, who stops waiting."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from pipelines.engines.embeddings import e5
from pipelines.engines.embeddings.e5 import E5
from pipelines.engines.worker import Worker
from pipelines.engines.worker_output import Message
from pipelines.engines.worker_protocol import Header
from pipelines.errors import EngineError
from tests.fakes import PATIENCE
from tests.pipelines.engines.embeddings.small_e5 import WIDTH, write


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("e5") / "small.bin")


@pytest_asyncio.fixture
async def engine(file: Path) -> AsyncIterator[E5]:
    made = E5(file, keep=8)
    await made.start()
    yield made
    await made.close()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The batches that go to the worker."""
    found: list[list[str]] = []
    ask = Worker.ask

    async def noted(
        self: Worker, header: Header, payload: bytes = b"", deadline: float | None = None
    ) -> Message:
        found.append(header["texts"])
        return await ask(self, header, payload, deadline)

    monkeypatch.setattr(Worker, "ask", noted)
    return found


async def test_a_row_of_length_one_for_each_text(engine: E5) -> None:
    found = await engine.embed(["the bill", "a bill", "the bill"])
    assert found.shape == (3, WIDTH)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert (found[0] == found[2]).all()
    assert not np.allclose(found[0], (await engine.embed(["the bill"], "passage"))[0])
    assert len(await engine.embed([])) == 0
    assert engine.version


async def test_what_comes_meanwhile_goes_together(engine: E5, asked: list[list[str]]) -> None:
    await asyncio.gather(*(engine.embed([text]) for text in ("a", "b", "c", "b")))
    first, *rest = asked
    assert [*first, *(text for batch in rest for text in batch)] == [
        "query: a",
        "query: b",
        "query: c",
    ]
    assert len(asked) <= 2


async def test_no_batch_is_longer_than_it_may_be(engine: E5, asked: list[list[str]]) -> None:
    await engine.embed([f"bill {n:c}" for n in range(97, 97 + 2 * e5.MOST + 1)])
    assert [len(batch) for batch in asked] == [e5.MOST, e5.MOST, 1]


async def test_vectors_are_kept_and_the_oldest_go(engine: E5, asked: list[list[str]]) -> None:
    await engine.embed(["a"])
    await engine.embed(["a"])
    assert len(asked) == 1
    await engine.embed([f"the {letter}" for letter in "abcdefgh"])
    await engine.embed(["a"])
    assert asked[-1] == ["query: a"]
    assert b"bill" not in repr(engine.__dict__["_kept"]).encode()


async def test_a_worker_that_dies_is_started_again(engine: E5) -> None:
    before = await engine.embed(["the bill"])
    first = engine.pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)  # so that it is asked, and does not answer
    waiting = asyncio.create_task(engine.embed(["a", "b"]))
    await asyncio.sleep(0)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(EngineError, match="died"):
        await waiting
    async with asyncio.timeout(PATIENCE):
        again = await engine.embed(["the bill", "a"])
    assert (again[0] == before[0]).all()
    assert engine.pid != first


async def test_who_stops_waiting_stops_nobody_else(engine: E5) -> None:
    impatient = asyncio.create_task(engine.embed(["the bill"]))
    patient = asyncio.create_task(engine.embed(["the bill"]))
    await asyncio.sleep(0)
    impatient.cancel()
    assert len(await patient) == 1


async def test_any_text_can_be_asked(engine: E5) -> None:
    assert np.isfinite(await engine.embed(["", "\ud800", "\0", "a" * 10_000, "漢字"])).all()


async def test_a_closed_engine_says_so(file: Path) -> None:
    made = E5(file)
    with pytest.raises(EngineError, match="not started"):
        await made.embed(["a"])
    await made.start()
    await made.close()
    await made.close()
    with pytest.raises(EngineError, match="not started"):
        await made.embed(["a"])


async def test_a_model_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "e5-small-q4.bin").write_bytes(b"E5S1 and no more")
    with pytest.raises(EngineError, match=r"e5-small-q4\.bin: .*cut short.*waxtaan models verify"):
        await E5(tmp_path / "e5-small-q4.bin").start()
