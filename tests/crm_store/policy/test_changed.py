"""A changed value of the policy changes what the store does, without code."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import (
    complaints,
    conversations,
    identities,
    interactions,
    orders,
    points,
    privacy,
    promises,
    returns,
    risk,
    surveys,
    value,
    verification,
)
from crm_store.clock import FrozenClock, now, today
from crm_store.complaints import Severity
from crm_store.orders import OrderStatus
from crm_store.points import EarnReason
from crm_store.privacy import PrivacyKind
from crm_store.promises import PromiseKind, PromiseStatus
from crm_store.returns import ReturnReason
from crm_store.verification import TooManyCodes, TooManyTries
from tests.crm_store.inbox import inbound, make_agent
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.shop import make_member, make_order

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


class TestComplaints:
    def test_reply_times_by_severity_and_level(self, frozen_clock: FrozenClock) -> None:
        at = frozen_clock.moment
        assert complaints.due_at("high", tier=None, start=at) == at + 4 * HOUR
        with changed("complaints: {reply_within: {high: 6 h}, reply_share: {silver: 0.5}}"):
            assert complaints.due_at("high", tier="gold", start=at) == at + 6 * HOUR
            assert complaints.due_at("high", tier="silver", start=at) == at + 3 * HOUR

    def test_severity_by_category_anger_and_level(self) -> None:
        text = """
anger: {complaint_raised: 0.2, complaint_raised_twice: 0.4}
complaints: {severity: {price: normal}, severity_raised: {bronze: 1}}
"""
        with changed(text):
            severities = [
                complaints.severity_for("price"),
                complaints.severity_for("price", anger=0.2),
                complaints.severity_for("price", anger=0.4),
                complaints.severity_for("price", tier="bronze"),
                complaints.severity_for("price", tier="platinum"),
            ]
        assert severities == [Severity.NORMAL, Severity.HIGH, Severity.CRITICAL, Severity.HIGH, Severity.NORMAL]

    async def test_how_long_one_may_be_opened_again(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await make_member(session)
        complaint = await complaints.file(
            session, member_id=member.id, conversation_id=None, category="other", description="?", key="c"
        )
        await complaints.resolve(session, complaint, resolution="好", agent_id=await make_agent(session))
        frozen_clock.move(3 * DAY)
        with changed("complaints: {reopen_within: 2 days}"), pytest.raises(complaints.ComplaintNotReopenable):
            await complaints.reopen(session, complaint, reason="?", key="r")


class TestReturns:
    async def test_for_how_long_and_how_soon(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        order = await make_order(session, await make_member(session), status=OrderStatus.DELIVERED)
        with changed("returns: {window: 14 days, window_at_fault: 60 days, decide_within: 2 h, refund_within: 1 day}"):
            ends = {reason: returns.window_ends_at(order, reason) for reason in ReturnReason}
            assert {(ends[reason] or now()).date() - today() for reason in ("not_wanted", "wrong_size")} == {14 * DAY}
            assert (ends["quality"] or now()).date() - today() == 60 * DAY
            request = await returns.open_return(session, order, order.lines[0], reason="not_wanted", key="r")
        assert request.step_due_at == frozen_clock.moment + 2 * HOUR
        assert request.refund_due_at == request.step_due_at + (7 + 5 + 1) * DAY

    async def test_a_cancelled_order_is_refunded_as_soon_as_promised(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        order = await make_order(session, await make_member(session))
        with changed("orders: {refund_after_cancelling: 2 days}"):
            order = await orders.cancel(session, order, reason="x", key="c")
        assert order.refund_due_at == frozen_clock.moment + 2 * DAY


class TestPoints:
    @pytest.mark.parametrize(("years", "last_year"), [(0, 2026), (1, 2027), (3, 2029)])
    def test_how_long_they_live(self, years: int, last_year: int) -> None:
        with changed(f"points: {{expire_after_years: {years}}}"):
            expires = points.default_expiry(datetime(2026, 3, 1, tzinfo=UTC))
        assert expires.isoformat() == f"{last_year}-12-31T23:59:59+08:00"

    async def test_how_long_points_given_back_late_live(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await make_member(session)
        await points.earn(
            session, member.id, points=100, reason=EarnReason.PURCHASE, key="a", expires_at=frozen_clock.moment + DAY
        )
        await points.spend(session, member.id, points=100, reason="redemption", key="b")
        frozen_clock.move(2 * DAY)
        with changed("points: {restored_for: 5 days}"):
            await points.reverse(session, entry_key="b", reason="cancelled", key="c")
        assert await points.balance(session, member.id, at=now() + 5 * DAY - MINUTE) == 100
        assert await points.balance(session, member.id, at=now() + 5 * DAY + MINUTE) == 0


class TestPromises:
    async def test_one_kept_within_the_grace_is_not_broken(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await make_member(session)
        late, never = [
            await promises.make(
                session, member_id=member.id, kind=PromiseKind.REPLY, text="?", due_at=now() + HOUR, key=key
            )
            for key in "ab"
        ]
        with changed("promises: {grace: 30 min}"):
            frozen_clock.move(HOUR + 20 * MINUTE)
            assert await promises.break_overdue(session) == []
            assert (await promises.keep(session, late)).status == PromiseStatus.KEPT
            assert late.broken_at is None
            frozen_clock.move(11 * MINUTE)
            assert [promise.id for promise in await promises.break_overdue(session)] == [never.id]


class TestPrivacyAndSurveys:
    async def test_how_soon_a_request_is_answered(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await make_member(session)
        with changed("privacy: {answer_within: 5 days}"):
            request = await privacy.open(session, member_id=member.id, kind=PrivacyKind.EXPORT, key="p")
        assert request.due_at == frozen_clock.moment + 5 * DAY

    async def test_how_often_somebody_is_asked(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await make_member(session)
        await surveys.record_asked(session, kind="csat", member_id=member.id, key="a")
        frozen_clock.move(3 * DAY)
        assert not await surveys.may_ask(session, member.id, "nps")
        with changed("surveys: {rest: 3 days}"):
            assert await surveys.may_ask(session, member.id, "nps")
            assert not await surveys.may_ask(session, member.id, "csat")
        with changed("surveys: {rest: 2 days, ask_again_after: {csat: 3 days}}"):
            assert await surveys.may_ask(session, member.id, "csat")


class TestVerification:
    async def test_lives_tries_and_pauses_of_codes(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        identity = (await conversations.receive(session, inbound("hi"))).conversation.identity_id
        visitor = await session.get_one(identities.Identity, identity)
        with changed("verification: {code_valid: 3 min, code_tries: 1, code_pause: 20 s, codes_per_visitor: 2}"):
            code, expires = await verification.start_code(session, visitor, email="a@example.com")
            assert expires == frozen_clock.moment + 3 * MINUTE
            with pytest.raises(TooManyTries):
                await verification.check_code(session, visitor, "000000" if code != "000000" else "111111")
            frozen_clock.move(timedelta(seconds=21))
            await verification.start_code(session, visitor, email="a@example.com")
            frozen_clock.move(MINUTE)
            with pytest.raises(TooManyCodes):
                await verification.start_code(session, visitor, email="a@example.com")


class TestRiskAndValue:
    async def test_which_anger_counts_and_how_much(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await make_member(session)
        await interactions.record(session, member_id=member.id, channel="web", outcome="answered", anger=0.6)
        with changed("anger: {counts_for_risk: 0.7}"):
            assert (await risk.assess(session, member.id)).score == 0
        with changed("risk: {weights: {anger: 0.9}, levels: {medium: 0.3, high: 0.5}, follow_up_soon: 6 h}"):
            assessed = await risk.assess(session, member.id)
        assert (round(assessed.score, 2), assessed.level) == (0.54, "high")

    async def test_the_marks_of_a_member(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await make_member(session)
        await make_order(session, member, placed_at=now() - 40 * DAY)
        assert (await value.of_member(session, member.id)).rfm == "412"
        limits = (
            "value: {recency: [1 day, 2 days, 3 days, 90 days], frequency: [1, 3, 5, 8], monetary: [¥1, ¥2, ¥3, ¥4]}"
        )
        with changed(limits):
            assert (await value.of_member(session, member.id)).rfm == "225"
