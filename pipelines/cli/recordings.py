"""Commands on recorded calls: replayed, compared, counted."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.groups import Json

commands = typer.Typer()


@commands.command()
def replay(
    paths: Annotated[list[Path], typer.Argument(help="Recordings, log.jsonl files, or folders.")],
    accept: Annotated[
        bool, typer.Option("--accept", help="Write into the logs what it does now.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also where recorded answers answer nothing any more.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write today's calls here, to compare them.")
    ] = None,
    depth: Annotated[
        str,
        typer.Option(
            help="decisions: its events; text: its words; audio: its sound; live: in real time."
        ),
    ] = "decisions",
    script: Annotated[
        bool,
        typer.Option("--script", help="Where today asks otherwise, go on with a scripted caller."),
    ] = False,
    persona: Annotated[
        bool, typer.Option("--persona", help="The same with one whom the language model plays.")
    ] = False,
    to: Annotated[
        str, typer.Option(help="Of live: a server that runs, as ws://host:port/call.")
    ] = "",
    parallel: Annotated[int, typer.Option(min=1, help="Of live: calls at once.")] = 2,
) -> None:
    """Feed recorded calls to today's dialogue and print what it would do differently.

    With --out it writes today's calls into a folder, at one of four depths; see compare.
    """
    if out is not None:
        from pipelines.cli.replay_into import replay_into
        from pipelines.cli.replay_live import Live
        from pipelines.replay.run import Script

        onward: Script = "model" if persona else "rule" if script else ""
        replay_into(paths, depth, out, onward, Live(to, parallel))
        return
    if depth != "decisions" or script or persona or to:
        from pipelines.cli.errors import WRONG_USAGE, fail

        fail(
            "--depth, --script, --persona and --to go with --out: say where today's calls go",
            WRONG_USAGE,
        )
    from pipelines.cli.replay import replay as run

    run(paths, accept, force)


GateOption = Annotated[
    Path | None, typer.Option(help="TOML file of limits; ends with 1 where one is not kept.")
]
HtmlOption = Annotated[Path | None, typer.Option("--html", help="Write the report's page here.")]
JsonOption = Annotated[Path | None, typer.Option("--json", help="Write it as JSON here.")]
CsvOption = Annotated[Path | None, typer.Option("--csv", help="Write the list of calls here.")]
JunitOption = Annotated[Path | None, typer.Option("--junit", help="Write JUnit's XML here.")]
HistoryOption = Annotated[
    Path | None, typer.Option(help="Reports before, shown as a trend; this one is added.")
]
SoundOption = Annotated[
    bool, typer.Option("--sound/--no-sound", help="Measure both channels' audio as well.")
]
TitleOption = Annotated[str, typer.Option(help="Stands above the report.")]


@commands.command()
def compare(
    baseline: Annotated[Path, typer.Argument(help="Recordings, or what a replay wrote.")],
    candidate: Annotated[Path, typer.Argument(help="The same calls by another version.")],
    gate: GateOption = None,
    html: HtmlOption = None,
    json: JsonOption = None,
    csv: CsvOption = None,
    junit: JunitOption = None,
    history: HistoryOption = None,
    sound: SoundOption = True,
    title: TitleOption = "What changed",
) -> None:
    """What two versions do differently on the same calls, and in which figures they differ.

    A version's answers come from waxtaan replay --out, or are recordings of it. Each cause is told
    once, with the calls it is in: what follows from it in the same call is not told again.
    """
    from pipelines.cli.compare import Files
    from pipelines.cli.compare import compare as run

    run(baseline, candidate, gate, Files(html, json, csv, junit, history), sound, title)


@commands.command()
def report(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Recordings; the recorded calls if left out.")
    ] = None,
    gate: GateOption = None,
    html: HtmlOption = None,
    json: JsonOption = None,
    csv: CsvOption = None,
    junit: JunitOption = None,
    history: HistoryOption = None,
    sound: SoundOption = True,
    title: TitleOption = "How calls went",
) -> None:
    """How recorded calls went, in figures with their intervals, and call by call."""
    from pipelines.cli.compare import Files
    from pipelines.cli.compare import report as run

    run(paths or [], gate, Files(html, json, csv, junit, history), sound, title)


@commands.command()
def stats(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Logs, or folders with them; the recorded calls if left out."),
    ] = None,
    json: Json = False,
) -> None:
    """What became of recorded calls: who understood turns, use cases, handoffs; no words."""
    from pipelines.cli.stats import stats as run

    run(paths or [], json)


@commands.command()
def review(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Recordings; the recorded calls if left out.")
    ] = None,
    baseline: Annotated[Path | None, typer.Option(help="The same by another version.")] = None,
    gate: GateOption = None,
    sound: SoundOption = True,
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 8090,
    title: TitleOption = "How calls went",
    history: Annotated[
        Path | None, typer.Option(help="Reports before, shown as a trend; nothing is added.")
    ] = None,
) -> None:
    """Look at recorded calls in the browser, listen to them, and annotate them."""
    from pipelines.cli.review import Shown
    from pipelines.cli.review import review as run

    run(paths or [], Shown(baseline, gate, sound, title, history), port)


@commands.command("import")
def import_recordings(
    paths: Annotated[
        list[Path], typer.Argument(help="Sounds, transcripts, manifests, or folders with them.")
    ],
    into: Annotated[Path, typer.Option(help="The folder that gets a folder for each recording.")],
    swap: Annotated[
        bool, typer.Option("--swap", help="Exchange caller and agent, in stereo and in pairs.")
    ] = False,
    caller_channel: Annotated[
        str, typer.Option(help="Of stereo: left or right; a manifest's column goes before it.")
    ] = "left",
    language: Annotated[
        str, typer.Option("--language", "-l", help="Of what says none itself, e.g. fr.")
    ] = "",
    transcribe: Annotated[
        bool, typer.Option("--transcribe", help="Write down what is said in them. Wants Whisper.")
    ] = False,
    json: Json = False,
) -> None:
    """Make recordings of calls that were recorded elsewhere, and say what is wrong with them.

    Stereo WAV, MP3, Opus, FLAC; pairs as x-caller.wav and x-agent.wav or Asterisk's -in and -out;
    transcripts as CSV or JSON lines (speaker,text,start,end,language) or WebVTT, alone or beside a
    sound of the same name; manifests (CSV, JSON lines) with the columns audio, or caller and agent;
    transcript, language, caller_channel, caller_segments, speakers, id, and labels of any name.
    Originals are only read. Exit code 1: something was left out; the rest is imported.
    """
    from pipelines.cli.import_recordings import import_recordings as run

    run(paths, into, swap, caller_channel, language, json, transcribe)


@commands.command()
def export(
    paths: Annotated[list[Path], typer.Argument(help="Recordings, or folders with them.")],
    into: Annotated[Path, typer.Option(help="The folder to write into.")],
    vcon: Annotated[str, typer.Option(help="vCon's version: 0.4.0, 0.3.0 or 0.0.2.")] = "0.4.0",
    audio: Annotated[bool, typer.Option(help="With the sound inside, or without.")] = True,
    zone: Annotated[str, typer.Option(help="Where it was recorded, as Africa/Dakar.")] = "UTC",
    domain: Annotated[str, typer.Option(help="Yours; in the identifiers.")] = "waxtaan.invalid",
) -> None:
    """Write recordings as vCons, the IETF's form for conversations: all words and voices in them.

    What is hidden in a recording stays hidden; nothing is signed or encrypted.
    """
    from pipelines.cli.export import export as run

    run(paths, vcon, into, audio, zone, domain)
