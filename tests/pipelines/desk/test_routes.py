"""The desk over HTTP: who is let in, what they are shown, and what they may do."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import websockets

from agent.events import TakenOver
from pipelines.desk.authentication import COOKIE
from pipelines.lines.call_feed import QUEUE_SIZE
from tests.pipelines.desk.conftest import (
    BEARER,
    PASSWORD,
    TOKEN,
    Open,
    at,
    cookie,
    origin,
    people,
    subscribe,
    telephone,
)
from tests.pipelines.server import Guest, Server, eventually

PERSON = "i want to speak to an agent"


@asynccontextmanager
async def logged_in(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with a session."""
    async with at(server, headers={"Origin": origin(server)}) as browser:
        answer = await browser.post("/desk/login", json={"token": TOKEN})
        assert answer.status_code == 204
        yield browser


async def calls(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get("/desk/api/calls")).json()["calls"]
    return found


# Who is let in


@pytest.mark.parametrize("path", ["/desk", "/desk/", "/desk/desk.js", "/desk/api/calls"])
async def test_without_a_token_there_is_no_desk(open_assistant: Open, path: str) -> None:
    server = await open_assistant(desk_token="")
    async with at(server) as client:
        answer = await client.get(path, headers={"Authorization": "Bearer x"})
        assert answer.status_code == 404
        assert "WAXTAAN_DESK_TOKEN" in answer.json()["error"]
        assert (await client.post("/desk/login", json={"token": ""})).status_code == 404
    with pytest.raises(websockets.InvalidStatus, match="403"):
        async with subscribe(server):
            pass


async def test_programs_show_the_token(open_assistant: Open) -> None:
    server = await open_assistant()
    async with at(server) as client:
        answer = await client.get("/desk/api/calls")
        assert answer.status_code == 401
        assert "log in" in answer.json()["error"]
        answer = await client.get("/desk/api/calls", headers=BEARER)
        assert (answer.status_code, answer.json()["calls"]) == (200, [])
        answer = await client.get("/desk/api/calls", headers={"Authorization": "Bearer wrong"})
        assert answer.status_code == 401
    assert server.counters["desk.wrong_token"] == 1
    for headers in ({"X-No": "token"}, {"Authorization": "Bearer wrong"}, cookie("made up")):
        with pytest.raises(websockets.InvalidStatus, match="403"):
            async with subscribe(server, **headers):
                pass


async def test_browsers_get_a_session(open_assistant: Open) -> None:
    server = await open_assistant()
    async with logged_in(server) as browser:
        assert await calls(browser) == []
        session = browser.cookies[COOKIE]
        page = await browser.get("/desk", follow_redirects=True)
        assert "desk.js" in page.text
        async with subscribe(server, **cookie(session), Origin=origin(server)) as watch:
            assert (await watch.next())["type"] == "calls"
        assert (await browser.post("/desk/logout")).status_code == 204
        browser.cookies.set(COOKIE, session)
        assert (await browser.get("/desk/api/calls")).status_code == 401


async def test_scripts_and_other_sites_do_not_get_at_the_cookie(open_assistant: Open) -> None:
    server = await open_assistant(public_url="https://voice.example.org")
    async with at(server) as browser:
        answer = await browser.post("/desk/login", json={"token": TOKEN})
    given = answer.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "path=/desk", "secure", "max-age=43200"):
        assert part in given
    assert TOKEN not in given
    assert len(re.findall(r"waxtaan_desk=([\w-]+)", given)[0]) > 40


async def test_a_session_ends(open_assistant: Open) -> None:
    server = await open_assistant(desk_session_hours=1.5 / 3600)
    async with logged_in(server) as browser:
        session = browser.cookies[COOKIE]
        async with subscribe(server, **cookie(session), Origin=origin(server)) as watch:
            await watch.next()
            with pytest.raises(websockets.ConnectionClosedError, match="log in again"):
                await watch.next()
        browser.cookies.set(COOKIE, session)
        assert (await browser.get("/desk/api/calls")).status_code == 401


async def test_other_sites_cannot_use_a_session(open_assistant: Open) -> None:
    server = await open_assistant()
    async with logged_in(server) as browser:
        session = browser.cookies[COOKIE]
        take = "/desk/api/calls/c1/take"
        evil = {"Origin": "https://evil.example"}
        for headers in (evil, {"Origin": "null"}):
            answer = await browser.post(take, json={"person": "301"}, headers=headers)
            assert answer.status_code == 403
        assert (await browser.post("/desk/login", json={}, headers=evil)).status_code == 403
        assert (await browser.post("/desk/logout", headers=evil)).status_code == 403
        del browser.headers["Origin"]  # browsers always send one
        assert (await browser.post(take, json={"person": "301"})).status_code == 403
        assert server.counters["desk.other_origin"] == 5
    for headers in (cookie(session) | evil, cookie(session)):
        with pytest.raises(websockets.InvalidStatus, match="403"):
            async with subscribe(server, **headers):
                pass


async def test_wrong_tokens_take_longer_each_time(open_assistant: Open) -> None:
    server = await open_assistant()
    async with at(server) as client:
        began = asyncio.get_running_loop().time()
        for _ in range(3):
            answer = await client.post("/desk/login", json={"token": "guess"})
            assert answer.status_code == 401
        assert asyncio.get_running_loop().time() - began > 1.4  # 0 + 0.5 + 1
        guesses = [client.post("/desk/login", json={"token": f"guess {i}"}) for i in range(20)]
        assert {a.status_code for a in await asyncio.gather(*guesses)} == {401}
        answer = await client.post("/desk/login", json={"token": TOKEN})
        assert answer.status_code == 429  # not even told whether it is right
        assert answer.headers["retry-after"]
    assert server.counters["desk.wrong_token"] == 23


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b'{"token": "open sesame"', "application/json", 422),
        (b'{"token": 1}', "application/json", 422),
        (b"{}", "application/json", 422),
        (b'"token"', "application/json", 422),
        (b"token=open+sesame", "application/x-www-form-urlencoded", 415),
        (b'{"token": "open sesame"}', "text/plain", 415),  # what other sites may send unasked
        (b" " * 5000, "application/json", 413),
    ],
)
async def test_what_is_posted_is_small_json(
    open_assistant: Open, content: bytes, kind: str, status: int
) -> None:
    server = await open_assistant()
    async with at(server) as client:
        answer = await client.post("/desk/login", content=content, headers={"Content-Type": kind})
        assert answer.status_code == status
        assert "sesame" not in answer.text


# What they see


async def test_a_call_from_greeting_to_handoff(open_assistant: Open) -> None:
    server = await open_assistant()
    async with subscribe(server) as watch, at(server, headers=BEARER) as client:
        assert (await watch.next())["calls"] == []
        async with Guest.calling(server, "?caller=770001234") as guest:
            began = await watch.until(lambda told: told["message"]["type"] == "began")
            assert (began["call"]["caller"], began["call"]["channel"]) == ("770001234", "web")
            greeting = await watch.until(lambda told: told["line"] is not None)
            assert "automated assistant" in greeting["line"]["text"]
            await guest.state("open")
            await guest.type(PERSON)
            said = await watch.until(lambda told: (told["line"] or {}).get("who") == "caller")
            assert said["line"]["text"] == PERSON
            handed = await watch.until(lambda told: told["call"]["state"] == "waiting")
            assert handed["call"]["packet"]["reason"] == "asked_for_person"
            await guest.end()
        ended = await watch.until(lambda told: told["call"]["state"] == "ended")
        assert ended["call"]["ended"] == "transferred"

        (brief,) = await calls(client)
        assert brief["id"] == began["id"]
        assert "transcript" not in brief
        whole = (await client.get(f"/desk/api/calls/{brief['id']}")).json()["call"]
        assert whole["packet"]["queue"] == "general"
        assert PERSON in [line["text"] for line in whole["transcript"]]
        recorded = await client.get(whole["links"]["log"])
        assert recorded.status_code == 200
        assert (await client.get("/desk/api/calls/nobody")).status_code == 404
    async with subscribe(server) as late:
        (entry,) = (await late.next())["calls"]
        assert entry == whole


async def test_secrets_are_not_shown(open_assistant: Open) -> None:
    server = await open_assistant()
    async with subscribe(server) as watch, Guest.calling(server) as guest:
        await guest.state("open")
        await guest.type("what is my balance")
        await guest.state("line")
        await guest.press("770001234")
        await guest.state("pin")
        await guest.type("4821")
        await guest.state("more")
        await guest.type(PERSON)
        told = await watch.until(lambda told: told.get("call", {}).get("state") == "waiting")
        assert told["call"]["verified"]
        assert told["call"]["packet"]["slots"] == {"line": "770001234"}
        (entry,) = server.active_calls.feed.calls()
        assert "4821" not in json.dumps(entry.whole())
    await server.idle()
    assert "4821" not in (server.folder(guest.id) / "log.jsonl").read_text()
    assert server.differences(guest.id) == []  # a blanked packet replays


async def test_a_caller_who_hangs_up_is_not_shown_as_there(open_assistant: Open) -> None:
    server = await open_assistant(desk_keep_seconds=0.3)
    async with subscribe(server) as watch, at(server, headers=BEARER) as client:
        async with Guest.calling(server) as guest:
            await guest.state("open")
        ended = await watch.until(lambda told: told.get("call", {}).get("state") == "ended")
        assert ended["call"]["ended"] == "line closed"
        await watch.until(lambda told: told["message"]["type"] == "forgotten")
        assert await calls(client) == []


async def test_who_does_not_read_is_dropped_and_calls_go_on(open_assistant: Open) -> None:
    server = await open_assistant(stalled_write_seconds=0.5, send_buffer=4096)
    feed = server.active_calls.feed
    message = {"type": "sources", "sources": ["x" * 20_000]}
    async with subscribe(server) as stalled, Guest.calling(server) as guest:
        await guest.state("open")
        (entry,) = feed.calls()
        for _ in range(QUEUE_SIZE + 200):
            feed.publish(entry.id, message)
        await eventually(lambda: server.counters["desk.slow"] == 1)
        await guest.type("what can you do")
        await guest.agent_says("I can tell you your balance")
        with pytest.raises(websockets.ConnectionClosed):
            await stalled.until(lambda _: False)


# What they may do


async def test_a_web_call_cannot_be_taken_over(open_assistant: Open) -> None:
    server = await open_assistant()
    async with at(server, headers=BEARER) as client, Guest.calling(server) as guest:
        await guest.state("open")
        (call,) = await calls(client)
        answer = await client.post(f"/desk/api/calls/{call['id']}/take", json={"person": "301"})
        assert answer.status_code == 409
        assert "no telephone line" in answer.json()["error"]
        answer = await client.post("/desk/api/calls/nobody/take", json={"person": "301"})
        assert answer.status_code == 404
        for person in ("", "301@trunk", "PJSIP/00224600", "Local/1@x", "a" * 40, 301):
            answer = await client.post(
                f"/desk/api/calls/{call['id']}/take", json={"person": person}
            )
            assert answer.status_code == 422


async def test_without_a_way_to_ring_people_nobody_is_promised_a_call(open_assistant: Open) -> None:
    server = await open_assistant(bridges=("asterisk",), asterisk_password=PASSWORD)
    async with at(server, headers=BEARER) as client, telephone(server, "call-0001", "770001234"):
        answer = await client.post("/desk/api/calls/call-0001/take", json={"person": "301"})
        assert answer.status_code == 409
        assert "WAXTAAN_ARI_URL" in answer.json()["error"]
    await server.idle()


async def test_a_telephone_call_is_taken_over(open_assistant: Open) -> None:
    server = await open_assistant(bridges=("asterisk",), asterisk_password=PASSWORD)
    people(server)
    take, back = (f"/desk/api/calls/call-0001/{what}" for what in ("take", "give-back"))
    async with logged_in(server) as browser:
        async with telephone(server, "call-0001", "770001234"):
            (call,) = await calls(browser)
            assert (call["id"], call["channel"]) == ("call-0001", "telephone")
            assert call["caller"] == "770001234"
            answer = await browser.post(take, json={"person": "301"})
            assert (answer.status_code, answer.json()) == (200, {"taken": True})
            answer = await browser.post(back)
            assert answer.status_code == 409
            assert "no person" in answer.json()["error"]
        await server.idle()
        assert (await browser.post(take, json={"person": "301"})).status_code == 409
    entries = server.log(call["recording"])
    assert [e.person for e in entries if isinstance(e, TakenOver)] == ["301"]
    assert server.differences(call["recording"]) == []
