"""Conversations by words that were said in them, closed ones too."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import messages
from crm_store.archived import ArchivedWords
from crm_store.conversations import Conversation
from crm_store.folding import fold
from crm_store.identities import Identity
from crm_store.members import Member
from crm_store.messages import SEARCHED, Message
from crm_store.sealing import like_words
from crm_store.search.models import MessageWords

LEAST_LATIN_CHARACTERS = 2
LINES_READ = 200
"""Matching messages looked at, the newest: several may be of one conversation."""
EXCERPT_BEFORE, EXCERPT_AFTER = 14, 46
"""Characters shown of a message on either side of where the words begin."""


@dataclass(frozen=True, kw_only=True)
class Saying:
    """A conversation and the newest message in it that has the words; `excerpt` is the part around them."""

    conversation: Conversation
    identity: Identity
    member: Member | None
    excerpt: str
    at: datetime


async def saying(session: AsyncSession, text: str, *, limit: int) -> list[Saying]:
    """Conversations in which a customer or an agent said all the words of `text` in one message, the newest first, and
    archived ones behind the others."""
    terms = [term for part in text.split() for term in fold(part).split()]
    if not terms or all(len(term) < LEAST_LATIN_CHARACTERS for term in terms):
        return []
    lines = select(MessageWords.message_id, MessageWords.conversation_id, MessageWords.folded)
    for term in terms:
        lines = lines.where(like_words(MessageWords.folded, term))
    found = await session.execute(lines.order_by(MessageWords.message_id.desc()).limit(LINES_READ))
    newest: dict[str, int] = {}
    for message_id, conversation_id, folded in found:
        if all(term in folded for term in terms):
            newest.setdefault(conversation_id, message_id)
    chosen = list(newest.values())[:limit]
    rows = (
        select(Conversation, Identity, Member, Message.text, Message.created_at)
        .join(Message, Message.conversation_id == Conversation.id)
        .join(Identity, Identity.id == Conversation.identity_id)
        .outerjoin(Member, Member.id == Conversation.member_id)
        .where(Message.id.in_(chosen))
        .order_by(Message.id.desc())
    )
    sayings = [
        Saying(conversation=talk, identity=identity, member=member, excerpt=excerpt(said or "", terms[0]), at=at)
        for talk, identity, member, said, at in (await session.execute(rows)).all()
    ]
    if len(chosen) < limit:
        sayings += await _in_archive(session, terms, limit=limit - len(chosen), but=newest.keys())
    return sayings


async def _in_archive(session: AsyncSession, terms: Sequence[str], *, limit: int, but: Collection[str]) -> list[Saying]:
    """The same among the archived ones, without those that were found already."""
    kept = select(ArchivedWords.conversation_id, ArchivedWords.folded)
    for term in terms:
        kept = kept.where(like_words(ArchivedWords.folded, term))
    found = await session.execute(kept.order_by(ArchivedWords.message_id.desc()).limit(LINES_READ))
    chosen = [
        conversation_id
        for conversation_id, folded in found
        if conversation_id not in but and any(all(term in line for term in terms) for line in folded.split("\n"))
    ][:limit]
    if not chosen:
        return []
    newest: dict[str, Message] = {}
    for each in await messages.together(session, dict.fromkeys(chosen, 0)):
        if each.author in SEARCHED and all(term in fold(each.text or "") for term in terms):
            newest[each.conversation_id] = each
    rows = (
        select(Conversation, Identity, Member)
        .join(Identity, Identity.id == Conversation.identity_id)
        .outerjoin(Member, Member.id == Conversation.member_id)
        .where(Conversation.id.in_(newest))
    )
    sayings = [
        Saying(
            conversation=talk, identity=identity, member=member,
            excerpt=excerpt(newest[talk.id].text or "", terms[0]), at=newest[talk.id].created_at,
        )
        for talk, identity, member in (await session.execute(rows)).all()
    ]  # fmt: skip
    return sorted(sayings, key=lambda each: newest[each.conversation.id].id, reverse=True)


def excerpt(said: str, term: str) -> str:
    """The part of what was said around where it has the folded `term`, on one line."""
    said = " ".join(said.split())
    at = next((place for place in range(len(said)) if _begins(said, place, term)), 0)
    start = max(0, at - EXCERPT_BEFORE)
    end = at + EXCERPT_AFTER
    return ("…" if start else "") + said[start:end] + ("…" if end < len(said) else "")


def _begins(said: str, place: int, term: str) -> bool:
    """Whether the term stands at that place; punctuation in it folds away, so a longer part is looked at."""
    if fold(said[place])[:1] != term[0]:
        return False
    return fold(said[place : place + 2 * len(term) + EXCERPT_BEFORE]).startswith(term)
