"""The page in a real browser: a line approved, corrected, refused without losing what was typed."""

import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, expect

from pipelines.language_pages.app import create_app
from pipelines.language_pages.folder import LanguageFolder
from pipelines.packs.review_file import read_marks
from tests.pipelines.language_pages.conftest import CODE, TODAY, Voice
from tests.pipelines.lines.web.visit import Visit, visit

pytestmark = pytest.mark.asyncio(loop_scope="module")

GREET = 'article:has(h3:text-is("greet"))'


@contextmanager
def served(folder: LanguageFolder) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        host, port = listener.getsockname()
        app = create_app(folder, Voice("nobody speaks here"), f"{host}:{port}", lambda: TODAY)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://{host}:{port}/"
        finally:
            server.should_exit = True
            thread.join()


@asynccontextmanager
async def opened(chromium: Browser, folder: LanguageFolder) -> AsyncIterator[Visit]:
    with served(folder) as url:
        async with visit(chromium, url) as visited:
            await visited.shows("#title", "Deutsch (de), reviewed by A. N.")
            yield visited
            assert visited.elsewhere == []


async def test_a_line_is_reviewed(
    chromium: Browser, reviewed_by: Callable[[str], LanguageFolder], prompts: Path
) -> None:
    async with opened(chromium, reviewed_by("A. N.")) as visited:
        await visited[f"{GREET} [data-do=approve]"].click()
        await visited.shows(f"{GREET} .state", "approved")
        await visited.shows("#progress", "1 of ")
        await visited[f"{GREET} [data-do=correct]"].click()
        field = visited[f"{GREET} textarea"]
        await expect(field).to_be_focused()
        await field.fill("Wie heißt {name}?")
        await visited["#find"].focus()
        await visited.shows(f"{GREET} [role=alert]", "unknown value {name}")
        await expect(field).to_have_value("Wie heißt {name}?")
        await visited[f"{GREET} [data-do=listen]"].click()
        await visited.shows(f"{GREET} [role=alert]", "unknown value {name}")
        await field.fill("Was darf es sein?")
        await visited[f"{GREET} [data-do=keep]"].click()
        await visited.shows(f"{GREET} [lang=de] li", "Was darf es sein?")
        assert read_marks(prompts / CODE)["phrases"]["greet"].on == TODAY
        await visited["#filter"].select_option("approved")
        await visited.shows("#count", "1 lines")


async def test_another_tab_is_not_overwritten(
    chromium: Browser, reviewed_by: Callable[[str], LanguageFolder], prompts: Path
) -> None:
    folder = reviewed_by("A. N.")
    async with opened(chromium, folder) as visited:
        await visited[f"{GREET} [data-do=correct]"].click()
        at = ("phrases", ("greet",))
        (seen,) = [e["seen"] for e in folder.data()["entries"] if (e["file"], e["place"]) == at]
        folder.correct(at, seen, ["Ja, bitte?"], TODAY)
        field = visited[f"{GREET} textarea"]
        await field.fill("Was gibt es?")
        await field.press("Control+Enter")
        await visited.shows(f"{GREET} .notice", "Ja, bitte?")
        await expect(field).to_have_value("Was gibt es?")
        await visited[f"{GREET} [data-do=mine]"].click()
        await visited.shows(f"{GREET} [lang=de] li", "Was gibt es?")
        assert '"greet" = ["Was gibt es?"]' in (prompts / CODE / "phrases.toml").read_text("utf-8")


async def test_it_fits_a_small_phone(
    chromium: Browser, reviewed_by: Callable[[str], LanguageFolder]
) -> None:
    async with opened(chromium, reviewed_by("A. N.")) as visited:
        await visited.page.set_viewport_size({"width": 320, "height": 640})
        for file in ("phrases", "intents", "language", "conflicts"):
            await visited["#file"].select_option(file)
            if file == "conflicts":
                await expect(visited["table"]).to_be_visible()
            wide = await visited.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 320, file
        assert visited.complaints == []
