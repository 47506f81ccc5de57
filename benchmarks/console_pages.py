"""How long the console's pages take to show their content, with the demo shop, and how many statements each costs.

The app runs in this process on a copy of the demo shop; Chromium goes to every page `--rounds` times as an
administrator, after a round that is not counted (the nightly jobs that were missed run meanwhile). Measured is the time
from the navigation to the first line of the page's own content, and the statements until then.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from playwright.async_api import Page, async_playwright
from pydantic import SecretStr
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import event, select

from benchmarks.demo_shop import SECRET_KEY, Ground, template
from bot.app import build_app
from bot.demo.seed import DEMO_LOGINS
from bot.services import Services
from bot.settings import Settings
from crm_store.conversations import Conversation, ConversationState
from tests.chromium import launched
from tests.stack import free_port

ADMINISTRATOR = next(each for each in DEMO_LOGINS if each.role == "admin")
MEMBER = "HK100002"
PATIENCE_MS = 60_000
PAGES = {
    "/console/": ".hk-case",
    "/console/c/{conversation}": ".hk-msg",
    "/console/work": ".hk-work",
    "/console/work/complaints": ".hk-case",
    "/console/work/promises": ".hk-case",
    "/console/work/board": ".hk-board [data-case]",
    "/console/follow-ups": ".hk-card",
    "/console/members": ".hk-main a",
    f"/console/members/{MEMBER}": ".hk-part-orders",
    "/console/risk": ".hk-main h2",
    "/console/win-back": ".hk-main h1",
    "/console/measures": ".hk-main h2",
    "/console/knowledge": ".hk-card",
    "/console/phrases": ".hk-main h1",
    "/console/terms": ".hk-main h1",
    "/console/outreach": ".hk-main table",
    "/console/agents": ".hk-main h1",
    "/console/api-keys": ".hk-main h1",
    "/console/audit": ".hk-main table",
    "/console/import": ".hk-main h1",
    "/console/jobs": ".hk-main h1",
    "/console/policy": ".hk-main h2",
}
"""Each page with what its content is known by."""

console = Console()


@asynccontextmanager
async def running(database_url: str, folder: Path) -> AsyncIterator[tuple[Services, str]]:
    """The app in this process, without Rasa."""
    port = free_port()
    settings = Settings(
        demo=True, data_dir=folder, database_url=database_url, port=port, public_url=f"http://127.0.0.1:{port}",
        rasa_url=f"http://127.0.0.1:{free_port()}", secret_key=SecretStr(SECRET_KEY),
        actions_secret=SecretStr(SECRET_KEY),
    )  # fmt: skip
    app = build_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, timeout_graceful_shutdown=2))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.05)
    try:
        yield app.state.services, settings.public_url
    finally:
        server.should_exit = True
        await serving


def counted(services: Services) -> list[str]:
    """A list that grows by every statement from now on."""
    statements: list[str] = []
    engine = services.database.engine.sync_engine

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    return statements


async def entered(page: Page, url: str) -> None:
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(f"{url}/console/")
    await page.fill("#email", ADMINISTRATOR.email)
    await page.fill("#password", ADMINISTRATOR.password)
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".hk-desk")


async def measured(page: Page, url: str, shows: str, statements: list[str]) -> tuple[float, int]:
    """Milliseconds until the page shows its content, and the statements since it was asked for."""
    await page.goto("about:blank")
    before, begun = len(statements), time.perf_counter()
    await page.goto(url, wait_until="commit")
    await page.wait_for_selector(shows)
    return 1000 * (time.perf_counter() - begun), len(statements) - before


async def run(members: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with (
            template("sqlite", Ground(members=members), folder / "shop") as shop,
            running(shop.database_url, folder / "shop") as (services, url),
            async_playwright() as playwright,
        ):
            async with services.database.reading() as session:
                waits = select(Conversation.id).where(Conversation.state == ConversationState.QUEUE).limit(1)
                conversation = await session.scalar(waits)
            statements = counted(services)
            browser = await launched(playwright)
            page = await browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
            await entered(page, url)
            addresses = {path: f"{url}{path.format(conversation=conversation)}" for path in PAGES}
            runs: dict[str, list[tuple[float, int]]] = {path: [] for path in PAGES}
            for number in track(range(rounds + 1), description="Rounds", console=console):
                for path, shows in PAGES.items():
                    cost = await measured(page, addresses[path], shows, statements)
                    if number:
                        runs[path].append(cost)
            await browser.close()
    console.print(drawn(runs))


def drawn(runs: dict[str, list[tuple[float, int]]]) -> Table:
    table = Table("page", "median ms", "slowest ms", "statements")
    for path, each in runs.items():
        times, costs = zip(*each, strict=True)
        table.add_row(path, f"{statistics.median(times):.0f}", f"{max(times):.0f}", f"{statistics.median(costs):.0f}")
    return table


def main(members: int = 500, rounds: Annotated[int, typer.Option(min=1)] = 7) -> None:
    asyncio.run(run(members, rounds))


if __name__ == "__main__":
    typer.run(main)
