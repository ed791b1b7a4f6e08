"""Callers for the ASR benchmark: they speak as people do, and wait for the result."""

import asyncio
import random
import time
from dataclasses import dataclass, field

from pipelines.engines.asr.engine import SAMPLE_RATE, Recognised
from pipelines.engines.asr.faster_whisper import FasterWhisper

STEP = 0.02  # s; a telephone's packet
NOTICED = 0.16  # s of speech before the voice detector says so: vad_start, and its own window
STOPPED = 0.224  # s of silence before it says that speech has ended: vad_stop, and its own window
PRE_ROLL = 0.5  # s from before speech was noticed, as call/asr.py keeps them


@dataclass
class Heard:
    """What a caller saw. Milliseconds."""

    first: list[float] = field(default_factory=list)  # from the start of speech to a first partial
    final: list[float] = field(default_factory=list)  # from the detector's stop to the final
    partials: int = 0
    overloaded: int = 0


def speech_within(pcm: bytes) -> tuple[float, float]:
    """Where speech starts and ends, in seconds; for sound with digital silence around it."""
    import numpy as np

    loud = np.flatnonzero(np.abs(np.frombuffer(pcm, "<i2").astype(int)) > 200) / SAMPLE_RATE
    return float(loud[0]), float(loud[-1])


async def call(engine: FasterWhisper, speech: bytes, turns: int, pause: float, seed: int) -> Heard:
    """A call of some turns; `speech` is one sentence without silence around it.

    Pauses between turns last 0.5 to 1.5 times `pause` seconds.
    """
    heard, chance = Heard(), random.Random(seed)
    began = 0.0
    shown = False

    def partial(_: Recognised) -> None:
        nonlocal shown
        heard.partials += 1
        if not shown:
            shown = True
            heard.first.append(1000 * (time.perf_counter() - began))

    silence = bytes(int(PRE_ROLL * SAMPLE_RATE) * 2)
    stop = round(STOPPED / STEP)
    steps = [speech[at : at + 640] for at in range(0, len(speech), 640)] + [bytes(640)] * stop
    stream = await engine.open("en", "wide", partial)
    try:
        for _ in range(turns):
            await asyncio.sleep(pause * (0.5 + chance.random()))
            began, shown = time.perf_counter(), False
            due = began
            for n, step in enumerate(steps):
                if n == round(NOTICED / STEP):
                    stream.begin()
                    stream.hear(silence[n * 640 :] + b"".join(steps[:n]))
                if n >= round(NOTICED / STEP):
                    stream.hear(step)
                due += STEP
                await asyncio.sleep(due - time.perf_counter())
            since = time.perf_counter()
            result = await stream.finish()
            heard.final.append(1000 * (time.perf_counter() - since))
            heard.overloaded += result.rejected == "overloaded"
    finally:
        await stream.close()
    return heard


async def calls(
    engine: FasterWhisper, speech: bytes, number: int, turns: int, pause: float
) -> Heard:
    """So many calls at once, all that they saw together."""
    each = await asyncio.gather(
        *(call(engine, speech, turns, pause, seed) for seed in range(number))
    )
    together = Heard()
    for heard in each:
        together.first += heard.first
        together.final += heard.final
        together.partials += heard.partials
        together.overloaded += heard.overloaded
    return together
