"""Words that the extractor cuts in the wrong place."""

import pytest

from bot.hearing.hear import hear
from tests.bot.hearing.words import asked, said


@pytest.mark.parametrize("text", ["你们家多少钱包邮", "買多少錢包郵", "几钱包邮呀"])
def test_from_what_amount_goods_are_sent_free_is_no_wallet(text: str) -> None:
    wallet = "錢包" if "錢" in text else "钱包"
    steps = hear(said(text, "ask_product", 1.0, product=wallet), asked()).steps
    assert [step.intent for step in steps] == ["ask_faq"]


@pytest.mark.parametrize("text", ["你们有钱包卖吗", "这个钱包多少钱"])
def test_a_wallet_is_one(text: str) -> None:
    steps = hear(said(text, "ask_product", 1.0, product="钱包"), asked()).steps
    assert "ask_faq" not in [step.intent for step in steps]
