"""Waveforms that are zoomed into, in a real browser: by keys, buttons, wheel and two fingers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from pipelines.quality.html import as_html
from tests.pipelines.lines.web.visit import Visit, visit
from tests.pipelines.quality.reports import alone, golden, write_sounds

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALL = "en-sim"  # 38 s


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("report")
    write_sounds(folder)
    (folder / "report.html").write_text(as_html(alone(folder, golden(folder))), encoding="utf-8")
    return f"{(folder / 'report.html').as_uri()}#view=call&call={CALL}"


@asynccontextmanager
async def opened(chromium: Browser, url: str) -> AsyncIterator[Visit]:
    async with visit(chromium, url) as visited:
        await visited.shows("#call-title", CALL)
        yield visited
        aborted = "net::ERR_ABORTED"  # of a sound that it has read enough of
        assert [told for told in visited.complaints if aborted not in told] == []


async def shown(visited: Visit) -> float:
    """Which share of the call is shown."""
    width: str = await visited[".overview i"].evaluate("thumb => thumb.style.width")
    return float(width.removesuffix("%")) / 100


async def test_keys_and_buttons_zoom_and_the_dialog_lists_them(chromium: Browser, url: str) -> None:
    async with opened(chromium, url) as visited:
        await expect(visited['[data-zoom="-1"]']).to_be_disabled()
        await visited.page.keyboard.press("+")
        assert await shown(visited) == pytest.approx(0.5)
        await visited['[data-zoom="1"]'].click()
        assert await shown(visited) == pytest.approx(0.25)
        await visited.page.keyboard.press("-")
        assert await shown(visited) == pytest.approx(0.5)
        for _ in range(4):
            await visited.page.keyboard.press("+")
        await expect(visited['[data-zoom="1"]']).to_be_disabled()
        await visited.page.keyboard.press("0")
        assert await shown(visited) == 1
        await expect(visited[".overview"]).to_be_hidden()
        await visited.page.keyboard.press("?")
        await visited.shows("#keys", "waveforms closer, farther, whole")


async def test_what_is_played_stays_in_sight(chromium: Browser, url: str) -> None:
    async with opened(chromium, url) as visited:
        for _ in range(3):
            await visited.page.keyboard.press("+")
        await visited.shows(".axis", "0:00")
        await expect(visited[".turn:not(.laid-out)"]).to_have_count(0)
        last = visited[".turn"].last
        await last.locator(".play-turn").click()
        await expect(visited[".axis"]).not_to_contain_text("0:00")
        inside = """() => { const box = document.querySelector(".track").getBoundingClientRect();
            const x = document.querySelector(".cursor").getBoundingClientRect().x;
            return x >= box.left - 2 && x <= box.right; }"""
        assert await visited.page.evaluate(inside)
        await visited[".overview"].click(position={"x": 1, "y": 6})
        await visited.shows(".axis", "0:00")


async def test_a_wheel_zooms_around_the_mouse_and_moves_sideways(
    chromium: Browser, url: str
) -> None:
    async with opened(chromium, url) as visited:
        await visited[".track"].hover(position={"x": 0, "y": 40})
        await visited.page.keyboard.down("Control")
        await visited.page.mouse.wheel(0, -200)
        await visited.page.keyboard.up("Control")
        await expect(visited[".overview"]).to_be_visible()
        assert await shown(visited) == pytest.approx(1 / 2.718, abs=0.01)
        await visited.shows(".axis", "0:00")
        await visited.page.mouse.wheel(4_000, 0)
        await expect(visited[".axis"]).not_to_contain_text("0:00")


async def test_two_fingers_zoom(chromium: Browser, url: str) -> None:
    async with opened(chromium, url) as visited:
        box = await visited[".track"].bounding_box()
        assert box is not None
        y = box["y"] + 30

        def at(*shares: float) -> list[dict[str, float]]:
            return [
                {"x": box["x"] + share * box["width"], "y": y, "id": i}
                for i, share in enumerate(shares)
            ]

        touch = await visited.page.context.new_cdp_session(visited.page)
        for kind, points in (
            ("touchStart", at(0.4)),
            ("touchStart", at(0.4, 0.6)),
            ("touchMove", at(0.3, 0.7)),
            ("touchEnd", []),
        ):
            told = {"type": kind, "touchPoints": points}
            await touch.send("Input.dispatchTouchEvent", told)
        await expect(visited[".overview"]).to_be_visible()
        assert await shown(visited) == pytest.approx(0.5, abs=0.02)
