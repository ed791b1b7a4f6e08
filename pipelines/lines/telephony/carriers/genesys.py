"""Genesys Cloud AudioHook, as its Audio Connector speaks it: JSON in text messages, PCMU in others.

Each message has a number of its sender's and the last one of the other side's. The client (Genesys)
opens the session, the server says with which media, then sound goes both ways. Genesys keeps a
queue of what it is sent; `barge_in` empties it. It alone closes a session: the server asks for that
with `disconnect`, whose variables the Architect flow goes on with. There are no marks: only that
playing began and that the queue is empty.
Sources: developer.genesys.cloud/devapps/audiohook, and Genesys' reference servers on GitHub,
purecloudlabs/audiohook-reference-implementation and
GenesysCloudBlueprints/audioconnector-server-reference-implementation.

pipecat's GenesysAudioHookSerializer fails on JSON that is no object or parameters that are none,
checks no number, session or media, answers pings only through the pipeline, and logs callers'
numbers and keys; it takes the disconnect's variables before the call is over.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from pipelines.lines.telephony import json_media as media
from pipelines.lines.telephony.g711 import from_mulaw, to_mulaw
from pipelines.lines.telephony.leg import KEYS, Audio, Bad, Key, LegEvent, Start, Stop
from pipelines.lines.telephony.sequence import number

RATE = 8_000
MEDIA = {"type": "audio", "format": "PCMU", "channels": ["external"], "rate": RATE}
PROBE = "00000000-0000-0000-0000-000000000000"  # the conversation of one who only looks
_LONGEST = 64_000  # bytes of sound in one message, as in the reference server
_REMEMBERED = 64  # numbers of messages that would be noticed if they came again
_FAR = 1_000  # a number further away is not believed

# (reason, info, variables) of a disconnect: "completed", "unauthorized" or "error"
Outcome = tuple[str, str, Mapping[str, str]]


class Genesys:
    """See leg.Codec. `session` is the one that the upgrade was signed for; `outcome()` is asked for
    when we end it.
    """

    fills = False  # silence is Genesys' business

    def __init__(self, session: str, outcome: Callable[[], Outcome]) -> None:
        self.rate = RATE
        self.closing = False  # the client has closed the session
        self.playing = False  # it has sound of ours, as far as it has said
        self._session = session
        self._outcome = outcome
        self._started = self._paused = False
        self._sequence = self._theirs = 0
        self._seen: deque[int] = deque(maxlen=_REMEMBERED)
        self._owed: list[tuple[str, int]] = []  # answers, each with the number of what it answers

    def decode(self, message: str | bytes) -> list[LegEvent]:
        """See leg.Codec."""
        if self.closing:
            return [Bad("after the end")]
        if isinstance(message, bytes):
            return self._sound(message)
        data = media.parsed(message)
        if data is None or data.get("version") != "2" or data.get("id") != self._session:
            return [Bad("not a JSON object, or not of this session")]
        numbers = self._numbers(data)
        return numbers if numbers == [_AGAIN] else self._message(data) + numbers

    def _sound(self, data: bytes) -> list[LegEvent]:
        if not self._started or not data or len(data) > _LONGEST:
            return [Bad("sound before the start, or too much of it")]
        return [] if self._paused else [Audio(from_mulaw(data))]

    def _numbers(self, data: dict[str, Any]) -> list[LegEvent]:
        """What is wrong with the numbers; a message that came before is not looked at again."""
        theirs, ours = number(data.get("seq")), number(data.get("serverseq"))
        if theirs is None or theirs in self._seen:
            return [_AGAIN]
        due = theirs == self._theirs + 1
        self._seen.append(theirs)
        if abs(theirs - self._theirs) <= _FAR:
            self._theirs = max(self._theirs, theirs)
        right = due and ours is not None and ours <= self._sequence
        return [] if right else [Bad("a number that was not due")]

    def _message(self, data: dict[str, Any]) -> list[LegEvent]:
        given = data.get("parameters")
        parameters: dict[str, Any] = given if isinstance(given, dict) else {}
        match data.get("type"):
            case "open":
                return [self._open(parameters)]
            case "ping":
                self._owed.append(("pong", self._theirs))
            case "close":
                self.closing, self.playing = True, False
                self._owed.append(("closed", self._theirs))
                return [Stop("hang-up")]
            case "error":
                return [Bad("the other side complains")]
            case _ if not self._started:
                return [Bad("before the start")]
            case "dtmf":
                key = parameters.get("digit")
                return [Key(key) if isinstance(key, str) and key in KEYS else Bad("no such key")]
            case "playback_started" | "playback_completed" as kind:
                self.playing = kind == "playback_started"
            case "paused" | "resumed" as kind:
                self._paused = kind == "paused"
            case "update":  # of the language: the agent goes by the one that it hears
                self._owed.append(("updated", self._theirs))
            case "discarded":
                pass
            case _:
                return [Bad("no such message")]
        return []

    def _open(self, parameters: dict[str, Any]) -> LegEvent:
        offered = parameters.get("media")
        if self._started:
            return Bad("a second start")
        if not isinstance(offered, list) or not any(_fits(each) for each in offered):
            return Stop("no PCMU at 8 kHz of the external channel is offered")
        self._started = True
        who = parameters.get("participant")
        who = who if isinstance(who, dict) else {}
        return Start(
            {
                **media.texts(parameters.get("inputVariables")),
                "language": media.text(parameters.get("language"), 32),
                "from": _number(who.get("ani")),
                "did": _number(who.get("dnis")),
                "organization": media.text(parameters.get("organizationId"), 64),
                "conversation": media.text(parameters.get("conversationId"), 64),
                "call": self._session,
                "languages": "asked" if parameters.get("supportedLanguages") is True else "",
            }
        )

    # What is said

    def answers(self) -> list[str]:
        """What the client is owed, to be sent at once and in this order."""
        owed, self._owed = self._owed, []
        return [self._written(kind, clientseq=theirs) for kind, theirs in owed]

    def opened(self, languages: list[str] | None = None) -> str:
        """The session is open; `languages` are told where they were asked for."""
        more: dict[str, Any] = {} if languages is None else {"supportedLanguages": languages}
        return self._written("opened", startPaused=False, media=[MEDIA], **more)

    def disconnect(self) -> str:
        """The client is to close the session."""
        reason, info, variables = self._outcome()
        return self._written(
            "disconnect", reason=reason, info=info, outputVariables=dict(variables)
        )

    def audio(self, pcm: bytes) -> bytes:
        """See leg.Codec."""
        self.playing = True
        return to_mulaw(pcm)

    def mark(self, name: str) -> None:
        """There are none."""
        return

    def clear(self) -> str:
        """See leg.Codec."""
        self.playing = False
        return self._written("event", entities=[{"type": "barge_in", "data": {}}])

    def hang_up(self) -> None:
        """The leg does: it is an exchange, not a message."""
        return

    def _written(self, kind: str, clientseq: int = -1, **parameters: Any) -> str:
        self._sequence += 1
        return media.written(
            version="2",
            id=self._session,
            type=kind,
            seq=self._sequence,
            clientseq=self._theirs if clientseq < 0 else clientseq,
            parameters=parameters,
        )


_AGAIN = Bad("a message without a number, or one that came before")


def _fits(offered: Any) -> bool:
    return isinstance(offered, dict) and all(offered.get(k) == v for k, v in MEDIA.items())


def _number(address: Any) -> str:
    """The number in "tel:+221770001234" or "sip:+221770001234@host"; "" of what has none."""
    found = media.text(address).split("@")[0].split(";")[0]
    return found.removeprefix("tel:").removeprefix("sips:").removeprefix("sip:")
