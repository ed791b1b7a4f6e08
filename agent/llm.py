"""Asking the knowledge base and the language model, and saying what they answer.

The knowledge base is asked first (`Retrieve`); where it is sure, its page's own sentences are the
answer. The language model is asked what a turn meant (`Interpret`; `agent/proposals.py` takes the
answer) or to word an answer from what the knowledge base has (`Compose`). It may say only what the
passages found there say: every sentence, of page or model, passes `agent/gate.py` first; one that
fails ends the answer with wording of ours.
"""

from collections.abc import Mapping

from agent.actions import Abandon, Compose, Explain, Interpret, Retrieve
from agent.events import Passage
from agent.floor import Floor
from agent.flow import Flow
from agent.gate import check
from agent.proposals import may_fill
from agent.state import THOUGHTS, Conversation

BEFORE = 3  # lines of the conversation that the language model is shown
_SIGNS = ("thinking", "thinking.second", "thinking.third")


def retrieve(floor: Floor, said: str) -> None:
    """Ask the knowledge base whether it answers this."""
    c = floor.conversation
    floor.do(Retrieve(c.requests + 1, said, c.language))


def say_page(floor: Floor) -> bool:
    """Say what the page found last answers by itself; False where it has no such answer."""
    c = floor.conversation
    if not page_answers(c):
        return False
    for text in c.passages[0].answer:
        if not say(floor, text, "", c.passages[:1]):
            break
    return floor.conversation.answered > 0


def page_answers(c: Conversation) -> bool:
    """Whether what was found last answers by itself, in the caller's language."""
    return any(p.answer and p.language == c.language for p in c.passages[:1])


def interpret(floor: Floor, said: str, flows: Mapping[str, Flow]) -> None:
    """Ask what the caller meant."""
    c = floor.conversation
    slots = may_fill(c, flows)
    told = c.transcript[:-1] if c.transcript and c.transcript[-1].who == "caller" else c.transcript
    before = tuple((line.who, line.text) for line in told[-BEFORE:])
    number = c.requests + 1
    floor.do(Interpret(number, said, c.language, c.question, tuple(flows), slots, before))


def compose(floor: Floor, question: str, page: str) -> None:
    """Ask for an answer from the knowledge base, of which `page` is known to be about it."""
    c = floor.conversation
    floor.do(Compose(c.requests + 1, question, c.language, page))


def give_sign(floor: Floor) -> None:
    """Tell the caller that their question is at work, in other words than the turn before."""
    ways = [name for name in _SIGNS if floor.language.has(name)]
    floor.say(ways[floor.conversation.turn % len(ways)], act="thinking")


def supersede(floor: Floor, *names: str) -> None:
    """What the caller says now replaces what the language model was asked about."""
    for pending in floor.conversation.pending:
        if pending.name in (names or THOUGHTS):
            floor.do(Abandon(pending.request))


def say(floor: Floor, text: str, language: str, passages: tuple[Passage, ...] = ()) -> bool:
    """Say a sentence of the answer if it passes the gate; whether it did.

    `language` is what it was identified as, "" if unknown; `passages` are those that it rests on,
    if not all that were found.
    """
    c = floor.conversation
    passages = passages or c.passages
    verdict = check(
        text,
        tuple(passage.text for passage in passages),
        c.language,
        language_of=language or None,
        facts_language=passages[0].language if passages else None,
        said=c.answered,
        rules=floor.language.gate,
    )
    if not verdict.ok:
        floor.do(Explain("gate", verdict.reason, 0.0))
        supersede(floor, "compose")
        return False
    sources = ",".join(dict.fromkeys(passage.source for passage in passages))
    floor.say_composed(text, f"answer {sources}")
    return True
