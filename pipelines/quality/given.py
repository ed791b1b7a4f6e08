"""What callers gave, by the log alone: was it asked for again, and did the person get it?

What a caller *gave* is what their turns' commands set, for as long as it stands:

* a slot's value, also while it is only heard, until the caller takes it back (`ForgetSlot`), says
  another, or asks for its use case anew; with the line its code goes. A number that cannot be right
  (`WrongDigit`) and a code that the back office refused were not given.
* a use case that was asked for and is neither finished nor dropped.
* who they are, once the back office has verified a code for the line in hand.

What is asked once nobody could be reached (shall we call back, and when) is about the handoff, and
in neither figure. Values are compared as the log has them; secrets are hidden there, and left out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.commands import Cancel, Command, FinishFlow, ForgetSlot, SetSlot, StartFlow, WrongDigit
from agent.privacy import SECRET_SLOTS
from agent.state import ALTERNATIVES, LASTING
from pipelines.quality.turns import Turn

_NO_VALUE = frozenset({"", "open", "more", "ringing"})  # questions that no slot's value answers
_CODES = ("pin", "code")


@dataclass
class _Given:
    """Up to some moment of a call. `slots`: (value, the use case that it was given for)."""

    slots: dict[str, tuple[str, str]] = field(default_factory=dict)
    wishes: list[str] = field(default_factory=list)  # the innermost last
    unsure: set[str] = field(default_factory=set)  # of them, that may only have been said
    verified: bool = False
    reason: str = ""  # for which a person was announced

    @property
    def about_handoff(self) -> bool:
        """Whether it is in hand how people are to be reached."""
        return ALTERNATIVES in self.wishes[-1:]

    def take(self, turn: Turn) -> None:
        """What a turn changes in it."""
        wished = {c.flow for c in turn.commands if isinstance(c, StartFlow)}
        if wished:  # another takes the place of the one that was only thought to be meant
            self.wishes = [w for w in self.wishes if w not in self.unsure or w in wished]
        for command in turn.commands:
            self._obey(command, turn.question)
        if turn.verified is not None:
            self.verified = turn.verified
            for code in _CODES if not turn.verified else ():
                self.slots.pop(code, None)
        for command in turn.follows:
            self._obey(command, turn.question)
        for speak in turn.spoken:
            match speak.act.split():
                case ["handoff", reason, *_] | ["taken_over" as reason, *_]:
                    self.reason = reason

    def _obey(self, command: Command, question: str) -> None:
        match command:
            case SetSlot(slot, value, confirmed):
                if slot == "line" and self.slots.get(slot, (value, ""))[0] != value:
                    self._forget(LASTING)
                self.slots[slot] = value, self.wishes[-1] if self.wishes else ""
                if confirmed:
                    self.unsure.difference_update(self.wishes[-1:])
            case ForgetSlot(slot):
                self._forget(LASTING if slot == "line" else {slot})
            case WrongDigit(slot):
                self._forget({slot})
            case StartFlow(flow, confirmed):
                self._start(flow, confirmed)
            case FinishFlow(flow):
                self._drop(flow)
            case Cancel(flow) if flow:
                self._drop(flow)
            case Cancel() if self.wishes and question != "ringing":
                self._drop("" if question.startswith("menu:") else self.wishes[-1])

    def _start(self, flow: str, confirmed: bool) -> None:
        if flow not in self.wishes:  # anew: what was given for it before is of another order
            old = {s for s, (_, of) in self.slots.items() if of == flow and s not in LASTING}
            self._forget(old)
        self._drop(flow)
        self.wishes.append(flow)
        (self.unsure.discard if confirmed else self.unsure.add)(flow)

    def _drop(self, flow: str) -> None:
        self.wishes = [w for w in self.wishes if w != flow]

    def _forget(self, slots: frozenset[str] | set[str]) -> None:
        self.verified = self.verified and "line" not in slots
        self.slots = {k: v for k, v in self.slots.items() if k not in slots}


def asked_again(turns: Sequence[Turn]) -> tuple[int, int]:
    """(values asked for again, values asked for): how often callers had to repeat themselves.

    A value is asked for where the question for its slot is opened; while it stays open, because
    nobody answered or what they said was no such value, that is the same asking. It is asked for
    again if the caller had given it. Reading a value back is another question, and a value that was
    denied was taken back.
    """
    given = _Given()
    again = asked = 0
    for turn in turns:
        given.take(turn)
        slot = turn.listening.question if turn.listening else ""
        if slot in _NO_VALUE or ":" in slot or given.about_handoff:
            continue
        known = slot in given.slots
        asked += known or slot != turn.question
        again += known
    return again, asked


def context_complete(turns: Sequence[Turn]) -> tuple[int, int]:
    """(of these in the packet, what there was to be told) when the call was last handed over.

    To be told are, up to then: the value of each slot that is no secret, each open use case, that
    the caller is verified where they are, and the reason that was announced to them. (0, 0) where
    nobody was called. What the packet's transcript holds besides is not counted.
    """
    handed_over = [number for number, turn in enumerate(turns) if turn.packet]
    if not handed_over:
        return 0, 0
    given = _Given()
    for turn in turns[: handed_over[-1] + 1]:
        given.take(turn)
    packet = turns[handed_over[-1]].packet
    slots = packet.get("slots", {})
    told = [
        slots.get(slot) == value
        for slot, (value, flow) in given.slots.items()
        if slot not in SECRET_SLOTS and flow != ALTERNATIVES
    ]
    told += [flow in _open_in(packet) for flow in given.wishes if flow != ALTERNATIVES]
    told += [packet.get("verified") is True] if given.verified else []
    reason = packet.get("reason", "")
    told.append(bool(reason) and given.reason in ("", reason))
    return sum(told), len(told)


def _open_in(packet: Mapping[str, Any]) -> set[str]:
    """The use cases that a packet calls open: in hand, and those that its summary lists."""
    listed = re.search(r"\bOpen: ([\w, ]+)\.", str(packet.get("summary", "")))
    return {str(packet.get("flow", "")), *(listed[1].split(", ") if listed else ())}
