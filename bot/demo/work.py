"""Open work of the demo shop: owned and nobody's, late, due soon and due later, and some of it done."""

import random
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.demo.people import SEED
from crm_store import (
    agents,
    callbacks,
    clock,
    compensation,
    complaints,
    feedback,
    followups,
    messages,
    privacy,
    promises,
    returns,
    service_hours,
)
from crm_store.complaints import ComplaintCategory
from crm_store.conversations import Conversation
from crm_store.feedback import FeedbackKind
from crm_store.followups import FollowUpOutcome
from crm_store.language import Language
from crm_store.members import Member
from crm_store.messages import Author, Message, MessageStatus
from crm_store.orders import Order, OrderStatus
from crm_store.promises import MadeBy, PromiseKind
from crm_store.returns import ReturnKind, ReturnReason, ReturnStatus
from crm_store.yaml_files import read_yaml

HOUR = timedelta(hours=1)
CUSTOMERS = 60
"""Members among whom the work is spread."""
PROMISED_IN = (-26, -5, -1, 0.6, 1.5, 4, 20, 30, 52)
"""Hours from now at which promises fall due."""
CHANGES_IN = (-2, 1.5, 5)
"""Hours from now at which the members hear whether their orders could be changed."""
CALLS_IN_DAYS = (0, 0, 1, 1, 2, 4)


@cache
def _words() -> dict[str, Any]:
    content: dict[str, Any] = read_yaml(files("bot.demo").joinpath("work.yml"))
    return content


async def write(session: AsyncSession, *, staff_ids: list[int]) -> None:
    """Spread work over members who are there already. `staff_ids`: those who may own it."""
    chance = random.Random(SEED)
    found = await session.scalars(select(Member).order_by(Member.id).offset(6).limit(CUSTOMERS))
    members = list(found)
    if not members:
        return
    await _own_complaints(session, staff_ids, chance)
    await _promises(session, members, staff_ids, chance)
    await _calls(session, members, staff_ids, chance)
    await _returns(session, members, staff_ids, chance)
    await _requests(session, members)
    await _feedback(session, members, staff_ids, chance)
    await _undelivered(session, staff_ids, chance)
    await _order_changes(session, members, staff_ids, chance)
    await _disputed_points(session, members, staff_ids, chance)


def _said(kind: str, language: str, chance: random.Random) -> str:
    return str(chance.choice(_words()[kind][Language.of(language)]))


async def _own_complaints(session: AsyncSession, staff_ids: list[int], chance: random.Random) -> None:
    """Two of three have an owner; the best documented of them waits for a compensation above an agent's limit."""
    for place, complaint in enumerate(await complaints.open_list(session)):
        if place % 3 == 2:
            continue
        owner = chance.choice(staff_ids)
        await complaints.assign(session, complaint, owner_id=owner, by_id=owner)
        if place in (0, 3) and complaint.member_id is not None:
            await compensation.propose(
                session,
                complaint,
                kind=compensation.CompensationKind.POINTS,
                amount=1_500,
                agent=await agents.get(session, staff_ids[0]),
                reason=_words()["compensation"][Language.ZH_HANS],
                key=f"demo:compensation:{complaint.number}",
            )


async def _promises(session: AsyncSession, members: list[Member], staff_ids: list[int], chance: random.Random) -> None:
    for place, hours in enumerate(PROMISED_IN):
        member = members[place % len(members)]
        due = clock.now() + hours * HOUR
        agent = chance.choice(staff_ids)
        promise = await promises.make(
            session,
            member_id=member.id,
            kind=PromiseKind.OTHER,
            text=_said("promises", member.language, chance),
            due_at=due,
            key=f"demo:promise:{place}",
            made_by=MadeBy.AGENT,
            agent_id=agent,
            at=due - 30 * HOUR,
        )
        if place == 0:
            await promises.assign(session, promise, owner_id=None)
    await _kept(session, members, staff_ids, chance)


async def _kept(session: AsyncSession, members: list[Member], staff_ids: list[int], chance: random.Random) -> None:
    """Those of the last weeks, nearly all of them kept."""
    for place in range(24):
        member = members[(place * 7) % len(members)]
        due = clock.now() - timedelta(days=chance.randrange(2, 28))
        promise = await promises.make(
            session,
            member_id=member.id,
            kind=PromiseKind.OTHER,
            text=_said("promises", member.language, chance),
            due_at=due,
            key=f"demo:kept:{place}",
            made_by=MadeBy.AGENT,
            agent_id=staff_ids[place % len(staff_ids)],
            at=due - 6 * HOUR,
        )
        await promises.keep(session, promise, at=due + HOUR if place % 8 == 5 else due - HOUR)


async def _calls(session: AsyncSession, members: list[Member], staff_ids: list[int], chance: random.Random) -> None:
    for place, days in enumerate(CALLS_IN_DAYS):
        member = members[(place * 5 + 2) % len(members)]
        wished = clock.now() + timedelta(days=days, hours=1 + place)
        opens, closes = service_hours.next_shift(wished, least=HOUR)
        start = max(service_hours.round_up(wished, HOUR), opens)
        start, end = (start, start + HOUR) if start + HOUR <= closes else (closes - HOUR, closes)
        asked = start - timedelta(hours=20) if start - timedelta(hours=20) < clock.now() else clock.now()
        callback = await callbacks.request(
            session,
            member_id=member.id,
            phone=member.phone or "13800000000",
            topic=_said("calls", member.language, chance),
            window_start=start,
            window_end=end,
            key=f"demo:call:{place}",
            language=Language.of(member.language),
            at=asked,
        )
        if place % 2:
            await callbacks.assign(session, callback, owner_id=chance.choice(staff_ids))
        if place == 3:
            await callbacks.mark_done(session, callback, agent_id=staff_ids[0], reached=False)


async def _returns(session: AsyncSession, members: list[Member], staff_ids: list[int], chance: random.Random) -> None:
    """One for each step, of orders that have just arrived."""
    delivered = await session.scalars(
        select(Order)
        .where(
            Order.status.in_((OrderStatus.DELIVERED, OrderStatus.COMPLETED)),
            Order.delivered_at > clock.now() - timedelta(days=20),
            Order.member_id.in_([member.id for member in members]),
        )
        .order_by(Order.id)
        .limit(6)
    )
    steps = (
        (),
        (),
        (ReturnStatus.APPROVED,),
        (ReturnStatus.APPROVED, ReturnStatus.IN_TRANSIT),
        (ReturnStatus.APPROVED, ReturnStatus.RECEIVED),
        (ReturnStatus.APPROVED, ReturnStatus.RECEIVED, ReturnStatus.REFUNDED),
    )
    for place, (order, way) in enumerate(zip(delivered, steps, strict=False)):
        member = await session.get_one(Member, order.member_id)
        request = await returns.open_return(
            session,
            order,
            order.lines[0],
            reason=ReturnReason.QUALITY,
            kind=ReturnKind.EXCHANGE if place == 1 else ReturnKind.RETURN,
            note=_said("notes", member.language, chance),
            key=f"demo:return:{place}",
            at=clock.now() - timedelta(hours=30 - place * 4),
        )
        for step in way:
            await returns.advance(session, request, step, at=clock.now() - timedelta(hours=9 - place))
        if place % 2 == 0:
            await returns.assign(session, request, owner_id=chance.choice(staff_ids))


async def _requests(session: AsyncSession, members: list[Member]) -> None:
    for place, (kind, days) in enumerate((("export", 14), ("delete", 3))):
        member = members[(place * 11 + 20) % len(members)]
        await privacy.open(
            session, member_id=member.id, kind=kind, key=f"demo:{kind}", at=clock.now() - timedelta(days=days)
        )


async def _feedback(session: AsyncSession, members: list[Member], staff_ids: list[int], chance: random.Random) -> None:
    kinds = [FeedbackKind.SUGGESTION, FeedbackKind.PRAISE, FeedbackKind.SUGGESTION, FeedbackKind.PRAISE]
    for place, kind in enumerate(kinds):
        member = members[(place * 13 + 4) % len(members)]
        words = "praise" if kind is FeedbackKind.PRAISE else "suggestions"
        said = await feedback.record(
            session,
            kind=kind,
            text=_said(words, member.language, chance),
            member_id=member.id,
            agent_id=staff_ids[0] if kind is FeedbackKind.PRAISE else None,
            key=f"demo:feedback:{place}",
            at=clock.now() - timedelta(hours=3 + 7 * place),
        )
        if place == 3:
            await feedback.mark_read(session, said, agent_id=staff_ids[0])


async def _order_changes(
    session: AsyncSession, members: list[Member], staff_ids: list[int], chance: random.Random
) -> None:
    """What was asked too late for the bot: one nobody's, one late, one with time."""
    on_their_way = await session.scalars(
        select(Order)
        .where(
            Order.status.in_((OrderStatus.PACKED, OrderStatus.SHIPPED)),
            Order.member_id.in_([member.id for member in members]),
        )
        .order_by(Order.id)
        .limit(len(CHANGES_IN))
    )
    for hours, order in zip(CHANGES_IN, on_their_way, strict=False):
        member = await session.get_one(Member, order.member_id)
        due = clock.now() + hours * HOUR
        promise = await promises.make(
            session,
            member_id=member.id,
            kind=PromiseKind.ORDER_CHANGE,
            text=_said("order_changes", member.language, chance).format(number=order.number),
            due_at=due,
            reference=order.number,
            key=f"demo:order_change:{order.number}",
            at=due - 6 * HOUR,
        )
        if hours > 0:
            await promises.assign(session, promise, owner_id=chance.choice(staff_ids))


async def _disputed_points(
    session: AsyncSession, members: list[Member], staff_ids: list[int], chance: random.Random
) -> None:
    """One that was settled, one that somebody works on, one that nobody has taken."""
    for place, hours in enumerate((50, 7, 2)):
        member = members[(place * 9 + 6) % len(members)]
        filed = await complaints.file(
            session,
            member_id=member.id,
            conversation_id=None,
            category=ComplaintCategory.POINTS,
            description=_said("points", member.language, chance),
            key=f"demo:points:{place}",
            language=Language.of(member.language),
            at=clock.now() - hours * HOUR,
        )
        if place < 2:
            owner = staff_ids[place % len(staff_ids)]
            await complaints.assign(session, filed, owner_id=owner, by_id=owner)
        if place == 0:
            await complaints.resolve(
                session, filed, resolution=_said("points_solved", member.language, chance), agent_id=staff_ids[0]
            )


async def close_follow_ups(session: AsyncSession, *, staff_ids: list[int]) -> None:
    """Of the follow-ups that the assessment opened the first are done, the next taken; the rest waits."""
    found = await followups.open_list(session)
    for place, listed in enumerate(found[: 2 * len(FollowUpOutcome)]):
        agent = staff_ids[place % len(staff_ids)]
        await followups.claim(session, listed.follow_up, agent_id=agent)
        if place % 2 == 0:
            outcome = list(FollowUpOutcome)[place // 2]
            note = _words()["outcomes"][Language.ZH_HANS][place // 2]
            await followups.record_outcome(session, listed.follow_up, outcome=outcome, agent_id=agent, note=note)


async def _undelivered(session: AsyncSession, staff_ids: list[int], chance: random.Random) -> None:
    """Two messages that Telegram would not take."""
    found = await session.execute(
        select(Conversation, Member)
        .join(Member, Member.id == Conversation.member_id)
        .where(Conversation.channel == "telegram")
        .order_by(Conversation.opened_at.desc())
        .limit(2)
    )
    for conversation, member in found:
        conversation.last_seq += 1
        session.add(
            Message(
                conversation_id=conversation.id,
                seq=conversation.last_seq,
                direction=messages.Direction.OUT,
                author=Author.AGENT,
                agent_id=chance.choice(staff_ids),
                channel=conversation.channel,
                text=_words()["undelivered"][Language.of(member.language)],
                status=MessageStatus.FAILED,
                tries=12,
                error="Forbidden: bot was blocked by the user",
                created_at=conversation.last_message_at + HOUR,
            )
        )
    await session.flush()
