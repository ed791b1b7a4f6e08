"""What a dialog, analysis or attachment contains: inline in three encodings, or elsewhere."""

import json

from pipelines.importing.vcon.models import Filed
from pipelines.importing.vcon.references import External, referenced, unbase64
from pipelines.importing.vcon.values import Reading

_SOUND = ("audio/", "video/")


def content(
    item: Filed, external: External | None, reading: Reading, sound: bool = False
) -> object:
    """JSON, text or bytes, None where there is nothing that can be used.

    `sound` says that bytes are meant where nothing else tells.
    """
    if item.body is None or (item.body == "" and item.url):
        found = referenced(item, external, reading) if item.url else None
        return found if found is None or sound else _typed(found, item)
    if not isinstance(item.body, str):
        return item.body
    encoding = (item.encoding or _likely(item, sound)).lower()
    if encoding in ("base64url", "base64"):
        data = unbase64(item.body)
        if data is None:
            reading.tell("'body' is no base64url and is left out")
            return None
        return data if sound else _typed(data, item)
    if encoding == "json":
        return parsed(item.body)
    if encoding != "none":
        reading.tell("'encoding' is none that the drafts know; 'body' is taken as it stands")
    return item.body


def is_sound(media_type: str | None) -> bool:
    """Whether a media type is one of recordings."""
    return (media_type or "").lower().startswith(_SOUND)


def parsed(text: str) -> object:
    """JSON if it is any, else the text itself."""
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found


def _likely(item: Filed, sound: bool) -> str:
    """Where no encoding is told, drafts let it be derived from the media type."""
    if sound or is_sound(item.mediatype):
        return "base64url"
    return "json" if (item.mediatype or "").lower().endswith("json") else "none"


def _typed(data: bytes, item: Filed) -> object:
    """Text and JSON out of bytes that are some by their media type; bytes if they are not."""
    media_type = (item.mediatype or "").lower()
    if not (media_type.startswith("text/") or "json" in media_type or not media_type):
        return data
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return data
    return parsed(text) if "json" in media_type else text
