"""A real browser for tests of the demonstration: one that is installed here, driven by playwright."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, async_playwright

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge", "microsoft-edge")


@asynccontextmanager
async def browser_page(width: int = 760, height: int = 1000) -> AsyncIterator[Page]:
    """Open an empty page in a browser of this machine, or else in playwright's own; skip the test without any."""
    installed = next(filter(None, map(shutil.which, COMMANDS)), None)
    async with async_playwright() as playwright:
        path = installed or playwright.chromium.executable_path
        if not os.access(path, os.X_OK):
            pytest.skip(f"no browser is installed here: none of {', '.join(COMMANDS)}, nor playwright's own")
        browser = await playwright.chromium.launch(executable_path=path)
        try:
            yield await browser.new_page(viewport={"width": width, "height": height})
        finally:
            await browser.close()
