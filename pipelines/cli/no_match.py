"""`waxtaan no-match`: what callers say that is not understood, in clusters, by how often."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.privacy import digit_words
from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.cli.found import recordings, tell_left_out
from pipelines.cli.no_match_into import write_into
from pipelines.engine_choice.embeddings import choose_embeddings, open_embeddings
from pipelines.engines.embeddings.engine import Embedder, Floats
from pipelines.intents.classifier import IntentClassifier, judge
from pipelines.intents.opening import open_intents
from pipelines.packs.reader import DialogueConfig, load
from pipelines.quality.calls import read_calls
from pipelines.quality.clusters import EXAMPLES, Cluster, Clusters, cluster
from pipelines.quality.no_match import NoMatch, no_matches
from pipelines.settings import Settings

_AT_ONCE = 16  # texts; longer batches would run out of the embedder's patience

Nearest = tuple[str, float]  # a use case, "none" among them, and how probable


@dataclass(frozen=True, slots=True)
class Options:
    """How turns are clustered: of one language, or each for itself; `fewest` calls of a cluster."""

    language: str = ""
    apart: bool = False
    fewest: int = 3


def no_match(
    paths: Sequence[Path], options: Options, as_json: bool, number: int, to: str, dry_run: bool
) -> None:
    """Print the clusters, or the one of that number; with `to`, write its wordings there."""
    if (to and not number) or (dry_run and not to):
        fail("name a cluster, and where it goes: --cluster 3 --to balance", WRONG_USAGE)
    settings = Settings()
    config = load(settings.prompts, settings.languages)
    turns = _turns(paths or [settings.calls], config, options.language)
    found, how = asyncio.run(_clusters(turns, settings, options))
    if number > len(found.found) or number < 0:
        told = f"no cluster {number}; with these options there are {len(found.found)}"
        fail(told, WRONG_USAGE)
    if to:
        write_into(found.found[number - 1], to, settings, config, dry_run)
        return
    numbers = [number - 1] if number else range(len(found.found))
    chosen = {n + 1: found.found[n] for n in numbers}
    nearest, judged = asyncio.run(_nearest(list(chosen.values()), settings, config))
    print(f"waxtaan: clusters by {how}; use cases by {judged}", file=sys.stderr)
    if as_json:
        for (at, each), use_case in zip(chosen.items(), nearest, strict=True):
            print(json.dumps(_row(at, each, use_case), ensure_ascii=False))
        return
    console = Console(highlight=False, markup=False)
    console.print(_table(list(chosen.items()), nearest))
    for each in chosen.values() if number else ():
        for said in each.examples[:EXAMPLES]:
            console.print(Text(f"{said.call} turn {said.turn} ({said.language}): {said.text}"))
    told = f"turns: {len(turns)}; single turns: {found.single}"
    apart = f"; {found.left_out} rarer wordings were not compared" if found.left_out else ""
    console.print(f"{told}{apart}")


def _turns(paths: Sequence[Path], config: DialogueConfig, language: str) -> list[NoMatch]:
    settings = Settings()
    calls = read_calls(
        recordings(paths), settings.prompts, sound=False, languages=settings.languages
    )
    tell_left_out(calls)
    found = no_matches(calls, digit_words(config.languages.values()))
    return [each for each in found if language in ("", each.language)]


async def _clusters(
    turns: Sequence[NoMatch], settings: Settings, options: Options
) -> tuple[Clusters, str]:
    choice = choose_embeddings(settings)
    embedder = open_embeddings(choice)
    grouped = partial(cluster, turns, fewest=options.fewest, apart=options.apart)
    if embedder is None or not turns:
        why = f"letters alone: {choice.why}" if embedder is None else "meaning and letters"
        return grouped(embed=None), why
    loop = asyncio.get_running_loop()

    def embed(texts: Sequence[str]) -> Floats:
        return asyncio.run_coroutine_threadsafe(_embedded(embedder, texts), loop).result()

    await embedder.start()
    try:
        return await asyncio.to_thread(grouped, embed=embed), "meaning and letters"
    finally:
        await embedder.close()


async def _embedded(embedder: Embedder, texts: Sequence[str]) -> Floats:
    batches = range(0, len(texts), _AT_ONCE)
    return np.concatenate([await embedder.embed(texts[at : at + _AT_ONCE]) for at in batches])


async def _nearest(
    found: Sequence[Cluster], settings: Settings, config: DialogueConfig
) -> tuple[list[Nearest], str]:
    """Of each cluster, by the mean of what its examples may want."""
    if not found:
        return [], "nobody"
    async with open_intents(settings, config) as intents:
        if intents is None:
            return [("", 0.0)] * len(found), "nobody: the setting 'intents' is 'none'"
        return [await _likeliest(each, intents) for each in found], judge(intents)


async def _likeliest(each: Cluster, intents: IntentClassifier) -> Nearest:
    examples = each.examples[:EXAMPLES]
    shares: dict[str, float] = {}
    for said in examples:
        for name, share in await intents.likely(said.text, said.language):
            shares[name] = shares.get(name, 0.0) + share / len(examples)
    best = max(shares, key=lambda name: shares[name], default="")
    return best, round(shares.get(best, 0.0), 3)


def _row(number: int, each: Cluster, nearest: Nearest) -> dict[str, Any]:
    return {
        "cluster": number,
        "calls": len(each.calls),
        "turns": len(each.turns),
        "languages": each.languages,
        "reasons": dict(Counter(turn.reason for turn in each.turns)),
        "questions": dict(Counter(turn.question for turn in each.turns)),
        "medoid": each.examples[0].text,
        "examples": [said.text for said in each.examples[:EXAMPLES]],
        "nearest": {"use_case": nearest[0], "probability": nearest[1]},
        "where": [{"call": turn.call, "turn": turn.turn} for turn in each.turns],
    }


def _table(found: Sequence[tuple[int, Cluster]], nearest: Sequence[Nearest]) -> Table:
    table = Table("cluster", "calls", "turns", "languages", "nearest use case", "said")
    for (number, each), (name, share) in zip(found, nearest, strict=True):
        languages = " ".join(f"{code} {many}" for code, many in each.languages.items())
        told = f"{name} {share:.2f}" if name else "-"
        counts = str(number), str(len(each.calls)), str(len(each.turns))
        table.add_row(*counts, languages, told, Text(each.examples[0].text))
    return table
