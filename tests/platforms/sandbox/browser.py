"""A headless Chromium for the tests of the page."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, async_playwright

CHROMIUM = shutil.which("chromium") or ""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
]
DESKTOP = (1280, 800)
PHONE = (390, 844)

needs_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no /usr/bin/chromium: THE PAGE IS NOT TESTED; apt-get install chromium"),
]


@asynccontextmanager
async def chromium(*more: str) -> AsyncIterator[Browser]:
    """A browser of its own, with ``more`` flags, gone at the end."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *more])
        try:
            yield browser
        finally:
            await browser.close()


async def open_page(browser: Browser, address: str, size: tuple[int, int] = DESKTOP, *, touch: bool = False) -> Page:
    """A new profile with a window of this size, at the address; errors of the page fail the test."""
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, has_touch=touch, locale="zh-CN")
    page = await context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: pytest.fail(f"the page broke: {error}"))
    await page.goto(address)
    await page.wait_for_selector("#chats li")
    return page
