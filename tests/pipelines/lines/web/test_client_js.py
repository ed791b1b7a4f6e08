"""pipecat's own JavaScript client against our server: what an integrator's web page would run."""

import asyncio
import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pipelines.audio import AGENT_RATE
from tests.pipelines.lines.web.conftest import missing
from tests.pipelines.lines.web.recorded import recorded_well
from tests.pipelines.lines.web.served import Served

CLIENT = Path(__file__).parent / "client"
WHOLE_CALL = 300.0  # s
INSTALL = 240.0  # s
OLDEST_NODE = 20


@pytest.fixture(scope="session")
def node() -> str:
    """Where node is, if it is new enough."""
    found = shutil.which("node")
    if not found or not shutil.which("npm"):
        missing("no node and npm on this machine: install Node.js 20 or newer")
    version = subprocess.run([str(found), "--version"], capture_output=True, text=True, check=True)
    if int(re.findall(r"\d+", version.stdout)[0]) < OLDEST_NODE:
        missing(f"node {version.stdout.strip()} is too old: install Node.js 20 or newer")
    return str(found)


@pytest.fixture(scope="session")
def client(node: str) -> Path:
    """The client as npm installs it, kept outside the repository for the next time."""
    package = CLIENT / "package.json"
    key = hashlib.sha256(package.read_bytes()).hexdigest()[:16]
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = caches / "waxtaan" / "npm" / key
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(package, folder)
    if not (folder / "installed").exists():
        _install(folder)
        (folder / "installed").touch()
    shutil.copy(CLIENT / "talk.mjs", folder)
    return folder / "talk.mjs"


def _install(folder: Path) -> None:
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=INSTALL, check=False
        )
    except subprocess.TimeoutExpired:
        missing(f"npm did not install pipecat's client within {INSTALL:.0f} s: is its registry up?")
    else:
        if done.returncode:
            missing(f"npm could not install pipecat's client in {folder}: {done.stderr[-2000:]}")


async def test_client_js(node: str, client: Path, server: Served) -> None:
    told, errors = await _talk(node, client, f"{server.line}?language=en")
    assert ["transportStateChanged", "ready"] in told
    ready = _first(told, "botReady")
    assert ready["version"].startswith("2.")
    assert ready["capabilities"]["audio_in"]
    outputs = [data["text"] for event, data in told if event == "botOutput"]
    assert outputs[0] == "Hello, you are talking to an automated assistant."
    assert "You have 12 euros 50 left." in outputs

    messages = [data for event, data in told if event == "serverMessage"]
    call_id = next(m["id"] for m in messages if m["type"] == "call")
    said = [m["text"] for m in messages if m["type"] == "said" and m["who"] == "caller"]
    assert said == ["what is my balance", "why is my bill so high"]
    decided = [m["rung"] for m in messages if m["type"] == "decided"]
    assert decided == ["classifier", "keypad", "keypad", "flow", "rule", "flow"]
    assert "4821" not in json.dumps(told)

    assert _first(told, "done")["heard"] > 10 * AGENT_RATE  # samples
    assert _first(told, "transportStateChanged", -1) == "disconnected"
    # It does not know the frame that tells of an interruption, and says so; nothing else is amiss.
    assert [line for line in errors if "Error:" in line and "Unknown frame kind" not in line] == []
    recorded_well(await server.recorded(call_id), secret="4821", spoken=0)


async def _talk(node: str, client: Path, line: str) -> tuple[list[list[Any]], list[str]]:
    process = await asyncio.create_subprocess_exec(
        node, str(client), line, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), WHOLE_CALL)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, err.decode()
    lines = [text for text in out.decode().splitlines() if text.startswith('["')]
    return [json.loads(text) for text in lines], err.decode().splitlines()


def _first(told: list[list[Any]], event: str, which: int = 0) -> Any:
    return [data for name, data in told if name == event][which]
