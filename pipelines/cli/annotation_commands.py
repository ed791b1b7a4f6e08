"""Commands for what people say of recorded calls, and what callers say that is not understood."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.groups import Json

commands = typer.Typer()


@commands.command()
def sample(
    paths: Annotated[list[Path], typer.Argument(help="Recordings, or folders with them.")],
    count: Annotated[int, typer.Option(help="How many calls.", min=1)] = 50,
    by: Annotated[
        str,
        typer.Option(help="random; stratified: of each kind; doubt: the least sure first."),
    ] = "random",
    seed: Annotated[int, typer.Option(help="The same seed gives the same calls.")] = 0,
    json: Json = False,
) -> None:
    """Which recorded calls are worth a person's time: their paths, a line each."""
    from pipelines.cli.annotations import sample_calls as run

    run(paths, count, by, seed, json)


@commands.command()
def judge(
    paths: Annotated[list[Path], typer.Argument(help="Recordings, or folders with them.")],
    rubric: Annotated[
        Path | None,
        typer.Option(help="Questions; prompts/llm/rubric.toml if left out."),
    ] = None,
) -> None:
    """Have the language model judge recorded calls: annotations under its own name."""
    from pipelines.cli.judge import judge_calls as run

    run(paths, rubric)


annotations = typer.Typer(help="What people say of recorded calls.", no_args_is_help=True)
commands.add_typer(annotations, name="annotations")


@annotations.command()
def add(
    recording: Annotated[Path, typer.Argument(help="A recording's folder, or a log.")],
    about: Annotated[
        str,
        typer.Argument(help="transcript, intent, slot, language, escalation, outcome or comment."),
    ],
    value: Annotated[
        str, typer.Argument(help="What is right: words, an intent, slot=value, a rule, none.")
    ] = "",
    who: Annotated[str, typer.Option(envvar="USER", help="Who says so.")] = "",
    turn: Annotated[int | None, typer.Option(help="From 0; the whole call if left out.")] = None,
    right: Annotated[
        bool | None, typer.Option("--right/--wrong", help="Whether it was done rightly.")
    ] = None,
) -> None:
    """Correct or judge something in a recorded call; kept with who and when."""
    from pipelines.cli.annotations import annotate_call as run

    run(recording, who, about, turn, value, right)


@annotations.command("show")
def show_annotations(
    paths: Annotated[list[Path], typer.Argument(help="Recordings, or folders with them.")],
) -> None:
    """How many there are, how far annotators agree, and which rules called a person rightly."""
    from pipelines.cli.annotations import show as run

    run(paths)


@annotations.command("export")
def export_annotations(
    what: Annotated[str, typer.Argument(help="golden, samples, escalation or asr.")],
    paths: Annotated[list[Path], typer.Argument(help="Recordings, or folders with them.")],
    into: Annotated[Path, typer.Option(help="The folder to write into.")],
) -> None:
    """Golden calls, sample sentences, escalation cases, or pairs to train a recogniser with."""
    from pipelines.cli.annotations import export as run

    run(paths, what, into)


@commands.command("no-match")
def no_match(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Recordings; the recorded calls if left out.")
    ] = None,
    language: Annotated[
        str, typer.Option("--language", "-l", help="Turns heard in this one alone.")
    ] = "",
    apart: Annotated[bool, typer.Option("--apart", help="Each language for itself.")] = False,
    fewest: Annotated[int, typer.Option("--min", min=1, help="Calls that a cluster needs.")] = 3,
    cluster: Annotated[int, typer.Option(help="This one alone, with its examples.")] = 0,
    to: Annotated[
        str, typer.Option(help="Write its wordings: a use case, none (out of scope), page:NAME.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show it, write nothing.")] = False,
    json: Json = False,
) -> None:
    """What callers say that is not understood, refused or denied, clustered by meaning.

    It prints callers' words, numbers covered. With --cluster and --to a cluster becomes samples of
    a use case or of what is out of scope, or the draft of a page; give the same paths and options.
    """
    from pipelines.cli.no_match import Options
    from pipelines.cli.no_match import no_match as run

    run(paths or [], Options(language, apart, fewest), json, cluster, to, dry_run)
