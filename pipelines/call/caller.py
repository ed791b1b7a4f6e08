"""Who calls."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """What the line claims of them, and the language to begin in."""

    number: str | None
    language: str
    called: str = ""  # the number they called
    flows: tuple[str, ...] = ()  # the use cases offered on it; () all
