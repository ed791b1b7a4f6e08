"""The ladder's last rung: what a language model proposes, reduced to what it may propose.

Nothing here has any effect before the caller said yes to it: a use case, a detail, a person or a
goodbye that was only proposed is asked back. So whatever a caller or a text makes the model say, it
cannot act.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agent.commands import (
    NOT_UNDERSTOOD,
    Affirm,
    AskKnowledge,
    Cancel,
    ChangePace,
    Command,
    Deny,
    NotUnderstood,
    OfferChoices,
    OutOfScope,
    Repeat,
    SayGoodbye,
    SetSlot,
    Signal,
    SmallTalk,
    StartFlow,
    Understanding,
)
from agent.events import Interpreted
from agent.flow import STANDING_OUT, Flow, Slot
from agent.flows.callback import clock
from agent.ladder.mentions import mentioned
from agent.languages.language import Language, words
from agent.policy import Policy
from agent.slots.moment import Clock
from agent.slots.values import digit_format, spoken_digits
from agent.state import Conversation

IN_WORDS = ("in the caller's words",)  # what a model is told of a detail that has no list
MOST = 4  # commands of one proposal: a wish and its details
_PLAIN: dict[str, Command] = {
    "affirm": Affirm(),
    "deny": Deny(),
    "repeat": Repeat(),
    "slower": ChangePace("slow"),
    "cancel": Cancel(),
    "help": OfferChoices(),
    "goodbye": SayGoodbye(confirmed=False),
    "chitchat": SmallTalk(),
    "out_of_scope": OutOfScope(),
    "not_understood": NotUnderstood(),
}
_SIGNALS = ("person", "emergency", "anger", "leaving")


def may_fill(c: Conversation, flows: Mapping[str, Flow]) -> dict[str, tuple[str, ...]]:
    """The details of the use case in hand that a model may propose, and their values.

    Where none is in hand, the choices of all: "my internet is down" says a wish and a detail. A
    choice has its choices; a number has none, and must be in the caller's own words. Moments,
    addresses and what is spelled are proposed IN_WORDS, and read as if the caller had said that. A
    secret is never proposed.
    """
    if flow := flows.get(c.flow):
        details = (s for s in flow.slots if not (s.secret or s.reading))
        return {s.name: _values(s) for s in details if s.kind != "yes_no"}
    every = (s for flow in flows.values() for s in flow.slots if not s.reading)
    return {s.name: s.choices for s in every if s.choices}


def _values(slot: Slot) -> tuple[str, ...]:
    return IN_WORDS if slot.kind in STANDING_OUT else slot.choices


def proposed(
    event: Interpreted,
    before: Conversation,
    flows: Mapping[str, Flow],
    language: Language,
    policy: Policy,
) -> Understanding:
    """The proposal as an understanding; anything that is not on the list is dropped.

    `before` is the conversation as it was when the proposal came: its `unanswered` is what the
    caller said.
    """
    wish = next((d.get("flow") for d in event.commands if d.get("command") == "start_flow"), "")
    flow = flows.get(str(wish)) or flows.get(before.flow)
    slots = {slot.name: slot for slot in flow.slots} if flow else {}
    said = before.unanswered
    now = clock(before, flows, policy)
    found = [_allowed(data, flows, slots, said, language, now) for data in event.commands[:MOST]]
    commands = _in_order([command for command in found if command is not None])
    if not commands or event.confidence < policy.believe_above:
        return replace(NOT_UNDERSTOOD, rung="llm")
    name = next(str(d.get("command")) for d, c in zip(event.commands, found, strict=False) if c)
    return Understanding("llm", name, event.confidence, commands)


def _in_order(commands: list[Command]) -> tuple[Command, ...]:
    """A wish before its details; of anything else one thing is done at a time."""
    wishes = tuple(c for c in commands if isinstance(c, StartFlow))[:1]
    details = tuple(c for c in commands if isinstance(c, SetSlot))
    return (*wishes, *details) or tuple(commands[:1])


def _allowed(
    data: Mapping[str, Any],
    flows: Mapping[str, Flow],
    slots: Mapping[str, Slot],
    said: str,
    language: Language,
    now: Clock | None,
) -> Command | None:
    match data:
        case {"command": "start_flow", "flow": str(flow)} if flow in flows:
            return StartFlow(flow, confirmed=False)
        case {"command": "set_slot" | "correct", "slot": str(name), "value": str(value)}:
            slot = slots.get(name)
            return _detail(slot, value, said, language, now) if slot else None
        case {"command": "signal", "signal": str(signal)} if signal in _SIGNALS:
            return Signal(signal, confirmed=False)
        case {"command": "ask_knowledge", "page": str(page)}:
            return AskKnowledge(said, page)
        case {"command": "ask_knowledge"}:
            return AskKnowledge(said)
        case {"command": str(name)}:
            return _PLAIN.get(name)
    return None


def _detail(
    slot: Slot, value: str, said: str, language: Language, now: Clock | None
) -> Command | None:
    if slot.secret or slot.reading:
        return None
    if slot.kind == "choice" and value in slot.choices:
        return SetSlot(slot.name, value, confirmed=False)
    number = slot.kind == "digits" and value.isdigit()
    told = number and value in spoken_digits(words(said), language)
    if told and (taken := digit_format(slot, language).take(value)):
        return SetSlot(slot.name, taken.value, confirmed=False)
    if slot.kind in STANDING_OUT and (found := mentioned(value, slot, now, language)):
        heard = slot.kind == "moment" or _is_heard(found, said, language)
        return SetSlot(slot.name, found, confirmed=False) if heard else None
    return None


def _is_heard(value: str, said: str, language: Language) -> bool:
    """Whether each part of an address or a code is in the caller's own words, blanks aside."""
    heard = "".join(words(said).split()) + spoken_digits(said, language)
    parts = re.findall(r"[^\W_]+", value.lower())
    return all(part in heard for part in parts)
