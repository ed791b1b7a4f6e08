"""A text for a model that reads a sentence at a time: checked, without what harms, in pieces.

What stands in a text may have been a caller's, or a stranger's: control characters, halves of
characters, and signs that an engine takes for commands go. The text is never part of a message.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.engines.tts.engine import RATES, EngineError, Voice

LONGEST = 2000  # characters; two minutes of speech, which nobody can take in
LONGEST_PIECE = 200  # characters; 12 s of speech. XTTS takes no more of most languages
LEAST_HEAD = 15  # characters; a shorter head would be spoken before the rest is rendered

_SENTENCE = re.compile(r"(?<=[.!?…。！？؟।])\s+")
_CLAUSE = re.compile(r"(?<=[,;:،、])\s+")


class RefusalError(EngineError):
    """The worker is well and says no: asking again is of no use."""


@dataclass(frozen=True, slots=True)
class TextSegment:
    """A part of a text that is rendered at once; `begins` where a sentence begins with it."""

    text: str
    begins: bool


def segments(text: str, whole: bool = True) -> Iterator[TextSegment]:
    """The sentences of a text, long ones in parts, without what commands or harms an engine.

    Where a segment sounds only once it is rendered `whole`ly, ask for less: then the first sentence
    is cut at its first comma, so that its beginning is there the sooner.
    """
    text = "".join(" " if _harms(letter) else letter for letter in text)
    text = text.replace("[[", "[ [")  # Piper's sign that phonemes follow
    for number, sentence in enumerate(_SENTENCE.split(text.strip())):
        begins = True
        for part in _parts(sentence, early=not whole and number == 0):
            if any(unicodedata.category(letter)[0] in "LN" for letter in part):
                yield TextSegment(part, begins)
                begins = False


def _harms(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cs")  # control characters, half characters


def _parts(sentence: str, early: bool) -> Iterator[str]:
    """At commas, else at spaces, else anywhere."""
    ends = [match.end() for match in _CLAUSE.finditer(sentence)]
    head = next((end for end in ends if end > LEAST_HEAD), 0)
    if early and 0 < head < len(sentence) - LEAST_HEAD:
        yield sentence[:head].strip()
        sentence = sentence[head:]
    while len(sentence) > LONGEST_PIECE:
        fitting = sentence[: LONGEST_PIECE + 1]
        ends = [match.end() for match in _CLAUSE.finditer(fitting)]
        at = ends[-1] if ends and ends[-1] > LONGEST_PIECE // 4 else fitting.rfind(" ") + 1
        at = min(at, LONGEST_PIECE) or LONGEST_PIECE
        yield sentence[:at].strip()
        sentence = sentence[at:]
    yield sentence.strip()


def check(engine: str, text: str, voice: Voice) -> None:
    """Refuse what has no sensible rendering. The text itself is never part of a message."""
    if not text.strip():
        raise RefusalError(f"{engine} was given an empty text to speak: leave the sentence out")
    if len(text) > LONGEST:
        raise RefusalError(
            f"{engine} was given {len(text)} characters at once; the most is {LONGEST}: "
            "speak it sentence by sentence"
        )
    if not RATES[0] <= voice.rate <= RATES[1]:
        raise RefusalError(
            f"{engine} cannot speak voice {voice.name!r} at rate {voice.rate}: "
            "the rate is 80..450 words per minute"
        )
