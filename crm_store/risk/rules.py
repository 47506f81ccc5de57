"""From what is known of a member to a score: a pure function, no database, the same input always the same output."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import prod
from typing import Any

from crm_store.policy import Risk
from crm_store.risk.models import ReasonCode, RiskLevel

Details = Mapping[str, Any]

NEGLIGIBLE = 0.001
"""What contributes less is no reason worth reading."""
MOVED = 0.05
"""A score that moved by less, for the same reasons, is not written again."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of a member at one moment. Every number can only raise the score as it grows, except the valences,
    which lower it.

    `valences`: of the recent contacts, -1..1, oldest first. `anger`: (0..1, days ago). `complaint_anger`: the same,
    of what was said about open complaints, which `anger` and `valences` leave out. `late_parcel_hours`: of parcels on
    their way, or that came late. `badness`: of the last score of each survey, 0..1. `stopped`: the chance that they
    have stopped buying, None for who never bought; `overdue`: how much of their own pause between purchases has passed,
    1 for all of it; `lost`: silent for so long that no call is in time. The `details` say in the reasons what it was.
    """

    valences: Sequence[float] = ()
    anger: Sequence[tuple[float, float]] = ()
    open_complaints: int = 0
    breached_complaints: int = 0
    complaint_anger: Sequence[tuple[float, float]] = ()
    broken_promises: int = 0
    badness: float = 0.0
    leaving: bool = False
    late_parcel_hours: float = 0.0
    stopped: float | None = None
    overdue: float = 1.0
    lost: bool = False
    details: Mapping[ReasonCode, Details] = field(default_factory=dict)


@dataclass(frozen=True)
class Reason:
    """One reason, what it contributed (weight × strength, below 1) and the facts it stands on."""

    code: ReasonCode
    weight: float
    facts: Details

    @property
    def cause(self) -> str:
        """What it was exactly, for telling whether a person was already asked about the same thing."""
        about = self.facts.get("about")
        return f"{self.code}:{about}" if about is not None else str(self.code)

    def as_json(self) -> dict[str, Any]:
        facts = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in self.facts.items()}
        return {"code": self.code.value, "weight": round(self.weight, 4), "cause": self.cause, "facts": facts}


@dataclass(frozen=True)
class Scored:
    """`score` in 0..1; `reasons` the strongest first; `stopped` as in `Known`."""

    score: float
    level: RiskLevel
    reasons: tuple[Reason, ...]
    stopped: float | None = None


def score(known: Known, rules: Risk) -> Scored:
    """Combine the reasons by noisy-or: one more reason never lowers the score, and it never reaches 1."""
    contributions = {
        code: (rules.weights[code] * min(1.0, strength), facts)
        for code, (strength, facts) in _strengths(known, rules).items()
    } | _complaints(known, rules)
    reasons = [
        Reason(code, contributed, {**facts, **known.details.get(code, {})})
        for code, (contributed, facts) in contributions.items()
        if contributed >= NEGLIGIBLE
    ]
    total = 1 - prod(1 - reason.weight for reason in reasons)
    reasons.sort(key=lambda reason: (-reason.weight, reason.code))
    others = [reason for reason in reasons if reason.code != ReasonCode.BUYING_LESS]
    lost = known.lost and all(reason.weight < rules.cause_at_least for reason in others)
    return Scored(total, RiskLevel.LOST if lost else level(total, rules), tuple(reasons), known.stopped)


def level(total: float, rules: Risk) -> RiskLevel:
    """The level of a score, for who is not lost."""
    if total >= rules.levels.high:
        return RiskLevel.HIGH
    return RiskLevel.MEDIUM if total >= rules.levels.medium else RiskLevel.LOW


def _strengths(known: Known, rules: Risk) -> dict[ReasonCode, tuple[float, Details]]:
    """What there is of each; of most members only the silence."""
    found: dict[ReasonCode, tuple[float, Details]] = {}
    if known.valences:
        low, mean = _low(known.valences)
        falling, before, after = _falling(known.valences)
        found[ReasonCode.SENTIMENT_LOW] = (low, {"mean": round(mean, 2), "messages": len(known.valences)})
        found[ReasonCode.SENTIMENT_FALLING] = (falling, {"before": round(before, 2), "after": round(after, 2)})
    if known.anger:
        anger, said = _anger(known.anger, rules)
        found[ReasonCode.ANGER] = (anger, {"anger": round(said, 2)})
    if known.broken_promises:
        found[ReasonCode.PROMISE_BROKEN] = (_many(known.broken_promises, rules), {"count": known.broken_promises})
    if known.badness:
        found[ReasonCode.SCORE_LOW] = (known.badness, {})
    if known.leaving:
        found[ReasonCode.LEAVING] = (1.0, {})
    if known.late_parcel_hours > 0:
        late = _late(known.late_parcel_hours, rules)
        found[ReasonCode.PARCEL_LATE] = (late, {"hours": round(known.late_parcel_hours)})
    if known.stopped is not None:
        silence = _silence(known.stopped, known.overdue, rules)
        found[ReasonCode.BUYING_LESS] = (silence, {"chance": round(known.stopped, 2)})
    return found


def _complaints(known: Known, rules: Risk) -> dict[ReasonCode, tuple[float, Details]]:
    """What is not settled, as one reason whatever came of it: what nobody answered in time weighs more than what is
    open, and the anger it was told with raises it."""
    is_breached = known.breached_complaints > 0
    code = ReasonCode.COMPLAINT_BREACHED if is_breached else ReasonCode.COMPLAINT_OPEN
    weight = max(rules.weights[ReasonCode.COMPLAINT_OPEN], rules.weights[code])
    strength = _many(max(known.open_complaints, known.breached_complaints), rules)
    if not strength:
        return {}
    anger, said = _anger(known.complaint_anger, rules)
    contributed = 1 - (1 - weight * strength) * (1 - rules.weights[ReasonCode.ANGER] * anger)
    facts: dict[str, Any] = {"count": known.breached_complaints if is_breached else known.open_complaints}
    return {code: (contributed, facts | ({"anger": round(said, 2)} if said else {}))}


def _anger(angers: Sequence[tuple[float, float]], rules: Risk) -> tuple[float, float]:
    """The strongest anger after fading, and as it was said."""
    faded = [(said * 0.5 ** (timedelta(days=days_ago) / rules.anger_half_life), said) for said, days_ago in angers]
    return max(faded, default=(0.0, 0.0))


def _low(valences: Sequence[float]) -> tuple[float, float]:
    """How negative the mean is; a single message counts half, many count in full."""
    mean = sum(valences) / len(valences)
    return max(0.0, -mean) * len(valences) / (len(valences) + 1), mean


def _falling(valences: Sequence[float]) -> tuple[float, float, float]:
    """How far the later half lies below the earlier half, when both have at least two contacts."""
    half = len(valences) // 2
    if half < 2:
        return 0.0, 0.0, 0.0
    before, after = sum(valences[:half]) / half, sum(valences[-half:]) / half
    return max(0.0, (before - after) / 2), before, after


def _silence(stopped: float, overdue: float, rules: Risk) -> float:
    """The chance of having stopped, as far as the next purchase is due: who bought yesterday is not silent, however
    few of those who bought only once come back."""
    told = stopped * min(1.0, overdue)
    return told if told >= rules.silence_from else 0.0


def _many(count: int, rules: Risk) -> float:
    return 1 - (1 - rules.first_of_many) ** count


def _late(hours: float, rules: Risk) -> float:
    at_once = rules.parcel_late_at_once
    return at_once + (1 - at_once) * min(1.0, timedelta(hours=hours) / rules.parcel_late_full)
