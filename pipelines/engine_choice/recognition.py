"""In which languages people were heard by the embedded recogniser, and how well.

A language is "measured" where at least `CLIPS` recordings of people were heard over the telephone,
each against a closed list of ten to some twenty phrases, and more than `SHARE` of them rightly. All
others are "unvalidated", those that were measured and heard worse among them: there the recogniser
listens for few choices (few_choices.py) and each question says its keys.
"""

from collections.abc import Iterable
from typing import Literal

from pipelines.engines.asr.engine import Recogniser
from pipelines.engines.asr.pocketsphinx_accuracy import FIGURES

CLIPS = 20
SHARE = 0.5


def recognition(code: str) -> Literal["measured", "unvalidated"]:
    """Whether the embedded recogniser is known to hear callers of a language."""
    known = FIGURES.get(code)
    enough = known is not None and known.clips >= CLIPS and known.right > SHARE * known.clips
    return "measured" if enough else "unvalidated"


def in_words(code: str) -> str:
    """For a column: "measured, 38 of 40", "unvalidated, 5 of 11", "unvalidated"."""
    known = FIGURES.get(code)
    return recognition(code) + (f", {known.right} of {known.clips}" if known else "")


def unvalidated(recogniser: Recogniser, codes: Iterable[str]) -> tuple[str, ...]:
    """The languages of a call in which each question says its keys.

    Those in which the embedded recogniser was not measured, and those that nothing hears. One that
    takes dictation is not judged here.
    """
    return tuple(
        code
        for code in codes
        if recogniser.serves(code) is None
        or (not recogniser.dictates(code) and recognition(code) == "unvalidated")
    )
