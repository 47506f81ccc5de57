"""The widget in a real browser, as a customer uses it."""

from dataclasses import dataclass

from playwright.async_api import BrowserContext, Locator, Page, expect

ANSWER_MS = 60_000

# What a page shows comes as late as an answer does where several suites share a machine.
expect.set_options(timeout=ANSWER_MS)


@dataclass
class ShopPage:
    """The demo shop with the chat opened."""

    page: Page
    _bubbles_seen: int = 0

    @classmethod
    async def opened(cls, context: BrowserContext, url: str, *, member: str | None = None) -> "ShopPage":
        """Open the shop, sign in as `member` (a number) if given, and open the chat."""
        page = await context.new_page()
        await page.goto(url)
        shop = cls(page)
        if member:
            await page.locator("#sign").click()
            await page.locator("#members button", has_text=member).click()
            await expect(page.locator("#sign")).to_contain_text(" · ")
        await page.locator("#huike-widget .launch").click()
        return shop

    @property
    def replies(self) -> Locator:
        """What the other side said: bot, agent and notices."""
        return self.page.locator("#huike-widget .m:not(.customer)")

    async def say(self, text: str) -> None:
        """Type and send; `reply` then waits for what comes after."""
        self._bubbles_seen = await self.page.locator("#huike-widget .m").count() + 1
        box = self.page.locator("#huike-widget textarea")
        await box.fill(text)
        await box.press("Enter")

    async def press(self, title: str) -> None:
        """Press the latest button with that title."""
        self._bubbles_seen = await self.page.locator("#huike-widget .m").count() + 1
        await self.page.locator("#huike-widget .bs button:enabled", has_text=title).last.click()

    async def reply(self) -> str:
        """The words of the next message after what was said, buttons included."""
        bubble = self.page.locator("#huike-widget .m").nth(self._bubbles_seen)
        await expect(bubble).to_be_visible(timeout=ANSWER_MS)
        self._bubbles_seen += 1
        return await bubble.inner_text()

    async def reply_with(self, words: str) -> str:
        """Wait for a message that holds `words`, whichever comes first; gives its text."""
        bubble = self.replies.filter(has_text=words).last
        await expect(bubble).to_be_visible(timeout=ANSWER_MS)
        return await bubble.inner_text()
