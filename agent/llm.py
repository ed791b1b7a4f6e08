"""Asking the language model, and saying what it answers: sentence by sentence, through the gate.

The dialogue asks it what a turn meant (`Interpret`; `agent/proposals.py` takes the answer) or for
an answer from the knowledge base (`Compose`). It may say only what the passages found there say:
every sentence passes `agent/gate.py` first; one that fails ends the answer with wording of ours.
"""

from collections.abc import Mapping

from agent.actions import Abandon, Compose, Explain, Interpret
from agent.floor import Floor
from agent.flow import Flow
from agent.gate import check
from agent.proposals import may_fill
from agent.state import LLM_REQUESTS


def interpret(floor: Floor, said: str, flows: Mapping[str, Flow]) -> None:
    """Ask what the caller meant."""
    c = floor.conversation
    slots = may_fill(c, flows)
    floor.do(Interpret(c.requests + 1, said, c.language, c.question, tuple(flows), slots))


def compose(floor: Floor, question: str) -> None:
    """Ask for an answer from the knowledge base."""
    c = floor.conversation
    floor.do(Compose(c.requests + 1, question, c.language))


def supersede(floor: Floor, *names: str) -> None:
    """What the caller says now replaces what the language model was asked about."""
    for pending in floor.conversation.pending:
        if pending.name in (names or LLM_REQUESTS):
            floor.do(Abandon(pending.request))


def say(floor: Floor, text: str, language: str) -> bool:
    """Say a sentence of the answer if it passes the gate; whether it did."""
    c = floor.conversation
    verdict = check(
        text,
        tuple(passage.text for passage in c.passages),
        c.language,
        language_of=language or None,
        facts_language=c.passages[0].language if c.passages else None,
        said=c.answered,
        rules=floor.language.gate,
    )
    if not verdict.ok:
        floor.do(Explain("gate", verdict.reason, 0.0))
        supersede(floor, "compose")
        return False
    sources = ",".join(dict.fromkeys(passage.source for passage in c.passages))
    floor.say_composed(text, f"answer {sources}")
    return True
