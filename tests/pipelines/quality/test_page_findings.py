"""What a report points at, in a real browser: the worst calls, judged rules, trends."""

from dataclasses import replace

import pytest
from playwright.async_api import Browser, expect

from pipelines.quality.calls import Call
from pipelines.quality.checks import Violation
from pipelines.quality.compare import SLICES, compare
from pipelines.quality.data import About, as_data
from pipelines.quality.history import Past
from pipelines.quality.html import as_html
from pipelines.store.annotations import Annotation
from tests.pipelines.lines.web.visit import PHONE, visit
from tests.pipelines.quality.reports import golden, write_sounds

pytestmark = pytest.mark.asyncio(loop_scope="module")

FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A comparison with a broken rule, a person called wrongly, and two reports before it."""
    folder = tmp_path_factory.mktemp("report")
    write_sounds(folder)
    before = [_annotated(call) for call in golden(folder)]
    after = [_broken(call) for call in before]
    past = [
        Past(made=f"2026-11-2{day}T03:00:00", version=f"0.0.{day}", of="runs", figures={
            "resolved": (0.1 * day, 0.1 * day - 0.05, 0.1 * day + 0.05, 40.0),
            **({"asked_back": (0.2, 0.1, 0.3, 90.0)} if day == 7 else {}),
        })
        for day in (7, 8)
    ]  # fmt: skip
    about = About("Night", "2026-11-29T03:00:00", "0.1.0", "runs/new", "runs/old", folder, past)
    data = as_data(about, compare(before, after, SLICES), after, before)
    path = folder / "report.html"
    path.write_text(as_html(data), encoding="utf-8")
    return path.as_uri()


def _annotated(call: Call) -> Call:
    if call.recorded.id != "en-tour":
        return call
    said = Annotation(who="awa", when="2026-11-29T10:00:00", about="escalation", value="none")
    return replace(call, annotations=(said,))


def _broken(call: Call) -> Call:
    if call.recorded.id != "en-sim":
        return call
    at = call.turns[2].at + 0.5
    broken = (Violation("identity", "'sim' was looked up", at),)
    return replace(call, figures=replace(call.figures, violations=broken))


async def test_the_worst_call_is_told_with_why_and_leads_to_its_turn(
    chromium: Browser, url: str
) -> None:
    async with visit(chromium, url) as visited:
        first = visited[".worst > li"].first
        await expect(first).to_contain_text("looked up before the caller was known")
        await expect(first).to_contain_text("'sim' was looked up")
        await first.locator("a").click()
        await visited.shows("#call-title", "en-sim")
        await expect(visited[".turn.current"]).to_have_attribute("data-turn", "2")
        await visited.shows(".way", "1 of 11")
        await visited["text=All calls"].click()
        await expect(visited["td.id a"].first).to_have_text("en-sim")


async def test_a_rule_that_called_wrongly_leads_to_its_calls(chromium: Browser, url: str) -> None:
    async with visit(chromium, url) as visited:
        rule = visited['.rules tr[data-rule="asked_for_person"]']
        await expect(rule).to_contain_text("0.0 %")
        await expect(rule).to_contain_text("n 1; before 0.0 %, n 1")
        await rule.locator("a").click()
        await visited.shows("#calls-count", "1 of 11 calls")
        await expect(visited["#filter-judged"]).to_have_value("wrong:asked_for_person")
        await expect(visited["td.id a"]).to_have_text("en-tour")


async def test_a_figure_is_read_over_reports_by_mouse_and_keyboard(
    chromium: Browser, url: str
) -> None:
    async with visit(chromium, url) as visited:
        await expect(visited[".trends figure"]).to_have_count(2)  # what two reports tell
        chart = visited['.trends [data-metric="resolved"]']
        await expect(chart).to_contain_text("0.1.0, 2026-11-29 03:00, runs/new")
        slider = chart.locator("[role=slider]")
        await slider.focus()
        await visited.page.keyboard.press("ArrowLeft")
        await expect(slider).to_have_attribute("aria-valuenow", "2")
        await expect(chart).to_contain_text("80.0 % (75.0 to 85.0 %), n 40")
        await slider.hover(position={"x": 5, "y": 20})
        await expect(chart).to_contain_text("70.0 % (65.0 to 75.0 %), n 40")
        await visited["#trends summary"].click()
        await expect(visited["#trends tbody tr"]).to_have_count(3)
        await expect(visited["#trends tbody"]).to_contain_text("80.0 % (75.0 to 85.0 %), n 40")


async def test_it_fits_a_phone(chromium: Browser, url: str) -> None:
    async with visit(chromium, url, viewport=PHONE) as visited:
        await visited["#trends summary"].click()
        assert await visited.page.evaluate(FITS)
        visited.was_clean()
