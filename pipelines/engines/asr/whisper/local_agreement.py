"""Which words of a growing turn will stay: those that two successive hypotheses agree on.

LocalAgreement-2 of whisper_streaming (Machacek, Dabre, Bojar: Turning Whisper into Real-Time
Transcription System, 2023; the policy is from Liu, Spanakis, Niehues: Low-Latency Sequence-to-
Sequence Speech Recognition and Translation by Partial Hypothesis Selection, 2020). Theirs compares
words by their times; turns are short, so ours compares them by their place.
"""

from collections.abc import Sequence


class LocalAgreement:
    """The stable beginning of a turn, as its owner may show it: it grows and never changes."""

    def __init__(self) -> None:
        self.stable: tuple[str, ...] = ()
        self._last: Sequence[str] = ()

    def take(self, words: Sequence[str]) -> str:
        """The next hypothesis of the whole turn; what to show: stable words, then its others."""
        agreed = 0
        for one, other in zip(words, self._last, strict=False):
            if bare(one) != bare(other):
                break
            agreed += 1
        if agreed > len(self.stable):
            self.stable = (*self.stable, *words[len(self.stable) : agreed])
        self._last = tuple(words)
        return " ".join((*self.stable, *words[len(self.stable) :]))


def bare(word: str) -> str:
    """A word without what two hearings of it may differ in: case and punctuation at its ends."""
    return word.casefold().strip(".,;:!?¿¡…\"'«»“”()- ") or word
