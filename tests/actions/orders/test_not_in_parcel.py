"""What was not in the parcel is passed on to be sent or paid back, or becomes a complaint; nothing goes back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from actions.kit.told.handing_on import LEFT_OUT, WAITING
from actions.service.complaints import ComplaintForm, FileComplaint
from actions.service.promises import ActionChasePromise
from crm_store import promises
from crm_store.clock import now
from crm_store.complaints import Complaint
from crm_store.orders import Order, OrderStatus
from crm_store.promises import Promise
from tests.actions.conftest import Customer, Ran
from tests.actions.shop import MUG, SHIRT, SHOE, place, send

pytestmark = pytest.mark.usefixtures("frozen_clock")

SAID = {
    "zh-Hans": "打开包裹只有轻跑鞋，没有手冲咖啡杯",
    "zh-Hant": "箱子裡只有輕跑鞋，手沖咖啡杯沒看到",
    "en": "no pour-over mug in it, just the light runner",
}
ADDRESS = "Flat 7B, 12 Nathan Road, Kowloon"


async def ordered(member: Customer, status: OrderStatus = OrderStatus.DELIVERED) -> Order:
    assert member.member is not None
    async with member.database.transaction() as session:
        return await place(session, member.member.id, SHOE, MUG, status=status, days_ago=4)


async def says(member: Customer, text: str, choice: str = "resend", language: str = "en", **more: str) -> Ran:
    return await member.run(
        ActionChasePromise, text, "chase_promise", spoken_of={"choice": f"hand_on:{choice}"}, language=language, **more
    )


async def noted(member: Customer) -> list[Promise]:
    assert member.member is not None
    async with member.database.reading() as session:
        return list(await promises.for_member(session, member.member.id))


@pytest.mark.parametrize(
    ("language", "item"), [("zh-Hans", "手冲咖啡杯"), ("zh-Hant", "手沖咖啡杯"), ("en", "Pour-over mug")]
)
async def test_what_did_not_come_is_passed_on_after_a_yes(member: Customer, language: str, item: str) -> None:
    order = await ordered(member)
    asked = await says(member, SAID[language], language=language)
    assert asked.responses == ["reply_hand_on_missing"]
    assert item in asked.only.text
    assert [each for each in asked.only.payloads if "return" in each] == []
    assert [each for each in asked.only.payloads if "make_complaint" in each]
    assert await noted(member) == []
    done = await says(member, "", "yes", language)
    assert done.responses == ["reply_handed_on_missing"]
    (promise,) = await noted(member)
    assert (promise.reference, item in promise.text) == (order.number, True)


async def test_where_only_what_came_is_named_the_others_are_meant(member: Customer) -> None:
    await ordered(member)
    asked = await says(member, "只有轻跑鞋在箱子里，箱子里只有轻跑鞋", language="zh-Hans")
    assert "「手冲咖啡杯」" in asked.only.text
    assert "轻跑鞋" not in asked.only.text


async def test_said_again_in_other_words_the_same_thing_is_meant(member: Customer) -> None:
    await ordered(member)
    await says(member, SAID["en"])
    again = await says(member, "can you send me one")
    assert again.responses == ["reply_hand_on_missing_open"]
    assert "Pour-over mug" in again.only.text


async def test_the_money_in_its_place_is_written_down(member: Customer) -> None:
    await ordered(member)
    await says(member, SAID["en"])
    asked = await says(member, "could I get my money back for it?", "money")
    assert asked.responses == ["reply_hand_on_missing"]
    assert await noted(member) == []
    done = await says(member, "", "money")
    assert done.responses == ["reply_handed_on_missing"]
    (promise,) = await noted(member)
    assert "the money for Pour-over mug" in promise.text


async def test_the_money_plainly_wished_instead_is_written_down_at_once(member: Customer) -> None:
    await ordered(member)
    await says(member, SAID["en"])
    assert (await says(member, "my money back please", "money")).responses == ["reply_handed_on_missing"]
    (promise,) = await noted(member)
    assert "the money for Pour-over mug" in promise.text


@pytest.mark.parametrize("text", ["少的那个补给我就行", "one of the mugs is missing"])
async def test_a_piece_of_a_thing_stays_a_piece(member: Customer, text: str) -> None:
    await ordered(member)
    assert (await says(member, text)).responses == ["reply_hand_on_resend"]


async def test_what_may_be_in_another_parcel_is_waited_for(member: Customer) -> None:
    order = await ordered(member)
    async with member.database.transaction() as session:
        await send(session, order, number="SF1", promised_at=now() + timedelta(days=1))
        await send(session, order, number="SF2", promised_at=now() + timedelta(days=1))
    ran = await says(member, SAID["en"])
    assert ran.responses == ["reply_missing_under_way"]
    assert await noted(member) == []


async def test_an_order_that_is_still_out_is_waited_for(member: Customer) -> None:
    await ordered(member, OrderStatus.SHIPPED)
    assert (await says(member, SAID["en"])).responses == ["reply_missing_under_way"]


async def test_an_order_of_one_thing_is_none(member: Customer) -> None:
    assert member.member is not None
    async with member.database.transaction() as session:
        await place(session, member.member.id, SHIRT, status=OrderStatus.DELIVERED, days_ago=4)
    assert (await says(member, SAID["en"])).responses == ["reply_hand_on_resend"]


async def test_a_new_address_goes_into_the_wish(member: Customer) -> None:
    await ordered(member)
    await says(member, SAID["en"])
    asked = await says(member, f"send it to {ADDRESS}", "redirect")
    assert asked.responses == ["reply_hand_on_missing"]
    assert ADDRESS in asked.only.text
    await says(member, "", "yes")
    assert ADDRESS in (await noted(member))[0].text


async def test_a_new_address_afterwards_is_added_and_told(member: Customer) -> None:
    await ordered(member)
    await says(member, SAID["en"])
    await says(member, "", "yes")
    wanted = await says(member, "where do they send it, I moved last week", "redirect")
    assert wanted.responses == ["reply_missing_address"]
    added = await says(member, f"my new addr: {ADDRESS}", "redirect")
    assert added.responses == ["reply_missing_address_added"]
    assert ADDRESS in added.only.text
    assert [ADDRESS in each.text for each in await noted(member)].count(True) == 1
    told = await says(member, "did they note the address?", "told")
    assert ADDRESS in " ".join(each.text for each in told.said)


async def filed(member: Customer) -> Complaint:
    async with member.database.reading() as session:
        (complaint,) = await session.scalars(select(Complaint))
        return complaint


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("I want to make a complaint: it is not in the box", None),
        ("then a complaint, nobody helps", None),
        ("", "file"),
    ],
)
async def test_a_complaint_has_its_kind_order_and_thing(member: Customer, text: str, choice: str | None) -> None:
    order = await ordered(member)
    await says(member, SAID["en"])
    form = await member.run(
        ComplaintForm, text, "make_complaint", active_loop="complaint_form", language="en",
        spoken_of={"choice": choice} if choice else {},
    )  # fmt: skip
    if form.asks == "complaint_consent":
        form = await member.run(ComplaintForm, "yes", "affirm")
    assert form.asks is None
    ran = await member.run(FileComplaint, "yes", "affirm")
    assert ran.responses == ["reply_complaint_filed_order"]
    complaint = await filed(member)
    assert (complaint.category, complaint.order_id) == ("missing", order.id)
    assert "Not in the parcel: Pour-over mug" in complaint.description
    assert member.slots["focus"].get(WAITING) is None
    assert member.slots["focus"][LEFT_OUT]["order"] == order.number


async def tells_more(member: Customer, text: str) -> Ran:
    await member.run(
        ComplaintForm, text, "make_complaint", active_loop="complaint_form", language="en", spoken_of={"choice": "more"}
    )
    return await member.run(FileComplaint, text, "make_complaint", language="en")


async def test_an_address_is_added_to_the_complaint_and_told_back(member: Customer) -> None:
    await test_a_complaint_has_its_kind_order_and_thing(member, "", "file")
    wanted = await tells_more(member, "where do they send it, i moved last week")
    assert wanted.responses == ["reply_complaint_address_wanted"]
    added = await tells_more(member, f"just tell the complaint ppl my new addr: {ADDRESS}")
    assert added.responses == ["reply_complaint_address_added"]
    assert ADDRESS in added.only.text
    told = await tells_more(member, "so did u add it or not")
    assert told.responses == ["reply_complaint_address_stands"]
    assert ADDRESS in told.only.text
    assert ADDRESS in (await filed(member)).description
