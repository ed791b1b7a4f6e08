"""The ladder's last rung: what a language model proposes, reduced to what it may propose."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agent.commands import (
    Affirm,
    Cancel,
    Command,
    Deny,
    NotUnderstood,
    OfferChoices,
    Repeat,
    SayGoodbye,
    Signal,
    StartFlow,
)
from agent.events import Interpreted
from agent.flow import Flow
from agent.policy import Policy
from agent.understanding import NOT_UNDERSTOOD, Understanding

# A model may not fill a slot of its own accord: numbers and codes come from the caller's keys.
_PLAIN: dict[str, Command] = {
    "affirm": Affirm(),
    "deny": Deny(),
    "repeat": Repeat(),
    "cancel": Cancel(),
    "help": OfferChoices(),
    "goodbye": SayGoodbye(),
    "not_understood": NotUnderstood(),
}
_SIGNALS = ("person", "emergency", "anger", "leaving")


def proposed(event: Interpreted, flows: Mapping[str, Flow], policy: Policy) -> Understanding:
    """The proposal as an understanding; anything that is not on the list is dropped.

    A use case or a signal that was only proposed is always asked back.
    """
    commands = tuple(c for data in event.commands if (c := _allowed(data, flows)) is not None)
    if not commands or event.confidence < policy.believe_above:
        return replace(NOT_UNDERSTOOD, rung="llm")
    return Understanding(
        "llm", str(event.commands[0].get("command", "")), event.confidence, commands
    )


def _allowed(data: Mapping[str, Any], flows: Mapping[str, Flow]) -> Command | None:
    name = data.get("command")
    if name == "start_flow" and data.get("flow") in flows:
        return StartFlow(str(data["flow"]), confirmed=False)
    if name == "signal" and data.get("signal") in _SIGNALS:
        return Signal(str(data["signal"]), confirmed=False)
    return _PLAIN.get(str(name))
