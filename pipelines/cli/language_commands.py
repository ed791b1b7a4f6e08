"""Commands about languages: what each has, drafting one, and telling which a text is in."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.groups import Json

commands = typer.Typer()


@commands.command()
def languages(
    code: Annotated[
        str | None, typer.Argument(help="What this one is missing; all if left out.")
    ] = None,
    json: Json = False,
    review: Annotated[
        bool, typer.Option("--review", help="Review it line by line, in the browser.")
    ] = False,
    reviewer: Annotated[str, typer.Option("--as", help="Of --review: who reviews, by name.")] = "",
    port: Annotated[int, typer.Option(help="Of --review: the port; 0 takes a free one.")] = 8091,
    listening_sheet: Annotated[
        Path | None, typer.Option(help="Write a page to rate how it sounds into this folder.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the table as a page into this file.")
    ] = None,
) -> None:
    """How complete each language is, who looked at it, and what hears and speaks it."""
    if review or listening_sheet:
        from pipelines.cli.language_review import review as look
        from pipelines.cli.language_review import sheet

        if listening_sheet:
            sheet(code or "", listening_sheet)
        else:
            look(code or "", reviewer, port)
        return
    from pipelines.cli.languages import languages as run

    run(code or "", json, html)


@commands.command()
def translate(
    to: Annotated[str, typer.Option(help="The language to draft; 'all' with --record.")],
    source: Annotated[str, typer.Option("--from", help="Translated from this one.")] = "en",
    only: Annotated[str, typer.Option(help="These files: phrases,intents,...")] = "",
    name: Annotated[str, typer.Option(help="What it calls itself, if CLDR does not know.")] = "",
    stale: Annotated[
        bool, typer.Option("--stale", help="Anew what the source language has changed since.")
    ] = False,
    record: Annotated[
        bool, typer.Option("--record", help="Nothing is stale: it was looked at. Asks no model.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell requests and tokens.")] = False,
) -> None:
    """Draft a language pack by the language model, each line checked; goes on where it stopped."""
    from pipelines.cli.translate import record as take
    from pipelines.cli.translate import translate as run

    if record:
        take(to, source)
    else:
        chosen = [each.strip() for each in only.split(",") if each.strip()]
        run(to, source, chosen, name, stale=stale, dry_run=dry_run)


@commands.command()
def identify(
    text: Annotated[str, typer.Argument(help="What a caller says.")], json: Json = False
) -> None:
    """Which language a text is in, by its letters."""
    from pipelines.cli.language_id import identify as run

    run(text, json)


@commands.command("train-language-id")
def train_language_id(
    packs: Annotated[Path | None, typer.Option(help="Mozilla's language packs.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where to; the shipped file if left out.")
    ] = None,
) -> None:
    """Make the table that tells languages by letters, from the texts under WAXTAAN_DATA."""
    from pipelines.cli.language_id import train as run

    run(packs, out)
