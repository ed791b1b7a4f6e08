"""The packet as SIP headers, so that it survives even where nothing else of ours arrives.

User-to-User (RFC 7433) carries the little that fits many networks' 128 octets, hex-encoded; the
`X-Waxtaan-` headers say the same in words, and a summary. The whole packet is at the desk, under
the same call id. No slot and no transcript goes here: signalling is logged everywhere.
"""

import json
import unicodedata
from collections.abc import Mapping
from typing import Any

_LONGEST = 240  # characters of a header: a request has to fit into one UDP packet
_USER_TO_USER = 120  # octets before encoding


def headers(call: str, packet: Mapping[str, Any]) -> dict[str, str]:
    """Header names and values, ASCII, without line breaks."""
    plain = {
        "X-Waxtaan-Call": call,
        "X-Waxtaan-Reason": packet.get("reason", ""),
        "X-Waxtaan-Queue": packet.get("queue", ""),
        "X-Waxtaan-Language": packet.get("language", ""),
        "X-Waxtaan-Identity": packet.get("identity", ""),
        "X-Waxtaan-Flow": packet.get("flow", ""),
        "X-Waxtaan-Summary": packet.get("summary", ""),
    }
    found = {name: _ascii(str(value))[:_LONGEST] for name, value in plain.items() if value}
    return {"User-to-User": user_to_user(call, packet), **found}


def user_to_user(call: str, packet: Mapping[str, Any]) -> str:
    """Call, reason, language and identity: as much as fits."""
    about = {"c": call, "r": packet.get("reason", ""), "l": packet.get("language", "")}
    text = json.dumps({**about, "i": packet.get("identity", "")}, separators=(",", ":"))
    if len(text) > _USER_TO_USER:
        text = json.dumps({"c": call}, separators=(",", ":"))
    return f"{text.encode('ascii').hex()};encoding=hex"


def _ascii(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in folded).split())
