"""What goes out to Telegram: at its pace, in parts if long, and what a refusal of Telegram means."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.pace import Pace
from bot.desk.channel import Outbound, RecipientBlocked, Rejected, SlowDown, Unreachable
from bot.desk.delivery import RetryPolicy
from bot.jobs.proactive import tell_own_matters
from crm_store import agents, conversations, identities, members, parcels, proactive
from crm_store.clock import now
from crm_store.language import Language
from crm_store.messages import Author, Message, MessageStatus, Reply
from crm_store.parcels import ParcelCode
from tests.bot.channels.telegram_shop import Shop, on_sqlite, until
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.shop import make_order, make_parcel

WANG, LEE = 1001, 1002


def outbound(text: str | None = "您好", *, chat: object = WANG, **more: Any) -> Outbound:
    return Outbound(
        **{
            "message_id": 5,
            "conversation_id": "c" * 32,
            "seq": 2,
            "channel_user_id": str(chat),
            "author": Author.BOT,
            "language": Language.ZH_HANS,
            "text": text,
            **more,
        }
    )


async def say(shop: Shop, chat: int, reply: Reply) -> Message:
    """The desk says something in the chat's conversation."""
    conversation = await shop.conversation(chat)
    async with shop.database.transaction() as session:
        locked = await conversations.locked(session, conversation.id)
        message = await conversations.say(session, locked, reply)
    await shop.services.desk.tell(locked, said=True)
    return message


class TestThroughTheOutbox:
    async def test_a_customer_who_blocked_the_bot_is_marked_and_not_tried_again(self, shop: Shop) -> None:
        await shop.open()
        shop.api.blocked.add(WANG)
        shop.api.says(WANG, "在吗")

        async def marked() -> bool:
            return bool(await shop.received()) and (await shop.identity(WANG)).blocked_at is not None

        await until(marked)
        [_, answer] = await shop.stored()
        assert (answer.status, answer.tries) == (MessageStatus.FAILED, 1)
        assert "blocked by the user" in (answer.error or "")

        shop.api.blocked.clear()
        shop.api.says(WANG, "我回来了")
        assert await shop.until_told(WANG, 1) == ["回：我回来了"]
        assert (await shop.identity(WANG)).blocked_at is None

    async def test_news_nobody_asked_for_goes_out_once_with_its_button(self, shop: Shop) -> None:
        await shop.open()
        shop.api.says(WANG, "在吗")
        await shop.until_told(WANG, 1)
        identity = await shop.identity(WANG)
        async with shop.database.transaction() as session:
            member = await members.create(session, given_name="晓雯")
            await identities.bind(session, await identities.get(session, identity.id), member, by="email_code")
            order = await make_order(session, member)
            parcel = await make_parcel(session, order)
            await parcels.record_event(session, parcel, code=ParcelCode.OUT_FOR_DELIVERY, at=now())
        conversation = await shop.conversation(WANG)
        async with shop.database.transaction() as session:
            (await conversations.locked(session, conversation.id)).member_id = member.id
        with changed("proactive: {after_talk: 0 min, quiet_from: 0:00, quiet_until: 0:00}"):
            sent = [await tell_own_matters(shop.services.desk) for _ in range(2)]
        assert sent == [1, 0]
        assert "正在派送" in (await shop.until_told(WANG, 2))[1]
        [button] = shop.api.sent(WANG)[-1].buttons
        assert button["text"] == "看包裹到哪了"

        async def delivered() -> bool:
            async with shop.database.reading() as session:
                [effect] = await proactive.by_week(session)
            return effect.delivered == 1

        await until(delivered)

    async def test_being_told_to_wait_is_obeyed_and_is_no_failed_try(self, shop: Shop) -> None:
        shop.api.fail("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
        await shop.open()
        shop.api.says(WANG, "在吗")
        await shop.until_told(WANG, 1)
        refused, accepted = shop.api.called("sendMessage")
        assert accepted.at - refused.at >= 1.0

        async def sent() -> bool:
            return (await shop.stored())[1].status == MessageStatus.SENT

        await until(sent)
        answer = (await shop.stored())[1]
        assert (answer.tries, answer.provider_message_id) == (1, str(accepted.fields["message_id"]))

    @pytest.mark.parametrize("trouble", ["500", "dropped"])
    async def test_a_server_in_trouble_is_tried_again_in_order(self, shop: Shop, trouble: str) -> None:
        shop.retry = RetryPolicy(first=timedelta(milliseconds=50))
        if trouble == "500":
            shop.api.fail("sendMessage", 502, times=2)
        else:
            shop.api.drop("sendMessage", times=2)
        await shop.open()
        for text in ("第一句话在这里", "第二句话在这里", "第三句话在这里"):
            shop.api.says(WANG, text)
        assert await shop.until_told(WANG, 3) == ["回：第一句话在这里", "回：第二句话在这里", "回：第三句话在这里"]

    async def test_a_message_telegram_will_never_take_holds_up_nothing(self, shop: Shop) -> None:
        shop.api.fail("sendMessage", 400, "Bad Request: message is strange")
        await shop.open()
        shop.api.says(WANG, "第一句话在这里")
        shop.api.says(WANG, "第二句话在这里")
        assert await shop.until_told(WANG, 1) == ["回：第二句话在这里"]
        assert next(message.status for message in await shop.stored() if message.author == "bot") == "failed"

    async def test_an_agent_speaks_under_their_name(self, shop: Shop) -> None:
        await shop.open()
        shop.api.says(WANG, "在吗")
        await shop.until_told(WANG, 1)
        conversation = await shop.conversation(WANG)
        async with shop.database.transaction() as session:
            agent = await agents.create(
                session, email="lin@example.com", name="林悦", password_hash="unusable", role=agents.Role.AGENT
            )
        await shop.services.desk.take(conversation.id, agent.id)
        await shop.services.desk.reply(conversation.id, agent.id, text="我来看看", key="k")
        assert (await shop.until_told(WANG, 3))[2] == "林悦：我来看看"

    async def test_buttons_with_long_payloads_fit_and_those_of_the_website_are_left_out(self, shop: Shop) -> None:
        await shop.open()
        shop.api.says(WANG, "在吗")
        await shop.until_told(WANG, 1)
        payload = '/ask_product{"choice": "' + "很长" * 200 + '"}'
        buttons = [
            {"title": "登录商城账号", "payload": "action:sign_in"},
            {"title": "就这个", "payload": payload},
            {"title": "没有内容的", "payload": None},
        ]
        await say(shop, WANG, Reply(text=None, buttons=buttons))
        assert (await shop.until_told(WANG, 2))[1] == "请选一个："
        assert [button["text"] for button in shop.api.sent(WANG)[1].buttons] == ["就这个", "没有内容的"]
        await shop.press(WANG, "就这个")
        assert (await shop.until_told(WANG, 3))[2] == f"回：{payload}"

    async def test_a_message_that_only_the_website_can_show_counts_as_sent(self, shop: Shop) -> None:
        await shop.open()
        shop.api.says(WANG, "在吗")
        await shop.until_told(WANG, 1)
        message = await say(shop, WANG, Reply(buttons=[{"title": "登录", "payload": "action:sign_in"}]))

        async def sent() -> bool:
            return next(one for one in await shop.stored() if one.id == message.id).status == MessageStatus.SENT

        await until(sent)
        assert len(shop.api.sent(WANG)) == 1


@on_sqlite
class TestSend:
    async def test_a_long_text_goes_out_whole_in_parts_and_the_last_has_the_buttons(self, shop: Shop) -> None:
        text = "\n".join(f"第 {number} 行，" + "字" * 50 for number in range(200))
        buttons = [{"title": "好", "payload": "/affirm"}]
        await shop.channel.send(outbound(text, buttons=buttons))
        parts = shop.api.sent(WANG)
        assert [len(part.text) <= 4096 for part in parts] == [True] * 3
        assert "\n".join(part.text for part in parts) == text
        assert [len(part.buttons) for part in parts] == [0, 0, 1]

    async def test_a_retry_goes_on_where_it_stopped(self, shop: Shop) -> None:
        long = outbound("甲" * 4000 + "。" + "乙" * 4000)
        shop.api.faults["sendMessage"].append(lambda: None)
        shop.api.fail("sendMessage", 500)
        with pytest.raises(Unreachable):
            await shop.channel.send(long)
        await shop.channel.send(long)
        assert [text[0] for text in shop.api.texts(WANG)] == ["甲", "乙"]

    async def test_files_go_out_from_the_store_and_from_nowhere_else(self, shop: Shop, tmp_path: Path) -> None:
        folder = tmp_path / "data" / "attachments"
        (folder / "desk").mkdir(parents=True)
        (folder / "desk" / "1.pdf").write_bytes(b"%PDF")
        (tmp_path / "data" / "huike.db").write_bytes(b"secret")
        invoice = {"kind": "file", "name": "发票.pdf", "ref": "desk/1.pdf"}
        picture = {"kind": "image", "ref": "https://example.com/shoe.jpg"}

        await shop.channel.send(outbound("您的发票", attachments=[invoice, picture]))

        assert [call.method for call in shop.api.sent(WANG)] == ["sendMessage", "sendDocument", "sendPhoto"]
        assert b"%PDF" in shop.api.sent(WANG)[1].fields.values()
        assert shop.api.sent(WANG)[2].fields["photo"] == "https://example.com/shoe.jpg"
        for ref in ("../huike.db", str(tmp_path / "data" / "huike.db"), "desk", "", "none.pdf"):
            with pytest.raises(Rejected):
                await shop.channel.send(outbound(None, attachments=[{"kind": "file", "name": "x", "ref": ref}]))

    @pytest.mark.parametrize(
        ("status", "description", "expected"),
        [
            (403, "Forbidden: bot was blocked by the user", RecipientBlocked),
            (403, "Forbidden: user is deactivated", RecipientBlocked),
            (400, "Bad Request: chat not found", RecipientBlocked),
            (400, "Bad Request: message text is empty", Rejected),
            (413, "Request Entity Too Large", Rejected),
            (401, "Unauthorized", Unreachable),
            (404, "Not Found", Unreachable),
            (409, "Conflict", Unreachable),
            (429, "Too Many Requests", Unreachable),
            (500, "", Unreachable),
        ],
    )
    async def test_what_a_refusal_means(
        self, shop: Shop, status: int, description: str, expected: type[Exception]
    ) -> None:
        shop.api.fail("sendMessage", status, description)
        with pytest.raises(Exception) as raised:  # noqa: PT011 - the exact class is checked below
            await shop.channel.send(outbound())
        assert type(raised.value) is expected

    async def test_an_address_that_is_no_chat_is_rejected(self, shop: Shop) -> None:
        with pytest.raises(Rejected):
            await shop.channel.send(outbound(chat="v-1"))

    async def test_a_server_that_is_not_there_is_unreachable(self, shop: Shop) -> None:
        settings = shop.services.settings
        settings.telegram_api_url = "http://127.0.0.1:9"
        channel = TelegramChannel(shop.services)
        with pytest.raises(Unreachable):
            await channel.send(outbound())
        await channel.stop()

    async def test_one_chat_told_to_wait_waits_alone_two_stop_the_channel(self, shop: Shop) -> None:
        shop.api.fail("sendMessage", 429, "Too Many Requests", times=2, retry_after=9)
        with pytest.raises(SlowDown) as first:
            await shop.channel.send(outbound())
        assert (first.value.wait, first.value.whole_channel) == (timedelta(seconds=9), False)
        with pytest.raises(SlowDown) as again:
            await shop.channel.send(outbound())
        assert not again.value.whole_channel
        assert len(shop.api.called("sendMessage")) == 1

        with pytest.raises(SlowDown) as second:
            await shop.channel.send(outbound(chat=LEE))
        assert second.value.whole_channel
        with pytest.raises(SlowDown) as third:
            await shop.channel.send(outbound(chat=1003))
        assert third.value.whole_channel
        assert len(shop.api.called("sendMessage")) == 2


class TestPace:
    async def test_a_chat_gets_one_message_a_second_and_others_are_not_held_up(self, monkeypatch: Any) -> None:
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(round(seconds, 3))

        monkeypatch.setattr("bot.channels.telegram.pace.asyncio.sleep", sleep)
        now = 100.0
        pace = Pace(clock=lambda: now)
        await pace.turn(1)
        await pace.turn(1)
        await pace.turn(2)
        assert slept == [0.0, 1.0, 0.067]
        with pytest.raises(SlowDown) as raised:
            await pace.turn(1)
        assert raised.value.wait == timedelta(seconds=2)
        now = 101.0
        await pace.turn(1)
        assert slept[-1] == 1.0

    async def test_thirty_a_second_in_all(self, monkeypatch: Any) -> None:
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        monkeypatch.setattr("bot.channels.telegram.pace.asyncio.sleep", sleep)
        pace = Pace(clock=lambda: 7.0)
        for chat in range(31):
            await pace.turn(chat)
        assert slept[0] == 0.0
        assert slept[30] == pytest.approx(1.0)
