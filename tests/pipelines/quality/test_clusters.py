"""Clusters of hand-made turns, by a made-up embedder and by letters."""

from collections.abc import Sequence

import numpy as np

from pipelines.quality.clusters import Clusters, Floats, cluster
from pipelines.quality.no_match import NoMatch

TOPICS = ("voicemail", "gift", "cinema")
VOICEMAIL = ("my voicemail is full", "delete the voicemail", "voicemail greeting please")
GIFT = ("a gift for my sister", "send a gift to someone", "how does a gift work")


def said(*texts: str, language: str = "en", start: int = 0) -> list[NoMatch]:
    """One turn in each of so many calls."""
    return [
        NoMatch(f"c{start + n}", 1, language, "open", text, "not understood")
        for n, text in enumerate(texts)
    ]


def by_topic(texts: Sequence[str]) -> Floats:
    """A direction for each topic, and one of its own for each text of none."""
    found = np.zeros((len(texts), len(TOPICS) + len(texts)), np.float32)
    for n, text in enumerate(texts):
        named = [at for at, topic in enumerate(TOPICS) if topic in text.lower()]
        found[n, named[0] if named else len(TOPICS) + n] = 1
    return found


def texts(clusters: Clusters) -> list[set[str]]:
    return [{each.text.lower() for each in one.examples} for one in clusters.found]


def test_what_means_the_same_is_together_and_the_rest_is_single() -> None:
    turns = [
        *said(*GIFT),
        *said(*VOICEMAIL, VOICEMAIL[0].upper(), start=10),
        *said("zebra", start=20),
    ]
    found = cluster(turns, by_topic)
    assert texts(found) == [set(VOICEMAIL), set(GIFT)]  # by calls
    assert [len(one.calls) for one in found.found] == [4, 3]
    assert found.single == 1
    assert texts(cluster(turns[::-1], by_topic)) == texts(found)


def test_a_cluster_needs_calls_and_not_turns() -> None:
    again = [NoMatch("c1", n, "en", "open", text, "denied") for n, text in enumerate(VOICEMAIL)]
    assert cluster(again, by_topic) == Clusters((), 3)
    assert len(cluster(again, by_topic, fewest=1).found) == 1


def test_languages_are_together_or_apart() -> None:
    both = [*said(*VOICEMAIL), *said("ma voicemail", "la voicemail", language="fr", start=10)]
    assert cluster(both, by_topic, fewest=2).found[0].languages == {"en": 3, "fr": 2}
    apart = cluster(both, by_topic, fewest=2, apart=True)
    assert [one.languages for one in apart.found] == [{"en": 3}, {"fr": 2}]


def test_without_meanings_letters_decide() -> None:
    found = cluster([*said("my voicemail is full", "is my voicemail full", "voicemail is full"),
                     *said("what a lovely day", start=10)], None)  # fmt: skip
    assert [len(one.turns) for one in found.found] == [3]
    assert found.single == 1


def test_the_medoid_is_in_the_middle() -> None:
    def line(texts: Sequence[str]) -> Floats:
        angles = np.array([len(text) / 40 for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)

    found = cluster(said("b" * 4, "c" * 6, "d" * 8), line)
    assert found.found[0].examples[0].text == "c" * 6


def test_nothing_makes_no_cluster() -> None:
    assert cluster([], by_topic) == Clusters()
    assert cluster([], None, apart=True) == Clusters()
    assert cluster(said("?", "!"), by_topic) == Clusters((), 2)
    assert cluster(said("one alone"), None) == Clusters((), 1)
    assert cluster(said("???", "a b", "c d"), None) == Clusters((), 3)  # no run of letters
