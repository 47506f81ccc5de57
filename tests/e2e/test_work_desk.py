"""What is begun in the chat is finished at the work desk: the customer's widget, an agent and a supervisor, each in a
browser of their own, on the real app with the real Rasa server."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, expect
from sqlalchemy import select, update

from bot.demo.seed import DEMO_LOGINS
from crm_store import agents, complaints, members, privacy, promises, risk
from crm_store.agents import Agent
from crm_store.audit import AuditEntry
from crm_store.clock import now
from crm_store.complaints import ComplaintStatus
from crm_store.conversations import Conversation, ConversationState
from crm_store.db import Database
from crm_store.members import Member, MemberStatus
from crm_store.policy import policy
from crm_store.privacy import PrivacyStatus
from crm_store.promises import PromiseStatus
from tests.e2e.page import ANSWER_MS, ShopPage
from tests.e2e.staff import StaffPage
from tests.stack import Stack

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(600),
]


@dataclass
class Room:
    """The running shop, and the browsers in which people sit."""

    browser: Browser
    shop: Stack
    database: Database

    async def customer(self, member: str | None = None, *, locale: str = "zh-CN") -> ShopPage:
        context = await self.browser.new_context(locale=locale, accept_downloads=True)
        context.set_default_timeout(ANSWER_MS)
        return await ShopPage.opened(context, self.shop.url, member=member)

    async def staff(self) -> tuple[StaffPage, StaffPage]:
        """An agent and a supervisor."""
        agent = await StaffPage.signed_in(self.browser, self.shop, "agent")
        return agent, await StaffPage.signed_in(self.browser, self.shop, "supervisor")

    async def member(self, number: str) -> Member:
        async with self.database.reading() as session:
            found = await members.by_number(session, number)
        assert found is not None
        return found

    async def conversation(self, number: str) -> Conversation:
        """The member's latest conversation on the website."""
        member = await self.member(number)
        query = select(Conversation).where(Conversation.member_id == member.id, Conversation.channel == "web")
        async with self.database.reading() as session:
            found = await session.scalar(query.order_by(Conversation.opened_at.desc()).limit(1))
        assert found is not None
        return found

    async def was_last_seen_long_ago(self, email: str) -> None:
        """The agent's console was closed, and the time after which they count as absent has passed."""
        gone_for = policy().desk.away_after + policy().desk.return_after
        async with self.database.transaction() as session:
            await session.execute(update(Agent).where(Agent.email == email).values(seen_at=now() - gone_for))

    async def risk(self, number: str) -> float:
        member = await self.member(number)
        async with self.database.reading() as session:
            latest = await risk.latest(session, member.id)
        assert latest is not None
        return latest.score


@pytest_asyncio.fixture(loop_scope="session")
async def room(browser: Browser, shop: Stack, shop_database: Database) -> AsyncIterator[Room]:
    before: list[BrowserContext] = list(browser.contexts)
    yield Room(browser, shop, shop_database)
    for context in browser.contexts:
        if context not in before:
            await context.close()


async def test_a_furious_customers_complaint_is_compensated_resolved_and_confirmed(room: Room) -> None:
    chat = await room.customer("HK100001")
    await chat.say("气死我了！咖啡套装一打开壶就是裂的，我要投诉！！！")
    await chat.press("登记投诉")
    await chat.press("商品质量")
    number = found.group() if (found := re.search(r"C-\d{4}-\d{4}", await chat.reply_with("C-20"))) else ""
    worried = await room.risk("HK100001")
    assert worried > 0

    agent, lead = await room.staff()
    await agent.opens("complaints", number)
    await agent.presses("我来处理")
    await agent.does("补偿", 积分="800", 理由="收到就是裂的")
    await expect(agent.part("compensation")).to_contain_text("等待批准")

    await lead.opens("approvals", "收到就是裂的")
    await lead.presses("Approve")
    assert "800" in await chat.reply_with("已经到账")
    await expect(agent.part("compensation")).not_to_contain_text("等待批准")

    await agent.does("解决", 解决办法="新的一套今天寄出，坏的不用寄回。", pick="商品")
    await chat.reply_with("新的一套今天寄出")
    await chat.press("解决了")
    await chat.reply_with("就此了结")
    await expect(agent.part("solution")).to_contain_text("客户已确认")

    member = await room.member("HK100001")
    async with room.database.reading() as session:
        filed = await complaints.by_number(session, number)
        [promise] = [each for each in await promises.for_member(session, member.id) if number in each.text]
    assert filed is not None
    assert (filed.status, promise.status) == (ComplaintStatus.CLOSED, PromiseStatus.KEPT)
    assert await room.risk("HK100001") < worried


async def test_a_call_booked_in_the_chat_is_made_and_its_promise_kept(room: Room) -> None:
    chat = await room.customer("HK100003", locale="en-GB")
    await chat.say("please call me back tomorrow at 11am about the coffee set")
    await chat.reply_with("0003")
    await chat.say("yes")
    await chat.reply_with("It is arranged")

    agent, _ = await room.staff()
    await agent.opens("callbacks", "coffee set")
    await agent.presses("我来处理")
    await agent.does("打通了", 谈了什么="她要等三月的新款")
    await expect(agent.page.locator(".hk-case-head")).to_contain_text("已回电")

    member = await room.member("HK100003")
    async with room.database.reading() as session:
        kept = [each for each in await promises.for_member(session, member.id) if each.kind == "callback"]
    assert [each.status for each in kept] == [PromiseStatus.KEPT]


async def test_a_return_is_approved_received_and_refunded_and_the_customer_hears_of_each(room: Room) -> None:
    chat = await room.customer("HK100004")
    await chat.say("跑鞋磨脚，我要退货")
    await chat.press("还是退货")
    await chat.press("登记")
    number = found.group() if (found := re.search(r"R-\d{4}-\d{4}", await chat.reply_with("R-20"))) else ""

    agent, _ = await room.staff()
    await agent.opens("returns", number)
    for act, told in (("同意", "通过了"), ("东西收到了", "收到了"), ("已退款", "已经打出")):
        await agent.does(act)
        assert number in await chat.reply_with(told)
    await expect(agent.page.locator(".hk-case-acts")).to_have_count(0)


async def test_a_member_gets_the_copy_of_their_data_and_is_erased(room: Room) -> None:
    chat = await room.customer("HK100005", locale="en-GB")
    await chat.say("send me a copy of all the data you have about me")
    await chat.press("Get a copy")
    await chat.reply_with("Registered")

    _, lead = await room.staff()
    await lead.opens("privacy", "Daniel")
    await lead.does("Hand over")
    await chat.reply_with("it opens once")
    async with chat.page.context.expect_page() as opening:
        await chat.page.locator("#huike-widget .bs a", has_text="Download my data").click()
    copy = await opening.value
    async with copy.expect_download() as downloading:
        await copy.get_by_role("button", name="Download").click()
    path = await (await downloading.value).path()
    assert json.loads(path.read_text(encoding="utf-8"))["member"]["number"] == "HK100005"
    await copy.reload()
    await expect(copy.locator("h1")).to_have_text("This link no longer opens")

    await chat.say("now delete all my data")
    await chat.press("Yes, delete")
    await chat.reply_with("Registered")
    await lead.opens("privacy", "Daniel")
    await lead.page.locator(".hk-case-acts").get_by_role("button", name="Erase the data").click()
    await lead.page.locator(".hk-dialog .q-checkbox").click()
    await lead.page.locator(".hk-dialog-acts button").last.click()
    await chat.reply_with("has been erased")
    member = await room.member("HK100005")
    assert (member.status, member.family_name, member.email) == (MemberStatus.ERASED, "", None)
    async with room.database.reading() as session:
        asked = await privacy.for_member(session, member.id)
    assert [each.status for each in asked] == [PrivacyStatus.DONE, PrivacyStatus.DONE]


async def test_a_conversation_its_agent_walked_away_from_is_returned_and_answered_by_a_colleague(room: Room) -> None:
    first, second = [each for each in DEMO_LOGINS if each.role == "agent"]
    chat = await room.customer("HK100006", locale="zh-TW")
    await chat.say("有件事想請真人客服看一下，幫我轉真人")
    await chat.reply_with("不用等了")
    holder = await StaffPage.signed_in(room.browser, room.shop, "agent")
    held = await room.conversation("HK100006")
    await holder.page.goto(f"{holder.url}/c/{held.id}")
    await holder.presses("接手")
    await holder.answers("您好，我是周晴，請說。")
    await chat.reply_with("我是周晴")
    await chat.say("發票抬頭寫錯了一個字")
    await expect(holder.page.locator(".hk-msg.customer", has_text="寫錯了一個字")).to_be_visible()

    colleague = await StaffPage.signed_in(room.browser, room.shop, "agent", place=1)
    await colleague.opens("complaints")
    await holder.page.context.close()
    await room.was_last_seen_long_ago(first.email)
    told = await chat.reply_with(f"{first.name}臨時走開了")
    assert "不用再講一遍" in told
    await colleague.page.locator(".hk-toast", has_text="有顧客在等").get_by_role("button", name="開啟").click()
    await expect(colleague.page).to_have_url(re.compile(held.id))
    for said in ("幫我轉真人", "我是周晴", "寫錯了一個字"):
        await expect(colleague.page.locator(".hk-msg", has_text=said).first).to_be_visible()
    await colleague.presses("接手")
    await colleague.answers("發票改好了，新的一張寄到您信箱。")
    await chat.reply_with("發票改好了")

    shown = await chat.page.locator("#huike-widget .m").all_inner_texts()
    whole = "\n".join(shown)
    said = ["幫我轉真人", "我是周晴", "寫錯了一個字", "臨時走開了", "發票改好了"]
    assert [whole.count(each) for each in said] == [1] * len(said)
    assert sorted(said, key=whole.index) == said
    after = await room.conversation("HK100006")
    async with room.database.reading() as session:
        answering = await agents.by_email(session, second.email)
        trail = await session.scalars(
            select(AuditEntry).where(
                AuditEntry.subject == f"conversation:{held.id}", AuditEntry.action == "return_conversation"
            )
        )
        [returned] = trail.all()
    assert answering is not None
    assert (after.id, after.state, after.agent_id) == (held.id, ConversationState.AGENT, answering.id)
    assert returned.actor == "desk"
