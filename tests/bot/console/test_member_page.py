"""A member's page in a real browser: what it tells, and each act from the button to the store."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from bot.console import links
from crm_store import agents, audit, complaints, members, orders, parcels, points, promises, returns, rewards
from crm_store.agents import Role
from crm_store.clock import now
from crm_store.importing import cells
from crm_store.members import Member
from crm_store.orders import LineItem, Order, OrderStatus
from crm_store.parcels import ParcelCode, PlannedStep
from crm_store.promises import PromiseKind
from crm_store.rewards import RedemptionStatus, Reward
from tests.bot.console.conftest import Shop, menu_gone, signed_in
from tests.bot.console.test_access import client_of, markup, sign_in

SHOES = LineItem(
    sku="S", names={"zh-Hans": "轻跑鞋", "zh-Hant": "輕跑鞋", "en": "Running shoes"}, price_minor=39_900, size="42"
)
LEAD = timedelta(hours=3)
RAW_CODE = re.compile(r">[^<>{}=]*\b[a-z]+_[a-z_]+\b[^<>{}=]*<")


async def bought(shop: Shop, member: Member, *, status: OrderStatus = OrderStatus.DELIVERED) -> Order:
    async with shop.services.database.transaction() as session:
        order = await orders.create(session, member_id=member.id, items=[SHOES], number="20261120-0037")
        steps = [OrderStatus.PAID, OrderStatus.PACKED, OrderStatus.SHIPPED, OrderStatus.DELIVERED]
        for step in steps[: steps.index(status) + 1]:
            order = await orders.advance(session, order, step)
        return order


async def on_the_way(shop: Shop, order: Order) -> None:
    """A parcel that was to arrive yesterday and is at the station."""
    async with shop.services.database.transaction() as session:
        yesterday = now() - timedelta(days=1)
        parcel = await parcels.create(
            session, number="SF1029384756", order_id=order.id, carrier="顺丰速运", promised_at=yesterday,
            plan=[
                PlannedStep(code=ParcelCode.ARRIVED_STATION, promised_at=yesterday - LEAD, place="板桥站"),
                PlannedStep(code=ParcelCode.DELIVERED, promised_at=yesterday),
            ],
        )  # fmt: skip
        await parcels.record_event(session, parcel, code=ParcelCode.ARRIVED_STATION, at=yesterday, place="板桥站")


async def opened(browser: Browser, shop: Shop, member: Member, *, size: tuple[int, int] = (1440, 900)) -> Page:
    page = await signed_in(browser, shop, size=size)
    await page.goto(f"{shop.url}/console/members/{member.number}")
    await page.wait_for_selector(".hk-profile")
    return page


async def choose(page: Page, menu: str, entry: str) -> Locator:
    """Open a form from one of the menus."""
    await page.get_by_role("button", name=menu).click()
    await page.locator(".q-menu").get_by_text(entry, exact=True).click()
    await menu_gone(page)
    return page.locator(".hk-form")


async def pick(page: Page, form: Locator, field: str, option: str) -> None:
    await form.get_by_label(field).click()
    await page.locator(".q-menu").get_by_text(option).first.click()
    await menu_gone(page)


class TestOverHttp:
    async def test_everything_is_told_in_words_each_step_against_its_time(self, shop: Shop) -> None:
        await shop.agent()
        member = await shop.member(tier="platinum")
        await on_the_way(shop, await bought(shop, member, status=OrderStatus.SHIPPED))
        async with shop.services.database.transaction() as session:
            await points.earn(session, member.id, points=500, reason="purchase", key="p1", reference="20261120-0037")
            await points.spend(session, member.id, points=120, reason="order_cancelled", key="p2")
        async with client_of(shop) as client:
            await sign_in(client)
            page = markup(await client.get(f"/console/members/{member.number}"))
        for told in ("板桥站", "晚了", "20261120-0037", "等级里有，还没安排", "扣了 120 分", "已经是最高等级"):
            assert told in page, told
        assert RAW_CODE.findall(page) == []

    async def test_opening_one_is_written_down_and_lists_it_among_those_looked_at(self, shop: Shop) -> None:
        agent_id = await shop.agent()
        member = await shop.member()
        async with client_of(shop) as client:
            await sign_in(client)
            assert "Ctrl K" in (await client.get("/console/members")).text
            await client.get(f"/console/members/{member.number}")
            listed = markup(await client.get("/console/members"))
        assert f"/console/members/{member.number}" in listed
        async with shop.services.database.reading() as session:
            [look] = await audit.entries(session, action="view_member")
        assert (look.agent_id, look.subject) == (agent_id, f"member:{member.id}")

    async def test_a_number_of_nobody(self, shop: Shop) -> None:
        await shop.agent()
        async with client_of(shop) as client:
            await sign_in(client)
            assert "没有会员 HK999999" in markup(await client.get("/console/members/HK999999"))

    @pytest.mark.parametrize(
        "number",
        ["B/55", "A/../B", "100%", "#7", "?X", "会员七", "會員/柒", "A\\B", "A&B=C", '"Q"', "%2F", "A+B", "/Z/"],
    )
    async def test_any_number_that_an_import_takes_has_its_page(self, shop: Shop, number: str) -> None:
        assert cells.code(20)(number) == number
        await shop.agent()
        await shop.member(number=number, given_name="寻得见")
        async with client_of(shop) as client:
            await sign_in(client)
            found = await client.get(links.member(number))
        assert (found.status_code, "寻得见" in markup(found)) == (200, True)

    async def test_no_number_at_all_leads_to_the_list(self, shop: Shop) -> None:
        await shop.agent()
        async with client_of(shop) as client:
            await sign_in(client)
            answer = await client.get("/console/members/", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/members")


@pytest.mark.browser
class TestProfile:
    async def test_what_is_changed_is_checked_kept_and_written_down_without_the_values(
        self, shop: Shop, browser: Browser
    ) -> None:
        agent_id = await shop.agent()
        member = await shop.member(phone="13800138000")
        page = await opened(browser, shop, member)
        await page.get_by_role("button", name="修改资料").click()
        form = page.locator(".hk-form")
        await form.get_by_label("称呼").fill("雯雯")
        await form.get_by_label("手机号").fill("12")
        await form.get_by_role("button", name="保存").click()
        await expect(page.locator(".q-notification")).to_contain_text("这不像一个电话号码")
        await form.get_by_label("手机号").fill("139 0000 1111")
        await form.get_by_role("button", name="保存").click()
        await expect(form).to_have_count(0)
        await expect(page.locator(".hk-number").first).to_have_text("139****1111")
        async with shop.services.database.reading() as session:
            now_known = await members.get(session, member.id)
            [entry] = await audit.entries(session, action="update_member")
        assert (now_known.preferred_name, now_known.phone) == ("雯雯", "139 0000 1111")
        assert (entry.agent_id, entry.details) == (agent_id, {"fields": ["preferred_name", "phone"]})

    async def test_consent_follows_the_switch(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        member = await shop.member()
        page = await opened(browser, shop, member)
        await page.get_by_role("switch", name="接收优惠消息").click()

        async def wanted() -> bool:
            async with shop.services.database.reading() as session:
                return (await members.get(session, member.id)).marketing_consent

        await shop.until(wanted)

    async def test_only_supervisors_choose_the_named_contact(self, shop: Shop, browser: Browser) -> None:
        agent_id = await shop.agent()
        member = await shop.member(tier="platinum")
        page = await opened(browser, shop, member)
        await expect(page.locator(".hk-named-contact")).to_contain_text("等级里有，还没安排")
        await expect(page.locator(".hk-named-contact button")).to_have_count(0)
        async with shop.services.database.transaction() as session:
            await agents.update_profile(session, await agents.get(session, agent_id), role=Role.SUPERVISOR)
        await page.reload()
        await page.locator(".hk-named-contact button").click()
        form = page.locator(".hk-form")
        await pick(page, form, "专属顾问", "周晴")
        await form.get_by_role("button", name="保存").click()
        await expect(page.locator(".hk-named-contact")).to_contain_text("周晴")


@pytest.mark.browser
class TestGiving:
    async def test_points_within_the_limit_once_and_above_it_a_sentence(self, shop: Shop, browser: Browser) -> None:
        agent_id = await shop.agent()
        member = await shop.member()
        page = await opened(browser, shop, member)
        form = await choose(page, "赠送", "积分")
        await form.get_by_label("多少分").fill("5000")
        await form.get_by_role("button", name="赠送").click()
        await expect(page.locator(".q-notification")).to_contain_text("超过了您的额度")
        await form.get_by_label("多少分").fill("300")
        await form.get_by_role("button", name="赠送").click()
        await expect(form).to_have_count(0)
        await expect(page.locator(".hk-part-numbers")).to_contain_text("300")
        async with shop.services.database.reading() as session:
            assert await points.balance(session, member.id) == 300
            [entry] = await audit.entries(session, action="give_points")
        assert (entry.agent_id, entry.details["points"]) == (agent_id, 300)

    async def test_a_supervisor_puts_a_balance_right_and_the_ledger_says_why(
        self, shop: Shop, browser: Browser
    ) -> None:
        boss = await shop.agent()
        member = await shop.member()
        async with shop.services.database.transaction() as session:
            await agents.update_profile(session, await agents.get(session, boss), role=Role.SUPERVISOR)
            await points.earn(session, member.id, points=500, reason="purchase", key="e1", reference="A-1")
        page = await opened(browser, shop, member)
        form = await choose(page, "赠送", "更正积分")
        await form.get_by_label("加多少分").fill("-600")
        await form.get_by_role("button", name="更正").click()
        await expect(page.locator(".q-notification")).to_contain_text("余额只有 500 分")
        await form.get_by_label("加多少分").fill("-200")
        await form.get_by_role("button", name="更正").click()
        await expect(form).to_have_count(0)
        await expect(page.locator(".hk-part-numbers")).to_contain_text("300")
        await expect(page.locator(".hk-part-fewer")).to_contain_text("补记漏掉的积分")
        async with shop.services.database.reading() as session:
            assert await points.balance(session, member.id) == 300
            [entry] = await audit.entries(session, action="correct_points")
        assert (entry.agent_id, entry.details["points"]) == (boss, -200)

    async def test_a_code_given_and_made_void(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        member = await shop.member()
        async with shop.services.database.transaction() as session:
            names = {"zh-Hans": "茶罐", "zh-Hant": "茶罐", "en": "Tea tin"}
            session.add(Reward(code="TEA", names=names, kind="gift", cost=400, stock=3, valid_days=60))
        page = await opened(browser, shop, member)
        form = await choose(page, "赠送", "券或礼品")
        await form.get_by_role("button", name="赠送").click()
        code = page.locator(".hk-part-coupons .hk-code")
        await expect(code).to_contain_text("待使用")
        await code.get_by_role("button").click()
        await page.locator(".hk-form").get_by_role("button", name="作废").click()
        await expect(code).to_contain_text("已取消")
        async with shop.services.database.reading() as session:
            [held] = await rewards.for_member(session, member.id)
            assert (held.status, held.is_gift) == (RedemptionStatus.CANCELLED, True)
            assert (await rewards.by_code(session, "TEA")).stock == 3
            assert await points.balance(session, member.id) == 0


@pytest.mark.browser
class TestRegistering:
    async def test_a_complaint_needs_words_and_is_shown_with_its_due_time(self, shop: Shop, browser: Browser) -> None:
        agent_id = await shop.agent()
        member = await shop.member()
        page = await opened(browser, shop, member)
        form = await choose(page, "登记", "投诉")
        await form.get_by_role("button", name="登记").click()
        await expect(page.locator(".q-notification")).to_contain_text("还没有写内容")
        await form.get_by_label("会员怎么说").fill("鞋底开胶了")
        await form.get_by_role("button", name="登记").click()
        await expect(page.locator(".hk-part-complaints")).to_contain_text("鞋底开胶了")
        async with shop.services.database.reading() as session:
            [complaint] = await complaints.for_member(session, member.id)
            [promise] = await promises.for_member(session, member.id)
        assert complaint.events[0].agent_id == promise.agent_id == agent_id
        assert (promise.kind, promise.made_by) == (PromiseKind.COMPLAINT_REPLY, "agent")

    async def test_a_return_of_what_may_still_come_back(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        member = await shop.member()
        page = await opened(browser, shop, member)
        await page.get_by_role("button", name="登记").click()
        await page.locator(".q-menu").get_by_text("退、换或修").click()
        await expect(page.locator(".q-notification")).to_contain_text("没有还能退换或保修的商品")
        await bought(shop, member)
        form = await choose(page, "登记", "退、换或修")
        await form.get_by_role("button", name="登记").click()
        await expect(page.locator(".hk-part-returns")).to_contain_text("轻跑鞋 42")
        async with shop.services.database.reading() as session:
            [request] = await returns.for_member(session, member.id)
        assert request.order.number == "20261120-0037"

    async def test_a_refund_never_above_what_was_paid(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        member = await shop.member()
        await bought(shop, member)
        page = await opened(browser, shop, member)
        form = await choose(page, "登记", "退款")
        await form.get_by_label("退多少（元）").fill("400")
        await form.get_by_role("button", name="登记").click()
        await expect(page.locator(".q-notification")).to_contain_text("最多 ¥399")
        await form.get_by_label("退多少（元）").fill("50.5")
        await form.get_by_role("button", name="登记").click()
        await expect(page.locator(".hk-part-promises")).to_contain_text("¥50.50")

    async def test_a_promise_with_a_time_that_is_still_to_come(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        member = await shop.member()
        page = await opened(browser, shop, member)
        form = await choose(page, "登记", "承诺")
        await form.get_by_label("答应了会员什么").fill("查到包裹马上告诉您")
        await form.get_by_label("最晚什么时候").fill("2020-01-01T10:00")
        await form.get_by_role("button", name="登记").click()
        await expect(page.locator(".q-notification")).to_contain_text("已经过了")
        await form.get_by_label("最晚什么时候").fill(f"{now() + timedelta(days=2):%Y-%m-%dT%H:%M}")
        await form.get_by_role("button", name="登记").click()
        await expect(page.locator(".hk-part-promises")).to_contain_text("查到包裹马上告诉您")


@pytest.mark.browser
async def test_on_a_phone_nothing_is_wider_than_the_screen(shop: Shop, browser: Browser) -> None:
    await shop.agent()
    member = await shop.member(tier="platinum", phone="13800138000", email="xiaowen@customers.example")
    await on_the_way(shop, await bought(shop, member, status=OrderStatus.SHIPPED))
    page = await opened(browser, shop, member, size=(380, 780))
    assert await page.evaluate("document.documentElement.scrollWidth") <= 380
    lefts = await page.locator(".hk-column").evaluate_all("all => all.map(each => each.getBoundingClientRect().left)")
    assert len(set(lefts)) == 1
