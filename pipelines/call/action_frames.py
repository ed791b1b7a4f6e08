"""Actions into frames and requests: what the dialogue ordered is carried out."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from loguru import logger
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from agent.actions import (
    Abandon,
    Action,
    Compose,
    Expecting,
    Explain,
    Fetch,
    HangUp,
    Hush,
    Interpret,
    Listen,
    Retrieve,
    Speak,
    Transfer,
    Withdraw,
)
from agent.endpointing import Pause, answers, longest_pause, pause
from agent.languages.language import Language, words
from agent.slots.values import spoken_digits
from pipelines.call.frames import ListenFrame, PauseOf, SpeakFrame, Utterance
from pipelines.call.requests import Requests
from pipelines.call.resources import Resources
from pipelines.engine_choice.few_choices import few_choices
from pipelines.engines.asr.engine import Expected
from pipelines.packs.pack import Pack

_SILENCED = 1.0  # s: an output that takes longer to fall silent is broken in other ways


class ActionFrames:
    """One call's. Frames are pushed from `processor`; `silenced` tells that the output is."""

    def __init__(
        self,
        processor: FrameProcessor,
        resources: Resources,
        requests: Requests,
        silenced: asyncio.Event,
        hang_up: Callable[[str], Awaitable[None]],
    ) -> None:
        self._processor = processor
        self._resources = resources
        self._requests = requests
        self._silenced = silenced
        self._hang_up = hang_up

    async def carry_out(self, action: Action) -> None:
        """Do it, or have it begun."""
        match action:
            case Speak():
                utterance = Utterance(
                    *(action.utterance, action.text, action.language),
                    *(action.fixed, action.secret),
                    pace=action.pace,
                    since=action.since,
                )
                await self._processor.push_frame(SpeakFrame(utterance=utterance))
            case Hush():
                await self._hush()
            case Listen():
                await self._listen(action)
            case Fetch() | Retrieve() | Interpret() | Compose():
                self._requests.ask(action)
            case Abandon(request, _):
                self._requests.abandon(request)
            case Explain(rung):
                self._resources.count(f"rung.{rung}")
            case Transfer():
                self._transfer(action)
            case Withdraw(request):
                if self._resources.transfers:
                    self._resources.transfers.withdraw(request)
            case HangUp():
                await self._hang_up(action.reason)

    async def _hush(self) -> None:
        """Silence, and wait for it: the output would drop what is said while it is silenced."""
        self._silenced.clear()
        await self._processor.broadcast_interruption()
        with suppress(TimeoutError):
            async with asyncio.timeout(_SILENCED):
                await self._silenced.wait()

    async def _listen(self, action: Listen) -> None:
        pack = self._resources.packs[action.language]
        expecting = action.expecting
        await self._processor.push_frame(
            ListenFrame(
                language=action.language,
                phrases=self._phrases(action, pack),
                pause=self._pause(expecting, pack.language),
                longest_pause=longest_pause(expecting),
                expected=Expected(
                    answers=partial(answers, open_for=expecting, language=pack.language),
                    digits=lambda text: spoken_digits(words(text), pack.language),
                    number_words=tuple(pack.language.digits) if expecting.digits else (),
                    languages=tuple(self._resources.packs),
                ),
            ),
            FrameDirection.UPSTREAM,
        )

    def _phrases(self, action: Listen, pack: Pack) -> list[str]:
        expecting = action.expecting
        if action.language in self._resources.unvalidated:
            flows = self._resources.flows
            return [*few_choices(action.question, expecting, pack.language, flows).phrases]
        return [*(said for _, said in expecting.options), *pack.expected(expecting.intents)]

    def _pause(self, expecting: Expecting, language: Language) -> PauseOf:
        if not self._resources.quick_pauses:
            return lambda *_: Pause(expecting.pause, "pause")
        return lambda text, *heard: pause(text, expecting, language, *heard)

    def _transfer(self, action: Transfer) -> None:
        self._resources.count(f"handoff.{action.reason}")
        logger.info("call handed to {}: {}", action.queue, action.reason)
        if self._resources.transfers and action.request:
            self._resources.transfers.transfer(action)
