"""The live page in a real browser: a call is heard and annotated, and what is kept is shown."""

import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
import uvicorn
from playwright.async_api import Browser, expect

from pipelines.quality_pages.app import create_app
from pipelines.quality_pages.review import Review, Reviewed
from pipelines.store.annotations import read_annotations
from tests.pipelines.lines.web.visit import Visit, visit
from tests.pipelines.quality.planted import AS_IT_IS, CALLS

pytestmark = pytest.mark.asyncio(loop_scope="module")

FORM = '.turn[data-turn="1"] .annotations'


@pytest.fixture
def call(tmp_path: Path) -> Path:
    place = tmp_path / "calls" / "a call#1"
    place.mkdir(parents=True)
    (place / "log.jsonl").write_bytes((CALLS / "en-bill.jsonl").read_bytes())
    for side in ("caller", "agent"):
        soundfile.write(place / f"{side}.wav", np.zeros(8000 * 30), 8000, subtype="PCM_16")
    return place


@contextmanager
def served(folder: Path) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        host, port = listener.getsockname()
        app = create_app(Review(Reviewed([folder]), AS_IT_IS), f"{host}:{port}")
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://{host}:{port}/"
        finally:
            server.should_exit = True
            thread.join()


@asynccontextmanager
async def opened(chromium: Browser, folder: Path) -> AsyncIterator[Visit]:
    with served(folder) as url:
        async with visit(chromium, f"{url}#view=call&call=a%20call%231") as visited:
            await visited.shows("#call-title", "a call#1")
            yield visited
            assert visited.elsewhere == []


async def test_a_turn_is_annotated(chromium: Browser, call: Path) -> None:
    async with opened(chromium, call.parent) as visited:
        await visited[f"{FORM} summary"].click()
        await visited[f"{FORM} [name=about]"].select_option("intent")
        await visited[f"{FORM} [name=value]"].fill("pay_bill")
        await visited[f"{FORM} [name=right]"].select_option("false")
        await visited[f"{FORM} [name=who]"].fill("Awa <b>")
        await visited[f"{FORM} button"].click()
        await visited.shows(f"{FORM} li", "done wrongly: pay_bill")
        await visited.shows(f"{FORM} li", "Awa <b>, 20")
        (kept,) = read_annotations(call / "annotations.jsonl")
        assert (kept.who, kept.turn, kept.value, kept.right) == ("Awa <b>", 1, "pay_bill", False)
        await visited.page.reload()
        await visited.shows(f"{FORM} li", "done wrongly: pay_bill")
        await expect(visited[f"{FORM} [name=who]"]).to_have_value("Awa <b>")
        aborted = "net::ERR_ABORTED"  # a sound that it has read enough of
        assert [told for told in visited.complaints if aborted not in told] == []


async def test_what_is_refused_is_told(chromium: Browser, call: Path) -> None:
    async with opened(chromium, call.parent) as visited:
        await visited[f"{FORM} summary"].click()
        await visited[f"{FORM} [name=who]"].fill("Awa")
        await visited[f"{FORM} button"].click()
        await visited.shows(f"{FORM} [role=status]", "it says nothing")
        assert not (call / "annotations.jsonl").exists()


async def test_a_call_is_listened_to(chromium: Browser, call: Path) -> None:
    async with opened(chromium, call.parent) as visited:
        await visited['.turn[data-turn="1"] .play-turn'].click()
        await visited.page.wait_for_function(
            """() => [...document.querySelectorAll("audio")]
                .filter((each) => each.currentTime > 3).length === 2"""
        )
