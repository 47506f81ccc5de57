"""A member asks where a parcel is and gets the true state, late or not."""

from datetime import timedelta

import pytest

from actions.kit.policy_facts import facts
from actions.orders.parcels import ActionParcel
from actions.service.promises import ActionChasePromise
from crm_store import orders, parcels, promises
from crm_store.clock import FrozenClock, now
from crm_store.language import Language
from crm_store.orders import OrderStatus
from crm_store.parcels import ParcelCode
from crm_store.promises import PromiseKind
from tests.actions.conftest import Customer, make_member
from tests.actions.shop import MUG, SHOE, place, send
from tests.crm_store.policy.shop_files import changed

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def _late(member: Customer) -> None:
    """One parcel, promised for yesterday 18:00 in Shanghai, at the station since yesterday 18:40."""
    async with member.database.transaction() as session:
        order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
        await send(
            session, order, promised_at=now() - timedelta(hours=16), arrived_at=now() - timedelta(hours=15, minutes=20)
        )


class TestWhereIsIt:
    async def test_a_stranger_learns_nothing(self, customer: Customer) -> None:
        ran = await customer.run(
            ActionParcel, "SF1029384756到哪了", "ask_parcel", entities={"parcel_number": "SF1029384756"}
        )
        assert ran.responses == ["reply_verify_first"]

    async def test_a_late_parcel_is_told_with_apology_and_choices(self, member: Customer) -> None:
        await _late(member)
        ran = await member.run(ActionParcel, "我的東西呢", "ask_parcel", language="zh-Hant")
        assert ran.responses == ["reply_parcel_late"]
        text = ran.only.text
        assert "昨天 18:00" in text
        assert "晚了 16 小時" in text
        assert "• 昨天 18:40 抵達板橋站，等待配送" in text
        assert "還沒到這一步：送達，原定昨天 18:00，已晚 16 小時" in text
        assert ran.only.titles == ["登記投訴", "先幫我催", "找真人"]
        assert '"parcel_number":"SF1029384756"' in ran.only.payloads[1]
        assert await member.outcomes() == ["answered"]

    async def test_in_time_is_told_without_excuses(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
            await send(session, order, promised_at=now() + timedelta(days=1))
        ran = await member.run(ActionParcel, "where is it", "ask_parcel", language="en")
        assert ran.responses == ["reply_parcel_in_time"]
        assert "due by tomorrow 10:00" in ran.only.text

    async def test_an_angry_question_in_time_gets_kind_words_first(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
            await send(session, order, promised_at=now() + timedelta(days=1))
        ran = await member.run(ActionParcel, "怎么还没到！", "ask_parcel", anger=0.7, sentiment="negative")
        assert ran.responses == ["reply_sorry_for_the_worry", "reply_parcel_in_time"]

    async def test_how_angry_one_must_be_for_that_is_the_shops_decision(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
            await send(session, order, promised_at=now() + timedelta(days=1))
        with changed("anger: {upset: 0.75}"):
            ran = await member.run(ActionParcel, "怎么还没到！", "ask_parcel", anger=0.7)
        assert ran.responses == ["reply_parcel_in_time"]

    async def test_another_members_number_is_as_unknown_as_any(self, member: Customer) -> None:
        other = await make_member(member.database)
        async with member.database.transaction() as session:
            order = await place(session, other.id, SHOE, status=OrderStatus.SHIPPED)
            await send(session, order, number="SF5555555555", promised_at=now())
        foreign = await member.run(ActionParcel, "查", "ask_parcel", entities={"parcel_number": "SF5555555555"})
        unknown = await member.run(ActionParcel, "查", "ask_parcel", entities={"parcel_number": "SF0000000000"})
        assert foreign.responses == unknown.responses == ["reply_number_unknown"]
        told = set(foreign.only.values) - set(facts(Language.ZH_HANS))
        assert told == {"number"}
        assert set(foreign.only.values) == set(unknown.only.values)

    async def test_several_become_a_list_and_words_pick_one(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            shoes = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
            await send(session, shoes, promised_at=now() + timedelta(days=1))
            mugs = await place(session, member.member.id, MUG, status=OrderStatus.SHIPPED)
            await send(session, mugs, number="SF2222222222", promised_at=now() - timedelta(days=2))
        ran = await member.run(ActionParcel, "我的包裹到哪了", "ask_parcel")
        assert ran.responses == ["reply_parcels_late"]
        assert len(ran.only.buttons) == 2
        picked = await member.run(ActionParcel, "咖啡杯到哪了", "ask_parcel")
        assert picked.only.values["number"] == "SF2222222222"

    async def test_an_order_that_has_not_left_is_told_as_such(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.PAID)
        ran = await member.run(ActionParcel, "包裹呢", "ask_parcel")
        assert ran.responses == ["reply_order_paid"]

    async def test_delivered_and_nothing_else_is_under_way(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
            parcel = await send(session, order, promised_at=now() - timedelta(hours=36))
            await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=now() - timedelta(hours=12))
            assert (await orders.by_number(session, order.number)).status == OrderStatus.DELIVERED
        ran = await member.run(ActionParcel, "包裹呢", "ask_parcel")
        assert ran.responses == ["reply_parcel_delivered_late"]
        assert "晚了 1 天" in ran.only.text

    @pytest.mark.parametrize(("days_ago", "told"), [(30, "reply_parcel_delivered"), (31, "reply_no_parcels")])
    async def test_what_came_long_ago_is_no_parcel_any_more(self, member: Customer, days_ago: int, told: str) -> None:
        async with member.database.transaction() as session:
            arrived = now() - timedelta(days=days_ago)
            order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED, days_ago=days_ago + 3)
            parcel = await send(session, order, promised_at=arrived, arrived_at=arrived - timedelta(hours=1))
            await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=arrived)
        ran = await member.run(ActionParcel, "包裹呢", "ask_parcel")
        assert ran.responses == [told]


class TestChasing:
    async def test_the_button_records_a_promise_once(self, member: Customer, frozen_clock: FrozenClock) -> None:
        await _late(member)
        first = await member.run(
            ActionChasePromise, "/chase_promise", "chase_promise", entities={"parcel_number": "SF1029384756"}
        )
        await member.run(
            ActionChasePromise, "/chase_promise", "chase_promise", entities={"parcel_number": "SF1029384756"},
            message_id=first.message_id,
        )  # fmt: skip
        assert first.responses == ["reply_parcel_chased"]
        assert "今天 14:00" in first.only.text
        async with member.database.reading() as session:
            made = await promises.for_member(session, member.member.id)
        assert [(each.kind, each.reference) for each in made] == [(PromiseKind.PARCEL_CHECK, "SF1029384756")]
        again = await member.run(ActionParcel, "幫我催一下包裹", "ask_parcel", language="zh-Hant")
        assert again.responses == ["reply_parcel_chased_already"]


class TestNotReceived:
    async def test_what_was_told_as_delivered_and_is_not_there_is_looked_for(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
            parcel = await send(session, order, promised_at=now())
            await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=now())
        told = await member.run(ActionParcel, "我的包裹呢", "ask_parcel")
        assert "没收到，登记去查" in told.only.titles
        assert member.slots["focus"]["delivered"] == "SF1029384756"
        lacks = {"choice": "not_received", "parcel_number": "SF1029384756"}
        ran = await member.run(ActionParcel, "我就是没收到", "ask_parcel", entities=lacks)
        assert ran.responses == ["reply_trace_filed_at_once"]
        again = await member.run(ActionParcel, "还是没拿到", "ask_parcel", entities=lacks)
        assert again.responses == ["reply_trace_running"]
        async with member.database.reading() as session:
            (promise,) = await promises.open_for_member(session, member.member.id)
        assert (promise.kind, promise.reference) == (PromiseKind.PARCEL_TRACE, "SF1029384756")

    async def test_a_parcel_under_way_is_only_told_of(self, member: Customer) -> None:
        await _late(member)
        lacks = {"choice": "not_received", "parcel_number": "SF1029384756"}
        ran = await member.run(ActionParcel, "没收到", "ask_parcel", entities=lacks)
        assert ran.responses == ["reply_parcel_late"]
