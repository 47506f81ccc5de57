"""What follow-ups are good for: members saved, and how many more than would have come back by themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, sqrt

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import now
from crm_store.followups import Arm, FollowUp, FollowUpOutcome, FollowUpStatus, Proof, ProvedBy
from crm_store.policy import policy
from crm_store.risk.models import RiskAssessment, RiskLevel

Z_95 = 1.959964
"""Of the normal distribution, both sides: an interval of 95 %, a test at 5 %."""
Z_POWER_80 = 0.841621
"""One side: four in five of such trials would show the gain."""


@dataclass(frozen=True, slots=True)
class Group:
    """Members of whom it is proved what became of them."""

    members: int
    saved: int

    @property
    def rate(self) -> float | None:
        """The share saved, 0..1."""
        return self.saved / self.members if self.members else None

    def interval(self) -> tuple[float, float]:
        """Where the true share lies with 95 % confidence: Wilson's score interval (JASA 22, 1927)."""
        if not self.members:
            return 0.0, 1.0
        n, share = self.members, self.saved / self.members
        middle = share + Z_95**2 / (2 * n)
        spread = Z_95 * sqrt(share * (1 - share) / n + Z_95**2 / (4 * n * n))
        whole = 1 + Z_95**2 / n
        return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


@dataclass(frozen=True, slots=True)
class Uplift:
    """The gain of contacting: share saved of the contacted less that of those left alone, with its 95 % interval."""

    difference: float
    low: float
    high: float

    @property
    def is_settled(self) -> bool:
        """Whether the interval leaves out that contacting changes nothing."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, kw_only=True)
class Report:
    """`levels`: members now by their level; `outcomes`: what agents wrote down; `open`, `waiting_for_proof`: follow-ups
    still running; `proofs`: all proved ones by proof, `proved_by` by what proved it, both without those left alone;
    `treated`, `control`: of the comparison; `needed`: proved members of the smaller group for a verdict."""

    since: datetime
    levels: dict[str, int]
    open: int
    outcomes: dict[str, int]
    proofs: dict[str, int]
    proved_by: dict[str, int]
    waiting_for_proof: int
    treated: Group
    control: Group
    uplift: Uplift | None
    needed: int


async def report(session: AsyncSession, *, over: timedelta, at: datetime | None = None) -> Report:
    """Follow-ups opened in the time `over` before `at`, and the members as they stand."""
    since = (at or now()) - over
    opened = FollowUp.opened_at >= since
    columns = (FollowUp.status, FollowUp.outcome, FollowUp.arm, FollowUp.proof, FollowUp.proved_by)
    rows = (await session.execute(select(*columns, func.count()).where(opened).group_by(*columns))).all()
    outcomes = {outcome.value: 0 for outcome in FollowUpOutcome}
    proofs = {proof.value: 0 for proof in Proof}
    proved_by = {by.value: 0 for by in ProvedBy}
    groups = {arm: [0, 0] for arm in Arm}
    still_open = waiting = 0
    for status, outcome, arm, proof, by, count in rows:
        still_open += count if status == FollowUpStatus.OPEN else 0
        if outcome is not None:
            outcomes[outcome] += count
        if proof is None:
            waiting += count
            continue
        if status != FollowUpStatus.HELD:
            proofs[proof] += count
            proved_by[by or ProvedBy.SILENCE] += count
        if arm is not None:
            groups[Arm(arm)][0] += count
            groups[Arm(arm)][1] += count if proof == Proof.SAVED else 0
    treated, control = Group(*groups[Arm.TREATED]), Group(*groups[Arm.CONTROL])
    return Report(
        since=since,
        levels=await _levels(session),
        open=still_open,
        outcomes=outcomes,
        proofs=proofs,
        proved_by=proved_by,
        waiting_for_proof=waiting,
        treated=treated,
        control=control,
        uplift=uplift(treated, control),
        needed=needed(control.rate, policy().risk.uplift_worth, policy().risk.held_back),
    )


def uplift(treated: Group, control: Group) -> Uplift | None:
    """The difference of two shares with Newcombe's interval (Statistics in Medicine 17, 1998, method 10), which is made
    of both Wilson intervals and holds for small groups as well; None while a group is empty."""
    if treated.rate is None or control.rate is None:
        return None
    low, high = treated.interval()
    other_low, other_high = control.interval()
    difference = treated.rate - control.rate
    return Uplift(
        difference,
        difference - sqrt((treated.rate - low) ** 2 + (other_high - control.rate) ** 2),
        difference + sqrt((high - treated.rate) ** 2 + (control.rate - other_low) ** 2),
    )


def needed(control_rate: float | None, gain: float, held_back: float) -> int:
    """Proved members of the control group until a gain of this size would show four times in five, at 5 %: the sample
    for two shares of unequal groups (Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, 4.2).
    `control_rate`: half, the hardest case, while nothing is known. 0 where nobody is held back."""
    if not 0 < held_back < 1:
        return 0
    base = 0.5 if control_rate is None else control_rate
    better = min(1.0, base + gain)
    times = (1 - held_back) / held_back  # so many treated for each one left alone
    pooled = (base + times * better) / (1 + times)
    under_none = Z_95 * sqrt((1 + 1 / times) * pooled * (1 - pooled))
    under_gain = Z_POWER_80 * sqrt(base * (1 - base) + better * (1 - better) / times)
    return ceil(((under_none + under_gain) / gain) ** 2)


async def _levels(session: AsyncSession) -> dict[str, int]:
    newest = select(func.max(RiskAssessment.id)).group_by(RiskAssessment.member_id)
    query = select(RiskAssessment.level, func.count()).where(RiskAssessment.id.in_(newest))
    found = dict.fromkeys((level.value for level in RiskLevel), 0)
    for level, count in await session.execute(query.group_by(RiskAssessment.level)):
        found[level] = count
    return found
