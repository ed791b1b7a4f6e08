"""`waxtaan replay --out`: recordings by today's version, to be compared and looked at."""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track

from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.cli.found import recordings
from pipelines.cli.replay_live import Live, replay_calls
from pipelines.engines.llm.engine import EngineError
from pipelines.packs.reader import load
from pipelines.replay.persona import PersonaModel
from pipelines.replay.run import (
    DEPTHS,
    Outcome,
    Script,
    replay_decisions,
    replay_sounds,
    replay_texts,
    twice,
)
from pipelines.settings import Settings
from pipelines.store.recorded import Recorded

_SHOWN = 10  # ways of leaving a recording


def replay_into(
    paths: list[Path], depth: str, out: Path, script: Script, live: Live | None = None
) -> None:
    """Ends with 1 if a recording could not be replayed."""
    if depth not in DEPTHS:
        fail(f"--depth {depth}: there are {', '.join(DEPTHS)}", WRONG_USAGE)
    if live is not None and live.to and depth != "live":
        fail("--to goes with --depth live: the other depths call nobody", WRONG_USAGE)
    if script and depth != "text":
        fail("--script and --persona go with --depth text: the others have a sound", WRONG_USAGE)
    recorded = recordings(paths)
    if same := twice(recorded):
        fail(
            f"several recordings are called {', '.join(same[:5])}: one by one, please", WRONG_USAGE
        )
    if out.exists() and any(out.iterdir()):
        fail(f"{out} is not empty: what another version wrote would be mixed in", WRONG_USAGE)
    found = list(_replayed(recorded, depth, out, script, live or Live()))
    _tell(found, out)
    if any(outcome.left_out for outcome in found):
        raise SystemExit(1)


def _replayed(
    recorded: Sequence[Recorded], depth: str, out: Path, script: Script, live: Live
) -> Iterator[Outcome]:
    settings = Settings()
    if depth == "decisions":
        outcomes = replay_decisions(recorded, out, load(settings.prompts, settings.languages))
    elif depth == "audio":
        outcomes = replay_sounds(recorded, out, settings)
    elif depth == "live":
        outcomes = replay_calls(recorded, out, settings, live)
    else:
        if script == "model" and (why := asyncio.run(_unreached(settings))):
            print(f"waxtaan: {why}; a scripted caller goes on instead", file=sys.stderr)
            script = "rule"
        outcomes = replay_texts(recorded, out, settings, script)
    shown = Console(stderr=True, markup=False)
    yield from track(outcomes, "Replaying", len(recorded), console=shown, transient=True)


async def _unreached(settings: Settings) -> str:
    """Why no language model can play callers, "" if one can."""
    try:
        model = PersonaModel(settings)
    except EngineError as error:
        return str(error)
    try:
        await model.reach()
    except EngineError as error:
        return str(error)
    finally:
        await model.close()
    return ""


def _tell(found: Sequence[Outcome], out: Path) -> None:
    for outcome in found:
        if outcome.left_out:
            print(f"waxtaan: {outcome.id}: left out: {outcome.left_out}", file=sys.stderr)
        if outcome.lacking:
            print(f"waxtaan: {outcome.id}: {outcome.lacking}", file=sys.stderr)
    replayed = [outcome for outcome in found if not outcome.left_out]
    left = [outcome.diverged for outcome in replayed if outcome.diverged]
    without = len(found) - len(replayed)
    told = f"{len(replayed)} recordings replayed into {out}"
    print(told + (f", {without} left out" if without else ""))
    if left:
        print(f"{len(left)} were left: today's agent asks something else than was answered")
        ways = Counter((each.then, each.now) for each in left)
        for (then, now), count in ways.most_common(_SHOWN):
            print(f"  {count} where '{then}' was answered it asks '{now}'")
