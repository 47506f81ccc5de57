"""One complaint from its first word to its last, over everything that people do with it."""

import pytest

from bot.desk.casework import complaints as work
from bot.desk.desk import Desk
from bot.desk.signals import DESK
from crm_store import points, promises, risk
from crm_store import work as lists
from crm_store.agents import Role
from crm_store.compensation import CompensationStatus
from crm_store.complaints import ComplaintStatus
from crm_store.promises import PromiseStatus
from crm_store.work import Filters, Kind
from tests.bot.desk.casework.shop import complained, member_in_chat, read_by_customer, says, staff, state

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def test_furious_complained_compensated_resolved_confirmed_kept_and_at_rest(desk: Desk) -> None:
    me, lead = await staff(desk), await staff(desk, "许安", Role.SUPERVISOR)
    member, talk = await member_in_chat(desk)
    await says(desk, "气死我了，晚了三天！")
    complaint = await complained(desk, member, talk, category="late_delivery")
    number = complaint.number
    async with desk.database.transaction() as session:
        furious = await risk.assess(session, member.id)
    assert [reason["code"] for reason in furious.reasons] == ["complaint_open"]
    assert furious.reasons[0]["facts"]["anger"] == 0.92

    async with desk.database.reading() as session:
        [listed] = await lists.listing(session, Kind.COMPLAINTS, Filters())
    assert (listed.number, listed.owner_id) == (number, None)
    await work.assign(desk, number, me, owner_id=me)

    asked = await work.compensate(desk, number, me, kind="points", amount=800, reason="晚了三天", key="k1")
    assert asked.status == CompensationStatus.WAITING
    async with desk.database.reading() as session:
        [waiting] = await lists.my_day(session, lead, [Kind.APPROVALS])
    assert waiting.number == str(asked.id)
    await work.decide(desk, asked.id, lead, approve=True)

    followed = desk.signals.listen(DESK)
    await work.resolve(desk, number, me, resolution="今晚送到，运费退给您。", cause="carrier", key="k2")
    offer = (await read_by_customer(desk, talk.id))[-1]
    await says(desk, payload=(offer.buttons or [])[0]["payload"])
    assert [event["number"] for event in followed.drain() if event.get("kind") == "work"] == [number, number]

    done = await state(desk, number)
    assert done.status == ComplaintStatus.CLOSED
    assert [event.kind for event in done.events] == [
        "filed", "assigned", "comp_asked", "comp_granted", "resolved", "confirmed",
    ]  # fmt: skip
    async with desk.database.reading() as session:
        [promise] = await promises.for_member(session, member.id)
        at_rest = await risk.latest(session, member.id)
        assert await points.balance(session, member.id) == 800
        assert await lists.listing(session, Kind.COMPLAINTS, Filters()) == []
    assert promise.status == PromiseStatus.KEPT
    assert at_rest is not None
    assert (at_rest.score, at_rest.reasons) == (0, [])
