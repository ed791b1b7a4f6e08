"""Kokoro, alone in a process: `python -m pipelines.engines.tts.kokoro_worker MODEL`.

Its phonemes are espeak-ng's, which is licensed under GPL-3.0-or-later and is loaded through
espeak_worker.py, hence by a worker process only. Besides those of `worker_scheduler`:

    {"do": "load", "folder": ".../af_heart.bin"} -> {"rate": 24000, "gain": 1.9, "factor": 0.6}
    {"do": "speak", "folder": ..., "language": "", "speed": 1.0, "text": ...,
     "begin": 0, "end": 40, "ahead": 0.0}        -> 16-bit PCM as it becomes ready, with its "rate";
                                                    without these three, all of the text, in a hurry

`gain` is what brings the voice to the loudness of all, `factor` the seconds that one of sound takes
to be made here. Of the text, characters `begin` to `end` are said, as they sound in all of it;
`ahead` is in seconds, see `windows`. With --factor, the process says its factor and ends.
"""

import json
import sys
import time
from collections import OrderedDict
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnxruntime

from pipelines.engines.tts.espeak_worker import Espeak
from pipelines.engines.tts.joins import pcm
from pipelines.engines.tts.kokoro_model.phonemes import CODES, LANGUAGES, MOST, TIE, phonemes
from pipelines.engines.tts.kokoro_model.speech import Floats, Plan, Speech, read_voice
from pipelines.engines.tts.kokoro_model.windows import FRAME, LEAST, MARGIN, RATE
from pipelines.engines.tts.loudness import Leveller
from pipelines.engines.tts.worker_scheduler import RefusalError, Scheduler
from pipelines.engines.worker_protocol import Header, Message

TRIAL = "wˌʌn tˈu θɹˈi fˈɔɹ fˈIv sˈɪks sˈɛvən."  # "one two three four five six seven."
TRIES = 3  # the quickest counts: what slows one may be another program's


class KokoroWorker:
    """The model, and voices as they are asked for."""

    def __init__(self, model: Path, keep: int = 16) -> None:
        self._speech = Speech(model)
        self._espeak = Espeak()
        self._keep = keep
        self._voices: OrderedDict[str, Floats] = OrderedDict()
        self._measured = False

    def work(self, header: Header) -> Iterator[Message]:
        """See `Scheduler`."""
        voice = self._voice(header["folder"])
        if header["do"] == "load":
            gain = self._gain(voice)
            if not self._measured:
                self._measured, self._speech.factor = True, self.measure(voice)
            yield {"rate": RATE, "gain": gain, "factor": self._speech.factor}, b""
            return
        language = self._language(header)
        text: str = header["text"]
        begin, end = header.get("begin", 0), header.get("end", len(text))
        parts = (text[:begin], text[begin:end], text[end:])
        before, said, after = (self._phonemes(part, language) for part in parts)
        if not any(letter.isalpha() for letter in said):
            return
        for sentence, first, last in _sentences(before, said, after):
            plan = self._speech.plan(sentence, voice, header["speed"])
            for samples in self._speech.say(plan, first, last, header.get("ahead", 0.0)):
                if len(samples):
                    yield {"rate": RATE}, pcm(samples)

    def measure(self, voice: Floats) -> float:
        """Seconds that a second of sound takes, of a short window with its margins."""
        plan = self._speech.plan(TRIAL, voice, 1.0)
        end = min(plan.frames, 4 * LEAST + 2 * MARGIN)
        self._speech.sound(plan, 0, end)  # the first takes longer; let it be nobody's
        return min(self._seconds(plan, end) for _ in range(TRIES)) / (end * FRAME / RATE)

    def _seconds(self, plan: Plan, end: int) -> float:
        began = time.perf_counter()
        self._speech.sound(plan, 0, end)
        return time.perf_counter() - began

    def _gain(self, voice: Floats) -> float:
        """Always the same, so that what is kept on disk goes with what is made today."""
        plan = self._speech.plan(TRIAL, voice, 1.0)
        leveller = Leveller(RATE)
        leveller.add(pcm(self._speech.sound(plan, 0, plan.frames)))
        leveller.finish()
        return leveller.gain or 1.0

    def _phonemes(self, text: str, language: str) -> str:
        return phonemes(text, language, lambda words: self._espeak.phonemes(words, TIE))

    def _language(self, header: Header) -> str:
        """espeak's name for it: what the voice's name says after its "@", else its first letter."""
        named = header["language"].partition("-")[0].lower()
        spoken = CODES.get(named) or LANGUAGES.get(Path(header["folder"]).name[:1])
        if spoken is None or (named and named not in CODES):
            raise RefusalError(
                f"unknown voice: no language '{named or Path(header['folder']).stem[:1]}' is read "
                f"here: name one of {', '.join(CODES)} after its @"
            )
        self._espeak.choose(spoken)
        return spoken

    def _voice(self, folder: str) -> Floats:
        if folder in self._voices:
            self._voices.move_to_end(folder)
            return self._voices[folder]
        while len(self._voices) >= self._keep:
            self._voices.popitem(last=False)
        try:
            self._voices[folder] = read_voice(Path(folder))
        except (OSError, ValueError) as error:
            raise RefusalError(f"{error}: 'waxtaan models get kokoro' mends it") from error
        return self._voices[folder]


def _sentences(before: str, said: str, after: str) -> Iterator[tuple[str, int, int]]:
    """What is planned at once, and which of its phonemes are said; usually once."""
    whole = " ".join(part for part in (before, said, after) if part)
    if len(whole) <= MOST:
        first = len(before) + 1 if before else 0
        yield whole, first, first + len(said) + (1 if after else 0)
        return
    while said:  # more than the model takes: without what stands around it
        end = len(said) if len(said) <= MOST else said.rfind(" ", 1, MOST) + 1 or MOST
        yield said[:end].strip(), 0, end
        said = said[end:].strip()


def main() -> None:
    """Serve until standard input ends; with --factor, measure and end."""
    onnxruntime.set_default_logger_severity(4)
    np.seterr(all="ignore")
    model = Path(sys.argv[1])
    try:
        worker = KokoroWorker(model)
    except (OSError, ValueError) as error:
        raise SystemExit(f"{model}: {error}") from error
    if "--factor" in sys.argv:
        voice = read_voice(next((model.parent / "voices").glob("*.bin")))
        print(json.dumps({"factor": worker.measure(voice)}))
        return
    Scheduler(worker.work).serve(
        {"version": f"{onnxruntime.__version__}-{version('espeakng-loader')}"}
    )


if __name__ == "__main__":
    main()
