"""What hearing costs: the Whisper engine beside stock faster-whisper, and calls that share it.

With the weights that calls would be heard with and a sentence that a person said, where both are
here. With random weights in the shape of Whisper base only where WAXTAAN_WHISPER_MODEL=random asks
for them: they cost the same and recognise nothing, so both sides then say the same number of tokens
of espeak's audio.
"""

import asyncio
import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.bench.asr_callers import STOPPED, call, calls, speech_within
from pipelines.bench.random_whisper import BASE, CREDULOUS, write
from pipelines.bench.recordings import pcm, without_silence
from pipelines.bench.row import Row, percentile
from pipelines.bench.whisper_weights import configured
from pipelines.engines.asr.faster_whisper import FasterWhisper
from pipelines.engines.asr.whisper.checkpoint import Checkpoint
from pipelines.engines.asr.whisper.guards import Guards
from pipelines.packs.reader import load
from pipelines.settings import Settings
from pipelines.synthetic_caller.voice import CallerVoice

TOKENS = 20  # about 4 s of speech
SECONDS = 4.0
TIMES = 7
CALLS = (1, 2, 4, 8, 12)
TURNS = 3
ENDS = (0.3, 0.8)  # s of silence that end a turn: an open question, answered or not yet
RECORDED = "turn off all of the lights in the Office.wav"
PAUSE = 3.0  # s between a caller's turns: the agent speaks
_SENTENCE = "I would like to pay my bill and then I need to speak to an agent please"
_MB = 1e6


@dataclass(frozen=True, slots=True)
class Subject:
    """The model that is measured."""

    checkpoint: Checkpoint
    note: str
    guards: Guards
    threads: int
    random: bool

    def engine(self, **options: Any) -> FasterWhisper:
        """Ready to start."""
        if self.random:
            options |= {"most_tokens": TOKENS, "windows": "fitted"}
        return FasterWhisper(self.checkpoint, threads=self.threads, guards=self.guards, **options)


def run(settings: Settings) -> Iterator[Row]:
    """The rows."""
    with tempfile.TemporaryDirectory() as temporary:
        subject = _subject(settings, Path(temporary))
        if subject is None:
            note = "no weights of Whisper: waxtaan models get whisper-base"
            yield Row("final of a sentence, whole", [], "ms", note=note)
            return
        speech = _recorded(settings.data) or asyncio.run(_speech(settings))
        yield from _beside_stock(subject, speech)
        yield from asyncio.run(_one_call(subject, speech))
        yield from asyncio.run(_memory(subject, speech))
        yield from _pipecat(subject)
        yield from asyncio.run(_many_calls(subject, speech, settings.whisper_deadline))


def _subject(settings: Settings, temporary: Path) -> Subject | None:
    threads = settings.whisper_threads
    if settings.whisper_model == "random":
        write(temporary / "base", BASE)
        checkpoint = Checkpoint(temporary / "base", compute="int8", device="cpu")
        note = "random weights, base's shape"
        return Subject(checkpoint, note, CREDULOUS, threads, random=True)
    found = configured(settings)
    if found is None:
        return None
    return Subject(found, found.model.name, Guards(), threads, random=False)


def _recorded(data: Path) -> bytes | None:
    """A sentence that a person said, without silence around it."""
    path = data / "speech-to-phrase/tests/wav/en" / RECORDED
    return pcm(without_silence(path)) if path.exists() else None


async def _speech(settings: Settings) -> bytes:
    """A sentence of `SECONDS`, without silence around it."""
    async with CallerVoice(
        settings, load(settings.prompts, settings.languages).packs["en"]
    ) as voice:
        pcm = await voice.say(_SENTENCE)
    start, end = speech_within(pcm)
    return pcm[round(start * 16000) * 2 : round(min(end, start + SECONDS) * 16000) * 2]


def _beside_stock(subject: Subject, speech: bytes) -> Iterator[Row]:
    ours, stock, tokens = asyncio.run(_same_minute(subject, speech))
    base = float(np.median(stock))
    length = len(speech) / 32000
    note = f"{subject.note}; {tokens} tokens, ours with words and language"
    yield Row(
        f"final of {length:.1f} s, whole", ours, "ms", base, "stock faster-whisper", "1/3", note
    )
    factor = [value / 1000 / length for value in ours]
    yield Row("real-time factor", factor, "", base / 1000 / length, "stock", note="one call")


async def _same_minute(subject: Subject, speech: bytes) -> tuple[list[float], list[float], int]:
    """Ours and stock faster-whisper's, by turns."""
    from faster_whisper import WhisperModel

    each = subject.checkpoint
    stock = WhisperModel(
        str(each.model),
        device=each.device,
        compute_type="int8" if each.compute == "auto" else each.compute,
        cpu_threads=subject.threads,
        local_files_only=True,
    )
    samples = np.frombuffer(speech, "<i2").astype(np.float32) / np.float32(32768)
    engine = subject.engine(calls=1, deadline=60.0)
    await engine.start()
    ours, theirs, tokens = [], [], 0
    stream = await engine.open("en", "wide", lambda _: None)
    for _ in range(TIMES + 1):
        stream.begin()
        stream.hear(speech)
        since = time.perf_counter()
        await stream.finish()
        ours.append(1000 * (time.perf_counter() - since))
        since = time.perf_counter()
        tokens = await asyncio.to_thread(_transcribe, stock, samples, subject.random)
        theirs.append(1000 * (time.perf_counter() - since))
    await engine.close()
    return ours[1:], theirs[1:], tokens


def _transcribe(stock: Any, samples: Any, random: bool) -> int:
    endless: dict[str, Any] = {
        "temperature": 0.0,
        "without_timestamps": True,
        # CTranslate2 says half of the prompt's four and these.
        "max_new_tokens": 2 * TOKENS - 4,
        "compression_ratio_threshold": None,
        "log_prob_threshold": None,
        "no_speech_threshold": None,
    }
    segments, _ = stock.transcribe(
        samples,
        language="en",
        beam_size=1 if random else 5,
        condition_on_previous_text=False,
        **(endless if random else {}),
    )
    return sum(len(segment.tokens) for segment in segments)


async def _one_call(subject: Subject, speech: bytes) -> list[Row]:
    engine = subject.engine(calls=1, deadline=60.0)
    await engine.start()
    heard = await call(engine, speech, TURNS * 5, 1.0, seed=0)
    await engine.close()
    ended = {pause: [max(0.0, d - 1000 * (pause - STOPPED)) for d in heard.final] for pause in ENDS}
    partials = f"{heard.partials / len(heard.final):.1f} partials a turn"
    return [
        Row(
            "first partial after speech starts, 1 call",
            heard.first,
            "ms",
            None,
            "",
            "600 ms",
            partials,
        ),
        Row(
            "final after the detector's stop, 1 call",
            heard.final,
            "ms",
        ),
        *(
            Row(f"final after the end of turn, {pause} s of silence", delays, "ms", wanted="50 ms")
            for pause, delays in ended.items()
        ),
    ]


async def _memory(subject: Subject, speech: bytes) -> list[Row]:
    found = []
    for number in (1, 10):
        engine = subject.engine(calls=number, deadline=60.0)
        await engine.start()
        await calls(engine, speech, number, 1, 0.5)
        found.append(engine.resident() / _MB)
        await engine.close()
        gc.collect()
    note = "the worker's, after a turn of each"
    return [Row("memory of one model, 10 calls", [found[1]], "MB", found[0], "1 call", "1.3", note)]


def _pipecat(subject: Subject) -> Iterator[Row]:
    """pipecat's service loads a model a call; in a process of its own, with 1 and with 10."""
    what = "pipecat's WhisperSTTService, 10 calls"
    module = "pipelines.bench.pipecat_whisper"
    found = []
    for number in (1, 10):
        order = [sys.executable, "-m", module, str(subject.checkpoint.model), str(number)]
        done = subprocess.run(order, capture_output=True, text=True, check=False)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            yield Row(what, [], "MB", note=f"could not be run: {last[:90]}")
            return
        found.append(float(done.stdout) / _MB)
    yield Row(what, [found[1]], "MB", found[0], "1 call", note="a process with one encoding each")


async def _many_calls(subject: Subject, speech: bytes, deadline: float) -> list[Row]:
    engine = subject.engine(deadline=deadline)
    await engine.start()
    measured = engine.capacity
    engine.capacity = max(CALLS)
    rows = [Row("calls admitted, measured at start", [measured], "", note=f"{deadline:g} s")]
    for number in CALLS:
        heard = await calls(engine, speech, number, TURNS, PAUSE)
        lost = f"{heard.overloaded} of {len(heard.final)} overloaded"
        shown = f"first partial p50 {percentile(heard.first, 50):.0f}" if heard.first else "none"
        rows.append(
            Row(f"final, {number} calls at once", heard.final, "ms", note=f"{lost}; {shown}")
        )
    await engine.close()
    return rows
