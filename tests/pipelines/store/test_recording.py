"""What is on disk of a call: while it goes on, after it, and after the process was killed."""

import asyncio
import os
import signal
import subprocess
import sys
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import websockets

from agent.actions import Expecting, Listen, Speak
from agent.dialogue import Dialogue
from agent.events import CallEnded, CallStarted, KeyPressed, SpeechEnded, TurnStarted
from agent.log import read
from agent.replay import differences
from pipelines.audio import AGENT_RATE, levels
from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.packs.reader import load
from pipelines.store.interrupted import close_interrupted
from pipelines.store.recording import Recording
from tests.pipelines.server import PATIENCE, Guest, eventually

STEP = bytes(640)  # 20 ms of the caller


def pcm(path: Path) -> tuple[bytes, int]:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return file.readframes(file.getnframes()), file.getframerate()


def seconds(path: Path) -> float:
    sound, rate = pcm(path)
    return len(sound) / 2 / rate


def test_a_call_on_disk(tmp_path: Path) -> None:
    recording = Recording(tmp_path, AGENT_RATE, channel="test")
    start = CallStarted(0.0, "test", None, "en")
    assert recording.event(start) == start
    for _ in range(100):
        recording.caller(STEP)
    recording.agent(b"\x01\x00" * 240, at=1.0, secret=False)
    recording.close()
    recording.close()
    caller, rate = pcm(recording.folder / "caller.wav")
    assert (len(caller), rate) == (2 * SAMPLE_RATE * 2, SAMPLE_RATE)
    agent, rate = pcm(recording.folder / "agent.wav")
    assert (len(agent), rate) == (2 * AGENT_RATE * 2, AGENT_RATE)
    assert not any(agent[: AGENT_RATE * 2])  # it went out after a second
    assert agent[AGENT_RATE * 2 : AGENT_RATE * 2 + 480] == b"\x01\x00" * 240
    lines = (recording.folder / "log.jsonl").read_text().splitlines()
    assert '"log": 1' in lines[0]
    assert f'"id": "{recording.id}", "channel": "test"' in lines[0]
    assert list(read(lines)) == [start]


def test_the_agents_channel_slips_a_little_rather_than_stutter(tmp_path: Path) -> None:
    recording = Recording(tmp_path, AGENT_RATE)
    sound = b"\x01\x00" * (AGENT_RATE // 50)
    for number in range(10):
        recording.agent(sound, at=number * 0.02 + 0.05, secret=False)
    recording.close()
    assert pcm(recording.folder / "agent.wav")[0] == sound * 10


def test_secrets_are_blanked_and_silent(tmp_path: Path) -> None:
    recording = Recording(tmp_path, AGENT_RATE)
    recording.action(Listen("en", "pin", Expecting(digits=4, secret=True)))
    assert recording.event(KeyPressed(1.0, "7")) == KeyPressed(1.0, "•")
    recording.action(Speak(1, "inform", "Your code is 1 2 3.", "en", secret=True))
    recording.event(SpeechEnded(2.0, 1, "Your code is 1 2", True))
    recording.agent(b"\x01\x00" * 4800, at=0.0, secret=True)
    recording.agent(b"\x02\x00" * 4800, at=0.2, secret=False)
    recording.close()
    log = (recording.folder / "log.jsonl").read_text().partition("\n")[2]
    assert "1 2" not in log
    assert '"key": "7"' not in log
    assert log.count("•") == 1 + 3 + 2
    assert pcm(recording.folder / "agent.wav")[0] == bytes(9600) + b"\x02\x00" * 4800


def test_what_is_on_disk_while_the_call_goes_on(tmp_path: Path) -> None:
    recording = Recording(tmp_path, AGENT_RATE)
    recording.event(CallStarted(0.0, "test", None, "en"))
    for number in range(60):
        recording.caller(STEP)
        recording.agent(bytes(960), number * 0.02, secret=False)
    for name in ("caller.wav", "agent.wav"):  # as a copy of the disk would find them
        assert 1.2 - 0.5 <= seconds(recording.folder / name) <= 1.2
    lines = (recording.folder / "log.jsonl").read_text().splitlines(keepends=True)
    assert len(list(read(lines))) == 1
    recording.close()
    for name in ("caller.wav", "agent.wav"):
        assert seconds(recording.folder / name) == pytest.approx(1.2, abs=0.001)


def test_no_two_calls_share_a_folder(tmp_path: Path) -> None:
    both = [Recording(tmp_path, AGENT_RATE) for _ in range(2)]
    assert both[0].id != both[1].id
    for recording in both:
        recording.close()


@contextmanager
def served(calls: Path, cache: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`waxtaan serve` in a process of its own, to be killed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "WAXTAAN_CALLS": str(calls), "WAXTAAN_CACHE": str(cache)},
    )
    try:
        assert process.stdout is not None
        ready = next(line for line in process.stdout if "ready" in line)
        yield process, int(ready.rpartition(":")[2])
    finally:
        process.kill()
        process.wait(PATIENCE)
        if process.stdout:
            process.stdout.close()


async def test_a_killed_process_loses_a_second_at_most(
    tmp_path: Path, cache: Path, speech: dict[str, bytes]
) -> None:
    calls = tmp_path / "calls"
    with served(calls, cache) as (process, port):
        url = f"ws://127.0.0.1:{port}/call"
        async with websockets.connect(url, compression=None) as line:
            guest = Guest(line)
            async with guest.talking():
                guest.say(speech["what is my balance"] + bytes(16_000))
                await eventually(lambda: guest.sent >= 4.0)
                await guest.sounds(1)
                before = guest.sent
                process.send_signal(signal.SIGKILL)
                await asyncio.to_thread(process.wait, PATIENCE)
                after = guest.sent
                await guest.end()
    (folder,) = calls.glob("2*")
    assert sorted(p.name for p in folder.iterdir()) == ["agent.wav", "caller.wav", "log.jsonl"]
    on_the_way = 1.0  # s of sound that the process had not read yet, on a busy machine
    assert before - 1.0 - on_the_way <= seconds(folder / "caller.wav") <= after + 0.1
    sound, rate = pcm(folder / "agent.wav")
    assert (levels(sound, rate) > -40).any()
    with (folder / "log.jsonl").open(encoding="utf-8") as lines:
        entries = list(read(lines))
    assert isinstance(entries[0], CallStarted)
    assert [type(e).__name__ for e in entries].count("Speak") >= 2
    config = load()
    dialogue = Dialogue(config.languages, config.flows, config.policy)
    found = differences(entries, dialogue)
    assert found == [] or found[0].event is entries[-1 - len(found[0].then)]  # cut in an answer


def test_a_call_whose_process_died_is_closed_at_the_next_start(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path\n"
        "from agent.events import CallStarted, TurnStarted\n"
        "from pipelines.store.recording import Recording\n"
        "r = Recording(Path(sys.argv[1]), 16000, channel='telephone')\n"
        "r.event(CallStarted(0.0, 'telephone', None, 'en')); r.event(TurnStarted(1.0))\n"
        "r.caller(bytes(32000 * 2)); r.flush()\n"
        'r._log.write(\'{"event": "TurnEn\'); r._log.flush()\n'
        "os._exit(9)\n"
    )
    alive = Recording(tmp_path, 16_000, channel="web")
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    (dead,) = {each.name for each in tmp_path.iterdir()} - {alive.id, ".open"}
    assert close_interrupted(tmp_path) == [dead]
    with (tmp_path / dead / "log.jsonl").open(encoding="utf-8") as lines:
        assert list(read(lines))[1:] == [TurnStarted(1.0), CallEnded(2.0, "interrupted")]
    assert close_interrupted(tmp_path) == []
    alive.close()
    assert list((tmp_path / ".open").iterdir()) == []
