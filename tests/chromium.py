"""The real browser of the tests: Debian's Chromium, in its build without windows where that is installed.

Each context of the full build opens a window with pages of the browser's own, which cost three times what the tested
page does; `chromium-headless-shell` is the same engine without them.
"""

import shutil

from playwright.async_api import Browser, Playwright

PROGRAMS = ("chromium-headless-shell", "chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


async def launched(playwright: Playwright) -> Browser:
    """A browser without a session. A missing one fails the test: the browser is part of what is promised."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    assert program is not None, "install Debian's chromium-headless-shell or chromium"
    return await playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
