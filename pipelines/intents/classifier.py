"""The likely intents of a turn, by its meaning, words and letters: one model for all languages.

It learns from the samples of all packs, so a language with few has the others' to lean on, and from
sentences that are none of our business. What a turn means is asked for as soon as something is
heard of it, so that it is mostly there when the turn ends; who is not there by then is not waited
for longer than `patience`, and the nearest sample decides as without it.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from loguru import logger

from agent.events import NO_INTENT
from pipelines.engines.embeddings.engine import Embedder
from pipelines.errors import EngineError
from pipelines.intents.learning import kept_model
from pipelines.intents.model import Model
from pipelines.packs.pack import Pack

MOST = 3  # intents that a turn may have
_FEWEST = 2  # intents that can be told apart


class IntentClassifier:
    """Of all calls.

    Args:
        embedder: started by whoever calls `learn`.
        packs: whose samples teach.
        folder: keeps the samples' vectors and the model from one start to the next.
        patience: s, for the meaning of a turn that has ended.
    """

    def __init__(
        self, embedder: Embedder, packs: Mapping[str, Pack], folder: Path, patience: float
    ) -> None:
        self._embedder = embedder
        self._packs = packs
        self._folder = folder
        self._patience = patience
        self._model: Model | None = None
        self._preparing: set[asyncio.Task[None]] = set()

    @property
    def ready(self) -> bool:
        """Whether it has learnt."""
        return self._model is not None

    async def learn(self, quiet: Callable[[], Awaitable[None]]) -> None:
        """Learn the samples; `quiet` is waited for often. Raises EngineError."""
        taught = samples(self._packs)
        if len(set(taught.values())) < _FEWEST:
            return
        self._model = await kept_model(taught, self._embedder, self._folder, quiet)
        logger.info("intents are known by {} samples", len(taught))

    def prepare(self, text: str) -> None:
        """Something was heard: its meaning may be asked for soon."""
        if self._model is not None and text:
            task = asyncio.create_task(self._embed(text), name="intents ahead")
            self._preparing.add(task)
            task.add_done_callback(self._preparing.discard)

    async def likely(self, text: str, language: str) -> tuple[tuple[str, float], ...]:
        """See `TurnEnded.intents`; () where it is not known in time."""
        model = self._model
        if model is None or not text or language not in self._packs:
            return ()
        try:
            async with asyncio.timeout(self._patience):
                vectors = await self._embedder.embed([text])
        except (EngineError, TimeoutError):
            return ()
        known = self._packs[language].language.intents
        found = zip(model.labels, model.probabilities([text], vectors)[0].tolist(), strict=True)
        shares = {name: share for name, share in found if name in known or name == NO_INTENT}
        whole = sum(shares.values()) or 1.0
        ranked = sorted(shares.items(), key=lambda pair: -pair[1])[:MOST]
        return tuple((name, round(share / whole, 3)) for name, share in ranked)

    async def close(self) -> None:
        """Nobody asks any more."""
        for task in self._preparing:
            task.cancel()
        await asyncio.gather(*self._preparing, return_exceptions=True)

    async def _embed(self, text: str) -> None:
        with contextlib.suppress(EngineError):
            await self._embedder.embed([text])


def samples(packs: Mapping[str, Pack]) -> dict[str, str]:
    """Sentence -> intent, of all packs; NO_INTENT for those that are none of our business.

    What only answers a question is not among them: nobody says it unasked.
    """
    found: dict[str, str] = {}
    for pack in packs.values():
        for intent in pack.language.intents.values():
            if intent.kind != "answer":
                found |= dict.fromkeys(intent.say, intent.name)
        for name, more in pack.samples.items():
            found |= dict.fromkeys(more, name)
    return found
