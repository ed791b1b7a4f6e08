"""Whole calls with a person in them, on a simulator that carries out TwiML and asks as Twilio does.

As `tests/pbx/test_transfers.py` has them with a real PBX.
"""

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest

from agent.actions import Transfer
from agent.events import CallEnded, PersonJoined, PersonLeft
from agent.policy import Queue
from tests.pipelines.lines.telephony.transferred import (
    ACCEPT,
    GIVE_BACK,
    NUMBER,
    SIP,
    Calls,
    accepts,
    answers,
    asks,
    of,
    reasons,
    serves,
    together,
)
from tests.pipelines.server import config, eventually


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
        await eventually(caller.done.is_set)
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
            assert await server.active_calls.give_back(caller.sid)
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
        assert await server.active_calls.give_back(caller.sid)
        await asyncio.sleep(0.5)
        await together(account, caller, person)
        await person.over()
        await caller.phone.until(lambda e: isinstance(e, PersonLeft))
        await serves(caller)
    assert [left.back for left in of(PersonLeft, caller)] == [True]


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


@pytest.mark.parametrize("tells_all", [False, True])
async def test_the_caller_hangs_up_on_the_person(calls: Calls, tells_all: bool) -> None:
    async with calls() as (account, server, caller):
        account.tells_all = tells_all
        person = await accepts(account, caller)
        await caller.hang_up()
        await eventually(person.done.is_set)
        await server.idle()
    assert of(PersonLeft, caller) == []
    assert len(of(PersonJoined, caller)) == 1
    assert account.asked == ["ring", *([] if tells_all else ["Url"])]  # is the caller still there?


async def test_a_person_who_is_gone_before_the_caller_comes(calls: Calls) -> None:
    """The caller is not left alone in a room."""
    async with calls() as (account, _, caller):
        account.leaves = person = await answers(account)
        person.press(ACCEPT)
        await caller.phone.until(lambda e: isinstance(e, PersonLeft))
        await serves(caller)
    assert caller.told == ["Connect", "Redirect", "Dial", "Connect"]


async def test_no_voice_for_the_whisper(calls: Calls) -> None:
    async with calls() as (account, server, caller):
        server.assistant.voice_router._speakers = {}
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


async def test_the_desk_takes_over(calls: Calls) -> None:
    async with calls(twilio_desk_endpoint="sip:{person}@pbx.example.org") as (
        account,
        server,
        caller,
    ):
        await account.person()  # somebody else is rung first
        assert await server.active_calls.take_over(caller.sid, "301")
        person = await account.person(2)
        assert person.request["To"].startswith("sip:301@pbx.example.org?")
        assert account.people[0].done.is_set()
        await person.answer()
        person.press(ACCEPT)
        await together(account, caller, person)


async def test_whom_a_queue_rings_where_asterisk_rings_others(calls: Calls) -> None:
    queues = {"general": Queue(ring=("PJSIP/agent1", SIP), ring_seconds=12)}
    async with calls(twilio_people={}, offering=config(queues=queues)) as (account, _, caller):
        person = await account.person()
        assert person.request["To"].startswith(SIP)
        assert person.request["Timeout"] == "12"
        await person.over("busy")
        await caller.phone.until(asks("alternative"))
    assert reasons(caller) == ["busy"]
    assert len(account.people) == 1
