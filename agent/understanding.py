"""What a turn means: the answer ladder without its last rung.

In this order, first answer wins:

1. *rule*: words an escalation rule watches for, and exact sentences about the conversation itself
   ("repeat", "goodbye"), whatever the question was;
2. *question*: the open question's own parser (a number, a choice, yes or no);
3. *classifier*: what is nearly a sample sentence; then what the turn means, where that was judged
   (`TurnEnded.intents`), and the nearest sample where it was not.

What none of them answers is for the language model, or is not understood. Whatever the rung, the
result is commands from the closed list, and a confidence: that of the hypothesis times that of the
rung. Below `Policy.confirm_below` what was understood is asked back before it has any effect; a yes
or no is that answer and is not asked back in turn, but below `Policy.answer_above` it is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agent.commands import (
    Affirm,
    Cancel,
    ChangeLanguage,
    CheckPresence,
    Command,
    Deny,
    ForgetSlot,
    NotUnderstood,
    OfferChoices,
    Repeat,
    SayGoodbye,
    SetSlot,
    Signal,
    StartFlow,
)
from agent.flow import Flow
from agent.language import Intent, Language, words
from agent.policy import Policy
from agent.question import OpenQuestion, answer, unconfirmed
from agent.values import choice, contains, digits_of, spoken_digits
from agent.yes_no import refuses, yes_or_no

# Intents about the conversation itself, the same in every language.
COMMANDS: dict[str, tuple[Command, ...]] = {
    "affirm": (Affirm(),),
    "deny": (Deny(),),
    "repeat": (Repeat(),),
    "presence": (CheckPresence(),),
    "help": (OfferChoices(),),
    "cancel": (Cancel(),),
    "goodbye": (SayGoodbye(),),
    "other_number": (ForgetSlot("line"),),
    "english": (ChangeLanguage("en"),),
    "french": (ChangeLanguage("fr"),),
}
_MARGIN = 0.04  # a guess this close to another intent's is no guess
_NOTHING = (NotUnderstood(),)
# How sure a guess of that score is. What is less alike than the second is always asked back.
_ASKED_BACK = 0.7
_SURELY_OTHER = 0.8  # so probable by its meaning that a word alone ("heart attack") is asked back
_NEARLY = 0.75  # as much like a sample as if it were one
_SURE = ((_NEARLY, 1.0), (0.48, 0.85), (0.0, _ASKED_BACK))
# Words beside a yes or no that need mean nothing ("no not really"). At "anything else?" a no ends
# the call, so there hardly any.
_ASIDE = 5
_ASIDE_AT_THE_END = 1


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a turn means, and which rung of the ladder says so ("none": nobody)."""

    rung: str
    intent: str
    confidence: float
    commands: tuple[Command, ...]


NOT_UNDERSTOOD = Understanding("none", "", 0.0, _NOTHING)


def understand(
    text: str,
    confidence: float,
    question: OpenQuestion,
    language: Language,
    flows: Mapping[str, Flow],
    policy: Policy,
    heard: Sequence[tuple[str, float]] = (),
    likely: Sequence[tuple[str, float]] = (),
) -> Understanding:
    """The meaning of a turn. `text` is what was heard or typed, `confidence` how surely.

    `heard` are its words with the confidence of each, where it is told: a detail is no surer
    than the weakest word that says it, however well the rest of the sentence was heard. `likely`
    are the intents that it may have by its meaning; see `TurnEnded.intents`.
    """
    plain = words(text)
    if not plain:
        return NOT_UNDERSTOOD
    found = (
        _by_rule(plain, question, language, likely)
        or _by_question(text, plain, question, language)
        or _by_sample(plain, language, flows, policy, likely)
    )
    if found is None or _is_refused(plain, found, language):
        return NOT_UNDERSTOOD
    sure = found.confidence * min(confidence, _weakest(found, question, language, heard))
    commands = found.commands
    plainly = found.intent in ("affirm", "deny")
    least = policy.release_above if question.is_strict else policy.answer_above
    if plainly and sure < (least if found.intent == "affirm" else policy.answer_above):
        return NOT_UNDERSTOOD
    if sure < policy.confirm_below and not plainly:
        commands = tuple(unconfirmed(command) for command in commands)
    return replace(found, confidence=round(sure, 3), commands=commands)


def _weakest(
    found: Understanding,
    question: OpenQuestion,
    language: Language,
    heard: Sequence[tuple[str, float]],
) -> float:
    """The confidence of the worst heard word that says the detail; 1 where none is known."""
    slot = question.slot
    if slot is None or not any(isinstance(c, SetSlot) for c in found.commands):
        return 1.0
    saying = (
        sure
        for word, sure in heard
        if spoken_digits(words(word), language) or choice(words(word), slot.choices, language)
    )
    return min(saying, default=1.0)


def outweighed(found: Understanding, score: float = 1.0) -> bool:
    """Whether a page of the knowledge base that answers a turn as surely as that goes before this.

    A rule, the open question and what is much like a sample need no page; what would be asked back
    gives way to a page that is surer.
    """
    doubtful = found.rung == "classifier" and found.confidence <= _ASKED_BACK
    return found.rung == "none" or (doubtful and found.confidence < score)


def commands_for(intent: Intent) -> tuple[Command, ...]:
    """What an intent asks for, apart from any question."""
    match intent.kind:
        case "flow":
            return (StartFlow(intent.name),)
        case "signal":
            return (Signal(intent.name),)
    return COMMANDS.get(intent.name, ())


def _is_refused(plain: str, found: Understanding, language: Language) -> bool:
    """Whether the caller says that they do not want what their words are like."""
    intent = language.intents.get(found.intent)
    if intent is None or intent.kind not in ("flow", "signal") or plain in language.exact:
        return False
    nearest = language.classifier.guess(plain, (intent.name,)).sample
    return refuses(plain, nearest, language.yes_no_words)


def _by_rule(
    plain: str,
    question: OpenQuestion,
    language: Language,
    likely: Sequence[tuple[str, float]],
) -> Understanding | None:
    for intent in language.intents.values():
        named = any(contains(plain, words(w)) for w in intent.words)
        if intent.kind == "signal" and named and not _is_excepted(plain, intent):
            other = bool(likely) and likely[0][0] != intent.name and likely[0][1] >= _SURELY_OTHER
            sure = _ASKED_BACK if other else 1.0
            return Understanding("rule", intent.name, sure, commands_for(intent))
    answers = question.slot.choices if question.slot else ()
    for name in language.exact.get(plain, ()):
        intent = language.intents[name]
        # "it does not work" is no "no"
        wished = intent.kind == "flow" and question.name in ("", "more", "ringing")
        if wished or (intent.kind in ("signal", "command") and name not in answers):
            return Understanding("rule", name, 1.0, commands_for(intent))
    return None


def _by_question(
    text: str, plain: str, question: OpenQuestion, language: Language
) -> Understanding | None:
    slot = question.slot
    if question.is_yes_or_no:
        return _yes_or_no(plain, question, language)
    if slot is not None and slot.kind == "choice":
        value = choice(plain, slot.choices, language)
        if value is not None:
            return Understanding("question", value, 1.0, (SetSlot(slot.name, value),))
    if slot is not None and slot.kind == "digits":
        digits, plainly = digits_of(text, slot.digits, language)
        if digits and (plainly or not slot.secret):  # a secret is not read back
            sure = 1.0 if plainly else _ASKED_BACK
            return Understanding("question", slot.name, sure, (SetSlot(slot.name, digits),))
    return None


def _yes_or_no(plain: str, question: OpenQuestion, language: Language) -> Understanding | None:
    said = yes_or_no(plain, language.yes_no_words)
    meaning, rest = said.meaning, said.rest
    if meaning is None:
        return None
    commands = answer(question, meaning)
    intent = "affirm" if meaning else "deny"
    if not rest:
        return Understanding("question", intent, 1.0, commands)
    guess = language.classifier.guess(rest)  # "no, my bill": the answer, and what comes with it
    more = language.intents.get(guess.intent)
    if more and more.kind in ("flow", "signal", "command") and guess.score >= 0.6:
        if question.name == "more":
            commands = ()
        return Understanding("question", more.name, 1.0, (*commands, *commands_for(more)))
    aside = _ASIDE_AT_THE_END if question.name == "more" else _ASIDE
    if len(rest.split()) > aside or (meaning and question.is_strict):
        return None
    return Understanding("question", intent, 1.0, commands)


def _by_sample(
    plain: str,
    language: Language,
    flows: Mapping[str, Flow],
    policy: Policy,
    likely: Sequence[tuple[str, float]],
) -> Understanding | None:
    asked_for = (i.name for i in language.intents.values() if i.kind != "answer")
    guess = language.classifier.guess(plain, asked_for)  # nobody answers what was not asked
    apart = guess.score - guess.runner_up >= _MARGIN
    if likely and not (apart and guess.score >= _NEARLY):
        meant = [
            (intent, sure)
            for name, sure in likely
            if (intent := language.intents.get(name)) is None or not _is_excepted(plain, intent)
        ]
        intent, sure = meant[0] if meant else (None, 0.0)
        if intent is None or intent.kind == "answer" or sure < policy.guess_above:
            return None
    else:
        intent = language.intents.get(guess.intent)
        if intent is None or guess.score < policy.believe_above or not apart:
            return None
        if _is_excepted(plain, intent):
            return None
        sure = next(sure for score, sure in _SURE if guess.score >= score)
        if sure < 1 and (intent.kind == "signal" or " " not in plain):
            sure = _ASKED_BACK  # a word alone says little; a person is not called for nothing
    commands = commands_for(intent)
    if not commands:
        return None
    extra = _mentioned(plain, flows.get(intent.name), language)
    return Understanding("classifier", intent.name, sure, (*commands, *extra))


def _is_excepted(plain: str, intent: Intent) -> bool:
    """Whether it is said in words that only look like it."""
    return any(contains(plain, words(phrase)) for phrase in intent.unless)


def _mentioned(plain: str, flow: Flow | None, language: Language) -> tuple[Command, ...]:
    """Details said along with the wish ("my internet is down") need not be asked for."""
    found: list[Command] = []
    for slot in flow.slots if flow else ():
        if slot.kind == "choice" and (value := choice(plain, slot.choices, language)):
            found.append(SetSlot(slot.name, value))
    return tuple(found)
