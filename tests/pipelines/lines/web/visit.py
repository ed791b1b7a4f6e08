"""A visit to the page in a real browser, and everything on it that a visitor would not see."""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    Dialog,
    Locator,
    Page,
    Playwright,
    ViewportSize,
    expect,
)
from playwright.async_api import TimeoutError as PlaywrightTimeout

from pipelines.engines.asr.engine import SAMPLE_RATE
from tests.pipelines.lines.web.served import Served

CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
SOON = 120_000  # ms for what is waited for: it tells a hang, on however busy a machine
expect.set_options(timeout=SOON)
DESK = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)
_CSP = """document.addEventListener("securitypolicyviolation",
    (event) => console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`))"""

_PARTS = {"caller": "caller.wav", "agent": "agent.wav", "log": "log.jsonl"}
_COUNTS = """Object.fromEntries([...document.querySelectorAll("#ladder [data-rung]")]
    .map((rung) => [rung.dataset.rung, Number(rung.querySelector(".count").textContent)])
    .filter(([, count]) => count))"""
_FOCUS = """[document.activeElement.id || document.activeElement.outerHTML,
    getComputedStyle(document.activeElement).outlineStyle]"""
_UNNAMED = """(() => {
    const faults = [];
    const shown = (element) => element.checkVisibility();
    const named = (element) => (element.getAttribute("aria-label")
        || [...(element.labels ?? [])].map((label) => label.textContent).join("")
        || (element.getAttribute("aria-labelledby") ?? "").split(" ")
            .map((id) => document.getElementById(id)?.textContent).join("")
        || (element.matches("button, a") && element.textContent) || "").trim();
    for (const element of document.querySelectorAll(
        "button, a, input, select, output, section, [role=group], [role=meter], [role=log]"))
        if (shown(element) && !named(element)) faults.push(`no name: ${element.outerHTML}`);
    for (const image of document.querySelectorAll("img:not([alt])")) faults.push(image.outerHTML);
    for (const image of document.querySelectorAll("svg:not([aria-hidden])"))
        faults.push(image.outerHTML);
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    faults.push(...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `twice: #${id}`));
    const live = { status: "[role=status]", problem: "[role=alert]",
        transcript: "[role=log][aria-live=polite]", notice: "[role=note]" };
    for (const [id, selector] of Object.entries(live))
        if (!document.querySelector(`#${id}${selector}`)) faults.push(`#${id} is not announced`);
    if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
    if (!document.querySelector("main")) faults.push("no main");
    if (!document.title.trim() || !document.documentElement.lang) faults.push("no title or lang");
    return faults;
})()"""
# The browser's own fake microphone plays its recording from when it is opened, come what may.
_MICROPHONE = """(rate => {
    const context = new AudioContext();
    const heard = context.createMediaStreamDestination();
    navigator.mediaDevices.getUserMedia = async () => heard.stream.clone();
    window.sayIntoMicrophone = (pcm) => {
        const bytes = Uint8Array.from(atob(pcm), (byte) => byte.charCodeAt(0));
        const samples = Float32Array.from(new Int16Array(bytes.buffer), (value) => value / 32768);
        const buffer = context.createBuffer(1, samples.length, rate);
        buffer.copyToChannel(samples, 0);
        const source = new AudioBufferSourceNode(context, { buffer });
        source.connect(heard);
        source.start();
    };
})"""


class Visit:
    """The page, ready to be used."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.complaints: list[str] = []  # of the browser: errors, warnings, refusals
        self.elsewhere: list[str] = []  # requests to other origins
        self._host = urlsplit(url).netloc
        page.on("console", lambda m: self._said(m.type, m.text))
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.on("requestfailed", lambda r: self.complaints.append(f"failed: {r.url} {r.failure}"))
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket: self._asked(socket.url))
        page.on("dialog", self._dialog)

    def _said(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self._host:
            self.elsewhere.append(url)

    async def _dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def __getitem__(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def said(self, who: str, text: str = "") -> Locator:
        """Lines of the transcript that hold `text`."""
        return self[f'#transcript li[data-who="{who}"]'].filter(has_text=text)

    async def stands(self, phase: str, within: float = SOON) -> None:
        """Wait until the call stands there: dialing, talking, ending, ended."""
        await expect(self["body"]).to_have_attribute("data-call", phase, timeout=within)

    async def shows(self, selector: str, text: str, within: float = SOON) -> None:
        """Wait until it holds `text`."""
        await expect(self[selector].first).to_contain_text(text, timeout=within)

    async def knows(
        self, term: str, text: str, within: float = SOON, panel: str = "#state"
    ) -> None:
        """Wait until a panel gives `text` for `term`."""
        pair = self[f"{panel} dl.terms div, dl{panel} div"].filter(has_text=term)
        await expect(pair.locator("dd").first).to_contain_text(text, timeout=within)

    async def hears(self, who: str, text: str, within: float = SOON) -> None:
        """Wait until `who` has said `text` in the transcript."""
        await expect(self.said(who, text).last).to_be_visible(timeout=within)

    async def spoke(self, within: float = SOON) -> None:
        """Wait until the agent is speaking."""
        await self._floor("floor-speaking", within)

    async def listens(self, within: float = SOON) -> None:
        """Wait until the agent has finished and waits for the caller."""
        await self._floor("floor-listening", within)

    async def _floor(self, holder: str, within: float) -> None:
        # looked at with every picture: what is over soon is seen all the same
        await self.page.wait_for_function(
            "holder => document.getElementById('floor').dataset.t === holder",
            arg=holder,
            timeout=within,
        )

    async def lights(self, rung: str, within: float = SOON) -> None:
        """Wait until this rung of the ladder was the one that understood."""
        lit = self[f'#ladder [data-rung="{rung}"][aria-current]']
        await expect(lit).to_be_visible(timeout=within)

    async def counted(self) -> dict[str, int]:
        """How many turns each rung has understood."""
        counts: dict[str, int] = await self.page.evaluate(_COUNTS)
        return counts

    async def brings_microphone(self) -> None:
        """One that waits for the agent: it is silent but for what `says` is given."""
        await self.page.evaluate(f"{_MICROPHONE}({SAMPLE_RATE})")

    async def says(self, pcm: bytes) -> None:
        """A turn spoken into the microphone that was brought. `pcm`: 16 bit at SAMPLE_RATE."""
        await self.page.evaluate(
            "pcm => window.sayIntoMicrophone(pcm)", base64.b64encode(pcm).decode()
        )

    async def types(self, text: str) -> None:
        """A turn in writing."""
        await self["#say-text"].fill(text)
        await self["#say-send"].click()

    async def presses(self, digits: str) -> None:
        """Digits with the mouse."""
        for digit in digits:
            await self[f'button[data-key="{digit}"]'].click()

    async def tabs_to(self, element_id: str, most: int = 40) -> int:
        """How many presses of Tab it takes; every stop on the way must show that it has focus."""
        for presses in range(1, most):
            await self.page.keyboard.press("Tab")
            stop, outline = await self.page.evaluate(_FOCUS)
            assert outline != "none", f"focus cannot be seen on {stop}"
            if stop == element_id:
                return presses
        raise AssertionError(f"the keyboard does not get to {element_id}")

    async def unnamed(self) -> list[str]:
        """What a screen reader could not make sense of."""
        found: list[str] = await self.page.evaluate(_UNNAMED)
        return found

    async def downloads(self, server: Served) -> str:
        """Fetch all that the page offers of the call, as it was recorded; returns the call's id."""
        link = self['#downloads a[data-part="log"]']
        call_id = (await link.get_attribute("href") or "").split("/")[-2]
        folder = await server.recorded(call_id)
        for part, name in _PARTS.items():
            link = self[f'#downloads a[data-part="{part}"]']
            await expect(link).to_be_visible()
            async with self.page.expect_download() as started:
                await link.click()
            download = await started.value
            assert download.suggested_filename == f"{call_id}-{name}"
            assert (await download.path()).read_bytes() == (folder / name).read_bytes()
        return call_id

    async def gaps(self) -> int:
        """How often the agent's sound was interrupted because it, or the browser, came too late."""
        return int(await self["#latency"].get_attribute("data-underruns") or 0)

    def was_clean(self) -> None:
        """Nothing went wrong behind the scenes, and nobody else was asked for anything."""
        assert self.complaints == []
        assert self.elsewhere == []


@asynccontextmanager
async def browser(playwright: Playwright, executable: str, *more: str) -> AsyncIterator[Browser]:
    """Chromium as the machine has it."""
    found = await playwright.chromium.launch(executable_path=executable, args=[*CHROMIUM, *more])
    try:
        yield found
    finally:
        await found.close()


async def in_real_time(
    chromium: Browser, url: str, call: Callable[[Visit], Awaitable[None]]
) -> None:
    """A call between a caller who speaks and a recogniser that listens.

    They understand each other only where the machine keeps up: a call that went wrong and had gaps
    in its sound is made again, twice at most. On a quiet machine there are no gaps.
    """
    for again in (True, True, False):
        async with visit(chromium, url) as visited:
            try:
                await call(visited)
                return
            except (AssertionError, PlaywrightTimeout):
                if not (again and await visited.gaps()):
                    raise


@asynccontextmanager
async def visit(
    chromium: Browser,
    url: str,
    *,
    permissions: tuple[str, ...] = (),
    viewport: ViewportSize = DESK,
    locale: str = "en-GB",
) -> AsyncIterator[Visit]:
    """A visitor with a browser profile of their own."""
    context = await chromium.new_context(
        permissions=list(permissions), viewport=viewport, locale=locale
    )
    try:
        await context.add_init_script(_CSP)
        context.set_default_timeout(SOON)
        page = await context.new_page()
        visited = Visit(page, url)
        await page.goto(url)
        await page.wait_for_selector("html[data-ready]")
        yield visited
    finally:
        await context.close()
