"""The machine's own browser, for the report's pages."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.pipelines.lines.web.conftest import executable
from tests.pipelines.lines.web.visit import browser

__all__ = ["chromium", "executable"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium(executable: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright, browser(playwright, executable) as found:
        yield found
