"""Everything the store knows about one member, read for one look at the screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from actions.kit.phrases import RewardNames, name_in
from crm_store import (
    agents,
    callbacks,
    complaints,
    conversations,
    corrections,
    followups,
    goodwill,
    interactions,
    members,
    named_contacts,
    orders,
    parcels,
    points,
    proactive,
    promises,
    referrals,
    returns,
    rewards,
    risk,
    surveys,
    tiers,
    value,
)
from crm_store.callbacks import Callback
from crm_store.clock import now
from crm_store.complaints import Complaint
from crm_store.conversations import Conversation
from crm_store.followups import FollowUp
from crm_store.interactions import Interaction
from crm_store.language import Language
from crm_store.members import Member
from crm_store.orders import Order, OrderStatus
from crm_store.parcels import Parcel
from crm_store.points import Entry, ExpiringLot, Reduction
from crm_store.policy import policy
from crm_store.proactive import ProactiveSend, Topic
from crm_store.products import Product
from crm_store.promises import Promise
from crm_store.referrals import Standing
from crm_store.returns import ReturnRequest
from crm_store.rewards import Redemption, Reward
from crm_store.risk import RiskAssessment
from crm_store.surveys import SurveyAnswer
from crm_store.tiers import TierChange, TierProgress
from crm_store.value import Value

MOOD_OVER = timedelta(days=180)
MOOD_OVER_WHOLE = timedelta(days=730)
FEWER_OVER = timedelta(days=365)
"""How far back it is told where points went."""
ENDED_ORDERS = {OrderStatus.COMPLETED, OrderStatus.CANCELLED, OrderStatus.RETURNED}
LEDGER_SHOWN = 40


@dataclass(frozen=True, kw_only=True)
class Loyalty:
    """What the member page tells of points and rewards beyond the balance."""

    lots: Sequence[ExpiringLot]
    ledger: Sequence[Entry]
    fewer: Sequence[Reduction]
    codes: Sequence[Redemption]
    level_changes: Sequence[TierChange]
    referral: Standing
    rewards: Mapping[str, Reward]
    """By code: those of `codes`, and all that are on offer."""

    def reward_names(self, language: Language) -> RewardNames:
        return {code: name_in(reward.names, language) for code, reward in self.rewards.items()}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A member at one moment. `moods`: (moment, valence -1..1, anger 0..1), oldest first. `loyalty`, `talks`,
    `answers` (surveys), `topics` (the news the member wants), `sends` (what they got unasked) and `waited_for` are read
    for the member's page alone; `gift_left`: points the agent who looks may give; `correction_left`: by how
    many the balance may be corrected."""

    member: Member
    points: int
    owed: int
    expiring: list[tuple[date, int]]
    progress: TierProgress
    value: Value
    orders: Sequence[Order]
    parcels: Sequence[Parcel]
    returns: Sequence[ReturnRequest]
    complaints: Sequence[Complaint]
    promises: Sequence[Promise]
    callbacks: Sequence[Callback]
    follow_ups: Sequence[FollowUp]
    risk: RiskAssessment | None
    moods: list[tuple[datetime, float, float]]
    timeline: Sequence[Interaction]
    contact_promised: bool
    gift_left: int = 0
    correction_left: int = 0
    loyalty: Loyalty | None = None
    talks: Sequence[Conversation] = ()
    answers: Sequence[SurveyAnswer] = field(default=())
    topics: frozenset[Topic] = frozenset()
    sends: Sequence[ProactiveSend] = ()
    waited_for: Sequence[Product] = ()

    @property
    def whole(self) -> bool:
        """Whether everything was read, as for the member's page."""
        return self.loyalty is not None


async def load(session: AsyncSession, member_id: int, *, whole: bool = False, agent_id: int | None = None) -> Facts:
    """What is open for the member; with `whole` also what is settled, and a longer past. `agent_id`: who looks.

    Raises NotFound.
    """
    member = await members.get(session, member_id)
    # Held until the end: what may still be given and corrected asks for the agent again, and finds them read.
    looking = await agents.get(session, agent_id) if agent_id is not None else None
    recent = await orders.recent(session, member_id, limit=30 if whole else 12)
    promised = await (promises.for_member if whole else promises.open_for_member)(session, member_id)
    complained = await (complaints.for_member if whole else complaints.open_for_member)(session, member_id)
    follow_ups = await followups.for_member(session, member_id)
    sent_back = await returns.for_member(session, member_id)
    balance, owed = await points.balance_and_owed(session, member_id)
    mood_since = now() - (MOOD_OVER_WHOLE if whole else MOOD_OVER)
    return Facts(
        member=member,
        points=balance,
        owed=owed,
        expiring=await points.expiring(session, member_id, within=policy().points.expiring_soon),
        progress=await tiers.progress(session, member),
        value=await value.of_member(session, member_id),
        orders=recent if whole else [order for order in recent if order.status not in ENDED_ORDERS],
        parcels=await (parcels.for_member if whole else parcels.open_for_member)(session, member_id),
        returns=sent_back if whole else [each for each in sent_back if each.is_running],
        complaints=complained,
        promises=promised,
        callbacks=await (callbacks.for_member if whole else callbacks.open_for_member)(session, member_id),
        follow_ups=follow_ups if whole else [each for each in follow_ups if each.outcome is None],
        risk=await risk.latest(session, member_id),
        moods=await interactions.moods(session, member_id, since=mood_since),
        timeline=await interactions.timeline(session, member_id, limit=40 if whole else 12),
        contact_promised=await named_contacts.promised(session, member),
        gift_left=await goodwill.left_for(session, member_id, agent_id=looking.id) if looking else 0,
        correction_left=await corrections.left_for(session, member_id, agent_id=looking.id) if looking else 0,
        loyalty=await _loyalty(session, member_id) if whole else None,
        talks=await conversations.for_member(session, member_id) if whole else (),
        answers=await surveys.for_member(session, member_id) if whole else (),
        topics=await proactive.wanted(session, member) if whole else frozenset(),
        sends=await proactive.last_sends(session, member_id) if whole else (),
        waited_for=await proactive.waited_for(session, member_id) if whole else (),
    )


async def _loyalty(session: AsyncSession, member_id: int) -> Loyalty:
    codes = await rewards.for_member(session, member_id)
    ledger = await points.history(session, member_id, limit=LEDGER_SHOWN)
    offered = {reward.code: reward for reward in await rewards.catalogue(session)}
    spent_on = {entry.reference for entry in ledger if entry.reason == "redeem" and entry.reference}
    for code in sorted(({each.reward_code for each in codes} | spent_on) - offered.keys()):
        offered[code] = await rewards.by_code(session, code)
    return Loyalty(
        lots=await points.expiring_lots(session, member_id),
        ledger=ledger,
        fewer=await points.reductions(session, member_id, since=now() - FEWER_OVER),
        codes=codes,
        level_changes=await tiers.changes(session, member_id),
        referral=await referrals.standing(session, member_id),
        rewards=offered,
    )
