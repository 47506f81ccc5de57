"""What customers do on Telegram besides writing: links, commands, files, edits, odd things, groups, blocking."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels.telegram import files
from bot.desk.notices import HUMAN
from bot.wording import wording
from crm_store import clock, identities, interactions, members, verification
from crm_store.language import Language
from crm_store.members import Member
from crm_store.messages import Direction, Message
from tests.bot.channels.telegram_shop import Shop, on_sqlite, until
from tests.bot_api_server import TOKEN

WANG, LEE, GROUP = 1001, 1002, -100200
HANS, HANT, EN = Language.ZH_HANS, Language.ZH_HANT, Language.EN
STICKER = {"type": "regular", "width": 9, "height": 9, "is_animated": False, "is_video": False, "emoji": "👍"}


async def a_member(shop: Shop, **more: Any) -> Member:
    async with shop.database.transaction() as session:
        return await members.create(session, family_name="王", preferred_name="小王", **more)


async def a_link(shop: Shop, member: Member) -> str:
    async with shop.database.transaction() as session:
        return await verification.create_link_token(session, member)


class TestDeepLink:
    async def test_the_link_binds_and_what_was_said_before_is_the_members(self, either_shop: Shop) -> None:
        shop = either_shop
        await shop.open()
        member = await a_member(shop)
        token = await a_link(shop, member)
        shop.api.says(WANG, "订单到哪了")
        await shop.until_told(WANG, 1)

        shop.api.says(WANG, f"/start {token}")

        assert (await shop.until_told(WANG, 2))[1] == wording("telegram.bound", HANS, name="小王")
        assert [button["text"] for button in shop.api.sent(WANG)[1].buttons] == ["查积分", "查订单"]
        identity, conversation = await shop.identity(WANG), await shop.conversation(WANG)
        assert (identity.member_id, identity.verified_by, conversation.member_id) == (
            member.id, "link_token", member.id,
        )  # fmt: skip
        async with shop.database.reading() as session:
            [earlier] = await interactions.timeline(session, member.id, limit=5)
        assert earlier.conversation_id == conversation.id
        assert all(token not in (message.text or "") for message in await shop.stored())

        await shop.press(WANG, "查积分")
        assert (await shop.until_told(WANG, 3))[2] == "回：/ask_points_balance"

    @pytest.mark.parametrize("language", [HANS, HANT, EN])
    async def test_a_wrong_one_and_an_old_one_are_told_kindly(self, shop: Shop, language: Language) -> None:
        member = await a_member(shop)
        token = await a_link(shop, member)
        with clock.frozen(clock.now() + timedelta(minutes=16)):
            await shop.open()
            shop.api.says(WANG, f"/start {'x' * len(token)}", language=language.value.lower())
            shop.api.says(WANG, f"/start {token}", language=language.value.lower())
            assert await shop.until_told(WANG, 2) == [
                wording("telegram.link_wrong", language), wording("telegram.link_expired", language, minutes=15),
            ]  # fmt: skip
            assert shop.api.sent(WANG)[0].buttons[0]["text"] == wording("telegram.button_email_code", language)
        assert (await shop.identity(WANG)).member_id is None

    async def test_of_two_who_open_it_one_is_bound(self, shop: Shop) -> None:
        token = await a_link(shop, await a_member(shop))
        await shop.open()
        for chat in (WANG, LEE):
            shop.api.says(chat, f"/start {token}")
        await shop.until_told(WANG, 1)
        await shop.until_told(LEE, 1)
        bound = [(await shop.identity(chat)).member_id is not None for chat in (WANG, LEE)]
        assert sorted(bound) == [False, True]

    async def test_brought_again_it_is_told_once(self, shop: Shop) -> None:
        token = await a_link(shop, await a_member(shop))
        shop.api.says(WANG, f"/start {token}")
        brought = list(shop.api.updates)
        await shop.open()
        await shop.until_told(WANG, 1)
        await shop.close()
        shop.api.updates = brought
        await shop.open()
        shop.api.says(WANG, "在吗")
        assert len(await shop.until_told(WANG, 2)) == 2
        assert len(await shop.received()) == 2

    async def test_another_members_conversation_is_closed_first(self, shop: Shop) -> None:
        first, second = await a_member(shop), await a_member(shop)
        await shop.open()
        shop.api.says(WANG, f"/start {await a_link(shop, first)}")
        await shop.until_told(WANG, 1)
        old = await shop.conversation(WANG)
        shop.api.says(WANG, f"/start {await a_link(shop, second)}")
        await shop.until_told(WANG, 2)
        new = await shop.conversation(WANG)
        assert (new.id != old.id, new.member_id) == (True, second.id)

        await shop.press(WANG, "查积分", query_id="new")
        await shop.until_told(WANG, 3)
        data = shop.api.sent(WANG)[0].buttons[0]["callback_data"]
        shop.api.presses(WANG, data, message_id=1, query_id="old")
        await until(lambda: len(shop.api.called("answerCallbackQuery")) == 2)
        assert shop.api.called("answerCallbackQuery")[1].text == wording("telegram.button_gone", HANS)


@on_sqlite
class TestCommands:
    @pytest.mark.parametrize(
        ("said", "payload"),
        [
            ("/start", "/greet"),
            ("/help", "/help"),
            ("/stop", "/opt_out"),
            ("/Start@huike_test_bot", "/greet"),
            ("/start autumn_2026-poster", "/greet"),
            ("/start 从海报来的", "/greet"),
            ("/menu", "/help"),
            ("/ask_points_balance", "/help"),
        ],
    )
    async def test_a_command_is_a_payload(self, shop: Shop, said: str, payload: str) -> None:
        await shop.open()
        shop.api.says(WANG, said)
        assert await shop.until_told(WANG, 1) == [f"回：{payload}"]
        assert shop.rasa.turns[0]["payload"] == payload

    async def test_human_reaches_the_queue_while_the_dialogue_server_is_away(self, shop: Shop) -> None:
        shop.rasa.broken = True
        await shop.open()
        shop.api.says(WANG, "/human 我的包裹坏了")
        await shop.until_told(WANG, 1)
        [message] = await shop.received()
        assert (message.payload, message.text) == (HUMAN, "/human 我的包裹坏了")
        assert (await shop.conversation(WANG)).state == "queue"

    @pytest.mark.parametrize("said", ["/points how many", "/greet{}", "/", "/你好", "／help"])
    async def test_other_words_after_a_slash_are_words(self, shop: Shop, said: str) -> None:
        await shop.open()
        shop.api.says(WANG, said)
        [message] = await shop.until_stored(1)
        assert message.payload is None
        await shop.until_told(WANG, 1)
        assert "payload" not in shop.rasa.turns[0]


class TestWords:
    async def test_the_longest_text_is_one_message_and_one_turn(self, shop: Shop) -> None:
        await shop.open()
        shop.api.says(WANG, "一句话。" * 1024)
        await shop.until_told(WANG, 1)
        [message] = await shop.received()
        assert message.text == "一句话。" * 1024
        assert len(shop.rasa.turns) == 1

    async def test_whoever_speaks_none_of_our_languages_is_told_in_english(self, shop: Shop) -> None:
        await shop.open()
        shop.api.says(WANG, language="fr", dice={"emoji": "🎲", "value": 4})
        assert await shop.until_told(WANG, 1) == [wording("telegram.other", EN)]

    async def test_a_text_no_database_holds_is_cleaned(self, shop: Shop) -> None:
        await shop.open(answering=False)
        shop.api.says(WANG, "在\x00吗 \ud83d")
        [message] = await shop.until_stored(1)
        assert message.text == "在吗 \ufffd"

    async def test_an_edit_is_kept_beside_the_first_wording(self, either_shop: Shop) -> None:
        await either_shop.open()
        said = either_shop.api.says(WANG, "订单 20261101-0001")
        await either_shop.until_told(WANG, 1)
        either_shop.api.edits(WANG, said, "订单 20261101-0002")
        either_shop.api.edits(WANG, 9999, "从来没有过")

        async def noted() -> bool:
            return (await either_shop.received())[0].edited_at is not None

        await until(noted)
        [message] = await either_shop.received()
        assert (message.text, message.original_text) == ("订单 20261101-0002", "订单 20261101-0001")
        assert len(either_shop.rasa.turns) == 1

    async def test_an_edit_that_comes_in_after_a_newer_one_changes_nothing(self, either_shop: Shop) -> None:
        shop = either_shop
        await shop.open()
        said = shop.api.says(WANG, "订单 20261101-0001")
        await shop.until_told(WANG, 1)
        shop.api.edits(WANG, said, "订单 20261101-0001", at=1_800_000_002)
        shop.api.edits(WANG, said, "订单 20261101-0009", at=1_800_000_001)
        shop.api.says(WANG, "在吗")
        await shop.until_told(WANG, 2)
        message = (await shop.received())[0]
        assert (message.text, message.original_text) == ("订单 20261101-0001", None)

    @pytest.mark.parametrize("words", ["/start {}", "/start@huike_bot {}", "看 https://t.me/huike_bot?start={}"])
    async def test_a_links_token_is_stored_nowhere(self, either_shop: Shop, words: str) -> None:
        shop = either_shop
        await shop.open()
        token = await a_link(shop, await a_member(shop))
        said = shop.api.says(WANG, "在吗")
        await shop.until_told(WANG, 1)
        photo = shop.api.file(b"\xff\xd8", path="photos/0.jpg") | {"width": 9, "height": 9}
        shop.api.says(WANG, photo=[photo], caption=words.format(token))
        shop.api.edits(WANG, said, words.format(token))

        async def both_came() -> bool:
            received = await shop.received()
            return len(received) == 2 and received[0].edited_at is not None

        await until(both_came)
        assert all(token not in f"{message.text} {message.original_text}" for message in await shop.stored())

    async def test_telegrams_own_remarks_and_other_bots_are_left_alone(self, shop: Shop) -> None:
        await shop.open()
        shop.api.says(WANG, message_auto_delete_timer_changed={"message_auto_delete_time": 86400})
        shop.api.says(WANG, "我是机器人", **{"from": {"id": 5, "is_bot": True, "first_name": "b"}})
        shop.api.says(WANG, "在吗")
        assert await shop.until_told(WANG, 1) == ["回：在吗"]
        assert len(await shop.received()) == 1


class TestOfAnotherForm:
    @pytest.mark.parametrize(
        "oddity",
        [
            {"from": {"id": WANG, "first_name": "王"}},
            {"from": {"id": WANG}},
            {"from": {"id": WANG, "is_bot": "no", "first_name": 5, "language_code": "zh-hans"}},
            {"from": "a name", "new_field": {"a": 1}},
            {"date": 10**18},
            {"date": "yesterday", "from": {"id": WANG, "is_bot": False, "first_name": "王"}},
        ],
    )
    async def test_the_words_of_a_private_message_come_through(self, shop: Shop, oddity: dict[str, Any]) -> None:
        await shop.open()
        shop.api.says(WANG, "在吗", **oddity)
        assert await shop.until_told(WANG, 1) == ["回：在吗"]
        [message] = await shop.received()
        assert message.text == "在吗"

    @pytest.mark.parametrize(
        "place",
        [
            {"location": {"latitude": 10**300, "longitude": -(10**300)}},
            {"venue": {"title": "9" * 300, "address": "9" * 300, "location": {"latitude": 1, "longitude": 2}}},
        ],
    )
    async def test_a_place_that_is_none_has_a_short_name_or_none(self, shop: Shop, place: dict[str, Any]) -> None:
        await shop.open()
        shop.api.says(WANG, **place)
        await shop.until_told(WANG, 1)
        [message] = await shop.received()
        [attachment] = message.attachments or []
        assert len(attachment["name"]) <= 200
        assert "1000000" not in attachment["name"]


class TestFiles:
    async def test_a_photo_is_kept_with_its_caption(self, either_shop: Shop) -> None:
        shop, api = either_shop, either_shop.api
        await shop.open()
        small = api.file(b"small", path="photos/0.jpg") | {"width": 9, "height": 9}
        large = api.file(b"\xff\xd8 large", path="photos/1.jpg") | {"width": 90, "height": 90}
        api.says(WANG, photo=[small, large], caption="鞋底开胶了")

        assert await shop.until_told(WANG, 1) == ["回：鞋底开胶了"]
        [message] = await shop.received()
        [attachment] = message.attachments or []
        path = shop.services.settings.attachments / attachment["ref"]
        assert path.read_bytes() == b"\xff\xd8 large"
        assert {key: attachment[key] for key in ("kind", "name", "mime", "size")} == {
            "kind": "image", "name": "photo.jpg", "mime": "image/jpeg", "size": 8,
        }  # fmt: skip
        assert str(WANG) not in attachment["ref"]

    async def test_a_file_alone_is_answered_by_the_desk_and_its_name_is_harmless(self, shop: Shop) -> None:
        await shop.open()
        name = "../../etc/cron.d/\u202efdp.exe"
        shop.api.says(WANG, document={**shop.api.file(b"x", path="d/1"), "file_name": name, "mime_type": "a/b"})
        assert await shop.until_told(WANG, 1) == [wording("desk.attachment_only", HANS)]
        [message] = await shop.received()
        [attachment] = message.attachments or []
        assert attachment["name"] == "_.._etc_cron.d_fdp.exe"
        folder = shop.services.settings.attachments
        assert (folder / attachment["ref"]).resolve().is_relative_to(folder.resolve())
        assert [path for path in folder.rglob("*") if path.is_file()] == [folder / attachment["ref"]]

    async def test_an_album_is_answered_once(self, shop: Shop) -> None:
        await shop.open()
        for number in range(4):
            photo = shop.api.file(bytes([number]), path=f"p/{number}.jpg") | {"width": 9, "height": 9}
            shop.api.says(WANG, photo=[photo], media_group_id="album")
        shop.api.says(WANG, "都是同一双")
        await shop.until_told(WANG, 2)
        await until_all_handled(shop)
        assert shop.api.texts(WANG) == [wording("desk.attachment_only", HANS), "回：都是同一双"]
        assert [len(message.attachments or []) for message in await shop.received()] == [1, 1, 1, 1, 0]

    @pytest.mark.parametrize("told", [True, False])
    async def test_a_file_beyond_the_limit_is_not_kept(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch, told: bool
    ) -> None:
        """Whether Telegram tells the size or the bytes do."""
        monkeypatch.setattr(files, "SIZE_LIMIT_BYTES", 100_000)
        await shop.open()
        document = shop.api.file(b"x" * 200_000, path="big")
        shop.api.says(WANG, document=document if told else {**document, "file_size": None}, language="en")
        assert await shop.until_told(WANG, 1) == [wording("telegram.file_too_large", EN, megabytes=20)]
        [message] = await shop.received()
        assert (message.attachments or [])[0]["ref"] is None
        assert not [
            path for path in shop.services.settings.data_dir.rglob("*") if path.is_file() and "telegram" in str(path)
        ]

    async def test_a_broken_download_is_tried_again_and_then_told(
        self, shop: Shop, capsys: pytest.CaptureFixture[str]
    ) -> None:
        await shop.open()
        shop.api.drop("download")
        shop.api.says(WANG, document=shop.api.file(b"first", path="1"), caption="发票")
        assert await shop.until_told(WANG, 1) == ["回：发票"]
        shop.api.fail("download", 500, times=2)
        shop.api.says(WANG, document=shop.api.file(b"second", path="2"))
        assert (await shop.until_told(WANG, 2))[1] == wording("telegram.file_not_fetched", HANS)
        logged = capsys.readouterr().out
        assert "telegram.file_not_fetched" in logged
        assert TOKEN not in logged
        first, second = await shop.received()
        assert (first.attachments or [])[0]["ref"]
        assert (second.attachments or [])[0]["ref"] is None


@on_sqlite
class TestOtherThings:
    @pytest.mark.parametrize("language", [HANS, HANT, EN])
    async def test_each_is_answered_politely_without_a_turn_of_the_bot(self, shop: Shop, language: Language) -> None:
        await shop.open()
        for content in (
            {"sticker": {**shop.api.file(b"", path="s"), **STICKER}},
            {"voice": {**shop.api.file(b"ogg", path="v.oga"), "duration": 3, "mime_type": "audio/ogg"}},
            {"location": {"latitude": 31.23, "longitude": 121.47}},
            {"contact": {"phone_number": "13812345678", "first_name": "王芳", "user_id": WANG}},
            {"dice": {"emoji": "🎲", "value": 4}},
        ):
            shop.api.says(WANG, language=language.value.lower(), **content)

        keys = ("other", "voice", "location", "contact", "other")
        assert await shop.until_told(WANG, 5) == [wording(f"telegram.{key}", language) for key in keys]
        assert shop.rasa.turns == []
        await until_all_handled(shop)
        assert [message.attachments[0]["name"] for message in await shop.received() if message.attachments] == [
            "👍", "voice.ogg", "31.23000, 121.47000", "王芳", "🎲",
        ]  # fmt: skip

    async def test_an_own_contact_proves_nothing(self, shop: Shop) -> None:
        await a_member(shop, phone="13812345678")
        await shop.open()
        shop.api.says(WANG, contact={"phone_number": "+8613812345678", "first_name": "王", "user_id": WANG})
        await shop.until_told(WANG, 1)
        assert (await shop.identity(WANG)).member_id is None
        await shop.press(WANG, wording("telegram.button_email_code", HANS))
        assert (await shop.until_told(WANG, 2))[1] == "回：/bind_account"

    async def test_in_line_it_is_passed_on_and_the_bot_remarks_nothing(self, shop: Shop) -> None:
        await shop.open()
        shop.api.says(WANG, "/human")
        await shop.until_told(WANG, 1)
        shop.api.says(WANG, sticker={**shop.api.file(b"", path="s"), **STICKER})
        await shop.until_told(WANG, 2)
        await until_all_handled(shop)
        async with shop.services.database.reading() as session:
            told = await session.scalars(select(Message.author).where(Message.direction == Direction.OUT))
            assert told.all() == ["system", "system"]


class TestGroupsAndBlocking:
    async def test_a_group_is_told_once_and_left(self, shop: Shop) -> None:
        await shop.open()
        shop.api.membership(GROUP, "member", kind="supergroup")
        for _ in range(3):
            shop.api.says(GROUP, "/start")
        shop.api.says(WANG, "在吗")
        await shop.until_told(WANG, 1)
        await until(lambda: shop.api.called("leaveChat"))
        [told] = shop.api.texts(GROUP)
        assert told == wording("telegram.group", HANS, link="https://t.me/huike_test_bot")
        assert len(await shop.received()) == 1

    async def test_who_blocks_the_bot_is_marked_and_who_comes_back_is_reachable(self, either_shop: Shop) -> None:
        shop = either_shop
        await shop.open()
        shop.api.membership(LEE, "kicked")
        shop.api.says(WANG, "在吗")
        await shop.until_told(WANG, 1)

        async def blocked() -> bool:
            return (await shop.identity(WANG)).blocked_at is not None

        async def reachable() -> bool:
            return (await shop.identity(WANG)).blocked_at is None

        shop.api.membership(WANG, "kicked")
        await until(blocked)
        shop.api.membership(WANG, "member")
        await until(reachable)
        async with shop.database.reading() as session:
            assert await identities.for_member(session, 0) == []


async def until_all_handled(shop: Shop) -> None:
    async def handled() -> bool:
        return all(message.status == "handled" for message in await shop.received())

    await until(handled)
