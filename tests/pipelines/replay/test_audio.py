"""Recorded calls through the pipeline on virtual time: the same each time, as they would live."""

import asyncio
import json
import wave
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pipecat.frames.frames import EndFrame, Frame, InputAudioRawFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from agent.actions import Listen
from agent.events import CallStarted, Hypothesis
from agent.log import line, read
from pipelines.assistant import Assistant
from pipelines.call.caller_audio import AudioClock, CallerAudio
from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.engines.worker import Worker
from pipelines.replay.audio import replay_audio
from pipelines.replay.audio_replayed import AudioReplayed
from pipelines.replay.caller_channel import CallerChannel
from pipelines.replay.recorded_connection import RecordedConnection
from pipelines.replay.replayed_call import CallReplay
from pipelines.replay.virtual_time import VirtualTimeLoop
from pipelines.settings import Settings
from pipelines.store.recorded import Recorded, in_folder


def wav(path: Path, pcm: bytes, rate: int = SAMPLE_RATE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)
    return path


def silence(seconds: float) -> bytes:
    return bytes(int(seconds * SAMPLE_RATE) * 2)


class Replays:
    """An assistant on virtual time; each replay in a folder of its own."""

    def __init__(self, runner: asyncio.Runner, assistant: Assistant, folder: Path) -> None:
        self._runner = runner
        self._calls = CallReplay(assistant)
        self._folder = folder
        self._made = 0

    def __call__(self, recorded: Recorded) -> AudioReplayed:
        self._made += 1
        out = self._folder / str(self._made)
        out.mkdir()
        return self._runner.run(self._calls.replay(recorded, out))


@pytest.fixture(scope="module")
def replays(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replays]:
    Worker.settles = EspeakSynthesiser.repeatable = True
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        assistant = runner.run(
            Assistant.open(Settings(cache=cache, intents="none", embeddings="none"))
        )
        yield Replays(runner, assistant, tmp_path_factory.mktemp("replays"))
        runner.run(assistant.close())
    Worker.settles = EspeakSynthesiser.repeatable = False


@pytest.fixture(scope="module")
def recorded(
    replays: Replays, speech: Mapping[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> Recorded:
    """A call of 18 s that is about the balance, its log and both channels."""
    pcm = silence(4.8) + speech["what is my balance"] + silence(3.6) + speech["yes"] + silence(6)
    caller = wav(tmp_path_factory.mktemp("foreign") / "caller.wav", pcm)
    made = replays(Recorded("a-call", caller=caller))
    assert made.folder is not None, made.left_out
    return in_folder(made.folder)


def entries(replayed: AudioReplayed) -> list[Any]:
    assert replayed.folder is not None, replayed.left_out
    with (replayed.folder / "log.jsonl").open(encoding="utf-8") as lines:
        return list(read(lines))


def test_a_caller_without_a_log_is_played_at_their_times(recorded: Recorded) -> None:
    assert recorded.log is not None
    with recorded.log.open(encoding="utf-8") as lines:
        log = list(read(lines))
    heard = [e.text for e in log if isinstance(e, Hypothesis) and e.final]
    assert heard == ["what is my balance", "yes"]
    asked = [e.question for e in log if isinstance(e, Listen)]
    assert asked == ["open", "confirm:flow:balance", "line"]
    assert recorded.caller is not None
    assert recorded.agent is not None
    with wave.open(str(recorded.caller)) as caller, wave.open(str(recorded.agent)) as agent:
        lasted = [each.getnframes() / each.getframerate() for each in (caller, agent)]
    assert lasted[0] == pytest.approx(lasted[1], abs=0.1)


def test_three_replays_are_the_same_to_the_bit(replays: Replays, recorded: Recorded) -> None:
    made = [replays(recorded) for _ in range(3)]
    assert [each.divergence for each in made] == [None] * 3
    folders = [each.folder for each in made if each.folder]
    for name in ("log.jsonl", "caller.wav"):
        assert len({(folder / name).read_bytes() for folder in folders}) == 1
    assert {folder.name for folder in folders} == {recorded.id}


def test_it_starts_as_the_recorded_call_did(replays: Replays, recorded: Recorded) -> None:
    then = "2026-11-24T19:05:00"
    assert recorded.log is not None
    lines = recorded.log.read_text(encoding="utf-8").splitlines(keepends=True)
    started = {**json.loads(lines[1]), "caller": "770001234", "now": then, "calls_before": 2}
    log = recorded.log.parent / "earlier.jsonl"
    log.write_text("".join((lines[0], json.dumps(started) + "\n", *lines[2:])), encoding="utf-8")
    start = entries(replays(replace(recorded, log=log)))[0]
    assert isinstance(start, CallStarted)
    assert (start.now, start.caller, start.calls_before) == (then, "770001234", 2)


def test_an_answer_to_another_question_is_told(replays: Replays, recorded: Recorded) -> None:
    assert recorded.log is not None
    text = recorded.log.read_text(encoding="utf-8")
    log = recorded.log.parent / "other.jsonl"
    log.write_text(text.replace("confirm:flow:balance", "confirm:flow:bill"), encoding="utf-8")
    found = replays(replace(recorded, log=log)).divergence
    assert found is not None
    asked = (found.turn, found.then, found.now)
    assert asked == (2, "confirm:flow:bill", "confirm:flow:balance")
    assert 8 < found.at < 11


def test_what_cannot_be_replayed_is_told(
    replays: Replays, recorded: Recorded, tmp_path: Path
) -> None:
    text = tmp_path / "text.wav"
    text.write_text("no sound")
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"event": "CallStarted"}\n')
    wolof = tmp_path / "wolof.jsonl"
    wolof.write_text(line(CallStarted(0.0, "web", None, "wo")) + "\n")
    for unfit, why in (
        (replace(recorded, caller=None), "no caller.wav"),
        (replace(recorded, caller=text), "cannot be read as sound"),
        (replace(recorded, log=broken), "CallStarted does not fit"),
        (replace(recorded, log=wolof), "no pack 'wo'"),
    ):
        left_out = replays(unfit)
        assert left_out.folder is None
        assert why in left_out.left_out


def test_several_are_replayed_in_their_order_in_processes_of_their_own(
    recorded: Recorded, cache: Path, tmp_path: Path
) -> None:
    calls = [replace(recorded, id="one"), Recorded("two"), replace(recorded, id="one")]
    made = list(
        replay_audio(
            calls,
            tmp_path / "out",
            Settings(cache=cache, intents="none", embeddings="none"),
            processes=1,
        )
    )
    assert [(each.id, each.folder) for each in made] == [
        ("one", tmp_path / "out" / "one"),
        ("two", None),
        ("one", None),
    ]
    assert [each.left_out.partition(" ")[2] for each in made][1:] == [
        "is no caller.wav",
        "is there already",
    ]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["one"]


def test_an_assistant_that_cannot_be_started_is_told_for_each(
    recorded: Recorded, cache: Path, tmp_path: Path
) -> None:
    settings = Settings(cache=cache, language="xx", intents="none", embeddings="none")
    (left_out,) = replay_audio([recorded], tmp_path / "out", settings, processes=1)
    assert "cannot be started: setting language: no pack 'xx' is in use" in left_out.left_out


# What enters the pipeline enters at the cadence that it would live.


class Arrivals(FrameProcessor):
    """Stands behind `CallerAudio`: what came, and when by the call's clock and the loop's."""

    def __init__(self, clock: AudioClock) -> None:
        super().__init__()
        self._clock = clock
        self.came: list[tuple[float, bytes]] = []
        self.times: list[float] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            self.came.append((self._clock.seconds, frame.audio))
            self.times.append(asyncio.get_running_loop().time())
        await self.push_frame(frame, direction)


async def arrivals(pcm: bytes) -> Arrivals:
    clock = AudioClock()
    arrived = Arrivals(clock)
    caller = CallerChannel(pcm, SAMPLE_RATE)
    connection = RecordedConnection(caller, channel="web", band="wide", agent_rate=24_000)
    workers: list[PipelineWorker] = []

    async def gone(reason: str) -> None:
        await workers[0].queue_frame(EndFrame())

    def never(*_: object) -> None:
        raise AssertionError

    transport = connection.open(never, gone)
    shaped = CallerAudio(clock, lambda pcm, at: None, never, max_ahead=2.0, max_flood=20.0)
    params = PipelineParams(audio_in_sample_rate=SAMPLE_RATE, audio_out_sample_rate=24_000)
    pipeline = Pipeline([transport.input(), shaped, arrived, transport.output()])
    workers.append(PipelineWorker(pipeline, params=params, enable_turn_tracking=False))
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(workers[0])
    await runner.run()
    return arrived


def test_what_enters_the_pipeline_enters_at_the_cadence_that_it_would_live(
    tone: Callable[..., bytes],
) -> None:
    pcm = tone(1.5)

    async def virtual() -> Arrivals:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        with loop.virtual():
            return await arrivals(pcm)

    live = asyncio.run(arrivals(pcm))
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        replayed = runner.run(virtual())
    assert len(live.came) == 75
    assert replayed.came == live.came  # the same sound at the same times of the call
    steps = [b - a for a, b in zip(replayed.times, replayed.times[1:], strict=False)]
    assert steps == pytest.approx([0.02] * 74, abs=1e-5)
    # Live nothing comes before its time, however busy the machine is.
    early = [at - live.times[0] - n * 0.02 for n, at in enumerate(live.times)]
    assert min(early) > -0.02
