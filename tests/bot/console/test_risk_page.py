"""The page of members about to leave, over HTTP: an empty shop, a shop with follow-ups, who may look."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_store import followups, risk
from crm_store.agents import Agent, Role
from crm_store.clock import now
from crm_store.followups import Arm, FollowUpOutcome, Proof, ProvedBy
from crm_store.members import MemberStatus
from crm_store.risk.judging import Judgement, Tenth
from crm_store.risk.models import ShopRhythm
from tests.bot.console.admin.test_agents_page import somebody
from tests.bot.console.conftest import Shop
from tests.bot.console.test_access import client_of, markup, sign_in
from tests.crm_store.shop import make_member, make_order

DAY = timedelta(days=1)


async def followed(shop: Shop, *, treated: tuple[int, int], control: tuple[int, int]) -> str:
    """Proved follow-ups (of so many, so many saved), and one member who is open and unhappy; their number."""
    async with shop.services.database.transaction() as session:
        agent_id = await session.scalar(select(Agent.id))
        assert agent_id is not None
        for arm, (members, saved) in ((Arm.TREATED, treated), (Arm.CONTROL, control)):
            for place in range(members):
                member = await make_member(session)
                each = await followups.open(
                    session, member_id=member.id, cause="buying_less:2026-01-01", reasons=[], score=0.8,
                    suggested_approach="invite_back", due_at=now(), arm=arm, at=now() - 80 * DAY,
                )  # fmt: skip
                if arm is Arm.TREATED:
                    await followups.record_outcome(
                        session, each, outcome=FollowUpOutcome.CONTACTED, agent_id=agent_id, at=now() - 79 * DAY
                    )
                is_saved = place < saved
                each.proof, each.proved_at = Proof.SAVED if is_saved else Proof.LOST, now() - 20 * DAY
                each.proved_by = ProvedBy.PURCHASE if is_saved else ProvedBy.SILENCE
        member = await make_member(session)
        await make_order(session, member)
        member.status = MemberStatus.LEAVING
        await risk.assess(session, member.id)
        judged = Judgement(60, (Tenth(2, 40, 0.25, 0.2), Tenth(8, 60, 0.85, 0.9)))
        session.add(
            ShopRhythm(pause_days=30, order_minor=9_000, constant=0, weights=[0.0] * 6, members=100,
                       judged=judged.as_json(), at=now())
        )  # fmt: skip
        return member.number


async def test_a_shop_nobody_has_looked_at_says_when_somebody_will(shop: Shop) -> None:
    await somebody(shop, Role.SUPERVISOR)
    async with client_of(shop) as client:
        await sign_in(client)
        assert "今晚就会看第一遍" in markup(await client.get("/console/risk"))


async def test_a_settled_gain_is_told_in_words_with_the_urgent_and_how_right_it_was(shop: Shop) -> None:
    await somebody(shop, Role.SUPERVISOR)
    number = await followed(shop, treated=(40, 30), control=(30, 6))
    async with client_of(shop) as client:
        await sign_in(client)
        page = markup(await client.get("/console/risk?days=180"))
        short = markup(await client.get("/console/risk?days=30"))
    assert "有用：每联系 100 位沉默会员，大约多回来 55 位" in page
    assert "40 人里回来了 30 人" in page
    assert "还差" in page
    assert number in page
    assert "表示过要退会" in page
    assert "把 100 位会员放回 60 天前" in page
    assert "平均差 5.0 个百分点" in page
    assert "已挽回：又下单了" in page
    assert "最近 30 天" in short
    assert "还没有可以比较的会员" in short


@pytest.mark.parametrize(
    ("treated", "control", "told"),
    [((10, 5), (10, 4), "还看不出来：目前每 100 位差 +10 位"), ((30, 3), (30, 20), "反而少回来约 57 位")],
)
async def test_what_is_not_settled_or_goes_wrong_is_said(
    shop: Shop, treated: tuple[int, int], control: tuple[int, int], told: str
) -> None:
    await somebody(shop, Role.SUPERVISOR)
    await followed(shop, treated=treated, control=control)
    async with client_of(shop) as client:
        await sign_in(client)
        assert told in markup(await client.get("/console/risk"))


async def test_agents_read_that_it_is_for_others(shop: Shop) -> None:
    await shop.agent()
    async with client_of(shop) as client:
        await sign_in(client)
        assert "这一页给主管和管理员用" in markup(await client.get("/console/risk"))
