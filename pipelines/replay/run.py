"""Recordings replayed into a folder: a recording for each, under the same id, by today's version.

So two versions are compared by replaying the same recordings with each, whatever differs between
them: code, prompts, thresholds, engines.
"""

import asyncio
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias

from agent.actions import Action
from agent.events import CallStarted, Event
from agent.languages.language import Language
from agent.log import LogError, read
from agent.privacy import digit_words
from agent.replay import accepted
from pipelines.chat.parts import Parts, open_parts
from pipelines.packs.reader import DialogueConfig, load
from pipelines.quality.turns import turns
from pipelines.replay.audio import replay_audio
from pipelines.replay.decisions import fresh
from pipelines.replay.persona import Persona, PersonaModel
from pipelines.replay.scripted_caller import ScriptedCaller
from pipelines.replay.steps import UNKNOWN, Step, steps, transcribed_steps
from pipelines.replay.text import TextReplay
from pipelines.settings import Settings
from pipelines.store.call_log import CallLog
from pipelines.store.recorded import LOG, Recorded, language_of
from pipelines.store.replay_note import REPLAY, Depth, Divergence, ReplayNote
from pipelines.store.transcript import TranscriptError, read_transcript

Script: TypeAlias = Literal["", "rule", "model"]
Plays: TypeAlias = Callable[
    [Sequence[Step], Sequence[Event | Action], Language], ScriptedCaller | Persona
]

CHANNEL = "text"
_FEW = 100  # calls that are through before other processes have begun


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one recording. `left_out` is why it was not replayed, "" if it was.

    `lacking` is what could not be kept of it.
    """

    id: str
    diverged: Divergence | None = None
    continued: str = ""
    left_out: str = ""
    lacking: str = ""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a recording tells of its call."""

    start: CallStarted
    steps: Sequence[Step]
    entries: Sequence[Event | Action]


def replay_decisions(
    recorded: Sequence[Recorded], out: Path, config: DialogueConfig
) -> Iterator[Outcome]:
    """What happened, with today's decisions: events as they stand, however little they then fit."""
    for each in recorded:
        if each.log is None:
            yield Outcome(each.id, left_out="no log: its events are not known")
            continue
        try:
            with each.log.open(encoding="utf-8") as lines:
                text = "".join(accepted(lines, fresh(config)))
        except (OSError, ValueError, RecursionError) as error:
            yield Outcome(each.id, left_out=str(error))
            continue
        except Exception as error:  # events in an order or a language that there is not
            told = f"no call of this dialogue: {type(error).__name__} {error}"
            yield Outcome(each.id, left_out=told)
            continue
        note = ReplayNote(depth="decisions", version=config.version, language=language_of(each, ""))
        _write(out / each.id, text, note)
        yield Outcome(each.id)


def replay_texts(
    recorded: Sequence[Recorded],
    out: Path,
    settings: Settings,
    script: Script = "",
    processes: int = 0,
) -> Iterator[Outcome]:
    """What was said, through today's understanding and dialogue; see `TextReplay`.

    `script` is who goes on where a recording is left: "" nobody, a caller by "rule", or one whom
    the language "model" plays.

    Raises:
        EngineError, ConfigurationError: what calls share cannot be opened.
    """
    processes = processes or os.cpu_count() or 1
    if processes == 1 or len(recorded) <= _FEW:
        yield from asyncio.run(_texts(recorded, out, settings, script))
        return
    shares = [recorded[i::processes] for i in range(processes)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context) as pool:
        jobs = [pool.submit(_in_process, share, out, settings, script) for share in shares]
        found = {outcome.id: outcome for job in jobs for outcome in job.result()}
    yield from (found[each.id] for each in recorded)


def replay_sounds(
    recorded: Sequence[Recorded], out: Path, settings: Settings, processes: int = 0
) -> Iterator[Outcome]:
    """The caller's channel through the whole pipeline; see `replay_audio`."""
    recording = {each.id: each for each in recorded}
    for each in replay_audio(recorded, out, settings, processes):
        diverged = each.divergence
        if each.at_recorded_times:
            diverged = _second_turn(out / each.id / LOG)
        if not each.left_out:
            note = ReplayNote(
                depth="audio",
                version=load(settings.prompts, settings.languages).version,
                diverged=diverged,
                language=language_of(recording[each.id], ""),
            )
            _write(out / each.id, None, note)
        yield Outcome(each.id, diverged, left_out=each.left_out)


def _second_turn(log: Path) -> Divergence | None:
    """Where what the caller says answers a question of ours that nobody had asked them."""
    with log.open(encoding="utf-8") as lines:
        spoken = [turn for turn in turns(read(lines)) if turn.by == "words"]
    if len(spoken) < 2:
        return None
    return Divergence(turn=2, at=spoken[1].at, then=UNKNOWN, now=spoken[1].question)


def _in_process(
    recorded: Sequence[Recorded], out: Path, settings: Settings, script: Script
) -> list[Outcome]:
    return asyncio.run(_texts(recorded, out, settings, script))


async def _texts(
    recorded: Sequence[Recorded], out: Path, settings: Settings, script: Script
) -> list[Outcome]:
    async with AsyncExitStack() as opened:
        parts = await opened.enter_async_context(open_parts(settings))
        plays: Plays | None = ScriptedCaller if script else None
        if script == "model":
            model = PersonaModel(settings)
            opened.push_async_callback(model.close)
            plays = partial(Persona, model)
        return [await _text(each, out, parts, settings.language, plays) for each in recorded]


async def _text(
    recorded: Recorded, out: Path, parts: Parts, language: str, plays: Plays | None
) -> Outcome:
    try:
        told = _told(recorded, language, parts.config)
        caller = None
        if plays is not None:
            pack = parts.config.packs[told.start.language]
            caller = plays(told.steps, told.entries, pack.language)
        found = await TextReplay(parts, told.start, told.entries, caller).run(told.steps)
    except (OSError, ValueError, RecursionError) as error:
        return Outcome(recorded.id, left_out=str(error))
    except Exception as error:
        told_so = f"no call of this dialogue: {type(error).__name__} {error}"
        return Outcome(recorded.id, left_out=told_so)
    folder = out / recorded.id
    note = ReplayNote(
        depth="text",
        version=parts.config.version,
        diverged=found.diverged,
        continued=found.continued,
        language=language_of(recorded, ""),
    )
    says = digit_words(parts.config.languages.values())
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOG).open("w", encoding="utf-8") as file:
        log = CallLog(file, says, id=recorded.id, channel=told.start.channel)
        for entry in found.entries:
            log.action(entry) if isinstance(entry, Action) else log.event(entry)
    _write(folder, None, note)
    failed = caller.failed if isinstance(caller, Persona) else ""
    lacking = f"a scripted caller went on, since the model failed: {failed}" if failed else ""
    return Outcome(recorded.id, found.diverged, found.continued, lacking=lacking)


def _told(recorded: Recorded, language: str, config: DialogueConfig) -> _Told:
    """
    Raises:
        ValueError: it tells nothing that could be replayed.
    """
    if recorded.log is not None:
        with recorded.log.open(encoding="utf-8") as lines:
            entries = list(read(lines))
        start = next((e for e in entries if isinstance(e, CallStarted)), None)
        if start is None:
            raise LogError("it does not tell how the call started")
        if start.language not in config.packs:
            raise LogError(f"there is no language pack '{start.language}'")
        return _Told(start, steps(entries), entries)
    if recorded.transcript is None:
        raise TranscriptError("no words: transcribe it, or replay its audio")
    with recorded.transcript.open(encoding="utf-8") as lines:
        said = list(read_transcript(lines))
    spoken = language_of(recorded, language)
    if spoken not in config.packs:
        raise TranscriptError(f"there is no language pack '{spoken}'")
    first = CallStarted(0.0, CHANNEL, None, spoken, knowledge=True)
    return _Told(first, transcribed_steps(said, spoken), ())


def _write(folder: Path, log: str | None, note: ReplayNote) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if log is not None:
        (folder / LOG).write_text(log, encoding="utf-8")
    (folder / REPLAY).write_text(note.model_dump_json(indent=1) + "\n", encoding="utf-8")


def twice(recorded: Iterable[Recorded]) -> list[str]:
    """Ids that several recordings have: they would be written over each other."""
    seen: dict[str, int] = {}
    for each in recorded:
        seen[each.id] = seen.get(each.id, 0) + 1
    return [id_ for id_, times in seen.items() if times > 1]


DEPTHS: tuple[Depth, ...] = ("decisions", "text", "audio", "live")
