"""What callers say into our sentences, before they have heard them whole."""

from agent.floor import Floor
from agent.languages.language import words
from agent.languages.yes_no import yes_or_no
from agent.question import OpenQuestion

_ANSWERED_BY_A_SOUND = ("silence", "silent", "goodbye")  # "are you still there?"
_ECHO = 3  # words; fewer of ours may be the caller's answer ("my balance")


def heard_question(floor: Floor) -> OpenQuestion:
    """The open question as far as words can answer it: no yes or no does before it was heard."""
    question = floor.question
    unheard = question.is_yes_or_no and _is_unheard(floor)
    return OpenQuestion("") if unheard else question


def is_aside(floor: Floor, text: str) -> bool:
    """Whether the caller only listens, and we go on.

    They said "okay" or "no" into a sentence whose question was to come, or "mm-hm" into any that
    asks for something else than a yes; or it was ourselves, from their loudspeaker.
    """
    said = words(text)
    if _is_echo(floor, said):
        return True
    if _is_unheard(floor) and yes_or_no(said, floor.language.yes_no_words).is_aside:
        return True
    asked, cut = heard_question(floor), floor.conversation.cut
    if not cut or any(speak.act in _ANSWERED_BY_A_SOUND for speak in cut):
        return False
    listens = said in floor.language.turn_taking.backchannels
    return listens and not (asked.is_yes_or_no or asked.options)


def _is_echo(floor: Floor, said: str) -> bool:
    """Whether we heard ourselves: words in a row of what was being said as the turn began."""
    c = floor.conversation
    ours = " ".join(words(speak.text) for speak in (*c.cut, *c.saying))
    return len(said.split()) >= _ECHO and f" {said} " in f" {ours} "


def _is_unheard(floor: Floor) -> bool:
    """Whether the caller spoke before they heard a word of the question."""
    c = floor.conversation
    asking = [speak for speak in c.said if speak.act == f"ask {c.question}"]
    cut = {speak.utterance for speak in c.cut[1:]}
    return bool(asking) and all(speak.utterance in cut for speak in asking)
