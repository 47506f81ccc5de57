"""Everything the store knows about one member, read for one look at the screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import complaints, followups, interactions, members, orders, parcels, points, promises, risk, value
from crm_store.clock import now
from crm_store.complaints import Complaint
from crm_store.followups import FollowUp
from crm_store.interactions import Interaction
from crm_store.members import Member
from crm_store.orders import Order, OrderStatus
from crm_store.parcels import Parcel
from crm_store.policy import policy
from crm_store.promises import Promise
from crm_store.risk import RiskAssessment
from crm_store.value import Value

MOOD_OVER = timedelta(days=180)
ENDED_ORDERS = {OrderStatus.COMPLETED, OrderStatus.CANCELLED, OrderStatus.RETURNED}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A member at one moment. `moods`: (moment, valence -1..1, anger 0..1), oldest first."""

    member: Member
    points: int
    expiring: list[tuple[date, int]]
    value: Value
    orders: Sequence[Order]
    parcels: Sequence[Parcel]
    complaints: Sequence[Complaint]
    promises: Sequence[Promise]
    follow_ups: Sequence[FollowUp]
    risk: RiskAssessment | None
    moods: list[tuple[datetime, float, float]]
    timeline: Sequence[Interaction]


async def load(session: AsyncSession, member_id: int, *, whole: bool = False) -> Facts:
    """What is open for the member; with `whole` also what is settled, and a longer past. Raises NotFound."""
    member = await members.get(session, member_id)
    recent = await orders.recent(session, member_id, limit=30 if whole else 12)
    promised = await (promises.for_member if whole else promises.open_for_member)(session, member_id)
    complained = await (complaints.for_member if whole else complaints.open_for_member)(session, member_id)
    follow_ups = await followups.for_member(session, member_id)
    return Facts(
        member=member,
        points=await points.balance(session, member_id),
        expiring=await points.expiring(session, member_id, within=policy().points.expiring_soon),
        value=await value.of_member(session, member_id),
        orders=recent if whole else [order for order in recent if order.status not in ENDED_ORDERS],
        parcels=await (parcels.for_member if whole else parcels.open_for_member)(session, member_id),
        complaints=complained,
        promises=promised,
        follow_ups=follow_ups if whole else [each for each in follow_ups if each.outcome is None],
        risk=await risk.latest(session, member_id),
        moods=await interactions.moods(session, member_id, since=now() - MOOD_OVER),
        timeline=await interactions.timeline(session, member_id, limit=60 if whole else 12),
    )
