"""`waxtaan call`: the conversation as it happens, in the terminal."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx
from rich.console import Console
from rich.text import Text

from pipelines.cli.errors import MISSING, WRONG_USAGE, fail, no_language
from pipelines.settings import Settings
from pipelines.synthetic_caller.caller import Heard, Step, SyntheticCaller

_START = 180.0  # s for a server of our own to start: one that cannot ends by itself
_COLOURS = {"agent": "cyan", "caller": "green"}


def call(
    wav: list[Path], say: list[str], sample: str, language: str, url: str | None, out: Path | None
) -> None:
    """Make one call; ends with 0 if the agent answered."""
    settings = Settings()
    console = Console(highlight=False, markup=False)
    steps = asyncio.run(_steps(settings, wav, say, sample, language))
    base = f"http://{settings.host}:{settings.port}"
    with _server(settings, base, console) if url is None else _nothing():
        address = _address(url or f"ws://{settings.host}:{settings.port}/call", language)
        printer = Printer(console)
        try:
            heard = asyncio.run(SyntheticCaller(steps, printer.show).call(address))
        except OSError as error:
            fail(f"nobody answers at {address}: {error}. Start it with: waxtaan serve", MISSING)
        except TimeoutError:
            fail("the agent did not let the caller go on within 60 s", 1)
    _summary(console, heard, settings, printer.call_id)
    if out:
        heard.save(out)
        console.print(f"What the caller heard: {out}")
    if not heard.agent:
        fail(f"the agent never spoke. {heard.closed}", 1)


async def _steps(
    settings: Settings, wav: list[Path], say: list[str], sample: str, language: str
) -> list[Step]:
    from pipelines.engines.asr.engine import SAMPLE_RATE
    from pipelines.packs.reader import load
    from pipelines.sound_files import read_sound
    from pipelines.synthetic_caller.voice import CallerVoice

    if wav:
        return [Step(pcm=read_sound(path, SAMPLE_RATE)) for path in wav]
    config = load(settings.prompts, settings.languages)
    pack = config.packs.get(language)
    if pack is None:
        no_language(language, config.packs, settings.prompts)
    async with CallerVoice(settings, pack) as voice:
        if say:
            return [Step(pcm=await voice.say(text)) for text in say]
        caller = next((c for c in pack.callers if c.name == sample), None)
        if caller is None:
            names = ", ".join(c.name for c in pack.callers)
            fail(f"no sample caller '{sample}' in prompts/{language}; {names}", WRONG_USAGE)
        return [
            Step(await voice.say(s.say) if s.say else b"", s.keys, s.interrupt, s.asked)
            for s in caller.steps
        ]


def _address(url: str, language: str) -> str:
    parts = urlsplit(url)
    query = "&".join(q for q in (parts.query, urlencode({"language": language})) if q)
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/call", query, ""))


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _server(settings: Settings, base: str, console: Console) -> Iterator[None]:
    """A server of our own for the time of the call, unless one runs already."""
    if _answers(base):
        yield
        return
    console.print(f"No server at {base}: starting one.")
    command = [sys.executable, "-m", "pipelines", "serve"]
    command += ["--host", settings.host, "--port", str(settings.port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        waited = time.monotonic() + _START
        while not _answers(base):
            if process.poll() is not None or time.monotonic() > waited:
                fail("the server did not start; see above, or run: waxtaan serve", MISSING)
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _answers(base: str) -> bool:
    try:
        return "engines" in httpx.get(f"{base}/healthz", timeout=1).json()
    except (httpx.HTTPError, ValueError):
        return False


class Printer:
    """Shows the server's messages as lines of a conversation."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._texts: dict[int, tuple[str, str]] = {}
        self._question = ""
        self.call_id = ""

    def show(self, message: dict[str, Any]) -> None:
        """One message."""
        match message["type"]:
            case "call" if "judge" in message:
                self._note(f"intents are judged by {message['judge']}")
            case "said" if message["who"] == "agent" and not message["final"]:
                self._texts[message["utterance"]] = (message["text"], message["language"])
            case "said" if message["who"] == "agent":
                self._agent(message)
            case "said" if message["final"] and message["text"]:
                sure = f"  ({message['confidence']:.2f})" if message["confidence"] < 1 else ""
                self._line("caller", message["language"], message["text"] + sure)
            case "decided":
                told = " ".join(message["commands"])
                intent = message["intent"] or "-"
                self._note(f"{message['rung']}: {intent} {message['confidence']:.2f}  {told}")
            case "state" if message["question"] != self._question:
                self._question = message["question"]
                flow = message["flow"] or "-"
                verified = ", verified" if message["verified"] else ""
                self._note(f"state: flow {flow}, question {self._question}{verified}")
            case "heard-after":
                self._note(f"{message['seconds'] * 1000:.0f} ms from last sound to first sound")
            case "handoff":
                self._note(f"handed to {message['queue']}: {message['packet']['summary']}")
            case "ended":
                self.call_id = message.get("id", "")
                self._note(f"ended: {message['reason']}")

    def _agent(self, message: dict[str, Any]) -> None:
        text, language = self._texts.get(message["utterance"], (message["heard"], ""))
        if message["interrupted"]:
            heard = message["heard"]
            text = f"{heard} -- interrupted --" if heard else "(not heard)"
        self._line("agent", language, text)

    def _line(self, who: str, language: str, text: str) -> None:
        self._console.print(Text(f"{who:>7} {language:<3} {text}", style=_COLOURS[who]))

    def _note(self, text: str) -> None:
        self._console.print(Text(" " * 12 + text, style="dim"))


def _summary(console: Console, heard: Heard, settings: Settings, call_id: str) -> None:
    if heard.latencies:
        shown = ", ".join(f"{s * 1000:.0f}" for s in heard.latencies)
        median = statistics.median(heard.latencies) * 1000
        console.print(f"Last sound to first sound, at the caller's ear: {shown} ms")
        console.print(f"Median: {median:.0f} ms")
    for seconds in heard.barge_ins:
        console.print(f"Interrupting silenced the agent in {seconds * 1000:.0f} ms.")
    if call_id and (settings.calls / call_id).exists():
        console.print(f"Recording and log: {settings.calls / call_id}")
