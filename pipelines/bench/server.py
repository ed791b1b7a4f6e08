"""A server of the benchmark's own, in a process of its own, and what it weighs."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from pipelines.errors import EngineError

_START = 30.0  # s


@dataclass(frozen=True, slots=True)
class Server:
    """Where it is, and its process."""

    port: int
    pid: int
    calls: Path

    @property
    def url(self) -> str:
        """Of a call."""
        return f"ws://127.0.0.1:{self.port}/call"

    def resident(self) -> int:
        """Bytes resident in the process and all its workers."""
        return sum(_resident(pid) for pid in _family(self.pid))

    def processor_time(self) -> float:
        """Seconds that the process and all its workers have computed."""
        ticks = (
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
            for pid in _family(self.pid)
        )
        return sum(int(tick) for each in ticks for tick in each) / os.sysconf("SC_CLK_TCK")

    def pin(self, cores: Collection[int]) -> None:
        """The process and all its workers, each thread of them, run on these cores."""
        for pid in _family(self.pid):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                os.sched_setaffinity(int(thread.name), cores)

    def busy(self) -> int:
        """Calls going on."""
        return int(httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=5).json()["calls"])


@contextmanager
def running(program: str = "pipelines", **settings: str) -> Iterator[Server]:
    """`waxtaan serve` with these settings (as WAXTAAN_... variables) on a free port.

    `program` is another module that understands `serve --port` and tells its health.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "WAXTAAN_CALLS": folder, "WAXTAAN_LOG_LEVEL": "ERROR"}
        env |= {f"WAXTAAN_{name.upper()}": value for name, value in settings.items()}
        process = subprocess.Popen(
            [sys.executable, "-m", program, "serve", "--port", str(port)],
            env=env,
            stdout=subprocess.DEVNULL,
        )
        try:
            server = Server(port, process.pid, Path(folder))
            _wait(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(10)


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START
    while time.monotonic() < end and process.poll() is None:
        try:
            server.busy()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise EngineError("the benchmark's server did not start: run 'waxtaan serve' to see why")


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(p for child in children for p in _family(int(child)))]


def _resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
