"""`waxtaan transcribe | say`: one component at a time."""

import asyncio
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from pipelines.audio import AGENT_RATE, seconds, to_wav
from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.engines.asr.engine import SAMPLE_RATE, Recognised
from pipelines.errors import ConfigurationError
from pipelines.packs.pack import Pack
from pipelines.packs.reader import load_with
from pipelines.settings import Settings

_OUT = Console(highlight=False, markup=False)


def _pack(language: str, settings: Settings) -> Pack:
    try:
        return load_with(settings.prompts, settings.languages, language).packs[language]
    except ConfigurationError as error:
        fail(str(error), WRONG_USAGE)


def _print(rows: Iterable[dict[str, Any]], as_json: bool) -> None:
    for row in rows:
        if as_json:
            print(json.dumps(row, ensure_ascii=False))
        else:
            _OUT.print("  ".join(f"{key}: {value}" for key, value in row.items()))


def transcribe(
    files: list[Path], language: str, engine: str, expect: Path | None, as_json: bool
) -> None:
    """Each recording through the recogniser."""
    settings = Settings(asr=engine) if engine else Settings()  # type: ignore[arg-type]
    pack = _pack(language, settings)
    phrases = [s for i in pack.language.intents.values() for s in i.say]
    if expect:
        try:
            lines = expect.read_text(encoding="utf-8").splitlines()
        except OSError as error:
            fail(f"{expect}: {error.strerror}", WRONG_USAGE)
        phrases = [line.strip() for line in lines if line.strip()]
    asyncio.run(_transcribe(files, language, phrases, settings, as_json))


async def _transcribe(
    files: list[Path], language: str, phrases: list[str], settings: Settings, as_json: bool
) -> None:
    from pipelines.assistant import fetching
    from pipelines.engine_choice.asr import choose_asr, open_recogniser
    from pipelines.engines.tts.espeak import EspeakSynthesiser
    from pipelines.sound_files import read_sound

    voice = EspeakSynthesiser(settings.cache)
    await voice.start()
    choice = choose_asr(
        settings,
        load_with(settings.prompts, settings.languages, language).packs,
        fetching(settings),
    )
    recogniser = open_recogniser(choice, settings, voice.phonemes)
    await recogniser.start()
    try:
        stream = await recogniser.open(language, "wide", lambda _: None)
        stream.expect(language, phrases)
        shown = Console(stderr=True, markup=False)
        for path in track(files, "Listening", console=shown, transient=True):
            pcm = read_sound(path, SAMPLE_RATE)
            began = time.perf_counter()
            stream.begin()
            stream.hear(pcm)
            heard = await stream.finish()
            taken = time.perf_counter() - began
            _print([_heard(path, heard, seconds(pcm, SAMPLE_RATE), taken)], as_json)
        await stream.close()
    finally:
        await recogniser.close()
        await voice.close()


def _heard(path: Path, heard: Recognised, length: float, taken: float) -> dict[str, Any]:
    return {
        "file": str(path),
        "text": heard.text,
        "confidence": round(heard.confidence, 3),
        "language": heard.language,
        "seconds": round(length, 2),
        "took": round(taken, 3),
    }


def say(text: str, output: Path, language: str, as_json: bool) -> None:
    """The agent's voice into a file."""
    pcm, row = asyncio.run(_say(text, language, Settings()))
    try:
        output.write_bytes(to_wav(pcm, AGENT_RATE))
    except OSError as error:
        fail(f"{output}: {error.strerror}", WRONG_USAGE)
    _print([{"file": str(output), **row}], as_json)


async def _say(text: str, language: str, settings: Settings) -> tuple[bytes, dict[str, Any]]:
    from pipelines.assistant import Assistant

    assistant = await Assistant.open(settings)
    try:
        if language not in (spoken := assistant.voice_router.languages):
            fail(f"no voice for '{language}'; there are {', '.join(spoken)}", WRONG_USAGE)
        began = time.perf_counter()
        pieces = assistant.voice_router.audio(text, language)
        pcm = b"".join([piece async for piece in pieces])
        taken = time.perf_counter() - began
        engine = assistant.speaking(language).name
    finally:
        await assistant.close()
    length = round(seconds(pcm, AGENT_RATE), 2)
    return pcm, {"voice": engine, "seconds": length, "took": round(taken, 3)}
