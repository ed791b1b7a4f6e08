"""How much of Whisper's 30 s window a turn needs, and how many tokens it may say.

Stock Whisper always encodes 30 s; most of a turn's cost is silence then. CTranslate2 encodes any
length, so a turn gets what it needs and a margin. Whisper was trained on 30 s: where too little
follows the speech the decoder may repeat itself (whisper.cpp #1951). futo's whisper-acft #5 found
the error rate restored by 64 positions of margin, whisper.cpp #1855 adds 128. What still goes wrong
is noticed by guards.py and heard again in the full window, unless settings say otherwise.
"""

import math
from typing import Literal, TypeAlias

Windows: TypeAlias = Literal["fitted", "fitted_then_full", "full"]

FULL = 1500  # encoder positions: 30 s
RATE = 50  # positions a second
MARGIN = 96  # positions, at least; up to 159 after rounding
ROUND = 64  # windows of few lengths let calls be decoded together
TOKENS_A_SECOND = 12  # English needs 4; languages that its tokenizer cuts small need twice that
TOKENS_ALWAYS = 8


def fitted(seconds: float) -> int:
    """The window, in encoder positions, for so much audio."""
    wanted = math.ceil(seconds * RATE) + MARGIN
    return min(FULL, math.ceil(wanted / ROUND) * ROUND)


def most_tokens(seconds: float, limit: int) -> int:
    """What can be said in the time: a decoder that goes on beyond it repeats itself."""
    return min(limit, TOKENS_ALWAYS + math.ceil(seconds * TOKENS_A_SECOND))
