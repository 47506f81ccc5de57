from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from crm_store import orders, returns, service_hours
from crm_store.clock import business_zone
from crm_store.errors import KeyReused, NotFound
from crm_store.orders import OrderStatus
from crm_store.products import Product
from crm_store.returns import (
    PaidBy,
    ReturnKind,
    ReturnProblem,
    ReturnReason,
    ReturnRefused,
    ReturnStatus,
    ReturnStepRefused,
)
from tests.crm_store.shop import SHOES, TEA, make_member, make_order

FAULTS = [ReturnReason.QUALITY, ReturnReason.DAMAGED, ReturnReason.WRONG_ITEM]
WISHES = [ReturnReason.NOT_WANTED, ReturnReason.WRONG_SIZE]


async def delivered(session, member=None, **more):
    return await make_order(session, member or await make_member(session), status=OrderStatus.DELIVERED, **more)


async def back(session, order, request, *steps):
    for step in steps:
        request = await returns.advance(session, request, step)
    return request


class TestOpenReturn:
    async def test_a_return_has_a_number_a_refund_and_due_times(self, session, frozen_clock):
        order = await delivered(session)
        request = await returns.open_return(
            session, order, order.lines[0], reason=ReturnReason.WRONG_SIZE, key="m1:return"
        )
        assert request.number == "R-2026-0001"
        assert (request.status, request.refund_minor) == (ReturnStatus.REQUESTED, 39_900)
        assert request.step_due_at == service_hours.after(frozen_clock.moment, service_hours.service_day())
        assert request.refund_due_at == request.step_due_at + timedelta(days=7 + 5 + 3)
        assert order.status == OrderStatus.RETURNING

    @pytest.mark.parametrize("reason", WISHES)
    async def test_wishes_end_with_the_seventh_day(self, session, frozen_clock, reason):
        order = await delivered(session)
        last_moment = returns.window_ends_at(order, reason)
        assert last_moment.isoformat() == "2026-11-29T23:59:59+08:00"
        frozen_clock.to(last_moment + timedelta(seconds=1))
        with pytest.raises(ReturnRefused) as refused:
            await returns.open_return(session, order, order.lines[0], reason=reason, key="m1:return")
        assert (refused.value.problem, refused.value.until) == (ReturnProblem.WINDOW_OVER, last_moment)
        frozen_clock.to(last_moment)
        await returns.open_return(session, order, order.lines[0], reason=reason, key="m1:return")

    @pytest.mark.parametrize("reason", FAULTS)
    async def test_the_shops_own_faults_can_come_back_for_thirty_days(self, session, frozen_clock, reason):
        order = await delivered(session)
        frozen_clock.move(timedelta(days=30))
        await returns.open_return(session, order, order.lines[0], reason=reason, key="m1:return")
        late = await delivered(session)
        frozen_clock.move(timedelta(days=31))
        with pytest.raises(ReturnRefused, match="window_over"):
            await returns.open_return(session, late, late.lines[0], reason=reason, key="m2:return")

    @pytest.mark.parametrize("status", [OrderStatus.PAID, OrderStatus.SHIPPED])
    async def test_what_has_not_arrived_cannot_go_back(self, session, status):
        order = await make_order(session, await make_member(session), status=status)
        with pytest.raises(ReturnRefused) as refused:
            await returns.open_return(session, order, order.lines[0], reason=ReturnReason.QUALITY, key="m1:return")
        assert refused.value.problem == ReturnProblem.NOT_DELIVERED

    async def test_the_same_key_is_the_same_return_and_another_one_is_refused(self, session):
        order = await delivered(session)
        first = await returns.open_return(session, order, order.lines[0], reason="quality", key="m1:return")
        assert await returns.open_return(session, order, order.lines[0], reason="quality", key="m1:return") is first
        with pytest.raises(ReturnRefused) as refused:
            await returns.open_return(session, order, order.lines[0], reason="quality", key="m2:return")
        assert (refused.value.problem, refused.value.number) == (ReturnProblem.ALREADY_REQUESTED, first.number)

    async def test_a_key_of_another_line_is_refused(self, session):
        order = await delivered(session, items=[SHOES, TEA])
        await returns.open_return(session, order, order.lines[0], reason="quality", key="m1:return")
        with pytest.raises(KeyReused):
            await returns.open_return(session, order, order.lines[1], reason="quality", key="m1:return")

    async def test_a_line_of_another_order_is_not_found(self, session):
        member = await make_member(session)
        mine, other = await delivered(session, member), await delivered(session, member)
        with pytest.raises(NotFound):
            await returns.open_return(session, mine, other.lines[0], reason="quality", key="m1:return")

    async def test_some_of_several_pieces(self, session):
        order = await delivered(session, items=[TEA])
        request = await returns.open_return(session, order, order.lines[0], reason="quality", quantity=1, key="m1")
        assert request.refund_minor == 8_000
        with pytest.raises(ReturnRefused):
            await returns.open_return(session, order, order.lines[0], reason="quality", quantity=2, key="m2")
        await returns.open_return(session, order, order.lines[0], reason="quality", quantity=1, key="m3")

    async def test_more_pieces_than_were_bought(self, session):
        order = await delivered(session, items=[TEA])
        with pytest.raises(ReturnRefused) as refused:
            await returns.open_return(session, order, order.lines[0], reason="quality", quantity=3, key="m1")
        assert refused.value.problem == ReturnProblem.TOO_MANY

    async def test_an_exchange_for_size_names_the_new_size(self, session):
        order = await delivered(session)
        wish = {"reason": "wrong_size", "kind": ReturnKind.EXCHANGE, "key": "m1:exchange"}
        with pytest.raises(ReturnRefused) as refused:
            await returns.open_return(session, order, order.lines[0], **wish)
        assert refused.value.problem == ReturnProblem.NO_NEW_SIZE
        request = await returns.open_return(session, order, order.lines[0], new_size="43", **wish)
        assert (request.new_size, request.refund_minor, request.refund_due_at) == ("43", 0, None)


class TestShippingPaidBy:
    @pytest.mark.parametrize("kind", list(ReturnKind))
    def test_the_shop_pays_for_its_own_faults(self, kind):
        assert {returns.shipping_paid_by(kind, reason) for reason in FAULTS} == {PaidBy.SHOP}

    def test_the_member_pays_for_wishes_except_a_size_exchanged(self):
        assert returns.shipping_paid_by(ReturnKind.RETURN, ReturnReason.NOT_WANTED) == PaidBy.MEMBER
        assert returns.shipping_paid_by(ReturnKind.RETURN, ReturnReason.WRONG_SIZE) == PaidBy.MEMBER
        assert returns.shipping_paid_by(ReturnKind.EXCHANGE, ReturnReason.WRONG_SIZE) == PaidBy.SHOP

    async def test_the_second_exchange_is_the_members(self, session):
        order = await delivered(session)
        line = order.lines[0]
        wish = {"reason": "wrong_size", "kind": ReturnKind.EXCHANGE}
        first = await returns.open_return(session, order, line, new_size="43", key="m1", **wish)
        assert first.shipping_paid_by == PaidBy.SHOP
        await back(session, order, first, ReturnStatus.APPROVED, ReturnStatus.RECEIVED, ReturnStatus.EXCHANGED)
        second = await returns.open_return(session, order, line, new_size="44", key="m2", **wish)
        assert second.shipping_paid_by == PaidBy.MEMBER


class TestRefundFor:
    async def test_the_discount_is_shared_by_price_and_shipping_is_not_refunded(self, session):
        order = await delivered(session, items=[SHOES, TEA], discount_minor=5_590, shipping_minor=1_000)
        shoes, tea = order.lines
        assert await returns.refund_for(session, order, shoes, 1) == 39_900 - 3_990
        assert await returns.refund_for(session, order, tea, 2) == 16_000 - 1_600

    async def test_what_was_paid_is_shared_where_the_total_tells_of_a_coupon_and_no_discount_does(self, session):
        order = await delivered(session)
        order.total_minor = 20_000
        assert await returns.refund_for(session, order, order.lines[0], 1) == 20_000

    async def test_a_discount_above_the_goods_gives_nothing_back_and_never_less_than_nothing(self, session):
        order = await delivered(session, shipping_minor=1_000)
        order.total_minor = 500
        assert await returns.refund_for(session, order, order.lines[0], 1) == 0

    async def test_what_has_gone_back_already_does_not_go_back_again(self, session):
        order = await delivered(session)
        order.refund_minor = 30_000
        assert await returns.refund_for(session, order, order.lines[0], 1) == 9_900
        order.refund_minor = order.total_minor
        request = await returns.open_return(session, order, order.lines[0], reason="not_wanted", key="m1")
        assert request.refund_minor == 0

    async def test_what_the_shops_system_has_paid_back_counts_against_the_goods_before_the_shipping(self, session):
        order = await delivered(session, shipping_minor=1_000)
        order.refund_minor = 30_000
        assert await returns.refund_for(session, order, order.lines[0], 1) == 9_900

    async def test_a_return_that_runs_and_what_the_shops_system_tells_of_it_are_one_refund(self, session):
        order = await delivered(session, items=[SHOES, TEA])
        shoes, tea = order.lines
        first = await returns.open_return(session, order, tea, reason="not_wanted", key="m1")
        order.refund_minor = first.refund_minor
        assert await returns.refund_for(session, order, shoes, 1) == 39_900
        order.refund_minor = 0
        assert (await returns.terms_of(session, first, ReturnKind.RETURN)).refund_minor == 16_000

    async def test_pieces_sent_back_one_by_one_bring_no_cent_more_than_was_paid(self, session):
        three = replace(TEA, quantity=3, price_minor=10_000)
        order = await delivered(session, items=[three])
        order.total_minor = 20_000
        brought = []
        for n in range(3):
            request = await returns.open_return(
                session, order, order.lines[0], reason="not_wanted", key=f"m{n}", quantity=1
            )
            brought.append(request.refund_minor)
            await back(session, order, request, ReturnStatus.APPROVED, ReturnStatus.RECEIVED, ReturnStatus.REFUNDED)
        assert brought == [6_667, 6_667, 6_666]

    async def test_of_yen_only_whole_ones(self, session):
        three = replace(TEA, quantity=3, price_minor=10_000)
        order = await delivered(session, items=[three], currency="JPY")
        order.total_minor = 20_000
        assert await returns.refund_for(session, order, order.lines[0], 1) == 6_700
        assert await returns.refund_for(session, order, order.lines[0], 3) == 20_000


class TestAdvance:
    async def test_the_whole_way_to_the_refund(self, session, frozen_clock):
        order = await delivered(session)
        request = await returns.open_return(session, order, order.lines[0], reason="quality", key="m1")
        await returns.advance(session, request, ReturnStatus.APPROVED)
        frozen_clock.move(timedelta(days=2))
        await returns.advance(session, request, ReturnStatus.IN_TRANSIT, parcel_number="SF1029384756")
        frozen_clock.move(timedelta(days=2))
        await returns.advance(session, request, ReturnStatus.RECEIVED)
        assert request.refund_due_at == request.step_due_at == frozen_clock.moment + timedelta(days=3)
        frozen_clock.move(timedelta(days=1))
        await returns.advance(session, request, ReturnStatus.REFUNDED)
        assert request.refunded_at == frozen_clock.moment
        assert request.return_parcel_number == "SF1029384756"
        assert order.status == OrderStatus.RETURNED

    async def test_a_part_sent_back_leaves_the_order_completed(self, session):
        order = await delivered(session, items=[SHOES, TEA])
        request = await returns.open_return(session, order, order.lines[0], reason="quality", key="m1")
        await back(session, order, request, ReturnStatus.APPROVED, ReturnStatus.RECEIVED, ReturnStatus.REFUNDED)
        assert order.status == OrderStatus.COMPLETED

    async def test_a_rejected_return_gives_the_order_and_the_line_free(self, session):
        order = await delivered(session)
        request = await returns.open_return(session, order, order.lines[0], reason="not_wanted", key="m1")
        await returns.advance(session, request, ReturnStatus.REJECTED, rejection="吊牌已剪")
        assert (request.rejection, request.refund_due_at, order.status) == ("吊牌已剪", None, OrderStatus.COMPLETED)
        await returns.open_return(session, order, order.lines[0], reason="quality", key="m2")

    async def test_steps_cannot_be_left_out_or_mixed_up(self, session):
        order = await delivered(session)
        request = await returns.open_return(session, order, order.lines[0], reason="quality", key="m1")
        with pytest.raises(ReturnStepRefused):
            await returns.advance(session, request, ReturnStatus.REFUNDED)
        await back(session, order, request, ReturnStatus.APPROVED, ReturnStatus.RECEIVED)
        with pytest.raises(ReturnStepRefused):
            await returns.advance(session, request, ReturnStatus.EXCHANGED)


class TestReturnable:
    async def test_lines_with_an_open_window_and_no_return_under_way(self, session, frozen_clock):
        member = await make_member(session)
        await make_order(session, member, status=OrderStatus.SHIPPED)
        old = await delivered(session, member)
        frozen_clock.move(timedelta(days=31))
        order = await delivered(session, member, items=[SHOES, TEA])
        assert await returns.returnable(session, member.id) == [(order, line) for line in order.lines]
        assert old.status == OrderStatus.DELIVERED
        await returns.open_return(session, order, order.lines[0], reason="quality", key="m1")
        assert [line for _, line in await returns.returnable(session, member.id)] == [order.lines[1]]


class TestRefundStatus:
    async def test_cancelled_orders_and_returns_together_unpaid_ones_first(self, session, frozen_clock):
        member = await make_member(session)
        cancelled = await orders.cancel(session, await make_order(session, member), key="m1:cancel")
        order = await delivered(session, member)
        request = await returns.open_return(session, order, order.lines[0], reason="quality", key="m2")
        await orders.mark_refunded(session, cancelled)
        unpaid, paid = await returns.refund_status(session, member.id)
        assert (unpaid.number, unpaid.order_number, unpaid.amount_minor) == (request.number, order.number, 39_900)
        assert (paid.number, paid.refunded_at) == (cancelled.number, frozen_clock.moment)
        assert unpaid.late_by() is None
        frozen_clock.to(request.refund_due_at + timedelta(hours=5))
        assert unpaid.late_by() == timedelta(hours=5)
        assert paid.late_by() is None

    async def test_of_paid_ones_the_newest_comes_first_also_where_no_due_time_is_on_record(self, session, frozen_clock):
        member = await make_member(session)
        numbers = []
        for key in ("m1", "m2"):
            order = await orders.cancel(session, await make_order(session, member), key=f"{key}:cancel")
            frozen_clock.move(timedelta(days=30))
            await orders.mark_refunded(session, order)
            numbers.append(order.number)
        order.refund_due_at = None
        await session.flush()
        assert [refund.number for refund in await returns.refund_status(session, member.id)] == numbers[::-1]


class TestWithdrawing:
    @pytest.mark.parametrize("steps", [(), (ReturnStatus.APPROVED,)])
    async def test_while_nothing_is_on_its_way_back_it_can_be_withdrawn(self, session, steps):
        order = await delivered(session)
        request = await returns.open_return(session, order, order.lines[0], reason="quality", key="m1:return")
        request = await back(session, order, request, *steps)
        request = await returns.withdraw(session, request, key="m2:withdraw")
        again = await returns.withdraw(session, request, key="m2:withdraw")
        assert (request.status, again.status) == (ReturnStatus.CANCELLED, ReturnStatus.CANCELLED)
        assert (request.refund_due_at, order.status) == (None, OrderStatus.COMPLETED)
        told = [event for event in await orders.history(session, order.id) if event.kind == "return_withdrawn"]
        assert [(event.detail["return"], event.made_by) for event in told] == [(request.number, "member")]

    async def test_what_is_on_its_way_back_cannot_be(self, session):
        order = await delivered(session)
        request = await returns.open_return(session, order, order.lines[0], reason="quality", key="m1:return")
        request = await back(session, order, request, ReturnStatus.APPROVED, ReturnStatus.IN_TRANSIT)
        with pytest.raises(ReturnStepRefused):
            await returns.withdraw(session, request, key="m2:withdraw")
        assert request.status == ReturnStatus.IN_TRANSIT

    async def test_a_withdrawn_line_can_be_returned_again(self, session):
        order = await delivered(session)
        request = await returns.open_return(session, order, order.lines[0], reason="quality", key="m1:return")
        await returns.withdraw(session, request, key="m2:withdraw")
        again = await returns.open_return(session, order, order.lines[0], reason="quality", key="m3:return")
        assert (again.number, again.status) == ("R-2026-0002", ReturnStatus.REQUESTED)


class TestToldMore:
    async def test_further_words_stand_behind_the_first_ones_each_once(self, session):
        order = await delivered(session)
        request = await returns.open_return(
            session, order, order.lines[0], reason="quality", key="m1:return", note="右脚开胶"
        )
        for key in ("m2:note", "m2:note", "m3:note"):
            request = await returns.add_note(session, request, f"放在门卫处（{key}）", key=key)
        assert request.note == "右脚开胶\n放在门卫处（m2:note）\n放在门卫处（m3:note）"
        told = [event for event in await orders.history(session, order.id) if event.kind == "return_noted"]
        assert [(event.detail["return"], event.made_by) for event in told] == [(request.number, "member")] * 2

    async def test_what_was_noted_by_mistake_is_taken_out_once_and_stands_in_the_history(self, session):
        order = await delivered(session)
        request = await returns.open_return(
            session, order, order.lines[0], reason="quality", key="m1:return", note="右脚开胶"
        )
        for key in ("m2:note", "m3:note"):
            request = await returns.add_note(session, request, "水壶要换", key=key)
        for _ in ("said", "the same message again"):
            assert await returns.take_note_back(session, request, "水壶要换", key="m4:no_note")
        assert request.note == "右脚开胶\n水壶要换"
        for _ in ("said", "the same message again"):
            assert await returns.take_note_back(session, request, "水壶要换", key="m5:no_note")
        assert request.note == "右脚开胶"
        told = [event for event in await orders.history(session, order.id) if event.kind == "return_note_taken_back"]
        assert [event.detail["note"] for event in told] == ["水壶要换"] * 2

    @pytest.mark.parametrize("text", ["开胶", "从没说过", ""])
    async def test_only_whole_words_that_were_noted_are(self, session, text):
        order = await delivered(session)
        request = await returns.open_return(
            session, order, order.lines[0], reason="quality", key="m1:return", note="右脚开胶"
        )
        assert not await returns.take_note_back(session, request, text, key="m2:no_note")
        assert request.note == "右脚开胶"

    async def test_what_no_longer_fits_is_cut_off(self, session):
        order = await delivered(session)
        request = await returns.open_return(session, order, order.lines[0], reason="quality", key="m1:return")
        request = await returns.add_note(session, request, "门" * 5000, key="m2:note")
        assert len(request.note) == returns.models.NOTE_CHARACTERS


class TestAnotherReason:
    async def test_who_pays_the_way_follows_it_and_the_history_tells(self, session, frozen_clock):
        order = await delivered(session)
        request = await returns.open_return(session, order, order.lines[0], reason="not_wanted", key="m1:return")
        for _ in range(2):
            request = await returns.change_reason(session, request, "quality", key="m2:reason")
        assert (request.reason, request.shipping_paid_by) == ("quality", PaidBy.SHOP)
        changed = [each for each in await orders.history(session, order.id) if each.kind == "return_reason_changed"]
        assert [(each.detail["from"], each.detail["to"]) for each in changed] == [("not_wanted", "quality")]

    async def test_one_whose_time_was_over_when_it_was_asked_for_is_refused(self, session, frozen_clock):
        order = await delivered(session)
        frozen_clock.move(timedelta(days=12))
        request = await returns.open_return(session, order, order.lines[0], reason="quality", key="m1:return")
        with pytest.raises(ReturnRefused) as refusal:
            await returns.change_reason(session, request, "not_wanted", key="m2:reason")
        assert refusal.value.problem == ReturnProblem.WINDOW_OVER
        assert request.reason == "quality"

    async def test_goods_on_their_way_keep_theirs(self, session):
        order = await delivered(session)
        request = await returns.open_return(session, order, order.lines[0], reason="not_wanted", key="m1:return")
        request = await back(session, order, request, ReturnStatus.APPROVED, ReturnStatus.IN_TRANSIT)
        with pytest.raises(ReturnStepRefused):
            await returns.change_reason(session, request, "quality", key="m2:reason")


class TestTheOtherKind:
    async def test_money_instead_of_another_size_and_back_again(self, session, frozen_clock):
        order = await delivered(session)
        request = await returns.open_return(
            session, order, order.lines[0], reason="wrong_size", kind="exchange", new_size="43", key="m1:return"
        )
        assert (request.shipping_paid_by, request.refund_minor) == (PaidBy.SHOP, 0)
        told = await returns.terms_of(session, request, ReturnKind.RETURN)
        request = await returns.change_kind(session, request, ReturnKind.RETURN, key="m2:kind")
        assert (request.number, request.kind, request.new_size) == ("R-2026-0001", ReturnKind.RETURN, None)
        assert (request.shipping_paid_by, request.refund_minor) == (PaidBy.MEMBER, 39_900)
        assert (told.shipping_paid_by, told.refund_minor) == (PaidBy.MEMBER, 39_900)
        assert request.refund_due_at == request.step_due_at + timedelta(days=7 + 5 + 3)
        request = await returns.change_kind(session, request, ReturnKind.EXCHANGE, new_size="41", key="m3:kind")
        assert (request.kind, request.new_size, request.refund_minor) == (ReturnKind.EXCHANGE, "41", 0)
        assert (request.refund_due_at, request.shipping_paid_by) == (None, PaidBy.SHOP)

    async def test_the_same_wish_twice_is_done_once(self, session):
        order = await delivered(session)
        request = await returns.open_return(session, order, order.lines[0], reason="quality", key="m1:return")
        for _ in range(2):
            request = await returns.change_kind(session, request, ReturnKind.EXCHANGE, key="m2:kind")
        changed = [event for event in await orders.history(session, order.id) if event.kind == "return_changed"]
        assert [(event.detail["from"], event.detail["to"]) for event in changed] == [("return", "exchange")]

    async def test_an_exchange_of_the_size_names_the_size(self, session):
        order = await delivered(session)
        request = await returns.open_return(session, order, order.lines[0], reason="wrong_size", key="m1:return")
        with pytest.raises(ReturnRefused, match="no_new_size"):
            await returns.change_kind(session, request, ReturnKind.EXCHANGE, key="m2:kind")

    async def test_once_it_is_on_its_way_the_kind_stays(self, session):
        order = await delivered(session)
        request = await returns.open_return(session, order, order.lines[0], reason="quality", key="m1:return")
        request = await back(session, order, request, ReturnStatus.APPROVED, ReturnStatus.IN_TRANSIT)
        with pytest.raises(ReturnStepRefused):
            await returns.change_kind(session, request, ReturnKind.EXCHANGE, key="m2:kind")


class TestWarranty:
    @pytest.mark.parametrize(
        ("category", "own", "until"),
        [
            ("home", None, "2026-12-29T23:59:59+08:00"),
            ("electronics", None, "2027-09-30T23:59:59+08:00"),
            ("home", "12 months", "2027-09-30T23:59:59+08:00"),
            ("home", "5 months", "2027-02-28T23:59:59+08:00"),
            ("skin_care", None, None),
            ("electronics", "none", None),
        ],
    )
    async def test_counted_from_delivery_by_category_or_the_products_own(self, session, category, own, until):
        attributes = {"warranty": own} if own else {}
        session.add(Product(sku="SHOE-42", names={"en": "x"}, category=category, price_minor=1, attributes=attributes))
        at = datetime(2026, 9, 30, 12, tzinfo=business_zone())
        order = await delivered(session, placed_at=at)
        term = await returns.warranty_of(session, order.lines[0])
        ends = returns.warranty_ends_at(order, term)
        assert (ends and ends.isoformat()) == until

    async def test_what_is_not_in_the_catalogue_any_more_has_the_usual_one(self, session):
        order = await delivered(session, placed_at=datetime(2026, 9, 1, 12, tzinfo=business_zone()))
        term = await returns.warranty_of(session, order.lines[0])
        assert term.days == 90


async def registered_repair(session, order, **more):
    wish = {"reason": "quality", "kind": ReturnKind.REPAIR, "key": "m1:repair"} | more
    return await returns.open_return(session, order, order.lines[0], **wish)


class TestRepair:
    """The usual warranty of goods that are in no catalogue is 90 days."""

    async def test_free_of_postage_and_without_money_and_the_order_stays_bought(self, session):
        order = await delivered(session)
        request = await registered_repair(session, order)
        assert (request.shipping_paid_by, request.refund_minor) == (PaidBy.SHOP, 0)
        assert request.refund_due_at is None
        assert order.status == OrderStatus.DELIVERED

    async def test_until_the_last_moment_of_the_warranty(self, session, frozen_clock):
        order = await delivered(session)
        ends = returns.warranty_ends_at(order, await returns.warranty_of(session, order.lines[0]))
        frozen_clock.to(ends + timedelta(seconds=1))
        assert not await returns.repairable(session, order, order.lines[0])
        with pytest.raises(ReturnRefused) as refused:
            await registered_repair(session, order)
        assert (refused.value.problem, refused.value.until) == (ReturnProblem.WINDOW_OVER, ends)
        frozen_clock.to(ends)
        assert await returns.repairable(session, order, order.lines[0])
        await registered_repair(session, order)
        assert not await returns.repairable(session, order, order.lines[0])

    @pytest.mark.parametrize("reason", ["not_wanted", "wrong_size", "missing", "wrong_item"])
    async def test_only_what_is_faulty_can_be_repaired(self, session, reason):
        with pytest.raises(ReturnRefused, match="nothing_to_repair"):
            await registered_repair(session, await delivered(session), reason=reason)

    async def test_what_has_no_warranty_is_not_repaired(self, session):
        session.add(Product(sku="SHOE-42", names={"en": "x"}, category="skin_care", price_minor=1))
        order = await delivered(session)
        with pytest.raises(ReturnRefused, match="nothing_to_repair"):
            await registered_repair(session, order)
        assert await returns.under_warranty(session, order.member_id) == []

    async def test_on_the_way_nothing_is_repaired(self, session):
        order = await make_order(session, await make_member(session), status=OrderStatus.SHIPPED)
        with pytest.raises(ReturnRefused, match="not_delivered"):
            await registered_repair(session, order)

    async def test_received_repaired_and_sent_back_in_time(self, session, frozen_clock):
        order = await delivered(session)
        request = await registered_repair(session, order)
        request = await back(session, order, request, ReturnStatus.APPROVED, ReturnStatus.RECEIVED)
        due = service_hours.after(frozen_clock.moment, 7 * service_hours.service_day())
        assert request.step_due_at == due
        request = await back(session, order, request, ReturnStatus.REPAIRED)
        assert (request.is_running, request.step_due_at, request.closed_at) == (True, due, None)
        request = await back(session, order, request, ReturnStatus.SENT_BACK)
        assert (request.is_running, request.step_due_at, request.refunded_at) == (False, None, None)
        assert request.closed_at == frozen_clock.moment
        assert (order.lines[0].returned, order.status) == (0, OrderStatus.DELIVERED)
        assert await returns.refund_status(session, order.member_id) == []

    async def test_a_repair_is_never_paid_out_and_no_return_is_repaired(self, session):
        order = await delivered(session, items=[SHOES, TEA])
        request = await registered_repair(session, order)
        request = await back(session, order, request, ReturnStatus.APPROVED, ReturnStatus.RECEIVED)
        for wrong in (ReturnStatus.REFUNDED, ReturnStatus.SENT_BACK):
            with pytest.raises(ReturnStepRefused):
                await returns.advance(session, request, wrong)
        other = await returns.open_return(session, order, order.lines[1], reason="quality", key="m2:return")
        other = await back(session, order, other, ReturnStatus.APPROVED, ReturnStatus.RECEIVED)
        with pytest.raises(ReturnStepRefused):
            await returns.advance(session, other, ReturnStatus.REPAIRED)

    async def test_what_cannot_be_repaired_is_replaced(self, session):
        order = await delivered(session)
        request = await registered_repair(session, order)
        request = await back(
            session, order, request, ReturnStatus.APPROVED, ReturnStatus.RECEIVED, ReturnStatus.EXCHANGED
        )
        assert (request.status, request.is_running) == (ReturnStatus.EXCHANGED, False)

    async def test_a_return_beside_a_repair_settles_the_order_by_itself(self, session):
        order = await delivered(session, items=[SHOES, TEA])
        await registered_repair(session, order)
        other = await returns.open_return(session, order, order.lines[1], reason="quality", key="m2:return")
        assert order.status == OrderStatus.RETURNING
        await returns.withdraw(session, other, key="m3:withdraw")
        assert order.status == OrderStatus.COMPLETED

    async def test_sent_back_it_may_still_be_returned(self, session):
        order = await delivered(session)
        request = await registered_repair(session, order)
        with pytest.raises(ReturnRefused, match="already_requested"):
            await returns.open_return(session, order, order.lines[0], reason="quality", key="m2:return")
        await back(
            session, order, request,
            ReturnStatus.APPROVED, ReturnStatus.RECEIVED, ReturnStatus.REPAIRED, ReturnStatus.SENT_BACK,
        )  # fmt: skip
        await returns.open_return(session, order, order.lines[0], reason="quality", key="m3:return")

    async def test_withdrawn_like_a_return(self, session):
        order = await delivered(session)
        request = await returns.withdraw(session, await registered_repair(session, order), key="m2:withdraw")
        assert (request.status, order.status) == (ReturnStatus.CANCELLED, OrderStatus.DELIVERED)

    async def test_money_instead_of_the_repair_only_while_the_return_window_is_open(self, session, frozen_clock):
        order, late = await delivered(session), await delivered(session)
        request = await registered_repair(session, order)
        request = await returns.change_kind(session, request, ReturnKind.RETURN, key="m2:kind")
        assert (request.refund_minor, order.status) == (39_900, OrderStatus.RETURNING)
        request = await returns.change_kind(session, request, ReturnKind.REPAIR, key="m3:kind")
        assert (request.refund_minor, request.refund_due_at, order.status) == (0, None, OrderStatus.COMPLETED)
        frozen_clock.move(timedelta(days=31))
        request = await registered_repair(session, late, key="m4:repair")
        with pytest.raises(ReturnRefused, match="window_over"):
            await returns.change_kind(session, request, ReturnKind.RETURN, key="m5:kind")
        assert request.kind == ReturnKind.REPAIR

    async def test_a_return_for_another_reason_becomes_no_repair(self, session):
        order = await delivered(session)
        request = await returns.open_return(session, order, order.lines[0], reason="not_wanted", key="m1:return")
        with pytest.raises(ReturnRefused, match="nothing_to_repair"):
            await returns.change_kind(session, request, ReturnKind.REPAIR, key="m2:kind")
