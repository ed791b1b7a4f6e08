"""`waxtaan models recipes`: how open language models are served, and what is known to go wrong."""

import json as json_module

from rich.console import Console
from rich.table import Table

from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.weights.recipes import Recipe, line, recipes

_OUT = Console(highlight=False, markup=False)
_THINKING = {
    "never": "never",
    "off": "not unless asked for",
    "on": "unless told not to; calls tell each request",
}


def show(name: str, weights: str, as_json: bool) -> None:
    """All in a table, or one with its commands; `weights` is a folder that is served instead."""
    known = recipes()
    if name and name not in known:
        fail(f"no recipe '{name}'; there are {', '.join(known)}", WRONG_USAGE)
    if weights and not name:
        fail("--weights goes with a recipe's name", WRONG_USAGE)
    wanted = [known[name]] if name else list(known.values())
    if as_json:
        for recipe in wanted:
            print(json_module.dumps(_as_data(recipe, weights), ensure_ascii=False))
    elif name:
        _show_one(wanted[0], weights)
    else:
        _show_all(wanted)


def _as_data(recipe: Recipe, weights: str) -> dict[str, object]:
    about = recipe.model_dump()
    command = line(recipe.serve(weights)) if recipe.serves else ""
    return {**about, "serve": command, "settings": recipe.settings(), "tested": recipe.tested}


def _show_all(wanted: list[Recipe]) -> None:
    table = Table("recipe", "model", "weights", "context", "licence", "languages", "thinks")
    for recipe in wanted:
        table.add_row(
            *(recipe.name, recipe.model, f"{recipe.weights:.0f} GB"),
            *(f"{recipe.context:,}" if recipe.context else "not known", recipe.licence),
            *(" ".join(recipe.languages) or "see its traps", recipe.thinking),
        )
    _OUT.print(table)
    not_served = [recipe.name for recipe in wanted if not recipe.serves]
    _OUT.print(
        f"None of them was run here. Not to be served: {', '.join(not_served)}. 'waxtaan models "
        "recipes NAME' has the command, its traps and what was verified.",
        soft_wrap=True,
    )


def _show_one(recipe: Recipe, weights: str) -> None:
    gated = ", to be asked for on its page" if recipe.gated else ""
    lines = [
        f"{recipe.name}: {recipe.model}{gated}",
        f"licence: {recipe.licence}",
        f"trained: {recipe.training}",
        f"languages: {' '.join(recipe.languages) or 'see below'}",
        f"memory: {recipe.weights:.0f} GB for the weights alone; calls need more",
        f"template: {recipe.template}"
        + ("" if recipe.system else "; no message for instructions, ours go before the question"),
        f"thinks aloud: {_THINKING[recipe.thinking]}",
        *(f"trap: {trap}" for trap in recipe.traps),
        f"verified: {recipe.tested}",
        f"from: {'; '.join(recipe.sources)}",
    ]
    if recipe.serves:
        lines += ["", line(recipe.serve(weights)), ""]
        lines += [f"{k}={line([v])}" for k, v in recipe.settings().items()]
        lines += [
            "",
            "'waxtaan check llm' then asks it as calls do, and shows what the sheet says.",
        ]
    else:
        lines.append(f"not to be served: {recipe.why_not}")
    for each in lines:
        _OUT.print(each, soft_wrap=True)
