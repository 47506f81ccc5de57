"""Questions for a score that no talk ends with: how easy it was to get something solved, and, once a quarter, whether
members recommend the shop."""

from datetime import datetime
from functools import partial

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import events, notices
from bot.desk.desk import Desk
from bot.desk.news_texts import named
from bot.wording import wording
from crm_store import conversations, proactive, surveys
from crm_store.clock import now, today
from crm_store.complaints import Complaint, ComplaintStatus
from crm_store.identities import Identity
from crm_store.language import Language
from crm_store.members import Member, MemberStatus
from crm_store.messages import Reply
from crm_store.orders import Order, OrderStatus
from crm_store.policy import policy
from crm_store.proactive import rules
from crm_store.returns import ReturnRequest, ReturnStatus
from crm_store.surveys import SurveyAsk, SurveyKind

MONTHS_OF_A_QUARTER = 3
SHORTEST_QUARTER_DAYS = 90
FINISHED = (ReturnStatus.REFUNDED, ReturnStatus.EXCHANGED, ReturnStatus.SENT_BACK)


async def ask_about_effort(desk: Desk) -> int:
    """Ask whose complaint was solved, or whose return is finished, how easy it was; how many were asked."""
    since = now() - policy().surveys.effort_within
    solved = select(Complaint.number, Complaint.member_id, Complaint.id).where(
        Complaint.status == ComplaintStatus.CLOSED,
        Complaint.confirmed_at > since,
        Complaint.member_id.is_not(None),
        ~exists().where(SurveyAsk.reference == Complaint.number),
    )
    finished = select(ReturnRequest.number, ReturnRequest.member_id).where(
        ReturnRequest.status.in_(FINISHED),
        ReturnRequest.closed_at > since,
        ~exists().where(SurveyAsk.reference == ReturnRequest.number),
    )
    async with desk.database.reading() as session:
        of_complaints = [
            (number, member_id, complaint_id, "effort_complaint")
            for number, member_id, complaint_id in await session.execute(solved.order_by(Complaint.id))
        ]
        of_returns = [
            (number, member_id, None, "effort_return")
            for number, member_id in await session.execute(finished.order_by(ReturnRequest.id))
        ]
    asked = 0
    for number, member_id, complaint_id, key in (*of_complaints, *of_returns):
        if member_id is not None and surveys.is_sampled(SurveyKind.CES, number):
            words = partial(_effort, key, number)
            asked += await _ask(desk, SurveyKind.CES, member_id, number, words, complaint_id=complaint_id)
    return asked


async def ask_whether_recommended(desk: Desk) -> int:
    """Ask members who bought lately whether they recommend the shop: each on a day of their own in the quarter; how
    many were asked."""
    day = today()
    quarter = f"{day.year}-Q{(day.month - 1) // MONTHS_OF_A_QUARTER + 1}"
    first = day.replace(month=(day.month - 1) // MONTHS_OF_A_QUARTER * MONTHS_OF_A_QUARTER + 1, day=1)
    place = min((day - first).days, SHORTEST_QUARTER_DAYS - 1)
    async with desk.database.reading(bulk=True) as session:
        buyers = await _buyers(session, now() - policy().surveys.bought_within)
    asked = 0
    for member_id in buyers:
        thing = f"{quarter}:{member_id}"
        if surveys.day_in(thing, SHORTEST_QUARTER_DAYS) == place and surveys.is_sampled(SurveyKind.NPS, thing):
            asked += await _ask(desk, SurveyKind.NPS, member_id, thing, _recommend)
    return asked


async def _buyers(session: AsyncSession, since: datetime) -> list[int]:
    """Active members with an address who have bought since then."""
    rows = (
        select(Member.id)
        .join(Order, Order.member_id == Member.id)
        .where(
            Member.status == MemberStatus.ACTIVE,
            Member.opted_out_at.is_(None),
            Order.placed_at > since,
            Order.status != OrderStatus.CANCELLED,
            exists().where(Identity.member_id == Member.id, Identity.blocked_at.is_(None)),
        )
        .group_by(Member.id)
        .having(func.count(Order.id) > 0)
        .order_by(Member.id)
    )
    return list(await session.scalars(rows))


async def _ask(
    desk: Desk,
    kind: SurveyKind,
    member_id: int,
    thing: str,
    words: proactive.Words,
    *,
    complaint_id: int | None = None,
) -> bool:
    """Put the question where the member was seen last, if they may be asked and are awake and not in the midst of
    something; otherwise a later look tries again."""
    key = f"{kind}:{thing}"
    async with desk.database.transaction() as session:
        member = await session.get_one(Member, member_id)
        is_night = rules.is_quiet(now(), member.zone, policy().proactive)
        if is_night or not await surveys.may_ask(session, member_id, kind):
            return False
        conversation = await conversations.reach(session, member_id=member_id)
        if conversation is None or proactive.is_busy(conversation, now()):
            return False
        await surveys.record_asked(
            session,
            kind=kind,
            key=key,
            member_id=member_id,
            identity_id=conversation.identity_id,
            conversation_id=conversation.id,
            complaint_id=complaint_id,
            reference=thing if kind is SurveyKind.CES else None,
        )
        await conversations.say(session, conversation, words(member, proactive.language_of(conversation, member)))
        told = await events.news(session)
    await desk.tell(conversation, messages=told)
    return True


def _effort(key: str, number: str, _member: Member, language: Language) -> Reply:
    text = wording(f"proactive.{key}", language, number=number)
    return Reply(text=text, buttons=notices.score_buttons(SurveyKind.CES, language))


def _recommend(member: Member, language: Language) -> Reply:
    text = wording("proactive.recommend", language, named=named(member, language))
    return Reply(text=text, buttons=notices.score_buttons(SurveyKind.NPS, language))
