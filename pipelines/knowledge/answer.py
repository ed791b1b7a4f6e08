"""The sentences of a passage: those that answer a question as they stand, and all."""

import re

from pipelines.knowledge.lexicon import Lexicon
from pipelines.knowledge.pages import Chunk

MOST = 3  # sentences: what a caller listens to

_SENTENCE = re.compile(r"\n+|(?<=[.!?…])\s+(?![a-zß-ÿ])")  # "from 2 p.m. to 6 p.m." is one
_EARLY = 4  # words: a pronoun among the first stands for what the sentence before speaks of


def sentences(chunk: Chunk) -> list[str]:
    """A passage's sentences, without its headings."""
    return [s.strip() for s in _SENTENCE.split(chunk.body) if s.strip()]


def answering(text: str, chunk: Chunk, lexicon: Lexicon) -> tuple[str, ...]:
    """The sentences of `chunk` to say to a caller who asked `text`, in the page's order.

    A sentence that alone has a word of the question is the answer ("a paper bill" where others
    speak of bills), after the one that its "it" speaks of. Otherwise the section as a whole
    answers, as far as a caller listens.
    """
    said = sentences(chunk)
    asked = set(lexicon.terms(text)) - set(lexicon.terms(f"{chunk.title} {chunk.heading}"))
    has = [asked & set(lexicon.terms(sentence)) for sentence in said]
    alone = {
        place
        for place, words in enumerate(has)
        if words - set().union(*(other for at, other in enumerate(has) if at != place))
    }
    alone |= {place - 1 for place in alone if place and lexicon.refers(said[place], _EARLY)}
    places = sorted(alone) or range(len(said))
    return tuple(said[place] for place in places)[:MOST]


def quotable(chunk: Chunk, lexicon: Lexicon) -> tuple[str, ...]:
    """The sentences of `chunk`, each to be understood alone.

    One that speaks of "it" has the one before it in front.
    """
    found: list[str] = []
    before = ""
    for sentence in sentences(chunk):
        refers = before and lexicon.refers(sentence, _EARLY)
        found.append(f"{before} {sentence}" if refers else sentence)
        before = found[-1]
    return tuple(found)
