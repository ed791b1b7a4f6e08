"""Short turns cut from texts, as a telephone gives them: a few words, badly spelt."""

import random
from collections.abc import Callable, Sequence

from pipelines.engines.language_id.letters import bare, respelt
from pipelines.engines.language_id.training.corpora import Sentence, Text

# How many words a caller says at a time; long turns are easy and teach little.
_LENGTHS = (1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 10, 14)
# How much of a language's windows each source gives; speech counts most where there is any.
_SHARES = {"kallaama": 1.0, "ntrex": 0.5, "pulaar": 0.5, "mozilla": 0.3, "questions": 0.3}
_FRENCH_RADIO = 0.15  # of it there are but few minutes
_SCATTERED = 0.12  # windows of words from anywhere: short answers have no syntax
_SCATTERED_MOST = 6  # words
_RESPELT = ("wo", "ff")  # what recognisers were not taught to spell
_FOREIGN_MOST = 0.45  # a window with more words of another language is not of this one


def windows(texts: Sequence[Text], count: int, chance: random.Random) -> list[tuple[str, ...]]:
    """`count` turns of the one language that all `texts` are in, with the noise of recognisers."""
    language = texts[0].language
    shares = [_share(text) for text in texts]
    found: list[tuple[str, ...]] = []
    while len(found) < count:
        length = chance.choice(_LENGTHS)
        if chance.random() < _SCATTERED:
            most = min(length, _SCATTERED_MOST)
            cuts = [cut(_one(texts, shares, chance), 1, chance) for _ in range(most)]
            said = tuple(c.words[0] for c in cuts if c.mixed <= _FOREIGN_MOST)
        else:
            whole = cut(_one(texts, shares, chance), length, chance)
            said = whole.words if whole.mixed <= _FOREIGN_MOST else ()
        if said:
            found.append(_misspelt(said, language, chance))
    return found


def cut(sentence: Sentence, length: int, chance: random.Random) -> Sentence:
    """`length` words in a row from anywhere in a sentence; all of it if it is shorter."""
    return sentence.cut(chance.randrange(max(1, len(sentence.words) - length + 1)), length)


def _one(texts: Sequence[Text], shares: Sequence[float], chance: random.Random) -> Sentence:
    return chance.choice(chance.choices(texts, shares)[0].sentences)


def _share(text: Text) -> float:
    if (text.language, text.source) == ("fr", "kallaama"):
        return _FRENCH_RADIO
    return _SHARES[text.source]


def _misspelt(said: tuple[str, ...], language: str, chance: random.Random) -> tuple[str, ...]:
    draw = chance.random()
    spell: Callable[[str], str] | None = None
    if draw < 0.25 and language in _RESPELT:
        spell = respelt
    elif draw > 0.85:
        spell = bare
    return tuple(spell(word) for word in said) if spell else said
