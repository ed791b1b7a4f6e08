"""Pages found by what is meant: likeness beside words, and words alone where it is not there."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from agent.actions import Retrieve
from agent.events import Event, Retrieved
from pipelines.backoffice.demo import DemoBackOffice
from pipelines.call.caller_audio import AudioClock
from pipelines.call.requests import Requests
from pipelines.engine_choice.embeddings import EmbeddingsChoice
from pipelines.engines.embeddings.engine import Floats, Kind
from pipelines.errors import EngineError
from pipelines.knowledge import Knowledge, hybrid
from pipelines.knowledge.meaning import Meaning, open_meaning
from pipelines.knowledge.pages import Chunk
from pipelines.knowledge.vectors import PageVectors, page_vectors, texts
from pipelines.packs.reader import PROMPTS
from pipelines.settings import Settings
from tests.pipelines.server import PATIENCE, eventually

SPEECHLESS = "is wanderlust affordable"  # no page has a word of it
MEANT = "en/roaming.md#travel-pass"


class Likens:
    """An embedder for which whatever speaks of the travel pass is alike to `SPEECHLESS`."""

    name, version = "likens", "1"

    def __init__(self, delay: float = 0.0, error: str = "") -> None:
        self.delay, self.error = delay, error
        self.asked: list[list[str]] = []
        self.closed = False

    async def start(self) -> None:
        if self.error == "at start":
            raise EngineError("the model is not whole")

    async def embed(self, texts: Sequence[str], kind: Kind = "query") -> Floats:
        self.asked.append([f"{kind}: {text}" for text in texts])
        if kind == "query":
            await asyncio.sleep(self.delay)
        if self.error:
            raise EngineError("the worker died")
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Floats:
        alike = 0.93 if "Travel pass" in text else 0.80
        turned = [1.0, 0.0] if text == SPEECHLESS else [alike, (1 - alike**2) ** 0.5]
        return np.array(turned, np.float32)

    async def close(self) -> None:
        self.closed = True


async def quiet() -> None:
    """No call goes on."""


def cut_short(folder: Path) -> None:
    for file in folder.iterdir():
        file.write_bytes(b"cut short")


def pages() -> Knowledge:
    return Knowledge.read(Path(), PROMPTS, own=False)


async def learnt(embedder: Likens, folder: Path, patience: float = PATIENCE) -> Knowledge:
    knowledge = pages()
    meaning = Meaning(embedder, knowledge, folder, patience)
    meaning.begin()
    await meaning.ready()
    return knowledge


async def test_a_page_is_found_that_shares_no_word(tmp_path: Path) -> None:
    knowledge = await learnt(Likens(), tmp_path)
    assert knowledge.ask(SPEECHLESS, "en") == ()
    vector = await knowledge.vector(SPEECHLESS)
    first, *_ = knowledge.ask(SPEECHLESS, "en", vector=vector)
    assert first.source == MEANT
    assert knowledge.search(SPEECHLESS, "en", 1, vector)[0].probability == pytest.approx(
        first.score, abs=1e-3
    )


async def test_of_few_pages_likeness_tells_nothing(tmp_path: Path) -> None:
    chunks = [Chunk(f"en/{n}.md#a", "Travel pass", "", "It costs 15 euros.") for n in range(2)]
    knowledge = Knowledge({"en": chunks}, {})
    meaning = Meaning(Likens(), knowledge, tmp_path, PATIENCE)
    meaning.begin()
    await meaning.ready()
    assert await knowledge.vector(SPEECHLESS) is None
    vector = np.array([1.0, 0.0], np.float32)
    assert knowledge.ask(SPEECHLESS, "en", vector=vector) == ()


async def test_a_question_of_the_caller_s_own_case_is_no_page_s(tmp_path: Path) -> None:
    knowledge = await learnt(Likens(), tmp_path)
    vector = np.array([1.0, 0.0], np.float32)
    assert knowledge.ask("what is the travel pass", "en", vector=vector)[0].answer
    assert not knowledge.ask("why is the travel pass dead", "en", vector=vector)[0].answer
    assert not knowledge.ask("pass", "en", vector=vector)[0].answer
    stated = knowledge.ask("the travel pass please", "en", vector=vector)[0]
    assert stated.score < 0.7


@pytest.mark.parametrize(
    ("embedder", "patience"),
    [(Likens(delay=PATIENCE), 0.01), (Likens(error="later"), PATIENCE)],
    ids=["late", "dead"],
)
async def test_without_the_vector_words_decide(
    tmp_path: Path, embedder: Likens, patience: float
) -> None:
    knowledge = pages()
    for code in knowledge.sizes:
        made = await page_vectors(knowledge.chunks(code), Likens(), tmp_path, quiet)
        knowledge.learn(code, made)
    Meaning(embedder, knowledge, tmp_path, patience)
    happened: list[Event] = []
    requests = Requests(DemoBackOffice(), knowledge, None, AudioClock(), happened.append)
    requests.ask(Retrieve(1, "what does a paper bill cost", "en"))
    await eventually(lambda: happened != [])
    (found,) = happened
    assert isinstance(found, Retrieved)
    assert found.passages == pages().ask("what does a paper bill cost", "en")
    assert embedder.asked != []


async def test_a_call_asks_with_the_vector(tmp_path: Path) -> None:
    knowledge = await learnt(Likens(), tmp_path)
    happened: list[Event] = []
    requests = Requests(DemoBackOffice(), knowledge, None, AudioClock(), happened.append)
    requests.ask(Retrieve(1, SPEECHLESS, "en"))
    await eventually(lambda: happened != [])
    (found,) = happened
    assert isinstance(found, Retrieved)
    assert found.passages[0].source == MEANT


async def test_an_engine_that_does_not_start_leaves_words(tmp_path: Path) -> None:
    knowledge = await learnt(Likens(error="at start"), tmp_path)
    assert await knowledge.vector(SPEECHLESS) is None
    assert knowledge.ask("what does a paper bill cost", "en")[0].answer


async def test_a_worker_that_dies_while_pages_are_learnt_is_asked_again(tmp_path: Path) -> None:
    class Dies(Likens):
        async def embed(self, texts: Sequence[str], kind: Kind = "query") -> Floats:
            self.error = "died" if len(self.asked) == 3 else ""
            return await super().embed(texts, kind)

    knowledge = await learnt(Dies(), tmp_path)
    for code in knowledge.sizes:
        vector = np.array([1.0, 0.0], np.float32)
        assert knowledge.search("abc", code, 1, vector)[0].probability is not None


async def test_pages_are_made_into_vectors_once(tmp_path: Path) -> None:
    chunks = pages().chunks("en")
    first, again, newer = Likens(), Likens(), Likens()
    made = await page_vectors(chunks, first, tmp_path, quiet)
    kept = await page_vectors(chunks, again, tmp_path, quiet)
    assert sum(map(len, first.asked)) == len(texts(chunks)[0])
    assert all(text.startswith("passage: ") for batch in first.asked for text in batch)
    assert again.asked == []
    assert (made.vectors == kept.vectors).all()
    newer.version = "2"
    await page_vectors(chunks, newer, tmp_path, quiet)
    assert newer.asked != []
    cut_short(tmp_path)
    await page_vectors(chunks, again, tmp_path, quiet)
    assert again.asked != []


async def test_where_nothing_can_be_kept_they_are_made_again(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    made = await page_vectors(pages().chunks("en"), Likens(), blocked, quiet)
    assert len(made.vectors) == len(made.owners)


async def test_calls_that_never_end_do_not_keep_pages_from_being_learnt(tmp_path: Path) -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    made = await page_vectors(pages().chunks("en"), Likens(), tmp_path, never, pause=0.001)
    assert len(made.vectors) == len(made.owners)


def test_a_passage_is_as_alike_as_its_whole_and_its_best_sentence() -> None:
    chunks = [Chunk("en/a.md#a", "A", "B", "One is here. Two is there."), *pages().chunks("en")[:1]]
    found, owners = texts(chunks)
    assert found[:1] == ["A. B. One is here. Two is there."]
    assert found[2:4] == ["A. B. One is here.", "A. B. Two is there."]
    assert owners == (0, 1, 0, 0, 1)
    vectors = np.array([[0.5, 0], [0.1, 0], [0.2, 0], [0.9, 0], [0.3, 0]], np.float32)
    alike = PageVectors(vectors, owners).likeness(np.array([1, 0], np.float32))
    assert alike == pytest.approx([0.7, 0.2])


def test_what_shares_more_means_more_and_leads_is_more_probable() -> None:
    names = ["a", "b", "c", "d", "e"]
    shares, alike = [0.5, 0.2, 0.0, 0.0, 0.0], [0.90, 0.86, 0.84, 0.83, 0.82]

    def first(shares: list[float], alike: list[float], names: list[str], asks: bool) -> float:
        found = [hybrid.probability(e) for e in hybrid.evidence(shares, alike, names, asks)]
        assert found[0] == max(found)
        return found[0]

    usual = first(shares, alike, names, True)
    assert usual > first([0.3, *shares[1:]], alike, names, True)
    assert usual > first(shares, [0.88, *alike[1:]], names, True)
    assert usual > first(shares, alike, names, False)
    # another section of the same page is no rival
    assert usual < first(shares, alike, ["a", "a", *names[2:]], True)


def test_without_an_engine_there_is_no_meaning() -> None:
    choice = EmbeddingsChoice("none", "nothing is there")
    assert open_meaning(Settings(), choice, pages()) is None


async def test_it_ends_while_it_learns(tmp_path: Path) -> None:
    embedder, begun = Likens(), asyncio.Event()

    async def call_goes_on() -> None:
        begun.set()
        await asyncio.Event().wait()

    meaning = Meaning(embedder, pages(), tmp_path, PATIENCE)
    meaning.begin(call_goes_on)
    await begun.wait()
    await meaning.close()
    assert embedder.closed
