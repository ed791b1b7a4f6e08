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

from collections.abc import Mapping
from dataclasses import replace

from agent.commands import (
    NOT_UNDERSTOOD,
    Cancel,
    ChangeLanguage,
    ForgetSlot,
    SetSlot,
    Signal,
    StartFlow,
    Understanding,
)
from agent.flow import Flow
from agent.ladder.answers import (
    ASKED_BACK,
    WHICH,
    by_question,
    commands_for,
    corrected,
    says,
    weakest,
)
from agent.ladder.denials import after_no, denies, farewell, is_doubted
from agent.ladder.refusals import PERSON, is_excepted, is_refused, set_aside, unwanted
from agent.ladder.turn import Turn
from agent.ladder.wishes import MARGIN, by_clauses, by_meaning, details, meant_by
from agent.languages.language import Language, words
from agent.policy import Policy
from agent.question import unconfirmed
from agent.slots.values import beginning, choice, contains, digit_format, digits_of

_LINE = "line"  # the detail that a call is about
_ANGER = "anger"  # the signal that does not by itself keep a wish from being taken up
_OF_THE_VOICE = ("repeat", "slower", "faster")  # how we are heard
_SEEN = 0.02  # a part's wish for a person is one if the whole turn may be that, too
_SURELY_OTHER = 0.8  # so probable by its meaning that a word alone ("heart attack") is asked back
_CANCEL = "cancel"
_STORY = 15  # words of own words in which a person may be somebody else
_FEW = 4  # words that are no complaint yet
_BESIDE_A_LANGUAGE = 3  # words beside its name: more may be of something else
_PLAINLY = 0.65  # no other wish of `samples.toml` is so much like one of `_OF_THE_VOICE`


def understand(turn: Turn, flows: Mapping[str, Flow], policy: Policy) -> Understanding:
    """The meaning of a turn."""
    text, plain, question, language = turn.text, turn.plain, turn.question, turn.language
    if not plain:
        return NOT_UNDERSTOOD
    found: Understanding | None = (
        _with_wish(_by_rule(turn), turn, flows)
        or _by_voice(turn)
        or _by_person(turn, policy)
        or farewell(turn, policy)
        or (_by_number(turn, flows) if question.is_yes_or_no else None)
        or by_question(text, plain, question, language)
        or _by_number(turn, flows)
        or corrected(text, plain, question, language)
        or (NOT_UNDERSTOOD if beginning(text, language) else None)  # other digits are no wish
    )
    if found is not None and is_doubted(found, turn):
        found = None
    if found is None or denies(found, question):
        found = _wished(found, turn, flows, policy)
    if found in (None, NOT_UNDERSTOOD) or is_refused(turn, found):
        return NOT_UNDERSTOOD
    sure = found.confidence * min(turn.confidence, weakest(found, question, language, turn.heard))
    commands = found.commands
    plainly = found.intent in ("affirm", "deny")
    least = policy.release_above if question.is_strict else policy.answer_above
    if plainly and sure < (least if found.intent == "affirm" else policy.answer_above):
        return NOT_UNDERSTOOD
    if sure < policy.confirm_below and not plainly:
        commands = tuple(unconfirmed(command) for command in commands)
    return replace(found, confidence=round(sure, 3), commands=commands)


def outweighed(
    found: Understanding,
    text: str,
    language: Language,
    flows: Mapping[str, Flow],
    score: float = 1.0,
) -> bool:
    """Whether a page of the knowledge base that answers a turn as surely as that goes before this.

    A rule, the open question and what is much like a sample need no page; what would be asked back
    gives way to a page that is surer, and a use case that yields to any.
    """
    flow = flows.get(found.intent)
    if flow is not None and flow.yields:
        return True
    if words(text) in language.exact:  # it answers another question
        return False
    doubtful = found.rung == "classifier" and found.confidence <= ASKED_BACK
    return found.rung == "none" or (doubtful and found.confidence < score)


def _by_rule(turn: Turn) -> Understanding | None:
    plain, question, language, likely = turn.plain, turn.question, turn.language, turn.likely
    begun = (language.signals.get(word, ()) for word in set(plain.split()))
    named = {name for each in begun for phrase, name in each if contains(plain, phrase)}
    for intent in language.intents.values() if named else ():
        if intent.name in named and not is_excepted(plain, intent):
            other = bool(likely) and likely[0][0] != intent.name and likely[0][1] >= _SURELY_OTHER
            sure = ASKED_BACK if other else 1.0
            return Understanding("rule", intent.name, sure, commands_for(intent))
    answers = question.slot.choices if question.slot else ()
    instead = question.slot.instead if question.slot else ""
    chosen = choice(plain, answers, language) is not None  # "cancel", of a visit, not of the wish
    chosen = chosen or bool(instead and says(plain, instead, language))
    for name in language.exact.get(plain, ()):
        intent = language.intents[name]
        # "it does not work" is no "no"
        wished = intent.kind == "flow" and question.name in ("", "more", "ringing")
        said = intent.kind in ("signal", "command") and name not in answers
        if wished or (said and not (chosen and intent.kind == "command")):
            return Understanding("rule", name, 1.0, commands_for(intent))
    return _by_language(turn)


def _by_language(turn: Turn) -> Understanding | None:
    """Another language is asked for, in words that are enough in so short a turn."""
    language, room = turn.language, _BESIDE_A_LANGUAGE - len(turn.plain.split())
    for phrase, code in language.asked_languages.items():
        short = len(phrase.split()) + room >= 0
        if short and code in language.served and contains(turn.plain, phrase):
            return Understanding("rule", "language", 1.0, (ChangeLanguage(code),))
    return None


def _by_person(turn: Turn, policy: Policy) -> Understanding | None:
    """Who asks for a person amid a question gets one, whatever else they answer."""
    question = turn.question
    story = question.slot is not None and question.slot.kind == "text"
    wordy = story and len(turn.plain.split()) > _STORY
    if not (question.asks_detail or question.asks_wish or question.name == WHICH) or wordy:
        return None
    named = dict(turn.likely).get(PERSON, 0.0) >= _SEEN
    sure = max((part[0][1] for part in turn.clauses if part and part[0][0] == PERSON), default=0.0)
    if not named or sure < policy.digress_above or PERSON in set_aside(turn):
        return None
    found = Understanding("classifier", PERSON, sure, (Signal(PERSON),))
    return None if is_refused(turn, found) else found


def _by_voice(turn: Turn) -> Understanding | None:
    """Who could not follow us, where almost any words answer: that is no complaint and no name.

    Nor are the few words of who does not want to answer any more.
    """
    plain, question, language = turn.plain, turn.question, turn.language
    if not question.options and (question.slot is None or question.slot.kind != "text"):
        return None
    guess = language.classifier.guess(plain, meant_by(plain, language))
    apart = guess.score - guess.runner_up >= MARGIN
    sure = max(guess.score, dict(turn.likely).get(guess.intent, 0.0))
    few = question.slot is not None and len(plain.split()) <= _FEW
    meant = (*_OF_THE_VOICE, _CANCEL) if few else _OF_THE_VOICE
    if guess.intent not in meant or not apart or sure < _PLAINLY:
        return None
    commands = commands_for(language.intents[guess.intent])
    return Understanding("classifier", guess.intent, 1.0, commands)


def _with_wish(
    found: Understanding | None, turn: Turn, flows: Mapping[str, Flow]
) -> Understanding | None:
    """What was said in anger may be a wish all the same: "my last invoice is ridiculous"."""
    likely = turn.likely
    if found is None or found.intent != _ANGER or not likely or likely[0][0] not in flows:
        return found
    name, sure = likely[0]
    if sure < ASKED_BACK:
        return found
    extra = details(turn.text, flows[name], turn.language)
    return replace(found, commands=(StartFlow(name), *extra, *found.commands))


def _by_number(turn: Turn, flows: Mapping[str, Flow]) -> Understanding | None:
    """A telephone number that was not asked for now: said ahead, or in place of one said before."""
    text, question, language = turn.text, turn.question, turn.language
    slots = (slot for flow in flows.values() for slot in flow.slots if slot.name == _LINE)
    line = next(slots, None)
    hidden = question.slot is not None and question.slot.secret  # and unknown to a replay
    asked = question.name.startswith("confirm:line:")
    other = question.name.startswith("confirm:") and not asked
    if line is None or hidden or other:
        return None
    found = digits_of(text, digit_format(line, language), language)
    if found is None or not (found.whole or asked):  # few digits may be of anything
        return None
    ahead = found.plainly and question.name in ("", "open", "more")
    commands = (() if ahead else (ForgetSlot(_LINE),)) + (SetSlot(_LINE, found.value),)
    sure = 1.0 if found.plainly and found.whole else ASKED_BACK
    return Understanding("question", _LINE, sure, commands)


def _wished(
    found: Understanding | None, turn: Turn, flows: Mapping[str, Flow], policy: Policy
) -> Understanding | None:
    """What is wanted instead of an answer, or along with the no that was `found`."""
    wish = by_clauses(turn, flows, policy) or by_meaning(turn, flows, policy)
    dropped = unwanted(turn)
    if wish is not None and wish.intent in dropped:
        wish = None
    if turn.question.is_yes_or_no or turn.question.name == WHICH:
        refused = bool(dropped) and turn.question.flow in dropped
        wish = after_no(found, wish, turn, policy, refused)
        found = wish if wish is not None and wish.intent == "deny" else found
    # "No, I would not like to pay all of it" answers the use case in hand, and does not end it.
    kept = (turn.question.asks_wish, turn.question.flow if found is not None else "")
    names = [name for name in dropped if name not in kept]
    if not names or (wish is not None and wish.confidence < policy.confirm_below):
        return wish
    cancelled = tuple(Cancel(name) for name in names)
    if wish is None:
        return Understanding("classifier", _CANCEL, 1.0, cancelled)
    return replace(wish, commands=(*cancelled, *wish.commands))
