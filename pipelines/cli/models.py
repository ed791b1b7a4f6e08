"""`waxtaan models`: published weights and an operator's own, in one place."""

import json as json_module
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from pipelines.cli.errors import MISSING, WRONG_USAGE, fail
from pipelines.errors import EngineError
from pipelines.packs.toml_files import read_toml
from pipelines.settings import Settings
from pipelines.weights import adding, store
from pipelines.weights.catalogue import Model, load
from pipelines.weights.installed import faults, noted, present

RECOMMENDED = "recommended"  # what `make run` brings
_OUT = Console(highlight=False, markup=False)


def show(as_json: bool) -> None:
    """Every model: what it is for, whether it is here, size, licence, languages, source."""
    settings = Settings()
    rows = [_about(model, settings.models) for model in _known(settings).values()]
    if as_json:
        for row in rows:
            print(json_module.dumps(row, ensure_ascii=False))
        return
    table = Table("model", "for", "state", "MB", "licence", "languages", "from", title="Models")
    for row in rows:
        table.add_row(*(str(row[key]) for key in _COLUMNS))
    _OUT.print(table)
    _OUT.print(f"They lie in {settings.models} (WAXTAAN_MODELS).")


_COLUMNS = ("name", "what", "state", "megabytes", "licence", "languages", "source")


def _about(model: Model, models: Path) -> dict[str, object]:
    was = noted(models, model.name)
    return {
        "name": model.name,
        "what": model.what,
        "state": _state(model, models),
        "megabytes": model.megabytes,
        "licence": model.licence,
        "languages": " ".join(model.languages) or "many",
        "source": was.source if was else model.source or _published(model),
        "engine": model.engine,
        "folder": str(models / model.folder),
    }


def _published(model: Model) -> str:
    packages = ", ".join(f"{p.name} {p.version}" for p in model.packages)
    repository = model.hub.repository if model.hub else ""
    return " or ".join(filter(None, (repository, packages)))


def _state(model: Model, models: Path) -> str:
    if not present(models, model):
        return "not here"
    return "damaged" if faults(models, model) else "here"


def get(names: list[str]) -> None:
    """Bring models into the models folder: "all" that are known, or those "recommended"."""
    settings = Settings()
    if str(settings.models) == "none":
        _OUT.print("WAXTAAN_MODELS=none: no weights are fetched.")
        return
    wanted = _chosen(names, settings)
    missing = [model for model in wanted if _state(model, settings.models) != "here"]
    if missing:
        size = sum(model.megabytes for model in missing)
        whats = "; ".join(f"{model.name}: {model.what}, {model.licence}" for model in missing)
        _OUT.print(
            f"Fetching {size} MB into {settings.models} (WAXTAAN_MODELS=none: nothing). {whats}.",
        )
    for model in wanted if names != [RECOMMENDED] else ():
        if model not in missing:
            _OUT.print(f"{model.name}: in {settings.models / model.folder}")
    failed = [model.name for model in missing if not _got(model, settings)]
    if failed:
        fail(f"{', '.join(failed)}: not here; what needs it runs on other engines", MISSING)


def _got(model: Model, settings: Settings) -> bool:
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    tasks: dict[str, TaskID] = {}

    def progress(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(what, total=total or None)
        bar.update(tasks[what], completed=done)

    def say(line: str) -> None:
        bar.console.print(line, markup=False)

    where, patience = settings.models, settings.hub_patience
    with bar:
        try:
            came = store.get(model, where, settings.hub, patience, say, progress)
        except EngineError as error:
            say(str(error))
            return False
        say(f"{model.name}: in {where / model.folder}" + (f", from {came}" if came else ""))
    return True


def verify() -> None:
    """Hash all that is here; exit code 1 if anything is missing or altered."""
    settings = Settings()
    here = [m for m in _known(settings).values() if present(settings.models, m)]
    wrong = [fault for m in here for fault in faults(settings.models, m, thoroughly=True)]
    for fault in wrong:
        _OUT.print(fault)
    _OUT.print(f"{len(here)} models here, {len(wrong)} faults.")
    if wrong:
        fail("'waxtaan models get NAME' mends a model, 'remove NAME' does without it", 1)


def remove(name: str) -> None:
    """Take a model's files away."""
    settings = Settings()
    (model,) = _chosen([name], settings)
    there = store.remove(model, settings.models)
    if model.hub is None and not model.packages:  # it came by `add`, and from nowhere else
        adding.drop(name, settings.models)
    _OUT.print(f"{name}: {'removed' if there else 'was not here'}")
    for path in _named_in(model, settings.prompts):
        _OUT.print(
            f"{path} names it under [asr]: take that away, or no call is answered", soft_wrap=True
        )


def _named_in(model: Model, prompts: Path) -> list[Path]:
    """The languages' files that have their language heard by it."""
    paths = sorted(prompts.glob("*/language.toml"))
    return [path for path in paths if read_toml(path).get("asr", {}).get("model") == model.folder]


def _known(settings: Settings) -> dict[str, Model]:
    return load(settings.prompts, settings.models)


def _chosen(names: list[str], settings: Settings) -> list[Model]:
    known = _known(settings)
    if names == ["all"]:
        return list(known.values())
    if names == [RECOMMENDED]:
        return [model for model in known.values() if model.recommended]
    for name in names:
        if name not in known:
            fail(f"no model '{name}'; there are {', '.join(known)}", WRONG_USAGE)
    return [known[name] for name in names]
