"""A caller who asks for a person, over Twilio; what both do, and how to tell."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, TypeVar

from agent.actions import Speak
from agent.events import PersonJoined, SpeechEnded, TransferFailed
from tests.pipelines.conftest import Open
from tests.pipelines.lines.telephony.twilio_api import Account, twilio_account
from tests.pipelines.lines.telephony.twilio_phone import SETTINGS
from tests.pipelines.lines.telephony.twilio_telephones import Caller, Person
from tests.pipelines.server import Server, eventually

NUMBER, SIP = "+221338001234", "sip:desk@pbx.example.org"
ACCEPT, DECLINE, GIVE_BACK = "1", "2", "*"
GO_ON = "3"  # of the alternatives
LINE = "770001234"
Entry = TypeVar("Entry")
Calls: TypeAlias = Callable[..., Any]


def calling_with(open_assistant: Open) -> Calls:
    """`calls(**settings)`: an account, an assistant and a caller who asks for a person."""

    @asynccontextmanager
    async def calling(**settings: Any) -> AsyncIterator[tuple[Account, Server, Caller]]:
        people = {"twilio_people": {"general": (NUMBER,)}, **settings}
        async with twilio_account() as account:
            server = await open_assistant(**{**SETTINGS, "twilio_api": account.url, **people})
            async with account.caller(server) as caller:
                await caller.phone.until(lambda e: isinstance(e, SpeechEnded) and e.utterance == 2)
                await caller.phone.press("0")
                yield account, server, caller
            await server.idle()
        assert caller.phone.errors == []
        assert server.counters["failed"] == 0
        assert server.counters["refused.signature"] == 0
        assert server.complaints == []

    return calling


def of(kind: type[Entry], caller: Caller) -> list[Entry]:
    """The call's entries of a kind."""
    return [e for e in caller.phone.log() if isinstance(e, kind)]


def reasons(caller: Caller) -> list[str]:
    return [failed.reason for failed in of(TransferFailed, caller)]


async def answers(account: Account, number: int = 1) -> Person:
    """Who is rung answers, and is being whispered to."""
    person = await account.person(number)
    await person.answer()
    await eventually(lambda: bool(person.heard or person.words))
    return person


async def accepts(account: Account, caller: Caller) -> Person:
    """They talk."""
    person = await answers(account)
    person.press(ACCEPT)
    await together(account, caller, person)
    return person


async def together(account: Account, caller: Caller, person: Person) -> None:
    """The two are in one room, and the agent is not with them."""

    def talking() -> bool:
        rooms = [room for room in account.rooms.values() if room.members]
        return [set(room.members) for room in rooms] == [{caller, person}]

    await eventually(talking)
    await eventually(caller.phone.ended.is_set)
    await caller.phone.until(lambda e: isinstance(e, PersonJoined))


def asks(question: str) -> Callable[[Any], bool]:
    return lambda entry: isinstance(entry, Speak) and entry.act == f"ask {question}"


async def serves(caller: Caller) -> None:
    """The agent asks what else it can do, and does it."""
    for question, keys in (("more", "1"), ("open", "11")):
        await caller.phone.until(asks(question))
        await caller.phone.press(keys)
    await gives_the_balance(caller)


async def gives_the_balance(caller: Caller) -> None:
    await caller.phone.until(asks("line"))
    await caller.phone.press(LINE)
    await caller.phone.until(asks("pin"))
