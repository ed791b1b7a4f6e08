"""How much of Whisper's 30 s window a turn needs, and how many tokens it may say.

Stock Whisper always encodes 30 s; most of a turn's cost is silence then. CTranslate2 encodes any
length, so a turn gets what it needs and a margin, and no less than a checkpoint's shortest window:
Whisper was trained on 30 s, and in a window as short as "yes" it repeats itself (whisper.cpp #1951;
bench/README.md has figures, of base and of tiny.en). futo's whisper-acft trains that out of a
checkpoint. What still goes wrong is noticed by guards.py and heard again in the full window, unless
settings say otherwise.
"""

import math
from typing import Literal, TypeAlias

Windows: TypeAlias = Literal["fitted", "fitted_then_full", "full"]

FULL = 1500  # encoder positions: 30 s
RATE = 50  # positions a second
MARGIN = 96  # positions, at least; up to 159 after rounding
SHORTEST = 512  # positions, of a checkpoint that was not trained on shorter windows
ROUND = 64  # windows of few lengths let calls be decoded together
UTTERANCE = 4.0  # s; a typical one, to measure with
TOKENS_A_SECOND = 12  # English needs 4; languages that its tokenizer cuts small need twice that
TOKENS_ALWAYS = 8


def fitted(seconds: float, shortest: int = SHORTEST) -> int:
    """The window, in encoder positions, for so much audio; `shortest` is the checkpoint's."""
    wanted = math.ceil((math.ceil(seconds * RATE) + MARGIN) / ROUND) * ROUND
    return min(FULL, max(shortest, wanted))


def most_tokens(seconds: float, limit: int) -> int:
    """What can be said in the time: a decoder that goes on beyond it repeats itself."""
    return min(limit, TOKENS_ALWAYS + math.ceil(seconds * TOKENS_A_SECOND))
