"""What a turn may want by its meaning: learning, and what happens without it."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from loguru import logger

from agent.actions import Expecting
from agent.events import NO_INTENT, Hypothesis, TurnEnded
from agent.state import Conversation
from pipelines.engines.embeddings.engine import Floats, Kind
from pipelines.errors import ConfigurationError, EngineError
from pipelines.intents.classifier import IntentClassifier, judge, samples
from pipelines.intents.learning import kept_model
from pipelines.intents.turns import with_intents
from pipelines.packs.pack import Replies
from pipelines.packs.reader import PROMPTS, load
from tests.pipelines.server import PATIENCE, eventually

PACKS = {code: replace(pack, samples={}, replies={}) for code, pack in load().packs.items()}


TAUGHT = {"pay my bill": "bill", "my bill is high": "bill", "my balance": "balance"}


def kept_models(folder: Path) -> list[bytes]:
    """All files of models, and nothing half written."""
    assert not [*folder.glob("*.part")]
    return [file.read_bytes() for file in folder.glob("intents-*.npz")]


def damage(folder: Path) -> None:
    for file in folder.glob("intents-*.npz"):
        file.write_bytes(file.read_bytes()[:500])


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


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test that learns leaves its model for the others."""
    return tmp_path_factory.mktemp("kept")


async def learnt(embedder: Words, folder: Path, patience: float = PATIENCE) -> IntentClassifier:
    intents = IntentClassifier(embedder, PACKS, folder, patience)
    await intents.learn_meaning(quiet)
    return intents


async def test_a_turn_is_like_what_it_was_taught(kept: Path) -> None:
    intents = await learnt(Words(), kept)
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


async def test_a_model_that_was_kept_is_taken_and_a_damaged_one_made_anew(tmp_path: Path) -> None:
    for n in range(3):
        made = await kept_model([*TAUGHT.items()], Words(), tmp_path, quiet)
        (whole,) = kept_models(tmp_path)
        assert whole == made.to_bytes()
        if n == 0:
            damage(tmp_path)


async def test_other_samples_are_another_model(tmp_path: Path) -> None:
    for more in ({}, {"how much have I left": "balance"}):
        await kept_model([*TAUGHT.items(), *more.items()], Words(), tmp_path, quiet)
    assert len(kept_models(tmp_path)) == 2


async def test_another_language_has_only_its_own_samples_made_into_vectors(tmp_path: Path) -> None:
    first, again = Words(), Words()
    english = [*TAUGHT]
    french = {"je veux mon solde": "balance", "ma facture est chère": "bill"}
    await kept_model([*TAUGHT.items()], first, tmp_path, quiet, [english])
    both = [*TAUGHT.items(), *french.items()]
    await kept_model(both, again, tmp_path, quiet, [english, [*french]])
    assert first.asked == english
    assert again.asked == [*french]


async def test_without_room_on_disk_it_has_learnt_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    assert (await kept_model([*TAUGHT.items()], Words(), tmp_path / "file", quiet)).labels


def test_what_trains_is_not_imported_by_the_assistant() -> None:
    code = "import sys, pipelines.assistant; print({'sklearn', 'scipy'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"


async def test_without_an_embedder_letters_judge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    intents = IntentClassifier(None, PACKS, tmp_path, PATIENCE)
    assert judge(intents) == judge(None) == "nearest sample"
    intents.begin()
    assert await intents.likely("whats the ballance", "en") == ()  # a call that comes early
    await eventually(lambda: intents.judge == "letters")
    intents.prepare("whats the bal")
    assert (await intents.likely("whats the ballance", "en"))[0][0] == "balance"
    again = IntentClassifier(None, PACKS, tmp_path, PATIENCE)
    monkeypatch.setenv("PYTHONPATH", str(broken(tmp_path)))  # nothing can be trained any more
    await again.learn_letters()
    assert await again.likely("my bill", "en") == await intents.likely("my bill", "en")
    await intents.close()


async def test_letters_that_cannot_be_learnt_are_told_and_missed_by_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(broken(tmp_path)))
    intents = IntentClassifier(None, PACKS, tmp_path, PATIENCE)
    told: list[str] = []
    sink = logger.add(told.append, level="WARNING", format="{message}")
    try:
        intents.begin()
        await eventually(lambda: any("letters" in message for message in told))
    finally:
        logger.remove(sink)
    assert intents.judge == "nearest sample"
    assert await intents.likely("my balance", "en") == ()
    await intents.close()


def broken(folder: Path) -> Path:
    """A folder with a scikit-learn that does not load."""
    (folder / "sklearn.py").write_text("raise ImportError('no such library')", encoding="utf-8")
    return folder


async def test_before_it_has_learnt_nothing_is_likely(tmp_path: Path) -> None:
    embedder = Words()
    intents = IntentClassifier(embedder, PACKS, tmp_path, PATIENCE)
    intents.prepare("my balance")
    assert await intents.likely("my balance", "en") == ()
    assert embedder.asked == []


async def test_for_who_is_late_or_dead_letters_judge(kept: Path) -> None:
    embedder = Words()
    intents = await learnt(embedder, kept, patience=0.01)
    embedder.held = asyncio.Event()
    assert await intents.likely("my balance", "en") == ()
    await intents.learn_letters()
    assert intents.judge == "meaning and letters"
    late = await intents.likely("my balance", "en")
    embedder.held.set()
    embedder.error = True
    intents.prepare("my balance")
    dead = await intents.likely("my balance", "en")
    alone = IntentClassifier(None, PACKS, kept, PATIENCE)
    await alone.learn_letters()
    assert late == dead == await alone.likely("my balance", "en") != ()
    await intents.close()


async def test_what_is_heard_is_asked_for_ahead(kept: Path) -> None:
    embedder = Words()
    intents = await learnt(embedder, kept)
    embedder.asked.clear()
    intents.prepare("my balance please")
    await eventually(lambda: embedder.asked == ["my balance please"])
    intents.prepare("")
    await intents.close()


@pytest.mark.parametrize(
    ("text", "judged"),
    [("I never had a balance", True), ("it is four eight two one", False), ("4821", False)],
)
async def test_what_holds_a_figure_where_a_secret_is_asked_for_is_not_judged(
    kept: Path, text: str, judged: bool
) -> None:
    intents = await learnt(Words(), kept)
    languages = {code: pack.language for code, pack in PACKS.items()}
    asked = Conversation(
        language="en",
        expecting=Expecting(digits=4, secret=True),
        hypothesis=Hypothesis(1.0, text, "en", 1.0, 1.0, True),
    )
    told = await with_intents(TurnEnded(2.0), asked, intents, languages)
    assert isinstance(told, TurnEnded)
    assert bool(told.intents) == judged
    await intents.close()


REPLIES: Replies = {"yes": ("that is mine",), "no": ("that is hers",), "open": ("how much is it",)}


@pytest.mark.parametrize("embedder", [Words(), None])
async def test_a_reply_is_judged_where_yes_or_no_was_asked(
    embedder: Words | None, tmp_path: Path
) -> None:
    packs = {"en": replace(PACKS["en"], replies={"": REPLIES})}
    intents = IntentClassifier(embedder, packs, tmp_path, PATIENCE)
    assert await intents.reply("that is hers") == ()
    await intents.learn_letters()
    await intents.learn_meaning(quiet)
    said = Hypothesis(1.0, "that is hers", "en", 1.0, 1.0, True)
    languages = {"en": packs["en"].language}
    for expected, names in ((("affirm", "deny"), {"yes", "no", "open"}), ((), set())):
        asked = Conversation(language="en", expecting=Expecting(expected), hypothesis=said)
        told = await with_intents(TurnEnded(2.0), asked, intents, languages)
        assert isinstance(told, TurnEnded)
        assert {name for name, _ in told.reply} == names
    assert (await intents.reply("that is hers"))[0][0] == "no"
    await intents.close()


OF_A_LIGHT: Replies = {"yes": ("it is red",), "no": ("it is green",)}
OF_A_REPAIR: Replies = {"yes": ("it is green",), "no": ("it is red", "red")}


async def test_the_same_reply_means_something_else_at_another_question(tmp_path: Path) -> None:
    said = {"": REPLIES, "light": OF_A_LIGHT, "solved": OF_A_REPAIR}
    packs = {"en": replace(PACKS["en"], replies=said)}
    intents = IntentClassifier(Words(), packs, tmp_path, PATIENCE)
    await intents.learn_letters()
    await intents.learn_meaning(quiet)
    for question, meaning in (("light", "yes"), ("solved", "no"), ("solved_box:2", "no")):
        told = dict(await intents.reply("it is red", question))
        assert max(told, key=lambda name: told[name]) == meaning
        assert sum(told.values()) == pytest.approx(1.0, abs=0.01)
    assert (await intents.reply("that is hers", "solvedness"))[0][0] == "no"
    await intents.close()


async def test_only_intents_of_the_language_are_likely(kept: Path) -> None:
    intents = await learnt(Words(), kept)
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
    (prompts / "en" / "samples.toml").write_text('internet = ["yes"]\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"samples\.toml: internet: no wish"):
        load(prompts)


async def test_a_language_that_the_embeddings_do_not_know_is_taught_by_its_own_samples(
    tmp_path: Path,
) -> None:
    """English is said to be unknown: what is only like a French sample is none of its wishes."""
    packs = {code: replace(pack, samples_alone=code == "en") for code, pack in PACKS.items()}
    words = Words()
    intents = IntentClassifier(words, packs, tmp_path, PATIENCE)
    await intents.learn_meaning(quiet)
    assert len(kept_models(tmp_path)) == 2  # of all, and of English
    assert (await intents.likely("what is the balance on my account", "en"))[0][0] == "balance"
    assert (await intents.likely("quel est le solde de mon compte", "fr"))[0][0] == "balance"
