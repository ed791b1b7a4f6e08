"""A caller whom a language model plays, who goes on where a recorded one cannot.

The model is told the recorded call, and to want, know and say what its caller did. What it must not
do is seen to here: digits that the recorded caller never gave are not said, codes that the log
hides are typed as they were then, without the model, and where it fails the scripted caller goes
on.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from string import Template
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.actions import Action, Speak
from agent.events import Event, Hypothesis, KeyPressed
from agent.languages.language import Language
from agent.numbers.digits import HIDDEN, WRONG
from agent.state import Conversation
from pipelines.call.typed import typed
from pipelines.circuit_breaker import Breaker
from pipelines.engines.llm.chat import Ask, whole
from pipelines.engines.llm.endpoint import Endpoint
from pipelines.engines.llm.engine import EngineError
from pipelines.engines.llm.prompt import quoted
from pipelines.engines.llm.timeouts import Timeouts
from pipelines.replay.scripted_caller import ScriptedCaller
from pipelines.replay.steps import Step
from pipelines.settings import Settings

_TOKENS = 250  # of a sentence of `_SAID` letters in any language, as JSON
_PATIENCE = 60.0  # s an answer; nobody waits on the line
_LONGEST = 4_000  # letters of each call: what models of 4,096 tokens read beside the instructions
_SAID = 200  # letters of an answer
_AFTER = 0.6  # s after the agent fell silent
_NUMBER = re.compile(r"\d{3,}")  # what is shorter is a count, a day, a key of a menu
_BETWEEN = re.compile(r"(?<=\d)[ .\-](?=\d)")  # digits of one number are written apart


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    do: Literal["say", "keys", "hang up"]
    text: str = ""


_SCHEMA = {
    "type": "object",
    "properties": {
        "do": {"enum": ["say", "keys", "hang up"]},
        "text": {"type": "string", "maxLength": _SAID},
    },
    "required": ["do", "text"],
    "additionalProperties": False,
}


class PersonaModel:
    """The configured language model, to play callers. `close` ends its connections."""

    def __init__(self, settings: Settings) -> None:
        """
        Raises:
            EngineError: none is configured, or there are no instructions for it.
        """
        if settings.llm == "none":
            raise EngineError(
                "no language model is configured: set WAXTAAN_LLM=vllm and WAXTAAN_LLM_URLS"
            )
        self._instructions = _read(settings.prompts / "llm" / "persona.md")
        self._patience = settings.llm_patience
        key = settings.llm_key.get_secret_value()
        breaker = Breaker(settings.llm_breaker_failures, settings.llm_breaker_rest)
        self._endpoint = Endpoint(settings.llm_urls[0], key, breaker)
        self._model = settings.llm_model

    @property
    def name(self) -> str:
        """As the server names it."""
        return self._model or self._endpoint.model

    async def reach(self) -> None:
        """
        Raises:
            EngineError: it cannot be reached.
        """
        await self._endpoint.models(within=self._patience)

    async def close(self) -> None:
        """End its connections."""
        await self._endpoint.close()

    async def answer(self, language: str, then: str, now: str) -> _Answer:
        """What the caller does next; `then` and `now` are calls in lines.

        Raises:
            EngineError: it does not answer, or not as it was told to.
        """
        told = f'<calls>{{"then": {quoted(then[:_LONGEST])}, "now": {quoted(now[-_LONGEST:])}}}'
        messages = [
            {"role": "system", "content": self._instructions.substitute(language=language)},
            {"role": "user", "content": f"{told}</calls>"},
        ]
        ask = Ask(messages, _TOKENS, self._model, _SCHEMA)
        patience = Timeouts(_PATIENCE, _PATIENCE, _PATIENCE)
        answer = await whole(self._endpoint.answer(ask, patience))
        try:
            return _Answer.model_validate_json(answer.text)
        except ValidationError as error:
            raise EngineError(f"{self._endpoint.url}: not the JSON that was asked for") from error


class Persona:
    """Of one recorded call. `failed` is why the scripted caller had to go on, "" if it had not."""

    def __init__(
        self,
        model: PersonaModel,
        steps: Sequence[Step],
        entries: Sequence[Event | Action],
        language: Language,
    ) -> None:
        self.failed = ""
        self._model = model
        self._language = language
        self._scripted = ScriptedCaller(steps, entries, language)
        events = [event for step in steps for event in step.events]
        self._then = "\n".join(_lines(entries or events))
        self._given = _digits(_lines(events))
        self._hidden = {step.question for step in steps if _hides(step)}
        self._answers = 0

    @property
    def name(self) -> str:
        """Who went on, as a report tells it."""
        told = f"a caller played by {self._model.name}"
        if not self.failed:
            return told
        return f"{told}, then a scripted caller" if self._answers else "a scripted caller"

    async def answer(self, c: Conversation, now: Sequence[Event | Action]) -> Step | None:
        """What they do about the open question; None where they hang up. `now` is this call."""
        if self.failed or c.question == "ringing" or c.question in self._hidden:
            return await self._scripted.answer(c, now)
        try:
            found = await self._model.answer(
                self._language.name, self._then, "\n".join(_lines(now))
            )
        except EngineError as error:
            self.failed = str(error)
            return await self._scripted.answer(c, now)
        self._answers += 1
        return self._step(found, c.question)

    def _step(self, found: _Answer, question: str) -> Step | None:
        text = found.text.strip()[:_SAID]
        keys = _BETWEEN.sub("", text)
        if found.do == "hang up":
            return None
        if not text or not _are_given(_BETWEEN.sub("", text), self._given):
            return self._scripted.say("unsure", question)
        if found.do == "keys" and keys.isascii() and keys.isdecimal():
            events = tuple(KeyPressed(0.0, key) for key in keys)
            return Step("keys", question, events, _AFTER)
        return Step("words", question, typed(0.0, text, self._language.code), _AFTER)


def _read(path: Path) -> Template:
    try:
        template = Template(path.read_text(encoding="utf-8").strip())
        template.substitute(language="")
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(f"{path}: how a caller is played: {error}") from error
    except (KeyError, ValueError) as error:
        raise EngineError(f"{path}: placeholder {error}; there is $language") from error
    return template


def _lines(entries: Iterable[Event | Action]) -> Iterator[str]:
    """What was said and typed, a line each."""
    keys = ""
    for entry in entries:
        if isinstance(entry, KeyPressed):
            keys += entry.key
            continue
        if not isinstance(entry, (Speak, Hypothesis)):
            continue
        if keys:
            yield f"caller types: {keys}"
            keys = ""
        if isinstance(entry, Speak):
            yield f"agent: {entry.text}"
        elif entry.final and entry.text:
            yield f"caller: {entry.text}"
    if keys:
        yield f"caller types: {keys}"


def _digits(lines: Iterable[str]) -> str:
    return " ".join(_BETWEEN.sub("", line) for line in lines)


def _are_given(text: str, given: str) -> bool:
    """Whether every number in it is one that the recorded caller gave."""
    return all(number in given for number in _NUMBER.findall(text))


def _hides(step: Step) -> bool:
    told = "".join(getattr(e, "key", "") + getattr(e, "text", "") for e in step.events)
    return HIDDEN in told or WRONG in told
