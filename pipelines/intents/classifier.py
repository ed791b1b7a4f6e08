"""The likely intents of a turn, by its meaning, words and letters: one model for all languages.

It learns from the samples of all packs, so a language with few has the others' to lean on, and
from sentences that are none of our business. What a turn means is asked for as soon as something is
heard of it, so that it is mostly there when the turn ends; who is not there by then is not waited
for longer than `patience`, and words and letters judge alone, as they do without an embedder. Until
they have been learnt the nearest sample decides.
"""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal, TypeAlias

from loguru import logger

from agent.events import NO_INTENT
from pipelines.engines.embeddings.engine import Embedder, Floats
from pipelines.errors import EngineError
from pipelines.intents.learning import kept_model
from pipelines.intents.model import Model
from pipelines.packs.pack import Pack

MOST = 3  # intents that a turn may have
_AT = "@"  # between what a reply means and the question that it answers
_FEWEST = 2  # intents that can be told apart

Judge: TypeAlias = Literal["meaning and letters", "letters", "nearest sample"]


class IntentClassifier:
    """Of all calls.

    Args:
        embedder: started by whoever calls `learn_meaning`; None: letters alone.
        packs: whose samples teach.
        folder: keeps the samples' vectors and the model from one start to the next.
        patience: s, for the meaning of a turn that has ended.
    """

    def __init__(
        self,
        embedder: Embedder | None,
        packs: Mapping[str, Pack],
        folder: Path,
        patience: float,
    ) -> None:
        self._embedder = embedder
        self._packs = packs
        self._folder = folder
        self._patience = patience
        self._by_meaning: Model | None = None
        self._by_letters: Model | None = None
        # of languages that the embeddings do not know: there other languages' samples mislead
        self._alone = {code: pack for code, pack in packs.items() if pack.samples_alone}
        self._alone_by_meaning: dict[str, Model] = {}
        self._alone_by_letters: dict[str, Model] = {}
        self._reply_by_meaning: Model | None = None
        self._reply_by_letters: Model | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def judge(self) -> Judge:
        """Who tells what a turn may want, now."""
        if self._by_meaning is not None:
            return "meaning and letters"
        return "nearest sample" if self._by_letters is None else "letters"

    def begin(self) -> None:
        """Learn words and letters, in the background: half a minute of one core at first."""
        self._start(self._learn_letters_or_warn(), "intents' letters")

    async def learn_letters(self) -> None:
        """Learn to judge by words and letters alone. Raises EngineError."""
        taught = self._samples()
        if taught:
            self._by_letters = await kept_model(tuple(taught.items()), None, self._folder, _at_once)
            self._tell(len(taught))
        for code, own in self._taught_alone():
            self._alone_by_letters[code] = await kept_model(own, None, self._folder, _at_once)
        if replied := replies(self._packs):
            self._reply_by_letters = await kept_model(replied, None, self._folder, _at_once)

    async def learn_meaning(self, quiet: Callable[[], Awaitable[None]]) -> None:
        """Learn to judge by meaning, too; `quiet` is waited for often. Raises EngineError."""
        taught = self._samples()
        if taught and self._embedder is not None:
            by_pack = [list(samples({code: pack})) for code, pack in self._packs.items()]
            self._by_meaning = await kept_model(
                tuple(taught.items()), self._embedder, self._folder, quiet, by_pack
            )
            self._tell(len(taught))
        if self._embedder is not None:
            for code, own in self._taught_alone():
                self._alone_by_meaning[code] = await kept_model(
                    own, self._embedder, self._folder, quiet
                )
        replied = replies(self._packs)
        if replied and self._embedder is not None:
            by_pack = [[said for said, _ in replies({code: p})] for code, p in self._packs.items()]
            self._reply_by_meaning = await kept_model(
                replied, self._embedder, self._folder, quiet, by_pack
            )

    def prepare(self, text: str) -> None:
        """Something was heard: its meaning may be asked for soon."""
        if self._by_meaning is not None and text:
            self._start(self._embed(text), "intents ahead")

    async def likely(self, text: str, language: str) -> tuple[tuple[str, float], ...]:
        """See `TurnEnded.intents`; () where nobody can tell."""
        if not text or language not in self._packs:
            return ()
        vectors = await self._meant(text) if self._by_meaning else None
        if vectors is None:
            model = self._alone_by_letters.get(language, self._by_letters)
        else:
            model = self._alone_by_meaning.get(language, self._by_meaning)
        if model is None:
            return ()
        known = self._packs[language].language.intents
        found = zip(model.labels, model.probabilities([text], vectors)[0].tolist(), strict=True)
        shares = {name: share for name, share in found if name in known or name == NO_INTENT}
        whole = sum(shares.values()) or 1.0
        ranked = sorted(shares.items(), key=lambda pair: -pair[1])[:MOST]
        return tuple((name, round(share / whole, 3)) for name, share in ranked)

    async def reply(self, text: str, question: str = "") -> tuple[tuple[str, float], ...]:
        """What it says to that question, see `TurnEnded.reply`; () where nobody can tell."""
        vectors = await self._meant(text) if text and self._reply_by_meaning else None
        model = self._reply_by_letters if vectors is None else self._reply_by_meaning
        if model is None or not text:
            return ()
        found = zip(model.labels, model.probabilities([text], vectors)[0].tolist(), strict=True)
        shares: dict[str, float] = {}
        own = _taught(question, (label.partition(_AT)[2] for label in model.labels))
        for label, share in found:
            meaning, _, asked = label.partition(_AT)
            if not own or asked in ("", own):  # where none was taught, all others' tell best
                shares[meaning] = shares.get(meaning, 0.0) + share
        whole = sum(shares.values()) or 1.0
        ranked = sorted(shares.items(), key=lambda pair: -pair[1])
        return tuple((name, round(share / whole, 3)) for name, share in ranked)

    async def ready(self) -> None:
        """Wait until what was begun is done, however it went."""
        if self._tasks:
            await asyncio.wait(list(self._tasks))

    async def close(self) -> None:
        """Nobody asks any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _meant(self, text: str) -> Floats | None:
        """The text's vector; None where it is not there in time."""
        if self._embedder is None:
            return None
        try:
            async with asyncio.timeout(self._patience):
                return await self._embedder.embed([text])
        except (EngineError, TimeoutError):
            return None

    async def _embed(self, text: str) -> None:
        if self._embedder is not None:
            with contextlib.suppress(EngineError):
                await self._embedder.embed([text])

    async def _learn_letters_or_warn(self) -> None:
        try:
            await self.learn_letters()
        except EngineError as error:
            logger.warning("what turns want is not told by their letters: {}", error)

    def _samples(self) -> dict[str, str]:
        """What teaches; nothing where that tells no two intents apart."""
        taught = samples(self._packs)
        return taught if len(set(taught.values())) >= _FEWEST else {}

    def _taught_alone(self) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
        """Languages that are taught by their own samples only, and these."""
        for code, pack in self._alone.items():
            own = samples({code: pack})
            if len(set(own.values())) >= _FEWEST:
                yield code, tuple(own.items())

    def _tell(self, many: int) -> None:
        logger.info("intents are judged by {}, learnt from {} samples", self.judge, many)

    def _start(self, work: Coroutine[None, None, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def judge(intents: IntentClassifier | None) -> Judge:
    """Who tells what a turn may want, now; None where that is off."""
    return intents.judge if intents is not None else "nearest sample"


def samples(packs: Mapping[str, Pack]) -> dict[str, str]:
    """Sentence -> intent, of all packs; NO_INTENT for those that are none of our business.

    What only answers a question is not among them: nobody says it unasked. Yes and no are, as far
    as a pack has more than their words (`samples.toml`): they answer whatever was asked.
    """
    found: dict[str, str] = {}
    for pack in packs.values():
        for intent in pack.language.intents.values():
            if intent.kind != "answer":
                found |= dict.fromkeys(intent.say, intent.name)
        for name, more in pack.samples.items():
            found |= dict.fromkeys(more, name)
    return found


def replies(packs: Mapping[str, Pack]) -> tuple[tuple[str, str], ...]:
    """Replies of all packs and their labels; none where that tells no two apart.

    A label is "yes", "no" or "open", and "yes@solved" of a reply to that question alone.
    """
    found = (
        (reply, f"{meaning}{_AT}{question}".removesuffix(_AT))
        for pack in packs.values()
        for question, said in pack.replies.items()
        for meaning, many in said.items()
        for reply in many
    )
    taught = tuple(dict.fromkeys(found))
    return taught if len({label for _, label in taught}) >= _FEWEST else ()


def _taught(question: str, taught: Iterable[str]) -> str:
    """Whose replies were taught: the question itself, or what its name begins with.

    "solved" for "solved_box", "confirm:line" for "confirm:line:770001234"; "" where none is.
    """
    names = (
        name for name in taught if name and re.fullmatch(rf"{re.escape(name)}([_:].*)?", question)
    )
    return max(names, key=len, default="")


async def _at_once() -> None:
    """Nobody waits."""
