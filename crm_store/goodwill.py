"""Goodwill: points and rewards that an agent gives a member of their own accord, within the limit of the agent's role.

The limit (the policy's `goodwill`) is in points and holds for what one agent gives one member within a span; a reward
counts with the points it costs to redeem. What is above it needs somebody whose role allows it.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import agents, clock, points, rewards
from crm_store.errors import CrmError
from crm_store.points import EarnReason, Entry
from crm_store.points.movement import lock_account
from crm_store.policy import policy
from crm_store.rewards import Redemption, RedemptionStatus, Reward


class GiftOccasion(StrEnum):
    """Why the shop gives something. Codes, no words of the agent: the ledger is kept for ever and holds nothing
    personal."""

    DELAY = "delay"
    FAULT = "fault"
    SERVICE = "service"
    THANKS = "thanks"
    WIN_BACK = "win_back"
    OTHER = "other"


class GoodwillAboveLimit(CrmError):
    """More than the agent may give: `wanted` points, of the `limit` of the role `left` are left for this member."""

    code = "goodwill_above_limit"

    def __init__(self, wanted: int, *, left: int, limit: int) -> None:
        self.wanted, self.left, self.limit = wanted, left, limit
        super().__init__(f"{wanted} points, {left} of {limit} left", wanted=wanted, left=left, limit=limit)


class GoodwillNotPositive(CrmError):
    """Goodwill is at least one point."""

    code = "goodwill_not_positive"


async def left_for(session: AsyncSession, member_id: int, *, agent_id: int, at: datetime | None = None) -> int:
    """How many points the agent may still give this member. Raises NotFound."""
    agent = await agents.get(session, agent_id)
    given = await _given(session, member_id, agent_id=agent_id, at=at or clock.now())
    return max(0, _limit(agent.role) - given)


async def give_points(
    session: AsyncSession,
    member_id: int,
    *,
    amount: int,
    occasion: GiftOccasion | str,
    agent_id: int,
    key: str,
    reference: str | None = None,
    at: datetime | None = None,
) -> Entry:
    """Give `amount` whole points, which do not count towards the level; the same key again gives the first entry.

    `reference`: the number of the order or complaint it is for. Raises GoodwillAboveLimit, GoodwillNotPositive,
    KeyReused, NotFound.
    """
    if amount <= 0:
        raise GoodwillNotPositive(amount=amount)
    # Under the lock of the account, so that two gifts at once cannot both find the limit untouched.
    await lock_account(session, member_id)
    if await points.entry_by_key(session, key) is None:
        await _check(session, member_id, amount, agent_id=agent_id, at=at)
    return await points.earn(
        session,
        member_id,
        points=amount,
        reason=EarnReason.GOODWILL,
        key=key,
        reference=reference,
        at=at,
        qualifies=False,
        agent_id=agent_id,
        details={"occasion": GiftOccasion(occasion).value},
    )


async def give_reward(
    session: AsyncSession,
    member_id: int,
    reward_code: str,
    *,
    occasion: GiftOccasion | str,
    agent_id: int,
    key: str,
    at: datetime | None = None,
) -> Redemption:
    """Give a reward of the catalogue for nothing; it counts with its cost. The same key again gives the first one.

    Raises GoodwillAboveLimit, RewardUnavailable, KeyReused, NotFound.
    """
    await lock_account(session, member_id)
    if await session.scalar(select(Redemption.id).where(Redemption.key == key)) is None:
        reward = await rewards.by_code(session, reward_code)
        await _check(session, member_id, reward.cost, agent_id=agent_id, at=at)
    return await rewards.give(
        session, member_id, reward_code, given_for=GiftOccasion(occasion).value, agent_id=agent_id, key=key, at=at
    )


def _limit(role: str) -> int:
    limit: int = policy().goodwill.points[role]
    return limit


async def _check(session: AsyncSession, member_id: int, wanted: int, *, agent_id: int, at: datetime | None) -> None:
    left = await left_for(session, member_id, agent_id=agent_id, at=at)
    if wanted > left:
        raise GoodwillAboveLimit(wanted, left=left, limit=_limit((await agents.get(session, agent_id)).role))


async def _given(session: AsyncSession, member_id: int, *, agent_id: int, at: datetime) -> int:
    """Points this agent gave the member within the span, and the cost of the rewards, those taken back left out."""
    since = at - policy().goodwill.within
    taken_back = select(Entry.reverses_id).where(Entry.member_id == member_id, Entry.reverses_id.is_not(None))
    in_points = select(func.coalesce(func.sum(Entry.points), 0)).where(
        Entry.member_id == member_id,
        Entry.agent_id == agent_id,
        Entry.reason == EarnReason.GOODWILL,
        Entry.points > 0,
        Entry.at > since,
        Entry.id.not_in(taken_back),
    )
    in_rewards = (
        select(func.coalesce(func.sum(Reward.cost), 0))
        .join(Redemption, Redemption.reward_code == Reward.code)
        .where(
            Redemption.member_id == member_id,
            Redemption.given_by_id == agent_id,
            Redemption.status != RedemptionStatus.CANCELLED,
            Redemption.at > since,
        )
    )
    return int(await session.scalar(in_points) or 0) + int(await session.scalar(in_rewards) or 0)
