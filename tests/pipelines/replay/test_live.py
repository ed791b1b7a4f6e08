"""Recorded calls played live: to a server of our own, and to one that runs elsewhere."""

import asyncio
import json
import socket
import time
import wave
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from agent.actions import Speak
from agent.events import CallEnded, CallStarted, Hypothesis, KeyPressed
from agent.log import read
from agent.numbers.digits import HIDDEN
from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.errors import EngineError
from pipelines.replay.caller_channel import CallerChannel
from pipelines.replay.caller_turns import caller_turns
from pipelines.replay.live import NOT_SENT, LiveServer, replay_live
from pipelines.replay.live_call import LiveCall
from pipelines.replay.run import Outcome
from pipelines.server.replaying import replaying
from pipelines.settings import Settings
from pipelines.store.recorded import Recorded, in_folder
from pipelines.store.replay_note import Divergence, ReplayNote
from pipelines.store.transcript import read_transcript
from tests.pipelines.conftest import Open
from tests.pipelines.quality.planted import CALLS, prompts, settings
from tests.pipelines.server import Server

BEGUN = {"event": "CallStarted", "at": 0.0, "channel": "web", "caller": None, "language": "en"}


def entries(folder: Path) -> list[Any]:
    with (folder / "log.jsonl").open(encoding="utf-8") as lines:
        return list(read(lines))


def samples(path: Path) -> NDArray[np.int16]:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def sounding(pcm: NDArray[np.int16]) -> list[int]:
    """All but silence, which a line fills in where its other end is late."""
    return [int(each) for each in pcm[pcm != 0]]


def recording(folder: Path, log: Sequence[Mapping[str, Any]], pcm: bytes) -> Recorded:
    folder.mkdir()
    lines = "".join(json.dumps(each) + "\n" for each in log)
    (folder / "log.jsonl").write_text(lines, encoding="utf-8")
    with wave.open(str(folder / "caller.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(pcm)
    return in_folder(folder)


# To a server of our own


@pytest.fixture
def tour(tmp_path: Path, speech: Mapping[str, bytes]) -> Recorded:
    """A golden call up to its balance, which was another one then, with the caller's sound."""
    log: list[dict[str, Any]] = []
    with (CALLS / "en-tour.jsonl").open(encoding="utf-8") as lines:
        for entry in map(json.loads, lines):
            if entry.get("at", 0.0) > 19.5:
                break
            if entry.get("event") == "CallStarted":
                entry |= {"now": "2026-11-24T19:05:00", "calls_before": 2}
            if entry.get("name") == "balance" and "value" in entry:
                entry["value"]["amount"] = "77.00"
            log.append(entry)
    told = read(json.dumps(entry) + "\n" for entry in log)
    spoken = [turn for turn in caller_turns(told, 21.0) if turn.start < turn.end]
    pcm = bytearray(21 * SAMPLE_RATE * 2)
    for turn, sentence in zip(spoken, ("what is my balance", "yes"), strict=True):
        start = round(turn.start * SAMPLE_RATE) * 2
        pcm[start : start + len(speech[sentence])] = speech[sentence]
    return recording(tmp_path / "a-call", log, bytes(pcm))


def test_a_recorded_call_is_played_in_real_time_to_a_server_of_our_own(
    tour: Recorded, tmp_path: Path, cache: Path
) -> None:
    hasty = prompts(tmp_path, "en/language.toml", "rate = 165", "rate = 450")
    kept = tmp_path / "kept"
    kept.mkdir()
    out = tmp_path / "out"
    chosen = settings(hasty, cache=cache, calls=kept, log_level="WARNING")
    with replaying(chosen, [tour]) as url:
        server = LiveServer(url, kept, ("en",))
        found = list(replay_live([tour], out, server, "en", parallel=1))
        stranger = LiveCall(CallerChannel(b"", SAMPLE_RATE)).call(url)
        refused = asyncio.run(stranger).refused
    assert refused == "the server took no call: only recorded calls are taken"
    assert found == [Outcome("a-call")]
    assert list(kept.glob("[0-9]*")) == []
    folder = out / "a-call"
    assert in_folder(folder).agent
    note = ReplayNote.model_validate_json((folder / "replay.json").read_text(encoding="utf-8"))
    assert (note.depth, note.diverged, bool(note.version)) == ("live", None, True)
    log = entries(folder)
    assert '"id": "a-call"' in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()[0]
    started = next(e for e in log if isinstance(e, CallStarted))
    assert (started.now, started.calls_before) == ("2026-11-24T19:05:00", 2)
    heard = [e.text for e in log if isinstance(e, Hypothesis) and e.final]
    assert heard == ["what is my balance", "yes"]
    keys = "".join(e.key for e in log if isinstance(e, KeyPressed))
    assert keys == "770001234" + 4 * HIDDEN
    said = " ".join(e.text for e in log if isinstance(e, Speak))
    assert "77 euros" in said  # as the back office answered then
    assert isinstance(log[-1], CallEnded)
    assert tour.caller is not None
    assert sounding(samples(folder / "caller.wav")) == sounding(samples(tour.caller))


def test_a_server_that_cannot_be_started_says_why(cache: Path, tmp_path: Path) -> None:
    chosen = Settings(cache=cache, language="xx", intents="none", embeddings="none")
    why = "cannot be started: setting language: no pack 'xx'"
    with pytest.raises(EngineError, match=why), replaying(chosen, []):
        pass


# To a server elsewhere


async def played(
    server: LiveServer, out: Path, *recorded: Recorded, parallel: int = 2
) -> list[Outcome]:
    found: Iterator[Outcome] = replay_live(recorded, out, server, "en", parallel)
    return await asyncio.to_thread(list, found)


async def test_what_the_server_records_of_the_caller_is_what_was_sent(
    open_assistant: Open, tone: Callable[..., bytes]
) -> None:
    server = await open_assistant()
    pcm = bytes(SAMPLE_RATE) + tone(1.5) + bytes(SAMPLE_RATE)
    began = time.monotonic()
    heard = await LiveCall(CallerChannel(pcm, SAMPLE_RATE)).call(server.url)
    assert time.monotonic() - began > len(pcm) / 2 / SAMPLE_RATE - 0.1  # at no time early
    assert heard.refused == ""
    assert bytes(heard.caller) == pcm
    await server.idle()
    folder = server.folder(heard.id)
    sent = np.frombuffer(pcm, np.int16)
    assert sounding(samples(folder / "caller.wav")) == sounding(sent)
    agent = np.frombuffer(bytes(heard.agent), np.int16)
    theirs = sounding(samples(folder / "agent.wav"))
    both = min(len(theirs), len(sounding(agent)))  # it is interrupted on its way to us
    assert both > 0
    assert sounding(agent)[:both] == theirs[:both]


@pytest.fixture
def pressed(tmp_path: Path) -> Recorded:
    """A caller who types their wish, their number, and a code that the log hides."""
    log: list[dict[str, Any]] = [{"log": 1, "id": "then"}, BEGUN]
    listen = {"action": "Listen", "language": "en", "expecting": {}}

    def said(at: float, utterance: int) -> None:
        log.append({"event": "SpeechStarted", "at": at, "utterance": utterance})
        ended = {"event": "SpeechEnded", "at": at + 0.5, "utterance": utterance, "heard": "x"}
        log.append({**ended, "interrupted": False})

    log.append({**listen, "question": "open"})
    said(0.0, 1)
    heard = {"text": "what is my balance", "language": "en", "final": True, "confidence": 1.0}
    log.append({"event": "TurnStarted", "at": 1.0})
    log.append({"event": "Hypothesis", "at": 1.0, "language_confidence": 1.0, **heard})
    log.append({"event": "TurnEnded", "at": 1.0})
    log.append({**listen, "question": "line"})
    said(1.0, 2)
    log.extend({"event": "KeyPressed", "at": 2.0, "key": key} for key in "770001234")
    log.append({**listen, "question": "pin"})
    said(2.0, 3)
    log.extend({"event": "KeyPressed", "at": 3.0, "key": HIDDEN} for _ in range(4))
    return recording(tmp_path / "pressed", log, bytes(SAMPLE_RATE * 2 * 4))


def again(recorded: Recorded, id_: str) -> Recorded:
    return replace(recorded, id=id_)


def place(server: Server, **more: Any) -> LiveServer:
    return LiveServer(server.url, **more)


async def test_elsewhere_hidden_digits_are_not_sent_and_the_log_is_fetched(
    open_assistant: Open, pressed: Recorded, tmp_path: Path
) -> None:
    server = await open_assistant()
    (found,) = await played(place(server), tmp_path, again(pressed, "now"))
    assert found.left_out == found.lacking == ""
    assert found.diverged is not None
    assert (found.diverged.turn, found.diverged.then) == (11, "pin")
    assert found.diverged.now == NOT_SENT
    log = entries(tmp_path / "now")
    assert "".join(e.key for e in log if isinstance(e, KeyPressed)) == "770001234"
    made = in_folder(tmp_path / "now")
    assert made.caller is not None
    assert made.agent is not None
    assert len(sounding(samples(made.agent))) > SAMPLE_RATE
    note = ReplayNote.model_validate_json((tmp_path / "now" / "replay.json").read_text())
    assert (note.depth, note.version, note.diverged) == ("live", "", found.diverged)


async def test_without_its_log_sound_and_words_are_kept(
    open_assistant: Open, pressed: Recorded, tmp_path: Path
) -> None:
    server = await open_assistant(downloads=False)
    (found,) = await played(place(server), tmp_path, again(pressed, "now"))
    assert "does not hand out its log" in found.lacking
    made = in_folder(tmp_path / "now")
    assert made.log is None
    assert made.source is not None
    assert made.transcript is not None
    with made.transcript.open(encoding="utf-8") as lines:
        said = [(each.speaker, each.text) for each in read_transcript(lines)]
    assert ("caller", "what is my balance") in said
    assert said[0][0] == "agent"


async def test_no_more_calls_at_once_than_the_server_takes(
    open_assistant: Open, pressed: Recorded, tmp_path: Path
) -> None:
    server = await open_assistant(max_calls=1)
    calls = [again(pressed, name) for name in ("one", "two")]
    found = await played(place(server), tmp_path, *calls)
    assert [(each.id, each.left_out) for each in found] == [("one", ""), ("two", "")]


async def test_without_a_log_the_second_turn_leaves_the_recording(
    open_assistant: Open, speech: Mapping[str, bytes], tmp_path: Path
) -> None:
    server = await open_assistant(texts=("what is my balance", "yes"))
    pause = bytes(SAMPLE_RATE * 2 * 2)
    pcm = pause + speech["what is my balance"] + pause + speech["yes"] + pause
    caller = recording(tmp_path / "foreign", (), pcm).caller
    (found,) = await played(place(server), tmp_path, Recorded("now", caller=caller))
    assert found.left_out == ""
    assert isinstance(found.diverged, Divergence)
    assert (found.diverged.turn, found.diverged.then) == (2, "?")


async def test_what_cannot_be_played_is_told(
    open_assistant: Open, pressed: Recorded, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    nobody = LiveServer(f"ws://127.0.0.1:{port}/call")
    server = await open_assistant()
    other = LiveServer(server.url.replace("/call", "/desk"))
    (tmp_path / "there").mkdir()
    silent, now = Recorded("silent", log=pressed.log), again(pressed, "now")
    for elsewhere, recorded, why in (
        (nobody, now, f"nobody takes calls at ws://127.0.0.1:{port}/call"),
        (other, now, "nobody takes calls at"),
        (place(server, languages=("fr",)), now, "there is no pack 'en'"),
        (place(server), silent, "there is no caller.wav"),
        (place(server), again(pressed, "there"), "is there already"),
    ):
        (found,) = await played(elsewhere, tmp_path, recorded)
        assert why in found.left_out
