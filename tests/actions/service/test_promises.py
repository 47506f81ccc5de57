"""A member asks for what was promised and hears the truth."""

from datetime import timedelta

import pytest

from actions.service.promises import ActionChasePromise
from crm_store import callbacks, parcels, promises, risk
from crm_store.clock import FrozenClock, now
from crm_store.orders import OrderStatus
from crm_store.parcels import ParcelCode
from crm_store.promises import PromiseKind, PromiseStatus
from tests.actions.conftest import Customer
from tests.actions.shop import SHOE, place, send

pytestmark = pytest.mark.usefixtures("frozen_clock")


class TestChasePromise:
    async def test_a_call_that_was_not_made(self, member: Customer, frozen_clock: FrozenClock) -> None:
        async with member.database.transaction() as session:
            start = now() + timedelta(hours=4)
            await callbacks.request(
                session, phone="13800001111", window_start=start, window_end=start + timedelta(hours=1),
                member_id=member.member.id, topic="shoes", key="k",
            )  # fmt: skip
        frozen_clock.move(timedelta(days=1))
        ran = await member.run(
            ActionChasePromise, "someone was supposed to call me yesterday", "chase_promise", language="en"
        )
        assert ran.responses == ["reply_promise_broken_call"]
        assert "22 November between 14:00 and 15:00" in ran.only.text
        assert ran.only.titles == ["Now", "Today 11:00–12:00", "Another time"]
        assert ran.only.payloads[1].startswith('/request_callback{"time":"2026-11-23T03:00')
        async with member.database.reading() as session:
            (promise,) = await promises.open_for_member(session, member.member.id)
            assert promise.status == PromiseStatus.BROKEN
            assessed = await risk.latest(session, member.member.id)
            assert "promise_broken" in {reason["code"] for reason in assessed.reasons}

    async def test_one_that_is_not_due_yet(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await promises.make(
                session, member_id=member.member.id, kind=PromiseKind.REPLY, text="11 月 23 日 12:00 前回复您",
                due_at=now() + timedelta(days=1), key="k",
            )  # fmt: skip
        ran = await member.run(ActionChasePromise, "你们答应回复我的呢", "chase_promise")
        assert ran.responses == ["reply_promise_running"]
        assert "明天 10:00" in ran.only.text

    async def test_the_one_the_words_name_is_told_of_several(self, member: Customer, frozen_clock: FrozenClock) -> None:
        async with member.database.transaction() as session:
            for number, kind in enumerate((PromiseKind.CALLBACK, PromiseKind.REPLY)):
                await promises.make(
                    session, member_id=member.member.id, kind=kind, text=f"promise {kind}",
                    due_at=now() + timedelta(hours=number + 1), key=f"k{number}",
                )  # fmt: skip
        frozen_clock.move(timedelta(days=1))
        ran = await member.run(ActionChasePromise, "說好打電話的呢", "chase_promise", language="zh-Hant")
        assert ran.only.values["promise"] == "promise callback"
        other = await member.run(ActionChasePromise, "不是說會處理嗎", "chase_promise")
        assert other.only.values["promise"] == "promise reply"

    async def test_no_promise_but_a_late_parcel_is_chased(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
            await send(session, order, promised_at=now() - timedelta(days=1))
        ran = await member.run(ActionChasePromise, "不是说昨天到吗", "chase_promise")
        assert ran.responses == ["reply_parcel_chased"]

    async def test_chase_it_means_the_late_parcel_whatever_else_is_open(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await promises.make(
                session, member_id=member.member.id, kind=PromiseKind.REPLY, text="reply",
                due_at=now() + timedelta(days=1), key="k",
            )  # fmt: skip
            order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
            await send(session, order, promised_at=now() - timedelta(days=1))
        ran = await member.run(ActionChasePromise, "那就先替我催催", "chase_promise")
        assert ran.responses == ["reply_parcel_chased"]

    async def test_nothing_on_record_is_admitted(self, member: Customer) -> None:
        ran = await member.run(ActionChasePromise, "答应我的赠品呢", "chase_promise")
        assert ran.responses == ["reply_no_promise_found"]
        assert ran.only.payloads == ["/request_human", "/request_callback"]

    @pytest.mark.parametrize(
        ("language", "offered", "button"),
        [
            ("zh-Hans", "同事明天 09:00 上班，先替您排上队，还是约个时间打给您？", "先排队"),
            ("zh-Hant", "同事明天 09:00 上班，先幫您排進隊伍，還是約個時間打給您？", "先排隊"),
            ("en", "My colleagues are back tomorrow 09:00. Shall I put you in line for them,", "Put me in line"),
        ],
    )
    async def test_at_night_nobody_is_offered_now(
        self, member: Customer, frozen_clock: FrozenClock, language: str, offered: str, button: str
    ) -> None:
        frozen_clock.move(timedelta(hours=13))
        ran = await member.run(ActionChasePromise, "答应我的赠品呢", "chase_promise", language=language)
        assert ran.responses == ["reply_no_promise_found"]
        assert offered in ran.only.text
        assert ran.only.titles[0] == button

    async def test_at_night_a_call_that_was_not_made_moves_to_a_time_when_somebody_is_there(
        self, member: Customer, frozen_clock: FrozenClock
    ) -> None:
        async with member.database.transaction() as session:
            start = now() + timedelta(hours=4)
            await callbacks.request(
                session, phone="13800001111", window_start=start, window_end=start + timedelta(hours=1),
                member_id=member.member.id, topic="shoes", key="k",
            )  # fmt: skip
        frozen_clock.move(timedelta(hours=13))
        ran = await member.run(ActionChasePromise, "说好的回电呢", "chase_promise")
        assert "先替您排上队，还是换个时间打给您？" in ran.only.text
        assert ran.only.titles == ["先排队", "明天 09:00–10:00", "换个时间"]

    async def test_a_stranger_verifies_first(self, customer: Customer) -> None:
        assert (await customer.run(ActionChasePromise, "说好的回电呢", "chase_promise")).responses == [
            "reply_verify_first"
        ]


@pytest.mark.parametrize("text", ["一直答非所问，有没有人可以讲", "妳們到底有沒有在看啊", "nobody answers what I ask"])
async def test_a_parcel_that_came_is_traced_only_where_they_do_not_have_it(member: Customer, text: str) -> None:
    async with member.database.transaction() as session:
        order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
        parcel = await send(session, order, promised_at=now() - timedelta(hours=36))
        await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=now() - timedelta(hours=12))
    ran = await member.run(ActionChasePromise, text, "chase_promise", entities={"parcel_number": parcel.number})
    assert "reply_parcel_searched" not in ran.responses
    async with member.database.reading() as session:
        kinds = {each.kind for each in await promises.open_for_member(session, member.member.id)}
    assert PromiseKind.PARCEL_CHECK not in kinds, ran.responses
