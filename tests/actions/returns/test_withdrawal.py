"""Taking back what is registered: by number, by kind, by the thing, one or several with one question."""

from typing import Any

import pytest

from crm_store import returns
from crm_store.returns import ReturnKind, ReturnReason, ReturnStatus
from tests.actions.conftest import Customer
from tests.actions.returns.talking import Heard, bought, press, requests, say

pytestmark = pytest.mark.usefixtures("frozen_clock")

ACT = {"act": "return_or_refund"}


async def registered(member: Customer) -> None:
    """A repair of the lamp (R-2026-0001) and an exchange of the buds (R-2026-0002)."""
    for thing, kind in (("lamp", ReturnKind.REPAIR), ("buds", ReturnKind.EXCHANGE)):
        order = await bought(member, thing)
        async with member.database.transaction() as session:
            await returns.open_return(
                session, order, order.lines[0], reason=ReturnReason.QUALITY, kind=kind, key=f"open-{thing}"
            )


async def states(member: Customer) -> dict[str, str]:
    return {each.number: each.status for each in await requests(member)}


async def undo(member: Customer, text: str, **more: Any) -> Heard:
    return await say(member, text, "undo", spoken_of=ACT | more.pop("beside", {}), **more)


class TestSeveral:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("cancel R-2026-0001 and r 2026 2", "en"),
            ("cancel everything, the repair and the exchange both", "en"),
            ("把维修和换货两个申请都撤了", "zh-Hans"),
            ("申請全部取消", "zh-Hant"),
        ],
    )
    async def test_one_question_names_both(self, member: Customer, text: str, language: str) -> None:
        await registered(member)
        asked = await undo(member, text, language=language)
        assert asked.responses == ["reply_return_withdraw_confirm_all"]
        assert "R-2026-0001" in asked.text
        assert "R-2026-0002" in asked.text
        assert set((await states(member)).values()) == {ReturnStatus.REQUESTED}
        done = await press(member, next(iter(asked.buttons.values())))
        assert sorted(done.responses) == ["reply_repair_withdrawn", "reply_return_withdrawn"]
        assert set((await states(member)).values()) == {ReturnStatus.CANCELLED}

    async def test_another_one_is_added_to_the_question(self, member: Customer) -> None:
        await registered(member)
        asked = await undo(member, "台灯那个也一起", beside={"choice": "R-2026-0002"})
        assert asked.responses == ["reply_return_withdraw_confirm_all"]

    async def test_which_of_them(self, member: Customer) -> None:
        await registered(member)
        order = await bought(member, "bedding")
        async with member.database.transaction() as session:
            await returns.open_return(
                session, order, order.lines[0], reason=ReturnReason.QUALITY, kind=ReturnKind.EXCHANGE, key="third"
            )
        asked = await undo(member, "换货申请撤了吧")
        assert asked.responses == ["reply_return_withdraw_which"]
        chosen = await press(member, next(iter(asked.buttons.values())))
        assert chosen.responses == ["reply_return_withdraw_confirm"]


class TestOne:
    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("檯燈維修申請撤掉好了", "R-2026-0001"),
            ("台灯的不修了，撤了", "R-2026-0001"),
            ("cancel the lamp repair", "R-2026-0001"),
            ("R-2026-0001 的维修我不要了", "R-2026-0001"),
            ("耳机的换货取消", "R-2026-0002"),
            ("withdraw the exchange", "R-2026-0002"),
            ("cancel the return R-2026-0002 please", "R-2026-0002"),
        ],
    )
    async def test_the_one_that_is_named_not_the_one_spoken_of(self, member: Customer, text: str, number: str) -> None:
        await registered(member)
        other = "R-2026-0002" if number == "R-2026-0001" else "R-2026-0001"
        asked = await undo(member, text, slots={"focus": {"return": other}})
        assert asked.responses == ["reply_return_withdraw_confirm"]
        assert number in asked.text
        assert other not in asked.text

    async def test_what_is_not_registered_touches_nothing_else(self, member: Customer) -> None:
        await registered(member)
        await bought(member, "bedding")
        asked = await undo(member, "四件套的维修撤掉", slots={"focus": {"return": "R-2026-0002"}})
        assert asked.responses == ["reply_return_withdraw_not_that"]
        unknown = await undo(member, "撤销 R-2026-0999")
        assert unknown.responses == ["reply_return_withdraw_not_that"]

    @pytest.mark.parametrize(
        "text", ["Cancel the exchange I asked for and give me my money back", "换货取消，退钱给我"]
    )
    async def test_money_in_place_of_the_exchange(self, member: Customer, text: str) -> None:
        await registered(member)
        told = await say(member, text, "return_or_refund")
        assert told.responses == ["reply_return_change_to_return"]
        assert "R-2026-0002" in told.text


class TestHowFar:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("how are my repair and exchange going", "en"),
            ("现在耳机换货跟台灯维修各到哪了", "zh-Hans"),
            ("R-2026-0001 跟 R-2026-0002 現在怎樣", "zh-Hant"),
            ("到底有没有帮我登记", "zh-Hans"),
        ],
    )
    async def test_all_are_told(self, member: Customer, text: str, language: str) -> None:
        await registered(member)
        told = await say(member, text, "ask_refund_status", language=language)
        assert told.responses == ["reply_requests_running"]
        assert "R-2026-0001" in told.text
        assert "R-2026-0002" in told.text

    async def test_the_one_that_is_asked_about(self, member: Customer) -> None:
        await registered(member)
        told = await say(member, "how is the lamp repair coming along", "ask_refund_status", language="en")
        assert told.responses == ["reply_return_status"]
        assert "R-2026-0001" in told.text

    @pytest.mark.parametrize(
        ("text", "language"),
        [("到底有沒有幫我登記退貨", "zh-Hant"), ("did you register it or not", "en"), ("登记了没", "zh-Hans")],
    )
    async def test_nothing_is_registered_yet(self, member: Customer, text: str, language: str) -> None:
        await bought(member, "lamp")
        told = await say(member, text, "ask_refund_status", language=language)
        assert told.responses == ["reply_request_none_yet"]
