"""Actions that differ in lists only, told in few words: an open question that expects one more."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from agent.actions import Action
from agent.log import line

ListDifference: TypeAlias = tuple[str, str, tuple[str, ...]]  # "Listen.intents", "+", what


def only_lists(then: Sequence[Action], now: Sequence[Action]) -> tuple[ListDifference, ...] | None:
    """What lists of words lost ("-") and got ("+"); None where anything else differs, too."""
    if [type(action) for action in then] != [type(action) for action in now]:
        return None
    found: list[ListDifference] = []
    for old, new in zip(then, now, strict=True):
        told = list(_fields(json.loads(line(old)), json.loads(line(new)), type(old).__name__))
        if None in told:
            return None
        found += [one for one in told if one is not None]
    return tuple(dict.fromkeys(found))


def _fields(old: Any, new: Any, name: str) -> Iterator[ListDifference | None]:
    """Field by field; None for a difference that is none of lists of different words."""
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping) and old.keys() == new.keys():
        whose = name.partition(".")[0]
        for key in old:
            yield from _fields(old[key], new[key], f"{whose}.{key}")
        return
    gone, come = _without(old, new), _without(new, old)
    if not (gone or come):  # no lists of words, or the same ones in another order
        yield None
    for sign, values in (("-", gone), ("+", come)):
        if values:
            yield name, sign, values


def _without(one: Any, other: Any) -> tuple[str, ...]:
    """The words of a list that another does not have; () where they are no lists of words."""
    lists = all(isinstance(each, list) for each in (one, other))
    if not lists or not all(isinstance(value, str) for value in (*one, *other)):
        return ()
    return tuple(value for value in one if value not in other)
