"""Every topic is given and withdrawn by itself; marketing needs a yes, service a no."""

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import members, proactive
from crm_store.db import Database
from crm_store.importing import ImportKind, as_rows, import_rows
from crm_store.members import MemberChange
from crm_store.proactive import MARKETING, Topic
from tests.crm_store.overlap import overlapping
from tests.crm_store.shop import make_member

SERVICE = frozenset(Topic) - MARKETING
pytestmark = pytest.mark.usefixtures("frozen_clock")


async def test_service_is_on_and_marketing_off_until_somebody_agrees(session: AsyncSession) -> None:
    shy, willing = await make_member(session), await make_member(session, marketing_consent=True)
    assert await proactive.wanted(session, shy) == SERVICE
    assert await proactive.wanted(session, willing) == frozenset(Topic)


async def test_one_topic_stops_and_the_others_stay(session: AsyncSession) -> None:
    member = await make_member(session, marketing_consent=True)
    assert await proactive.stop(session, member, [Topic.PARCELS]) == {Topic.PARCELS}
    assert await proactive.stop(session, member, [Topic.PARCELS]) == set()
    assert await proactive.wanted(session, member) == frozenset(Topic) - {Topic.PARCELS}
    assert member.marketing_consent
    assert await proactive.want(session, member, [Topic.PARCELS], by="agent:3") == {Topic.PARCELS}
    changes = await session.scalars(select(MemberChange).where(MemberChange.field == "topic:parcels"))
    told = [(each.old_value, each.new_value, each.by) for each in sorted(changes, key=lambda each: each.id)]
    assert told == [("yes", "no", "member"), ("no", "yes", "agent:3")]


async def test_the_last_marketing_topic_stopped_withdraws_the_consent(session: AsyncSession) -> None:
    member = await make_member(session, marketing_consent=True)
    await proactive.stop(session, member, [Topic.OFFERS, Topic.MEMBER_EVENTS])
    assert (member.marketing_consent, member.opted_out_at) == (True, None)
    await proactive.stop(session, member, [Topic.NEW_GOODS])
    assert not member.marketing_consent
    assert member.opted_out_at is not None
    # A later yes to all finds nothing in its way.
    await members.set_marketing_consent(session, member, True)
    assert await proactive.wanted(session, member) == frozenset(Topic)


async def test_after_a_full_stop_only_the_topic_asked_for_comes_back(session: AsyncSession) -> None:
    member = await make_member(session, marketing_consent=True)
    assert await proactive.stop_marketing(session, member)
    assert await proactive.wanted(session, member) == SERVICE
    assert await proactive.want(session, member, [Topic.NEW_GOODS]) == {Topic.NEW_GOODS}
    assert await proactive.wanted(session, member) == SERVICE | {Topic.NEW_GOODS}
    assert await proactive.want_marketing(session, member)
    assert await proactive.wanted(session, member) == frozenset(Topic)
    assert not await proactive.want_marketing(session, member)


async def test_a_consent_imported_later_does_not_bring_what_was_refused(session: AsyncSession) -> None:
    member = await make_member(session)
    assert await proactive.stop(session, member, [Topic.NEW_GOODS]) == set()
    await members.set_marketing_consent(session, member, True, by="import")
    assert await proactive.wanted(session, member) == frozenset(Topic) - {Topic.NEW_GOODS}


@pytest.mark.parametrize(
    ("only", "left"),
    [
        ([Topic.NEW_GOODS], SERVICE | {Topic.NEW_GOODS}),
        ([Topic.PARCELS], {Topic.PARCELS}),
        ([Topic.PARCELS, Topic.OFFERS], {Topic.PARCELS, Topic.OFFERS}),
    ],
)
async def test_only_these_stops_all_others(session: AsyncSession, only: list[Topic], left: set[Topic]) -> None:
    member = await make_member(session, marketing_consent=True)
    assert await proactive.want_only(session, member, only) == left
    assert await proactive.wanted(session, member) == left
    assert member.marketing_consent is bool(left & MARKETING)


class TestWithdrawnWhileAFileBringsAYes:
    """Whichever of the two comes first, who opted out here stays opted out."""

    async def _member(self, database: Database) -> int:
        async with database.transaction() as session:
            return (await members.create(session, number="HK7")).id

    async def _withdraw(self, session: AsyncSession) -> None:
        member = await members.by_number(session, "HK7")
        assert member is not None
        await proactive.stop_marketing(session, member)

    async def _take(self, session: AsyncSession) -> None:
        row = {"member_number": "HK7", "marketing_consent": "yes"}
        report = await import_rows(session, ImportKind.MEMBERS, as_rows([row]), source="test")
        assert not report.refused

    @pytest.mark.parametrize("first", ["the member", "the file"])
    async def test_it_is_withdrawn(self, database: Database, first: str) -> None:
        member_id = await self._member(database)
        deeds = (self._withdraw, self._take) if first == "the member" else (self._take, self._withdraw)
        assert await overlapping(database, *deeds) is None
        async with database.reading() as session:
            member = await members.get(session, member_id)
            assert (member.marketing_consent, member.opted_out_at is None) == (False, False)
            assert await proactive.wanted(session, member) == SERVICE
