"""Codes that prove an address that need not be a member's: for joining, and for a new address in the profile."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import identities, members, verification
from crm_store.clock import FrozenClock
from crm_store.identities import Identity
from crm_store.verification import CodeExpired, CodeWrong, TooManyCodes, TooManyTries

ADDRESS = "new@example.com"


async def visitor(session: AsyncSession) -> Identity:
    return await identities.find_or_create(session, channel="test", channel_user_id="v1")


async def test_a_code_is_made_for_an_address_nobody_has(session: AsyncSession) -> None:
    identity = await visitor(session)
    started = await verification.start_address_code(session, identity, email=ADDRESS)
    assert started.code is not None
    await verification.check_address_code(session, identity, started.code, email=" NEW@example.com ")
    # Proved again: the same answer, as when a message is delivered twice.
    await verification.check_address_code(session, identity, started.code, email=ADDRESS)
    assert identity.member_id is None


async def test_it_proves_no_other_address(session: AsyncSession) -> None:
    identity = await visitor(session)
    started = await verification.start_address_code(session, identity, email=ADDRESS)
    assert started.code is not None
    with pytest.raises(CodeExpired):
        await verification.check_address_code(session, identity, started.code, email="other@example.com")


async def test_it_binds_to_nobody_even_when_a_member_has_the_address(session: AsyncSession) -> None:
    await members.create(session, email=ADDRESS)
    identity = await visitor(session)
    started = await verification.start_address_code(session, identity, email=ADDRESS)
    assert started.code is not None
    with pytest.raises(CodeWrong):
        await verification.check_code(session, identity, started.code)
    assert identity.member_id is None


async def test_a_login_code_proves_no_new_address(session: AsyncSession) -> None:
    await members.create(session, email=ADDRESS)
    identity = await visitor(session)
    started = await verification.start_code(session, identity, email=ADDRESS)
    assert started.code is not None
    with pytest.raises(CodeExpired):
        await verification.check_address_code(session, identity, started.code, email=ADDRESS)


async def test_guessing_ends_after_five_tries(session: AsyncSession) -> None:
    identity = await visitor(session)
    started = await verification.start_address_code(session, identity, email=ADDRESS)
    assert started.code is not None
    wrong = f"{(int(started.code) + 1) % 1_000_000:06d}"
    for left in (4, 3, 2, 1):
        with pytest.raises(CodeWrong) as refusal:
            await verification.check_address_code(session, identity, wrong, email=ADDRESS)
        assert refusal.value.tries_left == left
    with pytest.raises(TooManyTries):
        await verification.check_address_code(session, identity, wrong, email=ADDRESS)
    with pytest.raises(TooManyTries):
        await verification.check_address_code(session, identity, started.code, email=ADDRESS)


async def test_both_kinds_of_code_share_the_limits(session: AsyncSession, frozen_clock: FrozenClock) -> None:
    identity = await visitor(session)
    await verification.start_address_code(session, identity, email=ADDRESS)
    with pytest.raises(TooManyCodes):
        await verification.start_code(session, identity, email=ADDRESS)
    frozen_clock.move(timedelta(seconds=61))
    await verification.start_code(session, identity, email=ADDRESS)


async def test_it_ends_after_ten_minutes(session: AsyncSession, frozen_clock: FrozenClock) -> None:
    identity = await visitor(session)
    started = await verification.start_address_code(session, identity, email=ADDRESS)
    assert started.code is not None
    frozen_clock.move(timedelta(minutes=10, seconds=1))
    with pytest.raises(CodeExpired):
        await verification.check_address_code(session, identity, started.code, email=ADDRESS)
