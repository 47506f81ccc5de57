"""Members who bring friends: a code to pass on, and points for both once the friend's first order is complete."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock, locks, points
from crm_store.db import Base
from crm_store.errors import CrmError
from crm_store.members import Member, MemberStatus
from crm_store.points import EarnReason, Entry
from crm_store.policy import policy
from crm_store.rewards.codes import CODE_ALPHABET

CODE_CHARACTERS = 6
YEAR = timedelta(days=365)


class ReferralProblem(StrEnum):
    NO_PROGRAMME = "no_programme"
    UNKNOWN_CODE = "unknown_code"
    OWN_CODE = "own_code"
    EACH_OTHER = "each_other"
    NAMED_BEFORE = "named_before"
    TOO_LATE = "too_late"
    BOUGHT_BEFORE = "bought_before"
    NOT_ACTIVE = "not_active"


class ReferralRefused(CrmError):
    """The friend's code brings nothing; `problem` says why."""

    code = "referral_refused"

    def __init__(self, problem: ReferralProblem) -> None:
        self.problem = problem
        super().__init__(f"referral refused: {problem}", problem=problem.value)


class ReferralCode(Base):
    """What a member passes on to friends."""

    __tablename__ = "referral_codes"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Referral(Base):
    """A friend who named a member's code. `order_number`, `rewarded_at`: the friend's first complete order, and when it
    brought both their points."""

    __tablename__ = "referrals"

    id: Mapped[int] = mapped_column(primary_key=True)
    referrer_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    friend_id: Mapped[int] = mapped_column(ForeignKey("members.id"), unique=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    order_number: Mapped[str | None] = mapped_column(String(80), index=True)
    rewarded_at: Mapped[datetime | None]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A member's referrals: the code, empty before it is asked for first; how many friends named it, and how many of
    them have brought points."""

    code: str
    named: int
    rewarded: int


def is_offered() -> bool:
    """Whether the shop gives points for it."""
    rules = policy().points.referral
    return bool(rules.member or rules.friend)


async def code_of(session: AsyncSession, member: Member) -> str:
    """The member's code, made when it is asked for first. Raises ReferralRefused."""
    _require_active(member)
    await locks.hold(session, f"referral_code:{member.id}")
    found = await session.get(ReferralCode, member.id)
    if found is None:
        found = ReferralCode(member_id=member.id, code=await _fresh_code(session))
        session.add(found)
        await session.flush()
    return found.code


async def name_code(session: AsyncSession, friend: Member, code: str, *, at: datetime | None = None) -> Referral:
    """The friend says whose code brought them; the same code again gives the first referral. Raises ReferralRefused."""
    at = at or clock.now()
    _require_active(friend)
    wanted = select(ReferralCode.member_id).where(ReferralCode.code == normalise_code(code))
    referrer_id = await session.scalar(wanted)
    if referrer_id is None:
        raise ReferralRefused(ReferralProblem.UNKNOWN_CODE)
    if referrer_id == friend.id:
        raise ReferralRefused(ReferralProblem.OWN_CODE)
    # Both in the order of their ids: two who name each other at once come one after the other, and never crosswise.
    for member_id in sorted((friend.id, referrer_id)):
        await locks.hold(session, f"referral:{member_id}")
    back = select(Referral.id).where(Referral.friend_id == referrer_id, Referral.referrer_id == friend.id)
    if await session.scalar(back) is not None:
        raise ReferralRefused(ReferralProblem.EACH_OTHER)
    known = await session.scalar(select(Referral).where(Referral.friend_id == friend.id))
    if known is not None:
        if known.referrer_id != referrer_id:
            raise ReferralRefused(ReferralProblem.NAMED_BEFORE)
        return known
    if at > friend.joined_at + policy().points.referral.named_within:
        raise ReferralRefused(ReferralProblem.TOO_LATE)
    if await _has_bought(session, friend.id):
        raise ReferralRefused(ReferralProblem.BOUGHT_BEFORE)
    referral = Referral(referrer_id=referrer_id, friend_id=friend.id, at=at)
    session.add(referral)
    await session.flush()
    return referral


async def standing(session: AsyncSession, member_id: int) -> Standing:
    """How a member's referrals stand."""
    code = await session.scalar(select(ReferralCode.code).where(ReferralCode.member_id == member_id))
    counts = select(func.count(), func.count(Referral.rewarded_at)).where(Referral.referrer_id == member_id)
    named, rewarded = (await session.execute(counts)).one()
    return Standing(code=code or "", named=named, rewarded=rewarded)


async def waiting(session: AsyncSession, member_ids: Collection[int]) -> set[int]:
    """Those of the members who named a code and whose first complete order is still to come."""
    rows = select(Referral.friend_id).where(Referral.friend_id.in_(member_ids), Referral.rewarded_at.is_(None))
    return set((await session.scalars(rows)).all())


async def reward(session: AsyncSession, friend: Member, *, order_number: str, at: datetime) -> list[Entry]:
    """Points for the friend's first complete order: for the friend, and for who recommended while active and below the
    policy's number of friends a year. None for who named no code, or whose order was not the first."""
    referral = await session.scalar(select(Referral).where(Referral.friend_id == friend.id).with_for_update())
    if referral is None or referral.rewarded_at is not None:
        return []
    referral.order_number, referral.rewarded_at = order_number, at
    rules = policy().points.referral
    shares = [(friend.id, "friend", rules.friend)]
    if await _may_be_thanked(session, referral, at=at):
        shares.append((referral.referrer_id, "member", rules.member))
    # Accounts are locked in the order of their ids, so that two friends of each other never wait crosswise.
    return [
        await points.earn(
            session, member_id, points=amount, reason=EarnReason.REFERRAL, key=f"referral:{referral.id}:{role}", at=at,
            qualifies=False, details={"referral": referral.id, "as": role},
        )
        for member_id, role, amount in sorted(shares)
        if amount
    ]  # fmt: skip


async def take_back(session: AsyncSession, order_number: str, *, at: datetime) -> list[Entry]:
    """The order that brought the points is over: both give theirs back, and owe what they have spent."""
    referral = await session.scalar(select(Referral).where(Referral.order_number == order_number).with_for_update())
    if referral is None:
        return []
    written = []
    for role in ("friend", "member"):
        earned = await points.entry_by_key(session, f"referral:{referral.id}:{role}")
        if earned is not None and not await _is_reversed(session, earned):
            key = f"referral:{referral.id}:{role}:back"
            written.append(
                await points.reverse(session, entry_id=earned.id, reason="return", key=key, at=at, owing=True)
            )
    return written


def normalise_code(text: str) -> str:
    """T-7Q2M9D from any way of typing it."""
    characters = "".join(each for each in text.upper() if each.isalnum())
    return f"T-{characters[-CODE_CHARACTERS:]}"


def _require_active(member: Member) -> None:
    if not is_offered():
        raise ReferralRefused(ReferralProblem.NO_PROGRAMME)
    if member.status not in (MemberStatus.ACTIVE, MemberStatus.LEAVING):
        raise ReferralRefused(ReferralProblem.NOT_ACTIVE)


async def _may_be_thanked(session: AsyncSession, referral: Referral, *, at: datetime) -> bool:
    referrer = await session.get(Member, referral.referrer_id)
    if referrer is None or referrer.status != MemberStatus.ACTIVE:
        return False
    thanked = select(func.count()).where(
        Referral.referrer_id == referrer.id, Referral.id != referral.id, Referral.rewarded_at > at - YEAR
    )
    return (await session.scalar(thanked) or 0) < policy().points.referral.friends_a_year


async def _has_bought(session: AsyncSession, member_id: int) -> bool:
    bought = select(Entry.id).where(Entry.member_id == member_id, Entry.reason == EarnReason.PURCHASE)
    return await session.scalar(bought.limit(1)) is not None


async def _is_reversed(session: AsyncSession, entry: Entry) -> bool:
    return await session.scalar(select(Entry.id).where(Entry.reverses_id == entry.id)) is not None


async def _fresh_code(session: AsyncSession) -> str:
    while True:
        code = normalise_code("".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_CHARACTERS)))
        if await session.scalar(select(ReferralCode.member_id).where(ReferralCode.code == code)) is None:
            return code
