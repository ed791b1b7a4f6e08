"""What the embedded recogniser listens for in a language in which nobody has measured it.

At most `MOST` phrases a question, which is the length of the lists that it was measured with, and
only choices that a key makes as well, since the question says its keys (`CallStarted.unvalidated`).
The rule of what stays, in this order:

1. the offers of the question (keys 1 to 9), as they are named;
2. its answers: yes and no, or what it lets choose from (keys 1, 2, 3 ...);
3. a person (key 0), at every question;
4. saying it again (*) and the choices (#), where keys are not the digits of a number;
5. where anything may be wanted, the use cases in the order of the keypad's menu, as far as there is
   room: the others are reached through it.

Each choice is heard in one wording, its pack's first, before any is heard in a second.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agent.actions import Expecting
from agent.endpointing import expecting
from agent.flow import Flow
from agent.languages.language import Language
from agent.menu import menu
from agent.question import OpenQuestion

MOST = 10
_KEYS = 9  # that make a choice
_OPEN = ("", "open")


@dataclass(frozen=True, slots=True)
class FewChoices:
    """Of one question: the phrases, whose they are, and the intents and offers that are not."""

    phrases: tuple[str, ...]
    heard: tuple[str, ...]
    dropped: tuple[str, ...]


def few_choices(
    question: str, expected: Expecting, language: Language, flows: Mapping[str, Flow]
) -> FewChoices:
    """What is listened for at a question, and what the limit drops."""
    offers = dict(expected.options[:_KEYS])
    wanted = [name for name in expected.intents if name in language.intents]
    answers = [name for name in wanted if language.intents[name].kind == "answer"]
    likely: list[str] = [] if expected.digits or expected.options else answers
    likely += ["person"]
    if not expected.digits:
        likely += ["repeat", "help"]
    if question in _OPEN:
        likely += [name for topic in menu(flows).topics.values() for name in topic]
    room = MOST - len(offers)
    heard = [name for name in dict.fromkeys(likely) if name in wanted][:room]
    phrases = [*offers.values(), *_by_turns([language.intents[n].say for n in heard], room)]
    every = dict.fromkeys([*(value for value, _ in expected.options), *wanted])
    kept = (*offers, *heard)
    return FewChoices(tuple(phrases), kept, tuple(name for name in every if name not in kept))


def by_question(language: Language, flows: Mapping[str, Flow]) -> dict[str, FewChoices]:
    """The same of the questions whose choices are known beforehand: open, yes or no, choices."""
    slots = {slot.name: slot for flow in flows.values() for slot in flow.slots}
    questions = [OpenQuestion("open"), OpenQuestion("more")]
    questions += [OpenQuestion(s.name, s) for s in slots.values() if s.kind == "choice"]
    return {
        question.name: few_choices(question.name, expecting(question, language), language, flows)
        for question in questions
    }


def _by_turns(says: Sequence[Iterable[str]], room: int) -> list[str]:
    """The first of each, then the second of each, as far as there is room."""
    found: dict[str, None] = {}
    rest = [list(say) for say in says]
    while any(rest) and len(found) < room:
        for say in rest:
            if say and len(found) < room:
                found[say.pop(0)] = None
    return list(found)
