"""`waxtaan replay`: recorded calls through today's dialogue."""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.text import Text

from agent.actions import Action
from agent.log import line
from agent.replay import Difference, Unmatched, accepted
from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.cli.found import there
from pipelines.cli.list_differences import only_lists
from pipelines.packs.reader import DialogueConfig, load
from pipelines.replay.decisions import fresh, replay_logs
from pipelines.settings import Settings
from pipelines.store.recorded import find_recorded

_SHOWN = 5  # differences of one call: the first is the cause, the rest mostly follow from it


def replay(paths: list[Path], accept: bool = False, force: bool = False) -> None:
    """Ends with 1 if any call differs and is not accepted, or could not be replayed.

    A call whose recorded answers find no request any more is accepted with `force` only: what it
    was about would not be told in it.
    """
    console = Console(highlight=False, markup=False)
    logs = sorted(find(paths))
    if not logs:
        fail(f"no *.jsonl log under {', '.join(map(str, paths))}", WRONG_USAGE)
    settings = Settings()
    prompts = settings.prompts
    config = load(prompts, settings.languages)
    changed = written = left_out = 0
    shown = Console(stderr=True, markup=False)
    all_of_them = replay_logs(logs, config, prompts)
    for found in track(all_of_them, "Replaying", len(logs), console=shown, transient=True):
        if found.left_out:
            left_out += 1
            print(f"waxtaan: {found.path}: left out: {found.left_out}", file=sys.stderr)
        if not found.differences:
            continue
        changed += 1
        _show(console, found.path, found.differences)
        _warn(console, found.path, found.unmatched, kept=accept and not force)
        if accept and (force or not found.unmatched):
            rewrite(found.path, config)
            written += 1
    some = "" if written == changed else f"{written} of them "
    accepted_now = f", {some}now accepted" if changed and accept else ""
    without = f", {left_out} left out" if left_out else ""
    console.print(
        f"{len(logs) - left_out} calls, {changed} with differences{accepted_now}{without}"
    )
    if written < changed or left_out:
        raise SystemExit(1)


def find(paths: Iterable[Path]) -> Iterable[Path]:
    """The logs that these files and folders hold."""
    paths = list(paths)
    there(paths)
    return (each.log for each in find_recorded(paths) if each.log is not None)


def rewrite(path: Path, config: DialogueConfig) -> None:
    """Write what today's dialogue does into a log, in the place of what it did then."""
    with path.open(encoding="utf-8") as lines:
        today = "".join(accepted(lines, fresh(config)))
    part = path.with_suffix(".part")
    part.write_text(today, encoding="utf-8")
    part.replace(path)


def _show(console: Console, path: Path, found: list[Difference]) -> None:
    """Lists that grew or shrank in few words, as often as they did; all else as the log has it."""
    console.print(Text.assemble((str(path), "bold"), f": {len(found)} differences"))
    lists = Counter(told for d in found for told in only_lists(d.then, d.now) or ())
    for (name, sign, values), times in lists.items():
        often = f" ({times} times)" if times > 1 else ""
        style = "red" if sign == "-" else "green"
        console.print(Text(f"  {name}: {sign} {', '.join(values)}{often}", style=style))
    others = [d for d in found if only_lists(d.then, d.now) is None]
    for difference in others[:_SHOWN]:
        console.print(Text(f"  after {line(difference.event)}"))
        _side(console, "-", "red", difference.then, difference.now)
        _side(console, "+", "green", difference.now, difference.then)


def _side(
    console: Console, sign: str, style: str, actions: tuple[Action, ...], other: tuple[Action, ...]
) -> None:
    for action in actions:
        if action not in other:
            console.print(Text(f"  {sign} {line(action)}", style=style))


def _warn(console: Console, path: Path, lost: list[Unmatched], kept: bool) -> None:
    for one in lost:
        told = (
            "was answered when the call was recorded, and is not asked under that number now"
            if one.was_answered
            else "is asked now, and no answer was recorded"
        )
        console.print(
            Text(f"  request {one.request}, '{one.name}', {told}", style="yellow"), soft_wrap=True
        )
    if lost and kept:
        console.print(
            f"{path}: not accepted, since it would not tell any more what it was recorded for. "
            "Record the call anew (waxtaan chat --log), or --force",
            soft_wrap=True,
        )
