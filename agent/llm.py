"""Asking the knowledge base and the language model, and saying what they answer.

The knowledge base is asked first (`Retrieve`); where it is sure, its page's own sentences are the
answer. The language model is asked what a turn meant (`Interpret`; `ladder/proposals.py` takes the
answer) or to word an answer from what the knowledge base has (`Compose`). It may say only what the
passages found there say: every sentence, of page or model, passes `grounding/gate.py` first; one
that fails ends the answer with wording of ours. What the model composes from pages in the caller's
language is said in the page's own sentences (`grounding/quoting.py`).
"""

from collections.abc import Mapping
from itertools import groupby

from agent.actions import Abandon, Compose, Explain, Interpret, Retrieve
from agent.events import Passage
from agent.floor import Floor
from agent.flow import Flow
from agent.grounding.gate import Verdict, check
from agent.grounding.quoting import quotation
from agent.ladder.proposals import may_fill
from agent.state import THOUGHTS, Conversation

BEFORE = 3  # turns of the conversation that the language model is shown
# What the gate finds wrong with how a page's facts are told; the rest is not for saying at all.
_MISTOLD = frozenset(
    [
        "length",
        "characters",
        "markup",
        "claim",
        "number",
        "subject",
        "negation",
        "unfinished",
        "ungrounded",
    ]
)
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
        if not _say(floor, text, "", c.passages[:1]):
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
    turns = [(who, [s.text for s in said]) for who, said in groupby(told, lambda line: line.who)]
    before = tuple((who, " ".join(texts)) for who, texts in turns[-BEFORE:])
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


def say_composed(floor: Floor, text: str, language: str, quote_above: float) -> bool:
    """Say a sentence of the model's answer, or the page's for it; False where that ends the answer.

    `language` is what the sentence was identified as, "" if unknown. Where pages can be quoted,
    what stands for none of their sentences is left out.
    """
    c = floor.conversation
    ours = tuple(p for p in c.passages if p.sentences and p.language == c.language)
    if not (ours and quote_above):
        return _say(floor, text, language, c.passages)
    verdict = _verdict(floor, text, language, c.passages)
    if not (verdict.ok or verdict.reason in _MISTOLD):
        return _refuse(floor, verdict)
    quoted = quotation(text, ours, floor.language.gate.fillers, quote_above)
    if quoted is None:
        floor.do(Explain("gate", verdict.reason or "ungrounded", 0.0))
        return True
    sentence, passage = quoted
    if c.answered and sentence in [spoken.text for spoken in c.said]:
        return True
    return _say(floor, sentence, "", (passage,))


def _say(floor: Floor, text: str, language: str, passages: tuple[Passage, ...]) -> bool:
    """Say a sentence that rests on these passages if it passes the gate; whether it did."""
    verdict = _verdict(floor, text, language, passages)
    if not verdict.ok:
        return _refuse(floor, verdict)
    sources = ",".join(dict.fromkeys(passage.source for passage in passages))
    floor.say_composed(text, f"answer {sources}")
    return True


def _verdict(floor: Floor, text: str, language: str, passages: tuple[Passage, ...]) -> Verdict:
    c = floor.conversation
    return check(
        text,
        tuple(passage.text for passage in passages),
        c.language,
        language_of=language or None,
        facts_language=passages[0].language if passages else None,
        said=c.answered,
        rules=floor.language.gate,
    )


def _refuse(floor: Floor, verdict: Verdict) -> bool:
    floor.do(Explain("gate", verdict.reason, 0.0))
    supersede(floor, "compose")
    return False
