"""Compensation is asked for: who decides is told, and the wish stands in the complaint with its amount."""

import pytest
from sqlalchemy import select

from actions.service.complaints import AskComplaintConsent, ComplaintForm, FileComplaint
from crm_store.complaints import Complaint
from tests.actions.conftest import Customer

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.mark.parametrize(
    ("text", "amount", "language"),
    [
        ("孩子被划伤，医药费花了260块，你们赔吗", "260", "zh-Hans"),
        ("送晚了四天，補點點數給我，500點", "500", "zh-Hant"),
        ("the leak ruined my rug, I want 80 dollars compensation", "80", "en"),
    ],
)
async def test_who_decides_is_told_and_the_wish_is_filed(
    member: Customer, text: str, amount: str, language: str
) -> None:
    await member.run(ComplaintForm, text, "make_complaint", language=language, active_loop="complaint_form")
    asked = await member.run(AskComplaintConsent, text, "make_complaint")
    assert asked.responses[0] == "reply_compensation_decided"
    assert asked.said[-1].payloads[0] == "/affirm"
    await member.run(ComplaintForm, "ok", "affirm")
    if member.slots.get("complaint_category") is None:
        await member.run(ComplaintForm, "/inform", "inform", entities={"choice": "other"})
    await member.run(FileComplaint, "ok", "affirm")
    async with member.database.reading() as session:
        (complaint,) = await session.scalars(select(Complaint))
    assert amount in complaint.description


async def test_a_complaint_without_it_hears_nothing_of_it(member: Customer) -> None:
    text = "客服太没礼貌了，我要投诉"
    await member.run(ComplaintForm, text, "make_complaint", active_loop="complaint_form")
    asked = await member.run(AskComplaintConsent, text, "make_complaint")
    assert "reply_compensation_decided" not in asked.responses
