"""One recorded call over the web line, in real time: its caller as a browser or a bridge calls.

Each turn is played once the agent at the other end is where the recorded one was, as at the audio
depth (`caller_channel.py`). Both channels are kept as they were sent and heard, what the agent says
of a secret as silence.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import websockets
from google.protobuf.message import DecodeError

from agent.numbers.digits import HIDDEN, WRONG
from pipelines.audio import AGENT_RATE
from pipelines.replay.caller_channel import AgentState, CallerChannel, Step
from pipelines.replay.caller_turns import CallerTurn
from pipelines.store.transcript import Utterance
from pipelines.synthetic_caller.web_client import audio, frames, message, ready, server_message

_BUSY = 1013  # try again later, IANA WebSocket close code registry
_GOODBYE = 5.0  # s for the server to end a call that the caller has ended
_SLIP = 0.1  # s that the agent's channel may lag before silence is filled in


@dataclass
class LiveHeard:
    """What came of a call. `refused` is why none came about, "" if it did; `busy`: no line is free.

    `id` is the server's for its recording, "" where it makes none; `downloads` where it offers it.
    `caller` is what was sent, at the channel's own rate; `agent` what was heard, at AGENT_RATE.
    `asked` is which question was open since when; `said` what the server says that was said.
    """

    id: str = ""
    downloads: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[float, str]] = field(default_factory=lambda: [(0.0, "")])
    said: list[Utterance] = field(default_factory=list)
    caller: bytearray = field(default_factory=bytearray)
    agent: bytearray = field(default_factory=bytearray)
    refused: str = ""
    busy: bool = False


class LiveCall:
    """A call that is made once. Its time is that of the sound that was sent."""

    def __init__(self, caller: CallerChannel) -> None:
        self.heard = LiveHeard()
        self._caller = caller
        self._agent = AgentState()
        self._begun: dict[int, float] = {}  # when an utterance did
        self._secrets: set[int] = set()  # utterances with a secret that are to be said
        self._since: float | None = None  # when the caller began to speak
        self._over = asyncio.Event()

    async def call(self, url: str) -> LiveHeard:
        """Call `url`, do what the recorded caller did, hang up. Whatever is wrong is told."""
        try:
            async with websockets.connect(
                url, compression=None, max_size=None, ping_timeout=None, proxy=None
            ) as line:
                listening = asyncio.create_task(self._listen(line))
                try:
                    await line.send(ready("waxtaan-replay"))
                    await self._play(line)
                    await line.send(message("client-message", {"t": "hang-up"}))
                    await asyncio.wait([listening], timeout=_GOODBYE)
                except websockets.ConnectionClosed:
                    await listening
                finally:
                    listening.cancel()
                    await asyncio.wait([listening])
        except (OSError, websockets.WebSocketException) as error:
            self.heard.refused = f"nobody takes calls at {url.partition('?')[0]}: {error}"
        return self.heard

    async def _play(self, line: websockets.ClientConnection) -> None:
        now = asyncio.get_running_loop().time
        began = now()
        caller = self._caller
        while not self._over.is_set() and (step := caller.step(self._agent)) is not None:
            await asyncio.sleep(began + caller.at - now())
            self.heard.caller += step.pcm
            for each in (audio(step.pcm, caller.rate), *_messages(step)):
                await line.send(each)

    # What the server tells

    async def _listen(self, line: websockets.ClientConnection) -> None:
        known = False
        try:
            async for frame in frames(line):
                match frame.WhichOneof("frame"):
                    case "audio":
                        self._hear(frame.audio.audio)
                    case "message" if (told := server_message(frame)) is not None:
                        known = known or told["type"] == "call"
                        self._take(told)
        except (DecodeError, ValueError, KeyError, TypeError, AttributeError) as error:
            self.heard.refused = f"no server of ours answers: {type(error).__name__} {error}"
        finally:
            self._over.set()
            if not known and not self.heard.refused:
                self.heard.busy = line.close_code == _BUSY
                why = line.close_reason or "it ended before it began"
                self.heard.refused = f"the server took no call: {why}"

    def _hear(self, pcm: bytes) -> None:
        heard = self.heard.agent
        missing = round((self._caller.at - len(heard) / 2 / AGENT_RATE) * AGENT_RATE)
        if missing > _SLIP * AGENT_RATE:
            heard += bytes(missing * 2)
        heard += bytes(len(pcm)) if self._secrets else pcm

    def _take(self, told: dict[str, Any]) -> None:
        self._agent.told(told)
        at, heard = round(self._caller.at, 3), self.heard
        match told:
            case {"type": "call", "id": str(id_)}:
                heard.id = id_
            case {"type": "state", "question": str(question)}:
                if question != heard.asked[-1][1]:
                    heard.asked.append((at, question))
            case {"type": "speaking", "utterance": int(number)}:
                self._begun[number] = at
            case {"type": "said", "who": "agent", "utterance": int(number), "heard": str(text)}:
                self._secrets.discard(number)
                self._say("agent", text, self._begun.get(number, at), at)
            case {"type": "said", "who": "agent", "utterance": int(number), "text": str(text)}:
                if HIDDEN in text:
                    self._secrets.add(number)
            case {"type": "said", "who": "caller", "text": str(text), "final": final}:
                self._since = at if self._since is None else self._since
                if final:
                    self._say("caller", text, self._since, at, str(told.get("language", "")))
                    self._since = None
            case {"type": "ended", "downloads": dict(downloads)}:
                heard.downloads = downloads

    def _say(self, who: str, text: str, start: float, end: float, language: str = "") -> None:
        if text:
            each = {"speaker": who, "text": text, "start": start, "end": end, "language": language}
            self.heard.said.append(Utterance.model_validate(each))


def _messages(step: Step) -> list[bytes]:
    told = [message("dtmf", {"buttons": [key]}) for key in step.keys]
    if step.typed:
        told.append(message("client-message", {"t": "say", "d": {"text": step.typed}}))
    if step.chosen:
        told.append(message("client-message", {"t": "language", "d": {"language": step.chosen}}))
    return told


def up_to_secrets(turns: Sequence[CallerTurn]) -> tuple[list[CallerTurn], int]:
    """The turns before the first whose digits the log hides, then hanging up; and its number.

    The number is 0, and all turns are there, where nothing is hidden: turns count from 1.
    """
    for number, turn in enumerate(turns, start=1):
        typed = turn.typed + "".join(key for _, key in turn.keys)
        if HIDDEN in typed or WRONG in typed:
            over = replace(turn, end=turn.start, keys=(), typed="", chosen="", hangs_up=True)
            return [*turns[: number - 1], over], number
    return list(turns), 0
