"""Complaints by the clock: what is late is raised, what was accepted in silence is closed."""

from datetime import timedelta

import pytest

from bot.desk.casework.acting import REMINDER
from bot.desk.desk import Desk
from bot.desk.signals import DESK
from bot.jobs.complaints import watch_complaints
from bot.jobs.promises import remind_owners
from crm_store import complaints, promises, risk
from crm_store.clock import FrozenClock
from crm_store.complaints import ComplaintStatus
from tests.bot.desk.casework.shop import complained, member_in_chat, staff, state

pytestmark = pytest.mark.usefixtures("frozen_clock")


class Mailer:
    """Keeps what would go out; the real one is met in tests/bot/test_mail.py."""

    def __init__(self) -> None:
        self.sent: list[dict[str, object]] = []

    def send_reminder(self, **mail: object) -> None:
        self.sent.append(mail)


async def test_a_late_complaint_is_marked_raised_and_counts_as_risk_once(desk: Desk, frozen_clock: FrozenClock) -> None:
    member, talk = await member_in_chat(desk)
    complaint = await complained(desk, member, talk)
    assert await watch_complaints(desk) == 0
    frozen_clock.move(timedelta(days=3))
    assert await watch_complaints(desk) == 1
    late = await state(desk, complaint.number)
    assert (late.breached_at, late.escalated_at) == (late.due_at, frozen_clock.moment)
    assert [event.kind for event in late.events] == ["filed", "breached", "escalated"]
    async with desk.database.reading() as session:
        assessed = await risk.latest(session, member.id)
    assert assessed is not None
    assert [reason["code"] for reason in assessed.reasons] == ["complaint_breached"]
    assert await watch_complaints(desk) == 0


async def test_a_solution_nobody_answered_is_closed_and_may_still_be_reopened(
    desk: Desk, frozen_clock: FrozenClock
) -> None:
    me = await staff(desk)
    member, talk = await member_in_chat(desk)
    complaint = await complained(desk, member, talk)
    async with desk.database.transaction() as session:
        await complaints.resolve(session, complaint, resolution="好了", agent_id=me)
    frozen_clock.move(timedelta(days=7))
    assert await watch_complaints(desk) == 0
    frozen_clock.move(timedelta(seconds=1))
    assert await watch_complaints(desk) == 1
    closed = await state(desk, complaint.number)
    assert (closed.status, closed.confirmed_at) == (ComplaintStatus.CLOSED, None)
    async with desk.database.transaction() as session:
        again = await complaints.reopen(session, closed, reason="没有", key="r1")
    assert again.is_open


async def test_the_owner_of_a_promise_is_reminded_once_in_the_console_and_by_mail(
    desk: Desk, frozen_clock: FrozenClock
) -> None:
    me = await staff(desk)
    member, _ = await member_in_chat(desk)
    async with desk.database.transaction() as session:
        promise = await promises.make(
            session,
            member_id=member.id,
            kind=promises.PromiseKind.OTHER,
            text="寄出",
            due_at=frozen_clock.moment + timedelta(hours=1),
            key="p1",
            agent_id=me,
        )
    mailer, heard = Mailer(), desk.signals.listen(DESK)
    assert await remind_owners(desk, mailer, "https://shop.example") == 0  # type: ignore[arg-type]
    frozen_clock.move(timedelta(minutes=30))
    for times in (1, 0):
        assert await remind_owners(desk, mailer, "https://shop.example") == times  # type: ignore[arg-type]
    [told] = [event for event in heard.drain() if event.get("kind") == REMINDER]
    assert (told["agent_id"], told["promise"]) == (me, promise.id)
    [mail] = mailer.sent
    assert mail["link"] == f"https://shop.example/console/work/promises/{promise.id}"
