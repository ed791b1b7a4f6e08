"""Whole calls with a person in them, on a simulator that carries out TwiML and asks as Twilio does.

As `tests/telephone/test_transfers.py` has them with a real PBX.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest

from agent.actions import HangUp, Speak, Transfer
from agent.events import CallEnded, PersonJoined, PersonLeft, SpeechEnded, TransferFailed
from tests.pipelines.conftest import Open
from tests.pipelines.phone import Server, eventually
from tests.telephony.test_twilio_calls import LINE, narrow
from tests.telephony.twilio_api import Account, twilio_account
from tests.telephony.twilio_phone import SETTINGS
from tests.telephony.twilio_telephones import Caller, Person

NUMBER, SIP = "+221338001234", "sip:desk@pbx.example.org"
ACCEPT, DECLINE, GIVE_BACK = "1", "2", "*"
GO_ON = "3"  # of the alternatives
Entry = TypeVar("Entry")
Calls: TypeAlias = Callable[..., Any]


@pytest.fixture
async def calls(open_house: Open) -> Calls:
    """`calls(**settings)`: an account, a house and a caller who asks for a person."""

    @asynccontextmanager
    async def calling(**settings: Any) -> AsyncIterator[tuple[Account, Server, Caller]]:
        people = {"twilio_people": {"general": (NUMBER,)}, **settings}
        async with twilio_account() as account:
            server = await open_house(**{**SETTINGS, "twilio_api": account.url, **people})
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
    for question in ("more", "open"):
        await caller.phone.until(asks(question))
        await caller.phone.press("1")
    await gives_the_balance(caller)


async def gives_the_balance(caller: Caller) -> None:
    await caller.phone.until(asks("line"))
    await caller.phone.press(LINE)
    await caller.phone.until(asks("pin"))


async def test_a_person_hears_the_whisper_accepts_and_talks(calls: Calls) -> None:
    async with calls() as (account, server, caller):
        person = await answers(account)
        assert person.request["To"] == NUMBER
        assert person.request["From"] == caller.form["To"]  # Twilio shows no strangers' numbers
        order = await caller.phone.until(lambda e: isinstance(e, Transfer))
        assert isinstance(order, Transfer)
        whispered = " ".join(order.whisper)
        assert "Press one to take the call" in whispered
        assert len(person.heard[0]) / 16_000 > len(whispered) / 45, "not the whole whisper"
        assert not caller.phone.ended.is_set()  # nobody waits in a queue meanwhile
        person.press(ACCEPT)
        await together(account, caller, person)
        await person.over()
        await asyncio.wait_for(caller.done.wait(), 10)
        url = person.request["Url"].replace("/person/", "/whisper/") + ".wav"
        assert (await person.ask(url, "GET")).status_code == 404  # it was for this call only
        await caller.phone.until(lambda e: isinstance(e, CallEnded))
    assert caller.told == ["Connect", "Redirect", "Dial", "Hangup"]
    assert of(PersonJoined, caller)[0].person == NUMBER
    assert [left.back for left in of(PersonLeft, caller)] == [False]
    assert account.asked == ["ring"]  # nothing else that could have failed
    assert server.counters["transfer.joined"] == 1


@pytest.mark.parametrize("by_the_desk", [False, True])
async def test_a_person_gives_the_call_back(calls: Calls, by_the_desk: bool) -> None:
    async with calls() as (account, server, caller):
        person = await accepts(account, caller)
        first = caller.phone.stream
        if by_the_desk:
            assert await server.reception.give_back(caller.sid)
        else:
            person.press(GIVE_BACK)
        await caller.phone.until(lambda e: isinstance(e, PersonLeft))
        assert person.done.is_set()
        assert caller.phone.stream != first  # a stream of its own, with a token of its own
        await serves(caller)
    assert [left.back for left in of(PersonLeft, caller)] == [True]
    assert caller.told == ["Connect", "Redirect", "Dial", "Connect"]
    assert server.counters["calls"] == 1
    assert account.asked == ["ring", *(["Status"] if by_the_desk else [])]


async def test_the_desk_wants_it_back_and_twilio_does_not_answer(calls: Calls) -> None:
    """They go on talking, and the call comes back after that."""
    async with calls() as (account, server, caller):
        person = await accepts(account, caller)
        account.refuses = 503
        assert await server.reception.give_back(caller.sid)
        await asyncio.sleep(0.5)
        await together(account, caller, person)
        await person.over()
        await caller.phone.until(lambda e: isinstance(e, PersonLeft))
        await serves(caller)
    assert [left.back for left in of(PersonLeft, caller)] == [True]


async def declines(person: Person) -> None:
    await person.answer()
    person.press(DECLINE)
    await asyncio.wait_for(person.done.wait(), 5)


async def hangs_up_on_the_whisper(person: Person) -> None:
    await person.answer()
    await eventually(lambda: bool(person.heard))
    await person.over()


async def does_not_answer(person: Person) -> None:
    await person.over("no-answer")


async def is_busy(person: Person) -> None:
    await person.over("busy")


async def cannot_be_called(person: Person) -> None:
    await person.over("failed")


async def presses_nothing(person: Person) -> None:
    await person.answer()
    await asyncio.wait_for(person.done.wait(), 5)


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        (declines, "declined"),
        (hangs_up_on_the_whisper, "declined"),
        (does_not_answer, "no_answer"),
        (presses_nothing, "no_answer"),
        (is_busy, "busy"),
        (cannot_be_called, "unreachable"),
    ],
)
async def test_nobody_takes_it_and_alternatives_are_offered(
    calls: Calls, does: Callable[[Person], Awaitable[None]], reason: str
) -> None:
    seconds = 1.5 if does is presses_nothing else 30.0
    async with calls(accept_seconds=seconds) as (account, _, caller):
        await does(await account.person())
        await caller.phone.until(lambda e: isinstance(e, TransferFailed))
        await caller.phone.until(asks("alternative"))
        await caller.phone.press(GO_ON)
        await serves(caller)
    assert reasons(caller) == [reason]
    assert caller.told == ["Connect"]  # one stream from beginning to end
    assert [person.done.is_set() for person in account.people] == [True]


async def test_people_are_rung_in_turn_and_told_by_sip(calls: Calls) -> None:
    async with calls(twilio_people={"general": (NUMBER, SIP)}, twilio_number="+15005550006") as (
        account,
        _,
        caller,
    ):
        first = await account.person()
        assert first.request["From"] == "+15005550006"
        await first.over("no-answer")
        second = await answers(account, 2)
        address, _, headers = second.request["To"].partition("?")
        assert address == SIP
        assert second.request["From"] == "anonymous"
        told = {name: values[0] for name, values in parse_qs(headers).items()}
        assert told["X-Waxtaan-Reason"] == "asked_for_person"
        assert told["X-Waxtaan-Call"] == caller.sid
        assert told["User-to-User"].endswith(";encoding=hex")
        second.press("7")  # neither: the whisper once more
        await eventually(lambda: len(second.heard) > 1)
        second.press(ACCEPT)
        await together(account, caller, second)
    assert of(PersonJoined, caller)[0].person == SIP
    assert account.people[0].done.is_set()


async def test_the_caller_hangs_up_while_it_rings(calls: Calls) -> None:
    async with calls() as (account, server, caller):
        person = await account.person()
        await caller.hang_up()
        await asyncio.wait_for(person.done.wait(), 5)
        await server.idle()
    assert account.asked == ["ring", "Status"]
    assert [ended.reason for ended in of(CallEnded, caller)] == ["line closed"]


@pytest.mark.parametrize("tells_all", [False, True])
async def test_the_caller_hangs_up_on_the_person(calls: Calls, tells_all: bool) -> None:
    async with calls() as (account, server, caller):
        account.tells_all = tells_all
        person = await accepts(account, caller)
        await caller.hang_up()
        await asyncio.wait_for(person.done.wait(), 5)
        await server.idle()
    assert of(PersonLeft, caller) == []
    assert len(of(PersonJoined, caller)) == 1
    assert account.asked == ["ring", *([] if tells_all else ["Url"])]  # is the caller still there?


async def test_the_caller_hangs_up_as_the_person_accepts(calls: Calls) -> None:
    """The person does not wait for nobody."""
    async with calls() as (account, server, caller):
        caller.vanishes = True
        person = await answers(account)
        person.press(ACCEPT)
        await asyncio.wait_for(person.done.wait(), 10)
        await server.idle()
    assert account.asked == ["ring", "Url", "Status"]
    assert of(PersonJoined, caller) == []
    assert [ended.reason for ended in of(CallEnded, caller)] == ["line closed"]


async def test_the_caller_wants_something_else_while_it_rings(
    calls: Calls, speech: dict[str, bytes]
) -> None:
    async with calls(texts=("what is my balance",)) as (account, _, caller):
        person = await account.person()
        caller.phone.say(narrow(speech["what is my balance"]))
        await asyncio.wait_for(person.done.wait(), 10)
        await gives_the_balance(caller)
    assert of(PersonJoined, caller) == []
    assert caller.told == ["Connect"]


async def test_a_person_who_is_gone_before_the_caller_comes(calls: Calls) -> None:
    """The caller is not left alone in a room."""
    async with calls() as (account, _, caller):
        account.leaves = person = await answers(account)
        person.press(ACCEPT)
        await caller.phone.until(lambda e: isinstance(e, PersonLeft))
        await serves(caller)
    assert caller.told == ["Connect", "Redirect", "Dial", "Connect"]


@pytest.mark.parametrize("refuses", [400, 401, 429, 500, 503])
async def test_twilio_refuses(calls: Calls, refuses: int) -> None:
    async with calls() as (account, _, caller):
        account.refuses = refuses
        await caller.phone.until(lambda e: isinstance(e, TransferFailed))
        await caller.phone.until(asks("alternative"))
    assert reasons(caller) == ["unreachable"]
    assert account.people == []


async def test_twilio_cannot_be_reached(calls: Calls) -> None:
    async with calls(twilio_api="http://127.0.0.1:9") as (_, _, caller):
        await caller.phone.until(lambda e: isinstance(e, TransferFailed))
        await caller.phone.until(asks("alternative"))
        await caller.phone.press(GO_ON)
        await serves(caller)
    assert reasons(caller) == ["unreachable"]


async def test_twilio_is_slow_and_rings_all_the_same(calls: Calls) -> None:
    """Whom nobody waits for is not left with a ringing telephone."""
    async with calls() as (account, _, caller):
        account.late = 5.5  # s: longer than is waited for
        await caller.phone.until(lambda e: isinstance(e, TransferFailed))
        (person,) = account.people
        assert not person.done.is_set()
        await person.status("ringing", "ringing")
        await asyncio.wait_for(person.done.wait(), 5)
        await caller.phone.until(asks("alternative"))
    assert reasons(caller) == ["unreachable"]
    assert person.told == []


async def test_no_voice_for_the_whisper(calls: Calls) -> None:
    async with calls() as (account, server, caller):
        server.house.speakers._speakers = {}
        person = await answers(account)
        person.press(ACCEPT)
        await together(account, caller, person)
    assert person.heard == []
    assert "Press one to take the call" in person.words[0]


async def test_what_a_stranger_asks_of_a_person_s_telephone(calls: Calls) -> None:
    async with calls() as (account, server, caller):
        person = await answers(account)
        url = person.request["Url"]
        for path in ("", "/key", "/left", "/status"):
            answer = await person.ask(url + path, given="x", Digits=ACCEPT, CallStatus="completed")
            assert answer.status_code == 403
        server.counters["refused.signature"] -= 4  # these
        name = urlsplit(url).path.rpartition("/")[2]
        for path in ("", "/key", "/left"):  # Twilio's, of somebody who is not expected
            answer = await person.ask(url.replace(name, "x" * 22) + path, Digits=ACCEPT)
            assert answer.text == "<Response><Hangup /></Response>"
        assert (
            await person.ask(url.replace(name, "x") + "/status", CallStatus="completed")
        ).status_code == 204
        answer = await person.ask(url.replace(f"person/{name}", "whisper/x.wav"), "GET")
        assert answer.status_code == 404
        assert not of(PersonJoined, caller)
        person.press(ACCEPT)
        await together(account, caller, person)


async def test_without_people_the_fallback_is_dialled(calls: Calls) -> None:
    async with calls(twilio_people={}) as (account, _, caller):
        await caller.phone.until(lambda e: isinstance(e, HangUp))
        await eventually(lambda: "Dial" in caller.told)
    assert account.asked == []
