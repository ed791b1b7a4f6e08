"""The report in a real browser, opened from a file as whoever was sent it opens it."""

import json
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from agent.actions import Speak
from pipelines.quality.gates import Gates, MetricGate
from pipelines.quality.html import PAGE, as_html
from pipelines.store.replay_note import Divergence, ReplayNote
from tests.pipelines.lines.web.visit import PHONE, Visit, visit
from tests.pipelines.quality.reports import (
    alone,
    compared,
    golden,
    repeated,
    with_turn,
    worded,
    write_sounds,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALL, TURN = "en-sim", 3
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
HOSTILE = '</script><img src=x onerror="document.title=1">'
IN_STEP = """at => { const [one, other] = document.querySelectorAll("audio");
    return one.currentTime > at && other.currentTime > at
        && Math.abs(one.currentTime - other.currentTime) < 0.25; }"""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Golden calls, one sentence of one of them said otherwise, with their sound beside."""
    folder = tmp_path_factory.mktemp("report")
    write_sounds(folder)
    before = golden(folder)
    after = [
        with_turn(call, TURN, worded("Now please", "Kindly")) if call.recorded.id == CALL else call
        for call in before
    ]
    gates = Gates(
        metrics={"resolved": MetricGate(min=0.1), "turns": MetricGate(max=1)},
        changes={"wording": 0},
    )
    return write(folder, compared(folder, before, after, gates))


def write(folder: Path, data: dict[str, Any]) -> Path:
    path = folder / "report.html"
    path.write_text(as_html(data), encoding="utf-8")
    return path


@asynccontextmanager
async def opened(
    chromium: Browser, path: Path, state: str = "", **more: Any
) -> AsyncIterator[Visit]:
    """The report at a state. What the browser complains of is looked at in the end."""
    async with visit(chromium, f"{path.as_uri()}#{state}", **more) as visited:
        yield visited
        aborted = "net::ERR_ABORTED"  # of a sound that it has read enough of
        assert [told for told in visited.complaints if aborted not in told] == []
        assert visited.elsewhere == []


async def current(visited: Visit, number: int) -> None:
    """Wait until a turn is the one that is looked at."""
    await expect(visited[".turn.current"]).to_have_attribute("data-turn", str(number))


async def test_it_says_first_whether_the_version_passes(chromium: Browser, planted: Path) -> None:
    async with opened(chromium, planted) as visited:
        await visited.shows("#verdict", "Does not pass: 2 of 3 limits broken")
        await visited.shows(".verdict", "1 of 11 calls go otherwise than before")
        limits = visited[".gates li"]
        assert [await limits.nth(n).get_attribute("data-passed") for n in range(3)] == [
            *("false", "false", "true")
        ]
        await expect(limits.first).to_contain_text("broken: ")
        await expect(visited[".figures tbody tr[data-metric]"]).not_to_have_count(0)
        await visited.shows('[data-metric="resolved"]', "the same")
        assert await visited["h1"].count() == 1


async def test_a_change_leads_to_its_calls_and_to_its_turn(
    chromium: Browser, planted: Path
) -> None:
    async with opened(chromium, planted) as visited:
        await expect(visited[".groups li"]).to_have_count(1)
        await visited.shows(".groups", "other wording")
        await visited[".groups a"].click()
        await visited.shows("#calls-count", "1 of 11 calls")
        await visited["td.id a"].click()
        await visited.shows("#call-title", CALL)
        await current(visited, TURN)
        turn = visited[f"#turn-{TURN}"]
        await expect(turn.locator("del")).to_have_text("Now please")
        await expect(turn.locator("ins")).to_have_text("Kindly")
        await expect(visited["#turn-2 del, #turn-2 ins"]).to_have_count(0)
        await visited["text=All calls"].click()
        await visited.shows("#calls-count", "1 of 11 calls")


async def test_a_turn_is_played_with_both_sides_in_step(chromium: Browser, planted: Path) -> None:
    async with opened(chromium, planted, f"view=call&call={CALL}") as visited:
        await visited['input[name=speed][value="2"]'].check()
        await visited[f"#turn-{TURN} .play-turn"].click()
        await visited.page.wait_for_function(IN_STEP, arg=16.5)
        await expect(visited["button.play"]).to_have_text("Pause")
        await current(visited, TURN + 1)  # it begins at 19.6 s
        await visited[".track"].focus()
        await visited.page.keyboard.press("ArrowLeft")
        await current(visited, TURN)
        await visited["button.play"].click()
        await expect(visited["button.play"]).to_have_text("Play")


async def test_a_call_without_its_sound_says_so(chromium: Browser, tmp_path: Path) -> None:
    path = write(tmp_path, alone(tmp_path, golden(tmp_path)))
    async with visit(chromium, f"{path.as_uri()}#view=call&call={CALL}") as visited:
        await visited.shows("#no-sound", "Not found beside this report")
        await visited.shows("#no-sound", "sounds/caller.wav and sounds/a gent#.wav")
        await expect(visited["button.play"]).to_be_disabled()
        await visited.page.keyboard.press("j")
        await current(visited, 0)
        assert all("FILE_NOT_FOUND" in told for told in visited.complaints)


async def test_what_was_said_stays_text(chromium: Browser, tmp_path: Path) -> None:
    write_sounds(tmp_path)
    before = golden(tmp_path)[:2]
    said = Speak(9, "ask " + HOSTILE, HOSTILE, "en")
    hostile = [
        replace(
            with_turn(
                call,
                1,
                lambda turn: replace(
                    turn, said=HOSTILE, spoken=[said], packet={HOSTILE: [HOSTILE]}
                ),
            ),
            recorded=replace(call.recorded, id=f"{HOSTILE}{i}"),
        )
        for i, call in enumerate(before)
    ]
    data = compared(
        tmp_path, [replace(h, turns=b.turns) for h, b in zip(hostile, before, strict=True)], hostile
    )
    data["left_out"] = [[HOSTILE, HOSTILE]]
    async with opened(chromium, write(tmp_path, data)) as visited:
        await visited[".left-out summary"].click()
        await visited["#to-calls"].click()
        await visited["td.id a"].first.click()
        await visited.shows("#call-title", HOSTILE)
        await visited.shows("#turn-1 .side[data-side=now] .caller", HOSTILE)
        await visited.shows(".packet", HOSTILE)
        await expect(visited["img"]).to_have_count(0)
        assert await visited.page.title() == "Night run – quality report"


async def test_the_keyboard_is_enough(chromium: Browser, planted: Path) -> None:
    async with opened(chromium, planted) as visited:
        press = visited.page.keyboard.press
        await press("/")
        await visited.page.keyboard.type("EN-")
        await visited.shows("#calls-count", "7 of 11 calls")
        await press("Escape")
        await press("j")
        await press("j")
        second = await visited["td.id a"].nth(1).inner_text()
        await expect(visited["td.id a"].nth(1)).to_be_focused()
        await press("Enter")
        await visited.shows("#call-title", second)
        await press("j")
        await press("ArrowDown")
        await current(visited, 1)
        await press("k")
        await current(visited, 0)
        await press("Space")
        await expect(visited["button.play"]).to_have_text("Pause")
        await press("Space")
        await expect(visited["button.play"]).to_have_text("Play")
        await press("n")
        await visited.shows(".way", "3 of 7")
        await press("p")
        await visited.shows(".way", "2 of 7")
        await press("?")
        await expect(visited["#keys"]).to_be_visible()
        await press("Escape")
        await expect(visited["#keys"]).to_be_hidden()
        await press("Escape")
        await expect(visited["td.id a"].nth(1)).to_be_focused()
        await press("Escape")
        await expect(visited["#verdict"]).to_be_visible()


async def test_five_thousand_calls_are_listed_filtered_and_sorted(
    chromium: Browser, planted: Path, tmp_path: Path
) -> None:
    data = repeated(alone(tmp_path, golden(tmp_path)), 5_000)
    async with opened(chromium, write(tmp_path, data), "view=calls&language=fr") as visited:
        french = data["calls"]["language"].count("fr")
        await visited.shows("#calls-count", f"{french:,} of 5,000 calls")
        await expect(visited["#filter-language"]).to_have_value("fr")
        await visited["#clear-filters"].click()
        await visited.shows("#calls-count", "5,000 calls")
        assert await visited["#list tbody tr"].count() < 100
        await visited["th.seconds button"].click()
        longest = max(data["calls"]["seconds"])
        await visited.shows(
            "#list tbody tr td.seconds", f"{longest // 60:.0f}:{longest % 60:02.0f}"
        )
        await visited["#list"].evaluate("box => box.scrollTop = box.scrollHeight")
        await expect(visited['#list tr[data-place="4999"]']).to_be_visible()
        assert "sort=-seconds" in await visited.page.evaluate("location.hash")


async def test_a_call_that_left_its_recording_is_told_as_another(
    chromium: Browser, tmp_path: Path
) -> None:
    write_sounds(tmp_path)
    before = golden(tmp_path)
    note = ReplayNote(depth="text", diverged=Divergence(turn=2, at=9.0, then="line", now="service"))
    after = [
        replace(with_turn(c, 2, lambda turn: replace(turn, intent="x", commands=())), note=note)
        if c.recorded.id == CALL
        else c
        for c in before
    ]
    path = write(tmp_path, compared(tmp_path, before, after))
    async with opened(chromium, path) as visited:
        await visited.shows(".compared", "Apart")
        await visited[".compared a"].click()
        await visited["td.id a"].click()
        await visited.shows("#view-call", "Not averaged: asks 'service' where 'line' was answered")
        await visited.shows("#turn-2", "A different call from here.")
        await expect(visited[".divides"]).to_have_count(1)


async def test_it_fits_a_phone_and_names_what_can_be_pressed(
    chromium: Browser, planted: Path
) -> None:
    unnamed = """[...document.querySelectorAll("button, a[href], input, select, [role=slider]")]
        .filter((each) => each.checkVisibility() && !(each.getAttribute("aria-label")
            || each.textContent.trim() || each.labels?.[0]?.textContent.trim()))
        .map((each) => each.outerHTML)"""
    for state in ("view=report", "view=calls", f"view=call&call={CALL}"):
        async with opened(chromium, planted, state, viewport=PHONE) as visited:
            await expect(visited[".view h2:visible"].first).to_be_visible()
            assert await visited.page.evaluate(FITS)
            assert await visited.page.evaluate(unnamed) == []


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/report.html"
        finally:
            server.shutdown()
            thread.join()


async def test_a_server_hands_out_the_same_page(chromium: Browser, tmp_path: Path) -> None:
    shutil.copytree(PAGE, tmp_path, dirs_exist_ok=True)
    data = alone(tmp_path, golden(tmp_path))
    (tmp_path / "report.json").write_text(json.dumps(data), encoding="utf-8")
    with _served(tmp_path) as url:
        async with visit(chromium, url) as visited:
            await visited.shows("#verdict", "No limits were set")
            await visited["#to-calls"].click()
            await visited.shows("#calls-count", "11 calls")
            visited.was_clean()
