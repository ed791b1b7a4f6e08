"""How probable it is that what was heard is what was said.

Whisper's own mean probability says little of a short turn: "Bye" for "five" is as probable as
"Three" for "three". A logistic regression over what is known of a turn says more. It was fitted on
595 turns that people had recorded, of which the decoder was 74 % right (English, French, Spanish,
Italian, Russian and some of five other languages, wide and telephone band, with Wolof, music,
babble and a dog among them), heard by Whisper base; right is what differs from what was said in a
third of its letters at most. `waxtaan bench asr-people` shows how it holds on others. On
tiny.en it says too little in its middle, and tells right from wrong less well (bench/README.md).
"""

import math

from pipelines.engines.asr.whisper.guards import Decoded

_CONSTANT = 5.47
_MEAN = 4.23  # of the mean log probability of a token
_WORST = 0.317  # of the worst word's log probability
_NO_SPEECH = -0.149  # of its log probability
_RATE = -0.625  # of words a second
_LENGTH = -0.424  # of the logarithm of the seconds that were loud
_LANGUAGE = 0.202  # of the log probability that it is in the language listened for

# Of a number: the logarithm of what its readings share. Of 90 strings of nine digits, joined from
# people's own, all 59 with a share of 0.1 or more were right, and 19 of 28 with less.
_NUMBER_CONSTANT = 6.7
_NUMBER_SHARE = 2.0

_LEAST = 1e-3  # a probability below is as bad


def confidence(decoded: Decoded, token: str, spoken: float, loud: float) -> float:
    """0..1. `token` is the language listened for; `spoken` s from first to last, `loud` s of it."""
    if decoded.share is not None:
        return _logistic(_NUMBER_CONSTANT + _NUMBER_SHARE * _log(decoded.share))
    words = [sure for _, _, _, sure in decoded.words] or [math.exp(min(0.0, decoded.logprob))]
    heard = dict(decoded.languages).get(token, 0.01) if decoded.languages else 0.5
    return _logistic(
        _CONSTANT
        + _MEAN * decoded.logprob
        + _WORST * _log(min(words))
        + _NO_SPEECH * _log(decoded.no_speech)
        + _RATE * len(decoded.text.split()) / max(0.2, spoken)
        + _LENGTH * math.log(max(0.1, loud))
        + _LANGUAGE * math.log(max(0.01, heard))
    )


def _log(probability: float) -> float:
    return math.log(max(_LEAST, probability))


def _logistic(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))
