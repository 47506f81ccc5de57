"""A parcel that was told already is asked about again: the answer to that question, not its whole way."""

from datetime import timedelta

import pytest

from actions.orders.parcels import ActionParcel
from actions.orders.status import ActionOrderStatus
from crm_store import parcels
from crm_store.clock import now
from crm_store.orders import OrderStatus
from crm_store.parcels import ParcelCode
from tests.actions.conftest import Customer, Ran
from tests.actions.shop import MUG, SHOE, place, send

pytestmark = pytest.mark.usefixtures("frozen_clock")

NUMBER = "SF1029384756"


async def told(member: Customer, *, late: bool, language: str = "zh-Hans") -> Ran:
    """One parcel, told with its whole way."""
    async with member.database.transaction() as session:
        order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
        promised = now() + timedelta(days=-1 if late else 1)
        await send(session, order, promised_at=promised, arrived_at=now() - timedelta(hours=20))
    return await member.run(ActionParcel, "包裹", "ask_parcel", language=language)


async def asked(member: Customer, text: str) -> Ran:
    return await member.run(ActionParcel, text, "ask_parcel", spoken_of={"parcel_number": NUMBER})


class TestAskedAgain:
    async def test_the_first_time_it_is_told_with_every_step(self, member: Customer) -> None:
        ran = await told(member, late=True)
        assert ran.responses == ["reply_parcel_late"]
        assert ran.slots["focus"]["parcel"] == NUMBER

    @pytest.mark.parametrize(
        ("said", "language"),
        [("所以到底几号能来", "zh-Hans"), ("那究竟什麼時候會送來", "zh-Hant"), ("so what day then", "en")],
    )
    async def test_no_day_is_made_up_for_a_late_one(self, member: Customer, said: str, language: str) -> None:
        await told(member, late=True, language=language)
        ran = await asked(member, said)
        assert ran.responses == ["reply_parcel_no_day"]
        assert "•" not in ran.only.text
        assert '"parcel_number"' in ran.only.payloads[1]

    async def test_asked_of_today_the_answer_begins_with_today(self, member: Customer) -> None:
        await told(member, late=True)
        today = {"from": "2026-11-22T00:00:00+08:00", "to": "2026-11-23T00:00:00+08:00", "grain": "day"}
        ran = await member.run(
            ActionParcel, "今日内能到吗", "ask_parcel", spoken_of={"parcel_number": NUMBER},
            entities={"time": (today, "今日")},
        )  # fmt: skip
        assert ran.only.text.startswith("今天到不到还说不准")

    async def test_the_day_of_one_in_time(self, member: Customer) -> None:
        await told(member, late=False)
        ran = await asked(member, "哪天到")
        assert ran.responses == ["reply_parcel_day"]
        assert "明天 10:00" in ran.only.text

    @pytest.mark.parametrize(
        ("late", "said", "response"),
        [
            (True, "为什么会这样", "reply_parcel_why_late"),
            (False, "why so slow", "reply_parcel_not_late"),
            (True, "现在走到哪了", "reply_parcel_place_late"),
            (False, "在哪了", "reply_parcel_place"),
            (True, "哪家快递在送", "reply_parcel_carrier"),
            (True, "運單號給我一下", "reply_parcel_carrier"),
            (False, "今日到唔到", "reply_parcel_day"),
        ],
    )
    async def test_each_question_has_its_answer(self, member: Customer, late: bool, said: str, response: str) -> None:
        await told(member, late=late)
        ran = await asked(member, said)
        assert ran.responses == [response]
        assert "\n" not in ran.only.text

    async def test_the_button_shows_every_step_again(self, member: Customer) -> None:
        await told(member, late=False)
        ran = await asked(member, "在哪了")
        assert ran.only.titles == ["看每一步"]
        ran = await member.run(ActionParcel, ran.only.payloads[0], "ask_parcel", entities={"parcel_number": NUMBER})
        assert ran.responses == ["reply_parcel_in_time"]


class TestAnother:
    @pytest.mark.parametrize("said", ["第二个包裹呢", "另一件在哪", "and the other parcel?"])
    async def test_there_is_only_one(self, member: Customer, said: str) -> None:
        await told(member, late=False)
        ran = await asked(member, said)
        assert ran.responses == ["reply_parcel_only_one"]

    async def test_the_second_of_one_order_is_told(self, member: Customer) -> None:
        await told(member, late=False)
        async with member.database.transaction() as session:
            (first,) = await parcels.open_for_member(session, member.member.id)
            await send(session, first.order, number="YT7777777777", promised_at=now() + timedelta(days=2))
        ran = await asked(member, "第二个包裹呢")
        assert ran.only.values["number"] == "YT7777777777"


class TestWhoBroughtIt:
    async def test_the_carrier_of_an_order_that_came(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, MUG, status=OrderStatus.SHIPPED)
            parcel = await send(session, order, promised_at=now() + timedelta(days=2))
            await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=now() - timedelta(hours=2))
        await member.run(ActionOrderStatus, "订单", "ask_order_status", entities={"order_number": order.number})
        ran = await member.run(
            ActionParcel, "who brought it?", "ask_parcel", spoken_of={"order_number": order.number}, language="en"
        )
        assert ran.responses == ["reply_parcel_carrier_was"]
        assert "顺丰" in ran.only.text

    async def test_an_order_without_a_parcel_on_record(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, MUG, status=OrderStatus.DELIVERED)
        ran = await member.run(ActionParcel, "谁送的", "ask_parcel", spoken_of={"order_number": order.number})
        assert ran.responses == ["reply_order_no_parcel"]


class TestOfTheRecord:
    """Who signed and where it goes: what the record has, and no more than its owner may know it by."""

    @pytest.mark.parametrize(
        ("said", "language"),
        [("边个签收㗎", "zh-Hans"), ("是誰代收的 有照片嗎", "zh-Hant"), ("who signed for it", "en")],
    )
    async def test_who_signed_is_not_known_and_that_is_said(self, member: Customer, said: str, language: str) -> None:
        await told(member, late=False)
        async with member.database.transaction() as session:
            (parcel,) = await parcels.for_member(session, member.member.id)
            await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=now())
        ran = await member.run(ActionParcel, said, "ask_parcel", language=language, spoken_of={"parcel_number": NUMBER})
        assert ran.responses == ["reply_parcel_signed"]

    @pytest.mark.parametrize(
        ("said", "language"),
        [("寄到哪个地址的啊", "zh-Hans"), ("是不是寄到舊家", "zh-Hant"), ("which address did it go to", "en")],
    )
    @pytest.mark.parametrize("action", [ActionParcel, ActionOrderStatus])
    async def test_the_address_is_told_without_its_number(
        self, member: Customer, said: str, language: str, action: type
    ) -> None:
        await told(member, late=False)
        ran = await member.run(action, said, "ask_parcel", language=language)
        assert ran.responses == ["reply_order_address"]
        assert "漕溪北路***" in ran.only.text
        assert "1 号" not in ran.only.text

    @pytest.mark.parametrize("action", [ActionParcel, ActionOrderStatus])
    async def test_who_signed_of_the_order_spoken_of_where_several_came(self, member: Customer, action: type) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, MUG, status=OrderStatus.DELIVERED)
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        ran = await member.run(
            action, "谁签的", "ask_parcel", slots={"focus": {"order": order.number, "at": {"order": 1}}}
        )
        assert ran.responses == ["reply_order_signed"]
        assert order.number in ran.only.text


class TestAStepIsBehind:
    """The day that was promised is not there yet, a step on the way is late: "in time" would be untrue."""

    async def _behind(self, member: Customer, language: str = "zh-Hans") -> Ran:
        async with member.database.transaction() as session:
            assert member.member is not None
            order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
            parcel = await send(session, order, promised_at=now() + timedelta(days=1), arrived_at=None)
            for event in parcel.events:
                if event.at is None:
                    event.promised_at = now() - timedelta(hours=17)
        return await member.run(ActionParcel, "包裹", "ask_parcel", language=language)

    @pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
    async def test_the_promised_time_is_told_without_calling_it_in_time(self, member: Customer, language: str) -> None:
        ran = await self._behind(member, language)
        assert ran.responses == ["reply_parcel_behind"]
        assert any("chase_promise" in payload for payload in ran.only.payloads)

    async def test_and_so_it_is_when_the_day_is_asked(self, member: Customer) -> None:
        await self._behind(member)
        assert (await asked(member, "哪天到")).responses == ["reply_parcel_day_behind"]
