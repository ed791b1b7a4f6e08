"""The desk's page in a real browser: logging in, following calls as they go, taking one over."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from agent.events import PersonJoined, PersonLeft, TakenOver
from pipelines import logs
from pipelines.lines.call_feed import QUEUE_SIZE
from tests.pipelines.desk.conftest import PASSWORD, TOKEN, origin, page_message, people, telephone
from tests.pipelines.lines.web.visit import PHONE, Visit, browser, visit
from tests.pipelines.server import PATIENCE, Guest, Server, eventually, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

PERSON = "i want to speak to an agent"
_FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
_REFUSED = "error: Failed to load resource: the server responded with a status of"
LATER = re.compile("0:0[2-9]|0:[1-5][0-9]|[1-9]:[0-9]+")  # than 0:00, where it began
ANNOUNCED_ELSEWHERE = "#notice is not announced"  # the demo page's


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium(executable: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright, browser(playwright, executable) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def server(tmp_path: Path, cache: Path) -> AsyncIterator[Server]:
    logs.set_up("WARNING")
    desk: dict[str, Any] = {"desk_token": TOKEN}
    bridge: dict[str, Any] = {"bridges": ("asterisk",), "asterisk_password": PASSWORD}
    async with serving(tmp_path / "calls", cache, **desk, **bridge) as server:
        people(server)
        yield server


async def log_in(visited: Visit) -> None:
    await expect(visited["#token"]).to_be_focused()
    await visited["#token"].fill(TOKEN)
    await visited.page.keyboard.press("Enter")
    await visited.shows("#status", "Live")


def said(visited: Visit, who: str, text: str) -> Any:
    return expect(visited.said(who, text).last)


async def test_who_has_no_token_sees_nothing(chromium: Browser, server: Server) -> None:
    async with visit(chromium, origin(server) + "/desk") as visited:
        await expect(visited["#desk-main"]).to_be_hidden()
        await visited["#token"].fill("guess")
        await visited["#login button"].click()
        await visited.shows("#problem-text", "this is not the desk's token")
        assert visited.complaints == [f"{_REFUSED} 401 (Unauthorized)"]
        visited.complaints.clear()
        await expect(visited["#desk-main"]).to_be_hidden()

        await log_in(visited)
        await visited.shows("#calls-empty", "Nobody is calling.")
        await expect(visited["#problem"]).to_be_hidden()
        await visited.page.reload()
        await visited.shows("#status", "Live")  # the session is the browser's
        await visited["#logout"].click()
        await expect(visited["#token"]).to_be_focused()
        await visited.page.reload()
        await expect(visited["#token"]).to_be_focused()
        visited.was_clean()


async def test_a_call_is_followed_to_its_packet(chromium: Browser, server: Server) -> None:
    async with visit(chromium, origin(server) + "/desk/") as visited:
        await log_in(visited)
        async with Guest.calling(server, "?caller=770001234&language=en") as guest:
            await visited.shows("#calls", "770001234")
            await visited.shows("#calls", "with the agent")
            await visited["[data-call]"].click()
            await expect(visited["#who"]).to_be_focused()
            await said(visited, "agent", "automated assistant").to_be_visible()
            await guest.state("open")
            await guest.type("<img src=x onerror=alert(1)>")
            await said(visited, "caller", "<img src=x").to_be_visible()
            await guest.type(PERSON)
            await said(visited, "caller", PERSON).to_be_visible()
            await visited.knows("Queue", "general", panel="#desk")
            await visited.knows("Reason", "asked for person", panel="#desk")
            await expect(visited["#take"]).to_be_hidden()  # no line that a person could join
            await guest.end()
        await visited.shows("#call-state", "ended")
        await visited.shows("#facts", "put through to a person")
        await expect(visited["#links a"]).to_have_count(3)
        assert await visited.unnamed() == [ANNOUNCED_ELSEWHERE]

        await visited["#language"].select_option("fr")
        await visited.shows("#desk-title", "Ce que l'on sait")
        await visited.shows("#facts", "transféré à un conseiller")
        await visited.shows("#transcript", "Appelant")
        await visited.page.set_viewport_size(PHONE)
        assert await visited.page.evaluate(_FITS), "the page is wider than a phone"
        await visited["#back"].click()
        await expect(visited["[data-call]"]).to_be_focused()
        assert await visited.page.evaluate(_FITS), "the page is wider than a phone"
        visited.was_clean()


async def test_a_call_is_taken_over_with_the_keyboard(chromium: Browser, server: Server) -> None:
    feed = server.active_calls.feed
    async with visit(chromium, origin(server) + "/desk/") as visited:
        await log_in(visited)
        async with telephone(server, "call-0001", "770001234"):
            await visited.shows("#calls", "telephone")
            keyboard = visited.page.keyboard
            await visited["#calls"].focus()
            await keyboard.press("Tab")
            await keyboard.press("Enter")
            await expect(visited["#who"]).to_be_focused()
            await visited.tabs_to("extension")
            await keyboard.type("301")
            with feed.subscribe() as told:
                await keyboard.press("Enter")
                await visited.shows("#outcome", "Your telephone will ring.")
                async with asyncio.timeout(PATIENCE):
                    async for update in told:  # no PBX rings it: what follows is told by the test
                        if update.message.get("state") == "not reached":
                            break

            feed.publish("call-0001", page_message(PersonJoined(1.0, 1, "301")))
            await visited.shows("#facts", "with 301")
            await expect(visited["#take"]).to_be_hidden()
            await visited["#give-back"].click()
            await visited.shows("#outcome", "That did not work: no person has this call")
            feed.publish("call-0001", page_message(PersonLeft(2.0, True)))
            await expect(visited["#extension"]).to_have_value("301")
        await visited.shows("#call-state", "ended")
        (entry,) = feed.calls()
        await eventually(lambda: server.assistant.calls == 0)
        taken = [e for e in server.log(entry.recording) if isinstance(e, TakenOver)]
        assert [e.person for e in taken] == ["301"]

        await visited.page.reload()
        await visited["[data-call]"].click()
        assert await visited["#extension"].input_value() == "301"
        assert visited.complaints == [f"{_REFUSED} 409 (Conflict)"]


async def test_who_waits_comes_first_and_a_lost_connection_comes_back(
    chromium: Browser, server: Server
) -> None:
    feed = server.active_calls.feed
    for number in ("one", "two", "three"):
        feed.begin(number, "telephone", f"77000{number}", "en")
    async with visit(chromium, origin(server) + "/desk/") as visited:
        await log_in(visited)
        calls = visited["#calls .caller"]
        await expect(calls).to_have_text(["77000three", "77000two", "77000one"])
        await visited["[data-call=three]"].focus()
        handoff = {"type": "handoff", "queue": "general", "reason": "angry", "packet": {}}
        feed.publish("one", handoff)
        await expect(calls).to_have_text(["77000one", "77000three", "77000two"])
        await expect(visited["[data-call=three]"]).to_be_focused()
        await visited.shows("#news", "A caller waits: 77000one")
        await visited.shows("#counts", "1 waiting, 2 with the agent")
        await expect(visited["[data-call=one] .lasting"]).to_have_text(LATER)

        for _ in range(QUEUE_SIZE + 1):  # more at once than a subscriber is allowed to leave unread
            feed.publish("two", {"type": "sources", "sources": []})
        await visited.shows("#status", "Connection lost, trying again …")
        feed.end("two")
        await visited.shows("#status", "Live")
        await visited.shows("[data-call=two]", "ended")
        visited.was_clean()
