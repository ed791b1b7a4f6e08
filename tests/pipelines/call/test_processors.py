"""The parts of a call's pipeline, one by one."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.tests.utils import SleepFrame, run_test

from agent.endpointing import Pause
from pipelines.audio import AGENT_RATE, seconds
from pipelines.call.asr import AsrProcessor
from pipelines.call.caller_audio import STEP, AudioClock, CallerAudio
from pipelines.call.frames import (
    FinishedFrame,
    ListenFrame,
    RecognisedFrame,
    SpokenFrame,
    Utterance,
)
from pipelines.call.frames import UtteranceBeginsFrame as Begins
from pipelines.call.frames import UtteranceEndsFrame as Ends
from pipelines.call.latency import ResponseMeter
from pipelines.call.playout import Playout
from pipelines.call.turns import EndOfTurn, PauseStopStrategy
from pipelines.engines.asr.engine import ANYTHING, EngineError, Expected, Recognised
from tests.fakes import VirtualTime

Tone = Callable[..., bytes]


def through(part: Any, *frames: Frame) -> tuple[Sequence[Frame], Sequence[Frame]]:
    """(downstream, upstream) frames that come out of a part, in no time."""
    with asyncio.Runner(loop_factory=VirtualTime) as runner:
        return runner.run(run_test(part, frames_to_send=frames))


# The caller's end of the line


@dataclass
class Listener:
    clock: AudioClock = field(default_factory=AudioClock)
    heard: bytearray = field(default_factory=bytearray)
    floods: int = 0
    times: list[float] = field(default_factory=list)

    def line(self, max_ahead: float = 10.0, max_flood: float = 20.0) -> CallerAudio:
        return CallerAudio(
            self.clock,
            self._hear,
            self._flooded,
            max_ahead=max_ahead,
            max_flood=max_flood,
            now=lambda: asyncio.get_running_loop().time(),
        )

    def _hear(self, pcm: bytes, at: float) -> None:
        assert len(pcm) == STEP
        self.heard += pcm
        self.times.append(at)

    def _flooded(self) -> None:
        self.floods += 1


def audible(pcm: bytes) -> float:
    """Seconds of 16 kHz sound that are not silence."""
    samples = np.abs(np.frombuffer(pcm, dtype="<i2").astype(int)) > 500
    blocks = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    return float(blocks.any(axis=1).sum() / 100)


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (16000, 1), (16000, 2), (48000, 2)])
def test_sound_of_any_shape_becomes_one_shape(tone: Tone, rate: int, channels: int) -> None:
    listener = Listener()
    mono = np.frombuffer(tone(0.5, rate), dtype="<i2")
    loud = np.full_like(mono, 3000)  # on the second channel, which is nobody's
    pcm = mono if channels == 1 else np.stack((mono, loud), axis=1).reshape(-1)
    size = rate // 50 * channels
    pieces = [pcm[i : i + size].tobytes() for i in range(0, len(pcm), size)]
    frames = [InputAudioRawFrame(p, rate, channels) for p in pieces]
    down, _ = through(listener.line(), *frames)
    out = [f for f in down if isinstance(f, InputAudioRawFrame)]
    assert {(f.sample_rate, f.num_channels, len(f.audio)) for f in out} == {(16000, 1, STEP)}
    assert b"".join(f.audio for f in out) == bytes(listener.heard)
    assert audible(bytes(listener.heard)) == pytest.approx(0.5, abs=0.12)
    assert listener.times == pytest.approx([n * 0.02 for n in range(len(out))])
    assert listener.clock.seconds == pytest.approx(len(out) * 0.02)
    spectrum = np.abs(np.fft.rfft(np.frombuffer(listener.heard, dtype="<i2")))
    assert spectrum.argmax() * 16000 / (len(listener.heard) // 2) == pytest.approx(300, abs=20)


def test_a_microphone_that_changes_its_rate(tone: Tone) -> None:
    listener = Listener()
    rates = (48_000, 8_000, 16_000, 44_100)
    frames = [InputAudioRawFrame(tone(0.2, rate), rate, 1) for rate in rates]
    through(listener.line(), *frames)
    assert 0.5 < audible(bytes(listener.heard)) < 0.85  # each change costs a resampler's tail


def test_a_gap_is_filled_with_silence(tone: Tone) -> None:
    listener = Listener()
    sound = tone(0.2)
    through(listener.line(), InputAudioRawFrame(sound, 16000, 1), SleepFrame(sleep=0.8))
    assert listener.clock.seconds == pytest.approx(0.5, abs=0.25)  # 0.8 less the lag allowed
    assert bytes(listener.heard[: len(sound)]) == sound
    assert not any(listener.heard[len(sound) :])


def test_lost_packets_make_no_hole_in_a_word_and_are_made_up_for_in_the_pause(
    tone: Tone,
) -> None:
    listener = Listener()
    piece, quiet = tone(0.02), bytes(STEP)
    steps: list[Frame] = []
    for pcm, lost in ((piece, 2), (quiet, 50)):  # each second packet of a word, few of a pause
        for n in range(50):
            steps += [SleepFrame(sleep=0.02)]
            steps += [InputAudioRawFrame(pcm, 16000, 1)] if n % lost != 1 else []
    through(listener.line(), *steps)
    samples = np.abs(np.frombuffer(listener.heard, dtype="<i2").astype(int))
    word = np.flatnonzero(samples > 500)
    blocks = samples[word[0] : word[-1]][: 25 * 320 - 320].reshape(-1, 320)
    assert blocks.max(axis=1).min() > 500
    assert len(listener.heard) > 75 * STEP  # more than what came
    assert 2 - 0.4 < listener.clock.seconds <= 2  # 0.3 s of lag is allowed


def test_who_sends_nothing_has_time_pass_all_the_same() -> None:
    listener = Listener()
    through(listener.line(), SleepFrame(sleep=0.6))
    assert listener.clock.seconds == pytest.approx(0.3, abs=0.2)


def test_a_flood_is_dropped_and_reported(tone: Tone) -> None:
    listener = Listener()
    second = InputAudioRawFrame(tone(1), 16000, 1)
    through(listener.line(max_ahead=2, max_flood=3), *[second] * 5)
    assert listener.clock.seconds == pytest.approx(3.0, abs=0.1)  # the third came just below 2 s
    assert listener.floods == 0
    through((other := Listener()).line(max_ahead=2, max_flood=3), *[second] * 8)
    assert other.floods > 0
    assert other.clock.seconds == pytest.approx(3.0, abs=0.1)


def test_what_waited_while_the_machine_stood_still_is_no_flood(tone: Tone) -> None:
    now = [0.0]
    floods: list[float] = []

    def stands_still(_: bytes, at: float) -> None:
        now[0] = 30.0 if at > 0.9 else now[0]  # after the first second, for half a minute

    line = CallerAudio(
        *(AudioClock(), stands_still, lambda: floods.append(now[0])),
        max_ahead=2,
        max_flood=3,
        now=lambda: now[0],
    )
    second = InputAudioRawFrame(tone(1), 16000, 1)
    through(line, *[second] * 30)
    assert floods == []


def test_odd_pieces_come_out_whole() -> None:
    listener = Listener()
    sizes = (0, 1, 3, 100, 641, 1000, 2)
    through(listener.line(), *(InputAudioRawFrame(bytes(n), 16000, 1) for n in sizes))
    assert len(listener.heard) % STEP == 0
    assert len(listener.heard) == sum(n // 2 * 2 for n in sizes) // STEP * STEP


# When a turn ends


class Turn:
    """A turn strategy that is fed like the pipeline feeds it; knows when it ended the turn."""

    def __init__(
        self, pause: Callable[[str], float], longest: float = 0.8, final_within: float = 0.0
    ) -> None:
        self.told: list[EndOfTurn] = []
        self.strategy = PauseStopStrategy(final_within, self.told.append)
        self.ended = 0
        self.strategy.add_event_handler("on_user_turn_stopped", self._stopped)
        self._listen = ListenFrame(
            language="en",
            phrases=(),
            pause=lambda text, finished, spoken: Pause(
                pause(text) / (2 if finished else 1), "pause"
            ),
            longest_pause=longest,
        )

    async def _stopped(self, *_: object) -> None:
        self.ended += 1

    async def begin(self) -> None:
        await self.feed(self._listen)
        await self.strategy.handle_user_turn_started()
        await self.feed(VADUserStartedSpeakingFrame(start_secs=0.1))

    async def feed(self, *frames: Frame) -> None:
        for frame in frames:
            await self.strategy.process_frame(frame)

    async def silence(self, length: float) -> float:
        """Caller audio until the turn ends, `length` seconds at most; how much it took."""
        before = self.ended
        for number in range(round(length / 0.02)):
            await self.feed(InputAudioRawFrame(bytes(STEP), 16000, 1))
            if self.ended > before:
                return (number + 1) * 0.02
        return length


def heard(text: str, *, final: bool = True) -> RecognisedFrame:
    return RecognisedFrame(recognised=Recognised(text, "en", 1.0, 1.0, final=final))


STOPPED = VADUserStoppedSpeakingFrame(stop_secs=0.2)


async def test_a_pause_is_counted_in_audio() -> None:
    turn = Turn(lambda text: 0.3 if text == "yes" else 0.8)
    await turn.begin()
    assert await turn.silence(5) == 5  # not while the caller speaks
    await turn.feed(STOPPED, heard("well"))
    assert await turn.silence(5) == pytest.approx(0.6, abs=0.03)  # 0.8 less the detector's 0.2
    await turn.begin()
    await turn.feed(STOPPED, heard("yes"))
    assert await turn.silence(5) == pytest.approx(0.1, abs=0.03)
    assert turn.ended == 2
    assert await turn.silence(5) == 5  # once is enough


async def test_what_sounds_finished_ends_sooner() -> None:
    turn = Turn(lambda _: 1.0)
    await turn.begin()
    await turn.feed(STOPPED, heard("my internet is down"), FinishedFrame(probability=0.9))
    assert await turn.silence(5) == pytest.approx(0.3, abs=0.03)  # 0.5 less the detector's 0.2


async def test_pauses_within_a_turn_and_why_it_ended_are_told() -> None:
    turn = Turn(lambda _: 1.0)
    await turn.begin()
    await turn.feed(STOPPED, heard("seven"))
    await turn.silence(0.5)
    await turn.feed(VADUserStartedSpeakingFrame(start_secs=0.1))
    await turn.feed(STOPPED, heard("seven one"))
    await turn.silence(5)
    assert turn.told == [EndOfTurn("pause", (pytest.approx(0.6),))]  # type: ignore[arg-type]
    await turn.begin()
    await turn.feed(STOPPED)
    await turn.silence(5)
    assert turn.told[1:] == [EndOfTurn("late", ())]


async def test_a_result_that_comes_late_ends_the_turn_at_once() -> None:
    turn = Turn(lambda _: 0.3)
    await turn.begin()
    await turn.feed(STOPPED)
    await turn.silence(1)
    assert turn.ended == 0
    await turn.feed(heard("yes"))
    assert turn.ended == 1


async def test_a_result_that_never_comes_is_not_waited_for() -> None:
    turn = Turn(lambda _: 0.3, longest=0.8)
    await turn.begin()
    await turn.feed(STOPPED)
    assert await turn.silence(5) == pytest.approx(1.6, abs=0.03)
    assert turn.ended == 1


async def test_a_turn_ends_after_the_recogniser_may_still_answer() -> None:
    turn = Turn(lambda _: 0.3, longest=0.6, final_within=1.5)
    await turn.begin()
    await turn.feed(STOPPED)
    await turn.silence(1.5)
    assert turn.ended == 0
    await turn.feed(heard("yes"))
    assert turn.ended == 1


async def test_who_goes_on_after_a_pause_is_heard_out() -> None:
    turn = Turn(lambda _: 0.5)
    await turn.begin()
    await turn.feed(STOPPED, heard("my"))
    await turn.silence(0.2)
    await turn.feed(VADUserStartedSpeakingFrame(start_secs=0.1))
    await turn.silence(3)
    assert turn.ended == 0
    await turn.feed(STOPPED)
    await turn.silence(0.4)
    assert turn.ended == 0  # what was heard before is not the result
    await turn.feed(heard("my balance"))
    assert turn.ended == 1


async def test_partial_results_end_nothing() -> None:
    turn = Turn(lambda _: 0.1)
    await turn.begin()
    await turn.feed(STOPPED, heard("yes", final=False))
    await turn.silence(0.5)
    assert turn.ended == 0


# What the recogniser is given


class Hearing:
    """A recogniser's stream that remembers what it was asked, and answers its length."""

    def __init__(self, broken: bool = False) -> None:
        self.turns: list[bytes] = []
        self.expected: list[str] = []
        self.closed = 0
        self.stuck = False
        self._broken = broken

    def expect(self, language: str, phrases: Sequence[str], expected: Expected = ANYTHING) -> None:
        self.expected.append(language)

    def begin(self) -> None:
        self.turns.append(b"")

    def hear(self, pcm: bytes) -> None:
        self.turns[-1] += pcm

    async def finish(self) -> Recognised:
        if self._broken:
            raise EngineError("broken")
        if self.stuck:
            await asyncio.Event().wait()
        return Recognised(f"{len(self.turns[-1]) // STEP} steps", "en", 1.0, 1.0, final=True)

    async def close(self) -> None:
        self.closed += 1


def steps(first: int, count: int) -> list[Frame]:
    """`count` steps of 20 ms, numbered."""
    return [
        InputAudioRawFrame(bytes([n % 256]) * STEP, 16000, 1) for n in range(first, first + count)
    ]


def started() -> Frame:
    return VADUserStartedSpeakingFrame(start_secs=0.1)


def texts(frames: Sequence[Frame]) -> list[str]:
    return [f.recognised.text for f in frames if isinstance(f, RecognisedFrame)]


SOON = SleepFrame(sleep=0.05)


def test_a_turn_has_its_soft_beginning() -> None:
    stream = Hearing()
    down, _ = through(
        AsrProcessor(stream, "en", max_turn=30),
        *steps(0, 40), started(), *steps(40, 10), SOON, STOPPED, SOON,
    )  # fmt: skip
    assert [t[0] for t in stream.turns] == [15]  # half a second from before it was noticed
    assert texts(down) == ["35 steps"]
    assert stream.closed >= 1


def test_going_on_after_a_pause_is_heard_from_the_start() -> None:
    stream = Hearing()
    down, _ = through(
        AsrProcessor(stream, "en", max_turn=30),
        *steps(0, 3), started(), *steps(3, 7), SOON, STOPPED, SOON,
        *steps(10, 5), started(), *steps(15, 5), SOON, STOPPED, SOON,
        UserStoppedSpeakingFrame(), *steps(20, 30), started(), *steps(50, 5), SOON, STOPPED, SOON,
    )  # fmt: skip
    assert texts(down) == ["10 steps", "20 steps", "30 steps"]
    assert stream.turns[2][0] == 25  # the next turn begins anew


def test_a_turn_without_end_is_cut() -> None:
    stream = Hearing()
    processor = AsrProcessor(stream, "en", max_turn=1)
    down, _ = through(processor, *steps(0, 5), started(), *steps(5, 95), SOON, STOPPED, SOON)
    assert texts(down) == ["50 steps"]


def test_broken_ears_heard_nothing() -> None:
    down, _ = through(
        AsrProcessor(Hearing(broken=True), "en", max_turn=30),
        started(),
        *steps(0, 5),
        SOON,
        STOPPED,
        SOON,
    )
    (result,) = [f.recognised for f in down if isinstance(f, RecognisedFrame)]
    assert (result.text, result.final) == ("", True)


def test_a_result_nobody_waits_for_does_not_keep_the_call() -> None:
    stream = Hearing()
    stream.stuck = True
    down, _ = through(
        AsrProcessor(stream, "en", max_turn=30), started(), *steps(0, 5), SOON, STOPPED, SOON
    )
    assert texts(down) == []
    assert stream.closed >= 1


# What was heard of what was said

SENTENCE = "I can tell you your balance"


def played(length: float) -> OutputAudioRawFrame:
    return OutputAudioRawFrame(bytes(int(length * AGENT_RATE) * 2), AGENT_RATE, 1)


def playout(heard: list[tuple[float, bool]] | None = None) -> Playout:
    sink = heard if heard is not None else []
    return Playout(lambda pcm, rate, secret: sink.append((seconds(pcm, rate), secret)))


def sentence(length: float = 2.0, secret: bool = False) -> Utterance:
    return Utterance(7, SENTENCE, "en", fixed=True, secret=secret, seconds=length)


def spoken(frames: Sequence[Frame]) -> list[tuple[bool, str, bool]]:
    return [(f.began, f.heard, f.interrupted) for f in frames if isinstance(f, SpokenFrame)]


def test_a_sentence_that_was_played_was_heard() -> None:
    heard: list[tuple[float, bool]] = []
    said = sentence(secret=True)
    _, up = through(
        playout(heard), played(0.1), Begins(utterance=said), played(1), played(1),
        Ends(utterance=said), played(0.5),
    )  # fmt: skip
    assert spoken(up) == [(True, "", False), (False, SENTENCE, False)]
    assert heard == [(0.1, False), (1, True), (1, True), (0.5, False)]


@pytest.mark.parametrize(
    ("length", "heard"),
    [(0.02, ""), (0.2, "I"), (1.0, "I can tell"), (1.9, "I can tell you your"), (2.0, SENTENCE)],
)
def test_words_that_fit_into_what_was_played(length: float, heard: str) -> None:
    said = sentence()
    _, up = through(playout(), Begins(utterance=said), played(length), SOON, InterruptionFrame())
    assert spoken(up) == [(True, "", False), (False, heard, True)]


def test_an_interruption_before_the_first_sound() -> None:
    said = sentence()
    _, up = through(playout(), Begins(utterance=said), SOON, InterruptionFrame())
    assert spoken(up) == [(False, "", True)]
    _, up = through(playout(), InterruptionFrame())
    assert spoken(up) == []


def test_a_sentence_that_could_not_be_made_was_not_heard() -> None:
    said = sentence(0)
    _, up = through(playout(), Begins(utterance=said), Ends(utterance=said, failed="broken"))
    assert spoken(up) == [(False, "", False)]


# From the caller's last sound to the agent's first


def meter(caller: bytes, start: float = 0.0) -> ResponseMeter:
    measuring = ResponseMeter(16000, AGENT_RATE)
    for number in range(len(caller) // STEP):
        measuring.caller(caller[number * STEP : (number + 1) * STEP], start + number * 0.02)
    return measuring


def noise(length: float, amplitude: float) -> bytes:
    samples = np.random.default_rng(1).normal(0, amplitude * 32767, int(length * 16000))
    return bytes(np.clip(samples, -32768, 32767).astype("<i2").tobytes())


def mixed(*parts: bytes) -> bytes:
    samples = np.sum([np.frombuffer(p, dtype="<i2") for p in parts], axis=0)
    return bytes(samples.astype("<i2").tobytes())


@pytest.mark.parametrize("background", [0.0, 0.0005, 0.003])
def test_a_known_delay_is_measured(tone: Tone, background: float) -> None:
    talk = bytes(16000) + tone(1.0) + bytes(2 * 16000)  # sound from 0.5 to 1.5 s
    measuring = meter(mixed(talk, noise(len(talk) / 32000, background)))
    measuring.turn_started(0.5)
    measuring.turn_ended()
    assert measuring.last_sound() == pytest.approx(1.5, abs=0.011)
    assert measuring.agent(bytes(4800), 2.0) is None  # silence is no answer
    answer = bytes(AGENT_RATE // 10 * 2) + tone(0.1, AGENT_RATE)
    assert measuring.agent(answer, 2.2) == pytest.approx(0.8, abs=0.021)
    assert measuring.agent(answer, 3.0) is None  # once for each turn


def test_what_was_said_before_the_turn_does_not_count(tone: Tone) -> None:
    measuring = meter(tone(1.0, amplitude=0.9) + bytes(32000) + tone(0.5, amplitude=0.04))
    measuring.turn_started(2.1)
    assert measuring.last_sound() == pytest.approx(2.5, abs=0.011)


def test_no_answer_is_due(tone: Tone) -> None:
    answer = tone(0.1, AGENT_RATE)
    measuring = meter(tone(0.5))
    assert measuring.agent(answer, 1.0) is None  # nobody's turn has ended
    measuring.turn_ended()
    measuring.cancel()
    assert measuring.agent(answer, 1.0) is None
    silent = meter(bytes(32000))
    silent.turn_ended()
    assert silent.agent(answer, 1.5) is None
    assert silent.last_sound() is None
    assert ResponseMeter(16000, AGENT_RATE).last_sound() is None
