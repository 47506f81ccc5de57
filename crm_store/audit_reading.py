"""Reading the audit trail: narrowed down, a page at a time, with what its subjects are.

A page begins behind an entry, not after so many: the trail grows while it is read, and its far end is as near as its
beginning.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, String, and_, cast, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.audit import AuditEntry
from crm_store.conversations import Conversation
from crm_store.errors import NotFound
from crm_store.followups import FollowUp
from crm_store.members import Member
from crm_store.messages import Direction, Message
from crm_store.work import Kind
from crm_store.work.sources import SOURCES

PAGE = 50
STRIDE = 1000
"""Entries read at once when all of them are wanted."""
PROGRAM = 0
"""In the place of an agent's id: the program itself and the shop's systems."""

SUBJECTS = {
    "complaint": Kind.COMPLAINTS, "promise": Kind.PROMISES, "callback": Kind.CALLBACKS, "return": Kind.RETURNS,
    "privacy": Kind.PRIVACY, "feedback": Kind.FEEDBACK, "compensation": Kind.APPROVALS, "message": Kind.DELIVERIES,
}  # fmt: skip
"""What the kinds of cases are called in the trail."""
_OF_MEMBERS = {name: kind for name, kind in SUBJECTS.items() if kind is not Kind.DELIVERIES}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which entries; None: whichever. `agent_id`: who acted (PROGRAM: no agent); `member_id`: to whom, in all that is
    the member's: conversations, cases, follow-ups; from `since` on and before `until`."""

    agent_id: int | None = None
    action: str | None = None
    member_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first. `newer`, `older`: whether there is more on that side."""

    entries: Sequence[AuditEntry]
    newer: bool
    older: bool


EVERYTHING = Wanted()


async def page(
    session: AsyncSession,
    wanted: Wanted = EVERYTHING,
    *,
    older_than: int | None = None,
    newer_than: int | None = None,
    size: int = PAGE,
) -> Page:
    """The newest page, or the one behind or before the entry with that id. Raises NotFound when there is none."""
    edge = older_than if older_than is not None else newer_than
    if edge is None:
        found = await _read(session, wanted, limit=size + 1)
        return Page(found[:size], newer=False, older=len(found) > size)
    at = await session.get(AuditEntry, edge)
    if at is None:
        raise NotFound("audit entry", edge)
    if older_than is not None:
        found = await _read(session, wanted, _older(at), limit=size + 1)
        return Page(found[:size], newer=True, older=len(found) > size)
    found = await _read(session, wanted, _newer(at), limit=size + 1, forwards=True)
    return Page(found[:size][::-1], newer=len(found) > size, older=True)


async def everything(session: AsyncSession, wanted: Wanted = EVERYTHING) -> AsyncIterator[Sequence[AuditEntry]]:
    """All of them, newest first, a stride at a time."""
    found = await _read(session, wanted, limit=STRIDE)
    while found:
        yield found
        found = await _read(session, wanted, _older(found[-1]), limit=STRIDE) if len(found) == STRIDE else []


async def members_in(session: AsyncSession, entries: Sequence[AuditEntry]) -> dict[str, Member]:
    """The members among the subjects, by subject."""
    named = {each.subject for each in entries if each.subject.startswith("member:")}
    ids = {int(each.removeprefix("member:")) for each in named}
    found = await session.scalars(select(Member).where(Member.id.in_(ids)))
    return {f"member:{each.id}": each for each in found}


def _older(entry: AuditEntry) -> ColumnElement[bool]:
    same_moment = and_(AuditEntry.at == entry.at, AuditEntry.id < entry.id)
    return and_(AuditEntry.at <= entry.at, or_(AuditEntry.at < entry.at, same_moment))


def _newer(entry: AuditEntry) -> ColumnElement[bool]:
    same_moment = and_(AuditEntry.at == entry.at, AuditEntry.id > entry.id)
    return and_(AuditEntry.at >= entry.at, or_(AuditEntry.at > entry.at, same_moment))


async def _read(
    session: AsyncSession, wanted: Wanted, *more: ColumnElement[bool], limit: int, forwards: bool = False
) -> Sequence[AuditEntry]:
    order = (AuditEntry.at, AuditEntry.id) if forwards else (AuditEntry.at.desc(), AuditEntry.id.desc())
    rows = select(AuditEntry).where(*_conditions(wanted), *more).order_by(*order).limit(limit)
    return (await session.scalars(rows)).all()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.agent_id is not None:
        is_program = wanted.agent_id == PROGRAM
        conditions.append(AuditEntry.agent_id.is_(None) if is_program else AuditEntry.agent_id == wanted.agent_id)
    if wanted.action is not None:
        conditions.append(AuditEntry.action == wanted.action)
    if wanted.member_id is not None:
        conditions.append(AuditEntry.subject.in_(_subjects_of(wanted.member_id)))
    if wanted.since is not None:
        conditions.append(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(AuditEntry.at < wanted.until)
    return conditions


def _subjects_of(member_id: int) -> Select[tuple[str]]:
    """All subjects that are the member's, as the trail names them."""
    parts = [
        select(literal(f"member:{member_id}").label("subject")),
        select(literal("conversation:", String) + Conversation.id).where(Conversation.member_id == member_id),
        select(literal("follow_up:", String) + cast(FollowUp.id, String)).where(FollowUp.member_id == member_id),
    ]
    for name, kind in _OF_MEMBERS.items():
        source = SOURCES[kind]
        parts.append(select(literal(f"{name}:", String) + source.number).where(source.member_id == member_id))
    sent = select(literal("message:", String) + cast(Message.id, String)).join_from(
        Message, Conversation, Conversation.id == Message.conversation_id
    )
    parts.append(sent.where(Conversation.member_id == member_id, Message.direction == Direction.OUT))
    named = union_all(*parts).subquery()
    return select(named.c.subject)
