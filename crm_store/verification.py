"""Proof that a visitor is a member: one-time codes to an address we know, and one-time link tokens."""

import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock, identities, locks, members
from crm_store.crypto import blind_index, normalise_email
from crm_store.db import Base
from crm_store.errors import CrmError
from crm_store.identities import Identity, VerifiedBy
from crm_store.members import Member, MemberStatus
from crm_store.phones import normalise_phone
from crm_store.policy import policy

CODE_DIGITS = 6
LINK_BYTES = 24  # 32 characters: a Telegram deep link carries at most 64


class OneTimeCode(Base):
    """A code that was asked for. `member_id` is empty when the address belongs to nobody: no code was sent then,
    and every check against it fails exactly like a wrong code. Neither code nor address is readable here.
    """

    __tablename__ = "one_time_codes"
    __table_args__ = (
        CheckConstraint("tries >= 0", name="tries"),
        Index("ix_one_time_codes_identity_id_created_at", "identity_id", "created_at"),
        Index("ix_one_time_codes_target_index_created_at", "target_index", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identities.id"))
    target: Mapped[str] = mapped_column(String(10))  # email, phone, or new_email: an address to be proved in any case
    target_index: Mapped[str] = mapped_column(String(64))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LinkToken(Base):
    """A one-time token in a link given to a signed-in member, for example in the shop's app."""

    __tablename__ = "link_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by_identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"))


class NoSuchMember(CrmError):
    """The member a proof was made for is gone."""

    code = "no_such_member"


class CodeWrong(CrmError):
    """Not the code we sent, or not a link we gave. The wrong try stays counted. `tries_left` is empty for links."""

    code = "code_wrong"
    keeps_work = True

    def __init__(self, tries_left: int | None = None) -> None:
        self.tries_left = tries_left
        super().__init__(tries_left=tries_left)


class CodeExpired(CrmError):
    """There is no code or link that could still be used: too old, already used, or never asked for."""

    code = "code_expired"


class TooManyTries(CrmError):
    """The code was guessed wrongly too often and is void; another one can be asked for."""

    code = "too_many_tries"
    keeps_work = True


class TooManyCodes(CrmError):
    """Codes are asked for too quickly or too often; the next one from `retry_at`."""

    code = "too_many_codes"

    def __init__(self, retry_at: datetime) -> None:
        self.retry_at = retry_at
        super().__init__(retry_at=retry_at)


class StartedCode(NamedTuple):
    """`code` is empty when the address belongs to nobody: send nothing then, and tell the customer the same words."""

    code: str | None
    expires_at: datetime


async def start_code(
    session: AsyncSession, identity: Identity, *, email: str | None = None, phone: str | None = None
) -> StartedCode:
    """Make a one-time code for the address given (exactly one of the two); the caller sends it there.

    An earlier code of the identity is void from now on. An unknown address goes through the same limits and leaves the
    same traces, so that nobody learns here who is a member. Raises TooManyCodes; ProfileInvalid for what is no address.
    """
    field, address = ("email", email) if email is not None else ("phone", phone)
    if address is None or (email is not None and phone is not None):
        raise ValueError("a code goes to an e-mail address or to a phone number")
    if not (members.is_email(address) if field == "email" else members.is_phone(address)):
        raise members.ProfileInvalid(field, f"not_{'an_email' if field == 'email' else 'a_phone'}")
    member = await (members.by_email if field == "email" else members.by_phone)(session, address)
    normalised = normalise_email(address) if field == "email" else normalise_phone(address)
    code, expires_at = await _make_code(session, identity, target=field, address=normalised, member=member)
    return StartedCode(code if member else None, expires_at)


async def start_address_code(session: AsyncSession, identity: Identity, *, email: str) -> StartedCode:
    """Make a code that proves only that the customer reads mail at `email`, whether or not a member has that address.

    For joining and for a new address in the profile: it is always sent, so that it looks the same for every address.
    Raises TooManyCodes, ProfileInvalid.
    """
    if not members.is_email(email):
        raise members.ProfileInvalid("email", "not_an_email")
    address = normalise_email(email)
    return StartedCode(*await _make_code(session, identity, target="new_email", address=address, member=None))


async def check_address_code(session: AsyncSession, identity: Identity, code: str, *, email: str) -> None:
    """Prove the address that `start_address_code` made a code for; the same right code again proves it again.

    Raises CodeWrong, TooManyTries, CodeExpired; the first two keep their work, as in `check_code`.
    """
    asked = await _asked_code(session, identity)
    meant = asked.target == "new_email" and asked.target_index == blind_index(normalise_email(email), "email")
    if not meant:
        raise CodeExpired
    await _count_try(session, asked, right=_is_right(asked, identity, code))
    asked.used_at = asked.used_at or clock.now()
    await session.flush()


async def check_code(session: AsyncSession, identity: Identity, code: str) -> Member:
    """The member whom `code` proves; the identity is bound to it. The same right code again gives the same member.

    Raises CodeWrong, TooManyTries, CodeExpired, NoSuchMember. The first two keep their work: let them leave
    `Database.transaction()`, or commit when you catch them inside, or guessing would be free.
    """
    await identities.lock(session, identity)
    asked = await _asked_code(session, identity)
    right = _is_right(asked, identity, code) and asked.member_id is not None
    if asked.used_at is not None:
        if right and identity.member_id == asked.member_id:
            return await members.get(session, identity.member_id or 0)
        raise CodeExpired
    await _count_try(session, asked, right=right)
    asked.used_at = clock.now()
    by = VerifiedBy.EMAIL_CODE if asked.target == "email" else VerifiedBy.SMS_CODE
    return await _prove(session, identity, asked.member_id, by=by)


async def create_link_token(
    session: AsyncSession, member: Member, *, created_by: str = "", life: timedelta | None = None
) -> str:
    """A token for a link that binds whoever opens it first; readable only here, the store keeps a hash.

    `life`: how long it may be opened, by default as long as the policy says.
    """
    token = secrets.token_urlsafe(LINK_BYTES)
    now = clock.now()
    session.add(
        LinkToken(
            member_id=member.id,
            token_hash=blind_index(token, "link-token"),
            created_by=created_by,
            created_at=now,
            expires_at=now + (life or policy().verification.link_valid),
        )
    )
    await session.flush()
    return token


def is_link_token(text: str) -> bool:
    """Whether a text has the form of a token: a deep link may also carry where somebody comes from."""
    return re.fullmatch(r"[A-Za-z0-9_-]+", text.strip()) is not None and len(text.strip()) == LINK_BYTES * 4 // 3


async def redeem_link_token(session: AsyncSession, identity: Identity, token: str) -> Member:
    """The member whom the link was given to; the identity is bound to it. The same identity may open it again.

    Raises CodeWrong for a token we never gave, CodeExpired for an old one or one another identity used, NoSuchMember.
    """
    await identities.lock(session, identity)
    wanted = select(LinkToken).where(LinkToken.token_hash == blind_index(token.strip(), "link-token"))
    link = await session.scalar(wanted.with_for_update(), execution_options={"populate_existing": True})
    if link is None:
        raise CodeWrong
    if link.used_at is not None:
        if link.used_by_identity_id == identity.id and identity.member_id == link.member_id:
            return await members.get(session, link.member_id)
        raise CodeExpired
    if link.expires_at < clock.now():
        raise CodeExpired
    link.used_at, link.used_by_identity_id = clock.now(), identity.id
    return await _prove(session, identity, link.member_id, by=VerifiedBy.LINK_TOKEN)


async def _make_code(
    session: AsyncSession, identity: Identity, *, target: str, address: str, member: Member | None
) -> tuple[str, datetime]:
    """The code and its end, for an already normalised address, within the limits. Raises TooManyCodes."""
    target_index = blind_index(address, "phone" if target == "phone" else "email")
    # Two requests at once must not both pass the limits, whether they share the identity or the address.
    for name in sorted((f"code:{identity.id}", f"code:{target_index}")):
        await locks.hold(session, name)
    now = clock.now()
    await _respect_limits(session, identity, target_index, now)
    valid = policy().verification.code_valid
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    session.add(
        OneTimeCode(
            identity_id=identity.id,
            target=target,
            target_index=target_index,
            member_id=member.id if member else None,
            code_hash=_hash(identity, code),
            created_at=now,
            expires_at=now + valid,
        )
    )
    await session.flush()
    return code, now + valid


async def _asked_code(session: AsyncSession, identity: Identity) -> OneTimeCode:
    """The newest code of the identity, locked, that may still be tried. Raises CodeExpired, TooManyTries."""
    latest = select(OneTimeCode).where(OneTimeCode.identity_id == identity.id).order_by(OneTimeCode.id.desc()).limit(1)
    asked = await session.scalar(latest.with_for_update(), execution_options={"populate_existing": True})
    if asked is None or asked.expires_at < clock.now():
        raise CodeExpired
    if asked.tries >= policy().verification.code_tries:
        raise TooManyTries
    return asked


def _is_right(asked: OneTimeCode, identity: Identity, code: str) -> bool:
    digits = "".join(ch for ch in code if ch.isalnum())
    return hmac.compare_digest(asked.code_hash, _hash(identity, digits))


async def _count_try(session: AsyncSession, asked: OneTimeCode, *, right: bool) -> None:
    if right:
        return
    asked.tries += 1
    await session.flush()
    if asked.tries >= policy().verification.code_tries:
        raise TooManyTries
    raise CodeWrong(policy().verification.code_tries - asked.tries)


async def _prove(session: AsyncSession, identity: Identity, member_id: int | None, *, by: VerifiedBy) -> Member:
    member = await session.get(Member, member_id)
    if member is None or member.status == MemberStatus.ERASED:
        raise NoSuchMember
    await identities.bind(session, identity, member, by=by)
    return member


async def _respect_limits(session: AsyncSession, identity: Identity, target_index: str, now: datetime) -> None:
    """One code per pause, and a daily limit per identity and per address; raises TooManyCodes."""
    same_identity = OneTimeCode.identity_id == identity.id
    same_address = OneTimeCode.target_index == target_index
    last = await session.scalar(select(func.max(OneTimeCode.created_at)).where(same_identity | same_address))
    rules = policy().verification
    if last is not None and last + rules.code_pause > now:
        raise TooManyCodes(last + rules.code_pause)
    day_ago = now - timedelta(days=1)
    limits = ((same_identity, rules.codes_per_visitor), (same_address, rules.codes_per_address))
    for condition, limit in limits:
        recent = select(OneTimeCode.created_at).where(condition, OneTimeCode.created_at > day_ago)
        moments = (await session.scalars(recent.order_by(OneTimeCode.created_at))).all()
        if len(moments) >= limit:
            raise TooManyCodes(moments[-limit] + timedelta(days=1))


def _hash(identity: Identity, code: str) -> str:
    return blind_index(f"{identity.id}:{code}", "one-time-code")
