"""The page of loyalty in figures, over HTTP: an empty shop, a shop with figures, the table, and who may look."""

import csv
import io
from datetime import timedelta

from bot.jobs.value import measure_loyalty
from crm_store.agents import Role
from crm_store.clock import now
from tests.bot.console.admin.test_agents_page import somebody
from tests.bot.console.conftest import Shop
from tests.bot.console.test_access import client_of, markup, sign_in
from tests.crm_store.shop import make_member, make_order


async def sold(shop: Shop) -> str:
    """A buyer who comes back each month; their number."""
    async with shop.services.database.transaction() as session:
        member = await make_member(session, joined_at=now() - timedelta(days=200))
        for days in (10, 40, 70, 100, 130):
            await make_order(session, member, placed_at=now() - timedelta(days=days))
        number = member.number
    await measure_loyalty(shop.services.database)
    return number


async def test_a_shop_without_figures_says_what_is_missing(shop: Shop) -> None:
    await somebody(shop, Role.SUPERVISOR)
    async with client_of(shop) as client:
        await sign_in(client)
        assert "要先有订单，并且过完一个月" in markup(await client.get("/console/measures"))


async def test_figures_by_month_and_by_stage(shop: Shop) -> None:
    await somebody(shop, Role.SUPERVISOR)
    await sold(shop)
    async with client_of(shop) as client:
        await sign_in(client)
        page = markup(await client.get("/console/measures?span=month&by=stage"))
        table = (await client.get("/console/measures.csv?span=month&by=all")).text
    assert "多次购买" in page
    assert "样本少" in page
    rows = list(csv.reader(io.StringIO(table.removeprefix("\ufeff"))))
    assert rows[0] == ["开始日期", "分组", "指标", "数值", "n"]
    assert ["留存率", "100.00", "1"] in [row[2:] for row in rows]


async def test_agents_see_neither_page_nor_table(shop: Shop) -> None:
    await shop.agent()
    async with client_of(shop) as client:
        await sign_in(client)
        assert "这一页给主管和管理员用" in markup(await client.get("/console/measures"))
        assert (await client.get("/console/measures.csv")).status_code == 403


async def test_a_members_page_tells_stage_and_expected_spend(shop: Shop) -> None:
    await somebody(shop, Role.SUPERVISOR)
    number = await sold(shop)
    async with client_of(shop) as client:
        await sign_in(client)
        page = markup(await client.get(f"/console/members/{number}"))
    assert "多次购买" in page
    assert "RFM " in page
    assert "预计消费" in page
