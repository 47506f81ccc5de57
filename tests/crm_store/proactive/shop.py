"""A member with an address, and short ways to send them news."""

from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, conversations, identities, proactive
from crm_store.conversations import Conversation
from crm_store.language import Language
from crm_store.members import Member
from crm_store.messages import Reply
from crm_store.proactive import HeldBack, Kind, News, ProactiveSend
from tests.crm_store.inbox import receive
from tests.crm_store.shop import make_member


async def reachable(session: AsyncSession, *, user: str = "u1", **more: Any) -> tuple[Member, Conversation]:
    """A member who wrote on the made-up channel an hour ago and is bound there."""
    now = clock.now()
    member = await make_member(session, **({"marketing_consent": True} | more))
    received = await receive(session, "你好", user=user)
    identity = await identities.get(session, received.conversation.identity_id)
    await identities.bind(session, identity, member, by="email_code")
    conversation = received.conversation
    conversation.member_id = member.id
    conversation.last_customer_at = conversation.last_message_at = now - timedelta(hours=1)
    await session.flush()
    return member, await conversations.locked(session, conversation.id)


def news(member: Member, kind: Kind = Kind.REFUND_PAID, thing: object = 1) -> News:
    return News(kind=kind, thing=str(thing), member_id=member.id)


def words(_member: Member, _language: Language) -> Reply:
    return Reply(text="有新消息")


async def sent(session: AsyncSession, what: News) -> ProactiveSend:
    done = await proactive.send(session, what, words)
    assert not isinstance(done, HeldBack), done
    return done[0]


async def why_not(session: AsyncSession, what: News) -> HeldBack | None:
    done = await proactive.send(session, what, words)
    return done if isinstance(done, HeldBack) else None
