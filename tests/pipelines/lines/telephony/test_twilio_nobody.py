"""Nobody takes the call over Twilio, or nobody is there any more: nobody is lost."""

from collections.abc import Awaitable, Callable

import pytest

from agent.actions import HangUp
from agent.events import CallEnded, PersonJoined, TransferFailed
from tests.pipelines.lines.telephony.test_twilio_calls import narrow
from tests.pipelines.lines.telephony.transferred import (
    ACCEPT,
    DECLINE,
    GO_ON,
    Calls,
    answers,
    asks,
    gives_the_balance,
    of,
    reasons,
    serves,
)
from tests.pipelines.lines.telephony.twilio_telephones import Person
from tests.pipelines.server import eventually


async def declines(person: Person) -> None:
    await person.answer()
    person.press(DECLINE)
    await eventually(person.done.is_set)


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
    await eventually(person.done.is_set)


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


async def test_the_caller_hangs_up_while_it_rings(calls: Calls) -> None:
    async with calls() as (account, server, caller):
        person = await account.person()
        await caller.hang_up()
        await eventually(person.done.is_set)
        await server.idle()
    assert account.asked == ["ring", "Status"]
    assert [ended.reason for ended in of(CallEnded, caller)] == ["line closed"]


async def test_the_caller_hangs_up_as_the_person_accepts(calls: Calls) -> None:
    """The person does not wait for nobody."""
    async with calls() as (account, server, caller):
        caller.vanishes = True
        person = await answers(account)
        person.press(ACCEPT)
        await eventually(person.done.is_set)
        await server.idle()
    assert account.asked == ["ring", "Url", "Status"]
    assert of(PersonJoined, caller) == []
    assert [ended.reason for ended in of(CallEnded, caller)] == ["line closed"]


async def test_the_person_hangs_up_as_the_caller_comes(calls: Calls) -> None:
    async with calls() as (account, _, caller):
        person = await answers(account)
        caller.meanwhile = person.over
        person.press(ACCEPT)
        await caller.phone.until(asks("alternative"))
        await caller.phone.press(GO_ON)
        await serves(caller)
    assert reasons(caller) == ["declined"]
    assert of(PersonJoined, caller) == []
    assert caller.told == ["Connect", "Redirect", "Connect"]


async def test_the_caller_wants_something_else_while_it_rings(
    calls: Calls, speech: dict[str, bytes]
) -> None:
    async with calls(texts=("what is my balance",)) as (account, _, caller):
        person = await account.person()
        caller.phone.say(narrow(speech["what is my balance"]))
        await eventually(person.done.is_set)
        await gives_the_balance(caller)
    assert of(PersonJoined, caller) == []
    assert caller.told == ["Connect"]


@pytest.mark.parametrize("refuses", [401, 503])  # the others: test_twilio_rest.py
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
        await eventually(person.done.is_set)
        await caller.phone.until(asks("alternative"))
    assert reasons(caller) == ["unreachable"]
    assert person.told == []


async def test_without_people_the_fallback_is_dialled(calls: Calls) -> None:
    async with calls(twilio_people={}) as (account, _, caller):
        await caller.phone.until(lambda e: isinstance(e, HangUp))
        await eventually(lambda: "Dial" in caller.told)
    assert account.asked == []
