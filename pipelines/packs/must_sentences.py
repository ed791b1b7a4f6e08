"""The sentences that a language has to understand untaught (`must`), tried on the dialogue."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agent.flow import Flow
from agent.ladder.answers import commands_for
from agent.ladder.turn import Turn
from agent.ladder.understanding import understand
from agent.languages.language import Language
from agent.policy import Policy
from agent.question import OpenQuestion


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """A sentence that has to be `intent` and is taken for another, "" for none."""

    intent: str
    sentence: str
    taken_for: str


def misunderstood(
    language: Language, flows: Mapping[str, Flow], policy: Policy
) -> Iterator[Misunderstood]:
    """Each, by words and the nearest sample alone; answers to a question are not tried."""
    for intent in language.intents.values():
        for sentence in intent.must if intent.kind != "answer" else ():
            heard = understand(Turn(sentence, OpenQuestion("open"), language), flows, policy)
            if heard.intent != intent.name and heard.commands != commands_for(intent):
                yield Misunderstood(intent.name, sentence, heard.intent)
