"""Answers to what is asked of a parcel besides where it is."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from actions.kit.asked.parcel_asked import CHOICE, Aspect
from actions.kit.told import handing_on
from actions.orders.changes import ChangeOrderForm
from actions.orders.parcels import ActionParcel
from crm_store import parcels
from crm_store.clock import now
from crm_store.orders import OrderStatus
from crm_store.parcels import ParcelCode, PlannedStep
from tests.actions.conftest import Customer, Ran
from tests.actions.shop import MUG, SHOE, place, send

pytestmark = pytest.mark.usefixtures("frozen_clock")

NUMBER = "SF1029384756"
LANGUAGES = ["zh-Hans", "zh-Hant", "en"]


async def sent(member: Customer, *, late: bool = False, parcels_of_it: int = 1) -> str:
    """An order of two kinds of goods in so many parcels, promised for tomorrow; its number."""
    async with member.database.transaction() as session:
        order = await place(session, member.member.id, SHOE, MUG, status=OrderStatus.SHIPPED)
        promised = now() + timedelta(days=-1 if late else 1)
        await send(session, order, promised_at=promised, arrived_at=now() - timedelta(hours=20))
        for more in range(parcels_of_it - 1):
            await send(session, order, number=f"YT777777777{more}", promised_at=promised)
    return order.number


async def asked(
    customer: Customer, text: str, aspect: Aspect, *, language: str = "zh-Hans", spoken: bool = True,
    entities: Mapping[str, Any] | None = None,
) -> Ran:  # fmt: skip
    found = {"choice": f"{CHOICE}:{aspect}", **({"parcel_number": NUMBER} if spoken else {})}
    return await customer.run(
        ActionParcel, text, "ask_parcel", spoken_of=found, entities=entities or {}, language=language
    )


class TestWhatIsInIt:
    @pytest.mark.parametrize("language", LANGUAGES)
    async def test_all_of_an_order_with_one_parcel(self, member: Customer, language: str) -> None:
        order = await sent(member)
        ran = await asked(member, "all in it?", Aspect.TOGETHER, language=language)
        assert ran.responses == ["reply_parcel_holds_all"]
        assert order in ran.only.text
        assert NUMBER in ran.only.text

    async def test_things_that_are_named(self, member: Customer) -> None:
        await sent(member)
        ran = await asked(member, "杯子在这个包裹里吗", Aspect.TOGETHER, entities={"product": "杯子"})
        assert ran.responses == ["reply_parcel_holds_named"]

    @pytest.mark.parametrize("aspect", [Aspect.TOGETHER, Aspect.INSIDE])
    async def test_of_several_parcels_it_is_not_said_what_is_where(self, member: Customer, aspect: Aspect) -> None:
        await sent(member, parcels_of_it=2)
        ran = await asked(member, "都在里面吗", aspect)
        assert ran.responses == ["reply_parcel_split"]
        assert "2 个包裹" in ran.only.text

    async def test_several_parcels_of_one_order_need_no_choice(self, member: Customer) -> None:
        await sent(member, parcels_of_it=2)
        ran = await asked(member, "分开寄的吗", Aspect.TOGETHER, spoken=False)
        assert ran.responses == ["reply_parcel_split"]

    async def test_an_order_that_was_not_sent(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, MUG, status=OrderStatus.PAID)
        ran = await asked(member, "两样在一个包裹里吗", Aspect.TOGETHER, spoken=False)
        assert ran.responses == ["reply_order_contents_not_sent"]

    @pytest.mark.parametrize("aspect", [Aspect.INSIDE, Aspect.WEIGHT])
    async def test_what_it_holds_is_told(self, member: Customer, aspect: Aspect) -> None:
        await sent(member)
        ran = await asked(member, "里面有啥", aspect)
        assert ran.responses == [f"reply_parcel_{aspect}"]


class TestByWhen:
    def window(self, start: str, end: str) -> dict[str, str]:
        return {"from": start, "to": end, "grain": "hour"}

    async def planned(self, member: Customer) -> None:
        """Now is 22 November; out for delivery on the 23rd by 14:00, there by 20:00."""
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, MUG, status=OrderStatus.SHIPPED)
            evening = now().replace(hour=12, minute=0) + timedelta(days=1)
            out = PlannedStep(code=ParcelCode.OUT_FOR_DELIVERY, promised_at=evening - timedelta(hours=6))
            await parcels.create(
                session, number=NUMBER, order_id=order.id, carrier="顺丰", promised_at=evening, plan=[out]
            )

    @pytest.mark.parametrize(
        ("text", "start", "end", "response"),
        [
            ("明天能到吗", "2026-11-23T00:00:00+08:00", "2026-11-24T00:00:00+08:00", "reply_parcel_hour_yes"),
            ("今天能到吗", "2026-11-22T00:00:00+08:00", "2026-11-23T00:00:00+08:00", "reply_parcel_hour_no"),
            ("明天上午能到吗", "2026-11-23T08:00:00+08:00", "2026-11-23T12:00:00+08:00", "reply_parcel_hour_open"),
            ("上午能到不", "2026-11-22T08:00:00+08:00", "2026-11-22T12:00:00+08:00", "reply_parcel_hour_open"),
            ("晚上九点前能到吗", "2026-11-22T20:00:00+08:00", "2026-11-22T21:00:00+08:00", "reply_parcel_hour_yes"),
        ],
    )
    async def test_it_is_held_against_what_is_planned(
        self, member: Customer, text: str, start: str, end: str, response: str
    ) -> None:
        await self.planned(member)
        ran = await asked(member, text, Aspect.BY_WHEN, entities={"time": self.window(start, end)})
        assert ran.responses == [response]
        assert "明天 20:00" in ran.only.text

    @pytest.mark.parametrize("language", LANGUAGES)
    async def test_no_hour_is_made_up(self, member: Customer, language: str) -> None:
        await self.planned(member)
        ran = await asked(member, "几点到", Aspect.BY_WHEN, language=language)
        assert ran.responses == ["reply_parcel_hour_unknown"]

    async def test_of_a_late_one_nothing_is_promised(self, member: Customer) -> None:
        await sent(member, late=True)
        today = self.window("2026-11-22T00:00:00+08:00", "2026-11-23T00:00:00+08:00")
        ran = await asked(member, "今天能到吗", Aspect.BY_WHEN, entities={"time": today})
        assert not any(name.startswith("reply_parcel_hour") for name in ran.responses)

    async def test_of_an_order_that_was_not_sent(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.PAID)
        ran = await asked(member, "几点到", Aspect.BY_WHEN, spoken=False)
        assert ran.responses == ["reply_order_hour_not_sent"]


class TestTheCourier:
    @pytest.mark.parametrize("language", LANGUAGES)
    async def test_there_is_no_number_and_a_call_may_be_asked_for(self, member: Customer, language: str) -> None:
        await sent(member)
        ran = await asked(member, "电话", Aspect.COURIER_PHONE, language=language)
        assert ran.responses == ["reply_parcel_courier_phone"]
        assert NUMBER in ran.only.text
        assert f"{handing_on.CHOICE}:contact" in ran.only.payloads[0]

    @pytest.mark.parametrize(
        ("text", "wish"),
        [("能放门口吗", "放在门口"), ("放柜子行吗", "放进快递柜或代收点"), ("邻居代收行吗", "请邻居代收")],
    )
    async def test_where_it_may_be_left_is_asked_of_them_with_a_yes(
        self, member: Customer, text: str, wish: str
    ) -> None:
        order = await sent(member)
        ran = await asked(member, text, Aspect.LEFT)
        assert ran.responses == ["reply_hand_on_leave"]
        waiting = ran.slots["focus"][handing_on.WAITING]
        assert waiting == {"what": "leave", "order": order, "text": wish}

    async def test_where_what_came_was_left_is_not_recorded(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, MUG, status=OrderStatus.SHIPPED)
            parcel = await send(session, order, promised_at=now() + timedelta(days=2))
            await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=now() - timedelta(hours=2))
        await member.run(ActionParcel, "包裹", "ask_parcel", entities={"parcel_number": NUMBER})
        ran = await asked(member, "放哪了", Aspect.WHERE_LEFT)
        assert ran.responses == ["reply_parcel_signed"]


class TestWhetherItIsLost:
    @pytest.mark.parametrize(
        ("late", "response"), [(False, "reply_parcel_not_lost"), (True, "reply_parcel_not_lost_late")]
    )
    async def test_by_the_record(self, member: Customer, late: bool, response: str) -> None:
        await sent(member, late=late)
        ran = await asked(member, "丢了吗", Aspect.LOST)
        assert ran.responses == [response]
        assert bool(ran.only.payloads) is late


class TestWhatHoldsForEverybody:
    @pytest.mark.parametrize("aspect", [Aspect.ABSENT, Aspect.CODE, Aspect.OPENED, Aspect.CALLS, Aspect.WEEKEND])
    async def test_what_no_article_says_is_said_to_be_unwritten(self, customer: Customer, aspect: Aspect) -> None:
        ran = await asked(customer, "不在家咋办", aspect, spoken=False)
        assert ran.responses == ["reply_parcel_unwritten"]

    @pytest.mark.parametrize(
        ("aspect", "response"),
        [
            (Aspect.COURIER_PHONE, "reply_parcel_courier_phone_none"),
            (Aspect.LEFT, "reply_parcel_unwritten"),
            (Aspect.ADDED, "reply_parcel_nothing_added"),
        ],
    )
    async def test_a_stranger_hears_what_is_general(self, customer: Customer, aspect: Aspect, response: str) -> None:
        ran = await asked(customer, "快递", aspect, spoken=False)
        assert ran.responses == [response]

    @pytest.mark.parametrize("aspect", [Aspect.TOGETHER, Aspect.INSIDE, Aspect.BY_WHEN, Aspect.LOST])
    async def test_a_stranger_learns_nothing_personal(self, customer: Customer, aspect: Aspect) -> None:
        ran = await asked(customer, "包裹", aspect, spoken=False)
        assert not any(name.startswith("reply_parcel") for name in ran.responses)
        assert ran.slots["pending_action"]["action"] == "action_parcel"


async def test_a_question_beside_the_change_of_a_delivery_is_no_value_of_it(member: Customer) -> None:
    order = await sent(member)
    ran = await member.run(
        ChangeOrderForm, "周六送吗", "ask_parcel",
        entities={"time": {"from": "2026-11-28T00:00:00+08:00", "to": "2026-11-29T00:00:00+08:00", "grain": "day"}},
        spoken_of={"choice": f"{CHOICE}:{Aspect.WEEKEND}"},
        slots={"change_order_number": order, "change_order_what": "time"},
        active_loop="change_order_form", requested_slot="change_order_value",
    )  # fmt: skip
    assert ran.slots.get("change_order_value") is None
