"""Finding conversations, with or without a lock on the row."""

from collections.abc import Collection

from sqlalchemy import bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.conversations.errors import ConversationClosed, NotHeld
from crm_store.conversations.models import Conversation, ConversationState
from crm_store.errors import NotFound
from crm_store.identities import PROVED, Identity
from crm_store.members import Member
from crm_store.messages import needs_delivery


async def get(session: AsyncSession, conversation_id: str) -> Conversation:
    """Raises NotFound."""
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFound("conversation", conversation_id)
    return conversation


async def with_owner(session: AsyncSession, conversation_id: str) -> tuple[Conversation, Identity, Member | None]:
    """The conversation, whose it is, and the member they were proved to be. Raises NotFound."""
    row = (await session.execute(_WITH_OWNER, {"called": conversation_id})).one_or_none()
    if row is None:
        raise NotFound("conversation", conversation_id)
    return row[0], row[1], row[2]


_WITH_OWNER = (
    select(Conversation, Identity, Member)
    .join(Identity, Identity.id == Conversation.identity_id)
    .outerjoin(Member, Member.id == Identity.member_id)
    .where(Conversation.id == bindparam("called"))
)


async def locked(session: AsyncSession, conversation_id: str) -> Conversation:
    """The conversation as it is now, locked until the transaction ends. Raises NotFound.

    All locks here are FOR NO KEY UPDATE: a plain FOR UPDATE would also wait for every row that merely refers to this
    one (an interaction, a message), and the inbox and the desk, which lock identity and conversation, would deadlock.
    """
    conversation = await session.scalar(
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if conversation is None:
        raise NotFound("conversation", conversation_id)
    return conversation


async def lock_all(session: AsyncSession, conversation_ids: Collection[str]) -> None:
    """Lock the conversations, open or closed, before everything that was said in them is taken out."""
    mine = select(Conversation.id).where(Conversation.id.in_(conversation_ids))
    await session.execute(mine.order_by(Conversation.id).with_for_update(key_share=True))


async def lock_closed(session: AsyncSession, conversation_ids: Collection[str]) -> None:
    """Lock those of the conversations that are closed, before what was said in them is changed: who archives one or
    brings it back locks it first too, so that nobody waits in a circle."""
    closed = select(Conversation.id).where(
        Conversation.id.in_(conversation_ids), Conversation.state == ConversationState.CLOSED
    )
    await session.execute(closed.order_by(Conversation.id).with_for_update(key_share=True))


async def current(session: AsyncSession, identity_id: int) -> Conversation | None:
    """The identity's open conversation."""
    return await session.scalar(
        select(Conversation).where(
            Conversation.identity_id == identity_id, Conversation.state != ConversationState.CLOSED
        )
    )


async def locked_current(session: AsyncSession, identity_id: int) -> Conversation | None:
    """The identity's open conversation as it is now, locked until the transaction ends."""
    return await session.scalar(
        select(Conversation)
        .where(Conversation.identity_id == identity_id, Conversation.state != ConversationState.CLOSED)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


async def elsewhere(session: AsyncSession, identity: Identity, *, lock: bool = False) -> Conversation | None:
    """The open conversation that a member has on another of their devices of the same channel, the latest if there are
    several; only for a device where they have proved to be the member, and only where messages are fetched: elsewhere
    an address belongs to one chat. `lock`: as it is now, locked until the transaction ends."""
    if not identity.is_proved or needs_delivery(identity.channel):
        return None
    query = (
        select(Conversation)
        .join(Identity, Identity.id == Conversation.identity_id)
        .where(
            Conversation.member_id == identity.member_id,
            Conversation.channel == identity.channel,
            Conversation.state != ConversationState.CLOSED,
            Conversation.identity_id != identity.id,
            Identity.member_id == identity.member_id,
            Identity.verified_by.in_(PROVED),
        )
        .order_by(Conversation.last_message_at.desc())
        .limit(1)
    )
    if lock:
        query = query.with_for_update(key_share=True, of=Conversation).execution_options(populate_existing=True)
    return await session.scalar(query)


async def held(session: AsyncSession, conversation_id: str, agent_id: int | None = None) -> Conversation:
    """The conversation, locked, if this agent holds it, or without one if anybody does. Raises NotFound, NotHeld,
    ConversationClosed."""
    conversation = await locked(session, conversation_id)
    if conversation.state == ConversationState.CLOSED:
        raise ConversationClosed(conversation_id)
    if conversation.state != ConversationState.AGENT or agent_id not in (None, conversation.agent_id):
        raise NotHeld(conversation_id, agent_id, conversation.agent_id)
    return conversation


async def spoken_by(session: AsyncSession, conversation_id: str, agent_id: int) -> Conversation:
    """The conversation, locked, if this agent may speak in it: who holds it, or has joined. Raises as `held`."""
    conversation = await held(session, conversation_id)
    if agent_id not in (conversation.agent_id, *conversation.joined):
        raise NotHeld(conversation_id, agent_id, conversation.agent_id)
    return conversation


async def for_identity(session: AsyncSession, identity_id: int, *, limit: int = 20) -> list[Conversation]:
    """What was ever said at this address, the latest first."""
    query = select(Conversation).where(Conversation.identity_id == identity_id)
    return list(await session.scalars(query.order_by(Conversation.last_message_at.desc()).limit(limit)))


async def open_for_member(session: AsyncSession, member_id: int) -> list[Conversation]:
    """The member's open conversations on all channels, the latest first. A merged one is no more than a line of one."""
    over = (ConversationState.CLOSED, ConversationState.MERGED)
    query = select(Conversation).where(Conversation.member_id == member_id, Conversation.state.not_in(over))
    return list(await session.scalars(query.order_by(Conversation.last_message_at.desc())))


async def for_member(session: AsyncSession, member_id: int, *, limit: int = 20) -> list[Conversation]:
    """The member's conversations on all channels, the latest first."""
    query = select(Conversation).where(Conversation.member_id == member_id)
    return list(await session.scalars(query.order_by(Conversation.last_message_at.desc()).limit(limit)))


async def lines(session: AsyncSession, conversation_id: str) -> list[Conversation]:
    """The conversation and those merged into it, the oldest first. Raises NotFound."""
    query = select(Conversation).where(
        or_(Conversation.id == conversation_id, Conversation.merged_into_id == conversation_id)
    )
    found = list(await session.scalars(query.order_by(Conversation.opened_at, Conversation.id)))
    if not found:
        raise NotFound("conversation", conversation_id)
    return found


async def written_in(session: AsyncSession, conversation: Conversation) -> Conversation:
    """Where the customer reads what is said in a conversation that this transaction has locked: the line they used
    last, locked, while the same member is still reached there; else the conversation itself."""
    if conversation.written_in_id is None:
        return conversation
    line = await locked(session, conversation.written_in_id)
    identity = await session.get_one(Identity, line.identity_id, populate_existing=True)
    is_line = line.merged_into_id == conversation.id and identity.member_id == conversation.member_id
    if not is_line or identity.blocked_at is not None:
        return conversation
    if line.state == ConversationState.CLOSED and await current(session, identity.id) is not None:
        return conversation  # they have begun anew there
    return line
