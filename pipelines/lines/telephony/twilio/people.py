"""Ringing people through Twilio: who is rung, what their telephone is told, who accepts.

    POST Calls                   their telephone rings
    /person/<name>       <-      answered: the whisper, asking for a key
    /whisper/<name>.wav  <-      its sound
    /person/<name>/key   <-      1: into the room; 2: the end; anything else: the whisper again
    /person/<name>/left  <-      the room is over for them: `*`, or the caller has left it
    /person/<name>/status <-     busy, no answer, hung up, ...

A name is random and good for one call of one person; Twilio signs each request.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Mapping

from loguru import logger

from agent.policy import Policy
from pipelines.engines.tts.routing import VoiceRouter
from pipelines.errors import EngineError
from pipelines.lines.telephony.asterisk.people import Key, NobodyError, Order
from pipelines.lines.telephony.twilio import twiml
from pipelines.lines.telephony.twilio.calls import TwilioCalls, TwilioError
from pipelines.lines.telephony.twilio.person import Expected, Person, State
from pipelines.lines.telephony.twilio.whisper_announcement import whisper_announcement
from pipelines.settings import Settings

_BUFFER = 10.0  # s: Twilio lets it ring 5 s longer than it was told, and has to say so
_SPOKEN = 5.0  # s for the whisper to be ready once the telephone is answered; Twilio waits 15
_DIALABLE = re.compile(r"\+[1-9][0-9]{4,14}|sips?:[^\s<>]+@[^\s<>]+")


class People:
    """One account's; what all its calls share (see transfers.Switch)."""

    def __init__(
        self,
        calls: TwilioCalls,
        address: Callable[[str], str],
        speakers: VoiceRouter,
        settings: Settings,
        policy: Policy,
    ) -> None:
        self.calls = calls
        self.policy = policy
        self.accept_seconds = settings.accept_seconds
        self.waiting: Counter[str] = Counter()
        self.expected = Expected()
        self.address = address
        self._speakers = speakers
        self._settings = settings
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def anybody(self) -> bool:
        """Whether there is somebody to ring."""
        return any(self.whom(name) for name in {*self.policy.queues, *self._settings.twilio_people})

    def whom(self, queue: str, target: str = "") -> tuple[str, ...]:
        """A queue's people, or who at the desk asked for the call: numbers and SIP addresses."""
        if target:
            return (self._settings.twilio_desk_endpoint.replace("{person}", target),)
        ring = self._settings.twilio_people.get(queue) or self.policy.queue(queue).ring
        return tuple(filter(_DIALABLE.fullmatch, ring))

    # Ringing

    async def reach(self, order: Order, shown: str) -> Person:
        """Ring them in turn until somebody accepts, who sees the number `shown`.

        Raises:
            NobodyError: nobody did. Cancelling stops the ringing.
        """
        reason = "unreachable"
        for endpoint in order.endpoints:
            try:
                return await self._one(order, endpoint, shown)
            except NobodyError as error:
                reason = str(error)
            except TwilioError as error:
                logger.warning("a person could not be rung: {}", error)
                reason = "unreachable"
        raise NobodyError(reason)

    async def _one(self, order: Order, endpoint: str, shown: str) -> Person:
        sound = whisper_announcement(self._speakers, order.sentences, order.language)
        words = " ".join(order.sentences)
        person = Person(endpoint, words, order.language, asyncio.create_task(sound))
        self.expected.add(person)
        try:
            await self._ring(person, order, shown)
            async with asyncio.timeout(order.ring_seconds + _BUFFER):
                await person.until(State.ANSWERED)
            async with asyncio.timeout(order.accept_seconds):
                state = await person.until(State.ACCEPTED)
            if state is not State.ACCEPTED:
                raise NobodyError(state)
        except BaseException as error:
            await asyncio.shield(self.let_go(person))
            if isinstance(error, TimeoutError):
                raise NobodyError("no_answer") from error
            raise
        return person

    async def _ring(self, person: Person, order: Order, shown: str) -> None:
        to, own = person.endpoint, f"/person/{person.id}"
        if to.startswith("sip"):  # only numbers have to be shown one of the account's
            to, shown = twiml.sip(to, order.headers), order.caller
        url, status = self.address(own), self.address(f"{own}/status")
        person.sid = await self.calls.ring(to, shown, url, status, order.ring_seconds)

    async def let_go(self, person: Person) -> None:
        """Nothing is expected of them any more; their telephone is put down."""
        self.expected.drop(person)
        if person.sid and not person.over:
            await self._end(person.sid)

    async def _end(self, sid: str) -> None:
        try:
            await self.calls.hang_up(sid)
        except TwilioError as error:
            logger.warning("a person's call was not ended: {}", error)

    # What Twilio asks and tells

    async def answered(self, name: str) -> str:
        """Their telephone is answered: the whisper."""
        person = self.expected.get(name)
        if person is None or person.over:
            return twiml.hang_up()
        person.become(State.ANSWERED)
        return await self._whisper_announcement(person)

    async def _whisper_announcement(self, person: Person) -> str:
        key, sound = self.address(f"/person/{person.id}/key"), ""
        if await self.sound(person.id):
            sound = self.address(f"/whisper/{person.id}.wav")
        return twiml.ask(key, self.accept_seconds, sound, person.words, person.language)

    async def sound(self, name: str) -> bytes:
        """The whisper's file; b"" where there is none, or not in time."""
        person = self.expected.get(name)
        if person is None:
            return b""
        await asyncio.wait([person.whisper], timeout=_SPOKEN)
        ready = person.whisper.done() and not person.whisper.cancelled()
        return person.whisper.result() if ready else b""

    async def pressed(self, name: str, key: str) -> str:
        """A key: they take the call, or do not, or meant neither."""
        person = self.expected.get(name)
        if person is None:
            return twiml.hang_up()
        if key == Key.ACCEPT and person.become(State.ACCEPTED):
            left = self.address(f"/person/{name}/left")
            return twiml.room(person.room, left, star=True)
        if key == Key.DECLINE:
            person.become(State.DECLINED)
        return twiml.hang_up() if person.over else await self._whisper_announcement(person)

    def left(self, name: str, form: Mapping[str, str]) -> str:
        """The room is over for them."""
        person = self.expected.get(name)
        if person is not None:
            down = form.get("CallStatus") == "completed"
            person.become(State.HUNG_UP if down else State.LEFT)
        return twiml.hang_up()

    def told(self, name: str, form: Mapping[str, str]) -> None:
        """A call's status. One that rings and that nobody here waits for is ended.

        Twilio's answer to our request for it was lost, or we did not wait for it.
        """
        sid = self.expected.told(name, form)
        if sid:
            task = asyncio.create_task(self._end(sid))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)


def check(people: Mapping[str, tuple[str, ...]]) -> None:
    """Whether Twilio can ring these.

    Raises:
        EngineError: names the queue and the endpoint.
    """
    for queue, endpoints in people.items():
        for endpoint in endpoints:
            if not _DIALABLE.fullmatch(endpoint):
                raise EngineError(
                    f"twilio_people: '{endpoint}' of the queue '{queue}' is neither a number such "
                    "as +221338001234 nor a SIP address such as sip:desk@pbx.example.org"
                )
