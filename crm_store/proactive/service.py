"""Sending one piece of news: looked at again under the member's lock, written into the conversation, noted once."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import complaints, conversations, locks, members
from crm_store.clock import business_zone, now
from crm_store.conversations import Context, Conversation, ConversationState
from crm_store.identities import Identity
from crm_store.language import Language
from crm_store.members import Member, MemberStatus
from crm_store.messages import Reply
from crm_store.policy import policy
from crm_store.proactive import consent, rules
from crm_store.proactive.models import MARKETING, HeldBack, Kind, News, ProactiveSend, StockWatch

NEWS = "news"
"""In the focus of the conversation: the topic of what was told unasked, to which a bare "stop" is an answer."""

Words = Callable[[Member, Language], Reply]
"""The message to a member in a language."""


async def held_back(session: AsyncSession, news: News, *, at: datetime | None = None) -> HeldBack | None:
    """Why the news is not sent at `at`; None: it may go out, as far as can be told without the conversation."""
    at, shop = at or now(), policy().proactive
    if not shop.topics[news.topic]:
        return HeldBack.SWITCHED_OFF
    member = await members.get(session, news.member_id)
    if member.status not in _statuses(news):
        return HeldBack.NOT_ACTIVE
    if not await (consent.has_not_stopped if news.agreed else consent.may_tell)(session, member, news.topic):
        return HeldBack.NOT_WANTED
    if rules.is_quiet(at, member.zone, shop):
        return HeldBack.QUIET_HOURS
    if await session.scalar(select(ProactiveSend.id).where(ProactiveSend.key == news.key)) is not None:
        return HeldBack.TOLD
    if rules.is_enough(news.topic, await _lately(session, member.id, at), at, shop):
        return HeldBack.ENOUGH
    if news.topic in MARKETING and await complaints.open_for_member(session, member.id):
        return HeldBack.COMPLAINT_OPEN
    if await _spoke_just_now(session, member.id, at):
        return HeldBack.IN_TALK
    return None


async def send(
    session: AsyncSession, news: News, words: Words, *, at: datetime | None = None
) -> tuple[ProactiveSend, Conversation] | HeldBack:
    """Write the message where the member was seen last and note it; or say what holds it back.

    On the website it stands in the conversation and is read at the next visit; elsewhere it goes through the outbox.
    Two replicas that send the same news at once send it once: the key is looked up under the member's lock.
    """
    at = at or now()
    await locks.hold(session, f"proactive:{news.member_id}")
    if (reason := await held_back(session, news, at=at)) is not None:
        return reason
    member = await members.get(session, news.member_id)
    conversation = await conversations.reach(session, member_id=member.id)
    if conversation is None:
        return HeldBack.NO_ADDRESS
    if is_busy(conversation, at):
        return HeldBack.IN_TALK
    message = await conversations.say(session, conversation, words(member, language_of(conversation, member)))
    context = Context.read(conversation.context).told(NEWS, news.topic, at=message.seq)
    conversation.context = context.stored()
    sent = ProactiveSend(
        key=news.key,
        kind=news.kind,
        topic=news.topic,
        member_id=member.id,
        conversation_id=conversation.id,
        message_id=message.id,
        channel=conversation.channel,
        week=rules.week_of(at, business_zone()),
        sent_at=at,
        counts_until=at + policy().proactive.effect_within,
    )
    session.add(sent)
    if news.kind is Kind.BACK_IN_STOCK:
        watch = await session.get_one(StockWatch, news.facts["watch"].id)
        watch.told_at = at
    await session.flush()
    return sent, conversation


def is_busy(conversation: Conversation, at: datetime) -> bool:
    """Whether a message between would disturb: a person speaks with the customer, or the customer has just written."""
    wrote = conversation.last_customer_at
    just_now = wrote is not None and at - wrote < policy().proactive.after_talk
    return conversation.state != ConversationState.BOT or just_now


def language_of(conversation: Conversation, member: Member) -> Language:
    """The language the customer speaks there; where they have not spoken yet, that of their profile."""
    return Language.of(conversation.language or member.language)


def _statuses(news: News) -> tuple[MemberStatus, ...]:
    """Who wants to leave is left in peace, but still hears of their own orders, and of what they agreed to."""
    if news.agreed:
        return MemberStatus.ACTIVE, MemberStatus.LEAVING, MemberStatus.LEFT
    return (MemberStatus.ACTIVE,) if news.topic in MARKETING else (MemberStatus.ACTIVE, MemberStatus.LEAVING)


async def _lately(session: AsyncSession, member_id: int, at: datetime) -> list[rules.Sent]:
    rows = select(ProactiveSend.topic, ProactiveSend.sent_at).where(
        ProactiveSend.member_id == member_id, ProactiveSend.sent_at > at - rules.MONTH
    )
    return [(topic, sent_at) for topic, sent_at in await session.execute(rows)]


async def _spoke_just_now(session: AsyncSession, member_id: int, at: datetime) -> bool:
    """Whether the member writes just now, on whatever channel."""
    last = await session.scalar(
        select(func.max(Conversation.last_customer_at))
        .join(Identity, Identity.id == Conversation.identity_id)
        .where(Identity.member_id == member_id, Conversation.state != ConversationState.CLOSED)
    )
    return last is not None and at - last < policy().proactive.after_talk
