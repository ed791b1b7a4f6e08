"""Reading a vCon: whatever can be used of it, and in words what cannot.

A vCon comes unsigned, in a JWS or in a JWE, each of them perhaps gzipped. A JWS is read without its
signature being verified, which is told; a JWE cannot be read without a key and is refused, as is a
vCon that says it must not be read by who does not know its extensions.
"""

import json
import zlib

from pipelines.importing.vcon.contents import content, is_sound
from pipelines.importing.vcon.conversation import (
    Analysis,
    Attachment,
    Conversation,
    Dialog,
    VconError,
)
from pipelines.importing.vcon.models import (
    AnalysisObject,
    AttachmentObject,
    Container,
    DialogObject,
    PartyObject,
    Signed,
)
from pipelines.importing.vcon.references import External, unbase64
from pipelines.importing.vcon.said import Transcribed, utterances
from pipelines.importing.vcon.sound import channels_of
from pipelines.importing.vcon.speakers import with_roles
from pipelines.importing.vcon.times import first_moment
from pipelines.importing.vcon.transcripts import clean
from pipelines.importing.vcon.values import Heard, Model, Reading, read_object

_VERSIONS = frozenset({"0.0.1", "0.0.2", "0.3.0", "0.4.0"})
_EXTENSIONS = frozenset({"CC", "lawful_basis", "wtf_transcription"})  # what we know to be harmless
_LARGEST = 1 << 30  # bytes of JSON after decompression
_PARTS = ("parties", "dialog", "analysis", "attachments")
_CONSENT = frozenset({"consent", "lawful_basis", "lawful_purpose", "disclosure"})
_TRANSCRIPTS = frozenset({"transcript", "transcription", "wtf_transcription"})


def read_vcon(text: str | bytes, external: External | None = None) -> Conversation:
    """The conversation in a vCon, of any version that is known.

    `external` reads a file beside the vCon by its relative name (`references.files_beside`) and
    raises OSError where there is none; without it no file is looked for.

    Raises:
        VconError: it is none, is encrypted, or demands an extension that is not known here.
    """
    reading = Reading()
    raw = _unsigned(_object(_plain(text)), reading)
    vcon = read_object(Container, raw, reading)
    _check(vcon, raw, reading)
    dialog_objects = _all(DialogObject, "dialog", vcon.dialog, reading)
    party_objects = _all(PartyObject, "party", vcon.parties, reading)
    parties = with_roles(party_objects, dialog_objects)
    began = first_moment(dialog_objects, vcon.created_at)
    dialogs = []
    for number, item in enumerate(dialog_objects):
        at = (item.start - began).total_seconds() if item.start and began else None
        dialogs.append(_dialog(item, at, external, reading.at(f"dialog {number}")))
    analyses = []
    for number, each in enumerate(_all(AnalysisObject, "analysis", vcon.analysis, reading)):
        analyses.append(_analysis(each, external, reading.at(f"analysis {number}")))
    attachments = []
    for number, one in enumerate(_all(AttachmentObject, "attachment", vcon.attachments, reading)):
        attachments.append(_attachment(one, external, reading.at(f"attachment {number}")))
    return Conversation(
        vcon.uuid or "",
        vcon.vcon or "",
        clean(vcon.subject),
        vcon.created_at,
        tuple(parties),
        tuple(dialogs),
        tuple(utterances(dialogs, parties, _transcripts(analyses, attachments), reading)),
        tuple(each for each in attachments if each.kind in _CONSENT),
        tuple(each for each in attachments if each.kind not in _CONSENT | _TRANSCRIPTS),
        tuple(each for each in analyses if each.kind not in _TRANSCRIPTS),
        tuple(reading.problems),
    )


def _plain(text: str | bytes) -> str:
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    if text[:2] == b"\x1f\x8b":
        opened = zlib.decompressobj(wbits=31)
        try:
            text = opened.decompress(text, _LARGEST)
        except zlib.error as error:
            raise VconError(f"gzipped, and damaged: {error}") from error
        if not opened.eof:
            raise VconError(f"gzipped, and cut short or over {_LARGEST} bytes")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise VconError(f"not UTF-8 at byte {error.start}, so no vCon") from error


def _object(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise VconError(f"no JSON, so no vCon: {error.msg} at character {error.pos}") from error
    except RecursionError as error:
        raise VconError("nested too deeply to be a vCon") from error
    except ValueError as error:  # a number of thousands of digits
        raise VconError("a number in it is too long to be read") from error
    if not isinstance(found, dict):
        raise VconError("a vCon is a JSON object, and this is none")
    return found


def _unsigned(raw: dict[str, object], reading: Reading) -> dict[str, object]:
    """The vCon itself, taken out of its signed form."""
    if "ciphertext" in raw:
        raise VconError("encrypted (JWE): decrypt it with its key first; nothing of it was read")
    if "payload" not in raw or not ("signatures" in raw or "signature" in raw):
        return raw
    payload = unbase64(read_object(Signed, raw, reading).payload or "")
    if not payload:
        raise VconError("signed (JWS), and its payload is no base64url; nothing of it was read")
    inner = _object(_plain(payload))
    if "ciphertext" in inner or "payload" in inner:
        raise VconError("signed (JWS), and what was signed is no vCon in its plain form")
    reading.tell("signed (JWS): the signature was not verified")
    return inner


def _check(vcon: Container, raw: dict[str, object], reading: Reading) -> None:
    unknown = [each for each in vcon.critical or () if each not in _EXTENSIONS]
    if unknown:
        names = ", ".join(repr(each[:40]) for each in unknown[:5])
        raise VconError(f"must not be read without extensions that are not known here: {names}")
    if not any(isinstance(raw.get(name), list) for name in _PARTS):
        raise VconError(f"no vCon: it has none of {', '.join(_PARTS)}")
    if vcon.vcon is not None and vcon.vcon not in _VERSIONS:
        reading.tell("its version is not known and is read as 0.4.0")
    if vcon.redacted:
        reading.tell("redacted: something was left out by who made it")
    if vcon.amended:
        reading.tell("amends an earlier vCon, which was not looked for")
    if vcon.group:
        reading.tell(f"{len(vcon.group)} other vCons belong to it and were not read")


def _all(kind: type[Model], name: str, raw: list[object] | None, reading: Reading) -> list[Model]:
    return [
        read_object(kind, each, reading.at(f"{name} {number}"))
        for number, each in enumerate(raw or [])
    ]


def _dialog(
    item: DialogObject, at: float | None, external: External | None, reading: Reading
) -> Dialog:
    kind = _kind(item)
    found: object = None
    if kind in ("recording", "text"):
        found = content(item, external, reading, sound=kind == "recording")
    sound = found if kind == "recording" and isinstance(found, bytes) else None
    text = found if kind == "text" and isinstance(found, str) else None
    if found is not None and sound is None and text is None:
        reading.tell("its content is neither sound nor text that can be used, and is left out")
    if text is not None and item.mediatype and not item.mediatype.lower().startswith("text/plain"):
        reading.tell("its text is not plain and is taken with its markup")
    return Dialog(
        kind,
        channels_of(item.parties or Heard(), sound),
        item.originator,
        item.start,
        None if at is None else round(at, 6),
        item.duration,
        (item.mediatype or "").lower(),
        item.filename or "",
        sound,
        text,
        item.disposition or "",
    )


def _kind(item: DialogObject) -> str:
    """The type; "audio" and "video" are what some write for a recording."""
    told = (item.type or "").lower()
    if told in ("audio", "video") or (not told and is_sound(item.mediatype)):
        return "recording"
    return told or ("text" if item.body is not None else "")


def _analysis(item: AnalysisObject, external: External | None, reading: Reading) -> Analysis:
    return Analysis(
        (item.type or "").lower(),
        item.vendor or "",
        clean(item.product),
        clean(item.schema_),
        item.dialog or (),
        (item.mediatype or "").lower(),
        content(item, external, reading),
    )


def _attachment(item: AttachmentObject, external: External | None, reading: Reading) -> Attachment:
    found = content(item, external, reading)
    if found is None and item.model_extra:
        found = dict(item.model_extra)  # the consent drafts' members stand beside
    named = [clean(each).lower() for each in (item.purpose, item.type) if each]
    known = (each for each in named if each in _CONSENT | _TRANSCRIPTS)
    return Attachment(
        next(known, next(iter(named), "")),
        item.start,
        item.party,
        item.dialog,
        (item.mediatype or "").lower(),
        item.filename or "",
        found,
    )


def _transcripts(analyses: list[Analysis], attachments: list[Attachment]) -> list[Transcribed]:
    """The transcripts among them; WTF has its own in attachments as well."""
    found = [
        Transcribed(f"analysis {number}", each.dialogs, each.content, each.vendor, each.schema)
        for number, each in enumerate(analyses)
        if each.kind in _TRANSCRIPTS
    ]
    found += [
        Transcribed(
            f"attachment {number}", () if one.dialog is None else (one.dialog,), one.content
        )
        for number, one in enumerate(attachments)
        if one.kind in _TRANSCRIPTS
    ]
    return found
