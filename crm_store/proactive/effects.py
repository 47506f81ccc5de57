"""What came of the messages sent unasked: delivered, answered, pressed, bought after, stopped; and a member's last.

Nothing is noted when it happens: a message counts as answered when the customer wrote in its conversation before
`counts_until`, and as followed by a purchase when the member placed an order before then. That they happened after it
is all this says; what it caused only a control group can tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import business_zone, now
from crm_store.members import Member, MemberStatus
from crm_store.messages import Author, Direction, Message, MessageStatus
from crm_store.orders import Order, OrderStatus
from crm_store.proactive import rules
from crm_store.proactive.models import MARKETING, ProactiveSend, Topic, TopicStop


@dataclass(frozen=True, kw_only=True)
class Effect:
    """The messages of one topic in one week (its Monday). `pressed` are among `answered`."""

    topic: Topic
    week: date
    sent: int
    delivered: int
    failed: int
    answered: int
    pressed: int
    bought: int
    stopped: int


async def by_week(session: AsyncSession, *, weeks: int = 8) -> list[Effect]:
    """The effect by topic and week, the newest week first; `weeks`: how many, this one included."""
    first = rules.week_of(now(), business_zone()) - timedelta(weeks=weeks - 1)
    wrote = exists().where(
        Message.conversation_id == ProactiveSend.conversation_id,
        Message.direction == Direction.IN,
        Message.created_at > ProactiveSend.sent_at,
        Message.created_at <= ProactiveSend.counts_until,
    )
    bought = exists().where(
        Order.member_id == ProactiveSend.member_id,
        Order.status != OrderStatus.CANCELLED,
        Order.placed_at > ProactiveSend.sent_at,
        Order.placed_at <= ProactiveSend.counts_until,
    )
    sent = Message.__table__.alias("sent_message")
    rows = (
        select(
            ProactiveSend.topic,
            ProactiveSend.week,
            func.count(),
            _count(sent.c.status == MessageStatus.SENT),
            _count(sent.c.status == MessageStatus.FAILED),
            _count(wrote),
            _count(wrote.where(Message.payload.is_not(None))),
            _count(bought),
            _count(ProactiveSend.stopped_at.is_not(None)),
        )
        .outerjoin(sent, sent.c.id == ProactiveSend.message_id)
        .where(ProactiveSend.week >= first)
        .group_by(ProactiveSend.topic, ProactiveSend.week)
        .order_by(ProactiveSend.week.desc(), ProactiveSend.topic)
    )
    names = ("sent", "delivered", "failed", "answered", "pressed", "bought", "stopped")
    return [
        Effect(topic=Topic(topic), week=week, **dict(zip(names, map(int, counts), strict=True)))
        for topic, week, *counts in await session.execute(rows)
    ]


async def audience(session: AsyncSession) -> dict[Topic, int]:
    """How many active members want each topic."""
    active = Member.status == MemberStatus.ACTIVE
    everybody = await session.scalar(select(func.count(Member.id)).where(active)) or 0
    agreed = await session.scalar(select(func.count(Member.id)).where(active, Member.marketing_consent)) or 0
    counts = {topic: agreed if topic in MARKETING else everybody for topic in Topic}
    # A stop of marketing takes somebody away only where they have agreed to the rest of it.
    stops = (
        select(TopicStop.topic, func.count())
        .join(Member, Member.id == TopicStop.member_id)
        .where(active, or_(TopicStop.topic.not_in(MARKETING), Member.marketing_consent))
        .group_by(TopicStop.topic)
    )
    for topic, count in await session.execute(stops):
        counts[Topic(topic)] -= count
    return counts


async def last_sends(session: AsyncSession, member_id: int, *, limit: int = 10) -> Sequence[ProactiveSend]:
    """What the member got unasked, the newest first."""
    rows = select(ProactiveSend).where(ProactiveSend.member_id == member_id)
    return (
        await session.scalars(rows.order_by(ProactiveSend.sent_at.desc(), ProactiveSend.id.desc()).limit(limit))
    ).all()


async def answered_now(session: AsyncSession, conversation_id: str) -> ProactiveSend | None:
    """The message sent unasked that the customer's last words answer: nothing else was said to them in between."""
    told = (
        select(Message.id)
        .where(Message.conversation_id == conversation_id, Message.author != Author.CUSTOMER)
        .order_by(Message.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    return await session.scalar(select(ProactiveSend).where(ProactiveSend.message_id == told))


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
