"""Erasing in two steps: the words at once, in the transaction of the wish; addresses, files and what the dialogue
server remembers once the talk in which it was wished rests, so that the customer can still be told."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import archived, conversations, identities, members, search
from crm_store.append_only import erase_words
from crm_store.clock import now
from crm_store.conversations import Conversation, ConversationState
from crm_store.erasure.elsewhere import (
    forget_api_answers,
    forget_file_names,
    forget_gap_questions,
    forget_history,
    forget_references,
)
from crm_store.erasure.models import Erasure
from crm_store.erasure.person import Person, person
from crm_store.erasure.words import BLANKED, NOTHING_SAID, REMOVED
from crm_store.identities import Identity
from crm_store.imports.keeping import forget_refused_values
from crm_store.members import MemberStatus
from crm_store.messages import Message, MessageStatus
from crm_store.points.models import Entry

AT_REST = timedelta(minutes=10)
"""So long nothing is said, and nothing waits to be delivered, before the addresses go."""
AT_LAST = timedelta(days=1)
"""Then they go whatever is said."""
OUTCOME = "erased"
"""Of conversations that end with the erasure."""


async def erase_member(session: AsyncSession, member_id: int, *, by: str) -> Erasure:
    """Take out of every table what tells who the member is and what they wrote; numbers, sums and times stay for the
    books. What the store cannot reach follows: see `due`. Raises NotFound."""
    member = await members.get(session, member_id)
    await _hold(session, await person(session, member_id=member_id))
    # As they are under the lock: an import may just have brought another name.
    await session.refresh(member, with_for_update=True)
    phone, email = member.phone, member.email
    if member.status != MemberStatus.ERASED:
        await forget_api_answers(session, {member.number, phone, email, member.given_name})
    await members.erase(session, member, by=by)
    return await _begin(session, await person(session, member_id=member_id))


async def erase_chat(session: AsyncSession, identity_id: int) -> Erasure:
    """The same for a customer who is no member; a member's conversations on the same channel are not touched."""
    return await _begin(session, await person(session, identity_id=identity_id))


async def due(session: AsyncSession) -> list[Erasure]:
    """Erasures to be finished: nothing was said lately, nothing waits to be delivered, or it takes too long."""
    found = await session.scalars(select(Erasure).where(Erasure.finished_at.is_(None)).order_by(Erasure.id))
    return [each for each in found.all() if each.asked_at <= now() - AT_LAST or await _rests(session, each)]


async def sweep(session: AsyncSession, erasure: Erasure) -> list[Conversation]:
    """Erase what was said since, end what is open, and take the addresses; the conversations that were ended.

    Safe to repeat.
    """
    erased = await _person(session, erasure)
    await _hold(session, erased)
    open_ones = select(Conversation.id).where(
        Conversation.id.in_(erased.conversations), Conversation.state != ConversationState.CLOSED
    )
    ended = [
        await conversations.close(session, each, outcome=OUTCOME) for each in (await session.scalars(open_ones)).all()
    ]
    if erasure.member_id is not None:
        # Nobody writes to an erased row any more; what stands there all the same, goes.
        await members.erase(session, await members.get(session, erasure.member_id))
    again = await _begin(session, erased)
    assert again.id == erasure.id
    for identity in (await session.scalars(select(Identity).where(Identity.id.in_(erased.identities)))).all():
        identity.channel_user_id, identity.display_name = f"erased:{identity.id}", ""
    await session.flush()
    return ended


async def conversations_of(session: AsyncSession, erasure: Erasure) -> Sequence[str]:
    """Ids of all conversations of the person, for who else remembers them."""
    return (await _person(session, erasure)).conversations


async def files_of(session: AsyncSession, erasure: Erasure) -> list[str]:
    """Refs of the person's attachments, whose files are to be removed."""
    known = await session.get(Erasure, erasure.id)
    return [] if known is None else known.files


async def finished(session: AsyncSession, erasure: Erasure) -> None:
    """Files are gone and the dialogue server has forgotten."""
    known = await session.get(Erasure, erasure.id)
    assert known is not None
    known.finished_at, known.files = now(), []
    await session.flush()


async def _hold(session: AsyncSession, erased: Person) -> None:
    """Lock the person's addresses and conversations, in the order in which a message that comes in does: nobody then
    waits in a circle. The member comes last."""
    await identities.lock_all(session, erased.identities)
    await conversations.lock_all(session, erased.conversations)


async def _begin(session: AsyncSession, erased: Person) -> Erasure:
    """The person's open erasure, with every word taken out."""
    erasure = await session.scalar(
        select(Erasure).where(
            Erasure.member_id == erased.member_id
            if erased.member_id is not None
            else Erasure.identity_id == erased.identity_id,
            Erasure.finished_at.is_(None),
        )
    )
    if erasure is None:
        erasure = Erasure(member_id=erased.member_id, identity_id=erased.identity_id, files=[], asked_at=now())
        session.add(erasure)
    await _hold(session, erased)
    erasure.files = sorted({*erasure.files, *await _files(session, erased)})
    await session.flush()
    await forget_gap_questions(session, erased)
    await search.forget_words(session, erased.conversations)
    await archived.forget(session, erased.conversations, NOTHING_SAID)
    await forget_file_names(session, erased)
    for table in REMOVED:
        gone = delete(table).where(erased.rows(table))
        await session.execute(gone.execution_options(synchronize_session="fetch"))
    for table, values in BLANKED.items():
        blank = update(table).where(erased.rows(table)).values(dict(values))
        if table is Entry:
            await erase_words(session, blank)
        else:
            await session.execute(blank.execution_options(synchronize_session="fetch"))
    names = update(Identity).where(Identity.id.in_(erased.identities)).values(display_name="")
    await session.execute(names.execution_options(synchronize_session="fetch"))
    if erased.member_id is not None:
        await forget_history(session, erased)
        await forget_references(session, erased)
        await forget_refused_values(session)
    await session.flush()
    return erasure


async def _files(session: AsyncSession, erased: Person) -> set[str]:
    rows = select(Message.attachments).where(erased.rows(Message), Message.attachments.is_not(None))
    found = {str(each["ref"]) for some in await session.scalars(rows) for each in some or () if each.get("ref")}
    return found | await archived.files(session, erased.conversations)


async def _rests(session: AsyncSession, erasure: Erasure) -> bool:
    latest: datetime = erasure.asked_at
    mine = (await _person(session, erasure)).conversations
    said = select(Conversation.last_message_at).where(Conversation.id.in_(mine))
    latest = max([latest, *(await session.scalars(said)).all()])
    on_the_way = exists().where(
        Message.conversation_id.in_(mine), Message.status.in_((MessageStatus.PENDING, MessageStatus.SENDING))
    )
    return latest <= now() - AT_REST and not await session.scalar(select(on_the_way))


async def _person(session: AsyncSession, erasure: Erasure) -> Person:
    return await person(session, member_id=erasure.member_id, identity_id=erasure.identity_id)
