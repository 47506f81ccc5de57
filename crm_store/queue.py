"""The queue of customers who wait for a person, and the conversations an agent works on.

Lists are read a page at a time and counted over indexes: thousands may wait while hundreds of consoles are open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import median

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from crm_store import messages
from crm_store.clock import now
from crm_store.conversations import Conversation, ConversationLabel, ConversationState
from crm_store.identities import Identity
from crm_store.language import Language
from crm_store.members import Member
from crm_store.messages import Author, Message
from crm_store.tiers import Tier

THROUGHPUT_WINDOW = timedelta(hours=2)
THROUGHPUT_SAMPLE = 10
THROUGHPUT_MINIMUM = 3
USUAL_WINDOW = timedelta(days=14)
USUAL_SAMPLE, USUAL_MINIMUM = 50, 5
"""What is usual is said of so many of the last customers, and of no fewer."""
COUNTED_WITH_BOT = 1000
"""Conversations with the bot are counted up to this: nobody needs to know how many more there are."""


@dataclass(frozen=True, slots=True)
class Case:
    """One customer as an agent's list shows them. `member` is None for a visitor who is not known as a member;
    `waited`: since the first words that no person has answered yet; where none wait: since the last message; `last`:
    the customer's latest words, without what only the dialogue needs of them; `labels`: what the staff put on it."""

    conversation: Conversation
    identity: Identity
    member: Member | None
    last: Message | None
    waited: timedelta
    labels: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Only:
    """Which customers of a list are wanted; empty: all."""

    language: Language | None = None
    reason: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many conversations are where. `with_bot`: at most COUNTED_WITH_BOT; `in_hand` (without the snoozed ones) and
    `snoozed`: by agent."""

    waiting: int
    with_bot: int
    in_hand: Mapping[int, int]
    snoozed: Mapping[int, int]


def _in(state: ConversationState) -> ColumnElement[bool]:
    """The state written out in the statement: only so do databases see that a partial index fits."""
    return Conversation.state == literal(state.value, literal_execute=True)


_tier_rank = func.coalesce(Tier.rank, -1)
_RANKED = (
    select(Conversation.id)
    .outerjoin(Member, Member.id == Conversation.member_id)
    .outerjoin(Tier, Tier.code == Member.tier_code)
    .where(_in(ConversationState.QUEUE))
)
_LATEST = (
    select(Message.id)
    .where(
        Message.conversation_id == func.coalesce(Conversation.written_in_id, Conversation.id),
        Message.author == Author.CUSTOMER,
    )
    .order_by(Message.seq.desc())
    .limit(1)
    .correlate(Conversation)
    .scalar_subquery()
)
_LABELS = (
    select(func.aggregate_strings(ConversationLabel.name, "\n"))
    .where(ConversationLabel.conversation_id == Conversation.id)
    .correlate(Conversation)
    .scalar_subquery()
)
_CASES = (
    select(Conversation, Identity, Member, Message, _LABELS)
    .join(Identity, Identity.id == Conversation.identity_id)
    .outerjoin(Member, Member.id == Conversation.member_id)
    .outerjoin(Message, Message.id == _LATEST)
    .options(
        defer(Member.phone), defer(Member.email), defer(Message.ranking), defer(Message.entities),
        defer(Message.attachments), defer(Message.original_text),
    )
)  # fmt: skip


_NO_FILTER = Only()


async def waiting(session: AsyncSession, *, limit: int, only: Only = _NO_FILTER) -> list[Case]:
    """The head of the queue: the most urgent first, then the most valuable member, then the longest wait."""
    order = (Conversation.urgency.desc(), _tier_rank.desc(), Conversation.queued_at, Conversation.id)
    # First which ones, over the index alone; only these are read whole.
    ranked = _RANKED.where(*_wanted(only))
    found = ranked.add_columns(func.row_number().over(order_by=order).label("place")).order_by(*order).limit(limit)
    head = found.subquery()
    cases = _CASES.join(head, head.c.id == Conversation.id).order_by(head.c.place)
    return await _listed(session, cases)


async def held_by(session: AsyncSession, agent_id: int, *, limit: int, only: Only = _NO_FILTER) -> list[Case]:
    """The conversations an agent has in hand: who waits for an answer first, the longest wait on top, then who was
    answered. Snoozed ones are not among them."""
    mine = _CASES.where(
        _in(ConversationState.AGENT), Conversation.agent_id == agent_id, not_(_is_snoozed()), *_wanted(only)
    )
    answered = Conversation.waiting_since.is_(None)
    order = (answered, Conversation.waiting_since, Conversation.last_message_at.desc(), Conversation.id)
    return await _listed(session, mine.order_by(*order).limit(limit))


async def snoozed(session: AsyncSession, agent_id: int, *, limit: int, only: Only = _NO_FILTER) -> list[Case]:
    """What an agent has put off, the first to come back on top."""
    mine = _CASES.where(_in(ConversationState.AGENT), Conversation.agent_id == agent_id, _is_snoozed(), *_wanted(only))
    return await _listed(session, mine.order_by(Conversation.snoozed_until, Conversation.id).limit(limit))


async def held_by_others(session: AsyncSession, agent_id: int, *, limit: int, only: Only = _NO_FILTER) -> list[Case]:
    """What the agent's colleagues have in hand, the latest message first."""
    others = (_in(ConversationState.AGENT), Conversation.agent_id != agent_id, *_wanted(only))
    return await _latest(session, *others, limit=limit)


async def with_people(session: AsyncSession, *, limit: int, only: Only = _NO_FILTER) -> list[Case]:
    """Everybody who waits for a person or is with one, the latest message first."""
    theirs = or_(_in(ConversationState.QUEUE), _in(ConversationState.AGENT))
    return await _latest(session, theirs, *_wanted(only), limit=limit)


async def with_bot(session: AsyncSession, *, limit: int, only: Only = _NO_FILTER) -> list[Case]:
    """What the bot answers, the latest message first."""
    return await _latest_in(session, ConversationState.BOT, limit, only)


async def closed(session: AsyncSession, *, limit: int, only: Only = _NO_FILTER) -> list[Case]:
    """What is over, the latest message first."""
    return await _latest_in(session, ConversationState.CLOSED, limit, only)


async def _latest(session: AsyncSession, *where: ColumnElement[bool], limit: int) -> list[Case]:
    """Those that meet all of `where`, the latest message first: first which ones, then only these are read whole, and
    not thousands that are then left out."""
    latest_first = Conversation.last_message_at.desc()
    head = select(Conversation.id).where(*where).order_by(latest_first).limit(limit).subquery()
    return await _listed(session, _CASES.join(head, head.c.id == Conversation.id).order_by(latest_first))


async def _latest_in(session: AsyncSession, state: ConversationState, limit: int, only: Only) -> list[Case]:
    """Of one state, whose index has them in that order."""
    found = _CASES.where(_in(state), *_wanted(only)).order_by(Conversation.last_message_at.desc()).limit(limit)
    return await _listed(session, found)


def _wanted(only: Only) -> list[ColumnElement[bool]]:
    wanted = []
    if only.language is not None:
        wanted.append(_speaks(only.language))
    if only.reason is not None:
        wanted.append(Conversation.queue_reason == only.reason)
    if only.label is not None:
        named = select(ConversationLabel.conversation_id).where(ConversationLabel.name == only.label)
        wanted.append(Conversation.id.in_(named))
    return wanted


def _speaks(language: Language) -> ColumnElement[bool]:
    """As `Language.of` reads a tag."""
    tag = func.lower(func.replace(func.coalesce(Conversation.language, Conversation.locale, ""), "_", "-"))
    english = or_(tag == "en", tag.startswith("en-"))
    traditional = or_(*(tag.concat("-").contains(f"-{part}-") for part in ("hant", "tw", "hk", "mo")))
    if language is Language.EN:
        return english
    return and_(not_(english), traditional if language is Language.ZH_HANT else not_(traditional))


def _is_snoozed() -> ColumnElement[bool]:
    return and_(Conversation.snoozed_until.is_not(None), Conversation.snoozed_until > now())


async def _listed(
    session: AsyncSession, query: Select[Conversation, Identity, Member, Message, str | None]
) -> list[Case]:
    cases = [_case(row) for row in await session.execute(query)]
    kept = [_spoken_in(each) for each in cases if each.last is None and each.conversation.archived_at is not None]
    if not kept:
        return cases
    said = await messages.of_archive(session, kept)
    last = {each.conversation_id: each for each in said if each.author == Author.CUSTOMER}
    return [replace(each, last=each.last or last.get(_spoken_in(each))) for each in cases]


def _spoken_in(case: Case) -> str:
    return case.conversation.written_in_id or case.conversation.id


def _case(row: Row[Conversation, Identity, Member, Message, str | None]) -> Case:
    conversation, identity, member, last, labels = row
    in_line = conversation.queued_at if conversation.state == ConversationState.QUEUE else None
    since = conversation.waiting_since or in_line or conversation.last_message_at
    return Case(
        conversation, identity, member, last, now() - since, sorted((labels or "").split("\n")) if labels else ()
    )


async def counts(session: AsyncSession) -> Counts:
    waiting = select(func.count()).select_from(Conversation).where(_in(ConversationState.QUEUE))
    some_bots = select(literal(1)).select_from(Conversation).where(_in(ConversationState.BOT)).limit(COUNTED_WITH_BOT)
    with_bot = select(func.count()).select_from(some_bots.subquery())
    found = (await session.execute(select(waiting.scalar_subquery(), with_bot.scalar_subquery()))).one()
    put_off = func.sum(case((_is_snoozed(), 1), else_=0))
    held = select(Conversation.agent_id, func.count(), put_off).where(_in(ConversationState.AGENT))
    rows = [row for row in await session.execute(held.group_by(Conversation.agent_id)) if row[0] is not None]
    in_hand = {agent_id: held - put_off for agent_id, held, put_off in rows}
    return Counts(found[0], found[1], in_hand, {agent_id: put_off for agent_id, _, put_off in rows})


async def next_for(session: AsyncSession, agent_id: int) -> str | None:
    """Whom the agent turns to next: their own customer who has waited longest, else the head of the queue."""
    own = select(Conversation.id).where(
        _in(ConversationState.AGENT),
        Conversation.agent_id == agent_id,
        Conversation.waiting_since.is_not(None),
        not_(_is_snoozed()),
    )
    mine = await session.scalar(own.order_by(Conversation.waiting_since, Conversation.id).limit(1))
    if mine is not None:
        return mine
    head = await waiting(session, limit=1)
    return head[0].conversation.id if head else None


async def long_waiting(session: AsyncSession, *, longer_than: timedelta, limit: int) -> list[str]:
    """Ids of conversations in line for longer than that, who have not been offered a call yet, the longest first."""
    query = select(Conversation.id).where(
        _in(ConversationState.QUEUE),
        Conversation.queued_at <= now() - longer_than,
        Conversation.call_back_offered_at.is_(None),
    )
    return list(await session.scalars(query.order_by(Conversation.queued_at).limit(limit)))


async def queue_position(session: AsyncSession, conversation_id: str) -> int | None:
    """The place in the queue, counted from 1; None when not waiting."""
    mine = _RANKED.with_only_columns(Conversation.urgency, _tier_rank, Conversation.queued_at)
    row = (await session.execute(mine.where(Conversation.id == conversation_id))).one_or_none()
    if row is None:
        return None
    urgency, rank, queued_at = row
    earlier = or_(
        Conversation.queued_at < queued_at,
        and_(Conversation.queued_at == queued_at, Conversation.id < conversation_id),
    )
    more_urgent = select(func.count()).select_from(Conversation).where(
        _in(ConversationState.QUEUE), Conversation.urgency > urgency
    )  # fmt: skip
    as_urgent = _RANKED.with_only_columns(func.count()).where(
        Conversation.urgency == urgency, or_(rank < _tier_rank, and_(_tier_rank == rank, earlier))
    )
    ahead = await session.scalar(select(more_urgent.scalar_subquery() + as_urgent.scalar_subquery()))
    return (ahead or 0) + 1


async def expected_wait(session: AsyncSession, position: int) -> timedelta | None:
    """How long somebody at `position` will wait at the pace at which agents took customers lately.

    None while too few were taken within THROUGHPUT_WINDOW to say anything true.
    """
    at = now()
    taken = list(
        await session.scalars(
            select(Conversation.taken_at)
            .where(Conversation.taken_at > at - THROUGHPUT_WINDOW, Conversation.queued_at.is_not(None))
            .order_by(Conversation.taken_at.desc())
            .limit(THROUGHPUT_SAMPLE)
        )
    )
    if len(taken) < THROUGHPUT_MINIMUM or taken[-1] is None:
        return None
    return (at - taken[-1]) / len(taken) * position


async def usual_wait(session: AsyncSession) -> timedelta | None:
    """How long half of those waited at most whom agents took within USUAL_WINDOW; None while they were too few."""
    rows = await session.execute(
        select(Conversation.queued_at, Conversation.taken_at)
        .where(Conversation.taken_at > now() - USUAL_WINDOW, Conversation.queued_at.is_not(None))
        .order_by(Conversation.taken_at.desc())
        .limit(USUAL_SAMPLE)
    )
    # Who is back in line still has the time at which somebody took them before.
    waits = [(taken - queued).total_seconds() for queued, taken in rows if queued and taken and taken >= queued]
    return timedelta(seconds=median(waits)) if len(waits) >= USUAL_MINIMUM else None
