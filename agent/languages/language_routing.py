"""Which language the call is held in from here on, from what each turn sounded and read like.

A wrong switch costs a caller the call; a late one costs a turn. So a language other than the one in
hand has to collect *votes*, turn by turn and without a break:

- a turn that is likely in it gives one vote; one that is surely in it and long enough gives two,
  and so does one that the recogniser heard in it, by its sound, and that reads like it;
- a turn in the language in hand takes them all back; one that is too short to tell ("oui", "ok", a
  number) or unclear changes nothing;
- with `switch` votes the call goes on in it. If nobody taught us that language, `unsupported` votes
  are needed, and then it is said once: the dialogue offers languages, keypad or a person instead of
  passing fluent nonsense on;
- a language the caller asked for is left only when the caller asks for another. Were `offer` votes
  collected against it, the dialogue may offer to change, once.

Two languages that are hard to tell apart share the evidence: the language in hand keeps a turn
unless the other is `ahead` times as probable. The thresholds are tuned on simulated calls, by
`waxtaan bench languages`.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["stay", "switch", "offer", "unsupported"]

_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one turn says of its language.

    `languages` are (code, probability), most probable first, () where nothing tells; `words` is
    how many words of the turn tell a language (`telling`); `heard` is the language that the
    recogniser heard it in.
    """

    languages: tuple[tuple[str, float], ...] = ()
    words: int = 0
    heard: str = ""

    def of(self, language: str) -> float:
        """The probability of a language; 0 where it was not weighed."""
        return dict(self.languages).get(language, 0.0)


@dataclass(frozen=True, slots=True)
class Memory:
    """What routing keeps between turns: nothing of what was said."""

    stated: str = ""  # the language the caller asked for, in words or with a key
    rival: str = ""  # the language that collects votes
    votes: int = 0
    told: tuple[str, ...] = ()  # languages that were offered, or said not to be served


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities from 0 to 1, counts of words, and votes."""

    likely: float = 0.8
    sure: float = 0.99
    ahead: float = 4.0
    few_words: int = 2  # fewer than these tell nothing
    enough_words: int = 4  # fewer than these are never sure
    switch: int = 2
    unsupported: int = 3
    offer: int = 4


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about a turn's language.

    `language` is the one to go on in ("stay", "switch") or the one the caller seems to speak
    ("offer", "unsupported"). `reason` is for the log; it holds nothing of what was said.
    """

    kind: Kind
    language: str
    reason: str
    memory: Memory


DEFAULTS = Thresholds()


def stated(memory: Memory, language: str) -> Memory:
    """The memory after the caller asked for a language."""
    return Memory(stated=language, told=memory.told)


def route(
    current: str,
    evidence: Evidence,
    memory: Memory,
    served: Collection[str],
    thresholds: Thresholds = DEFAULTS,
) -> Decision:
    """What a turn's evidence means for a call held in `current`; `served` are the packs' codes."""
    t = thresholds
    if not evidence.languages or evidence.words < t.few_words:
        return Decision("stay", current, "too short to tell", memory)
    best, probability = evidence.languages[0]
    seen = f"{best} {probability:.2f} in {evidence.words} words"
    if best == current:
        return Decision("stay", current, seen, replace(memory, rival="", votes=0))
    if probability < t.likely or probability < t.ahead * evidence.of(current):
        return Decision("stay", current, f"unclear: {seen}", memory)
    surely = probability >= t.sure and evidence.words >= t.enough_words
    surely = surely or evidence.heard == best
    votes = (2 if surely else 1) + (memory.votes if memory.rival == best else 0)
    memory = replace(memory, rival=best, votes=votes)
    seen = f"{seen}, {votes} votes"
    if best not in served:
        return _tell("unsupported", current, memory, t.unsupported, f"not served: {seen}")
    if memory.stated:
        return _tell("offer", current, memory, t.offer, f"{memory.stated} was asked for: {seen}")
    if votes < t.switch:
        return Decision("stay", current, f"not yet: {seen}", memory)
    return Decision("switch", best, seen, replace(memory, rival="", votes=0))


def _tell(
    kind: Literal["offer", "unsupported"], current: str, memory: Memory, needed: int, reason: str
) -> Decision:
    """To be told once a call and language, with that many votes."""
    rival = memory.rival
    if memory.votes < needed or rival in memory.told:
        return Decision("stay", current, reason, memory)
    told = (*memory.told, rival)
    return Decision(kind, rival, reason, replace(memory, rival="", votes=0, told=told))


def telling(text: str, numbers: Collection[str] = ()) -> int:
    """How many different words of a turn can tell its language.

    Single letters and figures cannot, nor can `numbers`: the number words of all languages served,
    as callers count in another language than they speak.
    """
    text = unicodedata.normalize("NFC", text).lower()
    return len({w for w in _WORD.findall(text) if len(w) > 1 and w not in numbers})
