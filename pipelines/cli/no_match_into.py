"""A cluster's wordings into a pack's samples, or into the draft of a page, and what was changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.events import NO_INTENT
from agent.languages.language import words
from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.errors import ConfigurationError
from pipelines.knowledge.draft import draft_page, draft_place
from pipelines.packs.pack import Pack
from pipelines.packs.reader import DialogueConfig
from pipelines.packs.samples_file import add_samples
from pipelines.quality.clusters import Cluster
from pipelines.settings import Settings

_PAGE = "page:"


@dataclass(frozen=True, slots=True)
class _Change:
    """What a file is to be, and the lines that are told of it."""

    path: Path
    content: str
    lines: list[str]


def write_into(
    cluster: Cluster, to: str, settings: Settings, config: DialogueConfig, dry_run: bool
) -> None:
    """`to` is a use case or another wish of the packs, "none", or "page:<name>".

    All files are made ready before the first is written. Ends the command where one cannot be.
    """
    wordings = _wordings(cluster, config)
    try:
        if to.startswith(_PAGE):
            changes = list(_pages(cluster, wordings, to.removeprefix(_PAGE), settings))
        else:
            changes = list(_samples(wordings, to, settings, config))
        for change in changes:
            if not dry_run:
                _write(change)
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}", WRONG_USAGE)
    for change in changes:
        print(f"{change.path}{' (not written: --dry-run)' if dry_run else ''}")
        print("\n".join(f"  {line}" for line in change.lines))
    kept = sum(map(len, wordings.values()))
    if kept < len(cluster.examples):
        left = len(cluster.examples) - kept
        print(
            f"{left} of {len(cluster.examples)} wordings left out: they hold a number, were said to"
            " a question for a detail, or have no pack"
        )
    if not any(change.lines for change in changes):
        print("nothing to add: all that may be written is there")
    elif to.startswith(_PAGE):
        print("Then: write the page; 'waxtaan knowledge ask' shows what it answers")
    else:
        print("Then: 'waxtaan check', and measure: 'waxtaan understand --file TURNS.tsv'")


def _wordings(cluster: Cluster, config: DialogueConfig) -> dict[str, list[str]]:
    """What may be written, by language."""
    found: dict[str, list[str]] = {}
    for each in cluster.examples:
        if each.may_teach and each.language in config.packs:
            found.setdefault(each.language, []).append(each.text)
    return found


def _samples(
    wordings: dict[str, list[str]], to: str, settings: Settings, config: DialogueConfig
) -> Iterator[_Change]:
    for code, said in wordings.items():
        pack = config.packs[code]
        _require(to, pack)
        path = settings.prompts / code / "samples.toml"
        taught = {words(s) for i in pack.language.intents.values() for s in (*i.say, *i.must)}
        try:
            text = path.read_bytes().decode("utf-8") if path.exists() else ""
            content, added = add_samples(text, to, [s for s in said if words(s) not in taught])
        except (ConfigurationError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{path}: {error}") from error
        if added:
            yield _Change(path, content, [f'{to} + "{sentence}"' for sentence in added])


def _require(to: str, pack: Pack) -> None:
    wishes = sorted(i.name for i in pack.language.intents.values() if i.kind != "answer")
    if to not in (NO_INTENT, *wishes):
        told = f"--to {to}: no wish in {pack.language.name}; there are {', '.join(wishes)}"
        fail(f"{told}, {NO_INTENT} for what is out of scope, and {_PAGE}NAME", WRONG_USAGE)


def _pages(
    cluster: Cluster, wordings: dict[str, list[str]], name: str, settings: Settings
) -> Iterator[_Change]:
    for code, said in wordings.items():
        path = draft_place(settings.knowledge, settings.prompts, code, name)
        content = draft_page(name, said, len(cluster.calls))
        yield _Change(path, content, content.splitlines())


def _write(change: _Change) -> None:
    """Whole or not at all."""
    change.path.parent.mkdir(parents=True, exist_ok=True)
    part = change.path.with_name(f"{change.path.name}.part")
    part.write_bytes(change.content.encode("utf-8"))
    part.replace(change.path)
