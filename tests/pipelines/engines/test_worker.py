"""Worker processes: order, death, hanging, orphans. Run as a module, this file is an echo."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pipelines.engines.asr.engine import EngineError
from pipelines.engines.worker import Worker
from pipelines.engines.worker_output import Message
from pipelines.engines.worker_protocol import (
    Header,
    Send,
    decode_header,
    encode,
    header_length,
    serve,
)
from tests.fakes import PATIENCE

HERE = "tests.pipelines.engines.test_worker"


def echo(header: Header, payload: bytes, send: Send) -> None:
    match header["do"]:
        case "echo":
            send({"said": header.get("say", "")}, payload)
        case "count":
            for n in range(header["to"]):
                send({"n": n, "more": n + 1 < header["to"]})
        case "fail":
            raise LookupError("no such phrase")
        case "print":
            os.write(1, b"a library prints")
            print("and Python does", flush=True)
            send({})
        case "sleep":
            time.sleep(header["seconds"])
            send({})
        case "die":
            sys.exit("out of memory, said the worker")
        case "stall":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            send({})


if __name__ == "__main__":
    if sys.argv[1:] == ["broken"]:
        sys.exit("model files are missing")
    serve(echo, {"version": "1"})
    sys.exit()


@contextlib.asynccontextmanager
async def working(**options: float) -> AsyncIterator[Worker]:
    worker = await Worker.start(HERE, deadline=options.get("deadline", PATIENCE))
    try:
        yield worker
    finally:
        await worker.close()


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def ends(pid: int) -> bool:
    for _ in range(int(PATIENCE * 100)):
        if not running(pid):
            return True
        await asyncio.sleep(0.01)
    return False


def test_a_frame_is_read_as_it_was_written() -> None:
    message = encode({"id": 7, "text": "où ?"}, b"\0\1")
    length = header_length(message[:4])
    assert decode_header(message[4 : 4 + length]) == ({"id": 7, "text": "où ?"}, 2)
    assert message[4 + length :] == b"\0\1"


@pytest.mark.parametrize("header", [b"[]", b'{"payload": -1}', b'{"payload": "x"}', b"\xff{}"])
def test_what_is_no_frame_is_refused(header: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode_header(header)
    with pytest.raises(ValueError, match="something else"):
        header_length(b"HTTP")


async def test_requests_and_payloads_come_back_in_order() -> None:
    async with working() as worker:
        assert worker.hello == {"id": 0, "version": "1"}
        asked = [worker.ask({"do": "echo", "say": n}, bytes(n * 1000)) for n in range(50)]
        for n, message in enumerate(await asyncio.gather(*asked)):
            assert (message.header["said"], len(message.payload)) == (n, n * 1000)


async def test_parts_listeners_and_what_libraries_print() -> None:
    async with working() as worker:
        assert [f.header["n"] async for f in worker.parts({"do": "count", "to": 3})] == [0, 1, 2]
        heard: list[Message] = []
        stream = worker.listen(heard.append)
        worker.send({"do": "echo", "say": "partial", "id": stream})
        await worker.ask({"do": "print"})
        assert [message.header["said"] for message in heard] == ["partial"]
        worker.forget(stream)
        worker.send({"do": "echo", "say": "late", "id": stream})
        await worker.ask({"do": "echo"})
        assert len(heard) == 1


async def test_a_refusal_is_an_error_and_the_worker_lives_on() -> None:
    async with working() as worker:
        with pytest.raises(EngineError, match="refused: LookupError: no such phrase"):
            await worker.ask({"do": "fail"})
        assert worker.generation == 1
        await worker.ask({"do": "echo"})


async def test_a_dead_worker_fails_what_was_asked_with_its_last_words_and_is_started_again() -> (
    None
):
    deaths: list[EngineError] = []
    async with working() as worker:
        worker.on_death = deaths.append
        with pytest.raises(EngineError, match=r"exit status 1.*out of memory, said the worker"):
            await worker.ask({"do": "die"})
        await worker.ask({"do": "echo"})
        assert (worker.generation, len(deaths)) == (2, 1)


async def test_a_worker_killed_from_outside() -> None:
    async with working() as worker:
        assert worker.pid
        asked = asyncio.ensure_future(worker.ask({"do": "sleep", "seconds": 30}))
        await asyncio.sleep(0)
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(EngineError, match="exit status -9"):
            await asked
        assert (await worker.ask({"do": "echo", "say": "again"})).header["said"] == "again"


async def test_a_hung_worker_is_killed_at_its_deadline_and_started_again() -> None:
    async with working() as worker:
        with pytest.raises(EngineError, match=r"no answer within 0\.1 s"):
            await worker.ask({"do": "sleep", "seconds": 30}, deadline=0.1)
        await worker.ask({"do": "echo"})
        assert worker.generation == 2


async def test_an_answer_nobody_waits_for_any_more_is_ignored() -> None:
    async with working() as worker:
        async for _ in worker.parts({"do": "count", "to": 1000}):
            break
        asked = asyncio.ensure_future(worker.ask({"do": "sleep", "seconds": 0.1}))
        await asyncio.sleep(0.01)
        asked.cancel()
        await worker.ask({"do": "echo"})
        assert worker.generation == 1


async def test_a_worker_that_cannot_start_says_why() -> None:
    with pytest.raises(EngineError, match="model files are missing"):
        await Worker.start(HERE, ["broken"])
    with pytest.raises(EngineError, match="No module named"):
        await Worker.start("pipelines.no_such_module")


async def test_close_leaves_no_process_even_one_that_ignores_signals() -> None:
    async with working() as worker:
        pid = worker.pid
        assert pid
        await worker.ask({"do": "stall"})
        worker.send({"do": "sleep", "seconds": 30})
    assert await ends(pid)
    await worker.close()
    with pytest.raises(EngineError, match="is closed"):
        await worker.ask({"do": "echo"})


OWNER = """
import asyncio
from pipelines.engines.worker import Worker
async def main():
    worker = await Worker.start("tests.pipelines.engines.test_worker")
    print(worker.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


async def test_a_killed_owner_leaves_no_orphan() -> None:
    path = str(Path(__file__).parents[3])
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER,
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert owner.stdout is not None
    pid = int(await owner.stdout.readline())
    assert running(pid)
    owner.kill()
    await owner.wait()
    assert await ends(pid)
