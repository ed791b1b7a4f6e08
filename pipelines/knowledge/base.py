"""Which passages answer a question, whether any does, and whether one does so for sure.

A passage covers a share of the question: each word weighs as much as it is rare in the pages, a
word that no page has the most; it counts fully where the passage's heading has it, less where its
page's title or its own text does. BM25 (Robertson and Zaragoza, 2009; the rank-bm25 package), which
has no scale, orders what covers the same. Pages are read once, at start.

Sure is a passage that covers much, and clearly more than any other page does; its own sentences are
then the answer (`agent/llm.py`). The weights were chosen on the tuning half of `waxtaan bench
knowledge`.

Where there are vectors of the pages and of the question, how alike they are meant counts as well
(`hybrid.py`): passages are ordered by both, and sure is a passage that probably answers.
"""

import math
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from rank_bm25 import BM25Plus

from agent.events import Passage
from pipelines.engines.embeddings.engine import Floats
from pipelines.knowledge import hybrid
from pipelines.knowledge.answer import answering, quotable
from pipelines.knowledge.lexicon import Lexicon
from pipelines.knowledge.pages import Chunk, read_page
from pipelines.knowledge.vectors import PageVectors

LEAST = 0.4  # of a question's weight that a passage covers, if an answer may rest on it
SURE = 0.5  # what a passage covers and a share of its lead, if it is the answer
# How probably a passage answers, for either, where vectors tell.
LEAST_PROBABLE, SURE_PROBABLE = 0.3, 0.5
_HEADING, _TITLE, _TEXT = 1.0, 0.8, 0.6  # what a word counts that stands there
_LEAD = 0.3  # of how much more it covers than any other page
_APART = 0.04  # two passages that are closer than this have to be joined: neither is the answer
# What is no question is never surer than this: less than a sample that it is like
# (`agent/ladder/understanding.py`), for "my line is dead" wants more than a page.
_STATED = 0.69


@dataclass(frozen=True, slots=True)
class Found:
    """A passage and how much of the question it covers, 0..1. `rank` is BM25's, without a scale.

    `probability` is that it answers the question; None where no vectors tell.
    """

    chunk: Chunk
    share: float
    rank: float
    probability: float | None = None


class Knowledge:
    """The pages of all languages.

    Args:
        chunks: passages, by language.
        lexicons: how questions and pages are compared, by language.
        fallbacks: language -> the one whose pages may answer where its own do not.
        least: the share of a question that a passage covers if an answer may rest on it.
        sure: what `Found.share` and a part of its lead come to if a passage is the answer.
        probable: the same two of `Found.probability`.
    """

    embed: Callable[[str], Awaitable[Floats | None]] | None = None  # a question, None: not in time

    def __init__(
        self,
        chunks: Mapping[str, list[Chunk]],
        lexicons: Mapping[str, Lexicon],
        *,
        fallbacks: Mapping[str, str] | None = None,
        least: float = LEAST,
        sure: float = SURE,
        probable: tuple[float, float] = (LEAST_PROBABLE, SURE_PROBABLE),
    ) -> None:
        self._indexes = {
            code: _Index(found, lexicons.get(code, Lexicon()))
            for code, found in chunks.items()
            if found
        }
        self._fallbacks = fallbacks or {}
        self._least, self._sure = least, sure
        self._least_probable, self._sure_probable = probable

    @classmethod
    def read(
        cls,
        folder: Path,
        prompts: Path,
        *,
        fallbacks: Mapping[str, str] | None = None,
        least: float = LEAST,
        sure: float = SURE,
        probable: tuple[float, float] = (LEAST_PROBABLE, SURE_PROBABLE),
        own: bool = True,
    ) -> "Knowledge":
        """The pages under `folder/<language>/`; the example pages where there is no such folder.

        The example pages only, if not `own`.

        Raises:
            KnowledgeError: a page or a `search.toml` cannot be used.
        """
        if own and folder.is_dir():
            folders = {pages.name: pages for pages in sorted(folder.glob("*/"))}
        else:
            folders = {pages.parent.name: pages for pages in sorted(prompts.glob("*/knowledge/"))}
        chunks = {
            code: [
                chunk
                for path in sorted(pages.rglob("*.md"))
                for chunk in read_page(path, f"{code}/{path.relative_to(pages).as_posix()}")
            ]
            for code, pages in folders.items()
        }
        lexicons = {code: Lexicon.read(prompts / code / "search.toml", code) for code in chunks}
        return cls(chunks, lexicons, fallbacks=fallbacks, least=least, sure=sure, probable=probable)

    @property
    def sizes(self) -> dict[str, int]:
        """How many passages there are in which language."""
        return {code: len(index.chunks) for code, index in self._indexes.items()}

    def chunks(self, language: str) -> list[Chunk]:
        """All passages of a language."""
        return self._indexes[language].chunks if language in self._indexes else []

    def lexicon(self, language: str) -> Lexicon:
        """How a language's questions and pages are compared."""
        return self._indexes[language].lexicon if language in self._indexes else Lexicon()

    def learn(self, language: str, vectors: PageVectors) -> None:
        """From now on, likeness counts in a language's pages."""
        self._indexes[language].vectors = vectors

    async def vector(self, text: str) -> Floats | None:
        """For `ask`. None where none can be had, or in time: words alone decide then."""
        if self.embed is None or not any(index.likens for index in self._indexes.values()):
            return None
        return await self.embed(text)

    def ask(
        self, text: str, language: str, k: int = 3, vector: Floats | None = None
    ) -> tuple[Passage, ...]:
        """The passages that an answer may rest on, the best first; none if it is not in there.

        Where the language has no answer, pages of its fallback may: `Passage.language` tells. The
        first has its `Passage.answer` where it is sure. `vector` is the question's.
        """
        code: str | None = language
        tried = set[str]()
        while code is not None and code not in tried:
            tried.add(code)
            found = self.search(text, code, len(self.chunks(code)), vector)
            if found and self.may_answer(found[0]):
                return self._passages(text, code, found, k)
            code = self._fallbacks.get(code)
        return ()

    def section(self, source: str) -> tuple[Passage, ...]:
        """The passage of that name; none where there is none."""
        code = source.partition("/")[0]
        named = (chunk for chunk in self.chunks(code) if chunk.source == source)
        return tuple(self._passage(chunk, 1.0, code) for chunk in named)

    def headings(self, text: str, language: str, k: int) -> dict[str, str]:
        """The sections that a question may be about: heading -> what it is called in sources."""
        found = self.search(text, language, k)
        return {f.chunk.text.partition("\n")[0]: f.chunk.source for f in found if f.share > 0}

    def may_answer(self, found: Found) -> bool:
        """Whether an answer may rest on it."""
        likely = found.probability is not None and found.probability >= self._least_probable
        return likely or found.share >= self._least

    def _passages(self, text: str, code: str, found: list[Found], k: int) -> tuple[Passage, ...]:
        lexicon = self._indexes[code].lexicon
        best = found[0].chunk
        asks = lexicon.is_question(text)
        strength, clear = self._strength(found, 1.0 if asks else _STATED)
        enough = asks or len(set(lexicon.terms(text))) > 1  # a word alone asks nothing
        answer: tuple[str, ...] = ()
        if clear and enough and not lexicon.personal(text):
            answer = answering(text, best, lexicon)
        rest = (f for f in found[1:k] if self.may_answer(f))
        return (
            self._passage(best, strength, code, answer),
            *(self._passage(f.chunk, _score(f), code) for f in rest),
        )

    def _passage(
        self, chunk: Chunk, score: float, code: str, answer: tuple[str, ...] = ()
    ) -> Passage:
        quoted = quotable(chunk, self._indexes[code].lexicon)
        return Passage(chunk.source, chunk.text, round(score, 3), code, answer, quoted)

    def _strength(self, found: list[Found], most: float) -> tuple[float, bool]:
        """How sure the best passage is, `most` at most, and whether that is enough."""
        best = found[0]
        if best.probability is not None:
            strength = min(most, best.probability)
            return strength, strength >= self._sure_probable
        others = (f.share for f in found if f.chunk.page != best.chunk.page)
        strength = min(most, best.share + _LEAD * (best.share - max(others, default=0.0)))
        apart = not found[1:] or best.share - found[1].share >= _APART
        return strength, strength >= self._sure and apart

    def search(
        self, text: str, language: str, k: int = 3, vector: Floats | None = None
    ) -> list[Found]:
        """The best passages of a language, whether they answer or not."""
        index = self._indexes.get(language)
        return index.search(text, vector)[:k] if index else []


class _Index:
    """The passages of one language."""

    def __init__(self, chunks: list[Chunk], lexicon: Lexicon) -> None:
        self.chunks = chunks
        self.lexicon = lexicon
        documents = [lexicon.terms(f"{p.heading} {p.heading} {p.text}") for p in chunks]
        self._weights = [_weights(chunk, lexicon) for chunk in chunks]
        self._ranks = BM25Plus(documents)
        n = len(chunks)
        spread = Counter(term for terms in self._weights for term in terms)
        self._rarity = {term: math.log((n + 1) / pages) for term, pages in spread.items()}
        self._unknown = math.log(n + 1)
        self.vectors: PageVectors | None = None
        self._pages = [chunk.page for chunk in chunks]

    @property
    def likens(self) -> bool:
        """Whether there are vectors, and pages enough for likeness to tell something."""
        return self.vectors is not None and len(set(self._pages)) >= hybrid.FEWEST

    def search(self, text: str, vector: Floats | None) -> list[Found]:
        asked = self.lexicon.terms(text)
        if not asked:
            return []
        ranks = [float(rank) for rank in self._ranks.get_scores(asked)]
        found = [
            Found(chunk, self._share(asked, place), ranks[place])
            for place, chunk in enumerate(self.chunks)
        ]
        if self.vectors is not None and vector is not None and self.likens:
            return self._by_both(text, found, self.vectors.likeness(vector))
        return sorted(found, key=lambda f: (-round(f.share, 2), -f.rank))

    def _by_both(self, text: str, found: list[Found], likeness: list[float]) -> list[Found]:
        asks = self.lexicon.is_question(text)
        told = hybrid.evidence([f.share for f in found], likeness, self._pages, asks)
        judged = [
            replace(f, probability=hybrid.probability(e)) for f, e in zip(found, told, strict=True)
        ]
        places = [hybrid.order(e.share, e.like) for e in told]
        return [judged[place] for place in sorted(range(len(judged)), key=lambda n: -places[n])]

    def _share(self, asked: list[str], place: int) -> float:
        there = self._weights[place]
        whole = sum(self._rarity.get(term, self._unknown) for term in asked)
        covered = sum(self._rarity[term] * there[term] for term in asked if term in there)
        return covered / whole


def _weights(chunk: Chunk, lexicon: Lexicon) -> dict[str, float]:
    """What each word of a passage counts."""
    found = dict.fromkeys(lexicon.terms(chunk.body), _TEXT)
    found |= dict.fromkeys(lexicon.terms(chunk.title), _TITLE)
    return found | dict.fromkeys(lexicon.terms(chunk.heading), _HEADING)


def _score(found: Found) -> float:
    return found.share if found.probability is None else found.probability
