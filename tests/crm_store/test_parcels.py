from datetime import timedelta

import pytest

from crm_store import orders, parcels
from crm_store.labels import label
from crm_store.language import Language
from crm_store.orders import OrderStatus
from crm_store.parcels import ParcelCode, ParcelExists, ParcelStatus, PlannedStep
from tests.crm_store.shop import make_member, make_order, make_parcel

BANQIAO = {"zh-Hans": "板桥站", "zh-Hant": "板橋站", "en": "Banqiao station"}


class TestCreate:
    async def test_the_same_number_for_the_same_order_is_the_same_parcel(self, session):
        order = await make_order(session, await make_member(session))
        first = await parcels.create(session, number="sf 1029384756", order_id=order.id, carrier="顺丰")
        again = await parcels.create(session, number="SF1029384756", order_id=order.id, carrier="顺丰")
        assert again is first
        assert first.number == "SF1029384756"

    async def test_a_number_of_another_order_is_refused(self, session):
        member = await make_member(session)
        first, other = await make_order(session, member), await make_order(session, member)
        parcel = await make_parcel(session, first)
        with pytest.raises(ParcelExists):
            await parcels.create(session, number=parcel.number, order_id=other.id, carrier="顺丰")


class TestByNumber:
    async def test_another_members_parcel_is_not_found(self, session):
        mine, other = await make_member(session), await make_member(session)
        parcel = await make_parcel(session, await make_order(session, mine))
        assert await parcels.by_number(session, parcel.number.lower(), member_id=mine.id) is parcel
        assert await parcels.by_number(session, parcel.number, member_id=other.id) is None


class TestLateness:
    async def test_in_time_then_late_then_late_for_good(self, session, frozen_clock):
        parcel = await make_parcel(session, await make_order(session, await make_member(session)))
        assert parcels.lateness(parcel) is None
        frozen_clock.move(timedelta(days=3))
        assert parcels.lateness(parcel) == timedelta(days=1)
        assert list(await parcels.overdue(session)) == [parcel]
        await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=frozen_clock.moment)
        frozen_clock.move(timedelta(days=5))
        assert parcels.lateness(parcel) == timedelta(days=1)
        assert list(await parcels.overdue(session)) == []

    async def test_nothing_promised_is_never_late(self, session, frozen_clock):
        order = await make_order(session, await make_member(session))
        parcel = await parcels.create(session, number="SF9999999999", order_id=order.id, carrier="顺丰")
        frozen_clock.move(timedelta(days=30))
        assert parcels.lateness(parcel) is None


class TestSteps:
    async def test_each_step_stands_against_its_promised_time(self, session, frozen_clock):
        start = frozen_clock.moment
        order = await make_order(session, await make_member(session))
        hours = timedelta(hours=1)
        parcel = await parcels.create(
            session,
            number="SF1029384756",
            order_id=order.id,
            carrier="顺丰",
            promised_at=start + 48 * hours,
            plan=[
                PlannedStep(code=ParcelCode.PICKED_UP, promised_at=start + 4 * hours),
                PlannedStep(code=ParcelCode.ARRIVED_STATION, promised_at=start + 20 * hours, place=BANQIAO),
                PlannedStep(code=ParcelCode.DELIVERED, promised_at=start + 48 * hours),
            ],
        )
        await parcels.record_event(session, parcel, code=ParcelCode.PICKED_UP, at=start + 3 * hours, place="松江")
        await parcels.record_event(session, parcel, code=ParcelCode.ARRIVED_STATION, at=start + 25 * hours)
        steps = parcels.steps(parcel, start + 50 * hours)
        assert [(step.code, step.late_by) for step in steps] == [
            (ParcelCode.PICKED_UP, None),
            (ParcelCode.ARRIVED_STATION, 5 * hours),
            (ParcelCode.DELIVERED, 2 * hours),
        ]
        assert steps[2].at is None
        assert steps[0].place_in(Language.EN) == "松江"
        assert steps[1].place_in(Language.ZH_HANT) == "板橋站"
        assert parcels.last_step(parcel).code == ParcelCode.ARRIVED_STATION

    async def test_a_delivered_parcel_has_no_steps_to_come(self, session, frozen_clock):
        order = await make_order(session, await make_member(session))
        plan = [PlannedStep(code=ParcelCode.OUT_FOR_DELIVERY, promised_at=frozen_clock.moment)]
        parcel = await parcels.create(session, number="SF1", order_id=order.id, carrier="顺丰", plan=plan)
        await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=frozen_clock.moment)
        assert [step.code for step in parcels.steps(parcel)] == [ParcelCode.DELIVERED]


class TestRecordEvent:
    async def test_a_repeated_event_is_written_once(self, session, frozen_clock):
        parcel = await make_parcel(session, await make_order(session, await make_member(session)))
        for _ in range(2):
            await parcels.record_event(session, parcel, code=ParcelCode.PICKED_UP, at=frozen_clock.moment)
        assert len(parcel.events) == 1

    async def test_a_late_report_of_an_early_step_does_not_turn_the_status_back(self, session, frozen_clock):
        parcel = await make_parcel(session, await make_order(session, await make_member(session)))
        now = frozen_clock.moment
        await parcels.record_event(session, parcel, code=ParcelCode.OUT_FOR_DELIVERY, at=now)
        await parcels.record_event(session, parcel, code=ParcelCode.ARRIVED_HUB, at=now - timedelta(hours=9))
        assert parcel.status == ParcelStatus.OUT_FOR_DELIVERY

    async def test_the_order_left_when_its_earliest_step_says_whenever_that_comes(self, session, frozen_clock):
        now, hour = frozen_clock.moment, timedelta(hours=1)
        order = await make_order(session, await make_member(session))
        parcel = await make_parcel(session, order)
        await parcels.record_event(session, parcel, code=ParcelCode.OUT_FOR_DELIVERY, at=now - hour)
        await parcels.record_event(session, parcel, code=ParcelCode.PICKED_UP, at=now - 30 * hour)
        assert (order.status, order.shipped_at) == (OrderStatus.SHIPPED, now - 30 * hour)

    async def test_when_the_goods_left_is_not_changed_where_the_shop_said_it(self, session, frozen_clock):
        now, hour = frozen_clock.moment, timedelta(hours=1)
        order = await make_order(session, await make_member(session))
        await orders.advance(session, order, OrderStatus.SHIPPED, at=now - 5 * hour)
        parcel = await make_parcel(session, order)
        await parcels.record_event(session, parcel, code=ParcelCode.PICKED_UP, at=now - 8 * hour)
        assert order.shipped_at == now - 5 * hour

    @pytest.mark.parametrize("codes", [("delivered", "out_for_delivery"), ("out_for_delivery", "delivered")])
    async def test_of_two_at_one_moment_the_end_is_the_later(self, session, frozen_clock, codes):
        parcel = await make_parcel(session, await make_order(session, await make_member(session)))
        for code in codes:
            await parcels.record_event(session, parcel, code=ParcelCode(code), at=frozen_clock.moment)
        assert parcel.status == ParcelStatus.DELIVERED
        assert parcels.last_step(parcel).code == ParcelCode.DELIVERED

    async def test_a_delivery_that_was_taken_back_is_none_until_the_next(self, session, frozen_clock):
        now, hour = frozen_clock.moment, timedelta(hours=1)
        parcel = await make_parcel(session, await make_order(session, await make_member(session)))
        await parcels.record_event(session, parcel, code=ParcelCode.DELIVERY_FAILED, at=now - 4 * hour)
        await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=now - 5 * hour)
        assert (parcel.status, parcel.delivered_at) == (ParcelStatus.DELIVERY_FAILED, None)
        await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=now - hour)
        await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=now)
        assert (parcel.status, parcel.delivered_at) == (ParcelStatus.DELIVERED, now - hour)
        await parcels.record_event(session, parcel, code=ParcelCode.RETURNED, at=now + hour)
        assert (parcel.status, parcel.delivered_at) == (ParcelStatus.RETURNED, now - 5 * hour)

    async def test_a_step_of_a_file_without_a_key_is_known_too(self, session, frozen_clock):
        parcel = await make_parcel(session, await make_order(session, await make_member(session)))
        event = await parcels.record_event(session, parcel, code=ParcelCode.PICKED_UP, at=frozen_clock.moment)
        event.key = None
        assert parcels.has_step(parcel, code=ParcelCode.PICKED_UP, at=frozen_clock.moment)
        assert not parcels.has_step(parcel, code=ParcelCode.ARRIVED_HUB, at=frozen_clock.moment)
        assert await parcels.record_event(session, parcel, code=ParcelCode.PICKED_UP, at=frozen_clock.moment) is event

    async def test_the_order_follows_its_first_and_its_last_parcel(self, session, frozen_clock):
        order = await make_order(session, await make_member(session))
        one, two = await make_parcel(session, order), await make_parcel(session, order)
        now = frozen_clock.moment
        await parcels.record_event(session, one, code=ParcelCode.PICKED_UP, at=now)
        assert order.status == OrderStatus.SHIPPED
        await parcels.record_event(session, one, code=ParcelCode.DELIVERED, at=now + timedelta(hours=5))
        assert order.status == OrderStatus.SHIPPED
        await parcels.record_event(session, two, code=ParcelCode.DELIVERED, at=now + timedelta(hours=7))
        assert order.status == OrderStatus.DELIVERED
        assert order.delivered_at == now + timedelta(hours=7)

    async def test_a_cancelled_order_stays_cancelled(self, session, frozen_clock):
        order = await make_order(session, await make_member(session))
        parcel = await make_parcel(session, order)
        await orders.cancel(session, order, key="m1:cancel")
        await parcels.record_event(session, parcel, code=ParcelCode.PICKED_UP, at=frozen_clock.moment)
        assert order.status == OrderStatus.CANCELLED


class TestOpenForMember:
    async def test_only_what_is_still_under_way_of_the_member(self, session, frozen_clock):
        member, other = await make_member(session), await make_member(session)
        await make_parcel(session, await make_order(session, other))
        waiting = await make_parcel(session, await make_order(session, member))
        arrived = await make_parcel(session, await make_order(session, member))
        await parcels.record_event(session, arrived, code=ParcelCode.DELIVERED, at=frozen_clock.moment)
        assert list(await parcels.open_for_member(session, member.id)) == [waiting]
        assert set(await parcels.for_member(session, member.id)) == {waiting, arrived}


class TestWords:
    @pytest.mark.parametrize("language", list(Language))
    def test_every_event_is_a_sentence_with_and_without_a_place(self, language):
        for code in ParcelCode:
            assert label("parcel_event", code, language)
            assert "板桥" in label("parcel_event_at", code, language, place="板桥")
