"""Training of the classifier: calibration, what letters add, and that prediction counts alike."""

from collections.abc import Sequence

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from pipelines.engines.embeddings.engine import Floats
from pipelines.intents.features import letters, words
from pipelines.intents.learning import trained
from pipelines.intents.model import Model
from pipelines.intents.training import train

MIDDLES = {"a": (0.0, 0.0, 1.0), "b": (1.0, 0.0, 0.0), "c": (0.0, 1.0, 0.0)}
SAID = {"a": "my bill is wrong", "b": "pay the bill", "c": "no signal here"}


def cloud(chance: np.random.Generator, labels: Sequence[str], spread: float) -> Floats:
    points = [np.array(MIDDLES[label]) + chance.normal(0, spread, 3) for label in labels]
    return np.stack(points).astype(np.float32)


def share_right(model: Model, texts: Sequence[str], vectors: Floats, labels: list[str]) -> float:
    best = model.probabilities(texts, vectors).argmax(axis=1)
    return float(np.mean([model.labels[at] for at in best] == np.array(labels)))


@pytest.mark.parametrize("written", [True, False])
@pytest.mark.parametrize("spread", [0.2, 0.6, 1.0])
def test_probabilities_mean_what_they_say(spread: float, written: bool) -> None:
    chance = np.random.default_rng(3)
    labels = ["a", "b", "c"] * 200
    texts = ["so it is"] * len(labels)
    model = train(texts, cloud(chance, labels, spread), labels, written).model
    vectors = cloud(chance, labels, spread)
    found = model.probabilities(texts, vectors)
    assert found.sum(axis=1) == pytest.approx(np.ones(len(labels)), abs=1e-4)
    assert abs(share_right(model, texts, vectors, labels) - found.max(axis=1).mean()) < 0.08


def test_where_vectors_do_not_tell_words_and_letters_do() -> None:
    chance = np.random.default_rng(3)
    labels = ["a", "b", "c"] * 20
    texts = [f"{SAID[label]} {n}" for n, label in enumerate(labels)]
    vectors = chance.normal(0, 1, (60, 3)).astype(np.float32)
    asked = [f"{SAID[label]}s" for label in labels]
    model = train(texts, vectors, labels, True).model
    assert share_right(model, asked, vectors[::-1], labels) == 1
    assert share_right(train(texts, vectors, labels, False).model, asked, vectors[::-1], labels) < 1


def test_letters_alone_tell_and_say_how_surely() -> None:
    labels = ["a", "b", "c"] * 20
    texts = [f"{SAID[label]} {n}" for n, label in enumerate(labels)]
    trained = train(texts, np.zeros((60, 0), np.float32), labels, True)
    found = trained.model.probabilities(["no signals", "xyzzy"])
    assert found[0].argmax() == 2
    assert found[0].max() > 0.9 > found[1].max()
    assert trained.left_out.shape == (60, 3)
    again = Model.from_bytes(trained.model.to_bytes())
    assert (again.probabilities(["no signals"]) == found[:1]).all()
    with pytest.raises(ValueError, match="mismatch"):
        again.probabilities(["no signals"], np.zeros((1, 3), np.float32))


def test_what_was_left_out_is_judged_as_unseen() -> None:
    chance = np.random.default_rng(3)
    labels = [str(n) for n in chance.integers(0, 3, 300)]  # nothing tells them
    texts = [f"sentence {n}" for n in range(300)]
    vectors = chance.normal(0, 1, (300, 8)).astype(np.float32)
    found = train(texts, vectors, labels, True).left_out
    best = found.argmax(axis=1)
    assert np.mean(best.astype(str) == np.array(labels)) < 0.45
    assert found.max(axis=1).mean() < 0.5


@pytest.mark.parametrize("labels", [["a", "b"], ["a", "a", "b"], ["a", "b", "c", "a", "b"]])
def test_few_samples_are_enough(labels: list[str]) -> None:
    chance = np.random.default_rng(3)
    vectors = cloud(chance, labels, 0.1)
    model = train([SAID[label] for label in labels], vectors, labels, True).model
    assert share_right(model, [SAID[label] for label in labels], vectors, labels) == 1


def test_prediction_counts_as_scikit_learn_does() -> None:
    texts = ["Why is my bill so high?", "the bill, the bill", "L'été, ça coupe", "bill"]
    rows = [texts.index(text) for text in texts]
    pieces: dict[str, int] = {}
    rarity: list[float] = []
    expected = []
    for cut in (words, letters):
        kind = TfidfVectorizer(analyzer=cut, sublinear_tf=True)
        expected.append(kind.fit_transform(texts).toarray())
        pieces |= {str(p): len(rarity) + n for n, p in enumerate(kind.get_feature_names_out())}
        rarity += kind.idf_.tolist()
    written = np.eye(len(pieces), dtype=np.float16)  # a label for each piece: its weight
    model = Model(
        tuple(pieces), np.zeros((1, len(pieces)), np.float32), np.zeros(len(pieces), np.float32),
        pieces, np.array(rarity, np.float32), written,
    )  # fmt: skip
    found = np.log(model.probabilities(texts, np.zeros((len(texts), 1), np.float32)))
    for row, both in zip(rows, np.concatenate(expected, axis=1), strict=True):
        assert found[row] - found[row].min() == pytest.approx(both - both.min(), abs=1e-3)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 and no more"])
def test_what_is_no_model_is_named(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"no model of intents|pickle"):
        Model.from_bytes(data)


async def test_a_process_trains_the_same() -> None:
    labels = ["a", "b", "c"] * 10
    texts = [f"{SAID[label]} {n}" for n, label in enumerate(labels)]
    vectors = cloud(np.random.default_rng(3), labels, 0.5)
    here = train(texts, vectors, labels, True)
    there, left_out = await trained(texts, vectors, labels, left_out=True)
    assert there.to_bytes() == here.model.to_bytes()
    assert (left_out == here.left_out).all()
