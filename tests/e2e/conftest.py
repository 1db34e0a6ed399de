"""The pages' house, and a real Chromium in front of it."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.conftest import lacking
from tests.e2e.serving import DEADLINE
from tests.tools import find, missing
from tests.web.conftest import site

__all__ = ["chromium", "site"]

expect.set_options(timeout=DEADLINE * 1000)


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium; as root it starts only without its sandbox."""
    if reason := missing("chromium"):
        lacking(reason)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find("chromium"), args=["--no-sandbox"])
        yield browser
        await browser.close()
