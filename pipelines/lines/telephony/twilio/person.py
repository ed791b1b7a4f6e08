"""One person's telephone at Twilio, from its first ring to the end of what was said with them."""

import asyncio
import secrets
from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a person is. From "declined" on it is over, and the first word stands."""

    RINGING = "ringing"
    ANSWERED = "answered"  # hears the whisper
    ACCEPTED = "accepted"  # in the room
    DECLINED = "declined"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    LEFT = "left"  # the room is over for them, their telephone is not
    HUNG_UP = "hung_up"


_BEFORE = {State.RINGING: 0, State.ANSWERED: 1, State.ACCEPTED: 2}
OVER = frozenset(State) - frozenset(_BEFORE)
_ENDS = {  # a call's last status: twilio.com/docs/voice/api/call-resource#call-status-values
    "busy": State.BUSY,
    "no-answer": State.NO_ANSWER,
    "canceled": State.NO_ANSWER,
    "failed": State.UNREACHABLE,
}


class Person:
    """`whisper` is the sound of what they are told, b"" where there is no voice for it."""

    def __init__(self, endpoint: str, words: str, language: str, whisper: "asyncio.Task[bytes]"):
        self.endpoint = endpoint
        self.words = words
        self.language = language
        self.whisper = whisper
        self.id = secrets.token_urlsafe(16)  # part of the addresses that Twilio is given
        self.room = f"waxtaan-{secrets.token_hex(8)}"
        self.sid = ""  # the call's id at Twilio, once that is known
        self.state = State.RINGING
        self._changed = asyncio.Event()

    @property
    def over(self) -> bool:
        """Whether nothing more comes of them."""
        return self.state in OVER

    def become(self, state: State) -> bool:
        """Whether they are in that state now: nobody goes back to an earlier one."""
        if not self.over and (state in OVER or _BEFORE[state] > _BEFORE[self.state]):
            self.state = state
            self._changed.set()
            self._changed = asyncio.Event()
        return self.state is state

    def ended(self, status: str) -> None:
        """Their telephone is down, with the call's last status."""
        if status == "completed":
            at = {State.ACCEPTED: State.HUNG_UP, State.ANSWERED: State.DECLINED}
            self.become(at.get(self.state, State.NO_ANSWER))
        elif status in _ENDS:
            self.become(_ENDS[status])

    async def until(self, *states: State) -> State:
        """Wait for one of these states, or for the end."""
        while not (self.over or self.state in states):
            await self._changed.wait()
        return self.state


class Expected:
    """All people who are rung or talked with, by the name in their addresses."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}

    def add(self, person: Person) -> None:
        """From now on what Twilio says is about them."""
        self._people[person.id] = person

    def drop(self, person: Person) -> None:
        """They are not expected any more."""
        self._people.pop(person.id, None)
        person.whisper.cancel()

    def get(self, name: str) -> Person | None:
        """Who that is."""
        return self._people.get(name)

    def told(self, name: str, form: Mapping[str, str]) -> str:
        """A call's status has changed; the id of a call that rings for nobody, else ""."""
        status, person = form.get("CallStatus", ""), self._people.get(name)
        if person is not None:
            person.ended(status)
        elif status in ("queued", "initiated", "ringing", "in-progress", "answered"):
            return form.get("CallSid", "")
        return ""
