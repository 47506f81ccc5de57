"""A member does not have what is on record as delivered: asked about, traced once, told how far, withdrawn."""

from datetime import timedelta

import pytest

from actions.orders.parcels import ActionParcel
from actions.orders.status import ActionOrderStatus
from crm_store import parcels, promises
from crm_store.clock import FrozenClock, now
from crm_store.orders import Order, OrderStatus
from crm_store.parcels import ParcelCode
from crm_store.promises import Promise, PromiseKind
from tests.actions.conftest import Customer
from tests.actions.playing import Ran
from tests.actions.shop import MUG, SHOE, place, send

pytestmark = pytest.mark.usefixtures("frozen_clock")

LACKS = "not_received"


async def _delivered(member: Customer, *, days_ago: float = 5, item: object = SHOE) -> Order:
    """An order that was delivered, of which no parcel is kept."""
    async with member.database.transaction() as session:
        return await place(
            session,
            member.member.id,
            item,
            status=OrderStatus.DELIVERED,
            days_ago=days_ago + 3,
            delivered_days_ago=days_ago,
        )


async def _says(member: Customer, text: str, choice: str, order: Order | None = None, language: str = "en") -> Ran:
    about = {"choice": choice} | ({"order_number": order.number} if order is not None else {})
    return await member.run(ActionParcel, text, "ask_parcel", spoken_of=about, language=language)


async def _traces(member: Customer) -> list[Promise]:
    async with member.database.reading() as session:
        return list(await promises.open_for_member(session, member.member.id))


class TestAsked:
    @pytest.mark.parametrize(
        ("language", "record", "checks"),
        [
            ("zh-Hans", "上海市徐汇区漕溪北路", "快递柜"),
            ("zh-Hant", "上海市徐汇区漕溪北路", "置物櫃"),
            ("en", "上海市", "locker"),
        ],
    )
    async def test_the_record_two_checks_and_one_question(
        self, member: Customer, language: str, record: str, checks: str
    ) -> None:
        order = await _delivered(member)
        await member.run(ActionOrderStatus, "", "ask_order_status", entities={"order_number": order.number})
        ran = await _says(member, "there is nothing here", LACKS, order, language)
        assert ran.responses == ["reply_trace_ask"]
        assert record in ran.only.text
        assert checks in ran.only.text
        assert order.number in ran.only.text
        assert len(ran.only.titles) == 2
        assert await _traces(member) == []

    async def test_a_yes_makes_one_promise_with_a_due_time(self, member: Customer) -> None:
        order = await _delivered(member)
        await _says(member, "nothing came", LACKS, order)
        ran = await _says(member, "yes", "trace:yes", order)
        assert ran.responses == ["reply_trace_filed"]
        (promise,) = await _traces(member)
        assert (promise.kind, promise.reference) == (PromiseKind.PARCEL_TRACE, order.number)
        assert promise.due_at > now()
        assert member.slots["focus"]["done"] == "trace"

    async def test_the_same_again_is_told_and_files_no_second(self, member: Customer) -> None:
        order = await _delivered(member)
        await _says(member, "trace it", "trace:yes", order)
        for text, choice in (("trace it!!", "trace:yes"), ("still nothing", LACKS), ("any news", "trace:told")):
            assert (await _says(member, text, choice, order)).responses == ["reply_trace_running"], text
        assert len(await _traces(member)) == 1

    async def test_a_no_registers_nothing_and_a_word_later_does(self, member: Customer) -> None:
        order = await _delivered(member)
        await _says(member, "nothing came", LACKS, order)
        assert (await _says(member, "no", "trace:no", order)).responses == ["reply_trace_not"]
        assert await _traces(member) == []
        assert (await _says(member, "still nothing", LACKS, order)).responses == ["reply_trace_filed_at_once"]

    async def test_where_a_word_was_told_to_be_enough_it_is(self, member: Customer) -> None:
        order = await _delivered(member)
        signed = await member.run(
            ActionParcel, "who signed for it", "ask_parcel", slots={"focus": {"order": order.number}}, language="en"
        )
        assert signed.responses == ["reply_order_signed"]
        assert (await _says(member, "I never got it", LACKS, order)).responses == ["reply_trace_filed_at_once"]

    async def test_who_asks_for_the_trace_at_once_gets_it(self, member: Customer) -> None:
        order = await _delivered(member)
        ran = await _says(member, "nothing came, have it traced", LACKS, order)
        assert ran.responses == ["reply_trace_filed_at_once"]


class TestWhichOne:
    async def test_nothing_named_means_the_only_one_that_came_lately(self, member: Customer) -> None:
        await _delivered(member, days_ago=90, item=MUG)
        order = await _delivered(member)
        ran = await _says(member, "it says delivered and nothing came", LACKS)
        assert ran.responses == ["reply_trace_ask"]
        assert order.number in ran.only.text

    async def test_of_two_that_came_lately_it_is_asked(self, member: Customer) -> None:
        await _delivered(member, days_ago=4, item=MUG)
        await _delivered(member)
        ran = await _says(member, "it says delivered and nothing came", LACKS)
        assert ran.responses == ["reply_trace_which"]

    async def test_what_is_on_its_way_is_told_as_ever(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
            await send(session, order, promised_at=now() - timedelta(hours=9))
        ran = await _says(member, "it has not arrived", LACKS, order)
        assert ran.responses == ["reply_parcel_late"]
        assert await _traces(member) == []

    async def test_another_members_order_is_unknown(self, member: Customer) -> None:
        ran = await member.run(
            ActionParcel, "没收到", "ask_parcel", entities={"order_number": "20200101-0001", "choice": LACKS}
        )
        assert ran.responses == ["reply_number_unknown"]

    async def test_a_visitor_is_asked_who_they_are_and_the_story_stays(self, customer: Customer) -> None:
        ran = await customer.run(ActionParcel, "显示签收了我没收到", "ask_parcel", entities={"choice": LACKS})
        assert ran.responses == ["reply_verify_first"]
        kept = customer.slots["pending_action"]["message"]
        assert LACKS in [each["value"] for each in kept["entities"]]


class TestLater:
    async def test_it_turned_up(self, member: Customer) -> None:
        order = await _delivered(member)
        await _says(member, "trace it", "trace:yes", order)
        assert (await _says(member, "found it", "trace:found")).responses == ["reply_trace_withdrawn"]
        assert await _traces(member) == []
        assert (await _says(member, "found it", "trace:found")).responses == ["reply_trace_found"]

    async def test_after_many_weeks_a_person_decides(self, member: Customer) -> None:
        order = await _delivered(member, days_ago=61)
        ran = await _says(member, "I never got it, trace it", "trace:yes", order)
        assert ran.responses == ["reply_trace_late"]
        assert "request_human" in str(ran.only.payloads)
        assert await _traces(member) == []

    async def test_one_that_is_overdue_is_owned_up_to(self, member: Customer, frozen_clock: FrozenClock) -> None:
        order = await _delivered(member)
        await _says(member, "trace it", "trace:yes", order)
        frozen_clock.move(timedelta(days=3))
        assert (await _says(member, "still nothing", LACKS, order)).responses == ["reply_trace_overdue"]

    async def test_one_that_was_answered_goes_to_a_person(self, member: Customer) -> None:
        order = await _delivered(member)
        await _says(member, "trace it", "trace:yes", order)
        async with member.database.transaction() as session:
            (promise,) = await promises.open_for_member(session, member.member.id)
            await promises.keep(session, promise)
        assert (await _says(member, "still nothing", LACKS, order)).responses == ["reply_trace_answered"]

    async def test_what_it_brings_comes_with_the_question_or_the_due_time(self, member: Customer) -> None:
        order = await _delivered(member)
        ran = await _says(member, "refund or a new one?", "trace:brings", order)
        assert ran.responses[-1] == "reply_trace_offer"
        await _says(member, "yes", "trace:yes", order)
        ran = await _says(member, "refund or a new one?", "trace:brings", order)
        assert ran.responses[-1] == "reply_trace_due"

    async def test_of_a_parcel_it_is_its_own_number(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
            parcel = await send(session, order, promised_at=now())
            await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=now())
        ran = await _says(member, "nothing came, trace it", LACKS, order)
        assert parcel.number in ran.only.text
        (promise,) = await _traces(member)
        assert promise.reference == parcel.number


class TestStillComing:
    async def test_what_else_is_under_way(self, member: Customer) -> None:
        told = await _delivered(member)
        about = {"choice": "others_coming"}
        slots = {"focus": {"order": told.number}}
        ran = await member.run(
            ActionOrderStatus, "anything else coming", "ask_order_status", entities=about, slots=slots
        )
        assert ran.responses == ["reply_orders_none_coming"]
        async with member.database.transaction() as session:
            other = await place(session, member.member.id, MUG, status=OrderStatus.PAID, days_ago=1)
        ran = await member.run(
            ActionOrderStatus, "anything else coming", "ask_order_status", entities=about, slots=slots
        )
        assert ran.responses == ["reply_orders_still_coming"]
        assert other.number in ran.only.text
