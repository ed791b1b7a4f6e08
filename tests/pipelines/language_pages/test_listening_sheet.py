"""A page from the disk: heard, rated, saved; nothing is fetched and nothing is broken out of."""

import asyncio
import csv
import io
import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Browser, Page, expect

from pipelines.audio import AGENT_RATE, to_wav
from pipelines.language_pages.listening_sheet import MOST, Spoken, chosen, write_sheet
from pipelines.packs.reader import PROMPTS, load

SOUND = to_wav(np.zeros(AGENT_RATE // 10, np.int16).tobytes(), AGENT_RATE)
ODD = '</script><script>document.title = "broken"</script> "ß" %%DATA%%'
_LENGTH = """audio => new Promise((done, failed) => {
    audio.onloadedmetadata = () => done(audio.duration);
    audio.onerror = () => failed(audio.error);
    audio.preload = "auto";
    audio.load();
})"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "sheet"
    spoken = [Spoken('=Hallo, "Sie"', SOUND), Spoken(ODD, SOUND), Spoken("Ja?", SOUND)]
    write_sheet(place, "de", "Deutsch & <b>", spoken, date(2026, 11, 30))
    return place


async def saved(page: Page, button: str) -> tuple[str, str]:
    """What the browser saves: its name and its text."""
    async with page.expect_download() as waited:
        await page.locator(button).click()
    file = await waited.value
    path = await file.path()
    text = await asyncio.to_thread(path.read_text, encoding="utf-8-sig")
    return file.suggested_filename, text


def test_sentences_are_from_all_over_the_wording() -> None:
    language = load(PROMPTS, ("en", "de")).packs["de"].language
    said = chosen(language)
    assert len(set(said)) == MOST
    assert not any("{" in sentence for sentence in said)
    assert said == chosen(language)
    assert len(chosen(language, 10_000)) > MOST


def test_a_folder(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [
        *("01.wav", "02.wav", "03.wav"),
        "index.html",
    ]
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "Deutsch &amp; &lt;b&gt;" in page
    assert "//" not in page.split('id="data">')[1].split("</script>")[0]
    assert page.count("</script>") == 2


@pytest.mark.asyncio(loop_scope="module")
async def test_it_is_rated_and_saved(chromium: Browser, folder: Path) -> None:
    page = await chromium.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda told: faults.append(told.text))
    await page.goto((folder / "index.html").as_uri())
    await expect(page).to_have_title("Deutsch & <b>: how does it sound?")
    await expect(page.locator("#rows .text")).to_have_text(['=Hallo, "Sie"', ODD, "Ja?"])
    await page.get_by_label("Your name").fill("A. N.")
    second = page.locator("#rows li").nth(1)
    await second.get_by_role("radio", name="4", exact=True).check(force=True)
    await second.get_by_label("Comment").fill("the end; cut")
    await expect(page.locator("#count")).to_have_text("1 of 3 rated")
    assert await page.locator("audio").first.evaluate(_LENGTH) == pytest.approx(0.1)
    _, told = await saved(page, "#json")
    found = json.loads(told)
    assert [row["rating"] for row in found["results"]] == [None, 4, None]
    name, text = await saved(page, "#csv")
    assert name == "listening-de-2026-11-30.csv"
    rows = list(csv.DictReader(io.StringIO(text)))
    assert (rows[1]["rating"], rows[1]["comment"], rows[1]["who"]) == ("4", "the end; cut", "A. N.")
    assert (rows[0]["text"], rows[1]["text"]) == ('\'=Hallo, "Sie"', ODD)
    await page.close()
    assert faults == []
