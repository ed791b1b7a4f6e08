"""Writing a recording as a vCon, in the syntax of three versions.

Each side's sound is a dialog of its own, as it was recorded. What was said is an analysis of type
"transcript", how it was decided one of type "report", both with the vendor "waxtaan"; what a person
was given at a handoff is an attachment. That the caller was told of talking to a machine is an
attachment "disclosure": it is no consent, none is asked for, and the drafts on consent have no form
for having been told.

The same recording gives the same bytes. A log has local time without an offset, so whoever exports
says which zone it was.
"""

import hashlib
import json
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args
from uuid import UUID

from pipelines.importing.vcon.conversation import VconError
from pipelines.importing.vcon.logged import Told, told
from pipelines.importing.vcon.references import to_base64
from pipelines.importing.vcon.said import TRANSCRIPT_SCHEMA, VENDOR
from pipelines.store.recorded import Recorded
from pipelines.store.transcript import Speaker

Version: TypeAlias = Literal["0.4.0", "0.3.0", "0.0.2"]
VERSIONS: tuple[Version, ...] = get_args(Version)
NEWEST: Version = "0.4.0"
DOMAIN = "waxtaan.invalid"  # RFC 2606: nobody's; an operator gives their own

Members: TypeAlias = dict[str, Any]

_CALLER, _AGENT = 0, 1  # places in `parties`; people who took over come after
_SOUND = "audio/x-wav"  # the drafts' name for WAV
_JSON = "application/json"
_AGENT_NAME = "Waxtaan automated assistant"
_WRITTEN = "text"  # the channel of `waxtaan chat`


def write_vcon(
    recorded: Recorded,
    version: Version = NEWEST,
    inline_audio: bool = True,
    zone: tzinfo = UTC,
    domain: str = DOMAIN,
) -> str:
    """A recording as a vCon's JSON.

    Without `inline_audio` it says that the sound was left out. `zone` is that of the log's times,
    `domain` a DNS name of whoever exports, for the identifier.

    Raises:
        VconError: what was recorded cannot be read.
    """
    if version not in VERSIONS:
        raise VconError(f"version {version!r} cannot be written: {', '.join(VERSIONS)} can")
    try:
        vcon = _document(recorded, version, inline_audio, zone, domain)
        text = json.dumps(vcon, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    except (OverflowError, RecursionError, OSError, ValueError) as error:
        if isinstance(error, VconError):
            raise
        what = error.strerror if isinstance(error, OSError) else type(error).__name__
        raise VconError(f"{recorded.path}: what was recorded cannot be written: {what}") from error
    return text.encode("utf-8", "replace").decode("utf-8")


def _document(
    recorded: Recorded, version: Version, inline_audio: bool, zone: tzinfo, domain: str
) -> Members:
    call = told(recorded, zone)
    made = call.began or datetime.fromtimestamp(_marker(recorded).stat().st_mtime, zone)
    writer = _Writer(call, made, version)
    sounds = {_CALLER: recorded.caller, _AGENT: recorded.agent}
    sounded = {party: path for party, path in sounds.items() if path is not None}
    name = f"{call.id}.{domain}"
    vcon: Members = {"vcon": version, "uuid": identifier(name, made)}
    if sounded and not inline_audio:
        vcon["uuid"] = identifier(f"without-sound.{name}", made)
        vcon["redacted"] = {"uuid": identifier(name, made), "type": "audio"}
    if version != "0.0.2":
        vcon["extensions"] = ["CC"]
    vcon["created_at"] = made.isoformat()
    if call.flows:
        vcon["subject"] = ", ".join(call.flows)
    dialogs = writer.dialogs(sounded, inline_audio)
    vcon |= {"parties": writer.parties(), "dialog": dialogs, "analysis": writer.analyses(dialogs)}
    vcon["attachments"] = writer.attachments()
    return vcon


def identifier(name: str, made: datetime) -> str:
    """A UUID version 8 as the drafts have it: version 7, its last 62 bits those of a DNS name.

    The name is that of the call under the exporter's domain, as the drafts allow, so that it takes
    the place of chance: the same call has the same identifier, and no two have one.
    """
    digest = hashlib.sha1(name.encode("utf-8"), usedforsecurity=False).digest()
    milliseconds = max(0, int(made.timestamp() * 1000)) & (1 << 48) - 1
    named = int.from_bytes(digest[:8], "big") >> 2
    rest = int.from_bytes(digest[8:10], "big") >> 4
    return str(UUID(int=milliseconds << 80 | 8 << 76 | rest << 64 | 2 << 62 | named))


def _marker(recorded: Recorded) -> Path:
    """The file that makes it a recording: what is left to date it by where nothing tells."""
    return recorded.log or recorded.source or recorded.path


@dataclass(frozen=True)
class _Writer:
    """The parts of one vCon."""

    call: Told
    made: datetime
    version: Version

    def parties(self) -> list[Members]:
        """Caller, agent, and whoever took over."""
        caller: Members = {"tel": self.call.caller} if self.call.caller else {}
        caller |= {"role": "customer"}
        agent: Members = {"role": "agent"}
        if self.call.ours:
            agent = {"name": _AGENT_NAME, "validation": "none", **agent}
        people = [{"name": name, "validation": "none", "role": "agent"} for name in self._people]
        if self.version == NEWEST:
            caller["type"] = "person"
            if self.call.ours:
                agent["type"] = "bot"
            people = [{**each, "type": "person"} for each in people]
        return [caller, agent, *people]

    def dialogs(self, sounds: Mapping[int, Path], inline: bool) -> list[Members]:
        """Recordings, or what was typed, or at least that there was a conversation."""
        if self.call.channel == _WRITTEN and self.call.utterances:
            return self._texts()
        found = [self._recording(party, path, inline) for party, path in sounds.items()]
        if not found:
            found = [self._dialog([_CALLER, _AGENT], self.call.ended)]
        if history := self._party_history():
            found[-1]["party_history"] = history
        return found

    def _recording(self, party: int, path: Path, inline: bool) -> Members:
        dialog = self._dialog([party], _duration(path))
        if party != _CALLER:
            dialog["originator"] = _CALLER
        if inline:
            dialog |= {"mediatype": _SOUND, "filename": path.name}
            dialog |= {"body": to_base64(path.read_bytes()), "encoding": "base64url"}
        return dialog

    def _dialog(self, parties: list[int], duration: float | None) -> Members:
        dialog: Members = {"type": "recording", "start": self._at(0.0)}
        if duration is not None:
            dialog["duration"] = duration
        return {**dialog, "parties": parties}

    def _texts(self) -> list[Members]:
        found = []
        for each in self.call.utterances:
            party = _party(each.speaker)
            text: Members = {"type": "text", "start": self._at(each.start or 0.0)}
            if each.start is not None and each.end is not None:
                text["duration"] = round(each.end - each.start, 6)
            text |= {"parties": [party, 1 - party], "mediatype": "text/plain"}
            found.append({**text, "body": each.text, "encoding": "none"})
        return found

    def _party_history(self) -> list[Members]:
        """When people came into the call and left it."""
        found = []
        for each in self.call.people:
            party = 2 + self._people.index(each.name)
            found.append({"party": party, "time": self._at(each.joined), "event": "join"})
            if each.left is not None:
                found.append({"party": party, "time": self._at(each.left), "event": "drop"})
        return found

    def analyses(self, dialogs: list[Members]) -> list[Members]:
        """What was said, where it was spoken, and how turns were decided."""
        about = list(range(len(dialogs)))
        found = []
        if self.call.utterances and dialogs[0]["type"] != "text":
            said = [
                {"party": _party(each.speaker), **each.model_dump(exclude_defaults=True)}
                for each in self.call.utterances
            ]
            found.append(self._analysis("transcript", TRANSCRIPT_SCHEMA, about, said))
        if self.call.ours:
            found.append(self._analysis("report", "waxtaan.decisions.1", about, self._report()))
        return found

    def _report(self) -> Members:
        return {
            "decisions": list(self.call.decisions),
            "transfers": [
                {"at": at, "queue": each.queue, "reason": each.reason, "request": each.request}
                for at, each in self.call.transfers
            ],
            "end": self.call.end_reason,
        }

    def _analysis(self, kind: str, schema: str, about: list[int], body: object) -> Members:
        about_what = {"type": kind, "dialog": about, "mediatype": _JSON}
        by_whom = {"vendor": VENDOR, "schema": schema}
        return {**about_what, **by_whom, **self._json(body)}

    def attachments(self) -> list[Members]:
        """That the caller was told of the machine, and what people were given at handoffs."""
        found = []
        for each in self.call.disclosures:
            heard = each.model_dump(exclude={"speaker"}, exclude_defaults=True)
            heard = {"spoken_to": _CALLER, **heard, "consent_asked": False}
            found.append(self._attachment("disclosure", each.start or 0.0, heard))
        for at, transfer in self.call.transfers:
            if transfer.packet:
                found.append(self._attachment("handoff", at, transfer.packet))
        return found

    def _attachment(self, kind: str, at: float, body: object) -> Members:
        name = "purpose" if self.version == NEWEST else "type"
        where = {"start": self._at(at), "party": _AGENT, "dialog": 0}
        return {name: kind, **where, "mediatype": _JSON, **self._json(body)}

    def _json(self, body: object) -> Members:
        """Before 0.4.0 a body is a string, whatever its encoding."""
        text = body if self.version == NEWEST else json.dumps(body, ensure_ascii=False)
        return {"body": text, "encoding": "json"}

    def _at(self, seconds: float) -> str:
        return (self.made + timedelta(seconds=seconds)).isoformat()

    @property
    def _people(self) -> list[str]:
        return list(dict.fromkeys(each.name for each in self.call.people))


def _party(speaker: Speaker) -> int:
    return _CALLER if speaker == "caller" else _AGENT


def _duration(path: Path) -> float | None:
    """Seconds of a WAV, None if it is damaged."""
    try:
        with wave.open(str(path)) as file:
            length: float = round(file.getnframes() / file.getframerate(), 6)
            return length
    except (wave.Error, EOFError, OSError, ZeroDivisionError):
        return None
