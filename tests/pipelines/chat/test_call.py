"""A call in writing: the dialogue, the back office and time, with nobody at a terminal."""

import asyncio
import io
from collections.abc import Coroutine, Mapping
from typing import Any

import pytest

from agent.actions import Action, Explain, Speak
from agent.dialogue import Dialogue
from agent.events import Event, Tick
from agent.log import read
from agent.privacy import digit_words
from agent.replay import differences
from pipelines.backoffice.demo import DemoBackOffice
from pipelines.backoffice.protocol import BackOffice
from pipelines.chat.call import WrittenCall
from pipelines.chat.escalation import closeness
from pipelines.chat.parts import Parts
from pipelines.knowledge.grounded_model import knowledge
from pipelines.packs.reader import load
from pipelines.settings import Settings
from pipelines.store.call_log import CallLog
from tests.fakes import VirtualTime

CONFIG = load()


class Slow(DemoBackOffice):
    """Answers after `seconds` of the loop's time."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def fetch(self, name: str, arguments: Mapping[str, str]) -> dict[str, Any]:
        await asyncio.sleep(self._seconds)
        return await super().fetch(name, arguments)


class Written:
    """One call, and all that came of it."""

    def __init__(self, office: BackOffice | None = None, language: str = "en") -> None:
        pages = knowledge(Settings(), CONFIG)
        parts = Parts(CONFIG, office or DemoBackOffice(), pages, None, None, ())
        self.file = io.StringIO()
        self.entries: list[Event | Action] = []
        says = digit_words(CONFIG.languages.values())
        log = CallLog(self.file, says, id="test")
        now = asyncio.get_running_loop().time
        self.call = WrittenCall(parts, language, None, self.entries.append, log, now)

    async def heard(self, doing: Coroutine[Any, Any, None]) -> list[str]:
        """What the agent says to what the caller does."""
        before = len(self.entries)
        await doing
        return [e.text for e in self.entries[before:] if isinstance(e, Speak)]


def on_paper(call: Coroutine[Any, Any, None]) -> None:
    """Run it on a clock that jumps."""
    with asyncio.Runner(loop_factory=VirtualTime) as runner:
        runner.run(call)


async def test_a_balance_from_greeting_to_goodbye() -> None:
    written = Written()
    call = written.call
    assert "automated assistant" in (await written.heard(call.begin()))[0]
    await call.say("what is my balance")
    await call.press("770001234")
    assert "12 euros 50" in " ".join(await written.heard(call.press("4821")))
    assert call.conversation.verified == "Awa Ndiaye"
    await call.say("no")
    assert call.conversation.ended
    await call.close("caller hung up")
    text = written.file.getvalue()
    assert "4821" not in text
    assert "••••" in text
    dialogue = Dialogue(CONFIG.languages, CONFIG.flows, CONFIG.policy)
    assert differences(read(text.splitlines(keepends=True)), dialogue) == []


def test_a_slow_back_office_is_waited_for() -> None:
    async def call() -> None:
        written = Written(Slow(CONFIG.policy.patience + 1))
        await written.call.begin()
        await written.call.say("my internet is down")
        said = await written.heard(written.call.press("770004567"))
        assert any("moment" in sentence for sentence in said)
        assert written.call.conversation.facts
        assert written.call.conversation.failures == 0

    on_paper(call())


def test_a_back_office_that_never_answers_is_given_up() -> None:
    async def call() -> None:
        written = Written(Slow(3600))
        await written.call.begin()
        await written.call.say("my internet is down")
        await written.call.press("770004567")
        assert written.call.conversation.failures
        await written.call.close("caller hung up")

    on_paper(call())


def test_who_thinks_is_not_silent_unless_time_counts() -> None:
    async def call() -> None:
        written = Written()
        await written.call.begin()
        await asyncio.sleep(3600)
        assert await written.heard(written.call.say("what is my balance"))
        assert not any(isinstance(entry, Tick) for entry in written.entries)
        for _ in range(CONFIG.policy.silences):
            await asyncio.sleep(written.call.silence_ends or 0)
            await written.call.wake()
        assert written.call.conversation.closing == "silent"
        assert written.call.conversation.ended

    on_paper(call())


@pytest.mark.parametrize(
    ("language", "name"),
    [(code, caller.name) for code, pack in CONFIG.packs.items() for caller in pack.callers],
)
async def test_sample_callers_are_served(language: str, name: str) -> None:
    written = Written(language=language)
    caller = next(c for c in CONFIG.packs[language].callers if c.name == name)
    await written.call.begin()
    await written.call.play(caller)
    assert written.call.conversation.ended
    rungs = [entry.rung for entry in written.entries if isinstance(entry, Explain)]
    assert "none" not in rungs


async def test_how_close_a_person_is() -> None:
    written = Written()
    await written.call.begin()
    await written.call.say("this is outrageous")
    rules = {rule.rule: rule for rule in closeness(written.call.conversation, CONFIG.policy)}
    angry = rules["angry"]
    assert (angry.count, angry.after) == (1, CONFIG.policy.rules["angry"].after)
    assert angry.evidence == ("said: this is outrageous",)
    assert rules["emergency"].count == 0
    assert list(rules) == [name for name in rules if name in CONFIG.policy.rules]
    await written.call.say("blah")
    await written.call.say("bleh")
    rules = {rule.rule: rule for rule in closeness(written.call.conversation, CONFIG.policy)}
    assert rules["misunderstood_repeatedly"].count == 2
