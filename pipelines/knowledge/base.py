"""Which passages answer a question, and whether any does.

Candidates come from BM25 (Robertson and Zaragoza, 2009; the rank-bm25 package). It has no scale, so
whether a passage answers at all is decided otherwise: by the share of the question that the passage
covers, each word weighing as much as it is rare in the pages; a word that no page has weighs the
most. Pages are read once, at start.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rank_bm25 import BM25Plus

from agent.events import Passage
from pipelines.knowledge.lexicon import Lexicon
from pipelines.knowledge.pages import Chunk, read_page

CANDIDATES = 10  # the best by BM25, of which the shares are compared
LEAST = 0.5  # of a question's weight that a passage covers, if it is said to answer


@dataclass(frozen=True, slots=True)
class Found:
    """A passage and how much of the question it covers, 0..1. `rank` is BM25's, without a scale."""

    chunk: Chunk
    share: float
    rank: float


class Knowledge:
    """The pages of all languages."""

    def __init__(
        self,
        chunks: Mapping[str, list[Chunk]],
        lexicons: Mapping[str, Lexicon],
        *,
        fallbacks: Mapping[str, str] | None = None,
        least: float = LEAST,
    ) -> None:
        self._indexes = {
            code: _Index(found, lexicons.get(code, Lexicon()))
            for code, found in chunks.items()
            if found
        }
        self._fallbacks = fallbacks or {}
        self._least = least

    @classmethod
    def read(
        cls,
        folder: Path,
        prompts: Path,
        *,
        fallbacks: Mapping[str, str] | None = None,
        least: float = LEAST,
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
        lexicons = {code: Lexicon.read(prompts / code / "search.toml") for code in chunks}
        return cls(chunks, lexicons, fallbacks=fallbacks, least=least)

    @property
    def sizes(self) -> dict[str, int]:
        """How many passages there are in which language."""
        return {code: len(index.chunks) for code, index in self._indexes.items()}

    def chunks(self, language: str) -> list[Chunk]:
        """All passages of a language."""
        return self._indexes[language].chunks if language in self._indexes else []

    def ask(self, text: str, language: str, k: int = 3) -> tuple[Passage, ...]:
        """The passages that answer a question, the best first; none if it is not in there.

        Where the language has no answer, pages of its fallback may: `Passage.language` tells.
        """
        code: str | None = language
        tried = set[str]()
        while code is not None and code not in tried:
            tried.add(code)
            found = [f for f in self.search(text, code, k) if f.share >= self._least]
            if found:
                return tuple(
                    Passage(f.chunk.source, f.chunk.text, round(f.share, 3), code) for f in found
                )
            code = self._fallbacks.get(code)
        return ()

    def search(self, text: str, language: str, k: int = 3) -> list[Found]:
        """The best passages of a language, whether they answer or not."""
        index = self._indexes.get(language)
        return index.search(text)[:k] if index else []


class _Index:
    """The passages of one language."""

    def __init__(self, chunks: list[Chunk], lexicon: Lexicon) -> None:
        self.chunks = chunks
        self._lexicon = lexicon
        # a heading says in one word what a section is about, so it counts twice
        documents = [lexicon.terms(f"{p.heading} {p.text}") for p in chunks]
        self._terms = [frozenset(terms) for terms in documents]
        self._ranks = BM25Plus(documents)
        n = len(chunks)
        spread = Counter(term for terms in self._terms for term in terms)
        self._rarity = {term: math.log((n + 1) / pages) for term, pages in spread.items()}
        self._unknown = math.log(n + 1)

    def search(self, text: str) -> list[Found]:
        asked = self._lexicon.terms(text)
        if not asked:
            return []
        ranks = [float(rank) for rank in self._ranks.get_scores(asked)]
        best = sorted(range(len(ranks)), key=lambda i: -ranks[i])[:CANDIDATES]
        found = [Found(self.chunks[i], self._share(asked, i), ranks[i]) for i in best]
        return sorted(found, key=lambda f: (-round(f.share, 2), -f.rank))

    def _share(self, asked: list[str], place: int) -> float:
        weights = {term: self._rarity.get(term, self._unknown) for term in asked}
        covered = sum(w for term, w in weights.items() if term in self._terms[place])
        return covered / sum(weights.values())
