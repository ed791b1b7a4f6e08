"""Whose side a file holds by its name, and what a recording may be called."""

import re
import unicodedata
from typing import Literal, TypeAlias

from pipelines.store.transcript import Speaker

_SPEAKERS: dict[str, Speaker] = {
    **dict.fromkeys(("caller", "customer", "user", "client", "patron"), "caller"),
    **dict.fromkeys(
        ("agent", "assistant", "bot", "representative", "rep", "operator", "advisor", "adviser"),
        "agent",
    ),
}
_DIRECTIONS: dict[str, Speaker] = {"in": "caller", "out": "agent"}  # Asterisk's, seen from it
_ENDS = re.compile(r"^(?:(?P<base>.*)[-_. ])?(?P<side>[A-Za-z]+)$")
_LONGEST = 60  # letters of a slug

Said: TypeAlias = Literal["by name", "by direction"]


def speaker(name: str) -> Speaker | None:
    """Whom a transcript's speaker name means, whatever its case and number: `AGENT_1`."""
    return _SPEAKERS.get(re.sub(r"[\W\d_]+$", "", name.strip().casefold()))


def side(stem: str) -> tuple[str, Speaker, Said] | None:
    """A file's name without its side, the side, and how it is said; None if it names none.

    A direction counts only if the file for the other one is there: `check-in.wav` is no side.
    """
    if (found := _ENDS.match(stem)) is None:
        return None
    word = found["side"].casefold()
    if word in _SPEAKERS:
        return found["base"] or "", _SPEAKERS[word], "by name"
    if word in _DIRECTIONS and found["base"]:
        return found["base"], _DIRECTIONS[word], "by direction"
    return None


def slug(name: str) -> str:
    """A name as a folder's: ASCII letters, digits, hyphens; "recording" if nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:_LONGEST].strip("-") or "recording"
