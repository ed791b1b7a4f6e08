"""What callers say into our sentences, before they have heard them whole."""

from agent.floor import Floor
from agent.languages.language import words
from agent.languages.yes_no import yes_or_no
from agent.question import OpenQuestion


def heard_question(floor: Floor) -> OpenQuestion:
    """The open question as far as words can answer it: no yes or no does before it was heard."""
    question = floor.question
    unheard = question.is_yes_or_no and _is_unheard(floor)
    return OpenQuestion("") if unheard else question


def is_aside(floor: Floor, text: str) -> bool:
    """Whether the caller only listens, and we go on.

    They said "okay" or "no" into a sentence whose question was to come, or "mm-hm" into any that
    asks for something else than a yes.
    """
    said = words(text)
    if _is_unheard(floor) and yes_or_no(said, floor.language.yes_no_words).is_aside:
        return True
    asked = heard_question(floor)
    listens = said in floor.language.turn_taking.backchannels and bool(floor.conversation.cut)
    return listens and not (asked.is_yes_or_no or asked.options)


def _is_unheard(floor: Floor) -> bool:
    """Whether the caller spoke before they heard a word of the question."""
    c = floor.conversation
    asking = [speak for speak in c.said if speak.act == f"ask {c.question}"]
    cut = {speak.utterance for speak in c.cut[1:]}
    return bool(asking) and all(speak.utterance in cut for speak in asking)
