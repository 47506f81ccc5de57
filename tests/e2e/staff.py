"""The console in a browser of its own, as agents and supervisors use it."""

import asyncio
import contextlib
from dataclasses import dataclass

from playwright.async_api import Browser, Locator, Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from bot.demo.seed import DEMO_LOGINS
from tests.e2e.page import ANSWER_MS
from tests.stack import Stack

DIALOG_MS = 8_000


@dataclass
class StaffPage:
    """One who is signed in at the console."""

    page: Page
    url: str

    @classmethod
    async def signed_in(cls, browser: Browser, shop: Stack, role: str, *, place: int = 0) -> "StaffPage":
        """One of the demo's staff with that role, at the desk."""
        login = [each for each in DEMO_LOGINS if each.role == role][place]
        context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
        context.set_default_timeout(ANSWER_MS)
        page = await context.new_page()
        await page.goto(f"{shop.url}/console/")
        await page.fill("#email", login.email)
        await page.fill("#password", login.password)
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".hk-desk")
        return cls(page, f"{shop.url}/console")

    async def opens(self, kind: str, case: str = "") -> None:
        """A list of the work desk, with the case whose row holds `case`."""
        await self.page.goto(f"{self.url}/work/{kind}")
        await self.page.wait_for_selector(".hk-work")
        if case:
            await self.page.locator(".hk-case", has_text=case).first.click()
            await expect(self.page.locator(".hk-case-head")).to_be_visible(timeout=ANSWER_MS)

    async def does(self, act: str, **filled: str) -> None:
        """Press an act of the open case and fill in what its dialog asks: labels with texts; `pick` names one of a
        list. Without anything to fill in the dialog, if there is one, is confirmed."""
        dialog = self.page.locator(".hk-dialog")
        # The acts are drawn anew when the case has moved on; a press on those that are just being replaced is lost.
        async with asyncio.timeout(ANSWER_MS / 1000):
            while True:
                await self.page.locator(".hk-case-acts").get_by_role("button", name=act, exact=True).click()
                with contextlib.suppress(PlaywrightTimeout):
                    await dialog.wait_for(timeout=DIALOG_MS)
                    break
        for label, text in filled.items():
            if label == "pick":
                await dialog.locator(".q-select").click()
                await self.page.get_by_role("option", name=text).click()
            else:
                await dialog.get_by_label(label).last.fill(text)
        await dialog.locator(".hk-dialog-acts button").last.click()
        await expect(dialog).to_have_count(0, timeout=ANSWER_MS)

    async def presses(self, name: str) -> None:
        """A button that asks nothing more."""
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def answers(self, text: str) -> None:
        """Write to the customer of the conversation that is open and held."""
        await self.page.wait_for_selector(".hk-field[data-mode='reply']")
        await self.page.fill(".hk-field", text)
        await self.page.locator(".hk-field").press("Enter")

    def part(self, name: str) -> Locator:
        """A part of the open case."""
        return self.page.locator(f".hk-part-{name}")
