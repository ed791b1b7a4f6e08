"""When what Whisper says is not believed.

Whisper writes fluent sentences about noise and repeats itself where it lost the thread. Thresholds
named after OpenAI's are theirs (whisper/transcribe.py); the others are ours. Reasons:

    silence      it doubts that anyone spoke, and is unsure of the words too; or writes no words
    compression  the text packs as well as text that repeats itself
    repetition   the same words again and again, or twice where there was time for once
    speed        more words than anyone can say in the time
    doubt        improbable words: heard again, and left out if they stay improbable (turn.py)
"""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.engines.asr.whisper.local_agreement import bare

MENDABLE = frozenset({"compression", "repetition", "speed", "doubt"})  # by a longer window


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one decoding gave. `logprob` is the mean of its tokens, words as in RecognisedWord."""

    text: str
    logprob: float
    no_speech: float
    words: tuple[tuple[str, float, float, float], ...] = ()
    languages: tuple[tuple[str, float], ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()  # (text, log probability of all of it)
    numbers: tuple[tuple[str, float], ...] = ()  # the same, if it was a number
    share: float | None = None  # of its readings' probability that a number has; None: it is none


@dataclass(frozen=True, slots=True)
class Guards:
    """The thresholds."""

    no_speech: float = 0.6  # OpenAI's
    logprob: float = -1.0  # OpenAI's
    compression: float = 2.4  # OpenAI's; short texts never reach it
    repeats: int = 4  # of the same 1 to 4 words in a row, ...
    repeated_words: int = 6  # ... if they are so many words: four zeros are a number
    words_a_second: float = 8.0  # the quickest speakers say six
    repeated_a_second: float = 5.0  # words; of what is said twice in a row
    believed: float = 0.3  # confidence; of 67 turns below, 5 were right (confidence.py)
    guessed_token: float = 0.5  # of a guess; above a half, decoding anew would say the same

    def reason(self, decoded: Decoded, seconds: float) -> str:
        """Why it is not believed, "" if it is. It was said within `seconds`."""
        if decoded.text and not any(letter.isalnum() for letter in decoded.text):
            return "silence"  # "...", or a note for music
        if decoded.no_speech > self.no_speech and decoded.logprob < self.logprob:
            return "silence"
        if compression(decoded.text) > self.compression:
            return "compression"
        words = decoded.text.split()
        plain = [bare(word) for word in words]
        if self._repeats(plain) or self._said_twice(plain, seconds):
            return "repetition"
        if len(words) > 2 + self.words_a_second * seconds:
            return "speed"
        return "doubt" if decoded.logprob < self.logprob else ""

    def _said_twice(self, plain: Sequence[str], seconds: float) -> bool:
        """Whether all of it is one to four words, again and again, too quickly."""
        if len(plain) <= 1 + self.repeated_a_second * seconds:
            return False
        return any(
            list(plain) == list(plain[:size]) * (len(plain) // size)
            for size in range(1, 1 + min(4, len(plain) // 2))
        )

    def _repeats(self, plain: Sequence[str]) -> bool:
        for size in range(1, 5):
            needed = max(self.repeats, math.ceil(self.repeated_words / size)) * size
            for start in range(len(plain) - needed + 1):
                run = list(plain[start : start + needed])
                if run == run[:size] * (needed // size):
                    return True
        return False


def compression(text: str) -> float:
    """How many times smaller the text packs (OpenAI's measure)."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw))
