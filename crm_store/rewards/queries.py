"""Finding rewards, and the codes a member holds."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock
from crm_store.errors import NotFound
from crm_store.rewards.codes import normalise_code
from crm_store.rewards.models import Redemption, RedemptionStatus, Reward
from crm_store.text import match_score, normalise

GOOD_MATCH_SHARE = 0.6
"""A reward is offered when it matches at least this share of what the best one matches."""


async def catalogue(session: AsyncSession, *, in_stock_only: bool = False) -> list[Reward]:
    """Everything on offer, in the shop's order, then the cheapest first."""
    rows = select(Reward).where(Reward.active).order_by(Reward.position, Reward.cost, Reward.id)
    found = (await session.scalars(rows)).all()
    return [reward for reward in found if reward.in_stock or not in_stock_only]


async def affordable(session: AsyncSession, balance: int) -> list[Reward]:
    """What `balance` points are enough for, the most expensive first."""
    offered = await catalogue(session, in_stock_only=True)
    return sorted((reward for reward in offered if reward.cost <= balance), key=lambda reward: -reward.cost)


async def by_code(session: AsyncSession, code: str) -> Reward:
    """Raises NotFound."""
    reward = await session.scalar(select(Reward).where(Reward.code == code))
    if reward is None:
        raise NotFound("reward", code)
    return reward


async def find_by_words(session: AsyncSession, text: str, *, limit: int = 3) -> list[Reward]:
    """Rewards a customer may mean by `text`, best first: names in any script, other names, the value of a voucher."""
    scored = []
    for reward in await catalogue(session):
        texts = [*reward.names.values(), *reward.keywords]
        values = (reward.value_minor // 100, reward.cost) if reward.value_minor else (reward.cost,)
        score = match_score(text, texts, values=values)
        if score >= 1 or _one_character_of(text, texts):
            scored.append((score, reward))
    scored.sort(key=lambda pair: (-pair[0], pair[1].cost))
    return [reward for score, reward in scored if score >= scored[0][0] * GOOD_MATCH_SHARE][:limit]


async def for_member(session: AsyncSession, member_id: int, *, limit: int = 20) -> list[Redemption]:
    """The member's redemptions, newest first."""
    rows = select(Redemption).where(Redemption.member_id == member_id)
    return list((await session.scalars(rows.order_by(Redemption.at.desc(), Redemption.id.desc()).limit(limit))).all())


async def held(session: AsyncSession, member_id: int) -> list[tuple[Redemption, Reward]]:
    """Codes the member can still use, each with its reward, the one that ends first at the head."""
    rows = (
        select(Redemption, Reward)
        .join(Reward, Reward.code == Redemption.reward_code)
        .where(
            Redemption.member_id == member_id,
            Redemption.status == RedemptionStatus.ISSUED,
            Redemption.valid_until >= clock.now(),
        )
        .order_by(Redemption.valid_until, Redemption.id)
    )
    return [(redemption, reward) for redemption, reward in (await session.execute(rows)).all()]


async def with_code(session: AsyncSession, member_id: int, coupon_code: str) -> Redemption | None:
    """The member's redemption with that code, however it is typed; another member's is as unknown as any."""
    wanted = select(Redemption).where(
        Redemption.member_id == member_id, Redemption.coupon_code == normalise_code(coupon_code)
    )
    return await session.scalar(wanted)


def _one_character_of(text: str, texts: list[str]) -> bool:
    """Whether `text` is a single Chinese character that stands in a name: 包 for 帆布托特包."""
    flat = normalise(text)
    return len(flat) == 1 and not flat.isascii() and any(flat in normalise(each) for each in texts)
