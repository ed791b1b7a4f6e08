"""A use case explored: from nothing known, every answer to every act, until nothing is missing.

A use case is a pure function of what is known, so this needs nothing but to call it. What an answer
makes known is worked out by the fold that calls run through (`agent/fold.py`). Situations in which
the same is asked, looked up or said are one node.
"""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from agent.actions import Explain, Fetch, Speak
from agent.acts import Act, Ask, Confirm, Handoff, Inform, LookUp
from agent.commands import Command, SetSlot
from agent.events import Fetched
from agent.flow import Flow, Known, Slot
from agent.fold import apply, record
from agent.question import OpenQuestion, answer
from agent.state import Conversation, Wanted
from pipelines.errors import ConfigurationError
from pipelines.flow_chart.answers import answers
from pipelines.flow_chart.conditions import Observation
from pipelines.flow_chart.features import OF, Features, features
from pipelines.flow_chart.shapes import NOW, shapes

START, END = "start", "end"
_CALLER = "770001234"
_PER_NODE = 1_000  # situations in which one act is followed up
_WHOLE = 60_000  # answers tried in one use case: some seconds


@dataclass
class Chart:
    """What was found. `acts` are the nodes, by name; `seen` what led from each of them where.

    `own` are the features of a node's own answers. `cut` names the nodes that came in more
    situations than were followed up, but for those that led to one and the same node in each.
    """

    flow: str
    acts: dict[str, Act | None] = field(default_factory=dict)
    seen: dict[str, set[Observation]] = field(default_factory=dict)
    own: dict[str, set[str]] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)

    def leads_on(self, node: str) -> bool:
        """Whether but one other node follows."""
        after = {after for _, after in self.seen.get(node, ())}
        return len(after) == 1 and node not in after


@dataclass(frozen=True, slots=True)
class _Situation:
    """What is known, the act that follows, and what can be said of how it came about."""

    c: Conversation
    act: Act | None
    node: str
    features: Features


def explore(flow: Flow) -> Chart:
    """All of a use case.

    Raises:
        ConfigurationError: it asks for what nothing is known of, or fails on an answer that the
            protocol allows.
    """
    chart = Chart(flow.name, acts={START: None})
    slots = {slot.name: slot for slot in flow.slots}
    known: set[str] = set()
    waiting: deque[_Situation] = deque()
    followed: Counter[str] = Counter()
    tried = 0

    def arrive(before: str, own: Features, situation: _Situation) -> None:
        fresh = situation.node not in chart.acts
        chart.acts.setdefault(situation.node, situation.act)
        chart.own.setdefault(before, set()).update(own)
        known_then = frozenset({**situation.features, **own}.items())
        chart.seen.setdefault(before, set()).add((known_then, situation.node))
        text = _text(situation.c)
        if text in known or situation.node == END or isinstance(situation.act, Handoff):
            return
        known.add(text)
        waiting.appendleft(situation) if fresh else waiting.append(situation)

    for own, c in _starts(flow):
        arrive(START, own, _situation(flow, c, own))
    while waiting:
        here = waiting.popleft()
        if followed[here.node] >= _PER_NODE or tried >= _WHOLE:
            chart.cut.add(here.node)
            continue
        followed[here.node] += 1
        for own, c in _outcomes(flow, slots, here):
            tried += 1
            arrive(here.node, own, _situation(flow, c, {**here.features, **own}, here.act))
    chart.cut = {node for node in chart.cut if not chart.leads_on(node)}
    return chart


def node_of(act: Act | None) -> str:
    """The node that an act belongs to: the act without the values of this caller."""
    match act:
        case Ask(slot, wording):
            return wording or f"ask.{slot}"
        case Confirm(slot):
            return f"confirm.{slot}"
        case Inform(topic):
            return f"inform.{topic}"
        case LookUp(question):
            return f"look up {question}"
        case Handoff(reason, queue):
            return f"handoff {reason} {queue}"
    return END


def _starts(flow: Flow) -> Iterator[tuple[Features, Conversation]]:
    wanted = (Wanted(flow.name, confirmed=True),)
    c = Conversation(language="en", flows=wanted, now=NOW)
    yield {"caller's number": "withheld"}, c
    yield {"caller's number": "known"}, replace(c, caller=_CALLER)


def _outcomes(
    flow: Flow, slots: Mapping[str, Slot], here: _Situation
) -> Iterator[tuple[Features, Conversation]]:
    c = here.c
    match here.act:
        case Ask(name):
            slot = slots.get(name)
            if slot is None:
                raise ConfigurationError(
                    f"use case '{flow.name}' asks for '{name}', which is not among its slots"
                )
            for told, value in answers(slot, here.act).items():
                yield {name: told}, _decided(c, SetSlot(name, value))
        case Confirm(slot_name, value):
            question = f"confirm:{slot_name}:{value}"
            for told in ("yes", "no"):
                commands = answer(OpenQuestion(question), told == "yes")
                yield (
                    {f"{slot_name} right": told},
                    _decided(replace(c, question=question), *commands),
                )
        case Inform():
            yield {}, record(c, Speak(c.utterances + 1, here.act.key, "", c.language))
        case LookUp(question, arguments):
            request = c.requests + 1
            asked = record(c, Fetch(request, question, dict(arguments)))
            for own, fact in _facts(question):
                yield own, apply(asked, Fetched(c.at, request, question, dict(arguments), fact))


@cache
def _facts(question: str) -> tuple[tuple[Features, dict[str, Any]], ...]:
    """Answers to a question, one of all of which the same can be said."""
    told = {tuple(features(fact).items()): fact for fact in reversed(shapes(question))}
    return tuple(
        ({f"{question}{OF}{name}": which for name, which in said}, fact)
        for said, fact in reversed(told.items())
    )


def _decided(c: Conversation, *commands: Command) -> Conversation:
    return record(c, Explain("question", "", 1.0, commands))


def _situation(
    flow: Flow, c: Conversation, known: Features, after: Act | None = None
) -> _Situation:
    try:
        act = flow.next_act(Known(c))
    except Exception as error:
        raise ConfigurationError(
            f"use case '{flow.name}' fails after {node_of(after)} with "
            f"{type(error).__name__}: {error}; known were {dict(c.facts)}"
        ) from error
    return _Situation(c, act, node_of(act), known)


def _text(c: Conversation) -> str:
    """What a use case can look at, as one text: two situations alike need be followed once."""
    slots = sorted((name, filled.value) for name, filled in c.slots.items())
    facts: list[tuple[str, Any]] = sorted((name, repr(fact)) for name, fact in c.facts.items())
    return repr((c.caller, slots, facts, sorted(c.told), sorted(c.rejected)))
