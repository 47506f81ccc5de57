"""The page behind a member's link to the copy of their data: who looks opens nothing, who presses gets it once."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from bot.channels.web import data_routes
from bot.desk.dialogue import Dialogue
from bot.rate_limits import Rates
from crm_store import audit, data_copies, members, privacy
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.policy import policy
from tests.bot.channels.web_tab import make_services
from tests.crm_store.inbox import make_agent


@pytest_asyncio.fixture
async def client(
    request: pytest.FixtureRequest, database: Database, dialogue: Dialogue, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    rates = Rates(**getattr(request, "param", {}))
    app.include_router(data_routes.build_router(make_services(database, dialogue, tmp_path, rates=rates)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.example") as client:
        yield client


async def given(database: Database, *, language: str = "zh-Hant") -> tuple[int, int, str]:
    """A member who asked for a copy, the request, and the way to it."""
    async with database.transaction() as session:
        member = await members.create(session, family_name="陳", given_name="怡君", language=language)
        asked = await privacy.open(session, member_id=member.id, kind="export", key="x1")
        link = await data_copies.give(session, asked, agent_id=await make_agent(session), key="k1")
        return member.id, asked.id, f"/data/{link.token}"


async def test_the_page_speaks_the_members_language_and_the_button_gives_the_file_once(
    client: httpx.AsyncClient, database: Database
) -> None:
    member_id, request_id, way = await given(database)
    for _ in range(2):
        page = await client.get(way)
        assert (page.status_code, "您的個人資料" in page.text) == (200, True)
        assert page.headers["Referrer-Policy"] == "no-referrer"
    file = await client.post(way)
    assert file.json()["member"]["id"] == member_id
    assert file.headers["Content-Disposition"].startswith("attachment; filename=")
    assert file.headers["Cache-Control"] == "private, no-store"
    for again in (await client.get(way), await client.post(way, headers={"Accept-Language": "en-GB,en;q=0.9"})):
        assert again.status_code == 410
        assert "怡君" not in again.text
    assert "no longer opens" in again.text
    async with database.reading() as session:
        [opened] = await audit.entries(session, subject=f"privacy:{request_id}")
    assert (opened.action, opened.actor, opened.agent_id) == ("fetch_member_data", "member", None)


async def test_it_does_not_open_for_who_was_erased(client: httpx.AsyncClient, database: Database) -> None:
    member_id, _, way = await given(database)
    async with database.transaction() as session:
        await privacy.erase(session, member_id, by="agent:1")
    assert (await client.get(way)).status_code == 410
    assert (await client.post(way)).status_code == 410


async def test_it_is_good_for_as_long_as_the_policy_says(
    client: httpx.AsyncClient, database: Database, frozen_clock: FrozenClock
) -> None:
    _, _, way = await given(database)
    frozen_clock.move(policy().privacy.copy_valid - timedelta(seconds=1))
    assert (await client.get(way)).status_code == 200
    frozen_clock.move(timedelta(seconds=1))
    assert (await client.get(way)).status_code == 410
    assert (await client.get("/data/made-up")).status_code == 410


@pytest.mark.parametrize("client", [{"visitors_per_address": 1}], indirect=True)
async def test_who_guesses_is_slowed_down(client: httpx.AsyncClient) -> None:
    answers = [(await client.get(f"/data/guess{number}")).status_code for number in range(6)]
    assert answers == [410, 410, 410, 410, 429, 429]


@pytest.mark.parametrize("number", ["会员编号七", "Ｔ１", 'V"7;\\', "Ñ-7"])
async def test_a_number_in_any_script_gets_its_copy(client: httpx.AsyncClient, database: Database, number: str) -> None:
    async with database.transaction() as session:
        member = await members.create(session, number=number, family_name="陳", given_name="怡君")
        asked = await privacy.open(session, member_id=member.id, kind="export", key="x1")
        link = await data_copies.give(session, asked, agent_id=await make_agent(session), key="k1")
    file = await client.post(f"/data/{link.token}")
    assert file.json()["member"]["number"] == member.number
    assert f"filename*=UTF-8''huike-data-{quote(member.number)}.json" in file.headers["Content-Disposition"]
