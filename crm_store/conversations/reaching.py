"""Writing to a customer about a case of theirs, whoever speaks with them now and also when the talk was over."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import identities
from crm_store.conversations.context import Context
from crm_store.conversations.models import Conversation, ConversationState
from crm_store.conversations.queries import locked, written_in
from crm_store.conversations.receiving import open_for
from crm_store.conversations.speaking import append, by_key
from crm_store.identities import Identity
from crm_store.messages import Author, Message, MessageEmpty, MessageStatus, Reply, check_lengths


async def reach(
    session: AsyncSession,
    *,
    member_id: int | None,
    conversation_id: str | None = None,
    identity_id: int | None = None,
) -> Conversation | None:
    """The conversation in which the customer reads what is written about a case, locked: the case's own while it is
    open, else the one that the same person has on that address, else one at the member's latest address.

    None when there is no address at which this very customer is known: nobody else may read it.
    """
    if conversation_id is not None:
        case = await locked(session, conversation_id)
        if case.state != ConversationState.CLOSED and case.member_id == member_id:
            return case
        identity_id = identity_id or case.identity_id
    for identity in await _addresses(session, member_id, identity_id):
        found = await open_for(session, identity, locale=None)
        await session.flush()
        if found.member_id == member_id:
            return found
    return None


async def _addresses(session: AsyncSession, member_id: int | None, identity_id: int | None) -> list[Identity]:
    """Where this customer is known, the case's own address first; none on a channel that they have blocked."""
    found = [] if identity_id is None else [await identities.get(session, identity_id)]
    if member_id is not None:
        found += [each for each in await identities.for_member(session, member_id) if each.id != identity_id]
    usable = [each.id for each in found if each.member_id == member_id and each.blocked_at is None]
    # Under the lock of the address's row, as for a message that comes in, nobody opens a second conversation.
    return [
        (
            await session.scalars(
                select(Identity)
                .where(Identity.id == each)
                .with_for_update(key_share=True)
                .execution_options(populate_existing=True)
            )
        ).one()
        for each in usable
    ]


async def write_to(
    session: AsyncSession, conversation: Conversation, *, agent_id: int, reply: Reply, key: str
) -> Message:
    """An agent's words in a conversation that this transaction has locked, whoever holds it; the same key again returns
    the same message. What the buttons offer is what the customer's next words are read against.

    Raises MessageEmpty, TextTooLong.
    """
    check_lengths(reply.text)
    if not (reply.text or "").strip():
        raise MessageEmpty(conversation_id=conversation.id)
    known = await by_key(session, conversation.id, key)
    if known is not None:
        return known
    conversation = await written_in(session, conversation)
    if offered := [button for button in reply.buttons if button.get("payload")]:
        conversation.context = Context.read(conversation.context).asked(offered).stored()
    return await append(
        session,
        conversation,
        author=Author.AGENT,
        status=MessageStatus.PENDING,
        agent_id=agent_id,
        text=reply.text,
        buttons=reply.buttons or None,
        client_key=key,
    )
