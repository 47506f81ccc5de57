"""Texts and buttons as Telegram takes them, and the plug into the app."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import app
from bot.attachments import NAME_LIMIT, safe_name
from bot.channels.telegram import TelegramChannel, layout
from bot.channels.telegram.reception import COMMANDS
from bot.settings import Settings
from bot.wording import section
from tests.bot.channels.telegram_shop import Shop, on_sqlite

WORDS = st.text(alphabet=st.sampled_from("甲乙a b。，\n😀.!"), max_size=300)


class TestSplitText:
    @given(WORDS, st.integers(2, 40))
    def test_no_part_is_too_long_or_empty_and_no_word_is_lost(self, text: str, limit: int) -> None:
        parts = layout.split_text(text, limit)
        assert all(0 < len(part.encode("utf-16-le")) // 2 <= limit for part in parts)
        assert "".join("".join(parts).split()) == "".join(text.split())

    def test_a_short_text_stays_whole_and_none_makes_none(self) -> None:
        assert layout.split_text(" 在 \n") == ["在"]
        assert layout.split_text(" \n") == []

    def test_it_is_cut_where_a_sentence_ends(self) -> None:
        assert layout.split_text("第一句话。第二句话没有完", 8) == ["第一句话。", "第二句话没有完"]


class TestKeyboard:
    @given(st.integers(1, 10**18 - 1), st.integers(0, 999))
    def test_what_a_button_carries_is_read_back_and_fits(self, message_id: int, index: int) -> None:
        data = layout.callback_data(message_id, index)
        assert len(data.encode()) <= 64
        assert layout.read_callback(data) == (message_id, index)

    @pytest.mark.parametrize("data", [None, "", "b:1", "b:1:2:3", "b:-1:0", "x:1:0", "b:１:0", "b:1:0\n", "/greet"])
    def test_what_we_never_sent_is_not_read(self, data: str | None) -> None:
        assert layout.read_callback(data) is None

    def test_short_titles_share_a_row_and_a_place_counts_what_is_left_out(self) -> None:
        buttons = [
            {"title": "登录", "payload": "action:sign_in"},
            {"title": "好", "payload": "/affirm"},
            {"title": "不用了", "payload": "/deny"},
            {"title": "用电子邮件验证码登录会员账户", "payload": "/bind_account"},
        ]
        markup = layout.keyboard(7, buttons)
        assert markup is not None
        assert [[(one.text, one.callback_data) for one in row] for row in markup.inline_keyboard] == [
            [("好", "b:7:1"), ("不用了", "b:7:2")],
            [("用电子邮件验证码登录会员账户", "b:7:3")],
        ]

    def test_what_opens_a_page_is_a_link(self) -> None:
        markup = layout.keyboard(7, [{"title": "下载", "url": "https://shop.example/data/x"}])
        assert markup is not None
        [[button]] = markup.inline_keyboard
        assert (button.url, button.callback_data) == ("https://shop.example/data/x", None)

    def test_without_a_usable_button_there_is_none(self) -> None:
        assert layout.keyboard(7, [{"title": "登录", "payload": "action:sign_in"}]) is None


class TestSafeName:
    @given(st.text(max_size=400))
    def test_whatever_it_is_called_it_stays_in_its_folder(self, name: str) -> None:
        safe = safe_name(name)
        assert safe not in ("", ".", "..")
        assert len(safe) <= NAME_LIMIT
        assert not set(safe) & set('/\\:*?"<>|\x00\n\u202e')

    def test_an_honest_name_stays_as_it_is(self) -> None:
        assert safe_name("发票 2026-11.pdf") == "发票 2026-11.pdf"


class TestPlug:
    @on_sqlite
    async def test_a_token_brings_the_channel_into_the_app(self, shop: Shop) -> None:
        channels = app.build_channels(shop.services)
        assert [channel.name for channel in channels] == ["web", "telegram"]
        for channel in channels:
            await channel.stop()

    @on_sqlite
    async def test_a_token_that_cannot_be_one_is_named(self, shop: Shop) -> None:
        settings = Settings(_env_file=None, demo=True, telegram_token="no token")  # type: ignore[call-arg,arg-type]
        object.__setattr__(shop.services, "settings", settings)
        with pytest.raises(ValueError, match="HUIKE_TELEGRAM_TOKEN"):
            TelegramChannel(shop.services)

    def test_every_command_has_its_line_in_the_menu(self) -> None:
        assert {f"command_{name}" for name in COMMANDS} <= set(section("telegram"))
