"""Reading what the figures of one period are made of: for each member, and for what belongs to none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import promises, value
from crm_store.complaints import Complaint
from crm_store.identities import Identity
from crm_store.interactions import Interaction, Sentiment
from crm_store.measures.periods import Period
from crm_store.members import Member
from crm_store.orders import Order
from crm_store.policy import policy
from crm_store.surveys import SurveyAnswer
from crm_store.tiers import TierChange
from crm_store.value import Everybody
from crm_store.value.purchases import YEAR, bought

Column = NDArray[np.float64]
Query = Select[*tuple[Any, ...]]
Counts = Mapping[int | None, float]
"""By member; None for what belongs to nobody we know."""

NO_CHANNEL = "none"
STREAMED = 5000


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Members as they stood at one moment, with their level, language and channel."""

    found: Everybody
    levels: list[str]
    languages: list[str]
    channels: list[str]

    @property
    def active(self) -> NDArray[np.bool_]:
        """Who had bought within the policy's span."""
        since = (self.found.at - policy().measures.active_for).timestamp()
        return np.nan_to_num(self.found.last_at, nan=-np.inf) > since


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What happened in a period. `answers`: (member, kind, score); `feelings` and `felt`: the sum (-1..1 each) and
    number of contacts with a feeling; `kept` and `due`: promises that fell due; `kept_share`: of the promises to each
    member within a year, those kept."""

    period: Period
    before: Moment
    after: Moment
    orders: Counts
    complaints: Counts
    answers: list[tuple[int | None, str, int]]
    feelings: Counts
    felt: Counts
    kept: Counts
    due: Counts
    kept_share: Counts


async def gather(session: AsyncSession, period: Period) -> Facts:
    """Read it all; `session` must be one that streams (`Database.reading(bulk=True)`)."""
    start, end = period.start, period.end
    promised = await promises.kept_by_member(session, since=start, until=end)
    of_year = await promises.kept_by_member(session, since=end - YEAR, until=end)
    feelings, felt = await _feelings(session, start, end)
    answers = select(SurveyAnswer.member_id, SurveyAnswer.kind, SurveyAnswer.score).where(
        SurveyAnswer.at >= start, SurveyAnswer.at < end
    )
    return Facts(
        period=period,
        before=await _moment(session, start),
        after=await _moment(session, end),
        orders=await _counts(
            session,
            select(Order.member_id, func.count())
            .where(bought(), Order.placed_at >= start, Order.placed_at < end)
            .group_by(Order.member_id),
        ),
        complaints=await _counts(
            session,
            select(Complaint.member_id, func.count())
            .where(Complaint.filed_at >= start, Complaint.filed_at < end)
            .group_by(Complaint.member_id),
        ),
        answers=[(member_id, kind, score) for member_id, kind, score in await session.execute(answers)],
        feelings=feelings,
        felt=felt,
        kept={member_id: rate.kept for member_id, rate in promised.items()},
        due={member_id: rate.kept + rate.broken for member_id, rate in promised.items()},
        kept_share={member_id: rate.share for member_id, rate in of_year.items() if rate.share is not None},
    )


def strength(moment: Moment, kept_share: Counts) -> Column:
    """How strong each member's relationship is, 0..1: the mean of its length (by the policy's longest), whether they
    want to hear from us, and the share of promises kept to them within a year, where there were any."""
    found = moment.found
    years = np.nan_to_num((found.at.timestamp() - found.first_at) / policy().measures.full_relationship.total_seconds())
    length = np.clip(years, 0, 1)
    kept = np.array([kept_share.get(int(each), np.nan) for each in found.member_ids], dtype=np.float64)
    parts = np.array([length, found.wants_news, kept]).reshape(3, -1)
    mean: Column = np.nansum(parts, axis=0) / np.sum(~np.isnan(parts), axis=0)
    return mean


async def _moment(session: AsyncSession, at: datetime) -> Moment:
    found = await value.everybody(session, at=at)
    earlier = await _levels_then(session, at)
    channels = await _channels(session, at)
    levels, languages = {}, {}
    query = select(Member.id, Member.tier_code, Member.language)
    async for member_id, level, language in await session.stream(query.execution_options(yield_per=STREAMED)):
        levels[member_id], languages[member_id] = level, language
    ids = [int(each) for each in found.member_ids]
    return Moment(
        found=found,
        levels=[earlier.get(each, levels[each]) for each in ids],
        languages=[languages[each] for each in ids],
        channels=[channels.get(each, NO_CHANNEL) for each in ids],
    )


async def _levels_then(session: AsyncSession, at: datetime) -> dict[int, str]:
    """The level of whoever has changed it since: what their first change after `at` took them from."""
    query = select(TierChange.member_id, TierChange.from_tier).where(TierChange.at > at)
    rows = await session.execute(query.order_by(TierChange.at.desc(), TierChange.id.desc()))
    return {row[0]: row[1] for row in rows}  # of several the last one stays: the earliest


async def _channels(session: AsyncSession, at: datetime) -> dict[int, str]:
    """Where each member was seen last, of the channels they had by then."""
    query = select(Identity.member_id, Identity.channel).where(
        Identity.member_id.is_not(None), Identity.created_at <= at
    )
    rows = await session.execute(query.order_by(Identity.last_seen_at, Identity.id))
    return {member_id: channel for member_id, channel in rows if member_id is not None}


async def _counts(session: AsyncSession, query: Query) -> Counts:
    return {member_id: float(count) for member_id, count in await session.execute(query)}


async def _feelings(session: AsyncSession, start: datetime, end: datetime) -> tuple[Counts, Counts]:
    sure = func.coalesce(Interaction.sentiment_confidence, 1.0)
    feeling = case(
        (Interaction.sentiment == Sentiment.NEGATIVE, -sure),
        (Interaction.sentiment == Sentiment.POSITIVE, sure),
        else_=0.0,
    )
    query = (
        select(Interaction.member_id, func.sum(feeling), func.count())
        .where(Interaction.at >= start, Interaction.at < end, Interaction.sentiment.is_not(None))
        .group_by(Interaction.member_id)
    )
    rows = (await session.execute(query)).all()
    return {row[0]: float(row[1]) for row in rows}, {row[0]: float(row[2]) for row in rows}
