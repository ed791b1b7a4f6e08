"""A language model server of our own for a minute, to try weights with: on loopback, then gone.

It is given a free port, few threads and no network to fetch from. It and whatever it starts are a
process group, which is ended however the trial ends; only where we are killed outright can it stay.
"""

import asyncio
import json
import os
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import httpx

from pipelines.errors import EngineError

CONTEXT = 4096  # tokens: an Interpret is about 700, and a tokenizer that cuts small doubles that
MOST_THREADS = 4
STARTING = 300.0  # s for it to be ready; large weights from a cold disk, and vLLM's imports
_ENDING = 5.0  # s for it to end when asked to
_LAST_WORDS = 300  # letters
# What an operator has set for servers of theirs is not meant for this one, a key least of all.
_NOT_FOR_IT = ("LLAMA_", "VLLM_API_KEY")


@dataclass(frozen=True, slots=True)
class Server:
    """How one is started; `{port}` in `command` stands for its port."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)


def threads() -> int:
    """For a trial: what leaves a core to those who take calls meanwhile."""
    return max(1, min(MOST_THREADS, len(os.sched_getaffinity(0)) - 1))


def llama_cpp(program: str, model: Path) -> Server:
    """llama.cpp's server with a GGUF."""
    command = [program, "-m", str(model), "--host", "127.0.0.1", "--port", "{port}", "--jinja"]
    command += ["-c", str(CONTEXT), "-np", "1", "-t", str(threads())]
    return Server("llama-server", command)


def vllm(python: str, folder: Path) -> Server:
    """vLLM with a folder of config.json and safetensors."""
    about = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    longest = about.get("max_position_embeddings") or CONTEXT
    command = [python, "-m", "vllm.entrypoints.openai.api_server", "--model", str(folder)]
    command += ["--served-model-name", folder.name, "--host", "127.0.0.1", "--port", "{port}"]
    command += ["--max-model-len", str(min(CONTEXT, longest)), "--max-num-seqs", "1"]
    command += ["--enforce-eager", "--structured-outputs-config"]
    command += ['{"backend": "xgrammar", "disable_any_whitespace": true}']
    env = {"VLLM_NO_USAGE_STATS": "1", "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": str(threads())}
    env |= {"VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_CPU_OMP_THREADS_BIND": "nobind"}
    return Server("vLLM", command, env)


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[str]:
    """Its `/v1` while it runs.

    Raises:
        EngineError: it cannot be started, ends, or does not answer in time; with its last words.
    """
    port = _free_port()
    command = [part.replace("{port}", str(port)) for part in server.command]
    with tempfile.TemporaryFile() as said, _terminated():
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=_environment(server),
                start_new_session=True,
            )
        except OSError as error:
            raise EngineError(
                f"{server.name} cannot be started: {command[0]}: {error.strerror}"
            ) from None
        try:
            await _ready(server, process, port, said)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            await _ended(process)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _environment(server: Server) -> dict[str, str]:
    ours = {name: v for name, v in os.environ.items() if not name.startswith(_NOT_FOR_IT)}
    return {**ours, **server.env}


class _terminated:  # noqa: N801
    """SIGTERM and SIGHUP cancel the task, as Ctrl-C does: else the server would stay."""

    _SIGNALS = (signal.SIGTERM, signal.SIGHUP)

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        for number in self._SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)

    def __exit__(self, *_: object) -> None:
        for number in self._SIGNALS:
            asyncio.get_running_loop().remove_signal_handler(number)


async def _ready(
    server: Server, process: asyncio.subprocess.Process, port: int, said: IO[bytes]
) -> None:
    try:
        async with asyncio.timeout(STARTING), httpx.AsyncClient(trust_env=False) as client:
            while process.returncode is None:
                with suppress(httpx.HTTPError):
                    answer = await client.get(f"http://127.0.0.1:{port}/health", timeout=5.0)
                    if answer.status_code == 200:
                        return
                await asyncio.sleep(0.1)
    except TimeoutError:
        why = f"was not ready within {STARTING:g} s"
    else:
        why = f"ended before it was ready (exit code {process.returncode})"
    raise EngineError(f"{server.name} {why}{_last_words(said)}")


def _last_words(said: IO[bytes]) -> str:
    """The first line of its output that tells of an error, or the last of all."""
    said.seek(0)
    lines = [line.strip() for line in said.read().decode(errors="replace").splitlines()]
    telling = [line for line in lines if "error" in line.lower()] or [
        line for line in lines if line
    ]
    return f": {telling[-1][:_LAST_WORDS]}" if telling else ", and said nothing"


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Its whole group; the first of it may be gone while others are left."""
    _signal(process.pid, signal.SIGTERM)
    try:
        async with asyncio.timeout(_ENDING):
            await process.wait()
    except TimeoutError:
        pass
    finally:
        _signal(process.pid, signal.SIGKILL)
    await process.wait()


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)
