"""Identities: an address on a channel, bound and unbound."""

import asyncio

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import identities, members
from crm_store.db import Database
from crm_store.identities import Identity, NotBindable, VerifiedBy


class TestFindOrCreate:
    async def test_many_first_contacts_at_once_make_one(self, database: Database) -> None:
        async def contact() -> int:
            async with database.transaction() as session:
                return (await identities.find_or_create(session, channel="telegram", channel_user_id="7")).id

        assert len(set(await asyncio.gather(*(contact() for _ in range(10))))) == 1
        async with database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(Identity)) == 1

    async def test_a_name_told_later_is_kept(self, session: AsyncSession) -> None:
        await identities.find_or_create(session, channel="web", channel_user_id="v1", display_name="Mei")
        again = await identities.find_or_create(session, channel="web", channel_user_id="v1", language="en")
        assert (again.display_name, again.language) == ("Mei", "en")
        other = await identities.find_or_create(session, channel="telegram", channel_user_id="v1")
        assert other.id != again.id


class TestBind:
    async def test_moves_from_one_member_to_another_with_a_history(self, session: AsyncSession) -> None:
        first, second = await members.create(session), await members.create(session)
        identity = await identities.find_or_create(session, channel="web", channel_user_id="v1")
        await identities.bind(session, identity, first, by=VerifiedBy.EMAIL_CODE)
        await identities.bind(session, identity, first, by=VerifiedBy.EMAIL_CODE)
        await identities.bind(session, identity, second, by=VerifiedBy.SIGNED_TOKEN)
        assert (identity.member_id, identity.verified_by) == (second.id, "signed_token")
        past = await identities.bindings(session, first.id)
        assert [binding.unbound_by for binding in past] == ["signed_token"]
        assert await identities.for_member(session, second.id) == [identity]
        await identities.unbind(session, identity, by="member")
        assert (identity.member_id, identity.verified_by, identity.verified_at) == (None, None, None)
        assert all(binding.unbound_at for binding in await identities.bindings(session, second.id))

    async def test_an_erased_member_cannot_be_bound(self, session: AsyncSession) -> None:
        member = await members.create(session)
        await members.erase(session, member)
        identity = await identities.find_or_create(session, channel="web", channel_user_id="v1")
        with pytest.raises(NotBindable):
            await identities.bind(session, identity, member, by=VerifiedBy.AGENT)


class TestBlocked:
    async def test_keeps_the_first_moment_until_reachable_again(self, session: AsyncSession) -> None:
        identity = await identities.find_or_create(session, channel="telegram", channel_user_id="7")
        await identities.mark_blocked(session, identity)
        first = identity.blocked_at
        await identities.mark_blocked(session, identity)
        assert identity.blocked_at == first is not None
        await identities.mark_reachable(session, identity)
        assert identity.blocked_at is None
