"""A real vLLM, on the CPU, with the toy model and its adapters; started once for all tests here.

WAXTAAN_LLM_PYTHON is the interpreter of an environment with docker/llm.constraints.txt; `make
engines` makes it and sets the variable. The toy is trained when it is first needed and kept in that
environment.
"""

import hashlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.real_engines.llm import lessons

TRAINER = Path(__file__).with_name("toy_llama.py")
START = 300.0  # s; mostly imports
LONG = 6000  # tokens, several seconds; with the prompt they fit into --max-model-len
ENVIRONMENT = {
    "VLLM_CPU_KVCACHE_SPACE": "1",  # GB
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "VLLM_NO_USAGE_STATS": "1",
    "HF_HUB_OFFLINE": "1",
    "OMP_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class RealServer:
    """A running server and its process group."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.root}/v1"

    def metric(self, name: str) -> float:
        """The sum over a metric's labels."""
        lines = httpx.get(f"{self.root}/metrics", timeout=10).text.splitlines()
        found = [line for line in lines if line.startswith((f"{name}{{", f"{name} "))]
        assert found, f"vLLM has no metric {name}"
        return sum(float(line.rsplit(" ", 1)[1]) for line in found)

    def signal(self, number: signal.Signals) -> None:
        """To all its processes."""
        os.killpg(self.process.pid, number)


@pytest.fixture
def long_answers(monkeypatch: pytest.MonkeyPatch) -> int:
    """Answers of so many tokens: the toy is through with a usual one before anybody can stop it."""
    monkeypatch.setattr("pipelines.engines.llm.vllm.ANSWER_TOKENS", LONG)
    return LONG


@pytest.fixture(scope="session")
def python() -> Path:
    set_to = os.environ.get("WAXTAAN_LLM_PYTHON", "")
    if not set_to:
        pytest.fail("WAXTAAN_LLM_PYTHON is not set: run 'make engines'")
    return Path(set_to).absolute()


@pytest.fixture(scope="session")
def toy(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with base, wo and ff."""
    course = tmp_path_factory.mktemp("toy") / "lessons.jsonl"
    lessons.write(course)
    digest = hashlib.sha256(course.read_bytes() + TRAINER.read_bytes()).hexdigest()[:12]
    folder = python.parent.parent / f"toy-{digest}"
    if not folder.exists():
        fresh = folder.with_suffix(f".{os.getpid()}")
        subprocess.run([python, "-W", "ignore", TRAINER, course, fresh], check=True)
        fresh.rename(folder)
    return folder


@pytest.fixture(scope="session")
def server(
    python: Path, toy: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealServer]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("vllm") / "log"
    with log.open("wb") as shown:
        process = subprocess.Popen(
            [python, *_command(toy, port)],
            stdout=shown,
            stderr=subprocess.STDOUT,
            env={**os.environ, **ENVIRONMENT},
            cwd=toy,
            start_new_session=True,
        )
    running = RealServer(port, process)
    try:
        _wait(running, log)
        yield running
    finally:
        _end(running)


def _command(toy: Path, port: int) -> list[str]:
    return [
        *("-m", "vllm.entrypoints.openai.api_server"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--model", str(toy / "base"), "--served-model-name", "toy"),
        *("--enable-lora", "--max-lora-rank", "8"),
        *("--lora-modules", f"wo={toy / 'wo'}", f"ff={toy / 'ff'}"),
        *("--dtype", "float32", "--enforce-eager"),
        *("--max-num-seqs", "8", "--max-model-len", "8192"),
        "--structured-outputs-config",
        '{"backend": "xgrammar", "disable_any_whitespace": true}',
    ]


def _wait(server: RealServer, log: Path) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end and server.process.poll() is None:
        try:
            if httpx.get(f"{server.root}/health", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.5)
    pytest.fail(f"vLLM did not start within {START:g} s:\n{log.read_text()[-4000:]}")


def _end(server: RealServer) -> None:
    try:
        server.signal(signal.SIGTERM)
        server.process.wait(30)
    except (ProcessLookupError, subprocess.TimeoutExpired):
        pass
    try:
        server.signal(signal.SIGKILL)
    except ProcessLookupError:
        return
    server.process.wait()
