"""How long a pause the open question deserves, and what the recogniser should expect.

A yes is complete at once; a wish told in one's own words has pauses in it; nobody has finished who
has said six digits of nine, or "because". All in seconds of silence after the last speech.
"""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from agent.actions import Expecting
from agent.languages.language import Language, words
from agent.numbers.digit_format import DigitFormat, Number
from agent.numbers.digits import read
from agent.numbers.phone_numbers import plan
from agent.question import OpenQuestion
from agent.slots.options import option
from agent.slots.values import digit_format, digits_of

# How long the caller may pause, and how long once what was heard already answers the question.
# Chosen so that the shorter one still exceeds the silence before a stressed stop consonant
# (about 150 ms) plus the voice detector's own release.
_YES_NO = (0.6, 0.18)
_CHOICE = (0.7, 0.2)
_DIGITS = (1.6, 0.4)  # in groups, with pauses; misheard ones are no reason to hurry
_OPEN = (0.8, 0.25)
_TEXT = (1.6, 1.6)  # who tells what happened thinks in between
_MOMENT = (1.2, 1.2)  # "tomorrow ... at ten"
_SPELLED = (2.0, 2.0)  # letter by letter, and groups of them
_OR_ELSE = (0.8, 0.5)  # "no ... tomorrow at ten"

_FREE = {
    "amount": _DIGITS,
    "text": _TEXT,
    "moment": _MOMENT,
    "email": _SPELLED,
    "spelled": _SPELLED,
}

_FINISHED = 0.4  # where the words may be all and the voice says so
_SOUNDS_FINISHED = 0.7  # probability from which on it does
_UNFINISHED = 1.3  # where the voice says the contrary, or a recogniser that punctuates no full stop
_SOUNDS_UNFINISHED = 0.3
_SENTENCE = 4  # words; of fewer a full stop, or none, tells nothing
# Chosen on the tuning half of `waxtaan bench endpointing`. There a full stop stood behind 77 of 78
# sentences, and behind 48 of their beginnings; where the voice had to sound finished, too, behind
# 64 and 29.
_LISTENING = 0.4  # after a sign that they listen: we go on
_SHORTEST_WORD = 0.25  # s of sound; what is shorter, and was no word, is a noise
_NOISE = 0.3  # after one

Why: TypeAlias = Literal[
    "complete",
    "number begun",
    "unfinished",
    "sounds finished",
    "sounds unfinished",
    "listening",
    "noise",
    "pause",
]

_WISHES = 4
_ALWAYS = ("person", "repeat", "slower", "help")
_FULL_STOPS = (".", "?", "!", "%")
_TRAILING = ("...", "…", ",", "-", "–", "—")  # as recognisers write who trails off


def expecting(question: OpenQuestion, language: Language) -> Expecting:
    """What to listen for while this question is open."""
    slot = question.slot
    if question.is_yes_or_no:
        extra: tuple[str, ...] = (
            ("other_number",) if question.name.startswith("confirm:line") else ()
        )
        if question.name == "more":
            extra = (*_commonest(language), "goodbye")
        if question.name == "ringing":
            extra = ("cancel", *_commonest(language))
        pauses = _OR_ELSE if question.along else _YES_NO
        return _expect(("affirm", "deny", *extra, *_ALWAYS), pauses)
    if question.options:
        takes = ("affirm", "deny") if len(question.options) == 1 else ("deny",)
        expected = _expect((*takes, "cancel", *_ALWAYS), _CHOICE)
        return replace(expected, options=question.options)
    if slot is not None and slot.kind == "choice":
        return _expect((*slot.choices, "cancel", *_ALWAYS), _CHOICE)
    if slot is not None and slot.kind in _FREE:
        return _expect(("cancel", *_ALWAYS), _FREE[slot.kind])
    if slot is not None and slot.kind == "digits":
        intents = (*_commonest(language), "other_number", "cancel", *_ALWAYS)
        pause, quick = _DIGITS
        wanted = digit_format(slot, language)
        return Expecting(
            intents,
            wanted.most,
            slot.secret,
            pause,
            quick,
            fewest=wanted.fewest if wanted.fewest < wanted.most else 0,
            check="" if _is_counted(wanted) else wanted.check,
        )
    known = tuple(i.name for i in language.intents.values() if i.kind != "answer")
    return _expect(known, _OPEN)


def _commonest(language: Language) -> tuple[str, ...]:
    """The wishes that are expected beside an answer: a pack has them in the order in which they
    come up, and the more a recogniser expects, the more it mistakes."""
    return language.of_kind("flow")[:_WISHES]


def _expect(intents: tuple[str, ...], pauses: tuple[float, float]) -> Expecting:
    return Expecting(intents=tuple(dict.fromkeys(intents)), pause=pauses[0], quick=pauses[1])


def answers(text: str, open_for: Expecting, language: Language) -> bool:
    """Whether what was heard is a complete answer to the open question."""
    plain = words(text)
    if _number(text, open_for, language):
        return True
    if open_for.options and option(text, open_for.options, language):
        return True
    return any(name in open_for.intents for name in language.exact.get(plain, ()))


def _is_counted(wanted: DigitFormat) -> bool:
    """Whether how many digits there are tells that they are whole, though they have a check."""
    return wanted.check == "phone" and not wanted.abroad and plan(wanted.region).counts


def _number(text: str, open_for: Expecting, language: Language) -> Number | None:
    most, check = open_for.digits, open_for.check
    wanted = DigitFormat(open_for.fewest or most, most, check, language.region, abroad=True)
    return digits_of(text, wanted, language) if most else None


@dataclass(frozen=True, slots=True)
class Pause:
    """So many seconds of silence end a turn, and `why` not more or less."""

    seconds: float
    why: Why


def longest_pause(open_for: Expecting) -> float:
    """Seconds after which any turn has ended."""
    return max(open_for.pause, open_for.unfinished) * open_for.slowness


def pause(
    text: str,
    open_for: Expecting,
    language: Language,
    finished: float | None = None,
    spoken: float = 1.0,
) -> Pause:
    """What silence ends the turn, given what has been heard of it so far.

    Args:
        text: the words, "" none.
        open_for: what the open question expects.
        language: that it was heard in.
        finished: how probable it is by the sound of the voice that it has; None where nothing
            judged that.
        spoken: seconds of sound.
    """
    if not text.strip() and spoken < _SHORTEST_WORD:
        return Pause(min(_NOISE, open_for.pause), "noise")
    seconds, why = _pause(text, open_for, language, finished)
    return Pause(round(seconds * open_for.slowness, 3), why)


def _pause(
    text: str, open_for: Expecting, language: Language, finished: float | None
) -> tuple[float, Why]:
    number = _number(text, open_for, language)
    if number is not None and not number.whole:
        return open_for.pause, "pause"
    unfinished = is_unfinished(text, language)
    if number is not None or (answers(text, open_for, language) and not unfinished):
        return open_for.quick, "complete"
    if words(text) in language.turn_taking.backchannels:
        return min(_LISTENING, open_for.pause), "listening"
    if _is_begun(text, open_for, language):
        return max(open_for.unfinished, open_for.pause), "number begun"
    if unfinished or text.rstrip().endswith(_TRAILING):
        return max(open_for.unfinished, open_for.pause), "unfinished"
    if finished is None or open_for.digits or open_for.pause >= _TEXT[0]:
        return open_for.pause, "pause"
    return _by_sound(text, open_for.pause, finished)


def _by_sound(text: str, usual: float, finished: float) -> tuple[float, Why]:
    full_stop = text.rstrip().endswith(_FULL_STOPS)
    if full_stop and finished >= _SOUNDS_FINISHED:
        return min(_FINISHED, usual), "sounds finished"
    if finished < _SOUNDS_UNFINISHED or not (full_stop or len(text.split()) < _SENTENCE):
        return max(_UNFINISHED, usual), "sounds unfinished"
    return usual, "pause"


def _is_begun(text: str, open_for: Expecting, language: Language) -> bool:
    """Whether there are digits, and fewer than were asked for."""
    if not open_for.digits:
        return False
    runs, _ = read(text, language.digit_words)
    longest = max((len(run.digits) for run in runs), default=0)
    return 0 < longest < (open_for.fewest or open_for.digits)


def is_unfinished(text: str, language: Language) -> bool:
    """Whether it is a hesitation, or ends as no sentence does, with "because"."""
    said, talk = words(text), language.turn_taking
    ends = any(f" {said}".endswith(f" {end}") for end in talk.unfinished)
    return ends or said in talk.hesitations
