"""What was said in a recording from elsewhere, by the recogniser that hears callers.

Each channel is cut where somebody pauses, and each piece is heard like a caller's turn, without
anybody waiting for it. Who speaks is which channel it is.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import numpy as np
import soundfile
import soxr

from pipelines.engines.asr.engine import SAMPLE_RATE, Band, Recogniser, RecogniserStream
from pipelines.quality.sound import Spans, read_levels, speech
from pipelines.store.recorded import TRANSCRIPT, Recorded
from pipelines.store.transcript import Speaker, Utterance, lines

_PAUSE = 0.7  # s that end an utterance
_LONGEST = 20.0  # s of one; Whisper hears 30 at once
_BEFORE, _AFTER = 0.4, 0.3  # s heard around it: its edges are soft
_TELEPHONE = 8000  # Hz


async def transcribe(recorded: Recorded, recogniser: Recogniser, language: str) -> int:
    """Write `transcript.jsonl` into an imported recording's folder; returns how many utterances.

    Raises:
        EngineError: a channel is no sound, the language is not served, or the recogniser died.
    """
    said: list[Utterance] = []
    for speaker in get_args(Speaker):
        channel = recorded.caller if speaker == "caller" else recorded.agent
        if channel is not None:
            said += await _channel(channel, speaker, recogniser, language)
    said.sort(key=lambda each: each.start or 0.0)
    part = recorded.path / f"{TRANSCRIPT}.part"
    part.write_text(lines(said), encoding="utf-8")
    part.rename(recorded.path / TRANSCRIPT)
    return len(said)


async def _channel(
    path: Path, speaker: Speaker, recogniser: Recogniser, language: str
) -> list[Utterance]:
    found = []
    with soundfile.SoundFile(path) as file:
        band: Band = "telephone" if file.samplerate <= _TELEPHONE else "wide"
        stream = await recogniser.open(language, band, lambda _: None)
        try:
            stream.expect(language, ())
            for start, end in pieces(speech(read_levels(path))):
                if text := await _heard(stream, _cut(file, start - _BEFORE, end + _AFTER)):
                    found.append(
                        Utterance(
                            speaker=speaker, text=text, start=start, end=end, language=language
                        )
                    )
        finally:
            await stream.close()
    return found


def pieces(spoken: Spans) -> Iterator[tuple[float, float]]:
    """Spans of speech with the short pauses between them, in s; none is longer than `_LONGEST`."""
    now: tuple[float, float] | None = None
    for start, end in spoken:
        if now and start - now[1] < _PAUSE and end - now[0] <= _LONGEST:
            now = now[0], end
            continue
        if now:
            yield now
        while end - start > _LONGEST:
            yield start, round(start + _LONGEST, 2)
            start = round(start + _LONGEST, 2)
        now = start, end
    if now:
        yield now


def _cut(file: soundfile.SoundFile, start: float, end: float) -> bytes:
    first = max(0, round(start * file.samplerate))
    file.seek(min(first, file.frames))
    sound = file.read(round(end * file.samplerate) - first, dtype="float64", always_2d=True)[:, 0]
    heard = soxr.resample(sound, file.samplerate, SAMPLE_RATE)
    pcm: bytes = (np.clip(heard, -1, 1) * 32767).astype("<i2").tobytes()
    return pcm


async def _heard(stream: RecogniserStream, pcm: bytes) -> str:
    stream.begin()
    stream.hear(pcm)
    return (await stream.finish()).text


def why_not(recorded: Recorded) -> str:
    """Why a recording is not to be transcribed, "" if it is."""
    if recorded.log is not None:
        return "its log has what was said"
    if recorded.transcript is not None:
        return "there is a transcript already; delete it to have it made anew"
    if recorded.caller is None and recorded.agent is None:
        return "there is no sound"
    return ""
