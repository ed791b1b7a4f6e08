"""What callers said of which nothing, or the wrong thing, was made: a no-match, in the field.

A turn is one where nothing was understood, where it was understood and refused as none of our
business, or where a use case was asked back and the caller said no. What was said to a question for
a secret is left out, and numbers and addresses in what was said are covered, for they are the
caller's own.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.commands import AskWhich, Cancel, Command, Deny, OutOfScope, StartFlow
from agent.numbers.digits import HIDDEN, WRONG, DigitWords, read
from agent.privacy import SECRET_SLOTS
from agent.question import OpenQuestion
from pipelines.quality.calls import Call
from pipelines.quality.turns import Turn

Reason: TypeAlias = Literal["not understood", "out of scope", "denied"]

NUMBER = "<number>"
ADDRESS = "<address>"
_FIGURES = re.compile(rf"[\d{HIDDEN}{WRONG}](?:[\d{HIDDEN}{WRONG} .,/:-]*[\d{HIDDEN}{WRONG}])?")
_ADDRESS = re.compile(r"\S+@\S+|(?:https?://|www\.)\S+")
_DIGITS = 3  # said in words, that are a number of somebody's: "one" is a word like others
_NO = 3  # words of a no to what was asked back that says nothing else


@dataclass(frozen=True, slots=True)
class NoMatch:
    """One such turn: the caller's words, covered, to the question that was open.

    `turn` counts the call's turns from 0, the greeting.
    """

    call: str
    turn: int
    language: str
    question: str
    text: str
    reason: Reason

    @property
    def is_covered(self) -> bool:
        """Whether something of it is not shown."""
        return NUMBER in self.text or ADDRESS in self.text

    @property
    def may_teach(self) -> bool:
        """Whether it may be written into a pack: no number, and not the answer to a detail.

        What is said to a question for a name or an address is mostly that.
        """
        return not self.is_covered and not OpenQuestion(self.question).asks_detail


def no_matches(calls: Iterable[Call], says: Sequence[DigitWords]) -> list[NoMatch]:
    """Of all calls, in order; `says` is how digits are said in all languages of theirs."""
    return [each for call in calls for each in _of_call(call, says)]


def covered(text: str, says: Sequence[DigitWords]) -> str:
    """With figures, numbers that are said in words, and electronic addresses taken out."""
    text = _ADDRESS.sub(ADDRESS, text)
    for language in says:
        runs, _ = read(text, language)
        for run in reversed(runs):
            if len(run.digits) >= _DIGITS:
                start, end = run.groups[0].start, run.groups[-1].end
                text = f"{text[:start]}{NUMBER}{text[end:]}"
    return _FIGURES.sub(NUMBER, text).strip()


def _of_call(call: Call, says: Sequence[DigitWords]) -> Iterable[NoMatch]:
    secret = False  # is what the open question asks for
    for number, turn in enumerate(call.turns):
        after = next((each for each in call.turns[number + 1 :] if each.rung), None)
        reason = _reason(turn, after)
        if reason and not secret and not _is_secret(turn.question):
            text = covered(turn.said, says)
            yield NoMatch(call.recorded.id, number, _language(turn), turn.question, text, reason)
        if turn.listening is not None:
            secret = turn.listening.expecting.secret


def _reason(turn: Turn, after: Turn | None) -> Reason | None:
    if turn.by != "words" or not turn.said.strip():
        return None
    if _is_no(turn):
        # A mere no is well understood; what else was said with it was not.
        return "not understood" if len(turn.said.split()) > _NO and not turn.understood else None
    if not turn.understood and (turn.rung or turn.commands):
        return "not understood"
    if turn.commands and all(isinstance(c, OutOfScope) for c in turn.commands):
        return "out of scope"
    if after is not None and any(_was_denied(c, after) for c in turn.commands):
        return "denied"
    return None


def _was_denied(command: Command, after: Turn) -> bool:
    """Whether it was asked back, and the next thing that the caller said was no."""
    if isinstance(command, AskWhich):
        return any(isinstance(c, Deny) for c in after.commands)
    return isinstance(command, StartFlow) and not command.confirmed and _is_no(after)


def _is_no(turn: Turn) -> bool:
    """Whether it says that a use case was not meant."""
    asked = bool(OpenQuestion(turn.question).asks_wish)
    return asked and any(isinstance(c, (Deny, Cancel)) for c in turn.commands)


def _is_secret(question: str) -> bool:
    return bool(SECRET_SLOTS.intersection(question.split(":")[:2]))


def _language(turn: Turn) -> str:
    return turn.heard_as or next((each.language for each in turn.spoken), "")
