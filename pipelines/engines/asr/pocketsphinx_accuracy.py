"""How well pocketsphinx serves each language, measured, and how sure a result of its is."""

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path

MOST_CONFIDENT = 0.7  # of an engine whose results have to be confirmed
OTHERS = "bg bs ca cs da de el es et ff fi ga hr hu is it lb lt lv mk mt nb nl pl pt ro sk sl sq"
OTHERS += " sr sv tr uk wo"
LEAST_CONFIDENT = 0.3  # below, nothing was said that is on the list

# Log odds of being correct = first + second * fit + third * worst (Turn.finish in the worker tells
# them), by logistic regression on the clips of bench/asr_accuracy.py, wide and telephone, heard
# with the whole list and with either half of it: 564 results in English (area under the curve
# 0.90), 274 in French (0.76; the worst word says nothing there). A third of what was said was off
# the list, and of that 27 % and 40 % were taken for a phrase of it; 2 % and 16 % of what had been
# heard correctly were rejected.
ODDS = {"en": (7.0, 2.7, 1.3)}
FOREIGN_ODDS = (5.0, 2.6, 0.0)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a language: recordings of people, how many of them were heard right, whose they are."""

    clips: int
    right: int
    source: str


_TABLE = Path(__file__).with_name("pocketsphinx_figures.toml").read_text(encoding="utf-8")
FIGURES = {code: Figures(**row) for code, row in tomllib.loads(_TABLE).items()}  # by language


def _note(code: str) -> str:
    if (known := FIGURES.get(code)) is None:
        return (
            "unvalidated: nobody's speech was measured; ten choices a question, each with its key"
        )
    return (
        f"single words of a closed list: {known.right} of {known.clips} recordings of people right "
        "over the telephone; always confirm; no dictation, digits on the keypad"
    )


SERVED = {
    "en": "closed list of phrases: 95 % of 99 recordings of people right in wide band, 93 % over"
    " the telephone (lists of 31 and 68); always confirm; no dictation, digits on the keypad",
    "fr": "demonstration only: 58 % of 45 recordings of people right in wide band, 38 % over the"
    " telephone (list of 45), a tenth to a fifth wrong; keep lists short, always confirm",
    **{code: _note(code) for code in OTHERS.split()},
}


def confidence_of(language: str, fit: float, worst: float) -> float:
    """P(correct) of a result whose words fit the audio like that (log10 likelihoods a frame)."""
    first, second, third = ODDS.get(language, FOREIGN_ODDS)
    odds = first + second * fit + third * worst
    return min(MOST_CONFIDENT, 1 / (1 + math.exp(-odds)))
