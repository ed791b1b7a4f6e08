"""The assistant, a server per test, and a caller's voice."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest

from pipelines import logs
from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.packs.reader import load
from pipelines.settings import Settings
from pipelines.synthetic_caller.voice import CallerVoice
from tests.pipelines.server import Server, serving

SENTENCES = ("what is my balance", "yes", "i want to speak to an agent")


class Open(Protocol):
    async def __call__(self, **options: Any) -> Server: ...


@pytest.fixture(scope="session", autouse=True)
def quiet() -> None:
    """pipecat tells of every frame otherwise."""
    logs.set_up("WARNING")


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was synthesised once need not be in the next test."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def speech(cache: Path) -> dict[str, bytes]:
    """A caller's sentences, 16 kHz."""

    async def record() -> dict[str, bytes]:
        async with CallerVoice(Settings(cache=cache), load().packs["en"]) as voice:
            return {sentence: await voice.say(sentence) for sentence in SENTENCES}

    return asyncio.run(record())


@pytest.fixture
async def open_assistant(tmp_path: Path, cache: Path) -> AsyncIterator[Open]:
    """Opens servers that are closed with the test; options are those of `serving`."""
    async with AsyncExitStack() as stack:

        async def start(**options: Any) -> Server:
            return await stack.enter_async_context(serving(tmp_path / "calls", cache, **options))

        yield start


@pytest.fixture
def tone() -> Callable[..., bytes]:
    """`tone(seconds, rate, amplitude)`: 16-bit mono PCM of 300 Hz."""

    def make(seconds: float, rate: int = SAMPLE_RATE, amplitude: float = 0.3) -> bytes:
        at = np.arange(int(seconds * rate)) / rate
        return bytes((np.sin(2 * np.pi * 300 * at) * amplitude * 32767).astype("<i2").tobytes())

    return make


def stereo(left: bytes) -> bytes:
    """Two channels, of which the second is silent."""
    samples = struct.unpack(f"<{len(left) // 2}h", left)
    return b"".join(struct.pack("<hh", sample, 0) for sample in samples)
