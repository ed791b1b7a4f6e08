"""The same calls in every language, drafts as well: they go the same way and end in the same state.

The callers are those of each pack's `callers.toml`, and one more for every use case, who says the
first sentence by which the pack has itself tested. All in writing, judged by the nearest sample.
"""

from dataclasses import dataclass

import pytest

from agent.actions import Speak
from pipelines.packs.language_files import EVERY
from pipelines.packs.reader import PROMPTS, DialogueConfig, load
from tests.agent.talk import LINE, Talk

CODES = tuple(sorted(path.parent.name for path in PROMPTS.glob("*/language.toml")))
FLOWS = tuple(name for name in load().flows)
CALLERS = ("tour", "bill", "fault", "sim")
_ASKED_BACK = ("ask confirm:flow", "ask confirm:service", "ask confirm:signal")


@dataclass(frozen=True)
class Outcome:
    """What became of a call, free of language. What was only asked back is left out of its way."""

    way: tuple[str, ...]
    slots: tuple[tuple[str, str], ...]
    ended: str


def config() -> DialogueConfig:
    return load(PROMPTS, (EVERY,))


def outcome(talk: Talk) -> Outcome:
    acts = [entry.act for entry in talk.entries if isinstance(entry, Speak)]
    way = tuple(dict.fromkeys(act for act in acts if not act.startswith(_ASKED_BACK)))
    slots = {name: filled.value for name, filled in talk.state.slots.items()}
    return Outcome(way, tuple(sorted(slots.items())), talk.state.closing)


def played(code: str, name: str) -> Outcome:
    """A sample caller of that pack."""
    caller = next(c for c in config().packs[code].callers if c.name == name)
    talk = Talk(language=code, catalog=config())
    for step in caller.steps:
        question = talk.dialogue._floor.question
        if talk.state.ended or (step.asked and not question.is_yes_or_no):
            continue
        if step.keys:
            talk.press(step.keys)
        else:
            talk.hear(step.say)
    return outcome(talk)


@pytest.mark.parametrize("name", CALLERS)
@pytest.mark.parametrize("code", [code for code in CODES if code != "en"])
def test_a_sample_caller_gets_what_the_english_one_gets(code: str, name: str) -> None:
    assert played(code, name) == played("en", name)


def wished(code: str, flow: str) -> tuple[str, str]:
    """The use case in hand, and what is asked first, once its sentence was said and affirmed."""
    pack = config().packs[code]
    talk = Talk(language=code, catalog=config(), caller=LINE)
    talk.hear(pack.language.intents[flow].must[0])
    if talk.state.question == f"confirm:flow:{flow}":
        talk.press("1")
    return talk.state.flow, talk.state.question


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("code", CODES)
def test_every_use_case_is_reached(code: str, flow: str) -> None:
    assert wished(code, flow)[0] == flow
