"""What the drafts demand of a vCon that is written, as far as ours touch it."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

_TOP = {"vcon", "uuid", "created_at", "subject", "redacted", "parties", "dialog", "analysis"}
_FILED = {"mediatype", "filename", "body", "encoding", "url", "content_hash"}
_DIALOG = {"type", "start", "duration", "parties", "originator", "party_history", *_FILED}
_ANALYSIS = {"type", "dialog", "vendor", "product", "schema", *_FILED}
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


def faults(vcon: dict[str, Any]) -> list[str]:
    """What is wrong with it, in words; nothing if it fits."""
    return [*_top(vcon), *_dialogs(vcon), *_others(vcon)]


def _top(vcon: dict[str, Any]) -> Iterator[str]:
    version = vcon["vcon"]
    extensions = set() if version == "0.0.2" else {"extensions"}
    yield from _unknown("vCon", vcon, _TOP | {"attachments"} | extensions)
    if not re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-.{12}", vcon["uuid"]
    ):
        yield "uuid: none of version 8"
    if not _is_date(vcon["created_at"]):
        yield "created_at: no date"
    allowed = {"tel", "name", "validation", "role"} | ({"type"} if version == "0.4.0" else set())
    for party in vcon["parties"]:
        yield from _unknown("party", party, allowed)
        if "name" in party and "validation" not in party:
            yield "party: a name without validation"


def _dialogs(vcon: dict[str, Any]) -> Iterator[str]:
    known = range(len(vcon["parties"]))
    if not vcon["dialog"]:
        yield "dialog: none, which attachments need"
    for dialog in vcon["dialog"]:
        yield from _unknown("dialog", dialog, _DIALOG)
        yield from _filed("dialog", dialog, vcon["vcon"])
        if dialog["type"] not in ("recording", "text"):
            yield "dialog: another type"
        if not _is_date(dialog["start"]):
            yield "dialog: no date"
        if dialog.get("duration", 0) < 0:
            yield "dialog: a negative duration"
        if not set(dialog["parties"]) <= set(known) or not dialog["parties"]:
            yield "dialog: parties that are not there"
        if (
            dialog["parties"][0] != 0
            and dialog["type"] == "recording"
            and "originator" not in dialog
        ):
            yield "dialog: the first party is not the originator, and none is told"
        for each in dialog.get("party_history", ()):
            if each["event"] not in ("join", "drop") or each["party"] not in known:
                yield "party_history: another event or party"
            if not _is_date(each["time"]):
                yield "party_history: no date"


def _others(vcon: dict[str, Any]) -> Iterator[str]:
    version = vcon["vcon"]
    dialogs = set(range(len(vcon["dialog"])))
    for each in vcon["analysis"]:
        yield from _unknown("analysis", each, _ANALYSIS)
        yield from _filed("analysis", each, version)
        if not each.get("vendor") or not each.get("type"):
            yield "analysis: neither vendor nor type"
        if not set(each["dialog"]) <= dialogs:
            yield "analysis: of dialogs that are not there"
    named = "purpose" if version == "0.4.0" else "type"
    for each in vcon["attachments"]:
        yield from _unknown("attachment", each, {named, "start", "party", "dialog", *_FILED})
        yield from _filed("attachment", each, version)
        if not _is_date(each["start"]) or each["dialog"] not in dialogs:
            yield "attachment: no date or no dialog"
        if each["party"] not in range(len(vcon["parties"])):
            yield "attachment: of a party that is not there"


def _filed(where: str, item: dict[str, Any], version: str) -> Iterator[str]:
    if "body" not in item:
        return
    if item.get("encoding") not in ("base64url", "json", "none") or "mediatype" not in item:
        yield f"{where}: a body without encoding or media type"
    if not isinstance(item["body"], str) and (version != "0.4.0" or item["encoding"] != "json"):
        yield f"{where}: a body that is no string"
    if item["encoding"] == "base64url" and not _BASE64URL.fullmatch(item["body"]):
        yield f"{where}: no base64url"


def _unknown(where: str, item: dict[str, Any], allowed: set[str]) -> Iterator[str]:
    for name in sorted(set(item) - allowed):
        yield f"{where}: {name} is not a member of that version"


def _is_date(text: str) -> bool:
    return datetime.fromisoformat(text).tzinfo is not None and "T" in text
