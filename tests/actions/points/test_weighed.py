"""A question of a rule is told before the codes that are held; the codes where they are asked for."""

import pytest
import pytest_asyncio

from actions.points.balance import ActionPointsExpiring
from actions.points.offers import ActionRewards
from actions.points.vouchers import ActionVouchers
from bot.demo import seed
from crm_store import members, proactive, rewards
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.language import Language
from crm_store.proactive import Topic
from tests.actions.conftest import Customer
from tests.actions.shelf import give, stock


@pytest_asyncio.fixture
async def lin(database: Database, member: Customer, frozen_clock: FrozenClock) -> Customer:
    """A member with points, who holds a voucher, at a shop with articles."""
    assert member.member is not None
    await stock(database)
    await give(database, member.member, 3000)
    async with database.transaction() as session:
        await seed.write_articles(session)
        await rewards.redeem_several(session, member.member.id, "voucher_50", count=1, key="a")
    return member


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("does a voucher come back if I return what I bought with it", Language.EN),
        ("两张优惠券能一起用吗", Language.ZH_HANS),
        ("兩張券可以一起用嗎", Language.ZH_HANT),
    ],
)
async def test_the_rule_comes_first(lin: Customer, text: str, language: Language) -> None:
    ran = await lin.run(ActionVouchers, text, "ask_vouchers", language=language)
    assert "HK-" not in ran.only.text


@pytest.mark.parametrize("text", ["手里有什么券", "我那张券什么时候到期", "券码发我"])
async def test_the_own_code_is_told_to_who_asks_for_it(lin: Customer, text: str) -> None:
    assert "HK-" in (await lin.run(ActionVouchers, text, "ask_vouchers")).only.text


async def test_reminders_are_told_with_nothing_to_buy(database: Database, lin: Customer) -> None:
    ran = await lin.run(
        ActionPointsExpiring, "积分到期前会提醒我吗", "ask_points_expiring", entities={"choice": "reminded"}
    )
    assert "现在就是开着的" in ran.said[-1].text
    assert not any("够换" in reply.text for reply in ran.said)
    assert lin.member is not None
    async with database.transaction() as session:
        await proactive.stop(session, await members.get(session, lin.member.id), [Topic.POINTS])
    ran = await lin.run(
        ActionPointsExpiring, "积分到期前会提醒我吗", "ask_points_expiring", entities={"choice": "reminded"}
    )
    assert "停着" in ran.said[-1].text


async def test_which_of_them_is_no_question_of_the_one_told_of(lin: Customer) -> None:
    ran = await lin.run(ActionRewards, "那我够换哪个", "ask_rewards", slots={"focus": {"reward": "voucher_20"}})
    assert len(ran.only.buttons) > 1
