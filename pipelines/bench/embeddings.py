"""How long sentence embeddings take on one thread, and what memory: the makers' questions."""

import asyncio
import statistics
import time
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines.bench import turn_intents
from pipelines.bench.row import Row
from pipelines.engine_choice.embeddings import choose_embeddings
from pipelines.engines.embeddings.e5 import E5
from pipelines.intents.opening import open_intents
from pipelines.packs.reader import load
from pipelines.settings import Settings

_STARTS = 3
_TOGETHER = 8
_CALLS = 20  # that ask at the same moment


def run(settings: Settings) -> Iterator[Row]:
    """The rows; where the weights are missing, that is said."""
    choice = choose_embeddings(settings)
    if choice.engine == "none":
        yield Row("embeddings", [], "ms", note=f"not measured: {choice.why}")
        return
    yield from asyncio.run(
        _measure(choice.file, _questions(settings), settings.embeddings_patience)
    )
    yield from asyncio.run(_waits(settings))


async def _waits(settings: Settings) -> list[Row]:
    """What callers wait for their intents."""
    config = load(settings.prompts, settings.languages)
    async with open_intents(settings, config, settings.intents_patience) as intents:
        return [] if intents is None else await turn_intents.measure(intents, config)


def _questions(settings: Settings) -> list[str]:
    found: list[str] = []
    for code in load(settings.prompts, settings.languages).packs:
        file = settings.prompts / code / "questions.toml"
        if file.exists():
            asked = tomllib.loads(file.read_text(encoding="utf-8"))
            found += [question for questions in asked["answers"].values() for question in questions]
    return list(dict.fromkeys(found))


async def _measure(file: Path, questions: Sequence[str], patience: float) -> list[Row]:
    starts = []
    for _ in range(_STARTS):
        began = time.perf_counter()
        engine = E5(file, keep=0)
        await engine.start()
        starts.append(time.perf_counter() - began)
        await engine.close()
    engine = E5(file, keep=0)
    await engine.start()
    try:
        loaded = _resident(engine.pid)
        alone = [await _took(engine, [question]) for question in questions]
        whole = range(0, len(questions) - _TOGETHER + 1, _TOGETHER)
        together = [await _took(engine, questions[at : at + _TOGETHER]) for at in whole]
        crowds = [await _crowd(engine, questions[at : at + _CALLS]) for at in range(0, 200, _CALLS)]
        after = _resident(engine.pid)
    finally:
        await engine.close()
    words = statistics.median(len(question.split()) for question in questions)
    eight = _TOGETHER * statistics.median(alone)
    return [
        Row("e5-small: start to ready", starts, "s"),
        Row("e5-small: a question", alone, "ms", note=f"{words:g} words, one thread"),
        Row(f"e5-small: {_TOGETHER} at once", together, "ms", eight, "one by one"),
        Row(
            f"e5-small: {_CALLS} calls asking at once, the last answer",
            crowds,
            "ms",
            wanted=f"{1000 * patience:g} ms",
        ),
        Row("e5-small: memory of the worker, loaded", [loaded], "MB"),
        Row("e5-small: after all of these", [after], "MB"),
    ]


async def _crowd(engine: E5, texts: Sequence[str]) -> float:
    began = time.perf_counter()
    await asyncio.gather(*(engine.embed([text]) for text in texts))
    return 1000 * (time.perf_counter() - began)


async def _took(engine: E5, texts: Sequence[str]) -> float:
    began = time.perf_counter()
    await engine.embed(texts)
    return 1000 * (time.perf_counter() - began)


def _resident(pid: int | None) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    lines = dict(line.partition(":")[::2] for line in status.splitlines())
    return int(lines["VmRSS"].split()[0]) * 1024 / 1e6
