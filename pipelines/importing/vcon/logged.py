"""What a recording of ours tells of its call, as a vCon's writer wants it.

Everything is taken from the log as it is written, which privacy has passed over: what is hidden in
it stays hidden.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from agent.actions import Action, Explain, Speak, Transfer
from agent.commands import StartFlow
from agent.events import (
    CallEnded,
    CallStarted,
    Event,
    Hypothesis,
    PersonJoined,
    PersonLeft,
    SpeechEnded,
    SpeechStarted,
    TurnEnded,
    TurnStarted,
)
from agent.log import LogError, line, read
from pipelines.importing.vcon.conversation import VconError
from pipelines.store.recorded import Recorded
from pipelines.store.transcript import TranscriptError, Utterance, read_transcript

_DISCLOSURE = "greet.disclosure"
_STAMP = re.compile(r"(\d{8})-(\d{6})")  # how `store/recording.py` begins a call's id


@dataclass(frozen=True, slots=True)
class Presence:
    """A person who talked with the caller, from when to when; `left` is None if to the end."""

    name: str
    joined: float
    left: float | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One call. Times are seconds since it began, of which `began` is the moment, if it is known.

    `ours` says that this program was the agent, so that there is a log.
    """

    id: str
    ours: bool = False
    began: datetime | None = None
    channel: str = ""
    caller: str = ""
    flows: tuple[str, ...] = ()
    utterances: tuple[Utterance, ...] = ()
    decisions: tuple[dict[str, object], ...] = ()
    transfers: tuple[tuple[float, Transfer], ...] = ()
    people: tuple[Presence, ...] = ()
    disclosures: tuple[Utterance, ...] = ()
    ended: float | None = None
    end_reason: str = ""


def told(recorded: Recorded, zone: tzinfo = UTC) -> Told:
    """What is known of a recording; `zone` is that of the log's local times.

    Raises:
        VconError: its log or transcript cannot be read.
    """
    try:
        if recorded.log is not None:
            return _from_log(recorded.log, recorded.id, zone)
        said: tuple[Utterance, ...] = ()
        if recorded.transcript is not None:
            with recorded.transcript.open(encoding="utf-8") as lines:
                said = tuple(read_transcript(lines))
    except (LogError, TranscriptError, OSError, UnicodeDecodeError) as error:
        raise VconError(f"{recorded.path}: {error}") from error
    return Told(recorded.id, began=_stamp(recorded.id, zone), utterances=said)


def _from_log(path: Path, name: str, zone: tzinfo) -> Told:
    with path.open(encoding="utf-8") as lines:
        written = lines.readlines()
    call = _Call()
    for entry in read(written):
        call.add(entry)
    id_ = _id(written) or name
    started = call.started
    began = _moment(started.now, zone) if started else None
    return Told(
        id_,
        True,
        began or _stamp(id_, zone) or _stamp(name, zone),
        started.channel if started else "",
        (started.caller or "") if started else "",
        tuple(dict.fromkeys(call.flows)),
        tuple(call.utterances()),
        tuple(call.decisions),
        tuple(call.transfers),
        tuple(call.people),
        tuple(call.disclosures),
        call.at if started else None,
        call.end_reason,
    )


def _id(lines: Iterable[str]) -> str:
    """The call's id, which its log's header has wherever the log lies."""
    try:
        first = json.loads(next(iter(lines), "{}"))
    except ValueError:
        return ""
    found = first.get("id") if isinstance(first, dict) else None
    return found if isinstance(found, str) else ""


def _moment(local: str, zone: tzinfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(local)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _stamp(name: str, zone: tzinfo) -> datetime | None:
    found = _STAMP.match(name)
    if not found:
        return None
    try:
        return datetime.strptime("".join(found.groups()), "%Y%m%d%H%M%S").replace(tzinfo=zone)
    except ValueError:
        return None


@dataclass
class _Call:
    """Gathers, entry by entry."""

    at: float = 0.0
    started: CallStarted | None = None
    end_reason: str = ""
    flows: list[str] = field(default_factory=list)
    decisions: list[dict[str, object]] = field(default_factory=list)
    transfers: list[tuple[float, Transfer]] = field(default_factory=list)
    people: list[Presence] = field(default_factory=list)
    disclosures: list[Utterance] = field(default_factory=list)
    _said: list[Utterance] = field(default_factory=list)
    _ours: dict[int, tuple[Speak, float | None]] = field(default_factory=dict)
    _turn: float | None = None
    _hypothesis: Hypothesis | None = None

    def add(self, entry: Event | Action) -> None:
        """The next entry of the log."""
        self.at = max(self.at, getattr(entry, "at", 0.0))
        match entry:
            case CallStarted():
                self.started = entry
            case CallEnded():
                self.end_reason = entry.reason
            case TurnStarted():
                self._end_turn(None)
                self._turn = max(0.0, entry.at - entry.noticed)
            case Hypothesis():
                self._hypothesis = entry
            case TurnEnded():
                self._end_turn(max(0.0, entry.at - entry.paused))
            case Explain():
                self._explain(entry)
            case Transfer():
                self.transfers.append((self.at, entry))
            case PersonJoined():
                self.people.append(Presence(entry.person, entry.at))
            case PersonLeft() if self.people and self.people[-1].left is None:
                last = self.people.pop()
                self.people.append(Presence(last.name, last.joined, entry.at))
            case Speak() | SpeechStarted() | SpeechEnded():
                self._speech(entry)

    def utterances(self) -> list[Utterance]:
        """All that was said and heard, by its beginning."""
        self._end_turn(None)
        for speak, began in self._ours.values():
            if began is not None:  # the log ends while we speak
                self._say(speak, speak.text, began, None)
        self._ours.clear()
        return sorted(self._said, key=lambda each: each.start or 0.0)

    def _end_turn(self, end: float | None) -> None:
        heard, begun = self._hypothesis, self._turn
        self._hypothesis = self._turn = None
        if heard is None or not heard.text.strip():
            return
        start = heard.at if begun is None else begun
        end = None if end is None else max(start, end)
        self._said.append(
            Utterance(
                speaker="caller", text=heard.text, start=start, end=end, language=heard.language
            )
        )

    def _explain(self, entry: Explain) -> None:
        about = {name: v for name, v in json.loads(line(entry)).items() if name != "action"}
        self.decisions.append({"at": self.at, **about})
        self.flows += [
            each.flow for each in entry.commands if isinstance(each, StartFlow) and each.confirmed
        ]

    def _speech(self, entry: Speak | SpeechStarted | SpeechEnded) -> None:
        if isinstance(entry, Speak):
            self._ours[entry.utterance] = entry, None
        elif entry.utterance in self._ours:
            speak, began = self._ours.pop(entry.utterance)
            if isinstance(entry, SpeechStarted):
                self._ours[entry.utterance] = speak, entry.at
            else:
                start = entry.at if began is None else began
                self._say(speak, entry.heard, start, entry.at)

    def _say(self, speak: Speak, text: str, start: float, end: float | None) -> None:
        if not text.strip():
            return
        said = Utterance(speaker="agent", text=text, start=start, end=end, language=speak.language)
        self._said.append(said)
        if speak.act == _DISCLOSURE:
            self.disclosures.append(said)
