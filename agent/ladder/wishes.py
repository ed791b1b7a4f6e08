"""The wishes in a turn: what it is nearly a sample of, and what it means, amid what is being asked.

While a detail is asked for, a wish for something else has to be much likelier than where we asked
what there is to do: most of what callers say then is about that detail.
"""

from collections.abc import Iterator, Mapping, Sequence

from agent.commands import (
    AskWhich,
    Command,
    SetSlot,
    Signal,
    StartFlow,
    Understanding,
)
from agent.flow import Flow
from agent.ladder.answers import ASKED_BACK, chosen, commands_for
from agent.ladder.mentions import mentioned
from agent.ladder.refusals import PERSON, is_excepted, set_aside
from agent.ladder.turn import Likely, Turn
from agent.languages.language import Intent, Language
from agent.policy import Policy
from agent.question import OpenQuestion

MARGIN = 0.04  # a guess this close to another intent's is no guess
_NEARLY = 0.75  # as much like a sample as if it were one
# How sure a guess of that score is. What is less alike than the second is always asked back.
_SURE = ((_NEARLY, 1.0), (0.48, 0.85), (0.0, ASKED_BACK))
_ENDS = "goodbye"
# A part's wish is one if the whole turn is so probably about it, too, or about nothing so probably
# while the part surely is; chosen on the tuning half of strangers' sentences of two wishes.
_SEEN = 0.02
_OPEN = 0.6
_SURELY = 0.9
# Signals less probable than this give way to a use case that is so probable: most are none. To
# overlook one of `_DANGER` costs more than to offer a person for nothing.
_DANGER = ("emergency", "distress")
_PLAIN_SIGNAL = 0.6
_INSTEAD = 0.2
_ANGER = "anger"


def by_clauses(turn: Turn, flows: Mapping[str, Flow], policy: Policy) -> Understanding | None:
    """Several wishes of one turn, in the order in which they were said; None where it has one.

    The last command starts what was said first: that is in hand, and the others wait. Who also
    asks for a person gets one, with what they wanted noted.
    """
    least = policy.digress_above if turn.question.asks_detail else policy.wish_above
    not_meant = set_aside(turn)
    said: dict[str, float] = {}
    for likely in turn.clauses:
        name, sure = likely[0] if likely else ("", 0.0)
        more = turn.question.asks_detail and name == turn.question.flow  # said once more
        if sure < least or more or name in not_meant:
            continue
        if name in flows or name == PERSON:
            said[name] = max(sure, said.get(name, 0.0))
    said = {name: sure for name, sure in said.items() if _in_whole(name, sure, turn.likely)}
    wishes = [name for name in said if name in flows]
    if len(said) < 2 or not wishes:
        return None
    commands: list[Command] = [
        StartFlow(name, confirmed=said[name] >= policy.confirm_below) for name in reversed(wishes)
    ]
    commands += details(turn.text, flows[wishes[0]], turn.language)
    commands += [Signal(PERSON)] if PERSON in said else []
    first = next(iter(said))
    return Understanding("classifier", first, said[first], tuple(commands))


def by_meaning(turn: Turn, flows: Mapping[str, Flow], policy: Policy) -> Understanding | None:
    """What is nearly a sample sentence; then what the turn means, or the nearest sample."""
    plain, language = turn.plain, turn.language
    guess = language.classifier.guess(plain, meant_by(plain, language))
    apart = guess.score - guess.runner_up >= MARGIN
    if turn.likely and not (apart and guess.score >= _NEARLY):
        not_meant = set_aside(turn)
        meant = [
            (intent, sure)
            for name, sure in turn.likely
            if name not in not_meant
            and ((intent := language.intents.get(name)) is None or not is_excepted(plain, intent))
        ]
        intent, sure = _likeliest(meant, policy)
        if intent is None or intent.kind == "answer" or sure < policy.guess_above:
            return None
        if more := _more(intent, sure, turn, flows):
            return more
        if not _fits(intent, sure, turn.question, policy):
            return None
        if sure < policy.confirm_below and (which := _either(meant, policy)):
            return Understanding("classifier", intent.name, sure, (which,))
    else:
        intent = language.intents.get(guess.intent)
        if intent is None or guess.score < policy.believe_above or not apart:
            return None
        sure = next(sure for score, sure in _SURE if guess.score >= score)
        if more := _more(intent, sure, turn, flows):
            return more
        if not _fits(intent, sure, turn.question, policy):
            return None
        if sure < 1 and (intent.kind == "signal" or " " not in plain):
            sure = ASKED_BACK  # a word alone says little; a person is not called for nothing
    commands = commands_for(intent)
    if not commands:
        return None
    extra = details(turn.text, flows.get(intent.name), language)
    return Understanding("classifier", intent.name, sure, (*commands, *extra))


def _more(
    intent: Intent, sure: float, turn: Turn, flows: Mapping[str, Flow]
) -> Understanding | None:
    """Details of the use case in hand that were not asked for now, said as its wish is."""
    if not turn.question.asks_detail or intent.name != turn.question.flow:
        return None
    settled = [(slot.name, value) for slot, value in turn.question.settled]
    found = [
        command
        for command in details(turn.text, flows.get(intent.name), turn.language)
        if isinstance(command, SetSlot) and (command.slot, command.value) not in settled
    ]
    return Understanding("classifier", intent.name, sure, tuple(found)) if found else None


def meant_by(plain: str, language: Language) -> Iterator[str]:
    """The intents that these words may have: nobody answers what was not asked."""
    wishes = (intent for intent in language.intents.values() if intent.kind != "answer")
    return (intent.name for intent in wishes if not is_excepted(plain, intent))


def _in_whole(name: str, sure: float, likely: Likely) -> bool:
    """Whether the turn as a whole is about that, too, and not a part of it by its words alone.

    "My credit is gone, I want to load a card" is one wish.
    """
    whole = dict(likely)
    if name == PERSON or not whole or whole.get(name, 0.0) >= _SEEN:
        return True
    return max(whole.values()) < _OPEN and sure >= _SURELY


def details(text: str, flow: Flow | None, language: Language) -> tuple[Command, ...]:
    """Details said along with the wish ("my internet is down") need not be asked for."""
    found: list[Command] = []
    for slot in flow.slots if flow else ():
        if slot.reading:
            continue
        if slot.kind == "choice" and (values := chosen(text, slot.choices, language)):
            found += [SetSlot(slot.name, values[0])] if len(values) == 1 or slot.second else []
            found += [SetSlot(slot.second, values[1])] if slot.second and len(values) > 1 else []
        if slot.kind == "spelled" and (code := mentioned(text, slot, None, language)):
            found += [SetSlot(slot.name, code)] if any(map(str.isdigit, code)) else []
    return tuple(found)


def _likeliest(
    meant: Sequence[tuple[Intent | None, float]], policy: Policy
) -> tuple[Intent | None, float]:
    """The intent meant; a signal that may hardly be one gives way to a use case.

    Whether somebody is angry is not asked: it is heard, or it is not.
    """
    intent, sure = meant[0] if meant else (None, 0.0)
    faint = intent is not None and intent.kind == "signal" and sure < _PLAIN_SIGNAL
    if intent is None or not faint or intent.name in _DANGER:
        return intent, sure
    second, less = meant[1] if len(meant) > 1 else (None, 0.0)
    if second is not None and second.kind == "flow" and less >= _INSTEAD:
        return second, max(less, policy.guess_above)
    return (None, 0.0) if intent.name == _ANGER else (intent, sure)


def _fits(intent: Intent, sure: float, question: OpenQuestion, policy: Policy) -> bool:
    """Whether what is no answer to a question about a detail is surely about something else.

    Who says once more what they want has not answered, either.
    """
    if not question.asks_detail:
        return True
    if intent.name == question.flow:
        return False
    away = intent.kind == "flow" or intent.name == _ENDS
    signal = intent.kind == "signal" and intent.name != PERSON
    return sure >= policy.digress_above or not (away or signal)


def _either(meant: Sequence[tuple[Intent | None, float]], policy: Policy) -> AskWhich | None:
    """The two use cases that a turn may want, where it surely wants one of them."""
    (first, sure), (second, less) = [*meant, (None, 0.0)][:2]
    if first is None or second is None or first.kind != "flow" or second.kind != "flow":
        return None
    close = less >= policy.which_above and sure + less >= policy.either_above
    return AskWhich((first.name, second.name)) if close else None
