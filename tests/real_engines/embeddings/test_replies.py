"""Replies of strangers to questions of yes or no, judged by published multilingual-e5-small."""

import csv
import os
from collections import Counter
from pathlib import Path

from agent.flow import Slot
from agent.ladder.understanding import understand
from agent.question import OpenQuestion
from pipelines.intents.opening import open_intents
from pipelines.packs.reader import load
from pipelines.settings import Settings

MODELS = Path(os.environ.get("WAXTAAN_TEST_MODELS", ""))
STRANGERS = Path(__file__).parents[2] / "strangers" / "yes_no.tsv"


async def test_replies_of_strangers(tmp_path: Path) -> None:
    config = load()
    settings = Settings(models=MODELS, cache=tmp_path, embeddings="e5", intents="auto")
    found: Counter[tuple[str, str]] = Counter()
    lines = STRANGERS.read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    async with open_intents(settings, config) as intents:
        assert intents is not None
        for row in rows:
            if row["half"] != "report":
                continue
            code, wanted = row["language"], {"yes": "affirm", "no": "deny"}.get(row["expected"], "")
            reply = await intents.reply(row["text"])
            assert reply
            found[code, "all"] += 1
            for strict in (False, True):
                question = OpenQuestion("x", Slot("x", "yes_no", strict=strict))
                told = understand(
                    *(row["text"], 1.0, question, config.languages[code], config.flows),
                    config.policy,
                    reply=reply,
                )
                right = told.intent == wanted or (not wanted and told.intent != "affirm")
                found[code, f"right, strict {strict}"] += right
                falsely = told.intent == "affirm" and wanted != "affirm"
                found[code, f"falsely yes, strict {strict}"] += falsely
    print(dict(found))
    for code, least in (("en", 0.7), ("fr", 0.55)):
        assert found[code, "right, strict False"] >= least * found[code, "all"]
        assert found[code, "falsely yes, strict False"] <= 0.04 * found[code, "all"]
        assert found[code, "falsely yes, strict True"] <= 0.015 * found[code, "all"]
