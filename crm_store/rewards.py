"""Rewards: what points can be exchanged for, and the codes members get for them."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock, points
from crm_store.db import Base
from crm_store.errors import CrmError, KeyReused, NotFound
from crm_store.points.movement import lock_account
from crm_store.policy import policy
from crm_store.text import match_score, normalise

CODE_ALPHABET = "2346789ACDEFGHJKMNPQRTVWXY"
"""Without characters mistaken for each other: neither 0 nor O, 1 I L, 5 S, U; of B 8 and Z 2 only the digit."""
CODE_CHARACTERS = 6
GOOD_MATCH_SHARE = 0.6
"""A reward is offered when it matches at least this share of what the best one matches."""


class RewardKind(StrEnum):
    GIFT = "gift"
    COUPON = "coupon"


class RedemptionStatus(StrEnum):
    ISSUED = "issued"
    USED = "used"
    CANCELLED = "cancelled"


EXPIRED = "expired"
"""The state of a code that was issued and whose time is over; never stored."""


class Reward(Base):
    """Something to redeem. `cost` in points; `stock` is empty when there is no limit; `value_minor` and
    `min_spend_minor` in minor units of `currency`; the code is valid for `valid_days` days.
    """

    __tablename__ = "rewards"
    __table_args__ = (
        CheckConstraint("cost > 0", name="cost"),
        CheckConstraint("stock IS NULL OR stock >= 0", name="stock"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    names: Mapped[dict[str, str]]
    descriptions: Mapped[dict[str, str]] = mapped_column(default=dict)
    keywords: Mapped[list[str]] = mapped_column(default=list)
    kind: Mapped[str] = mapped_column(String(10))
    cost: Mapped[int]
    stock: Mapped[int | None]
    value_minor: Mapped[int] = mapped_column(default=0)
    min_spend_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    valid_days: Mapped[int] = mapped_column(default=90)
    active: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)

    @property
    def in_stock(self) -> bool:
        return self.stock is None or self.stock > 0


class Redemption(Base):
    """A reward in a member's hand: `points` taken for it by ledger entry `entry_id` (none for one that was given), the
    code to show, and until when."""

    __tablename__ = "redemptions"
    __table_args__ = (Index("ix_redemptions_member_id_at", "member_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    reward_code: Mapped[str] = mapped_column(ForeignKey("rewards.code"))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    points: Mapped[int]
    coupon_code: Mapped[str] = mapped_column(String(20), unique=True)
    status: Mapped[str] = mapped_column(String(20), default=RedemptionStatus.ISSUED)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    valid_until: Mapped[datetime]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("points_entries.id"))
    used_at: Mapped[datetime | None]
    used_on: Mapped[str | None] = mapped_column(String(80))
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(String(200), default="")

    def state(self, *, at: datetime | None = None) -> str:
        """A RedemptionStatus, or EXPIRED for a code that was not used in time."""
        over = self.status == RedemptionStatus.ISSUED and self.valid_until < (at or clock.now())
        return EXPIRED if over else self.status

    @property
    def undoable_until(self) -> datetime:
        """Until when the member may give an unused code back for the points."""
        return self.at + policy().points.undo_within

    @property
    def undoable_now(self) -> bool:
        """Whether that time still runs; the code may be used all the same."""
        return clock.now() <= self.undoable_until


class RewardUnavailable(CrmError):
    """The reward cannot be redeemed now. `reason`: inactive or out_of_stock."""

    code = "reward_unavailable"

    def __init__(self, reward_code: str, reason: str) -> None:
        self.reward_code, self.reason = reward_code, reason
        super().__init__(reward_code=reward_code, reason=reason)


class RedemptionNotUsable(CrmError):
    """The code cannot be used. `reason`: used, cancelled or expired."""

    code = "redemption_not_usable"

    def __init__(self, coupon_code: str, reason: str) -> None:
        self.coupon_code, self.reason = coupon_code, reason
        super().__init__(coupon_code=coupon_code, reason=reason)


class RedemptionNotCancellable(CrmError):
    """The code was used already, so the points stay spent."""

    code = "redemption_not_cancellable"

    def __init__(self, redemption_id: int, status: str) -> None:
        self.redemption_id, self.status = redemption_id, status
        super().__init__(redemption_id=redemption_id, status=status)


class UndoTooLate(CrmError):
    """The member may not give the code back any more; `until`: the moment up to which that was possible."""

    code = "undo_too_late"

    def __init__(self, redemption_id: int, until: datetime) -> None:
        self.redemption_id, self.until = redemption_id, until
        super().__init__(redemption_id=redemption_id, until=until)


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
    earlier = await session.scalar(select(Redemption).where(Redemption.key == key))
    if earlier is not None:
        if (earlier.member_id, earlier.reward_code) != (member_id, reward_code):
            raise KeyReused(key)
        return earlier
    reward = await by_code(session, reward_code)
    if not reward.active:
        raise RewardUnavailable(reward_code, "inactive")
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
    session: AsyncSession, member_id: int, reward_code: str, *, key: str, at: datetime | None = None
) -> Redemption:
    """A reward that costs the member nothing, as an apology: one of the stock and a code, no points.

    The same key again gives the first one. Raises RewardUnavailable, KeyReused, NotFound.
    """
    at = at or clock.now()
    await lock_account(session, member_id)
    earlier = await session.scalar(select(Redemption).where(Redemption.key == key))
    if earlier is not None:
        if (earlier.member_id, earlier.reward_code) != (member_id, reward_code):
            raise KeyReused(key)
        return earlier
    reward = await by_code(session, reward_code)
    if not reward.active:
        raise RewardUnavailable(reward_code, "inactive")
    await _take_stock(session, reward)
    given = await _write_code(session, member_id, reward, key=key, at=at)
    await session.refresh(reward, ["stock"])
    return given


async def cancel_redemption(
    session: AsyncSession, redemption: Redemption, *, reason: str, agent_id: int | None = None
) -> Redemption:
    """Give the points back into their lots and the piece back into stock; cancelling again changes nothing.

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


def normalise_code(text: str) -> str:
    """HK-7Q2M-9D from any way of typing it."""
    characters = "".join(ch for ch in text.upper() if ch.isalnum())
    if len(characters) > CODE_CHARACTERS:
        characters = characters.removeprefix("HK")
    return f"HK-{characters[:4]}-{characters[4:]}"


def _one_character_of(text: str, texts: list[str]) -> bool:
    """Whether `text` is a single Chinese character that stands in a name: 包 for 帆布托特包."""
    flat = normalise(text)
    return len(flat) == 1 and not flat.isascii() and any(flat in normalise(each) for each in texts)


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
    return await _write_code(session, member_id, reward, key=key, at=at, points_taken=reward.cost, entry_id=entry.id)


async def _write_code(
    session: AsyncSession,
    member_id: int,
    reward: Reward,
    *,
    key: str,
    at: datetime,
    points_taken: int = 0,
    entry_id: int | None = None,
) -> Redemption:
    redemption = Redemption(
        member_id=member_id,
        reward_code=reward.code,
        key=key,
        points=points_taken,
        coupon_code=await _fresh_code(session),
        at=at,
        valid_until=_end_of_day(at + timedelta(days=reward.valid_days)),
        entry_id=entry_id,
    )
    session.add(redemption)
    await session.flush()
    return redemption


async def _fresh_code(session: AsyncSession) -> str:
    """An unused code; of 300 million, so that guessing one that is valid is hopeless."""
    while True:
        characters = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_CHARACTERS))
        code = normalise_code(characters)
        if await session.scalar(select(Redemption.id).where(Redemption.coupon_code == code)) is None:
            return code


def _end_of_day(moment: datetime) -> datetime:
    """The last second of that day at the shop."""
    return moment.astimezone(clock.business_zone()).replace(hour=23, minute=59, second=59, microsecond=0)
