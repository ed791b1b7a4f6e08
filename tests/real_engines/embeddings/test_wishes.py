"""Wishes of strangers, judged by published multilingual-e5-small and the packs' samples."""

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from agent.commands import AskWhich, Understanding
from agent.ladder.turn import Turn
from agent.ladder.understanding import understand
from agent.question import OpenQuestion
from pipelines.intents.opening import open_intents
from pipelines.packs.reader import load
from pipelines.settings import Settings

MODELS = Path(os.environ.get("WAXTAAN_TEST_MODELS", ""))
STRANGERS = Path(__file__).parents[2] / "strangers"


def report(table: str) -> list[tuple[str, str, list[str]]]:
    """(language, text, intents) of the half that nothing was chosen on."""
    lines = (STRANGERS / table).read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return [
        (row["language"], row["text"], row["expected"].split("|"))
        for row in rows
        if row["half"] == "report"
    ]


def offered(told: Understanding) -> tuple[str, ...]:
    """The two wishes of which one is asked for."""
    return next((c.flows for c in told.commands if isinstance(c, AskWhich)), ())


@pytest.mark.parametrize("table", ["wishes.tsv", "use_cases.tsv", "second_wishes.tsv"])
async def test_wishes_of_strangers(learnt: Path, table: str) -> None:
    config = load()
    settings = Settings(models=MODELS, cache=learnt, embeddings="e5", intents="auto")
    found: Counter[tuple[str, str]] = Counter()
    asked: Counter[tuple[str, bool]] = Counter()
    async with open_intents(settings, config) as intents:
        assert intents is not None
        for language, text, wanted in report(table):
            likely = await intents.likely(text, language)
            assert likely
            pack = config.languages[language]
            turn = Turn(text, OpenQuestion("open"), pack, likely=likely)
            told = understand(turn, config.flows, config.policy)
            back = told.confidence < config.policy.confirm_below
            asked[language, wanted != ["none"]] += 1
            if wanted == ["none"]:
                verdict = "refused" if back or not told.intent else "taken"
            elif told.intent in wanted or set(wanted) & set(offered(told)):
                verdict = "right"
            else:
                verdict = "asked" if back or not told.intent else "wrong"
            found[language, verdict] += 1
    print(dict(found), dict(asked))
    for language in ("en", "fr"):
        assert found[language, "right"] >= 0.78 * asked[language, True]
        assert found[language, "wrong"] <= 0.06 * asked[language, True]
        assert found[language, "refused"] >= 0.65 * asked[language, False]
