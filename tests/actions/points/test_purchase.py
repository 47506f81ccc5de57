"""What a purchase brings in points and comes to, reckoned up before it is made."""

from typing import Any

import pytest
import pytest_asyncio

from actions.points.balance import ActionPointsRules
from actions.points.vouchers import ActionVouchers
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.members import Member
from crm_store.products import Product
from tests.actions.conftest import Customer
from tests.actions.shelf import stock

GOODS = (("PAN", "24 厘米不粘锅", "24 cm Non-stick Pan", 219_00), ("CUP", "随行保温杯", "Travel Thermos", 139_00),
         ("BOX", "玻璃便当盒", "Glass Lunch Box", 69_00), ("CREAM", "护手霜", "Hand Cream", 59_00))  # fmt: skip


@pytest_asyncio.fixture
async def lin(database: Database, member: Customer, frozen_clock: FrozenClock) -> Customer:
    """A silver member of a shop with four goods."""
    assert member.member is not None
    await stock(database)
    async with database.transaction() as session:
        for sku, hans, english, price in GOODS:
            session.add(Product(sku=sku, names={"zh-Hans": hans, "zh-Hant": hans, "en": english}, category="home",
                                price_minor=price, stock=9, attributes={}))  # fmt: skip
        found = await session.get(Member, member.member.id)
        assert found is not None
        found.tier_code = "silver"
    member.member.tier_code = "silver"
    return member


async def asked(customer: Customer, text: str, *things: str, action: Any = ActionPointsRules, **more: Any) -> str:
    entities = {"product": things[0]} if len(things) == 1 else {}
    if choice := more.pop("choice", None):
        entities["choice"] = choice
    if product := more.pop("focus", None):
        more["slots"] = {"focus": {"product": product}}
    ran = await customer.run(action, text, "ask_points_rules", **({"entities": entities} if entities else {}), **more)
    return ran.only.text


class TestPoints:
    async def test_of_so_many_of_a_thing(self, lin: Customer) -> None:
        told = await asked(lin, "两口锅我能拿多少积分", "两口锅")
        assert "2 × 24 厘米不粘锅 ¥438" in told
        assert "得 876 分" in told
        assert "签收 7 天后" in told

    async def test_of_what_was_spoken_of(self, lin: Customer) -> None:
        told = await asked(
            lin, "how many points would I get for 3 of them", slots={"focus": {"product": "BOX"}}, language="en"
        )
        assert "3 × Glass Lunch Box ¥207" in told
        assert "414 points" in told

    async def test_on_the_birthday_and_with_a_voucher_it_goes_on(self, lin: Customer) -> None:
        await asked(lin, "两口锅我能拿多少积分", "两口锅")
        assert "得 1,752 分" in await asked(lin, "要是我生日那天买呢")
        told = await asked(lin, "那用张50的券呢")
        assert "剩 ¥388" in told
        assert "得 776 分" in told

    @pytest.mark.parametrize(
        ("text", "points"),
        [("想买件459的，用了张100的券，最后能拿几分", "718"), ("買459蚊嘢，用咗張一百嗰張，最後有幾多分返？", "718")],
    )
    async def test_of_an_amount_less_the_voucher(self, lin: Customer, text: str, points: str) -> None:
        assert points in await asked(lin, text)

    async def test_a_corrected_amount_is_reckoned_anew(self, lin: Customer) -> None:
        await asked(lin, "买100块的东西能拿几分")
        assert "718" in await asked(lin, "359块，付了359")

    async def test_how_to_earn_in_general_is_no_purchase(self, lin: Customer) -> None:
        ran = await lin.run(ActionPointsRules, "怎么攒积分", "ask_points_rules", slots={"focus": {"product": "BOX"}})
        assert ran.only.response == "reply_points_rules_own"


class TestLevel:
    @pytest.mark.parametrize(
        ("text", "thing", "language", "told"),
        [
            ("再买两口锅够不够升级", "两口锅", "zh-Hans", ["还不够升金卡", "这一单得 876 分"]),
            ("買個保溫杯可以升金卡嗎", "保溫杯", "zh-Hant", ["還不夠升", "得 278 點"]),
            ("would the thermos get me to the next level", "thermos", "en", ["Not enough for", "brings 278"]),
        ],
    )
    async def test_what_it_brings_is_held_against_what_is_missing(
        self, lin: Customer, text: str, thing: str, language: str, told: list[str]
    ) -> None:
        answer = await asked(lin, text, thing, language=language)
        assert [each for each in told if each not in answer] == []

    async def test_enough(self, lin: Customer) -> None:
        assert "够升金卡" in await asked(lin, "买99000块的东西够不够升级")


class TestSum:
    async def test_a_sum_that_is_nearly_right(self, lin: Customer) -> None:
        text = "便当盒128 减50就是78 邮费8块对不对"
        told = await asked(lin, text, "便当盒", action=ActionVouchers)
        assert told.startswith("不太对")
        assert "¥50" in told

    async def test_what_is_to_be_paid(self, lin: Customer) -> None:
        told = await asked(lin, "保温杯用50的券 实付几块 送几分", "保温杯", action=ActionVouchers)
        assert "剩 ¥89" in told
        assert "运费 ¥8" in told
        assert "实付 ¥97" in told
        assert "得 178 分" in told

    @pytest.mark.parametrize(
        ("text", "language", "told"),
        [
            ("保温杯用50的券，包起来，实付多少", "zh-Hans", ["礼品包装 ¥10", "实付 ¥107"]),
            ("the thermos with a 50 voucher, gift wrapped, what do I pay", "en", ["Gift wrapping ¥10"]),
        ],
    )
    async def test_wrapping_stands_in_the_sum(self, lin: Customer, text: str, language: str, told: list[str]) -> None:
        thing = "thermos" if language == "en" else "保温杯"
        answer = await asked(lin, text, thing, action=ActionVouchers, language=language)
        assert all(part in answer for part in told), answer

    async def test_without_wrapping_none_is_added(self, lin: Customer) -> None:
        told = await asked(lin, "保温杯用50的券，不用包装，实付多少", "保温杯", action=ActionVouchers)
        assert "实付 ¥97" in told
        assert "包装" not in told

    async def test_together_with_what_was_spoken_of(self, lin: Customer) -> None:
        text = "那护手霜吧 加起来多少 用张50的券实付几块"
        told = await asked(lin, text, "护手霜", action=ActionVouchers, slots={"focus": {"product": "BOX"}})
        assert "= ¥128" in told
        assert "实付 ¥86" in told
        assert "实付 ¥86" in await asked(lin, "用了券之后不满99了 还包邮吗")

    async def test_a_voucher_that_does_not_count_yet(self, lin: Customer) -> None:
        told = await asked(lin, "便当盒用50的券 实付几块", "便当盒", action=ActionVouchers)
        assert "要满 ¥99" in told
        assert "实付 ¥77" in told


class TestVoucherOnGoods:
    """Choices that hearing gives: whether a voucher may be used for goods, and what is paid with it."""

    @pytest.mark.parametrize(
        ("text", "thing", "language", "told"),
        [
            ("这50的券能买不粘锅吗", "不粘锅", "zh-Hans", ["能用，券不挑商品", "剩 ¥169", "实付 ¥169"]),
            ("50元的優惠券可以用在保溫杯嗎", "保溫杯", "zh-Hant", ["可以用", "剩 ¥89", "運費 ¥8", "實付 ¥97"]),
            ("can I use the 50 voucher on the thermos", "thermos", "en", ["Yes, vouchers", "¥89 left", "¥97 to pay"]),
            ("这50的券能买护手霜吗", "护手霜", "zh-Hans", ["还差 ¥40 才够用", "满 ¥99 才能用", "实付 ¥67"]),
        ],
    )
    async def test_whether_it_may_be_used(
        self, lin: Customer, text: str, thing: str, language: str, told: list[str]
    ) -> None:
        answer = await asked(lin, text, thing, action=ActionVouchers, language=language, choice="used_on")
        assert [each for each in told if each not in answer] == []

    async def test_goods_that_are_none_of_ours_are_not_taken_for_those_spoken_of(self, lin: Customer) -> None:
        ran = await lin.run(
            ActionVouchers, "这50的券能买奶粉吗", "ask_vouchers",
            entities={"choice": "used_on"}, slots={"focus": {"product": "PAN"}},
        )  # fmt: skip
        assert not any("不粘锅" in each.text for each in ran.said)

    @pytest.mark.parametrize(
        ("text", "language", "told"),
        [
            ("那口锅我会员还能打折吗 用张50的券 最后多少", "zh-Hans", ["银卡会员也是这个价", "一单一张", "实付 ¥169"]),
            ("219-50就169對吧", "zh-Hant", ["對，是這樣", "剩 ¥169"]),
            ("219-50就150对吧", "zh-Hans", ["不太对", "剩 ¥169"]),
            ("那用點數換一張100的 用在那雙40號 這樣付多少", "zh-Hant", ["剩 ¥119", "實付 ¥119"]),
            (
                "with the 50 voucher what do I pay, any member discount?",
                "en",
                ["Silver", "one per order", "¥169 to pay"],
            ),
            ("那我帳上現在有哪張券 用在219那口 實付多少", "zh-Hant", ["沒有能用的優惠券", "實付 ¥219"]),
        ],
    )
    async def test_what_is_paid_with_it(self, lin: Customer, text: str, language: str, told: list[str]) -> None:
        answer = await asked(lin, text, action=ActionVouchers, language=language, choice="paid", focus="PAN")
        assert [each for each in told if each not in answer] == []
