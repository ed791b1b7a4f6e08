"""`waxtaan translate`: a language's pack, drafted by the configured language model and checked."""

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from pipelines.cli.check import check_language
from pipelines.cli.errors import MISSING, WRONG_USAGE, fail
from pipelines.cli.start_language import require_code
from pipelines.errors import ConfigurationError, EngineError
from pipelines.packs import sources
from pipelines.packs.toml_files import read_toml
from pipelines.settings import Settings
from pipelines.translating.asking import Model
from pipelines.translating.batches import Brief, answer_tokens, prompt_tokens
from pipelines.translating.checks import Target
from pipelines.translating.derived import called
from pipelines.translating.draft import Outcome, Plan, draft, plan
from pipelines.translating.items import FILES

_OUT = Console(highlight=False, markup=False, soft_wrap=True)
_SKELETON = "untranslated skeleton"
_ALL = "all"
_STOPPED = 130  # as shells tell of Ctrl-C
_SHOWN = 20  # refused lines; the files have all


def translate(
    code: str, source: str, only: Sequence[str], name: str, *, stale: bool, dry_run: bool
) -> None:
    """Draft what `prompts/<code>` lacks. Ends with 1 if the pack that there is then has faults."""
    settings = Settings()
    _require(settings.prompts, code, source, only)
    try:
        target = _target(settings.prompts, code, name)
        chosen = None
        if stale:
            source, chosen = _stale(settings.prompts, code)
        made = plan(settings.prompts, target, source, only or FILES, chosen)
        brief = Brief(settings.prompts / "llm", target)
        if dry_run:
            _estimate(made, brief)
            return
        if made.wanted or made.known:
            outcome, model = asyncio.run(_draft(settings, made, brief))
            _tell(code, made, outcome, model)
        else:
            _OUT.print(f"Nothing to draft in {made.folder.path}: {_nothing(stale)}")
    except ConfigurationError as error:
        fail(str(error), WRONG_USAGE)
    except EngineError as error:
        fail(f"{error}{_stands(settings.prompts / code)}", MISSING)
    except KeyboardInterrupt:
        fail(f"stopped{_stands(settings.prompts / code)}", _STOPPED)
    _check(code)


def record(code: str, source: str) -> None:
    """Take the wording as it is for translated from what the source language says now."""
    prompts = Settings().prompts
    codes = [code]
    if code == _ALL:
        codes = sorted(path.parent.name for path in prompts.glob("*/language.toml"))
        codes.remove(source)
    for each in codes:
        _require(prompts, each, source, ())
        if not (prompts / each).is_dir():
            fail(f"no language '{each}' in {prompts}: 'waxtaan translate --to {each}'", WRONG_USAGE)
        try:
            count = sources.record(prompts, each, source)
        except ConfigurationError as error:
            fail(str(error), WRONG_USAGE)
        _OUT.print(f"{each}: {count} texts recorded in {prompts / each / sources.FILE}")


def _stale(prompts: Path, code: str) -> tuple[str, tuple[str, ...]]:
    """What it was translated from, and what of that has changed."""
    source, recorded = sources.read(prompts / code)
    if not recorded:
        fail(
            f"{prompts / code}: keeps no record of what it was translated from; 'waxtaan translate "
            f"--to {code} --record' begins one, with what stands there now",
            WRONG_USAGE,
        )
    return source, sources.stale_of(prompts, code)


def _stands(folder: Path) -> str:
    there = f". What was drafted stands in {folder}; the same command goes on from there"
    return there if folder.exists() else ""


def _require(prompts: Path, code: str, source: str, only: Sequence[str]) -> None:
    require_code(code)
    if code == _ALL:
        fail("--to all goes with --record only: languages are drafted one by one", WRONG_USAGE)
    if code == source:
        fail(f"'{code}' is what is translated from: --to another, or --from another", WRONG_USAGE)
    if not (prompts / source / "language.toml").exists():
        fail(f"--from {source}: no such language in {prompts}", WRONG_USAGE)
    if unknown := [each for each in only if each not in FILES]:
        fail(f"--only {','.join(unknown)}: there are {', '.join(FILES)}", WRONG_USAGE)


def _target(prompts: Path, code: str, name: str) -> Target:
    own, english = called(code)
    path = prompts / code / "language.toml"
    if path.exists() and not name:
        given = str(read_toml(path).get("name", ""))
        name = given if given != code else ""
    name = name or own
    if not name:
        fail(
            f"the Unicode CLDR does not know '{code}': say what the language calls itself, "
            "--name NAME",
            WRONG_USAGE,
        )
    return Target(code, name, english or name)


def _estimate(made: Plan, brief: Brief) -> None:
    asked = made.batches
    prompts = sum(prompt_tokens(brief.ask(batch, {}, "")) for batch in asked)
    answers = sum(map(answer_tokens, asked))
    parts = sum(len(batch) for batch in asked)
    _OUT.print(
        f"{len(asked)} requests for {parts} parts of {len(made.wanted)} entries: about {prompts} "
        f"tokens of prompts, at most {answers} of answers; what is refused is asked again once. "
        f"{len(made.known)} entries come from libraries. Nothing was asked or written."
    )
    for each in made.left:
        _OUT.print(f"left to a speaker: {each}")


async def _draft(settings: Settings, made: Plan, brief: Brief) -> tuple[Outcome, Model]:
    model = Model(settings, brief)
    try:
        await model.reach()
        folder = made.folder
        folder.begin()
        by = f"{date.today().isoformat()} by {model.name}"
        drafted = f"machine-drafted {by}, awaiting review by a speaker"
        about = folder.there("language")
        if about["review"] == _SKELETON:
            folder.put(("language", "", "name"), made.target.name)
            folder.put(("language", "", "review"), drafted)
        note = "" if about.get("draft") else drafted
        with Progress(console=Console(stderr=True, markup=False)) as shown:
            task = shown.add_task(f"Drafting {made.target.name}", total=len(made.batches))
            outcome = await draft(made, model, lambda: note, lambda: shown.advance(task))
        return outcome, model
    finally:
        await model.close()


def _tell(code: str, made: Plan, outcome: Outcome, model: Model) -> None:
    _OUT.print(
        f"{outcome.drafted} lines drafted by {model.name} ({model.asked} requests, {model.tokens} "
        f"tokens), {outcome.derived} entries from libraries, {len(outcome.refused)} refused."
    )
    for name, why in outcome.refused[:_SHOWN]:
        _OUT.print(f"refused: {name}: {why}")
    if len(outcome.refused) > _SHOWN:
        more = len(outcome.refused) - _SHOWN
        _OUT.print(
            f"and {more} more, each beside its line: grep -r 'not drafted' {made.folder.path}"
        )
    for each in outcome.left:
        _OUT.print(f"left to a speaker: {each}")


def _nothing(stale: bool) -> str:
    return "nothing of it is stale" if stale else "all that a model can draft is there"


def _check(code: str) -> None:
    """As `waxtaan check --language`, and the one next step."""
    try:
        check_language(code)
    except SystemExit:
        _OUT.print(
            "Next: mend what is named above, by hand (a sentence that is not understood wants "
            f"others like it under 'say'), then: waxtaan check --language {code}"
        )
        raise
    _OUT.print(
        f"Next: a speaker reads prompts/{code} (prompts/README.md says what to look for); until "
        f"then it is a draft. To try it: WAXTAAN_LANGUAGES=en,{code} waxtaan chat -l {code}"
    )
