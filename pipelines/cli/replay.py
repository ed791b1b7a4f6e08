"""`waxtaan replay`: recorded calls through today's dialogue."""

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.text import Text

from agent.actions import Action
from agent.dialogue import Dialogue
from agent.log import LogError, line, read
from agent.replay import Difference, accepted, differences
from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.packs.reader import DialogueConfig, load
from pipelines.settings import Settings

_SHOWN = 5  # differences of one call: the first is the cause, the rest mostly follow from it


def replay(paths: list[Path], accept: bool = False) -> None:
    """Ends with 1 if any call differs and is not accepted."""
    console = Console(highlight=False)
    logs = sorted(find(paths))
    if not logs:
        fail(f"no *.jsonl log under {', '.join(map(str, paths))}", WRONG_USAGE)
    config = load(Settings().prompts)
    changed = 0
    for path in track(logs, "Replaying", console=Console(stderr=True), transient=True):
        found = replay_file(path, config)
        changed += bool(found)
        if found:
            _show(console, path, found)
        if found and accept:
            rewrite(path, config)
    accepted_now = ", now accepted" if changed and accept else ""
    console.print(f"{len(logs)} calls, {changed} with differences{accepted_now}")
    if changed and not accept:
        raise SystemExit(1)


def find(paths: Iterable[Path]) -> Iterable[Path]:
    """The logs that these files and folders hold."""
    for path in paths:
        if path.is_dir():
            yield from path.rglob("*.jsonl")
        elif path.exists():
            yield path
        else:
            fail(f"{path}: no such file or folder", WRONG_USAGE)


def replay_file(path: Path, config: DialogueConfig) -> list[Difference]:
    """One log through a fresh dialogue."""
    dialogue = Dialogue(config.languages, config.flows, config.policy)
    try:
        with path.open(encoding="utf-8") as lines:
            return differences(read(lines), dialogue)
    except LogError as error:
        raise LogError(f"{path}: {error}") from error


def rewrite(path: Path, config: DialogueConfig) -> None:
    """Write what today's dialogue does into a log, in the place of what it did then."""
    dialogue = Dialogue(config.languages, config.flows, config.policy)
    with path.open(encoding="utf-8") as lines:
        today = "".join(accepted(lines, dialogue))
    part = path.with_suffix(".part")
    part.write_text(today, encoding="utf-8")
    part.replace(path)


def _show(console: Console, path: Path, found: list[Difference]) -> None:
    console.print(f"[bold]{path}[/bold]: {len(found)} differences")
    for difference in found[:_SHOWN]:
        console.print(Text(f"  after {line(difference.event)}"))
        _side(console, "-", "red", difference.then, difference.now)
        _side(console, "+", "green", difference.now, difference.then)


def _side(
    console: Console, sign: str, style: str, actions: tuple[Action, ...], other: tuple[Action, ...]
) -> None:
    for action in actions:
        if action not in other:
            console.print(Text(f"  {sign} {line(action)}", style=style))
