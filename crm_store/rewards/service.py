"""Redeeming points for rewards, giving rewards, taking codes back, using them."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, points
from crm_store.errors import KeyReused, NotFound
from crm_store.points.movement import lock_account
from crm_store.rewards.codes import fresh_code, normalise_code
from crm_store.rewards.errors import RedemptionNotCancellable, RedemptionNotUsable, RewardUnavailable, UndoTooLate
from crm_store.rewards.models import Redemption, RedemptionStatus, Reward
from crm_store.rewards.queries import by_code


async def redeem_several(
    session: AsyncSession, member_id: int, reward_code: str, *, count: int, key: str, at: datetime | None = None
) -> list[Redemption]:
    """`redeem` so many times, each under a key of its own; all of it or nothing.

    The same key and count again give the first redemptions. Raises InsufficientPoints with the cost of them all, and
    whatever `redeem` raises.
    """
    await lock_account(session, member_id)
    keys = [key if number == 1 else f"{key}:{number}" for number in range(1, count + 1)]
    known = (await session.scalars(select(Redemption.key).where(Redemption.key.in_(keys)))).all()
    cost = (await by_code(session, reward_code)).cost * (count - len(known))
    balance = await points.balance(session, member_id, at=at or clock.now())
    if balance < cost:
        raise points.InsufficientPoints(member_id, balance, cost)
    async with session.begin_nested():
        return [await redeem(session, member_id, reward_code, key=each, at=at) for each in keys]


async def redeem(
    session: AsyncSession, member_id: int, reward_code: str, *, key: str, at: datetime | None = None
) -> Redemption:
    """Exchange points for a reward: takes the points and one of the stock, gives a code; all of it or nothing.

    The same key again gives the first redemption. Raises InsufficientPoints, RewardUnavailable, KeyReused, NotFound.
    """
    at = at or clock.now()
    # Always account before reward, so that redemptions and cancellations cannot wait for each other in a ring.
    await lock_account(session, member_id)
    if (earlier := await _earlier(session, member_id, reward_code, key=key)) is not None:
        return earlier
    reward = await _to_be_had(session, reward_code)
    balance = await points.balance(session, member_id, at=at)
    if balance < reward.cost:
        raise points.InsufficientPoints(member_id, balance, reward.cost)
    try:
        async with session.begin_nested():
            await _take_stock(session, reward)
            redemption = await _issue(session, member_id, reward, key=key, at=at)
    except IntegrityError:
        # Another member's redemption took the key while we held only our own account.
        if await session.scalar(select(Redemption.id).where(Redemption.key == key)) is None:
            raise
        raise KeyReused(key) from None
    await session.refresh(reward, ["stock"])
    return redemption


async def give(
    session: AsyncSession,
    member_id: int,
    reward_code: str,
    *,
    given_for: str,
    agent_id: int,
    key: str,
    at: datetime | None = None,
) -> Redemption:
    """Give a member a reward for nothing: one of the stock and a code, no points. `given_for`: a short code that says
    why. Whether the agent may is decided by `goodwill.give_reward`.

    The same key again gives the first one. Raises RewardUnavailable, KeyReused, NotFound.
    """
    at = at or clock.now()
    await lock_account(session, member_id)
    if (earlier := await _earlier(session, member_id, reward_code, key=key)) is not None:
        return earlier
    reward = await _to_be_had(session, reward_code)
    await _take_stock(session, reward)
    redemption = Redemption(
        member_id=member_id,
        reward_code=reward.code,
        key=key,
        points=0,
        coupon_code=await fresh_code(session),
        at=at,
        valid_until=reward.lasts_until(at),
        given_by_id=agent_id,
        given_for=given_for,
    )
    session.add(redemption)
    await session.flush()
    await session.refresh(reward, ["stock"])
    return redemption


async def cancel_redemption(
    session: AsyncSession, redemption: Redemption, *, reason: str, agent_id: int | None = None
) -> Redemption:
    """Give the points back into their lots and the piece back into stock; cancelling again changes nothing. A gift
    brings no points back: none were paid.

    Raises RedemptionNotCancellable once the code was used.
    """
    await lock_account(session, redemption.member_id)
    await session.refresh(redemption, with_for_update=True)
    if redemption.status == RedemptionStatus.CANCELLED:
        return redemption
    if redemption.status == RedemptionStatus.USED:
        raise RedemptionNotCancellable(redemption.id, redemption.status)
    if redemption.entry_id is not None:
        await points.reverse(
            session,
            entry_id=redemption.entry_id,
            reason="redemption_cancelled",
            key=f"redemption:{redemption.id}:cancel",
            agent_id=agent_id,
        )
    reward = await session.scalar(
        select(Reward).where(Reward.code == redemption.reward_code).with_for_update(),
        execution_options={"populate_existing": True},
    )
    if reward is not None and reward.stock is not None:
        reward.stock += 1
    redemption.status = RedemptionStatus.CANCELLED
    redemption.cancelled_at, redemption.cancel_reason = clock.now(), reason[:200]
    await session.flush()
    return redemption


async def undo(session: AsyncSession, redemption: Redemption, *, reason: str) -> Redemption:
    """The member gives an unused code back: `cancel_redemption`, as long as the policy's `points.undo_within` allows.

    A code that was given back already stays so. Raises UndoTooLate, RedemptionNotCancellable.
    """
    if redemption.status == RedemptionStatus.ISSUED and not redemption.undoable_now:
        raise UndoTooLate(redemption.id, redemption.undoable_until)
    return await cancel_redemption(session, redemption, reason=reason)


async def use(session: AsyncSession, coupon_code: str, *, used_on: str) -> Redemption:
    """The code was used on an order (`used_on`: its number); the same again changes nothing.

    Raises NotFound, RedemptionNotUsable.
    """
    wanted = select(Redemption).where(Redemption.coupon_code == normalise_code(coupon_code)).with_for_update()
    redemption = await session.scalar(wanted, execution_options={"populate_existing": True})
    if redemption is None:
        raise NotFound("coupon code", coupon_code)
    if redemption.status == RedemptionStatus.USED and redemption.used_on == used_on:
        return redemption
    if redemption.status != RedemptionStatus.ISSUED:
        raise RedemptionNotUsable(redemption.coupon_code, redemption.status)
    if redemption.valid_until < clock.now():
        raise RedemptionNotUsable(redemption.coupon_code, "expired")
    redemption.status, redemption.used_at, redemption.used_on = RedemptionStatus.USED, clock.now(), used_on
    await session.flush()
    return redemption


async def _earlier(session: AsyncSession, member_id: int, reward_code: str, *, key: str) -> Redemption | None:
    """What the key brought before. Raises KeyReused when it was something else."""
    earlier = await session.scalar(select(Redemption).where(Redemption.key == key))
    if earlier is not None and (earlier.member_id, earlier.reward_code) != (member_id, reward_code):
        raise KeyReused(key)
    return earlier


async def _to_be_had(session: AsyncSession, reward_code: str) -> Reward:
    """Raises NotFound, RewardUnavailable."""
    reward = await by_code(session, reward_code)
    if not reward.active:
        raise RewardUnavailable(reward_code, "inactive")
    return reward


async def _take_stock(session: AsyncSession, reward: Reward) -> None:
    """One statement decides and takes, so that two who want the last piece cannot both have it."""
    if reward.stock is None:
        return
    taken = await session.execute(
        update(Reward)
        .where(Reward.id == reward.id, Reward.stock > 0)
        .values(stock=Reward.stock - 1)
        .returning(Reward.id)
        .execution_options(synchronize_session=False)
    )
    if taken.first() is None:
        raise RewardUnavailable(reward.code, "out_of_stock")


async def _issue(session: AsyncSession, member_id: int, reward: Reward, *, key: str, at: datetime) -> Redemption:
    entry = await points.spend(
        session, member_id, points=reward.cost, reason="redeem", key=f"redeem:{key}", reference=reward.code, at=at
    )
    redemption = Redemption(
        member_id=member_id,
        reward_code=reward.code,
        key=key,
        points=reward.cost,
        coupon_code=await fresh_code(session),
        at=at,
        valid_until=reward.lasts_until(at),
        entry_id=entry.id,
    )
    session.add(redemption)
    await session.flush()
    return redemption
