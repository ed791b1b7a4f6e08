"""Which passages answer a question, whether any does, and whether one does so for sure.

A passage covers a share of the question: each word weighs as much as it is rare in the pages, a
word that no page has the most; it counts fully where the passage's heading has it, less where its
page's title or its own text does. BM25 (Robertson and Zaragoza, 2009; the rank-bm25 package), which
has no scale, orders what covers the same. Pages are read once, at start.

Sure is a passage that covers much, and clearly more than any other page does; its own sentences are
then the answer (`agent/llm.py`). The weights were chosen on the tuning half of `waxtaan bench
knowledge`.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rank_bm25 import BM25Plus

from agent.events import Passage
from pipelines.knowledge.answer import answering, quotable
from pipelines.knowledge.lexicon import Lexicon
from pipelines.knowledge.pages import Chunk, read_page

LEAST = 0.4  # of a question's weight that a passage covers, if an answer may rest on it
SURE = 0.5  # what a passage covers and a share of its lead, if it is the answer
_HEADING, _TITLE, _TEXT = 1.0, 0.8, 0.6  # what a word counts that stands there
_LEAD = 0.3  # of how much more it covers than any other page
_APART = 0.04  # two passages that are closer than this have to be joined: neither is the answer
# What is no question is never surer than this: less than a sample that it is like
# (`agent/understanding.py`), for "my line is dead" wants more than a page.
_STATED = 0.69


@dataclass(frozen=True, slots=True)
class Found:
    """A passage and how much of the question it covers, 0..1. `rank` is BM25's, without a scale."""

    chunk: Chunk
    share: float
    rank: float


class Knowledge:
    """The pages of all languages.

    Args:
        chunks: passages, by language.
        lexicons: how questions and pages are compared, by language.
        fallbacks: language -> the one whose pages may answer where its own do not.
        least: the share of a question that a passage covers if an answer may rest on it.
        sure: what `Found.share` and a part of its lead come to if a passage is the answer.
    """

    def __init__(
        self,
        chunks: Mapping[str, list[Chunk]],
        lexicons: Mapping[str, Lexicon],
        *,
        fallbacks: Mapping[str, str] | None = None,
        least: float = LEAST,
        sure: float = SURE,
    ) -> None:
        self._indexes = {
            code: _Index(found, lexicons.get(code, Lexicon()))
            for code, found in chunks.items()
            if found
        }
        self._fallbacks = fallbacks or {}
        self._least, self._sure = least, sure

    @classmethod
    def read(
        cls,
        folder: Path,
        prompts: Path,
        *,
        fallbacks: Mapping[str, str] | None = None,
        least: float = LEAST,
        sure: float = SURE,
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
        return cls(chunks, lexicons, fallbacks=fallbacks, least=least, sure=sure)

    @property
    def sizes(self) -> dict[str, int]:
        """How many passages there are in which language."""
        return {code: len(index.chunks) for code, index in self._indexes.items()}

    def chunks(self, language: str) -> list[Chunk]:
        """All passages of a language."""
        return self._indexes[language].chunks if language in self._indexes else []

    def ask(self, text: str, language: str, k: int = 3) -> tuple[Passage, ...]:
        """The passages that an answer may rest on, the best first; none if it is not in there.

        Where the language has no answer, pages of its fallback may: `Passage.language` tells. The
        first has its `Passage.answer` where it is sure.
        """
        code: str | None = language
        tried = set[str]()
        while code is not None and code not in tried:
            tried.add(code)
            found = self.search(text, code, len(self.chunks(code)))
            if found and found[0].share >= self._least:
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

    def _passages(self, text: str, code: str, found: list[Found], k: int) -> tuple[Passage, ...]:
        lexicon = self._indexes[code].lexicon
        best = found[0]
        others = (f.share for f in found if f.chunk.page != best.chunk.page)
        strength = min(1.0, best.share + _LEAD * (best.share - max(others, default=0.0)))
        asks = lexicon.is_question(text)
        if not asks:
            strength = min(strength, _STATED)
        enough = asks or len(set(lexicon.terms(text))) > 1  # a word alone asks nothing
        apart = not found[1:] or best.share - found[1].share >= _APART
        sure = strength >= self._sure and enough and apart and not lexicon.personal(text)
        answer = answering(text, best.chunk, lexicon) if sure else ()
        first = self._passage(best.chunk, strength, code, answer)
        rest = (f for f in found[1:k] if f.share >= self._least)
        return (first, *(self._passage(f.chunk, f.share, code) for f in rest))

    def _passage(
        self, chunk: Chunk, score: float, code: str, answer: tuple[str, ...] = ()
    ) -> Passage:
        sentences = quotable(chunk, self._indexes[code].lexicon)
        return Passage(chunk.source, chunk.text, round(score, 3), code, answer, sentences)

    def search(self, text: str, language: str, k: int = 3) -> list[Found]:
        """The best passages of a language, whether they answer or not."""
        index = self._indexes.get(language)
        return index.search(text)[:k] if index else []


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

    def search(self, text: str) -> list[Found]:
        asked = self.lexicon.terms(text)
        if not asked:
            return []
        ranks = [float(rank) for rank in self._ranks.get_scores(asked)]
        found = [
            Found(chunk, self._share(asked, place), ranks[place])
            for place, chunk in enumerate(self.chunks)
        ]
        return sorted(found, key=lambda f: (-round(f.share, 2), -f.rank))

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
