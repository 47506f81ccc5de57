"""The second factor of signing in: codes that an app on the agent's phone makes (TOTP, RFC 6238), and recovery codes
for the day the phone is gone. Who needs one, the shop's policy says by role."""

import hashlib
import hmac
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

import pyotp
from sqlalchemy import ForeignKey, String, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import agents, clock, locks, passwords
from crm_store.agents import Agent
from crm_store.crypto import EncryptedText
from crm_store.db import Base
from crm_store.errors import CrmError
from crm_store.policy import policy

ISSUER = "Huike"
"""What the app on the phone calls the account's house."""
CODE_DIGITS = 6
STEPS_OF_SKEW = 1
"""A phone's clock may be this many steps, of 30 seconds, before or behind ours."""
RECOVERY_CODES = 10
SET_UP_WITHIN = timedelta(minutes=30)
"""A secret that was shown and of which no code has come by then is replaced by another."""


class Demand(StrEnum):
    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Proof(StrEnum):
    """What a code was."""

    APP = "app"
    RECOVERY = "recovery"


class SecondFactor(Base):
    """What an agent's phone and the store both know. It counts from `confirmed_at` on: a code of it was given."""

    __tablename__ = "second_factors"

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), unique=True)
    secret: Mapped[str] = mapped_column(EncryptedText)
    """In base32, as apps take it."""
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None]
    """The step of the latest code that was taken, in spans of 30 seconds since 1970: that code and those of earlier
    steps are over."""


class RecoveryCode(Base):
    """A code for one sign-in without the phone. Only its hash is kept; it has 79 bits of chance, so that needs no
    salt."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None]


class FactorCodeWrong(CrmError):
    """Not a code of this agent's phone at this time, nor a recovery code, or used before: which of them is not told."""

    code = "factor_code_wrong"
    keeps_work = True


class FactorStands(CrmError):
    """The agent has a second factor already."""

    code = "second_factor_stands"


class FactorNotSetUp(CrmError):
    """There is nothing to confirm: never begun, or too long ago."""

    code = "second_factor_not_set_up"


class FactorRequired(CrmError):
    """The agent's role does not work without one."""

    code = "second_factor_required"


def demand(agent: Agent) -> Demand:
    """What the policy says for the agent's role."""
    return Demand(policy().sign_in.second_factor[agent.role])


def app_address(agent: Agent, secret: str) -> str:
    """What an app reads from the picture: an otpauth address."""
    return pyotp.TOTP(secret).provisioning_uri(name=agent.email, issuer_name=ISSUER)


async def standing(session: AsyncSession, agent_id: int) -> SecondFactor | None:
    """The agent's second factor, once it counts."""
    found = await _found(session, agent_id)
    return found if found is not None and found.confirmed_at is not None else None


async def holders(session: AsyncSession) -> set[int]:
    """The ids of the agents who have one."""
    rows = select(SecondFactor.agent_id).where(SecondFactor.confirmed_at.is_not(None))
    return set((await session.scalars(rows)).all())


async def waiting(session: AsyncSession, agent_id: int) -> SecondFactor | None:
    """What was begun and waits for its first code."""
    found = await _found(session, agent_id)
    return found if found is not None and _waits(found) else None


async def begin(session: AsyncSession, agent_id: int) -> SecondFactor:
    """A secret to be put into the app; again before it is confirmed: the same. Raises FactorStands."""
    await _hold(session, agent_id)
    found = await _found(session, agent_id)
    if found is not None and found.confirmed_at is not None:
        raise FactorStands
    if found is None or not _waits(found):
        found = found or SecondFactor(agent_id=agent_id)
        found.secret, found.created_at = pyotp.random_base32(), clock.now()
        session.add(found)
        await session.flush()
    return found


async def confirm(session: AsyncSession, agent_id: int, code: str) -> list[str]:
    """The app's first code: from now on signing in asks for one, and every session of before is over. The recovery
    codes, readable only here. Raises FactorStands, FactorNotSetUp, FactorCodeWrong."""
    await _hold(session, agent_id)
    found = await _found(session, agent_id)
    if found is not None and found.confirmed_at is not None:
        raise FactorStands
    if found is None or not _waits(found):
        raise FactorNotSetUp
    step = _step_of(found, _plain(code))
    if step is None:
        raise FactorCodeWrong
    found.confirmed_at, found.last_step = clock.now(), step
    await agents.end_sessions(session, await agents.get(session, agent_id))
    return await renew_recovery_codes(session, agent_id)


async def prove(session: AsyncSession, agent_id: int, code: str) -> Proof:
    """Take a code, of the app or for recovery, this once. Raises FactorCodeWrong."""
    await _hold(session, agent_id)
    found, plain = await standing(session, agent_id), _plain(code)
    if found is None:
        raise FactorCodeWrong
    step = _step_of(found, plain)
    if step is not None:
        found.last_step = step
        await session.flush()
        return Proof.APP
    spare = await session.scalar(
        select(RecoveryCode).where(
            RecoveryCode.agent_id == agent_id,
            RecoveryCode.code_hash == _hash(plain),
            RecoveryCode.used_at.is_(None),
        )
    )
    if spare is None:
        raise FactorCodeWrong
    spare.used_at = clock.now()
    await session.flush()
    return Proof.RECOVERY


async def renew_recovery_codes(session: AsyncSession, agent_id: int) -> list[str]:
    """Ten new codes, readable only here; those of before are void. Call it after a `prove`."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.agent_id == agent_id))
    codes = [passwords.one_time() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(agent_id=agent_id, code_hash=_hash(_plain(code))) for code in codes)
    await session.flush()
    return codes


async def recovery_codes_left(session: AsyncSession, agent_id: int) -> int:
    left = select(func.count()).where(RecoveryCode.agent_id == agent_id, RecoveryCode.used_at.is_(None))
    return await session.scalar(left) or 0


async def remove(session: AsyncSession, agent_id: int) -> bool:
    """The agent signs in with the password alone, and every session of before is over; False: there was nothing to
    remove. Raises NotFound."""
    await _hold(session, agent_id)
    agent = await agents.get(session, agent_id)
    stood = await standing(session, agent_id) is not None
    for table in (RecoveryCode, SecondFactor):
        await session.execute(delete(table).where(table.agent_id == agent_id))
    if stood:
        await agents.end_sessions(session, agent)
    return stood


async def _found(session: AsyncSession, agent_id: int) -> SecondFactor | None:
    wanted = select(SecondFactor).where(SecondFactor.agent_id == agent_id)
    found: SecondFactor | None = await session.scalar(wanted.execution_options(populate_existing=True))
    return found


async def _hold(session: AsyncSession, agent_id: int) -> None:
    """One code, sent twice at once, is taken once."""
    await locks.hold(session, f"second_factor:{agent_id}")


def _waits(factor: SecondFactor) -> bool:
    return factor.confirmed_at is None and factor.created_at + SET_UP_WITHIN > clock.now()


def _step_of(factor: SecondFactor, code: str) -> int | None:
    """The step whose code that is, when it is near enough to now and after the last one taken."""
    app = pyotp.TOTP(factor.secret, digits=CODE_DIGITS)
    current = app.timecode(clock.now())
    found = None
    for step in range(current - STEPS_OF_SKEW, current + STEPS_OF_SKEW + 1):
        is_it = hmac.compare_digest(app.generate_otp(step).encode(), code.encode())
        if is_it and step > (factor.last_step or 0):
            found = step
    return found


def _plain(code: str) -> str:
    """As typed by people: with blanks or dashes, in wide digits, in capitals."""
    return "".join(each for each in unicodedata.normalize("NFKC", code).lower() if each.isalnum())


def _hash(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()
