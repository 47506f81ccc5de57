"""One-time codes and link tokens: who proves what, and what guessing gets."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import identities, members, verification
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.identities import Identity
from crm_store.members import Member, ProfileInvalid
from crm_store.verification import (
    CodeExpired,
    CodeWrong,
    LinkToken,
    NoSuchMember,
    OneTimeCode,
    TooManyCodes,
    TooManyTries,
)
from tests.crm_store.overlap import a_lock_is_waited_for

MINUTE = timedelta(minutes=1)


async def mei(session: AsyncSession) -> Member:
    return await members.create(session, email="mei@example.com", phone="13812345678")


async def visitor(session: AsyncSession, name: str = "v1") -> Identity:
    return await identities.find_or_create(session, channel="web", channel_user_id=name)


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.parametrize("drawn", [0, 7, 999_999])
async def test_a_code_has_six_digits_whatever_is_drawn(
    session: AsyncSession, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, drawn: int
) -> None:
    bounds: list[int] = []
    monkeypatch.setattr(verification.secrets, "randbelow", lambda bound: bounds.append(bound) or drawn)
    await mei(session)
    code, _ = await verification.start_code(session, await visitor(session), email="mei@example.com")
    assert (code, set(bounds)) == (f"{drawn:06d}", {1_000_000})


async def test_a_link_is_told_from_a_word_of_where_somebody_comes_from(session: AsyncSession) -> None:
    token = await verification.create_link_token(session, await mei(session))
    assert verification.is_link_token(f" {token} ")
    assert not any(
        verification.is_link_token(word) for word in ("spring-sale", token + "A", token[:-1], "好" * len(token))
    )


class TestCodes:
    async def test_the_right_code_binds_and_may_come_twice(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member, identity = await mei(session), await visitor(session)
        code, _ = await verification.start_code(session, identity, email="MEI@example.com")
        assert code is not None
        assert len(code) == 6
        assert await verification.check_code(session, identity, f" {code[:3]} {code[3:]}") is member
        assert (identity.member_id, identity.verified_by) == (member.id, "email_code")
        assert await verification.check_code(session, identity, code) is member

    async def test_by_phone(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member, identity = await mei(session), await visitor(session)
        code, _ = await verification.start_code(session, identity, phone="+86 138 1234 5678")
        assert await verification.check_code(session, identity, code or "") is member
        assert identity.verified_by == "sms_code"

    async def test_another_visitor_cannot_use_it(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        await mei(session)
        identity, thief = await visitor(session), await visitor(session, "v2")
        code, _ = await verification.start_code(session, identity, email="mei@example.com")
        with pytest.raises(CodeExpired):
            await verification.check_code(session, thief, code or "")

    async def test_after_ten_minutes_it_is_over(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        await mei(session)
        identity = await visitor(session)
        code, _ = await verification.start_code(session, identity, email="mei@example.com")
        frozen_clock.move(10 * MINUTE + timedelta(seconds=1))
        with pytest.raises(CodeExpired):
            await verification.check_code(session, identity, code or "")

    async def test_at_its_last_moment_it_still_counts(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member, identity = await mei(session), await visitor(session)
        code, expires_at = await verification.start_code(session, identity, email="mei@example.com")
        frozen_clock.move(expires_at - frozen_clock.moment)
        assert await verification.check_code(session, identity, code or "") is member

    async def test_who_has_signed_out_since_does_not_come_back_with_a_used_code(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await mei(session)
        identity = await visitor(session)
        code, _ = await verification.start_code(session, identity, email="mei@example.com")
        await verification.check_code(session, identity, code or "")
        with pytest.raises(CodeExpired):
            await verification.check_code(session, identity, other_than(code or ""))
        await identities.unbind(session, identity, by="signed_out")
        with pytest.raises(CodeExpired):
            await verification.check_code(session, identity, code or "")

    async def test_only_the_newest_code_counts(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member, identity = await mei(session), await visitor(session)
        old, _ = await verification.start_code(session, identity, email="mei@example.com")
        frozen_clock.move(MINUTE)  # the pause between two codes, to the second
        new, _ = await verification.start_code(session, identity, email="mei@example.com")
        if old != new:
            with pytest.raises(CodeWrong):
                await verification.check_code(session, identity, old or "")
        assert await verification.check_code(session, identity, new or "") is member

    async def test_wrong_tries_count_even_when_the_refusal_leaves_the_transaction(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        async with database.transaction() as session:
            await mei(session)
            identity = await visitor(session)
            code, _ = await verification.start_code(session, identity, email="mei@example.com")
        assert code is not None
        left = []
        for _ in range(4):
            with pytest.raises(CodeWrong) as refusal:
                await self._check(database, identity.id, other_than(code))
            left.append(refusal.value.tries_left)
        assert left == [4, 3, 2, 1]
        with pytest.raises(TooManyTries):
            await self._check(database, identity.id, other_than(code))
        with pytest.raises(TooManyTries):
            await self._check(database, identity.id, code)

    async def test_an_unknown_address_looks_the_same_from_outside(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        identity = await visitor(session)
        code, expires_at = await verification.start_code(session, identity, email="nobody@example.com")
        assert code is None
        assert expires_at == frozen_clock.moment + 10 * MINUTE
        with pytest.raises(TooManyCodes):
            await verification.start_code(session, identity, email="nobody@example.com")
        for _ in range(4):
            with pytest.raises(CodeWrong):
                await verification.check_code(session, identity, "000000")
        with pytest.raises(TooManyTries):
            await verification.check_code(session, identity, "000000")

    async def test_one_a_minute_and_five_a_day(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        await mei(session)
        identity = await visitor(session)
        for _ in range(5):
            await verification.start_code(session, identity, email="mei@example.com")
            with pytest.raises(TooManyCodes) as refusal:
                await verification.start_code(session, identity, email="other@example.com")
            assert refusal.value.retry_at == frozen_clock.moment + MINUTE
            frozen_clock.move(2 * MINUTE)
        with pytest.raises(TooManyCodes) as refusal:
            await verification.start_code(session, identity, email="mei@example.com")
        assert refusal.value.retry_at == frozen_clock.moment + timedelta(days=1) - 10 * MINUTE
        frozen_clock.move(refusal.value.retry_at - frozen_clock.moment)
        await verification.start_code(session, identity, email="mei@example.com")

    async def test_ten_a_day_to_one_address_from_however_many_visitors(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await mei(session)
        start = frozen_clock.moment
        for number in range(10):
            await verification.start_code(session, await visitor(session, f"v{number}"), email="mei@example.com")
            frozen_clock.move(2 * MINUTE)
        with pytest.raises(TooManyCodes) as refusal:
            await verification.start_code(session, await visitor(session, "v10"), email="MEI@example.com")
        assert refusal.value.retry_at == start + timedelta(days=1)
        await verification.start_code(session, await visitor(session, "v10"), email="other@example.com")
        frozen_clock.move(timedelta(days=1) - 20 * MINUTE)
        await verification.start_code(session, await visitor(session, "v11"), email="mei@example.com")

    async def test_one_address_is_not_flooded_from_many_visitors_at_once(self, database: Database) -> None:
        async with database.transaction() as session:
            await mei(session)
            visitors = [(await visitor(session, f"v{number}")).id for number in range(8)]

        async def ask(identity_id: int) -> bool:
            try:
                async with database.transaction() as session:
                    identity = await identities.get(session, identity_id)
                    await verification.start_code(session, identity, email="mei@example.com")
            except TooManyCodes:
                return False
            return True

        assert (await asyncio.gather(*(ask(identity_id) for identity_id in visitors))).count(True) == 1

    async def test_neither_code_nor_address_is_readable(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        await mei(session)
        code, _ = await verification.start_code(session, await visitor(session), email="mei@example.com")
        row = (await session.execute(text("SELECT * FROM one_time_codes"))).one()
        assert not any(str(code) == str(value) or "mei@" in str(value) for value in row)

    async def test_no_address_no_code(self, session: AsyncSession) -> None:
        for address, reason in (({"email": "mei at example"}, "not_an_email"), ({"phone": "12"}, "not_a_phone")):
            with pytest.raises(ProfileInvalid) as refusal:
                await verification.start_code(session, await visitor(session), **address)
            assert refusal.value.reason == reason
        with pytest.raises(CodeExpired):
            await verification.check_code(session, await visitor(session), "123456")
        for addresses in ({}, {"email": "mei@example.com", "phone": "13812345678"}):
            with pytest.raises(ValueError, match="an e-mail address or to a phone number"):
                await verification.start_code(session, await visitor(session), **addresses)

    async def test_sent_five_times_at_once_it_gives_the_same_member_each_time(self, database: Database) -> None:
        async with database.transaction() as session:
            member, identity = await mei(session), await visitor(session)
            code, _ = await verification.start_code(session, identity, email="mei@example.com")

        async def proved() -> int:
            async with database.transaction() as session:
                own = await identities.get(session, identity.id)
                return (await verification.check_code(session, own, str(code))).id

        async with database.transaction() as session:
            await session.execute(select(OneTimeCode).with_for_update())
            tries = [asyncio.create_task(proved()) for _ in range(5)]
            await a_lock_is_waited_for(database, by=5)
        assert await asyncio.gather(*tries) == [member.id] * 5

    async def _check(self, database: Database, identity_id: int, code: str) -> None:
        async with database.transaction() as session:
            await verification.check_code(session, await identities.get(session, identity_id), code)


class TestLinkTokens:
    async def test_opened_five_times_at_once_by_the_same_customer(self, database: Database) -> None:
        async with database.transaction() as session:
            member, identity = await mei(session), await visitor(session)
            token = await verification.create_link_token(session, member)

        async def opened() -> int:
            async with database.transaction() as session:
                own = await identities.get(session, identity.id)
                return (await verification.redeem_link_token(session, own, token)).id

        async with database.transaction() as session:
            await session.execute(select(LinkToken).with_for_update())
            tries = [asyncio.create_task(opened()) for _ in range(5)]
            await a_lock_is_waited_for(database, by=5)
        assert await asyncio.gather(*tries) == [member.id] * 5

    async def test_the_first_who_opens_it_is_bound(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await mei(session)
        identity, late = await visitor(session), await visitor(session, "v2")
        token = await verification.create_link_token(session, member, created_by="shop")
        assert len(token) == 32
        assert await verification.redeem_link_token(session, identity, token) is member
        assert await verification.redeem_link_token(session, identity, token) is member
        with pytest.raises(CodeExpired):
            await verification.redeem_link_token(session, late, token)
        assert late.member_id is None

    async def test_at_its_last_moment_it_still_counts(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member, identity = await mei(session), await visitor(session)
        token = await verification.create_link_token(session, member)
        frozen_clock.move(15 * MINUTE)
        assert await verification.redeem_link_token(session, identity, token) is member

    async def test_who_has_signed_out_since_does_not_come_back_with_it(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        identity = await visitor(session)
        token = await verification.create_link_token(session, await mei(session))
        await verification.redeem_link_token(session, identity, token)
        await identities.unbind(session, identity, by="signed_out")
        with pytest.raises(CodeExpired):
            await verification.redeem_link_token(session, identity, token)

    async def test_old_unknown_and_orphaned_ones(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member, identity = await mei(session), await visitor(session)
        with pytest.raises(CodeWrong):
            await verification.redeem_link_token(session, identity, "made up")
        old = await verification.create_link_token(session, member)
        frozen_clock.move(15 * MINUTE + timedelta(seconds=1))
        with pytest.raises(CodeExpired):
            await verification.redeem_link_token(session, identity, old)
        fresh = await verification.create_link_token(session, member)
        await members.erase(session, member)
        with pytest.raises(NoSuchMember):
            await verification.redeem_link_token(session, identity, fresh)

    async def test_ten_who_open_it_at_once(self, database: Database) -> None:
        async with database.transaction() as session:
            token = await verification.create_link_token(session, await mei(session))
            visitors = [(await visitor(session, f"v{number}")).id for number in range(10)]

        async def open_it(identity_id: int) -> bool:
            try:
                async with database.transaction() as session:
                    identity = await identities.get(session, identity_id)
                    await verification.redeem_link_token(session, identity, token)
            except CodeExpired:
                return False
            return True

        assert (await asyncio.gather(*(open_it(identity_id) for identity_id in visitors))).count(True) == 1
