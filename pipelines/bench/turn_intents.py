"""What judging intents adds between a turn's end and its decision, and how long the decision takes.

Callers of a moment's making: their words come as partial results every 0.3 s, as fast as people
speak; after the voice detector's silence the recogniser takes its time for the final one, and the
pause that the open question deserves ends the turn. Time is real, since the embedder's is.
"""

import asyncio
import csv
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from agent.dialogue import Dialogue
from agent.endpointing import pause
from agent.events import (
    CallStarted,
    Event,
    Hypothesis,
    SpeechEnded,
    SpeechStarted,
    TurnEnded,
    TurnStarted,
)
from agent.log import read
from pipelines.bench.row import Row
from pipelines.intents.classifier import IntentClassifier
from pipelines.intents.turns import with_intents
from pipelines.packs.reader import DialogueConfig

_TESTS = Path(__file__).parents[2] / "tests"
_PARTIAL = 0.3  # s between two
_WORD = 0.36  # s
_SILENCE = 0.16  # s until the final result is asked for: the setting `vad_stop`
_FINALS = {"Whisper base": 0.3, "the embedded recogniser": 0.03}  # s, as measured
_CALLS = 12  # for each that goes on at the same time
_AT_ONCE = (1, 8)
_DECIDED = "p99 5 ms"
_AT_ONCE_MS = 1.0  # what is there already is judged in less


@dataclass
class Timed:
    """ms, of all turns of a measurement."""

    waits: list[float] = field(default_factory=list)
    decisions: list[float] = field(default_factory=list)


@dataclass
class _Call:
    """One call; what is said in it follows its open question."""

    dialogue: Dialogue
    intents: IntentClassifier
    config: DialogueConfig
    final: float  # s
    timed: Timed
    began: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    @property
    def at(self) -> float:
        return asyncio.get_running_loop().time() - self.began

    async def happen(self, event: Event) -> None:
        began = time.perf_counter()
        c = self.dialogue.conversation
        event = await with_intents(event, c, self.intents, self.config.languages)
        ready = time.perf_counter()
        self.dialogue.receive(event)
        if isinstance(event, TurnEnded):
            self.timed.waits.append(1000 * (ready - began))
            self.timed.decisions.append(1000 * (time.perf_counter() - ready))

    async def agent_has_spoken(self) -> None:
        for speak in self.dialogue.conversation.saying:
            await self.happen(SpeechStarted(self.at, speak.utterance))
            await self.happen(SpeechEnded(self.at, speak.utterance, speak.text, False))

    async def say(self, text: str) -> None:
        """A turn, as long as it takes to say it."""
        await self.agent_has_spoken()
        began = self.at
        await self.happen(TurnStarted(began))
        said = text.split()
        length = _WORD * len(said)
        for n in range(1, int(length / _PARTIAL) + 1):
            await self._until(began + n * _PARTIAL)
            if heard := said[: int(n * _PARTIAL / _WORD)]:
                await self._hear(" ".join(heard), final=False)
        c = self.dialogue.conversation
        silent = pause(text, c.expecting, self.config.packs[c.language].language).seconds
        await self._until(began + length + _SILENCE + self.final)
        await self._hear(text, final=True)
        await self._until(began + length + silent)
        await self.happen(TurnEnded(self.at))

    async def _hear(self, text: str, *, final: bool) -> None:
        language = self.dialogue.conversation.language
        await self.happen(Hypothesis(self.at, text, language, 1.0, float(final), final))

    async def _until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - self.at))


async def waits(
    intents: IntentClassifier, config: DialogueConfig, final: float, many: int, calls: int
) -> Timed:
    """Of `calls` calls one after the other, `many` at the same time; the same each time."""
    timed = Timed()
    wishes, replies = _sentences("wishes.tsv", config), _sentences("yes_no.tsv", config)

    async def line(number: int) -> None:
        chance = random.Random(number)
        await asyncio.sleep(chance.random())
        for _ in range(calls):
            language = chance.choice([code for code in config.packs if code in wishes])
            dialogue = Dialogue(config.languages, config.flows, config.policy)
            call = _Call(dialogue, intents, config, final, timed)
            await call.happen(CallStarted(0.0, "bench", None, language))
            await call.say(chance.choice(wishes[language]))
            await call.say(chance.choice(replies[language]))

    await asyncio.gather(*(line(number) for number in range(many)))
    return timed


async def measure(intents: IntentClassifier, config: DialogueConfig) -> list[Row]:
    """The rows of waiting; nothing where the sentences of the tests are not at hand."""
    if not (_TESTS / "strangers").is_dir():
        return []
    rows = []
    for name, final in _FINALS.items():
        for many in _AT_ONCE:
            timed = await waits(intents, config, final, many, _CALLS)
            none = 100 * sum(wait < _AT_ONCE_MS for wait in timed.waits) / len(timed.waits)
            what = f"intents: wait at a turn's end, finals of {name}, {many} at once"
            told = f"{none:.0f} % none"
            rows.append(Row(what, timed.waits, "ms", wanted="80 % none, p95 60 ms", note=told))
    return rows


def decisions(logs: Iterable[Path], config: DialogueConfig) -> Iterator[Row]:
    """How long the dialogue takes for a turn: of recorded calls, and of strangers."""
    config.warm()
    took: list[float] = []
    for log in logs:
        dialogue = Dialogue(config.languages, config.flows, config.policy)
        for event in read(log.read_text(encoding="utf-8").splitlines(keepends=True)):
            if isinstance(event, Event):
                _take(dialogue, event, took)
    yield Row("a decision, recorded calls", took, "ms", wanted=_DECIDED)
    took = []
    for language, texts in _sentences("wishes.tsv", config).items():
        for text in texts:
            dialogue = Dialogue(config.languages, config.flows, config.policy)
            dialogue.receive(CallStarted(0.0, "bench", None, language))
            for speak in dialogue.conversation.saying:
                dialogue.receive(SpeechEnded(4.0, speak.utterance, speak.text, False))
            dialogue.receive(TurnStarted(5.0))
            dialogue.receive(Hypothesis(6.0, text, language, 1.0, 1.0, True))
            _take(dialogue, TurnEnded(7.0), took)
    yield Row("a decision, strangers' first sentences", took, "ms", wanted=_DECIDED)


def _take(dialogue: Dialogue, event: Event, took: list[float]) -> None:
    began = time.perf_counter()
    dialogue.receive(event)
    if isinstance(event, TurnEnded):
        took.append(1000 * (time.perf_counter() - began))


def _sentences(file: str, config: DialogueConfig) -> dict[str, list[str]]:
    """Of the tests' strangers, by language."""
    found: dict[str, list[str]] = {}
    path = _TESTS / "strangers" / file
    if path.is_file():
        lines = path.read_text(encoding="utf-8").splitlines()
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["language"] in config.packs:
                found.setdefault(row["language"], []).append(row["text"])
    return found
