"""The report's page over 5,000 calls: its size, and how soon it opens and filters in Chromium."""

import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import cycle, islice
from pathlib import Path

from pipelines.bench.row import Row
from pipelines.quality.calls import Call, read_calls
from pipelines.quality.compare import SLICES, compare
from pipelines.quality.data import About, as_data
from pipelines.quality.html import as_html
from pipelines.quality.outlines import A_SECOND, FEWEST, MOST
from pipelines.settings import Settings
from pipelines.store.recorded import find_recorded

_CALLS = 5_000
_OPENED = 7
_CHANGED = 10  # one call in so many is worded otherwise
_LOGS = Path(__file__).parents[2] / "tests" / "calls"
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# Every value of every filter, from the change to the frame in which the list is drawn.
_FILTERS = """async () => {
    const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const took = [];
    for (const select of document.querySelectorAll("#filters select")) {
        for (const value of [...[...select.options].map((each) => each.value), ""]) {
            await drawn();
            const began = performance.now();
            select.value = value;
            select.dispatchEvent(new Event("change", { bubbles: true }));
            await drawn();
            took.push(performance.now() - began);
        }
    }
    return took;
}"""


def run(settings: Settings) -> Iterator[Row]:
    """The rows."""
    if not _LOGS.is_dir():
        yield Row("report over 5,000 calls", [], "MB", note="no recorded call found")
        return
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        page.write_text(as_html(_report(settings, page.parent)), encoding="utf-8")
        size = page.stat().st_size / 1e6
        yield Row("report over 5,000 calls: one file", [size], "MB", wanted="20 MB")
        yield from _shown(page)


def _report(settings: Settings, folder: Path) -> dict[str, object]:
    """Golden calls repeated, each with waveforms and waits of its own, as of calls of minutes."""
    chance = random.Random(11)
    before, after = [], []
    golden = read_calls(
        find_recorded([_LOGS]), settings.prompts, sound=False, languages=settings.languages
    )
    for i, call in enumerate(islice(cycle(golden), _CALLS)):
        waits = tuple(round(chance.lognormvariate(-0.8, 0.4), 2) for _ in range(5))
        then = replace(
            call,
            recorded=replace(call.recorded, id=f"{call.recorded.id}-{chance.getrandbits(48):012x}"),
            figures=replace(call.figures, series={**call.figures.series, "wait": waits}),
            outlines=_outlines(chance),
        )
        before.append(then)
        after.append(_worded(then) if i % _CHANGED == 0 else then)
    about = About("", datetime.now().isoformat(), "", "candidate", "baseline", folder)
    return as_data(about, compare(before, after, SLICES), after, before)


def _outlines(chance: random.Random) -> tuple[bytes, bytes]:
    """Of a call of 2.5 minutes in the middle; each side is silent for half of it."""
    points = round(A_SECOND * chance.lognormvariate(5.0, 0.8))
    return _outline(chance, points), _outline(chance, points)


def _outline(chance: random.Random, points: int) -> bytes:
    random_bytes = chance.randbytes(min(MOST, max(FEWEST, points)))
    return bytes(value * 2 if value < 128 else 0 for value in random_bytes)


def _worded(call: Call) -> Call:
    last = call.turns[-1]
    said = [replace(each, text=f"{each.text} Goodbye.") for each in last.spoken]
    return replace(call, turns=(*call.turns[:-1], replace(last, spoken=said)))


def _shown(page: Path) -> Iterator[Row]:
    """In Chromium, each time as if it had never been open before."""
    what = "report over 5,000 calls: navigation to the list shown"
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        program = None
    if program is None:
        yield Row(what, [], "s", note="no Chromium, or no playwright (pip install -e '.[test]')")
        return
    took = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for _ in range(_OPENED):
            context = browser.new_context(viewport={"width": 1400, "height": 900})
            opened = context.new_page()
            began = time.perf_counter()
            opened.goto(f"{page.as_uri()}#view=calls", wait_until="commit")
            opened.wait_for_selector("#list tbody tr a")
            took.append(time.perf_counter() - began)
            filtered = opened.evaluate(_FILTERS) if len(took) == _OPENED else []
            context.close()
        browser.close()
    yield Row(what, took, "s", wanted="2 s")
    yield Row(
        "report over 5,000 calls: a filter to the list drawn", filtered, "ms", wanted="100 ms"
    )
