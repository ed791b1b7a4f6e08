"""What protocols that speak JSON have in common: reading it, and sound in it as base64."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

_MOST_PARAMETERS = 64
_LONGEST = 32_000  # bytes of sound in one message: 4 s at 8 kHz; networks send 20 ms


def parsed(message: str | bytes) -> dict[str, Any] | None:
    """The object that a message holds, if it holds one."""
    try:
        data = json.loads(message)
    except (ValueError, RecursionError):  # ValueError: no JSON, no UTF-8, a number too long
        return None
    return data if isinstance(data, dict) else None


def sound(media: Any) -> bytes | None:
    """The bytes of `{"payload": base64}`; None where that is not what it is."""
    payload = media.get("payload") if isinstance(media, dict) else None
    if not isinstance(payload, str) or len(payload) > _LONGEST * 4 // 3 + 4:
        return None
    try:
        return base64.b64decode(payload, validate=True) or None
    except (binascii.Error, ValueError):
        return None


def payload(data: bytes) -> str:
    """The reverse."""
    return base64.b64encode(data).decode("ascii")


def text(value: Any, longest: int = 256) -> str:
    """A string that can be written anywhere; "" for what is none."""
    if not isinstance(value, str):
        return ""
    return value[:longest].encode("utf-8", "replace").decode("utf-8")  # JSON can hold half a letter


def texts(pairs: Any) -> dict[str, str]:
    """An object's strings: what the network, or who configured it, says of the call."""
    found: dict[str, str] = {}
    for key, value in pairs.items() if isinstance(pairs, Mapping) else ():
        if isinstance(value, str) and len(found) < _MOST_PARAMETERS:
            found[text(key, 64)] = text(value)
    return found


def written(**message: Any) -> str:
    """A message."""
    return json.dumps(message, separators=(",", ":"))
