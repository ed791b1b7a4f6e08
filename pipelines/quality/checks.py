"""What must hold in every call, checked in its log: no opinion, the same answer every time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.actions import Action, Fetch, Speak
from agent.events import CallStarted, Event, Fetched, Retrieved, SpeechEnded
from agent.flow import Flow
from agent.flows.identity import LEVELS
from agent.grounding.gate import check
from agent.languages.language import Language
from agent.privacy import Redaction, digit_words

Check: TypeAlias = Literal["disclosure", "identity", "invented", "in_clear"]
CHECKS: Mapping[Check, str] = {
    "disclosure": "the caller is told first, in the language of the call, that a machine answers",
    "identity": "nothing personal is looked up before the back office knows who calls",
    "invented": "an answer from the pages holds no figure, promise or price that they do not hold",
    "in_clear": "no secret code or card stands in the log in clear",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One. `at` is in seconds of the call; `told` names no value of the caller's."""

    check: Check
    told: str
    at: float


def violations(
    entries: Iterable[Event | Action],
    languages: Mapping[str, Language],
    flows: Mapping[str, Flow],
) -> list[Violation]:
    """Of one log, in the order of the checks."""
    log = list(entries)
    return [
        *_disclosure(log),
        *_identity(log, flows),
        *_invented(log, languages),
        *_in_clear(log, languages),
    ]


def _disclosure(log: list[Event | Action]) -> Iterator[Violation]:
    started = next((e for e in log if isinstance(e, CallStarted)), None)
    first = next((e for e in log if isinstance(e, Speak)), None)
    if started is None or first is None:
        return
    if first.act != "greet.disclosure":
        yield Violation("disclosure", f"the first sentence is '{first.act.split()[0]}'", started.at)
    elif first.language != started.language:
        told = f"said in '{first.language}', the call began in '{started.language}'"
        yield Violation("disclosure", told, started.at)
    else:
        heard = (e for e in log if isinstance(e, SpeechEnded) and e.utterance == first.utterance)
        ended = next(heard, None)
        if ended is not None and ended.interrupted:
            yield Violation("disclosure", "it was cut short", ended.at)


def _identity(log: list[Event | Action], flows: Mapping[str, Flow]) -> Iterator[Violation]:
    levels = dict(LEVELS)
    for flow in flows.values():
        levels |= flow.levels
    verified: set[str] = set()
    at = 0.0
    for entry in log:
        at = getattr(entry, "at", at)
        match entry:
            case Fetched(name="verify" | "check_code") if entry.value.get("verified"):
                verified.add(entry.arguments.get("line", ""))
            case Fetch() if levels.get(entry.name, "verified") == "verified":
                if entry.arguments.get("line", "") not in verified:
                    yield Violation("identity", f"'{entry.name}' was looked up", at)


def _invented(log: list[Event | Action], languages: Mapping[str, Language]) -> Iterator[Violation]:
    facts: tuple[str, ...] = ()
    of = ""
    at = 0.0
    for entry in log:
        at = getattr(entry, "at", at)
        match entry:
            case Retrieved() if entry.passages:
                facts = tuple(passage.text for passage in entry.passages)
                of = entry.passages[0].language
            case Speak() if entry.act.startswith("answer ") and entry.language in languages:
                rules = languages[entry.language].gate
                verdict = check(entry.text, facts, entry.language, facts_language=of, rules=rules)
                if not verdict.ok:
                    yield Violation("invented", f"a sentence is '{verdict.reason}'", at)


def _in_clear(log: list[Event | Action], languages: Mapping[str, Language]) -> Iterator[Violation]:
    redaction = Redaction(digit_words(languages.values()))
    at = 0.0
    for entry in log:
        at = getattr(entry, "at", at)
        if isinstance(entry, Action):
            written: Event | Action = redaction.action(entry)
        else:
            written = redaction.event(entry)
        if written != entry:
            yield Violation("in_clear", f"in {type(entry).__name__}", at)
