"""Wishes of strangers, judged by published multilingual-e5-small and the packs' samples."""

import csv
import os
from collections import Counter
from pathlib import Path

from agent.question import OpenQuestion
from agent.understanding import understand
from pipelines.intents.opening import open_intents
from pipelines.packs.reader import load
from pipelines.settings import Settings

MODELS = Path(os.environ.get("WAXTAAN_TEST_MODELS", ""))
STRANGERS = Path(__file__).parents[2] / "strangers" / "wishes.tsv"
NAMES = {"agent": "person", "none": ""}


def report() -> list[tuple[str, str, str]]:
    """(language, text, intent) of the half that nothing was chosen on."""
    lines = STRANGERS.read_text(encoding="utf-8").splitlines()
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        language, expected = row["language"], row["expected"]
        seen[language, expected] += 1
        if seen[language, expected] % 2 == 0:
            found.append((language, row["text"], NAMES.get(expected, expected)))
    return found


async def test_wishes_of_strangers(tmp_path: Path) -> None:
    config = load()
    settings = Settings(models=MODELS, cache=tmp_path, embeddings="e5")
    found: Counter[tuple[str, str]] = Counter()
    async with open_intents(settings, config) as intents:
        assert intents is not None
        for language, text, wanted in report():
            likely = await intents.likely(text, language)
            assert likely
            pack = config.languages[language]
            question = OpenQuestion("open")
            told = understand(text, 1.0, question, pack, config.flows, config.policy, likely=likely)
            back = told.confidence < config.policy.confirm_below
            if not wanted:
                verdict = "refused" if back or not told.intent else "taken"
            elif told.intent == wanted:
                verdict = "right"
            else:
                verdict = "asked" if back or not told.intent else "wrong"
            found[language, verdict] += 1
    print(dict(found))
    for language in ("en", "fr"):
        assert found[language, "right"] >= 85
        assert found[language, "wrong"] <= 5
        assert found[language, "refused"] >= 43
