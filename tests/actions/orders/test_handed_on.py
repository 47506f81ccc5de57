"""What only a colleague can arrange is asked back, written down with its address, and told again."""

from datetime import timedelta

import pytest

from actions.orders.cancellations import CancelOrder
from actions.service.promises import ActionChasePromise
from crm_store import orders, promises
from crm_store.clock import now
from crm_store.orders import Order, OrderStatus
from crm_store.promises import Promise, PromiseStatus
from tests.actions.conftest import Customer, Ran
from tests.actions.shop import MUG, SHOE, place, send

pytestmark = pytest.mark.usefixtures("frozen_clock")

ADDRESS = "新北市板橋區文化路一段25號6樓，0912345678 陳先生"
REDIRECT = f"請人試試看，能不能改送{ADDRESS}"


async def ordered(member: Customer, status: OrderStatus) -> Order:
    assert member.member is not None
    async with member.database.transaction() as session:
        order = await place(session, member.member.id, SHOE, status=status, days_ago=2)
        if status == OrderStatus.SHIPPED:
            await send(session, order, promised_at=now() + timedelta(days=1))
        return order


async def says(member: Customer, text: str, choice: str, language: str = "zh-Hant") -> Ran:
    return await member.run(
        ActionChasePromise, text, "chase_promise", spoken_of={"choice": f"hand_on:{choice}"}, language=language
    )


async def noted(member: Customer) -> list[Promise]:
    assert member.member is not None
    async with member.database.reading() as session:
        return list(await promises.for_member(session, member.member.id))


@pytest.mark.parametrize("status", [OrderStatus.PACKED, OrderStatus.SHIPPED])
async def test_an_address_goes_with_the_wish_once_it_is_agreed_to(member: Customer, status: OrderStatus) -> None:
    order = await ordered(member, status)
    asked = await says(member, REDIRECT, "redirect")
    assert asked.responses == ["reply_hand_on_redirect"]
    assert ADDRESS in asked.only.text
    assert await noted(member) == []
    ran = await says(member, "", "yes")
    assert ran.responses == ["reply_handed_on"]
    (promise,) = await noted(member)
    assert (promise.reference, ADDRESS in promise.text) == (order.number, True)
    told = await says(member, "新地址跟電話他們看得到齁", "told")
    assert told.responses == ["reply_handed_on_told"]
    assert ADDRESS in told.only.text
    again = await says(member, "順便跟他們說新地址", "redirect")
    assert again.responses == ["reply_handed_on_told"]


async def test_a_no_writes_nothing_down(member: Customer) -> None:
    await ordered(member, OrderStatus.SHIPPED)
    await says(member, REDIRECT, "redirect")
    ran = await says(member, "不用了", "no")
    assert ran.responses == ["reply_hand_on_not"]
    assert await noted(member) == []


async def test_without_an_address_it_is_asked_for(member: Customer) -> None:
    await ordered(member, OrderStatus.SHIPPED)
    assert (await says(member, "能不能改寄", "redirect")).responses == ["reply_hand_on_address"]
    assert (await says(member, REDIRECT, "redirect")).responses == ["reply_hand_on_redirect"]


async def test_an_order_that_is_not_packed_is_changed_itself(member: Customer) -> None:
    order = await ordered(member, OrderStatus.PAID)
    assert (await says(member, REDIRECT, "redirect")).responses == ["reply_change_confirm"]
    assert (await says(member, "好", "yes")).responses == ["reply_changed"]
    assert await noted(member) == []
    async with member.database.reading() as session:
        changed = await orders.by_number(session, order.number)
    assert changed is not None
    assert changed.address == ADDRESS


async def test_what_has_come_goes_nowhere_else(member: Customer) -> None:
    await ordered(member, OrderStatus.DELIVERED)
    asked = await member.run(
        ActionChasePromise, REDIRECT, "chase_promise", spoken_of={"choice": "hand_on:redirect"},
        slots={"focus": {}}, language="zh-Hant",
    )  # fmt: skip
    assert asked.responses in (["reply_hand_on_none"], ["reply_hand_on_arrived"])


@pytest.mark.parametrize(
    ("text", "choice", "language"),
    [
        ("我可以叫他自己去站裡領嗎", "pick_up", "zh-Hant"),
        ("让你同事拦一下试试呗", "stop", "zh-Hans"),
        ("can I collect it from the depot", "pick_up", "en"),
    ],
)
async def test_other_ways_need_no_address(member: Customer, text: str, choice: str, language: str) -> None:
    await ordered(member, OrderStatus.SHIPPED)
    assert (await says(member, text, choice, language)).responses == [f"reply_hand_on_{choice}"]
    ran = await says(member, "", "yes", language)
    assert ran.responses == ["reply_handed_on"]
    assert ran.only.text
    assert len(await noted(member)) == 1


async def test_what_becomes_of_it_otherwise_is_told_first(member: Customer) -> None:
    await ordered(member, OrderStatus.SHIPPED)
    ran = await says(member, "让你同事拦一下试试呗,要是拦不住会怎样", "stop", "zh-Hans")
    assert ran.responses == ["reply_hand_on_if_not", "reply_hand_on_stop"]


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
async def test_a_missing_piece_is_registered_and_found_again(member: Customer, language: str) -> None:
    order = await ordered(member, OrderStatus.DELIVERED)
    not_yet = await says(member, "那补发那个呢 安排上了没", "told", language)
    assert not_yet.responses[-1] in ("reply_hand_on_resend", "reply_hand_on_nothing")
    asked = await says(member, "少的那个补给我就行", "resend", language)
    assert asked.responses == ["reply_hand_on_resend"]
    done = await says(member, "", "yes", language)
    assert done.responses == ["reply_handed_on_resend"]
    assert order.number in done.only.text
    told = await says(member, "补发那个呢", "told", language)
    assert told.responses == ["reply_handed_on_told"]


async def test_a_return_that_was_begun_is_left_for_it(member: Customer) -> None:
    await ordered(member, OrderStatus.DELIVERED)
    ran = await member.run(
        ActionChasePromise, "不用退货啊,少的那个补给我就行", "chase_promise",
        spoken_of={"choice": "hand_on:resend"}, active_loop="return_form",
    )  # fmt: skip
    assert ran.responses == ["reply_hand_on_resend"]
    assert ran.leaves_form


async def test_of_several_orders_it_is_asked_which(member: Customer) -> None:
    await ordered(member, OrderStatus.DELIVERED)
    assert member.member is not None
    async with member.database.transaction() as session:
        await place(session, member.member.id, MUG, status=OrderStatus.DELIVERED, days_ago=3)
    ran = await says(member, "少的那个补给我就行", "resend", "zh-Hans")
    assert ran.responses == ["reply_hand_on_which"]
    assert all("hand_on:resend" in payload for payload in ran.only.payloads)


async def test_it_falls_with_an_order_that_is_cancelled(member: Customer) -> None:
    order = await ordered(member, OrderStatus.PACKED)
    await says(member, REDIRECT, "redirect")
    await says(member, "", "yes")
    ran = await member.run(
        CancelOrder, "好", "affirm", slots={"cancel_order_number": order.number, "cancel_order_confirmed": True}
    )
    assert ran.responses[0].startswith("reply_order_cancel_done")
    (promise,) = await noted(member)
    assert promise.status == PromiseStatus.CANCELLED


async def both(member: Customer, status: OrderStatus) -> Order:
    """An order of shoes and a mug."""
    assert member.member is not None
    async with member.database.transaction() as session:
        return await place(session, member.member.id, SHOE, MUG, status=status, days_ago=1)


class TestLeftOut:
    @pytest.mark.parametrize(
        ("text", "goods"),
        [
            ("把杯子去掉，跑鞋照發", ["杯子", "跑鞋"]),
            ("take the mug off my order", ["mug"]),
        ],
    )
    async def test_one_thing_is_asked_about_and_handed_on(self, member: Customer, text: str, goods: list[str]) -> None:
        order = await both(member, OrderStatus.PAID)
        asked = await member.run(
            ActionChasePromise, text, "chase_promise", entities={"product": goods},
            spoken_of={"choice": "hand_on:without"}, language="zh-Hant",
        )  # fmt: skip
        assert asked.responses == ["reply_hand_on_without"]
        assert (MUG.names["zh-Hant"] in asked.only.text, SHOE.names["zh-Hant"] in asked.only.text) == (True, False)
        assert await noted(member) == []
        ran = await says(member, "", "yes")
        assert ran.responses == ["reply_handed_on"]
        (promise,) = await noted(member)
        assert (promise.reference, MUG.names["zh-Hant"] in promise.text) == (order.number, True)

    async def test_what_is_all_there_is_means_cancelling(self, member: Customer) -> None:
        await ordered(member, OrderStatus.PAID)
        ran = await member.run(
            ActionChasePromise, "只取消跑鞋那件", "chase_promise", entities={"product": ["跑鞋"]},
            spoken_of={"choice": "hand_on:without"},
        )  # fmt: skip
        assert ran.responses == ["reply_hand_on_without_only"]

    @pytest.mark.parametrize("status", [OrderStatus.SHIPPED, OrderStatus.DELIVERED])
    async def test_what_was_sent_can_be_returned_by_itself(self, member: Customer, status: OrderStatus) -> None:
        await both(member, status)
        ran = await member.run(
            ActionChasePromise, "只取消杯子那件", "chase_promise", entities={"product": ["杯子"]},
            spoken_of={"choice": "hand_on:without"},
        )  # fmt: skip
        assert ran.responses == ["reply_hand_on_without_sent"]
        assert await noted(member) == []


class TestWithWhomItIsLeft:
    @pytest.mark.parametrize(
        ("ask", "yes", "written", "language"),
        [
            ("能让快递放驿站或者给我同事收吗", "嗯问吧 写：可以给前台小刘代收", "给前台小刘代收", "zh-Hans"),
            ("可以放管理室嗎", "好，寫「交給王先生」", "交給王先生", "zh-Hant"),
            ("can they leave it at reception?", "yes, write: leave it with Tom", "leave it with Tom", "en"),
        ],
    )
    async def test_the_words_that_are_dictated_are_written(
        self, member: Customer, ask: str, yes: str, written: str, language: str
    ) -> None:
        await ordered(member, OrderStatus.SHIPPED)
        await says(member, ask, "leave", language)
        ran = await says(member, yes, "yes", language)
        assert ran.responses == ["reply_handed_on"]
        assert written in ran.only.text
        (promise,) = await noted(member)
        assert written in promise.text

    async def test_each_place_that_is_named_is_asked_for(self, member: Customer) -> None:
        await ordered(member, OrderStatus.SHIPPED)
        ran = await says(member, "能让快递放驿站或者给我同事收吗", "leave", "zh-Hans")
        assert "放进快递柜或代收点、请别人代收" in ran.only.text

    async def test_what_is_not_in_the_note_is_told_to_be_so(self, member: Customer) -> None:
        await ordered(member, OrderStatus.SHIPPED)
        await says(member, "能放门口吗", "leave", "zh-Hans")
        await says(member, "", "yes", "zh-Hans")
        ran = await says(member, "小刘代收写进去没", "told", "zh-Hans")
        assert ran.responses == ["reply_hand_on_not_yet", "reply_hand_on_leave"]
        assert "小刘代收" in ran.said[1].text
