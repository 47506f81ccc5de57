"""The page of what was sent without asking, and the topics on a member's page."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from crm_store import audit, clock, identities, members, proactive
from crm_store.agents import Role
from crm_store.members import Member
from crm_store.messages import Reply
from crm_store.proactive import HeldBack, Kind, News, Topic
from tests.bot.console.admin.test_agents_page import somebody
from tests.bot.console.conftest import Shop, signed_in
from tests.bot.console.test_access import client_of, markup, sign_in
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.shop import make_order

ALWAYS = "proactive: {after_talk: 0 min, quiet_from: 0:00, quiet_until: 0:00, topics: {offers: off}}"


async def told(shop: Shop, kind: Kind) -> Member:
    """A member who got one message and has ordered since."""
    async with shop.services.database.transaction() as session:
        member = await members.create(session, family_name="林", given_name="晓雯", marketing_consent=True)
        identity = await identities.find_or_create(session, channel="web", channel_user_id="u1")
        await identities.bind(session, identity, member, by="email_code")
        news = News(kind=kind, thing="1", member_id=member.id)
        done = await proactive.send(session, news, lambda _member, _language: Reply(text="上新了"))
        assert not isinstance(done, HeldBack), done
        await make_order(session, member, placed_at=clock.now() + timedelta(seconds=1))
    return member


async def test_what_was_sent_and_what_came_after(shop: Shop) -> None:
    await somebody(shop, Role.SUPERVISOR)
    with changed(ALWAYS):
        await told(shop, Kind.NEW_GOODS)
        async with client_of(shop) as client:
            await sign_in(client)
            page = markup(await client.get("/console/outreach"))
    for words in ("最近 8 周，按主题", "新品", "1（100%）", "店铺没开", "推广 30 天最多 4 条"):
        assert words in page, words


async def test_is_for_supervisors(shop: Shop) -> None:
    await somebody(shop, Role.AGENT)
    async with client_of(shop) as client:
        await sign_in(client)
        assert "这一页给主管和管理员用" in markup(await client.get("/console/outreach"))


@pytest.mark.browser
async def test_an_agent_switches_a_topic_at_the_member_s_wish(shop: Shop, browser: Browser) -> None:
    me = await somebody(shop, Role.AGENT)
    with changed(ALWAYS):
        member = await told(shop, Kind.PARCEL_MOVED)
    page = await signed_in(browser, shop)
    await page.goto(f"{shop.url}/console/members/{member.number}")
    news = page.locator("#hk-part-news")
    await expect(news).to_contain_text("包裹有进展")
    await news.get_by_role("switch", name="订单和包裹").click()

    async def stopped() -> bool:
        async with shop.services.database.reading() as session:
            wanted = await proactive.wanted(session, await members.get(session, member.id))
        return Topic.PARCELS not in wanted

    await shop.until(stopped)
    await expect(news).to_contain_text("之后退订了")
    async with shop.services.database.reading() as session:
        [entry] = await audit.entries(session, action="set_consent")
    assert (entry.agent_id, entry.details) == (me, {"topic": "parcels", "consent": False})
