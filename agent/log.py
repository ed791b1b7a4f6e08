"""A call's events and actions as JSON lines, and back.

One object a line: `{"event": "TurnStarted", "at": 1.52}` or `{"action": "Speak", ...}`; the actions
that answer an event follow it. The first line is a header, `{"log": 1, ...}`.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from agent import actions, commands, events
from agent.actions import Action
from agent.events import Event

VERSION = 1

_EVENTS = {t.__name__: t for t in get_args(events.Event)}
_ACTIONS = {t.__name__: t for t in get_args(actions.Action)}
_COMMANDS = {t.__name__: t for t in get_args(commands.Command)}
_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    name: TypeAdapter(t) for name, t in (_EVENTS | _ACTIONS | _COMMANDS).items()
}


class LogError(ValueError):
    """A line of a log cannot be read: says which and why."""


def header(**about: str) -> str:
    """The first line of a log."""
    return json.dumps({"log": VERSION, **about}, ensure_ascii=False)


def line(entry: Event | Action) -> str:
    """An event or action as a line, without the line's end."""
    name = type(entry).__name__
    fields = _ADAPTERS[name].dump_python(entry, mode="json")
    if isinstance(entry, actions.Explain):
        fields["commands"] = [
            {"command": type(c).__name__, **f}
            for c, f in zip(entry.commands, fields["commands"], strict=True)
        ]
    kind = "event" if name in _EVENTS else "action"
    return json.dumps({kind: name, **fields}, ensure_ascii=False)


def read(lines: Iterable[str]) -> Iterator[Event | Action]:
    """The entries of a log, in order.

    A last line cut short (the process was killed while writing it) ends the log; any other line
    that cannot be read raises LogError with its number.
    """
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            data = json.loads(text)
        except json.JSONDecodeError as error:
            if not text.endswith("\n"):
                return
            raise LogError(f"line {number}: not JSON ({error.msg})") from error
        if isinstance(data, dict) and "log" in data:
            _check_version(data, number)
            continue
        yield _entry(data, number)


def _check_version(data: dict[str, Any], number: int) -> None:
    if data["log"] != VERSION:
        raise LogError(f"line {number}: log version {data['log']}, this program reads {VERSION}")


def _entry(data: Any, number: int) -> Event | Action:
    if not isinstance(data, dict):
        raise LogError(f"line {number}: expected an object")
    name = data.pop("event", None) or data.pop("action", None)
    if name not in _EVENTS and name not in _ACTIONS:
        raise LogError(f"line {number}: no event or action is called {name!r}")
    try:
        if name == "Explain":
            data["commands"] = tuple(_command(c) for c in data.get("commands", ()))
        entry: Event | Action = _ADAPTERS[name].validate_python(data)
    except (ValidationError, KeyError, TypeError) as error:
        raise LogError(f"line {number}: {name} does not fit: {error}") from error
    return entry


def _command(data: dict[str, Any]) -> Any:
    fields = dict(data)
    return _ADAPTERS[fields.pop("command")].validate_python(fields)
