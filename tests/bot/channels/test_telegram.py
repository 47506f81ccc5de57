"""Telegram, both ways in: a customer writes and presses, the desk answers, nothing is lost or doubled."""

import asyncio

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from bot.channels.telegram.client import webhook_secret
from bot.channels.telegram.webhook import WEBHOOK_PATH
from bot.wording import wording
from crm_store.conversations import Received
from crm_store.language import Language
from crm_store.messages import Inbound, MessageStatus
from tests.bot.channels.telegram_shop import WEBHOOK_SECRET, Shop, on_sqlite, until

WANG, LEE = 1001, 1002


class TestAnswering:
    async def test_a_question_is_answered_and_its_button_pressed(self, either_shop: Shop) -> None:
        shop, api = either_shop, either_shop.api
        await shop.open()

        said = api.says(WANG, "我有多少积分")
        assert await shop.until_told(WANG, 1) == ["回：我有多少积分"]
        await shop.press(WANG, "好", query_id="77")
        assert await shop.until_told(WANG, 2) == ["回：我有多少积分", "回：/affirm"]

        first, second = await shop.received()
        assert (first.channel_message_id, first.text, first.payload) == (f"{WANG}:{said}", "我有多少积分", None)
        assert (second.channel_message_id, second.text, second.payload) == ("cb:77", "好", "/affirm")
        assert first.customer_at is not None
        await until(lambda: api.called("answerCallbackQuery"))
        used = api.sent(WANG)[0].fields["message_id"]
        await until(lambda: api.messages[WANG, used]["buttons"] == [])
        identity = await shop.identity(WANG)
        assert (identity.channel, identity.display_name, identity.language) == ("telegram", "小王", "zh-Hans")

    async def test_messages_of_one_customer_are_answered_in_order_and_customers_apart(self, either_shop: Shop) -> None:
        shop, api = either_shop, either_shop.api
        await shop.open()
        for number in range(12):
            api.says(WANG, f"这里是第 {number} 句")
            api.says(LEE, f"this is message number {number}", language="en")

        assert await shop.until_told(WANG, 12) == [f"回：这里是第 {number} 句" for number in range(12)]
        assert await shop.until_told(LEE, 12) == [f"回：this is message number {number}" for number in range(12)]

    async def test_text_goes_out_as_it_is(self, shop: Shop) -> None:
        await shop.open()
        shop.api.says(WANG, "<b>1*2_3</b> & `x`")
        assert await shop.until_told(WANG, 1) == ["回：<b>1*2_3</b> & `x`"]
        assert "parse_mode" not in shop.api.sent(WANG)[0].fields

    async def test_the_customer_sees_that_the_bot_is_writing(self, shop: Shop) -> None:
        await shop.open()
        shop.rasa.hold = asyncio.Event()
        shop.api.says(WANG, "在吗")
        await until(lambda: shop.api.called("sendChatAction"))
        [action] = shop.api.called("sendChatAction")
        assert (action.chat, action.fields["action"]) == (WANG, "typing")
        shop.rasa.hold.set()
        await shop.until_told(WANG, 1)


@on_sqlite
class TestRegistering:
    async def test_polling_takes_a_webhook_away_and_shows_the_commands(self, shop: Shop) -> None:
        shop.api.webhook = {"url": "http://127.0.0.1:9/old"}
        await shop.open()
        shop.api.says(WANG, "在吗")
        await shop.until_told(WANG, 1)
        await until(lambda: len(shop.api.called("setMyCommands")) == 3)
        assert shop.api.called("deleteWebhook")[0].fields["drop_pending_updates"] == "false"

    async def test_a_server_that_is_away_at_the_start_is_waited_for(self, shop: Shop) -> None:
        shop.api.fail("deleteWebhook", 502)
        shop.api.says(WANG, "在吗")
        await shop.open()
        assert await shop.until_told(WANG, 1) == ["回：在吗"]

    async def test_the_webhook_is_registered_with_its_secret(self, either_shop: Shop) -> None:
        await either_shop.open()
        if either_shop.services.settings.telegram_mode == "webhook":
            await until(lambda: either_shop.api.webhook)
            [call] = either_shop.api.called("setWebhook")
            assert call.fields["url"].endswith(WEBHOOK_PATH)
            assert call.fields["secret_token"] == WEBHOOK_SECRET
        else:
            await until(lambda: either_shop.api.called("deleteWebhook"))
            assert not either_shop.api.webhook

    def test_without_a_secret_of_its_own_one_is_derived(self, shop: Shop) -> None:
        settings = shop.services.settings.model_copy(
            update={"telegram_webhook_secret": type(shop.services.settings.secret_key)("")}
        )
        derived = webhook_secret(settings)
        assert len(derived) == 64
        assert settings.secret_key.get_secret_value() not in derived


class TestNothingIsLost:
    async def test_an_update_comes_again_until_it_is_stored(
        self, either_shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The store fails twice: the update is neither confirmed nor answered 200 before it is in."""
        shop, desk = either_shop, either_shop.services.desk
        receive, failed = desk.receive, []

        async def failing(inbound: Inbound) -> Received:
            if len(failed) < 2:
                failed.append(inbound)
                raise OperationalError("insert", {}, Exception("the disk is away"))
            return await receive(inbound)

        monkeypatch.setattr(desk, "receive", failing)
        await shop.open()
        shop.api.says(WANG, "在吗")

        assert await shop.until_told(WANG, 1) == ["回：在吗"]
        assert len(await shop.received()) == 1
        if shop.services.settings.telegram_mode == "webhook":
            assert shop.api.refusals == [503, 503]

    async def test_a_crash_after_storing_and_before_confirming_repeats_nothing(self, shop: Shop) -> None:
        """The process is gone before its next getUpdates: the server brings the same updates to the next one."""
        api = shop.api
        api.says(WANG, "在吗")
        api.says(WANG, sticker={**api.file(b"", path="s.webp"), "type": "regular", "width": 1, "height": 1,
                                "is_animated": False, "is_video": False, "emoji": "👍"})  # fmt: skip
        brought = list(api.updates)
        await shop.open()
        await shop.until_told(WANG, 2)
        await shop.close()

        api.updates = brought
        await shop.open()
        api.says(WANG, "还在吗")
        texts = await shop.until_told(WANG, 3)

        assert sorted(texts) == sorted(["回：在吗", wording("telegram.other", Language.ZH_HANS), "回：还在吗"])
        assert len(await shop.received()) == 3
        assert len(shop.rasa.turns) == 2

    @on_sqlite
    async def test_nothing_is_confirmed_while_it_is_being_stored(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """For longer than a poll takes: a process killed meanwhile would get the update again."""
        receive, begun, go_on = shop.services.desk.receive, asyncio.Event(), asyncio.Event()

        async def slow(inbound: Inbound) -> Received:
            begun.set()
            await go_on.wait()
            return await receive(inbound)

        monkeypatch.setattr(shop.services.desk, "receive", slow)
        await shop.open()
        shop.api.says(WANG, "在吗")
        await begun.wait()
        await asyncio.sleep(2.5)
        assert len(shop.api.updates) == 1
        go_on.set()
        await until(lambda: shop.api.updates == [])

    async def test_what_is_stored_is_confirmed_with_the_next_question(self, shop: Shop) -> None:
        await shop.open()
        shop.api.says(WANG, "在吗")
        await shop.until_told(WANG, 1)
        await until(lambda: shop.api.updates == [])

    @on_sqlite
    @pytest.mark.parametrize("trouble", ["500", "dropped", "429", "409"])
    async def test_polling_goes_on_after_trouble(self, shop: Shop, trouble: str) -> None:
        if trouble == "dropped":
            shop.api.drop("getUpdates")
        elif trouble == "429":
            shop.api.fail("getUpdates", 429, "Too Many Requests", retry_after=1)
        elif trouble == "409":
            shop.api.fail("getUpdates", 409, "Conflict: can't use getUpdates method while webhook is active")
        else:
            shop.api.fail("getUpdates", 500)
        await shop.open()
        shop.api.says(WANG, "在吗")
        assert await shop.until_told(WANG, 1) == ["回：在吗"]

    async def test_an_update_nobody_can_read_does_not_stop_the_others(self, either_shop: Shop) -> None:
        either_shop.api.add(message={"message_id": "no number", "chat": "no chat"})
        either_shop.api.says(WANG, "在吗")
        await either_shop.open()
        assert await either_shop.until_told(WANG, 1) == ["回：在吗"]
        await until(lambda: either_shop.api.updates == [])

    async def test_of_an_update_that_cannot_be_read_whole_words_and_sender_are_kept(self, either_shop: Shop) -> None:
        either_shop.api.says(WANG, "我的包裹呢", entities="a form of tomorrow")
        either_shop.api.says(WANG, hologram={"size": "of tomorrow"}, entities="a form of tomorrow")
        await either_shop.open()
        told = await either_shop.until_told(WANG, 2)
        assert set(told) == {"回：我的包裹呢", wording("telegram.other", Language.ZH_HANS)}
        first, second = await either_shop.received()
        assert (first.text, [kept["kind"] for kept in second.attachments or []]) == ("我的包裹呢", ["unknown"])

    async def test_a_stop_loses_nothing(self, shop: Shop) -> None:
        await shop.open(answering=False)
        for number in range(30):
            shop.api.says(WANG + number % 5, f"这里是第 {number} 句")
        await shop.until_stored(1)
        await shop.close()
        await shop.open()
        stored = await shop.until_stored(30)
        assert sorted(message.text or "" for message in stored) == sorted(
            f"这里是第 {number} 句" for number in range(30)
        )


@on_sqlite
class TestWebhookSecret:
    @pytest.mark.parametrize("secret", ["", "wrong", WEBHOOK_SECRET + "x", "密"])
    async def test_a_stranger_is_refused_and_nothing_is_stored(self, webhook_shop: Shop, secret: str) -> None:
        shop = webhook_shop
        await shop.open()
        await until(lambda: shop.api.webhook)
        shop.api.says(WANG, "把 5000 积分转给我")
        [forged], shop.api.updates = shop.api.updates, []
        async with httpx.AsyncClient(trust_env=False) as http:
            headers = {"X-Telegram-Bot-Api-Secret-Token": secret.encode()} if secret else {}
            answer = await http.post(shop.api.webhook["url"], json=forged, headers=headers)  # type: ignore[arg-type]
            malformed = await http.post(
                shop.api.webhook["url"],
                content=b"{",
                headers={"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET},
            )
        assert (answer.status_code, malformed.status_code) == (403, 400)
        assert await shop.received() == []


class TestButtons:
    async def test_a_double_tap_is_one_choice(self, shop: Shop) -> None:
        await shop.open()
        shop.api.says(WANG, "查订单")
        await shop.until_told(WANG, 1)
        await shop.press(WANG, "好", query_id="1")
        await shop.press(WANG, "好", query_id="2")
        await until(lambda: len(shop.api.called("answerCallbackQuery")) == 2)
        assert [message.channel_message_id for message in (await shop.received())[1:]] == ["cb:1"]

    async def test_made_up_callback_data_moves_nobody(self, shop: Shop) -> None:
        """A customer may send any callback data with a client of their own, also that of another's button."""
        await shop.open()
        shop.api.says(WANG, "查订单")
        await shop.until_told(WANG, 1)
        data = shop.api.sent(WANG)[0].buttons[0]["callback_data"]
        for number, made_up in enumerate((data, "b:999999:0", data[:-1] + "9", "/affirm", "")):
            shop.api.presses(LEE, made_up, message_id=5, query_id=str(number), language="en")
        await until(lambda: len(shop.api.called("answerCallbackQuery")) == 5)
        gone = wording("telegram.button_gone", Language.EN)
        assert {call.text for call in shop.api.called("answerCallbackQuery")} == {gone}
        assert len(await shop.received()) == 1

    async def test_a_press_is_stored_even_when_telegram_does_not_take_the_answer(self, shop: Shop) -> None:
        await shop.open()
        shop.api.says(WANG, "查订单")
        await shop.until_told(WANG, 1)
        shop.api.fail("answerCallbackQuery", 400, "Bad Request: query is too old")
        shop.api.drop("editMessageReplyMarkup")
        await shop.press(WANG, "好")
        assert (await shop.until_told(WANG, 2))[-1] == "回：/affirm"
        assert all(message.status == MessageStatus.HANDLED for message in await shop.received())
