"""A complaint as it is told: ordered in so many words, told on while it is open, put right, looked up, taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from actions.service.complaint_status import ActionComplaintStatus
from actions.service.complaint_words import category_said, orders_filing
from actions.service.complaints import AskComplaintConsent, ComplaintForm, FileComplaint
from actions.service.own_complaint import ActionWithdrawComplaint, withdrawn_of
from actions.talk.taken_back import ActionUndo
from crm_store import promises
from crm_store.clock import now
from crm_store.complaints import Complaint
from crm_store.orders import OrderStatus
from crm_store.promises import PromiseStatus
from tests.actions.conftest import Customer, make_customer
from tests.actions.shop import MUG, SHIRT, SHOE, place, send

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def _filed(customer: Customer) -> list[Complaint]:
    async with customer.database.reading() as session:
        return list(await session.scalars(select(Complaint).order_by(Complaint.id)))


async def _begin(customer: Customer, text: str, **said: object) -> str | None:
    ran = await customer.run(ComplaintForm, text, "make_complaint", active_loop="complaint_form", **said)  # type: ignore[arg-type]
    return ran.asks


async def _file(customer: Customer, text: str = "好的") -> Complaint:
    await customer.run(ComplaintForm, text, "affirm")
    await customer.run(FileComplaint, text, "affirm")
    customer.active_loop = None
    return (await _filed(customer))[-1]


class TestOrdered:
    @pytest.mark.parametrize(
        ("text", "ordered"),
        [
            ("衬衫洗一次就掉色，我要投诉，请两天内回复我", True),
            ("帮我登记投诉：收到的杯子是碎的", True),
            ("請幫我登記客訴，店員態度很差", True),
            ("please file a complaint, the mug arrived broken", True),
            ("我要投诉", False),
            ("质量太差了！！！我要投诉！！！", False),
            ("质量太差了，投诉有用吗？", False),
            ("杯子碎了，要不要投诉我再考虑一下", False),
            ("衬衫掉色", False),
        ],
    )
    def test_only_words_that_order_it_and_tell_why(self, text: str, ordered: bool) -> None:
        assert orders_filing(text) is ordered

    async def test_it_is_filed_at_once_with_the_order_of_that_day_and_thing(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHIRT, status=OrderStatus.DELIVERED, days_ago=3)
            meant = await place(session, member.member.id, SHIRT, status=OrderStatus.DELIVERED, days_ago=20)
            await place(session, member.member.id, MUG, status=OrderStatus.DELIVERED, days_ago=20)
        begin = meant.placed_at.replace(hour=0, minute=0)
        day = {"from": begin.isoformat(), "to": (begin + timedelta(days=1)).isoformat(), "grain": "day"}
        text = "那天买的T恤开线，我要投诉，希望三天内给答复"
        assert await _begin(member, text, entities={"time": day, "product": "T恤"}) is None
        ran = await member.run(FileComplaint, text, "make_complaint")
        assert ran.responses == ["reply_complaint_filed_order"]
        (complaint,) = await _filed(member)
        assert (complaint.order_id, complaint.category) == (meant.id, "quality")
        assert meant.number in ran.only.text

    async def test_an_outcry_after_the_question_is_no_yes(self, member: Customer) -> None:
        await _begin(member, "你们客服态度太差了")
        form = await member.run(ComplaintForm, "我就是要投诉！！！气死我了！！", "make_complaint")
        assert form.asks == "complaint_consent"
        assert await _filed(member) == []


class TestToldOn:
    async def test_a_fault_of_the_thing_is_no_late_parcel(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            shipped = await place(session, member.member.id, MUG, status=OrderStatus.SHIPPED)
            await send(session, shipped, promised_at=now() - timedelta(days=1), arrived_at=now() - timedelta(hours=15))
            shoes = await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED, days_ago=30)
        await _begin(member, "我要投诉")
        form = await member.run(ComplaintForm, "是跑鞋右脚开胶", "inform", entities={"product": "跑鞋"})
        assert form.asks == "complaint_consent"
        asked = await member.run(AskComplaintConsent, "x", "inform")
        assert asked.responses == ["reply_complaint_consent"]
        complaint = await _file(member)
        assert (complaint.category, complaint.order_id, complaint.parcel_id) == ("quality", shoes.id, None)

    async def test_no_with_a_correction_is_no_refusal(self, member: Customer) -> None:
        await _begin(member, "收到的耳机坏了，右边没声音")
        form = await member.run(ComplaintForm, "不对，是左边", "deny")
        assert form.asks == "complaint_consent"
        asked = await member.run(AskComplaintConsent, "x", "deny")
        assert asked.responses == ["reply_complaint_consent_more"]
        complaint = await _file(member)
        assert complaint.description == "收到的耳机坏了，右边没声音\n不对，是左边"

    async def test_a_detail_in_place_of_the_contact_is_kept_and_the_contact_asked_again(
        self, customer: Customer
    ) -> None:
        await _begin(customer, "店员对我妈态度很差")
        await customer.run(ComplaintForm, "好", "affirm")
        form = await customer.run(ComplaintForm, "她叫小周，昨天下午五点左右", "inform")
        assert form.asks == "complaint_contact"
        form = await customer.run(ComplaintForm, "13800001111", "inform", entities={"phone": "13800001111"})
        assert form.asks is None
        await customer.run(FileComplaint, "13800001111", "inform")
        assert (await _filed(customer))[0].description.endswith("\n她叫小周，昨天下午五点左右")

    async def test_whoever_would_rather_leave_no_contact_need_not(self, customer: Customer) -> None:
        await _begin(customer, "店员对我妈态度很差")
        await customer.run(ComplaintForm, "好", "affirm")
        form = await customer.run(ComplaintForm, "不想留", "deny")
        assert form.asks is None
        ran = await customer.run(FileComplaint, "不想留", "deny")
        assert ran.responses == ["reply_complaint_filed"]
        (complaint,) = await _filed(customer)
        assert [event.text for event in complaint.events] == ["店员对我妈态度很差"]

    async def test_after_it_was_filed_words_are_added_and_the_order_found(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            meant = await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED, days_ago=9)
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED, days_ago=40)
        await _begin(member, "鞋底开胶了，质量太差")
        filed = await _file(member)
        assert filed.order_id is None
        week = {
            "from": (now() - timedelta(days=12)).isoformat(), "to": (now() - timedelta(days=5)).isoformat(),
            "grain": "week",
        }  # fmt: skip
        text = "是上上周下单的"
        said = {"choice": "more", "time": (week, text)}
        await member.run(ComplaintForm, text, "make_complaint", entities=said, active_loop="complaint_form")
        ran = await member.run(FileComplaint, text, "make_complaint", entities=said)
        assert ran.responses == ["reply_complaint_more_order"]
        (complaint,) = await _filed(member)
        assert (complaint.order_id, complaint.description) == (meant.id, f"鞋底开胶了，质量太差\n{text}")
        assert [event.kind for event in complaint.events] == ["filed", "joined"]

    async def test_a_correction_of_what_was_filed(self, customer: Customer) -> None:
        await _begin(customer, "背包拉链坏了", entities={"phone": "13800001111"})
        await _file(customer)
        text = "改一下，是肩带断了不是拉链"
        await customer.run(
            ComplaintForm, text, "make_complaint", entities={"choice": "more"}, active_loop="complaint_form"
        )
        ran = await customer.run(FileComplaint, text, "make_complaint", entities={"choice": "more"})
        assert ran.responses == ["reply_complaint_amended"]
        assert (await _filed(customer))[0].description.endswith(text)

    async def test_what_it_is_about_is_put_right_with_it(self, member: Customer) -> None:
        await _begin(member, "店员态度很差")
        filed = await _file(member)
        assert filed.category == "staff"
        said = "不是态度，是商品质量太差"
        await member.run(
            ComplaintForm, said, "make_complaint", entities={"choice": "more"}, active_loop="complaint_form"
        )
        await member.run(FileComplaint, said, "make_complaint", entities={"choice": "more"})
        (after,) = await _filed(member)
        assert (after.category, after.number) == ("quality", filed.number)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("搞反了，留下0102，撤掉0101", "C-2026-0101"),
        ("0102撤了吧，0101別動", "C-2026-0102"),
        ("前一单取消，后一单留着", "C-2026-0101"),
        ("只留第一个", "C-2026-0102"),
        ("other way round: keep 0101 and drop 0102", "C-2026-0102"),
        ("scrap the first, keep the latest", "C-2026-0101"),
        ("cancel 0102 not 0101", "C-2026-0102"),
        ("撤掉投诉", None),
        ("0101 and 0102", None),
    ],
)
def test_which_of_two_is_withdrawn(text: str, number: str | None) -> None:
    known = [Complaint(number=f"C-2026-010{place}", filed_at=now() + timedelta(minutes=place)) for place in (1, 2)]
    meant = withdrawn_of(text, known)
    assert (meant.number if meant else None) == number


class TestVisitor:
    async def test_a_visitor_asks_after_the_complaint_of_this_conversation(self, customer: Customer) -> None:
        await _begin(customer, "店员态度很差", entities={"phone": "13800001111"})
        filed = await _file(customer)
        ran = await customer.run(ActionComplaintStatus, "我的投诉怎么样了", "ask_complaint_status")
        assert ran.responses == ["reply_complaint_waiting"]
        assert filed.number in ran.only.text

    async def test_another_visitor_learns_nothing_of_it(self, customer: Customer) -> None:
        await _begin(customer, "店员态度很差", entities={"phone": "13800001111"})
        filed = await _file(customer)
        other = await make_customer(customer.database)
        ran = await other.run(ActionComplaintStatus, f"{filed.number}怎么样了", "ask_complaint_status")
        assert ran.responses == ["reply_verify_first"]
        ran = await other.run(
            ActionUndo, "/undo", "undo", entities={"act": "make_complaint", "choice": f"withdraw:{filed.number}"}
        )
        assert ran.responses == ["reply_complaint_none_to_withdraw"]
        assert (await _filed(customer))[0].is_open


class TestTakenBack:
    async def test_it_is_asked_first_and_then_closed_with_its_promise(self, member: Customer) -> None:
        await _begin(member, "店员态度很差")
        filed = await _file(member)
        asked = await member.run(ActionUndo, "投诉撤回吧", "undo")
        assert asked.responses == ["reply_complaint_withdraw_ask"]
        assert [button["answer"] for button in asked.only.buttons] == ["yes", "no"]
        assert (await _filed(member))[0].is_open

        ran = await member.run(
            ActionUndo, asked.only.payloads[0], "undo",
            entities={"act": "make_complaint", "choice": f"withdraw:{filed.number}"},
        )  # fmt: skip
        assert ran.responses == ["reply_complaint_withdrawn"]
        (complaint,) = await _filed(member)
        assert (complaint.status, complaint.events[-1].kind) == ("closed", "withdrawn")
        async with member.database.reading() as session:
            (promise,) = await promises.for_member(session, member.member.id)
            assert promise.status == PromiseStatus.CANCELLED

    async def test_a_no_keeps_it(self, member: Customer) -> None:
        await _begin(member, "店员态度很差")
        filed = await _file(member)
        ran = await member.run(
            ActionUndo, "/undo", "undo", entities={"act": "make_complaint", "choice": f"keep:{filed.number}"}
        )
        assert ran.responses == ["reply_complaint_kept"]
        assert (await _filed(member))[0].is_open

    async def test_there_is_nothing_to_take_back(self, member: Customer) -> None:
        ran = await member.run(ActionWithdrawComplaint, "撤回投诉", "undo")
        assert ran.responses == ["reply_complaint_none_to_withdraw"]


class TestWhetherItIsFiled:
    async def test_not_yet_is_said_and_the_form_asks_again(self, member: Customer) -> None:
        await _begin(member, "你们客服态度太差了")
        ran = await member.run(
            ComplaintForm, "is it filed now or not", "ask_complaint_status", entities={"choice": "not_yet"}
        )
        assert "complaint_consent" not in {name for name, value in ran.slots.items() if value is not None}
        told = await member.run(
            ActionComplaintStatus, "is it filed now or not", "ask_complaint_status", entities={"choice": "not_yet"}
        )
        assert told.responses == ["reply_complaint_not_yet"]
        assert [each["name"] for each in told.events if each["event"] == "followup"] == ["complaint_form"]
        assert not await _filed(member)

    async def test_where_it_was_left_nothing_is_begun(self, member: Customer) -> None:
        told = await member.run(
            ActionComplaintStatus, "投诉登记了没", "ask_complaint_status", entities={"choice": "not_yet"}
        )
        assert (told.responses, told.events) == (["reply_complaint_not_yet"], [])


class TestKind:
    async def test_a_question_on_the_way_names_no_kind(self, member: Customer) -> None:
        await _begin(member, "这件事我很不满，你们看着办")
        await member.run(ComplaintForm, "好的", "affirm")
        ran = await member.run(ComplaintForm, "why 14 dec if you said 3 days?", "ask_refund_status")
        assert not ran.slots.get("complaint_category")
        ran = await member.run(ComplaintForm, "反正就是不满意", "inform")
        assert ran.slots["complaint_category"] == "other"

    @pytest.mark.parametrize("text", ["a dead power bank in a week is a joke", "充电宝充不进电了", "行動電源壞了"])
    def test_a_fault_names_it(self, text: str) -> None:
        assert category_said(text) == "quality"


class TestWhatIsWrongIsKept:
    async def test_the_fault_of_the_thing_is_known_to_its_return(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHIRT, MUG, status=OrderStatus.DELIVERED, days_ago=3)
        await _begin(member, "上次买的T恤开线，要投诉你们这质量", entities={"product": "T恤"})
        await member.run(ComplaintForm, "好的", "affirm")
        ran = await member.run(FileComplaint, "好的", "affirm")
        assert ran.slots["focus"]["product"] == SHIRT.sku
        assert ran.slots["focus"]["faults"] == {SHIRT.sku: "quality"}

    async def test_a_complaint_of_the_staff_keeps_none(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHIRT, status=OrderStatus.DELIVERED, days_ago=3)
        await _begin(member, "你们客服态度太差了")
        await member.run(ComplaintForm, "好的", "affirm")
        ran = await member.run(FileComplaint, "好的", "affirm")
        assert "faults" not in ran.slots["focus"]
