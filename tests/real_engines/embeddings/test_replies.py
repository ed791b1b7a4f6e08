"""Replies of strangers to questions of yes or no, judged by published multilingual-e5-small.

In `yes_no.tsv` the questions are not told; in `asked_yes_no.tsv` they are.
"""

import csv
import os
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from agent.flow import Slot
from agent.ladder.turn import Turn
from agent.ladder.understanding import understand
from agent.question import OpenQuestion
from pipelines.intents.classifier import IntentClassifier
from pipelines.intents.opening import open_intents
from pipelines.packs.reader import DialogueConfig, load
from pipelines.settings import Settings

MODELS = Path(os.environ.get("WAXTAAN_TEST_MODELS", ""))
STRANGERS = Path(__file__).parents[2] / "strangers"


async def test_replies_of_strangers(learnt: Path) -> None:
    config = load()
    settings = Settings(models=MODELS, cache=learnt, embeddings="e5", intents="auto")
    async with open_intents(settings, config) as intents:
        assert intents is not None
        for strict in (False, True):
            question = OpenQuestion("x", Slot("x", "yes_no", strict=strict))
            found = await judged("yes_no.tsv", intents, config, partial(at, question))
            for code, least in (("en", 0.7), ("fr", 0.55)):
                assert found[code, "right"] >= (0.0 if strict else least) * found[code, "all"]
                most = 0.015 if strict else 0.04
                assert found[code, "falsely yes"] <= most * found[code, "all"]
        slots = {slot.name: slot for flow in config.flows.values() for slot in flow.slots}
        found = await judged(
            "asked_yes_no.tsv", intents, config, lambda name: OpenQuestion(name, slots.get(name))
        )
        for code in ("en", "fr"):
            assert found[code, "right"] >= 0.68 * found[code, "all"]
            assert found[code, "falsely yes"] <= 0.025 * found[code, "all"]
            assert found[code, "falsely yes, strict"] <= 0.01 * found[code, "strict"]


def at(question: OpenQuestion, _: str) -> OpenQuestion:
    """Whatever is asked."""
    return question


async def judged(
    file: str,
    intents: IntentClassifier,
    config: DialogueConfig,
    opened: Callable[[str], OpenQuestion],
) -> Counter[tuple[str, str]]:
    """By language: how many replies there are, are taken rightly, and for a yes that they are not.

    A reply that leaves it open is taken rightly if it is neither: the question is put again.
    """
    found: Counter[tuple[str, str]] = Counter()
    lines = (STRANGERS / file).read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["half"] != "report":
            continue
        code, wanted = row["language"], {"yes": "affirm", "no": "deny"}.get(row["expected"], "")
        question = opened(row.get("question", "x"))
        reply = await intents.reply(row["text"], question.name)
        assert reply
        turn = Turn(row["text"], question, config.languages[code], reply=reply)
        told = understand(turn, config.flows, config.policy)
        said = told.intent if told.intent in ("affirm", "deny") else ""
        if question.name == "more" and told.intent == "goodbye":
            said = "deny"
        falsely = said == "affirm" and wanted != "affirm"
        found[code, "all"] += 1
        found[code, "right"] += said == wanted
        found[code, "falsely yes"] += falsely
        found[code, "strict"] += question.is_strict
        found[code, "falsely yes, strict"] += falsely and question.is_strict
    print(file, dict(found))
    return found
