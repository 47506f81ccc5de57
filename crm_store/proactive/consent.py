"""What a member wants to hear of: every topic can be given and withdrawn by itself, in chat or through an agent.

Marketing is wanted when the member has consented (`Member.marketing_consent`) and not stopped that topic; whoever has
stopped the last of them has withdrawn the consent. Service is wanted until it is stopped.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import locks, members
from crm_store.clock import now
from crm_store.members import Member
from crm_store.proactive.models import MARKETING, ProactiveSend, Topic, TopicStop

SERVICE = frozenset(Topic) - MARKETING


async def wanted(session: AsyncSession, member: Member) -> frozenset[Topic]:
    """The topics the member wants to hear of now."""
    return _open_to(member) - await _stops(session, member)


async def wanted_by(session: AsyncSession, people: Sequence[Member]) -> dict[int, frozenset[Topic]]:
    """`wanted` of many members, by their ids."""
    query = select(TopicStop.member_id, TopicStop.topic).where(TopicStop.member_id.in_([each.id for each in people]))
    stopped: dict[int, set[Topic]] = {}
    for member_id, topic in await session.execute(query):
        stopped.setdefault(member_id, set()).add(Topic(topic))
    return {each.id: _open_to(each) - stopped.get(each.id, set()) for each in people}


def _open_to(member: Member) -> frozenset[Topic]:
    return SERVICE | (MARKETING if member.marketing_consent else frozenset())


async def stop(
    session: AsyncSession, member: Member, topics: Collection[Topic], *, by: str = "member", at: datetime | None = None
) -> frozenset[Topic]:
    """Send nothing more of these topics; those that really were stopped. What was sent of them lately is marked, so
    that the measure of a message knows whom it has cost."""
    at = at or now()
    await _hold(session, member, erased_too=True)
    before = await wanted(session, member)
    stopped = before & frozenset(topics)
    # Also of what was never agreed to: an import that brings a consent later must not bring this topic.
    fresh = sorted(frozenset(topics) - await _stops(session, member))
    session.add_all(TopicStop(member_id=member.id, topic=topic, stopped_at=at) for topic in fresh)
    members.note_topics(session, member, dict.fromkeys(fresh, False), by=by)
    await _mark_sends(session, member.id, stopped, at)
    await session.flush()
    if stopped & MARKETING and not (before - stopped) & MARKETING:
        await _withdraw(session, member, by=by)
    return stopped


async def want(
    session: AsyncSession, member: Member, topics: Collection[Topic], *, by: str = "member"
) -> frozenset[Topic]:
    """Send these topics again, or for the first time; those that are new. Whoever had withdrawn all marketing gets the
    topics named here and no others. Raises MemberErased."""
    await _hold(session, member)
    before = await wanted(session, member)
    fresh = frozenset(topics) - before
    if not fresh:
        return fresh
    if fresh & MARKETING and not member.marketing_consent:
        others = sorted(MARKETING - fresh - await _stops(session, member))
        session.add_all(TopicStop(member_id=member.id, topic=topic) for topic in others)
        await session.flush()
        await members.set_marketing_consent(session, member, True, by=by)
    await session.execute(delete(TopicStop).where(TopicStop.member_id == member.id, TopicStop.topic.in_(fresh)))
    members.note_topics(session, member, dict.fromkeys(sorted(fresh), True), by=by)
    await session.flush()
    return fresh


async def want_only(
    session: AsyncSession, member: Member, topics: Collection[Topic], *, by: str = "member"
) -> frozenset[Topic]:
    """Send these topics and no others. Who names marketing alone still hears of their own orders; who names service
    hears of nothing else. What is wanted after it."""
    kept = frozenset(topics)
    if kept <= MARKETING:
        kept |= await wanted(session, member) & SERVICE
    await want(session, member, topics, by=by)
    await stop(session, member, frozenset(Topic) - kept, by=by)
    return await wanted(session, member)


async def stop_marketing(session: AsyncSession, member: Member, *, by: str = "member") -> bool:
    """The one word that stops all marketing; whether there was anything to stop."""
    await _hold(session, member, erased_too=True)
    had_consented = member.marketing_consent or member.opted_out_at is None
    await stop(session, member, MARKETING, by=by)
    await _withdraw(session, member, by=by)
    return had_consented


async def want_marketing(session: AsyncSession, member: Member, *, by: str = "member") -> bool:
    """All marketing again, whatever topic was stopped before; whether anything changed. Raises MemberErased."""
    await _hold(session, member)
    stopped = MARKETING - await wanted(session, member)
    await session.execute(delete(TopicStop).where(TopicStop.member_id == member.id, TopicStop.topic.in_(MARKETING)))
    await members.set_marketing_consent(session, member, True, by=by)
    return bool(stopped)


async def may_tell(session: AsyncSession, member: Member, topic: Topic) -> bool:
    """Whether the member wants this topic."""
    return topic in await wanted(session, member)


async def has_not_stopped(session: AsyncSession, member: Member, topic: Topic) -> bool:
    """Whether the member has left this topic open, whether or not they have agreed to marketing as a whole."""
    return topic not in await _stops(session, member)


async def _hold(session: AsyncSession, member: Member, *, erased_too: bool = False) -> None:
    """Topics are changed one after the other, and judged by what the member's row says now: an import may just be
    bringing a consent."""
    await locks.hold(session, f"topics:{member.id}")
    await members.lock(session, member, erased_too=erased_too)


async def _stops(session: AsyncSession, member: Member) -> frozenset[Topic]:
    found = await session.scalars(select(TopicStop.topic).where(TopicStop.member_id == member.id))
    return frozenset(Topic(topic) for topic in found)


async def _withdraw(session: AsyncSession, member: Member, *, by: str) -> None:
    """No marketing is left: the consent is withdrawn as a whole, and a later yes to all finds no stops in its way."""
    await session.execute(delete(TopicStop).where(TopicStop.member_id == member.id, TopicStop.topic.in_(MARKETING)))
    if member.marketing_consent or member.opted_out_at is None:
        await members.set_marketing_consent(session, member, False, by=by)


async def _mark_sends(session: AsyncSession, member_id: int, topics: Collection[Topic], at: datetime) -> None:
    await session.execute(
        update(ProactiveSend)
        .where(
            ProactiveSend.member_id == member_id,
            ProactiveSend.topic.in_(topics),
            ProactiveSend.stopped_at.is_(None),
            ProactiveSend.counts_until > at,
        )
        .values(stopped_at=at),
        execution_options={"synchronize_session": False},
    )
