"""Which of several hearings of a turn is taken, where the open question is known.

The decoder's most probable text is "Kevin"; its third is "seven", and a number was asked for. What
is nearly as probable and answers the question is what was said. A number is taken from readings
that could only say numbers, since they lose other digits than the free one, and only where the
free one heard a number too: a caller who says that he has none is not given one.
"""

import math
from collections import defaultdict
from dataclasses import replace

from pipelines.engines.asr.engine import Expected
from pipelines.engines.asr.whisper.guards import Decoded
from pipelines.engines.asr.whisper.local_agreement import bare

NEARLY = 2.0  # nats by which an answer may be less probable than what was heard first
READINGS = 2  # of a number: in words, in figures
HEARD = 0.5  # share of a number's digits that the free reading has to hold


def answer(decoded: Decoded, expected: Expected) -> Decoded:
    """What is taken of a decoding; itself where nothing in it answers the question."""
    decoded = _once(decoded, expected)
    return _number(decoded, expected) or _alternative(decoded, expected) or decoded


def _once(decoded: Decoded, expected: Expected) -> Decoded:
    """ "Skip on TV. Skip on TV." was said once where that is among the hypotheses, too."""
    words = [bare(word) for word in decoded.text.split()]
    if expected.digits(decoded.text):  # "seven seven" was
        return decoded
    for text, logprob in decoded.alternatives[1:]:
        once = [bare(word) for word in text.split()]
        times = len(words) // max(1, len(once))
        if times > 1 and words == once * times:
            kept = decoded.words[: len(once)]
            each = logprob / max(1, len(once) + 1)
            return replace(decoded, text=text, words=kept, logprob=max(decoded.logprob, each))
    return decoded


def _number(decoded: Decoded, expected: Expected) -> Decoded | None:
    """The number that the readings agree on most; its probability is what they share."""
    shares: defaultdict[str, float] = defaultdict(float)
    for text, logprob in decoded.numbers:
        digits = expected.digits(text)
        if expected.answers(digits):
            shares[digits] += math.exp(min(0.0, logprob)) / READINGS
    if not shares:
        return None
    number = max(shares, key=lambda digits: shares[digits])
    if len(expected.digits(decoded.text)) < HEARD * len(number):
        return None
    return replace(decoded, text=number, words=(), share=min(1.0, shares[number]))


def _alternative(decoded: Decoded, expected: Expected) -> Decoded | None:
    """A text that answers the question and is nearly as probable as the first."""
    if not decoded.alternatives or expected.answers(decoded.text):
        return None
    first = decoded.alternatives[0][1]
    for text, logprob in decoded.alternatives[1:]:
        if logprob >= first - NEARLY and expected.answers(text):
            worse = (logprob - first) / max(1, len(text.split()))
            return replace(decoded, text=text, words=(), logprob=decoded.logprob + worse)
    return None
