"""The real server as a process of its own, as an operator starts it."""

import asyncio
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.dialogue import Dialogue
from agent.log import read
from agent.replay import Difference, differences
from pipelines.packs.reader import PROMPTS, load

ROOT = Path(__file__).parents[4]
_READY = re.compile(r"http://localhost:(\d+)")
_PATIENCE = 180.0  # s for it to start, to end, to put a call on disk: it tells a hang


@dataclass(frozen=True)
class Served:
    """A server that runs."""

    url: str
    folder: Path

    @property
    def line(self) -> str:
        """Where calls are taken."""
        return self.url.replace("http", "ws", 1) + "/call"

    @property
    def log(self) -> str:
        """What it has said so far."""
        return (self.folder / "log").read_text(encoding="utf-8")

    @property
    def complaints(self) -> list[str]:
        """Lines of its log that an operator would have to look into."""
        return [line for line in self.log.splitlines() if re.search("WARNING|ERROR|Trace", line)]

    async def recorded(self, call_id: str) -> Path:
        """The folder of a call, once the server is done with it."""
        async with asyncio.timeout(_PATIENCE):
            while f"call {call_id} ended" not in self.log:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)
        return self.folder / "calls" / call_id


@contextmanager
def served(folder: Path, cache: Path, **settings: str) -> Iterator[Served]:
    """A server with its own folder for calls, until the block ends; then it must end well."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("WAXTAAN_")}
    own |= {"WAXTAAN_HUB": "", "WAXTAAN_MODELS": str(folder / "models")}
    own |= {"WAXTAAN_INTENTS": "none"}  # all three as in tests/conftest.py
    own |= {f"WAXTAAN_{name.upper()}": value for name, value in settings.items()}
    own |= {"WAXTAAN_CALLS": str(folder / "calls"), "WAXTAAN_CACHE": str(cache)}
    own["PYTHONPATH"] = str(ROOT)
    command = [sys.executable, "-m", "pipelines", "serve", "--port", "0"]
    with (folder / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=own, stdout=subprocess.PIPE, stderr=log, text=True
        )
    with process:
        try:
            yield Served(f"http://localhost:{_port(process, folder)}", folder)
        finally:
            process.terminate()
            process.wait(_PATIENCE)


def _port(process: subprocess.Popen[str], folder: Path) -> str:
    assert process.stdout
    impatient = threading.Timer(_PATIENCE, process.kill)
    impatient.start()
    try:
        for line in process.stdout:
            if found := _READY.search(line):
                return found[1]
    finally:
        impatient.cancel()
    pytest.fail("the server did not start:\n" + (folder / "log").read_text(encoding="utf-8"))


def replayed(log: Path) -> list[Difference]:
    """What today's dialogue would do differently in a recorded call."""
    config = load(PROMPTS)
    dialogue = Dialogue(config.languages, config.flows, config.policy)
    with log.open(encoding="utf-8") as lines:
        return differences(read(lines), dialogue)
