"""vCons among the files that are imported: their sounds by party, their words, their labels."""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path

from pipelines.importing.shapes import CannotImportError, Channel, Foreign, Problem, Sound
from pipelines.importing.vcon.conversation import Conversation, Dialog, VconError
from pipelines.importing.vcon.reader import read_vcon
from pipelines.importing.vcon.references import files_beside
from pipelines.store.transcript import Speaker

_LOOK = 1 << 16  # bytes of a .json in which a vCon names itself
_LARGEST = 1 << 30  # bytes of a vCon
_GZIP = b"\x1f\x8b"


def is_vcon(path: Path) -> bool:
    """Whether a file is one: by its name, or because a .json says so."""
    name = path.name.lower()
    if name.endswith((".vcon", ".vcon.json", ".vcon.gz")):
        return True
    if not name.endswith((".json", ".json.gz", ".jws")):
        return False
    try:
        with path.open("rb") as file:
            begins = file.read(_LOOK)
    except OSError:
        return False
    if begins.startswith(_GZIP):
        try:
            begins = zlib.decompressobj(wbits=31).decompress(begins, _LOOK)
        except zlib.error:
            return False
    return b'"vcon"' in begins or name.endswith(".jws")


def read_vcon_file(path: Path, language: str) -> list[Foreign]:
    """The conversation in a vCon.

    Raises:
        CannotImportError: it is none, or cannot be read.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise CannotImportError("unreadable", f"more than {_LARGEST >> 30} GB in a vCon")
        found = read_vcon(path.read_bytes(), files_beside(path))
    except VconError as error:
        raise CannotImportError("unreadable", str(error)) from error
    except OSError as error:
        raise CannotImportError("missing", str(error)) from error
    told = [Problem(kind="line", told=each) for each in found.problems]
    sides: dict[Speaker, Sound] = {}
    both: Sound | None = None
    caller_channel: Channel | None = None  # of both; unknown where one channel mixes both sides
    for number, dialog, sound in _sounds(path, found):
        roles = _roles(dialog, found)
        if len(roles) != 1 and both is None and not sides:
            both = sound
            if roles:
                caller_channel = "left" if roles[0] == "caller" else "right"
        elif len(roles) == 1 and both is None and roles[0] not in sides:
            sides[roles[0]] = sound
        else:
            told.append(
                Problem(
                    kind="ambiguous",
                    told="one more recording of a side, which is left out: a side is one sound",
                    where=f"dialog {number}",
                )
            )
    return [
        Foreign(
            path.name.split(".")[0],
            caller=sides.get("caller"),
            agent=sides.get("agent"),
            both=both,
            caller_channel=caller_channel,
            utterances=found.utterances,
            language=next((u.language for u in found.utterances if u.language), language),
            labels=_labels(found),
            problems=tuple(told),
        )
    ]


def _sounds(path: Path, found: Conversation) -> Iterator[tuple[int, Dialog, Sound]]:
    for number, dialog in enumerate(found.dialogs):
        if dialog.sound:
            name = dialog.filename or f"{path.name}, dialog {number}"
            yield number, dialog, Sound(dialog.sound, name, dialog.at or 0.0)


def _roles(dialog: Dialog, found: Conversation) -> list[Speaker]:
    """Of its channels, in order; a channel that mixes both sides has none."""
    roles: list[Speaker] = []
    for parties in dialog.channels:
        sides = {found.parties[i].role for i in parties if i < len(found.parties)}
        if len(sides) == 1:
            roles.append(sides.pop())
    return roles


def _labels(found: Conversation) -> dict[str, str]:
    """What it knows of the conversation beside its words."""
    labels = {"uuid": found.uuid, "vcon": found.version}
    if found.subject:
        labels["subject"] = found.subject
    if found.created:
        labels["created"] = found.created.isoformat()
    if found.consents:
        labels["consent"] = json.dumps([each.kind for each in found.consents])
    return labels
