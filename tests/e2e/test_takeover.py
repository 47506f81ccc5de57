"""The main job from end to end: a furious member, the bot, the store, an agent who takes over, and the way back."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select

from bot.demo import seed
from crm_store import complaints, identities, members, risk
from crm_store.conversations import Conversation, ConversationState
from crm_store.db import Database
from crm_store.identities import VerifiedBy
from crm_store.messages import Author, Message
from crm_store.risk import RiskAssessment
from crm_store.sealing import raw
from tests.bot_api_server import BotApiServer
from tests.e2e.page import ANSWER_MS, ShopPage
from tests.stack import Stack

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(600),
]

MEMBER = "HK100002"
PARCEL = "SF1029384756"
FURIOUS = "你們到底在搞什麼 說好昨天到 今天還沒影 我要投訴！！！"
CHAT = 778899


async def _risk(database: Database) -> RiskAssessment:
    async with database.reading() as session:
        member = await members.by_number(session, MEMBER)
        assert member is not None
        latest = await risk.latest(session, member.id)
        assert latest is not None
        return latest


async def _conversation(database: Database, channel: str) -> Conversation:
    """The member's latest conversation on the channel."""
    async with database.reading() as session:
        member = await members.by_number(session, MEMBER)
        assert member is not None
        found = await session.scalar(
            select(Conversation)
            .where(Conversation.member_id == member.id, Conversation.channel == channel)
            .order_by(Conversation.opened_at.desc())
            .limit(1)
        )
        assert found is not None
        return found


async def _bot_said_after(database: Database, conversation_id: str, seq: int) -> list[str]:
    async with database.reading() as session:
        rows = await session.scalars(
            select(Message.text).where(
                Message.conversation_id == conversation_id, Message.seq > seq, Message.author == Author.BOT
            )
        )
        return [text or "" for text in rows]


async def _handled(database: Database, conversation_id: str, text: str) -> Message:
    """The customer's message of that text, once everything that follows from it is done."""
    wanted = select(Message).where(Message.conversation_id == conversation_id, raw(Message.text) == text)
    async with asyncio.timeout(ANSWER_MS / 1000):
        while True:
            async with database.reading() as session:
                message = await session.scalar(wanted.where(Message.handled_at.is_not(None)))
            if message is not None:
                return message
            await asyncio.sleep(0.1)


async def _back_with_the_bot(database: Database, channel: str) -> None:
    async with asyncio.timeout(ANSWER_MS / 1000):
        while (await _conversation(database, channel)).state != ConversationState.BOT:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)


async def _desk(browser: Browser, shop: Stack) -> Page:
    """An agent signed in at the console."""
    login = seed.DEMO_LOGINS[0]
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    context.set_default_timeout(ANSWER_MS)
    page = await context.new_page()
    await page.goto(f"{shop.url}/console/")
    await page.fill("#email", login.email)
    await page.fill("#password", login.password)
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".hk-desk")
    return page


async def _take_over(desk: Page, words: str) -> None:
    await desk.locator(".hk-case", has_text=words).first.click()
    await desk.get_by_role("button", name="接手").click()
    await desk.wait_for_selector(".hk-field[data-mode='reply']")


async def _answer(desk: Page, text: str) -> None:
    await desk.fill(".hk-field", text)
    await desk.locator(".hk-field").press("Enter")


async def test_a_furious_member_on_the_website_is_heard_queued_answered_by_a_person_and_handed_back(
    shop: Stack, shop_database: Database, browser: Browser
) -> None:
    before = await _risk(shop_database)
    context = await browser.new_context(locale="zh-TW")
    chat = await ShopPage.opened(context, shop.url, member=MEMBER)

    await chat.say(FURIOUS)
    sorry = await chat.reply_with(PARCEL)
    assert "抱歉" in sorry
    assert "板橋站" in sorry
    await expect(chat.replies.locator("button", has_text="登記投訴")).to_be_visible()
    assert (await _conversation(shop_database, "web")).state == ConversationState.QUEUE

    await chat.press("登記投訴")
    confirmed = await chat.reply_with("C-20")
    number = re.search(r"C-\d{4}-\d{4}", confirmed)
    assert number is not None
    async with shop_database.reading() as session:
        filed = await complaints.by_number(session, number.group())
        assert filed is not None
        assert filed.category == "late_delivery"
    after = await _risk(shop_database)
    assert after.score > before.score

    desk = await _desk(browser, shop)
    await _take_over(desk, "HK100002" if await desk.locator(".hk-case", has_text="HK100002").count() else "登記")
    await expect(desk.locator(".hk-msg.customer", has_text="搞什麼")).to_be_visible()
    await _answer(desk, "您好，我來幫您跟這件事，站點今晚優先派送。")
    await chat.reply_with("今晚優先派送")

    await chat.say("那我積分還有多少")
    await expect(desk.locator(".hk-msg.customer", has_text="積分還有多少")).to_be_visible()
    taken = await _conversation(shop_database, "web")
    assert taken.state == ConversationState.AGENT
    asked = await _handled(shop_database, taken.id, "那我積分還有多少")
    assert await _bot_said_after(shop_database, taken.id, asked.seq) == []

    await desk.get_by_role("button", name="交回机器人").click()
    await expect(chat.page.locator("#huike-widget .state")).to_have_text("24 小時在線", timeout=ANSWER_MS)
    await chat.say("我還有多少積分")
    await chat.reply_with("5,391")
    await desk.context.close()
    await context.close()


async def test_the_same_over_telegram(
    shop: Stack, shop_database: Database, browser: Browser, bot_api: BotApiServer
) -> None:
    async def told(words: str) -> str:
        """Wait until Telegram was given a message that holds `words`."""
        async with asyncio.timeout(ANSWER_MS / 1000):
            while True:
                for text in bot_api.texts(CHAT):
                    if words in text:
                        return text
                await asyncio.sleep(0.2)

    bot_api.says(CHAT, "我還有多少積分", language="zh-hant")
    stranger = await told("本人")
    assert not re.search(r"\d", stranger)

    async with shop_database.transaction() as session:
        member = await members.by_number(session, MEMBER)
        assert member is not None
        identity = await identities.find_or_create(session, channel="telegram", channel_user_id=str(CHAT))
        await identities.bind(session, identity, member, by=VerifiedBy.LINK_TOKEN)
    bot_api.says(CHAT, "我還有多少積分", language="zh-hant")
    assert "5,391" in await told("5,391")

    bot_api.says(CHAT, FURIOUS, language="zh-hant")
    assert "抱歉" in await told(PARCEL)
    desk = await _desk(browser, shop)
    await _take_over(desk, "搞什麼")
    await _answer(desk, "您好，已請站點今晚配送。")
    await told("已請站點今晚配送")
    bot_api.says(CHAT, "好 我等", language="zh-hant")
    await expect(desk.locator(".hk-msg.customer", has_text="好 我等")).to_be_visible()
    waits = await _handled(shop_database, (await _conversation(shop_database, "telegram")).id, "好 我等")
    assert await _bot_said_after(shop_database, waits.conversation_id, waits.seq) == []
    said = bot_api.texts(CHAT)
    assert "已請站點今晚配送" in said[-1]
    await desk.get_by_role("button", name="交回机器人").click()
    await _back_with_the_bot(shop_database, "telegram")
    bot_api.says(CHAT, "我現在是什麼等級", language="zh-hant")
    await told("金卡")
    await desk.context.close()
