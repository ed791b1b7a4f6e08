"""How the constants of likeness were found: the questions, and the fit."""

import random
import tomllib
from pathlib import Path

import pytest

from pipelines.knowledge import Knowledge, hybrid
from pipelines.knowledge.hybrid import Evidence
from pipelines.knowledge.training import fit
from pipelines.packs.reader import PROMPTS

QUESTIONS = Path(fit.__file__).with_name("questions.toml")


@pytest.mark.parametrize("code", ["en", "fr"])
def test_the_questions_name_pages_there_are(code: str) -> None:
    asked = tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))[code]
    there = {chunk.page for chunk in Knowledge.read(Path(), PROMPTS, own=False).chunks(code)}
    assert {f"{code}/{page}.md" for _, *pages in asked["answered"] for page in pages} <= there
    said = [text for text, *_ in asked["answered"]] + asked["none"]
    assert len(said) == len(set(said))


def test_a_model_that_made_the_answers_is_found_again() -> None:
    chance = random.Random(3)
    told = [
        Evidence(
            chance.random(),
            chance.uniform(0, 0.08),
            chance.uniform(0.8, 0.9),
            chance.uniform(0, 0.06),
            float(chance.random() < 0.8),
        )
        for _ in range(4000)
    ]
    right = [chance.random() < hybrid.probability(each) for each in told]
    none, weights = fit.fit(told, right, [1.0] * len(told))
    assert none == pytest.approx(hybrid.NONE, rel=0.25)
    assert weights[:4] == pytest.approx(hybrid.WEIGHTS[:4], rel=0.3)
