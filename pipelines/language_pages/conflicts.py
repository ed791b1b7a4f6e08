"""Samples that two intents fight over: sentences that would be taken for another one, untaught.

Each sentence is judged by the samples that stand in the other folds (cross-validation, five of
them), by the nearest sample. It is the weakest of the judges and the one that needs no training; a
sentence that it takes for another intent is worth a look, and may still be right.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from agent.languages.classifier import Classifier
from agent.languages.language import Intent, words

_FOLDS = 5
_NEAR = 0.35  # below, no sample is near, and nothing is taken for anything


@dataclass(frozen=True, slots=True)
class Conflict:
    """A sentence of `intent` that is nearest to `sample` of `taken_for`; `score` 0 to 1."""

    sentence: str
    intent: str
    taken_for: str
    sample: str
    score: float


def conflicts(intents: Mapping[str, Intent]) -> list[Conflict]:
    """All, the nearest first. Answers are left out: nobody says them unasked."""
    wishes = [intent for intent in intents.values() if intent.kind != "answer"]
    samples = [(words(s), intent.name, s) for intent in wishes for s in intent.say]
    both: dict[str, set[str]] = {}
    for sentence, intent, _ in samples:
        both.setdefault(sentence, set()).add(intent)
    found = []
    for fold in range(_FOLDS):
        taught = [s[:2] for number, s in enumerate(samples) if number % _FOLDS != fold]
        judge = Classifier(taught)
        for sentence, intent, written in samples[fold::_FOLDS]:
            if others := both[sentence] - {intent}:
                found.append(Conflict(written, intent, min(others), written, 1.0))
                continue
            guess = judge.guess(sentence)
            if guess.intent != intent and guess.score >= _NEAR:
                score = round(guess.score, 2)
                found.append(Conflict(written, intent, guess.intent, guess.sample, score))
    return sorted(found, key=lambda each: (-each.score, each.intent, each.sentence))
