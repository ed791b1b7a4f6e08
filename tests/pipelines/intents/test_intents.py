"""What a turn may want by its meaning: learning, calibration, and what happens without it."""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agent.events import NO_INTENT
from pipelines.engines.embeddings.engine import Floats, Kind
from pipelines.errors import ConfigurationError, EngineError
from pipelines.intents.classifier import IntentClassifier, samples
from pipelines.intents.logistic import train
from pipelines.packs.reader import PROMPTS, load
from tests.pipelines.server import PATIENCE, eventually

PACKS = {code: replace(pack, samples={}) for code, pack in load().packs.items()}


class Words:
    """An embedder that hashes words: alike is what shares them."""

    name, version = "words", "1"

    def __init__(self, error: bool = False, held: asyncio.Event | None = None) -> None:
        self.error, self.held = error, held
        self.asked: list[str] = []

    async def start(self) -> None:
        """At once."""

    async def embed(self, texts: Sequence[str], kind: Kind = "query") -> Floats:
        self.asked += texts
        if self.error:
            raise EngineError("the worker died")
        if self.held is not None:
            await self.held.wait()
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Floats:
        vector = np.full(256, 1e-3, np.float32)
        for word in text.lower().split():
            vector[sum(word.encode()) % 256] += 1
        return vector / np.float32(np.linalg.norm(vector))

    async def close(self) -> None:
        """Nothing is held."""


async def quiet() -> None:
    """No call goes on."""


async def learnt(embedder: Words, folder: Path, patience: float = PATIENCE) -> IntentClassifier:
    intents = IntentClassifier(embedder, PACKS, folder, patience)
    await intents.learn(quiet)
    return intents


async def test_a_turn_is_like_what_it_was_taught(tmp_path: Path) -> None:
    intents = await learnt(Words(), tmp_path)
    likely = await intents.likely("what is the balance on my account", "en")
    assert likely[0][0] == "balance"
    assert len(likely) == 3
    assert [share for _, share in likely] == sorted((s for _, s in likely), reverse=True)


async def test_samples_are_made_into_vectors_once(tmp_path: Path) -> None:
    first, again = Words(), Words()
    await learnt(first, tmp_path)
    await learnt(again, tmp_path)
    assert set(first.asked) == set(samples(PACKS))
    assert again.asked == []


async def test_before_it_has_learnt_nothing_is_likely(tmp_path: Path) -> None:
    embedder = Words()
    intents = IntentClassifier(embedder, PACKS, tmp_path, PATIENCE)
    intents.prepare("my balance")
    assert await intents.likely("my balance", "en") == ()
    assert embedder.asked == []


async def test_who_is_late_is_not_waited_for_and_who_is_dead_not_missed(tmp_path: Path) -> None:
    embedder = Words()
    intents = await learnt(embedder, tmp_path, patience=0.01)
    embedder.held = asyncio.Event()
    assert await intents.likely("my balance", "en") == ()
    embedder.held.set()
    embedder.error = True
    intents.prepare("my balance")
    assert await intents.likely("my balance", "en") == ()
    await intents.close()


async def test_what_is_heard_is_asked_for_ahead(tmp_path: Path) -> None:
    embedder = Words()
    intents = await learnt(embedder, tmp_path)
    embedder.asked.clear()
    intents.prepare("my balance please")
    await eventually(lambda: embedder.asked == ["my balance please"])
    intents.prepare("")
    await intents.close()


async def test_only_intents_of_the_language_are_likely(tmp_path: Path) -> None:
    intents = await learnt(Words(), tmp_path)
    assert await intents.likely("my balance", "xx") == ()
    known = {*PACKS["fr"].language.intents, NO_INTENT}
    assert {name for name, _ in await intents.likely("quel est mon solde", "fr")} <= known


def test_answers_are_not_taught() -> None:
    taught = set(samples(PACKS).values())
    assert not taught & {"affirm", "deny", "internet"}
    assert {"balance", "person", "repeat"} <= taught


def test_a_sample_of_an_intent_that_is_none_is_named(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    shutil.copytree(PROMPTS, prompts)
    (prompts / "en" / "samples.toml").write_text('affirm = ["yes"]\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"samples\.toml: affirm: no wish"):
        load(prompts)


def cloud(chance: np.random.Generator, labels: Sequence[str], spread: float) -> Floats:
    middles = {"a": (0.0, 0.0, 1.0), "b": (1.0, 0.0, 0.0), "c": (0.0, 1.0, 0.0)}
    points = [np.array(middles[label]) + chance.normal(0, spread, 3) for label in labels]
    return np.stack(points).astype(np.float32)


@pytest.mark.parametrize("spread", [0.2, 0.6, 1.0])
def test_probabilities_mean_what_they_say(spread: float) -> None:
    chance = np.random.default_rng(3)
    labels = ["a", "b", "c"] * 200
    model = train(cloud(chance, labels, spread), labels)
    found = model.probabilities(cloud(chance, labels, spread))
    assert found.sum(axis=1) == pytest.approx(np.ones(len(labels)), abs=1e-4)
    best = found.argmax(axis=1)
    right = np.array([model.labels[at] for at in best]) == labels
    assert abs(right.mean() - found.max(axis=1).mean()) < 0.08


def test_the_same_samples_give_the_same_model() -> None:
    labels = ["a", "b", "c"] * 20
    vectors = cloud(np.random.default_rng(3), labels, 0.3)
    assert (train(vectors, labels).weights == train(vectors, labels).weights).all()
