"""A real browser for tests of pages: the system's Chromium, or Chrome where there is none."""

import shutil
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Switches that keep it from asking anything of the network; as root it starts only without its sandbox."""


@contextmanager
def chromium():
    """Yield a headless browser."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        where = {"executable_path": path} if path else {"channel": "chrome"}
        browser = playwright.chromium.launch(args=list(QUIET), **where)
        try:
            yield browser
        finally:
            browser.close()
