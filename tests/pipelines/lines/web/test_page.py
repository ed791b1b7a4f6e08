"""The page in a real browser, through whole calls with the real server and its embedded engines."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, async_playwright, expect

from pipelines.audio import to_wav
from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.packs.reader import PROMPTS, load
from pipelines.settings import Settings
from pipelines.synthetic_caller.voice import CallerVoice
from tests.pipelines.lines.web.recorded import recorded_well
from tests.pipelines.lines.web.served import Served, served
from tests.pipelines.lines.web.visit import PHONE, Visit, browser, in_real_time, visit

pytestmark = pytest.mark.asyncio(loop_scope="module")

DISCLOSURE = "Hello, you are talking to an automated assistant."
LINE, PIN = "770001234", "4821"
WHOLE_CALL = 300_000  # ms
GREETING = 8.0  # s: it takes 4, and its patience another 8
_DEVICE = "--use-fake-device-for-media-stream"
_ALLOWED = "--use-fake-ui-for-media-stream"
_MICROPHONES = """navigator.mediaDevices.enumerateDevices().then((devices) =>
    devices.filter(({ kind }) => kind === "audioinput").length)"""
_FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voice(cache: Path) -> AsyncIterator[CallerVoice]:
    async with CallerVoice(Settings(cache=cache), load(PROMPTS).packs["en"]) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quiet(playwright: Playwright, executable: str) -> AsyncIterator[Browser]:
    """A browser that refuses the microphone."""
    async with browser(playwright, executable, _DEVICE) as found:
        yield found


async def test_whole_call(quiet: Browser, server: Served, voice: CallerVoice) -> None:
    balance, yes = await voice.say("what is my balance"), await voice.say("yes")

    async def call(visited: Visit) -> None:
        await visited.brings_microphone()
        await visited["#call"].click()
        await visited.stands("talking")
        await visited.shows("#notice", "Demonstration mode")
        await visited.hears("agent", DISCLOSURE)

        await visited.listens()
        await visited.says(balance)
        await visited.hears("caller", "what is my balance")
        await visited.lights("classifier")
        await visited.hears("agent", "This is about your balance, is that right?")
        await visited.knows("Open question", "confirm flow balance")
        await visited.listens()
        await visited.says(yes)
        await visited.hears("caller", "yes")
        await visited.lights("question")

        await visited.shows("#keypad-hint", "9 digits are expected.")
        await visited.knows("Open question", "line")
        await visited.listens()
        await visited.presses(LINE)
        await visited.knows("line", LINE)
        await visited.lights("keypad")
        await visited.shows("#keypad-hint", "4 digits are expected. Secret: shown as dots.")
        await visited.spoke()
        await visited.listens()
        await visited.presses(PIN)
        await visited.hears("keypad", "● ● ● ●")
        assert PIN not in await visited.page.content()

        await visited.hears("agent", "12 euros 50")
        await visited.knows("Identity checked", "yes")
        await visited.spoke()
        await visited.listens()
        await visited.types("i want to speak to an agent")
        await visited.lights("rule")
        await visited.knows("Name", "Awa Ndiaye", panel="#desk")
        await visited.knows("Queue", "general", panel="#desk")
        await visited.shows("#desk", LINE)
        assert PIN not in await visited.page.content()

        await visited.stands("ended")
        await visited.shows("#status", "Call ended: put through to a person")
        assert await visited["#transcript li[data-interrupted]"].count() == 0
        assert await visited.counted() == {"keypad": 2, "rule": 1, "question": 1, "classifier": 1}
        waits = await visited["#latency-list li"].all_inner_texts()
        seconds = [float(re.findall(r"[\d.]+", wait)[-1]) for wait in waits]
        assert len(seconds) == 2
        assert all(wait > 0.05 for wait in seconds)
        await visited.shows("#latency-figures", "2 answers")
        call_id = await visited.downloads(server)
        visited.was_clean()
        recorded_well(await server.recorded(call_id), secret=PIN, spoken=2)

    await in_real_time(quiet, server.url, call)


async def test_microphone(
    playwright: Playwright, executable: str, server: Served, voice: CallerVoice, tmp_path: Path
) -> None:
    """The browser's own microphone: it hears a recording once, from the moment it is opened.

    A recording cannot wait for the agent: what comes after its first words is up to the machine.
    """
    recording = tmp_path / "caller.wav"
    balance = await voice.say("what is my balance")
    recording.write_bytes(to_wav(_silence(GREETING) + balance + _silence(90), SAMPLE_RATE))
    heard = f"--use-file-for-fake-audio-capture={recording}%noloop"

    async def call(visited: Visit) -> None:
        await visited["#call"].click()
        await visited.hears("caller", "what is my balance")
        await visited["#hang-up"].click()
        await visited.stands("ended")
        await visited.downloads(server)
        visited.was_clean()

    async with browser(playwright, executable, _DEVICE, _ALLOWED, heard) as spoken:
        await in_real_time(spoken, server.url, call)


async def test_sample_caller_interrupts(quiet: Browser, server: Served) -> None:
    """The tour: a call that interrupts and ends with a person, without any microphone."""

    async def call(visited: Visit) -> None:
        await visited["#samples-list button[data-sample=tour]"].click()
        await visited.stands("talking")
        await visited.hears("agent", DISCLOSURE)
        await visited.shows("#samples-running", "Step 1 of 6", WHOLE_CALL)
        await visited.hears("caller", "balance", WHOLE_CALL)
        await visited.hears("keypad", "● ● ● ●", WHOLE_CALL)

        interrupted = visited["#transcript li[data-who=agent][data-interrupted]"]
        await expect(interrupted.first.locator("s")).to_contain_text(
            "not heard:", timeout=WHOLE_CALL
        )
        shown = (await interrupted.first.locator("p").inner_text()).replace("not heard:", " ")
        assert " ".join(shown.split()) == "You have 12 euros 50 left."  # wherever it was cut
        await expect(interrupted.first).to_contain_text("interrupted")
        await visited.stands("ended", WHOLE_CALL)
        await visited.shows("#status", "Call ended: put through to a person")
        await visited.shows("#desk", "Awa Ndiaye")
        await expect(visited.said("agent").last).not_to_have_attribute("data-interrupted", "true")
        call_id = await visited.downloads(server)
        visited.was_clean()
        recorded_well(await server.recorded(call_id), secret=PIN, spoken=3)

    await in_real_time(quiet, server.url, call)


async def test_microphone_refused(quiet: Browser, server: Served) -> None:
    async with visit(quiet, server.url) as visited:
        await without_microphone(visited, "The microphone was not allowed.", server)


async def test_no_microphone(playwright: Playwright, executable: str, server: Served) -> None:
    async with (
        browser(playwright, executable, _ALLOWED) as bare,
        visit(bare, server.url, viewport=PHONE) as visited,
    ):
        if await visited.page.evaluate(_MICROPHONES):
            pytest.skip("this machine has a microphone")
        await without_microphone(visited, "No microphone was found.", server)
        assert await visited.page.evaluate(_FITS), "the page is wider than a phone"


async def without_microphone(visited: Visit, problem: str, server: Served) -> None:
    """A call that is typed."""
    await visited["#call"].click()
    await visited.stands("talking")
    await visited.shows("#problem-text", problem)
    await visited.shows("#problem-do", "you can type, use the keypad and listen to sample callers")
    await visited.hears("agent", DISCLOSURE)
    await visited.types("what is my balance")
    await visited.hears("caller", "what is my balance")
    await visited.hears("agent", "Please type the nine digits")
    await visited["#hang-up"].click()
    await visited.stands("ended")
    await visited.shows("#status", "Call ended: you hung up")
    await visited.downloads(server)
    visited.was_clean()


async def test_keyboard_alone(quiet: Browser, server: Served) -> None:
    async with visit(quiet, server.url) as visited:
        keyboard = visited.page.keyboard
        assert await visited.tabs_to("call-silent") < 10
        await keyboard.press("Enter")
        await visited.stands("talking")
        await expect(visited["#hang-up"]).to_be_focused()
        await visited.hears("agent", DISCLOSURE)
        await keyboard.type("11")
        await visited.hears("agent", "Please type the nine digits")
        await keyboard.type(LINE)
        await visited.shows("#keypad-hint", "4 digits are expected. Secret: shown as dots.")
        await keyboard.type(PIN)
        await visited.hears("agent", "12 euros 50")
        assert await visited.counted() == {"keypad": 4}
        assert await visited.unnamed() == []
        await visited.knows("Open question", "more")
        await keyboard.type("1")
        await visited.knows("Open question", "open")
        await keyboard.type("12")  # topping up
        await visited.knows("Open question", "means")
        await keyboard.type("2")  # by card
        await visited.knows("Open question", "credit")
        await keyboard.type("1")  # the first sum
        await visited.shows("#keypad-hint", "13 to 19 digits are expected; # ends them. Secret:")
        await expect(visited["#hang-up"]).to_be_focused()
        await keyboard.press("Enter")
        await visited.stands("ended")
        await expect(visited["#call"]).to_be_focused()
        visited.was_clean()


async def test_french(quiet: Browser, server: Served) -> None:
    french = load(PROMPTS).packs["fr"].language
    async with visit(quiet, server.url) as visited:
        await visited["#language"].select_option("fr")
        await expect(visited["html"]).to_have_attribute("lang", "fr")
        await visited.shows("#call-silent", "Appeler sans micro")
        assert await visited.unnamed() == []
        await visited["#call-silent"].click()
        await visited.stands("talking")
        await visited.hears("agent", french.phrases["greet.disclosure"][0])
        await expect(visited.said("agent").locator(".text").first).to_have_attribute("lang", "fr")
        await visited.types("quel est mon solde")
        await visited.lights("classifier")
        await visited.hears("agent", "Tapez les neuf chiffres")
        await visited.presses(LINE)
        await visited.hears("agent", french.phrases["ask.pin"][0])
        await visited.presses(PIN)
        await visited.hears("agent", "12 euros")
        await visited.knows("Identité vérifiée", "oui")

        await visited["#language"].select_option("en")
        await visited.hears("agent", "We go on in English.")
        await expect(visited["html"]).to_have_attribute("lang", "en")
        await visited["#hang-up"].click()
        await visited.stands("ended")
        call_id = await visited.downloads(server)
        visited.was_clean()
    assert PIN not in ((await server.recorded(call_id)) / "log.jsonl").read_text(encoding="utf-8")


async def test_all_lines_busy(quiet: Browser, cache: Path, tmp_path: Path) -> None:
    with served(tmp_path, cache, max_calls="1") as small:
        async with visit(quiet, small.url) as first, visit(quiet, small.url) as second:
            await first["#call-silent"].click()
            await first.stands("talking")
            await second["#call-silent"].click()
            await second.stands("ended")
            await second.shows("#problem-text", "All lines are busy.")
            await second.shows("#problem-do", "Call again in a few minutes.")
            await first["#hang-up"].click()
            await first.stands("ended")
            await second["#call-silent"].click()
            await second.stands("talking")
            await second.hears("agent", DISCLOSURE)
            await expect(second["#problem"]).to_be_hidden()


def _silence(seconds: float) -> bytes:
    return bytes(int(seconds * SAMPLE_RATE) * 2)
