"""Processor time of one event at the agents' console while many customers wait, with real browsers at the desk.

The app runs in this process on a database of its own, with `--waiting` customers in the queue and as many times
`--closed` conversations of before. `--consoles` desks are open in Chromium. One event is one customer's message that
changes the queue; measured is the processor time of this process from the signal until nothing more is done about it,
less that of the same span without an event, and the time from the signal to the screen of the conversation's agent.
"""

import asyncio
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from playwright.async_api import Browser, Page, async_playwright
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import insert

from bot.app import build_app
from bot.services import Services
from bot.settings import Settings
from crm_store import agents, conversations, passwords
from crm_store.clock import now
from crm_store.conversations import Conversation, ConversationState
from crm_store.db import Database
from crm_store.identities import Identity
from crm_store.members import Member
from crm_store.messages import Author, Direction, Inbound, Message, MessageStatus
from tests.chromium import launched
from tests.stack import free_port

EMAIL, PASSWORD = "bench@shop.example", "a password of ten or more"
SECRET = "a secret of this benchmark and of nothing else"  # noqa: S105
SETTLED_S = 1.5
ROWS_AT_A_TIME = 1000
TIERS = ("bronze", "silver", "gold")
SEEN = """seq => new Promise(seen => { const look = () => document.querySelector(`.hk-msg[data-seq="${seq}"]`)
    ? seen(Date.now()) : requestAnimationFrame(look); look(); })"""

console = Console()


async def fill(database: Database, *, waiting: int, closed: int) -> None:
    """Customers in the queue, every third a member, each with two messages; and conversations that are over."""
    at = now()
    total = waiting + closed
    people = [
        {"id": n + 1, "number": f"B{n}", "given_name": f"名{n}", "tier_code": TIERS[n % 3], "interests": []}
        for n in range(waiting // 3)
    ]
    identities = [{"id": n + 1, "channel": "bench", "channel_user_id": f"b{n}"} for n in range(total)]
    talks = [
        {
            "id": f"{n:032x}",
            "channel": "bench",
            "identity_id": n + 1,
            "member_id": n + 1 if n < len(people) else None,
            "state": ConversationState.QUEUE if n < waiting else ConversationState.CLOSED,
            "queue_reason": "requested" if n < waiting else None,
            "urgency": 1 + n % 2,
            "queued_at": at - timedelta(seconds=total - n) if n < waiting else None,
            "last_seq": 2,
        }
        for n in range(total)
    ]
    said = [
        {
            "conversation_id": f"{n:032x}",
            "seq": seq,
            "direction": Direction.IN,
            "author": Author.CUSTOMER,
            "channel": "bench",
            "text": f"第 {n} 位的话",
            "status": MessageStatus.HANDLED,
        }
        for n in range(waiting)
        for seq in (1, 2)
    ]
    async with database.transaction() as session:
        for table, rows in ((Member, people), (Identity, identities), (Conversation, talks), (Message, said)):
            for start in range(0, len(rows), ROWS_AT_A_TIME):
                await session.execute(insert(table), rows[start : start + ROWS_AT_A_TIME])
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("ANALYZE")


async def desk(browser: Browser, url: str) -> Page:
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page = await context.new_page()
    await page.goto(f"{url}/console/")
    await page.fill("#email", EMAIL)
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".hk-case")
    await asyncio.sleep(SETTLED_S)
    return page


async def spent() -> float:
    """Processor seconds of this process until the event that was just sent is dealt with."""
    before = time.process_time()
    await asyncio.sleep(SETTLED_S)
    return time.process_time() - before


async def measure(services: Services, page: Page, events: int) -> tuple[list[float], list[float]]:
    """Milliseconds of processor time of each event, and from the signal to the screen."""
    talk = await services.desk.receive(Inbound("bench", "asker", "first", text="在吗"))
    async with services.database.transaction() as session:
        waits = await conversations.request_human(session, talk.conversation.id, reason="requested", urgency=4)
    await services.desk.tell(waits)
    await page.click(f".hk-case[data-conversation='{waits.id}']")
    await page.wait_for_selector(".hk-composer")
    await asyncio.sleep(SETTLED_S)
    costs, delays = [], []
    for number in range(events):
        idle = await spent()
        busy = time.process_time()
        received = await services.desk.receive(Inbound("bench", "asker", f"next{number}", text=f"还有 {number}"))
        sent = time.time()
        delays.append(await page.evaluate(SEEN, received.message.seq) - sent * 1000)
        await spent()
        costs.append(1000 * max(0.0, time.process_time() - busy - idle * 1.0))
    return costs, delays


async def run(url: str, *, waiting: int, closed: int, consoles: int, events: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        settings = Settings(
            demo=True, data_dir=Path(folder), database_url=url, port=port, public_url=f"http://127.0.0.1:{port}",
            rasa_url=f"http://127.0.0.1:{free_port()}", secret_key=SecretStr(SECRET), actions_secret=SecretStr(SECRET),
        )  # fmt: skip
        app = build_app(settings)
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, timeout_graceful_shutdown=2))
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.05)
        services: Services = app.state.services
        password_hash = await passwords.hashed(PASSWORD)
        async with services.database.transaction() as session:
            await agents.create(session, email=EMAIL, name="测", password_hash=password_hash)
        await fill(services.database, waiting=waiting, closed=closed)
        async with async_playwright() as playwright:
            browser = await launched(playwright)
            pages = [await desk(browser, settings.public_url) for _ in range(consoles)]
            costs, delays = await measure(services, pages[0], events)
            await browser.close()
        server.should_exit = True
        await serving
    console.print(
        f"{waiting} waiting, {consoles} consoles: {statistics.median(costs):.0f} ms of processor time an event "
        f"(median of {events}), {statistics.median(delays):.0f} ms from signal to screen "
        f"(longest {max(delays):.0f} ms)"
    )


def main(
    database_url: str = "",
    waiting: int = 5000,
    closed: int = 20_000,
    consoles: int = 1,
    events: Annotated[int, typer.Option(min=1)] = 10,
) -> None:
    asyncio.run(run(database_url, waiting=waiting, closed=closed, consoles=consoles, events=events))


if __name__ == "__main__":
    typer.run(main)
