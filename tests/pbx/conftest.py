"""A real PBX, Waxtaan beside it, telephones around it. `make phone` sets up what they need."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest
import soxr

from pipelines.audio import AGENT_RATE
from pipelines.engines.asr.pocketsphinx import Pocketsphinx
from pipelines.engines.tts.cache import AudioCache
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.packs.reader import PROMPTS, load
from pipelines.settings import Settings
from pipelines.synthetic_caller.voice import CallerVoice
from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.sip_phone import RATE, SipPhone, narrow

SENTENCES = (
    "what is my balance",
    "yes",
    "no",
    "i want to speak to an agent",
    "my internet is down",
)


class Recognise(Protocol):
    async def __call__(self, pcm: bytes, phrases: Sequence[str]) -> str: ...


class Say(Protocol):
    async def __call__(self, text: str) -> bytes: ...


@pytest.fixture(scope="session")
def pbx() -> Iterator[lab.Asterisk]:
    """Asterisk, with the configuration that operators start from."""
    with lab.running(Path(os.environ["WAXTAAN_PBX"]).resolve()) as asterisk:
        yield asterisk


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fixed wording is synthesised once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def prompts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packs, with a service desk of one telephone."""
    folder = tmp_path_factory.mktemp("assistant") / "prompts"
    shutil.copytree(PROMPTS, folder)
    policy = folder / "escalation.toml"
    policy.write_text(lab.queues(policy.read_text()))
    return folder


@pytest.fixture(scope="module")
def waxtaan(
    pbx: lab.Asterisk, cache: Path, prompts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Waxtaan]:
    """`waxtaan serve`, ready."""
    assistant = Waxtaan(tmp_path_factory.mktemp("waxtaan"), cache, {"PROMPTS": str(prompts)})
    assistant.start()
    yield assistant
    assistant.stop()


@pytest.fixture
async def phone() -> AsyncIterator[SipPhone]:
    """The caller's."""
    async with SipPhone() as phone:
        yield phone


@pytest.fixture
async def desk() -> AsyncIterator[SipPhone]:
    """The person's."""
    async with SipPhone(lab.PERSON_ADDRESS, lab.PERSON_PORT, user="agent1", answers=True) as phone:
        yield phone


@pytest.fixture(scope="session")
def speech(cache: Path) -> Mapping[str, bytes]:
    """A caller's sentences as a telephone's microphone takes them, 8 kHz."""

    async def record() -> dict[str, bytes]:
        async with CallerVoice(Settings(cache=cache), load().packs["en"]) as voice:
            return {sentence: narrow(await voice.say(sentence)) for sentence in SENTENCES}

    return asyncio.run(record())


@pytest.fixture
async def agents_voice(cache: Path) -> AsyncIterator[Say]:
    """A sentence as the agent says it in English, 8 kHz."""
    synthesiser = EspeakSynthesiser(cache)
    await synthesiser.start()
    shelf = AudioCache(cache / "audio", synthesiser, AGENT_RATE)
    voice = load().packs["en"].voices["espeak"]

    async def say(text: str) -> bytes:
        spoken = b"".join([pcm async for pcm in shelf.audio(text, voice, fixed=False)])
        samples = soxr.resample(np.frombuffer(spoken, "<i2"), AGENT_RATE, RATE)
        return bytes(samples.astype("<i2").tobytes())

    yield say
    await shelf.close()
    await synthesiser.close()


@pytest.fixture
async def recognise() -> AsyncIterator[Recognise]:
    """Which of some phrases was said in a telephone's recording; "" for none."""
    engine = Pocketsphinx()
    await engine.start()

    async def recognise(pcm: bytes, phrases: Sequence[str]) -> str:
        samples = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768
        wide = (np.clip(soxr.resample(samples, RATE, 16_000), -1, 1) * 32767).astype("<i2")
        stream = await engine.open("en", "telephone", lambda _: None)
        stream.expect("en", phrases)
        stream.begin()
        stream.hear(wide.tobytes())
        found = await stream.finish()
        await stream.close()
        return found.text

    yield recognise
    await engine.close()


@pytest.fixture
def mortal(pbx: lab.Asterisk, cache: Path, prompts: Path, tmp_path: Path) -> Iterator[Waxtaan]:
    """A Waxtaan of the test's own, not started."""
    assistant = Waxtaan(tmp_path, cache, {"PROMPTS": str(prompts)})
    yield assistant
    assistant.stop()


async def closed(waxtaan: Waxtaan, pbx: lab.Asterisk) -> None:
    """The call is over on all sides, and no channel is left."""
    async with asyncio.timeout(lab.HANG):
        while pbx.channels or waxtaan.get("/healthz")["calls"]:  # noqa: ASYNC110 - no events
            await asyncio.sleep(0.05)
