from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm_store import interactions
from crm_store.interactions import Interaction, Outcome
from tests.crm_store.inbox import receive
from tests.crm_store.shop import make_member


async def contact(session, member, **more):
    return await interactions.record(
        session, member_id=member.id if member else None, channel="web", **{"outcome": Outcome.ANSWERED, **more}
    )


class TestRecord:
    async def test_everything_is_kept(self, session, frozen_clock):
        member, received = await make_member(session), await receive(session)
        written = await contact(
            session,
            member,
            conversation_id=received.conversation.id,
            message_id=received.message.id,
            intent="ask_parcel",
            sentiment="negative",
            sentiment_confidence=0.8,
            anger=0.6,
            summary="问包裹到哪了",
            references={"parcel": "SF1029384756"},
        )
        session.expire(written)
        again = (await session.execute(select(Interaction))).scalar_one()
        assert (again.at, again.intent, again.anger) == (frozen_clock.moment, "ask_parcel", 0.6)
        assert again.references == {"parcel": "SF1029384756"}
        assert again.valence == -0.8

    async def test_the_same_key_is_written_once(self, session):
        member = await make_member(session)
        first = await contact(session, member, key="m1:parcel")
        assert await contact(session, member, key="m1:parcel", outcome="done") is first
        assert (await session.execute(select(func.count()).select_from(Interaction))).scalar_one() == 1

    @pytest.mark.parametrize("wrong", [{"anger": 1.2}, {"sentiment": "furious"}, {"outcome": "No such thing!"}])
    async def test_what_does_not_exist_is_refused(self, session, wrong):
        with pytest.raises(ValueError, match=r"1\.2|furious|No such thing"):
            await contact(session, None, **wrong)


class TestTimeline:
    async def test_newest_first_in_pages_without_gaps(self, session, frozen_clock):
        member, other = await make_member(session), await make_member(session)
        written = []
        for number in range(5):
            frozen_clock.move(timedelta(minutes=number % 2))
            written.append(await contact(session, member, summary=str(number)))
            await contact(session, other)
        first = await interactions.timeline(session, member.id, limit=3)
        rest = await interactions.timeline(session, member.id, limit=3, before=first[-1])
        assert [*first, *rest] == written[::-1]


class TestMoods:
    async def test_only_contacts_with_a_feeling_oldest_first(self, session, frozen_clock):
        member = await make_member(session)
        start = frozen_clock.moment
        await contact(session, member, sentiment="positive", sentiment_confidence=0.9)
        await contact(session, member)
        frozen_clock.move(timedelta(days=1))
        await contact(session, member, sentiment="negative", sentiment_confidence=0.7, anger=0.5)
        found = await interactions.moods(session, member.id, since=start)
        assert found == [(start, 0.9, 0.0), (frozen_clock.moment, -0.7, 0.5)]


class TestAdopt:
    async def test_a_visitors_contacts_become_the_members(self, session):
        member, received = await make_member(session), await receive(session)
        identity = received.conversation.identity_id
        written = await contact(session, None, identity_id=identity)
        assert await interactions.adopt(session, identity_id=identity, member_id=member.id) == 1
        assert await interactions.adopt(session, identity_id=identity, member_id=member.id) == 0
        assert list(await interactions.timeline(session, member.id)) == [written]
