"""What two logs of one call do differently: each cause once, and not what follows from it.

The turns of both are compared in order. A turn that is understood otherwise, is answered otherwise
or leads elsewhere ends the comparison: from there on they are two different calls, and whatever
differs in them follows from it. Another wording, another pause, another rung that says the same,
are told and compared on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, Literal, TypeAlias

from agent.actions import Listen, Speak
from agent.commands import Command
from pipelines.quality.turns import Turn, act_name, question_name

Kind: TypeAlias = Literal[
    "heard",  # other words
    "understood",  # other commands
    "rung",  # the same commands by another step of the ladder
    "escalation",  # another rule
    "request",  # something else was asked of the back office, the pages or the language model
    "answer",  # something else is said
    "question",  # something else is asked
    "wording",  # the same is said in other words
    "delivery",  # the same is said otherwise: slower, or not to be interrupted
    "handoff",  # a person is given other facts
    "listening",  # the same question is listened to otherwise
    "end",  # the call ends otherwise, or elsewhere
]


@dataclass(frozen=True, slots=True)
class Change:
    """One. `name` is what it is about, free of this caller; `then` and `now` are both sides.

    Changes of one kind, name and both sides are the same change in another call, except that
    wording is the same change where the same words became the same others.
    """

    kind: Kind
    name: str
    then: str
    now: str
    turn: int
    at: float


@dataclass(frozen=True, slots=True)
class Changes:
    """Of one call. `diverged` is the turn with which the two become different calls."""

    found: tuple[Change, ...] = ()
    diverged: int | None = None


def changes(baseline: Sequence[Turn], candidate: Sequence[Turn]) -> Changes:
    """Between two logs of the same call."""
    found: list[Change] = []
    for number, (then, now) in enumerate(zip_longest(baseline, candidate)):
        if then is None or now is None:
            there = now if then is None else then
            sides: tuple[str, str] = ("", there.by) if then is None else (there.by, "")
            found.append(Change("end", "another turn", *sides, number, there.at))
            return Changes(tuple(found), number)
        beside, cause = _differences(then, now)
        found += [Change(*each, number, now.at) for each in beside]
        if cause is not None:
            found.append(Change(*cause, number, now.at))
            return Changes(tuple(found), number)
    return Changes(tuple(found))


_Found: TypeAlias = tuple[Kind, str, str, str]


def _differences(then: Turn, now: Turn) -> tuple[list[_Found], _Found | None]:
    """What differs and changes nothing, and what makes them two calls."""
    beside: list[_Found] = []
    question = question_name(then.question) or then.by
    if then.by != now.by:
        return beside, ("heard", question, then.said or then.by, now.said or now.by)
    if then.said != now.said:
        beside.append(("heard", question, then.said, now.said))
    if _decided(then) != _decided(now):
        return beside, ("understood", question, *_least(_decided, then, now))
    for kind, name, one, other in (
        ("escalation", "", ", ".join(then.escalated), ", ".join(now.escalated)),
        ("request", question, *_least(_requests, then, now)),
        ("answer", question, _acts(then.spoken), _acts(now.spoken)),
        ("question", question, question_name(then.asked), question_name(now.asked)),
        ("end", question, then.closing, now.closing),
    ):
        if one != other:
            name = name or f"{one or other}"
            return beside, (kind, name, one, other)  # type: ignore[return-value]
    if then.rung != now.rung:
        beside.append(("rung", question, then.rung, now.rung))
    beside += _wordings(then.spoken, now.spoken)
    beside += _deliveries(then.spoken, now.spoken)
    beside += _handoffs(then.packet, now.packet)
    beside += _listened(then.listening, now.listening)
    return beside, None


def _least(tell: Callable[[Turn, bool], str], then: Turn, now: Turn) -> tuple[str, str]:
    """Without what this caller gave, where that is enough to tell both apart."""
    names = tell(then, False), tell(now, False)
    return names if names[0] != names[1] else (tell(then, True), tell(now, True))


def _decided(turn: Turn, values: bool = True) -> str:
    return ", ".join(_told(command, values) for command in (*turn.commands, *turn.follows))


_GIVEN = ("value", "digits", "question")  # fields of commands that hold what a caller said


def _told(command: Command, values: bool) -> str:
    """ "StartFlow balance", "StartFlow balance?" where it is asked back."""
    fields = asdict(command)
    surely = fields.pop("confirmed", True)
    told = [
        str(value)
        for name, value in fields.items()
        if value not in ("", True) and (values or name not in _GIVEN)
    ]
    return " ".join((type(command).__name__, *told)) + ("" if surely else "?")


def _requests(turn: Turn, values: bool = True) -> str:
    return ", ".join(turn.requests if values else (each.split()[0] for each in turn.requests))


def _acts(spoken: Sequence[Speak]) -> str:
    return ", ".join(dict.fromkeys(act_name(each.act) for each in spoken))


def _wordings(then: Sequence[Speak], now: Sequence[Speak]) -> list[_Found]:
    """The words that became others, by act; what was said of the caller's own is not in them."""
    found: dict[_Found, None] = {}
    for act, language in dict.fromkeys((each.act, each.language) for each in (*then, *now)):
        one = " ".join(s.text for s in then if (s.act, s.language) == (act, language))
        other = " ".join(s.text for s in now if (s.act, s.language) == (act, language))
        for before, after in _words(one, other):
            found["wording", f"{act_name(act)} ({language})", before, after] = None
    return list(found)


def _words(then: str, now: str) -> list[tuple[str, str]]:
    """The pieces that differ."""
    one, other = then.split(), now.split()
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return [
        (" ".join(one[a:b]), " ".join(other[c:d]))
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    ]


def _deliveries(then: Sequence[Speak], now: Sequence[Speak]) -> list[_Found]:
    """Of sentences that both have, in their order: how they are said, and whether kept quiet of."""
    found: dict[_Found, None] = {}
    for one, other in zip(then, now, strict=False):
        for name in ("language", "interruptible", "secret", "pace"):
            before, after = getattr(one, name), getattr(other, name)
            if before != after:
                found["delivery", f"{act_name(one.act)}: {name}", str(before), str(after)] = None
    return list(found)


def _handoffs(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[_Found]:
    """What the transcript in it says is told as wording, and how long the call took as time."""
    return [
        ("handoff", name, str(then.get(name, "")), str(now.get(name, "")))
        for name in dict.fromkeys((*then, *now))
        if name not in ("transcript", "seconds", "summary") and then.get(name) != now.get(name)
    ]


def _listened(then: Listen | None, now: Listen | None) -> list[_Found]:
    if then is None or now is None or then == now:
        return []
    name = question_name(then.question)
    one, other = asdict(then.expecting), asdict(now.expecting)
    one["language"], other["language"] = then.language, now.language
    found: list[_Found] = []
    for key in one:
        before, after = one[key], other[key]
        if before == after:
            continue
        if isinstance(before, (list, tuple)):  # what is gone, and what is new
            gone = [str(v) for v in before if v not in after]
            new = [str(v) for v in after if v not in before]
            if gone or new:
                found.append(("listening", f"{name}: {key}", " ".join(gone), " ".join(new)))
                continue
        found.append(("listening", f"{name}: {key}", str(before), str(after)))
    return found
