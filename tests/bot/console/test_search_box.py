"""The search box: what it answers, to whom, and how it is used with the keyboard alone."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from bot.jobs.search import index_words
from crm_store import audit, complaints, orders
from crm_store.conversations import Conversation
from crm_store.members import Member
from crm_store.orders import LineItem
from tests.bot.console.conftest import Shop, signed_in
from tests.bot.console.test_access import client_of, sign_in

SHOES = LineItem(sku="S", names={"zh-Hans": "跑鞋", "zh-Hant": "跑鞋", "en": "Shoes"}, price_minor=39_900)


async def asked(shop: Shop, question: str) -> dict[str, list[dict[str, Any]]]:
    """What the box is answered, by the title of the group."""
    async with client_of(shop) as client:
        await sign_in(client)
        answer = await client.get("/console/search", params={"q": question})
    return {group["title"]: group["items"] for group in answer.json()["groups"]}


async def ordered(shop: Shop, member: Member, number: str) -> None:
    async with shop.services.database.transaction() as session:
        await orders.create(session, member_id=member.id, items=[SHOES], number=number)


async def closed(shop: Shop, conversation: Conversation) -> None:
    async with shop.services.database.transaction() as session:
        (await session.get_one(Conversation, conversation.id)).state = "closed"


class TestOverHttp:
    async def test_a_stranger_is_told_nothing(self, shop: Shop) -> None:
        await shop.member()
        async with client_of(shop) as client:
            answer = await client.get("/console/search", params={"q": "林晓雯"})
        assert (answer.status_code, answer.json()) == (401, {"groups": []})

    async def test_a_member_by_name_and_local_phone(self, shop: Shop) -> None:
        await shop.agent()
        member = await shop.member(tier="gold", phone="+886912345678")
        for question in ("林曉雯", "晓雯", "0912-345-678"):
            assert await asked(shop, question) == {
                "会员": [
                    {
                        "title": "林晓雯",
                        "chips": ["金卡会员", member.number],
                        "note": "",
                        "href": f"/console/members/{member.number}",
                    }
                ]
            }

    async def test_numbers_stand_by_kind_and_lead_to_their_part_of_the_members_page(self, shop: Shop) -> None:
        await shop.agent()
        member = await shop.member()
        await ordered(shop, member, "20251214-0001")
        async with shop.services.database.transaction() as session:
            complaint = await complaints.file(
                session, member_id=member.id, conversation_id=None, category="quality", description="开胶", key="k1"
            )
        found = await asked(shop, "0001")
        assert [each["title"] for each in found["订单"]] == ["20251214-0001"]
        assert found["订单"][0]["href"] == f"/console/members/{member.number}#hk-part-orders"
        assert found["订单"][0]["chips"] == ["待付款"]
        assert [each["title"] for each in found["投诉"]] == [complaint.number]

    async def test_words_said_lead_to_the_conversation_even_when_it_is_closed(self, shop: Shop) -> None:
        await shop.agent()
        said = await shop.says("请问退貨的运费谁出", user="u1")
        await closed(shop, said)
        assert await index_words(shop.services.database) >= 0
        [found] = (await asked(shop, "退货"))["聊天里说过"]
        assert found["href"] == f"/console/c/{said.id}"
        assert found["chips"] == ["已结束"]
        assert "退貨的运费" in found["note"]

    async def test_nothing_found_and_nothing_asked(self, shop: Shop) -> None:
        await shop.agent()
        await shop.member()
        assert await asked(shop, "查无此人") == await asked(shop, "") == await asked(shop, "%") == {}


async def look_for(page: Page, question: str) -> None:
    await page.keyboard.press("Control+k")
    await expect(page.locator(".hk-find-box input")).to_be_focused()
    await page.keyboard.type(question)


@pytest.mark.browser
class TestInTheBrowser:
    async def test_from_the_desk_to_a_member_with_the_keyboard_alone_and_the_look_is_written_down(
        self, shop: Shop, browser: Browser
    ) -> None:
        agent_id = await shop.agent()
        await shop.member(given_name="晓雯")
        wanted = await shop.member(given_name="晓雨")
        page = await signed_in(browser, shop)
        await look_for(page, "林晓")
        options = page.locator("#hk-found [role=option]")
        await expect(options).to_have_count(2)
        await expect(options.nth(0)).to_have_attribute("aria-selected", "true")
        await page.keyboard.press("ArrowDown")
        chosen = page.locator("#hk-found [aria-selected=true]")
        name = await chosen.locator("b").inner_text()
        if name != "林晓雨":
            await page.keyboard.press("ArrowUp")
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/console/members/{wanted.number}")
        await expect(page.locator(".hk-member-head h1")).to_have_text("林晓雨")
        async with shop.services.database.reading() as session:
            [look] = await audit.entries(session, action="view_member")
        assert (look.agent_id, look.subject) == (agent_id, f"member:{wanted.id}")

    async def test_escape_closes_and_the_button_opens_on_a_phone(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        page = await signed_in(browser, shop, size=(380, 780))
        await page.locator(".hk-find").click()
        box = page.locator(".hk-find-box")
        await expect(box).to_be_visible()
        width = await box.evaluate("box => box.getBoundingClientRect().right")
        assert width <= 380
        await page.keyboard.press("Escape")
        await expect(box).to_be_hidden()

    async def test_nothing_found_is_said_and_an_input_methods_enter_opens_nothing(
        self, shop: Shop, browser: Browser
    ) -> None:
        await shop.agent()
        await shop.member()
        page = await signed_in(browser, shop)
        await look_for(page, "查无此人")
        await expect(page.locator(".hk-find-said")).to_have_text("没有找到。")
        await page.locator(".hk-find-box input").fill("林")
        await expect(page.locator("#hk-found [role=option]")).to_have_count(1)
        await page.evaluate(
            """() => document.querySelector(".hk-find-box input").dispatchEvent(new KeyboardEvent(
                "keydown", {key: "Enter", isComposing: true, bubbles: true, cancelable: true}))"""
        )
        await expect(page.locator(".hk-find-box")).to_be_visible()

    async def test_names_are_shown_as_text_whatever_stands_in_them(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        await shop.member(family_name="<b>林", given_name="晓</b>")
        page = await signed_in(browser, shop)
        await look_for(page, "林晓")
        await expect(page.locator("#hk-found [role=option] b")).to_contain_text("<b>")
