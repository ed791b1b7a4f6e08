"""A no and what comes with it: the wish that was meant instead, or the end of the call."""

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.commands import Cancel, SayGoodbye, SetSlot, Signal, StartFlow, Understanding
from agent.ladder.answers import begins_with, stated
from agent.ladder.turn import Turn
from agent.languages.clauses import clauses
from agent.languages.language import words
from agent.languages.yes_no import YesNoWords, YesOrNo, begun_with, yes_or_no
from agent.policy import Policy
from agent.question import OpenQuestion, answer

_FAREWELL = "goodbye"
# So probable an answer is by its meaning to be one, or to be the one that its words say. Chosen on
# left-out replies of `replies.toml`.
_YES, _NO, _PLAINLY = 0.85, 0.75, 0.9
_AGREES, _AGREES_STRICTLY = 0.3, 0.4
_SIGN = re.compile(r"[,.;:!?]+")
_LONG = 8  # words before a farewell that may be about something else
_BESIDE = 2  # words after it ("bye now")


def denies(found: Understanding, question: OpenQuestion) -> bool:
    """Whether it is a no to something that was asked, beside which a wish may have been said."""
    return found.intent == "deny" and found.rung == "question" and question.name != "more"


def after_no(
    found: Understanding | None,
    wish: Understanding | None,
    turn: Turn,
    policy: Policy,
    refused: bool = False,
) -> Understanding | None:
    """A no (`found`, unless only a part of the turn says it) and a wish, which may be the same.

    Where we asked whether a use case was meant, another one takes its place, and any no is one:
    to be wrong about it costs a question, to insist costs a caller. So is one that says that the
    use case in hand is not wanted (`refused`): "no, I don't want to pay all of it".
    """
    question = turn.question
    said = yes_or_no(turn.plain, turn.language.yes_no_words)
    first = begins_with(turn.text, turn.language)
    sure = wish is not None and wish.confidence >= policy.confirm_below and _acts(wish)
    asked = question.asks_wish
    if wish is not None and sure:
        same = bool(asked) and wish.intent == asked
        if same and _says_no(turn):
            sure = False
        elif found is None or asked or same:
            return wish
        elif len(said.rest.split()) > _BESIDE:
            return replace(wish, commands=(*found.commands, *wish.commands))
    if value := _instead(turn, said, first):
        return Understanding("question", value.slot, 1.0, (value,))
    begun = begun_with(turn.plain, turn.language.yes_no_words)
    no = said.meaning is False or (said.open and first is False)
    no = no or (begun is False and _confirms(question))
    if found is None and no and (asked or question.options):
        commands = answer(question, False) if asked else (Cancel(),)
        return Understanding("question", "deny", 1.0, commands)
    plainly = first is False or refused or (begun is False and _confirms(question))
    if found is None and no and plainly and question.name != "more":
        return Understanding("question", "deny", 1.0, answer(question, False))
    if found is None and first and not question.is_strict and _confirms(question):
        return Understanding("question", "affirm", 1.0, answer(question, True))
    if found is None and (meant := _meant(turn)):
        return meant
    return found if found is not None else wish


def is_doubted(found: Understanding, turn: Turn) -> bool:
    """Whether what a turn means speaks against the yes or no that its words say.

    "That's my wife's, it's mine that's broken" has a yes in it. Nothing but a yes is one.
    """
    name = {"affirm": "yes", "deny": "no"}.get(found.intent, "")
    if found.rung != "question" or not name or not turn.reply:
        return False
    if not yes_or_no(turn.plain, turn.language.yes_no_words).rest:
        return False
    least = _AGREES_STRICTLY if turn.question.is_strict else _AGREES
    return dict(turn.reply).get(name, 0.0) < least


def _meant(turn: Turn) -> Understanding | None:
    """A yes or no that is none by its words: "that's the one I call from", "it'll have to wait".

    Never a yes that lets a secret out; a no that ends the call has to be likelier.
    """
    question, reply = turn.question, dict(turn.reply)
    if not question.is_yes_or_no:
        return None
    more = question.name == "more"
    if reply.get("no", 0.0) >= (_PLAINLY if more else _NO):
        return Understanding("question", "deny", reply["no"], answer(question, False))
    if reply.get("yes", 0.0) >= _YES and not (more or question.is_strict):
        return Understanding("question", "affirm", reply["yes"], answer(question, True))
    return None


def _says_no(turn: Turn) -> bool:
    """Whether a part of the turn is a no and nothing else."""
    each = clauses(turn.text, turn.language.joins, 1) or (turn.text,)
    said = (yes_or_no(words(part), turn.language.yes_no_words) for part in each)
    return any(part.meaning is False and not part.rest for part in said)


def _confirms(question: OpenQuestion) -> bool:
    return question.name.startswith("confirm:")


def _instead(turn: Turn, said: YesOrNo, first: bool | None) -> SetSlot | None:
    """A caller's own words, said anew instead of what was read back."""
    slot = turn.question.proposed
    if slot is None or slot.kind != "text" or said.meaning or first:
        return None
    text = turn.text.strip()
    if first is False:  # "well no, it's ..."
        text = _SIGN.split(text, maxsplit=1)[-1] if _SIGN.search(text) else ""
    if len(text.split()) < slot.least or yes_or_no(words(text), turn.language.yes_no_words).open:
        return None
    return SetSlot(slot.name, stated(text, turn.language), confirmed=False)


def farewell(turn: Turn, policy: Policy) -> Understanding | None:
    """A turn that ends with a farewell ends the call, whatever was asked.

    Unless it holds a yes, a wish, or so many words that they may be what was asked for.
    """
    question, says, likely = turn.question, turn.language.yes_no_words, turn.likely
    intent = turn.language.intents.get(_FAREWELL)
    before = _before(turn.plain, intent.words if intent else (), says)
    if before is None:
        return None
    if question.is_yes_or_no and yes_or_no(before, says).meaning:
        return None
    wished = bool(likely) and likely[0][0] != _FAREWELL and likely[0][1] >= policy.digress_above
    detail = question.slot is not None and question.slot.kind != "text"
    if len(before.split()) > _LONG or (before and (wished or detail)):
        return None
    return Understanding("rule", _FAREWELL, 1.0, (SayGoodbye(),))


def _before(plain: str, farewells: Sequence[str], says: YesNoWords) -> str | None:
    """What stands before the farewell with which a turn ends; None if it ends with none."""
    said = plain.split()
    for after in range(_BESIDE + 1):
        if not all(word in says.asides for word in said[len(said) - after :]):
            return None
        whole = " ".join(said[: len(said) - after])
        for phrase in farewells:
            if f" {whole}".endswith(f" {phrase}"):
                return whole[: len(whole) - len(phrase)].strip()
    return None


def _acts(wish: Understanding) -> bool:
    return any(isinstance(c, (StartFlow, Signal, SayGoodbye)) for c in wish.commands)
