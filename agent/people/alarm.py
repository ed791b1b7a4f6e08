"""An emergency in words that are still being said: the transfer does not wait for the pause.

Only the emergency's `words` count here, those that are enough wherever they stand; what has to be
weighed (samples, meaning, a language model) waits for the whole turn. A partial result may be
revised, so a word counts once

- it stands in two partial results of the turn in a row, neither of them less sure than a yes must
  be: most errors of a partial result are gone in the next (Baumann, Atterer and Schlangen,
  Assessing and Improving the Performance of Speech Recognition for Incremental Systems, NAACL
  2009); or
- the result is sure (`alarm_above`; Whisper's is what two decodings agree on); and
- no phrase of `unless` can still come of it: "it says emergency" may go on "calls only".

A recogniser that hears a closed list and tells no confidence before the end (the embedded one)
takes whatever is said for the nearest sentence of its list, time after time for the same: its
partial results alarm nobody.

A final result comes when the caller has paused: the turn's end is near, and weighs it with all that
is known. If it says something else, it is taken like any turn while people are rung.
"""

from agent import llm
from agent.actions import Explain
from agent.commands import Signal, Understanding
from agent.course import Course
from agent.events import Hypothesis
from agent.floor import Floor
from agent.languages.language import Intent, reduced, words
from agent.people.escalation import WATCHES
from agent.policy import Policy
from agent.slots.values import contains

RULE = "emergency"
SIGNAL = WATCHES[RULE]


def alarms(floor: Floor, heard: Hypothesis, before: Hypothesis | None, policy: Policy) -> bool:
    """Whether a result of the open turn calls for help at once; `before` is the one before it."""
    c, rule, intent = floor.conversation, policy.rules.get(RULE), floor.language.intents.get(SIGNAL)
    if heard.final or rule is None or intent is None or rule.after > 1:
        return False
    taken = c.alarmed == c.turn or (c.transfer is not None and c.transfer.reason == RULE)
    if taken or c.typed_over or not c.turn_open:
        return False
    if not names(intent, heard.text) or _may_go_on(intent, heard.text):
        return False
    likely = min(heard.confidence, before.confidence if before else 0.0) >= policy.answer_above
    again = likely and before is not None and names(intent, before.text)
    return again or heard.confidence >= policy.alarm_above


def is_answered(floor: Floor) -> bool:
    """Whether the turn that has ended says what was taken before its end."""
    c, intent = floor.conversation, floor.language.intents.get(SIGNAL)
    heard = c.hypothesis if c.alarmed == c.turn else None
    return heard is not None and intent is not None and names(intent, heard.text)


def is_urgent(found: Understanding, policy: Policy) -> bool:
    """Whether a turn is for people at once, however important what is being said is."""
    return Signal(SIGNAL) in found.commands and RULE in policy.rules


def call_for_help(floor: Floor, course: Course, heard: Hypothesis) -> None:
    """Put through while the caller speaks."""
    llm.supersede(floor)
    signal = (Signal(SIGNAL),)
    floor.do(Explain("partial", SIGNAL, heard.confidence, signal))
    course.respond(signal)


def names(intent: Intent, text: str) -> bool:
    """Whether a text has words of the intent that are enough, and none that only look like it."""
    plain = words(text)
    named = any(contains(plain, reduced(phrase)) for phrase in intent.words)
    return named and not any(contains(plain, reduced(phrase)) for phrase in intent.unless)


def _may_go_on(intent: Intent, text: str) -> bool:
    """Whether the text ends amid a phrase of `unless`, the telling word already said."""
    plain = f" {words(text)}"
    for phrase in intent.unless:
        begun = reduced(phrase).split()
        for length in range(1, len(begun)):
            beginning = " ".join(begun[:length])
            if plain.endswith(f" {beginning}") and names(intent, beginning):
                return True
    return False
