"""`waxtaan`: the command line. Heavy imports wait until a command needs them."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli import annotation_commands, language_commands, recordings
from pipelines.cli.groups import GROUPS, Json, LanguageOption

app = typer.Typer(
    name="waxtaan",
    help="Waxtaan answers the telephone in the caller's own language.\n\n"
    "Exit codes: 0 all well; 1 a check failed or a replay differs; 2 wrong usage or settings; "
    "3 something on this machine is missing (a port, an engine).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for name, group in GROUPS.items():
    app.add_typer(group, name=name)
app.add_typer(recordings.commands)
app.add_typer(annotation_commands.commands)
app.add_typer(language_commands.commands)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one.")] = None,
) -> None:
    """Start the assistant and the web demo page. Ctrl-C ends it."""
    from pipelines.cli.serve import serve as run

    run(host, port)


@app.command()
def call(
    wav: Annotated[list[Path] | None, typer.Option(help="A turn from a file; repeatable.")] = None,
    say: Annotated[list[str] | None, typer.Option(help="A spoken turn; repeatable.")] = None,
    sample: Annotated[str, typer.Option(help="A sample caller from callers.toml.")] = "tour",
    language: LanguageOption = "en",
    url: Annotated[str | None, typer.Option(help="WebSocket of a running server.")] = None,
    out: Annotated[Path | None, typer.Option(help="Keep what the caller heard here.")] = None,
) -> None:
    """Phone the assistant with a synthetic caller and watch the conversation.

    Without --wav or --say a sample caller asks for its balance, types its number, interrupts and
    asks for a person. A server is started if none runs.
    """
    from pipelines.cli.call import call as run

    run(wav or [], say or [], sample, language, url, out)


@app.command()
def chat(
    language: Annotated[
        str | None, typer.Option("--language", "-l", help="In which it begins; as configured.")
    ] = None,
    caller: Annotated[
        str | None, typer.Option(help="The number it comes from; withheld if left out.")
    ] = None,
    why: Annotated[bool, typer.Option("--why", help="Show how each turn was decided.")] = False,
    back_office: Annotated[
        str | None, typer.Option(help="'demo', or the address of yours; as configured if left out.")
    ] = None,
    clock: Annotated[
        bool, typer.Option("--clock", help="Silence counts, as on the telephone.")
    ] = False,
    sample: Annotated[
        str | None, typer.Option(help="Play a sample caller from callers.toml instead.")
    ] = None,
    log: Annotated[Path | None, typer.Option(help="Keep the call's log here.")] = None,
) -> None:
    """Talk in writing with the dialogue that answers the telephone: a line is a turn.

    #1234 or /keys 1234 are telephone keys. /state shows what is known, /rules how close a person
    is, /why on how each turn was decided; /language fr, /quit. Lines may come from a pipe.
    """
    from pipelines.cli.chat import chat as run

    run(language, caller, why, back_office, clock, sample, log)


@app.command()
def check(
    what: Annotated[
        str | None, typer.Argument(help="'llm' asks the language model's servers, live.")
    ] = None,
    start: Annotated[str | None, typer.Option(help="Write the skeleton of a new language.")] = None,
    language: Annotated[
        str, typer.Option("--language", "-l", help="This language's pack alone, drafts as well.")
    ] = "",
    listen: Annotated[
        bool, typer.Option("--listen", help="Have Whisper hear all that the voices always say.")
    ] = False,
    sentences: Annotated[
        int, typer.Option(min=0, help="With --listen: so many of each language; 0 all.")
    ] = 0,
) -> None:
    """Validate settings and language packs; say which engine serves which language, how well."""
    from pipelines.cli.check import check as run
    from pipelines.cli.check import check_language

    if start:
        from pipelines.cli.start_language import start_language

        start_language(start)
    elif listen:
        from pipelines.cli.listen import listen as hear

        hear(language, sentences)
    elif language:
        check_language(language)
    else:
        run(what or "")


@app.command()
def bench(
    name: Annotated[str | None, typer.Argument(help="One benchmark; all if left out.")] = None,
    train: Annotated[
        Path | None, typer.Option(help="Of understanding: your CSV to learn from, text,intent.")
    ] = None,
    test: Annotated[Path | None, typer.Option(help="The same, to be judged on.")] = None,
    out_of_scope: Annotated[
        str, typer.Option(help="The same: the intent of what is none of your business.")
    ] = "",
    data: Annotated[
        Path | None, typer.Option(help="The folder to measure with, in place of WAXTAAN_DATA.")
    ] = None,
    json: Json = False,
) -> None:
    """Measure on this machine: calls, voice, replay, memory, recognition, understanding, ..."""
    from pipelines.bench import bench as run
    from pipelines.bench.labelled import own_set

    run(name, json, own_set(train, test, out_of_scope), data)


@app.command()
def transcribe(
    files: Annotated[list[Path], typer.Argument(help="Recordings.")],
    language: LanguageOption = "en",
    engine: Annotated[str, typer.Option(help="Which recogniser; as configured if left out.")] = "",
    expect: Annotated[Path | None, typer.Option(help="Phrases to expect, one a line.")] = None,
    json: Json = False,
) -> None:
    """What is recognised in a recording. Without --expect: everything the language pack knows."""
    from pipelines.cli.components import transcribe as run

    run(files, language, engine, expect, json)


@app.command()
def say(
    text: Annotated[str, typer.Argument(help="What to say.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="WAV file to write.")],
    language: LanguageOption = "en",
    json: Json = False,
) -> None:
    """What the voice sounds like."""
    from pipelines.cli.components import say as run

    run(text, output, language, json)


@app.command()
def understand(
    text: Annotated[str | None, typer.Argument(help="What a caller says.")] = None,
    file: Annotated[
        Path | None,
        typer.Option(help="Sentences, tab-separated: columns language, text, expected, question."),
    ] = None,
    language: LanguageOption = "en",
    question: Annotated[
        str, typer.Option(help="The open question: open, service, more, confirm:line:770001234 ...")
    ] = "open",
    why: Annotated[
        bool, typer.Option("--why", help="Show likely intents and the nearest sample.")
    ] = False,
    json: Json = False,
) -> None:
    """What the answer ladder makes of a sentence: rung, intent, slots, confidence."""
    from pipelines.cli.understand import understand as run

    run(text, file, language, question, why, json)


@app.command()
def rules(language: LanguageOption = "en", json: Json = False) -> None:
    """When a person takes over: rules, thresholds, queues, and what such callers say."""
    from pipelines.cli.rules import rules as run

    run(language, json)


@app.command()
def flows(
    names: Annotated[
        list[str] | None, typer.Argument(help="Use cases by name; all if left out.")
    ] = None,
    language: LanguageOption = "en",
    svg: Annotated[
        Path | None, typer.Option(help="Draw all into this file; needs Graphviz.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Draw each into a file of its own in here.")
    ] = None,
    dot: Annotated[
        bool,
        typer.Option("--dot", help="Graphviz's text, not a drawing; printed if no file is named."),
    ] = False,
) -> None:
    """What use cases ask, look up and say, drawn from their code: every answer tried.

    Drawings are laid out by Graphviz: apt-get install graphviz.
    """
    from pipelines.cli.flows import flows as run

    run(names or [], language, svg, folder, dot)


def main() -> None:
    """The console script."""
    from pipelines import logs
    from pipelines.cli.errors import plainly

    logs.set_up("WARNING")  # before pipecat greets
    with plainly():
        app()


if __name__ == "__main__":
    main()
