"""No-matches that mean the same, together: wishes for which there is nothing yet, by frequency.

Average linkage (Sokal and Michener, 1958): groups are joined while what they say is on average
nearer than a limit. Distance is the cosine distance of meanings and, counted less, of runs of
letters; without meanings of letters alone. Each wording counts once, however often it was said, for
what is said in the same words tells nothing of how near others are.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import TfidfVectorizer

from agent.languages.language import words
from pipelines.quality.no_match import NoMatch

Floats: TypeAlias = NDArray[np.float32]
Embed: TypeAlias = Callable[[Sequence[str]], Floats]  # texts -> a row of length 1 for each

FEWEST = 3  # calls of a cluster
EXAMPLES = 8
MOST = 5000  # wordings that are compared, those said most often: 100 MB of distances
# Chosen on the tuning halves of CLINC150's and Banking77's intents (`waxtaan bench no-match`).
_NEAR = 0.3
_NEAR_BY_LETTERS = 0.8
_LETTERS_COUNT = 0.2  # beside meanings
# What letters count between languages, where they tell nothing, so that meanings decide: e5 puts
# sentences of one language nearer to each other. Chosen on xSID's English, Italian and Dutch.
_BETWEEN_LANGUAGES = 0.7
_RUNS = (3, 5)  # letters


@dataclass(frozen=True, slots=True)
class Cluster:
    """One. `turns` are all of it; `examples` its distinct wordings, the medoid first.

    The medoid is the wording that is nearest to all others of the cluster.
    """

    turns: tuple[NoMatch, ...]
    examples: tuple[NoMatch, ...]

    @property
    def calls(self) -> tuple[str, ...]:
        """Their ids, each once."""
        return tuple(dict.fromkeys(each.call for each in self.turns))

    @property
    def languages(self) -> Mapping[str, int]:
        """Turns by language, most first."""
        return dict(Counter(each.language for each in self.turns).most_common())


@dataclass(frozen=True, slots=True)
class Clusters:
    """By calls, most first. `single` turns are in none; `left_out` wordings were not compared."""

    found: tuple[Cluster, ...] = ()
    single: int = 0
    left_out: int = 0


def cluster(
    turns: Sequence[NoMatch],
    embed: Embed | None,
    *,
    fewest: int = FEWEST,
    apart: bool = False,
    near: float | None = None,
) -> Clusters:
    """By what `embed` makes of them; by runs of letters without it.

    `apart`: each language for itself. `near` is the limit of distance, else what was measured. The
    same turns give the same clusters.
    """
    if apart:
        by_language: dict[str, list[NoMatch]] = {}
        for turn in turns:
            by_language.setdefault(turn.language, []).append(turn)
        each = [cluster(t, embed, fewest=fewest, near=near) for t in by_language.values()]
        return _ranked(
            (one for found in each for one in found.found),
            sum(found.single for found in each),
            sum(found.left_out for found in each),
        )
    wordings: dict[str, list[NoMatch]] = {}
    for turn in turns:
        wordings.setdefault(words(turn.text), []).append(turn)
    wordings.pop("", None)
    kept = sorted(wordings.values(), key=lambda said: -len(said))[:MOST]
    if not kept:
        return Clusters((), len(turns))
    distances = _distances([said[0] for said in kept], embed)
    limit = near or (_NEAR_BY_LETTERS if embed is None else _NEAR)
    groups = [_cluster(kept, members, distances) for members in _members(distances, limit)]
    found = [group for group in groups if len(group.calls) >= fewest]
    single = len(turns) - sum(len(group.turns) for group in found)
    return _ranked(found, single, len(wordings) - len(kept))


def _ranked(found: Iterable[Cluster], single: int, left_out: int) -> Clusters:
    ranked = sorted(found, key=lambda c: (-len(c.calls), -len(c.turns), c.examples[0].text))
    return Clusters(tuple(ranked), single, left_out)


def _cluster(
    kept: Sequence[Sequence[NoMatch]], members: NDArray[np.int64], distances: Floats
) -> Cluster:
    """Its wordings by how near they are to the medoid."""
    inner = distances[np.ix_(members, members)]
    order = members[np.argsort(inner[inner.sum(axis=1).argmin()], kind="stable")]
    turns = [turn for at in sorted(members) for turn in kept[at]]
    return Cluster(tuple(turns), tuple(kept[at][0] for at in order))


def _members(distances: Floats, limit: float) -> list[NDArray[np.int64]]:
    if len(distances) == 1:
        return [np.zeros(1, np.int64)]
    made = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=limit
    )
    labels = made.fit_predict(distances)
    return [np.flatnonzero(labels == label) for label in np.unique(labels)]


def _distances(said: Sequence[NoMatch], embed: Embed | None) -> Floats:
    """(wordings, wordings), from 0."""
    texts = [each.text for each in said]
    cut = TfidfVectorizer(analyzer="char_wb", ngram_range=_RUNS, sublinear_tf=True)
    counted = cut.fit_transform(texts)
    found: Floats = 1 - (counted @ counted.T).toarray().astype(np.float32)
    if embed is not None:
        vectors = embed(texts)
        languages = np.array([each.language for each in said])
        found[languages[:, None] != languages[None]] = _BETWEEN_LANGUAGES
        found = 1 - vectors @ vectors.T + np.float32(_LETTERS_COUNT) * found
    np.fill_diagonal(found, 0)
    return np.maximum(found, 0)
