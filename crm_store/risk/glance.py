"""A first look at many members of whom nothing is known but what they bought: most of them are as they were last night.

What it passes over would give the same assessment again. It reckons like `rules.score`, in columns; where the two could
differ by rounding, the member is looked at closely.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from crm_store.clock import business_zone
from crm_store.policy import Risk
from crm_store.risk.following import Asked
from crm_store.risk.models import ReasonCode, RiskLevel
from crm_store.risk.queries import Before
from crm_store.risk.rhythm import Numbers, Rhythm, chances
from crm_store.risk.rules import MOVED, NEGLIGIBLE
from crm_store.value import PurchaseSums

CLOSE = 1e-6
"""What lies so near to a limit is looked at closely."""


@dataclass(frozen=True)
class Glance:
    """`moved`: whose assessment may have changed; `calling`: whose silence may call for a person, with its cause."""

    moved: set[int]
    calling: dict[int, str]

    def closely(self, earlier: Mapping[int, Asked]) -> set[int]:
        """Whom to look at closely. `earlier`: what a person was asked about those who may be calling."""
        nobody = Asked()
        return self.moved | {
            member_id
            for member_id, cause in self.calling.items()
            if not (found := earlier.get(member_id, nobody)).runs and cause not in found.causes
        }


def glance(bought: PurchaseSums, before: Mapping[int, Before], rules: Risk, rhythm: Rhythm, *, at: datetime) -> Glance:
    """Look at members by what they bought until `at`; `before`: their newest assessments."""
    silence = (at.astimezone(business_zone()).toordinal() - bought.last_day).astype(np.float64)
    span = (bought.last_day - bought.first_day).astype(np.float64)
    purchases = bought.purchases.astype(np.float64)
    pause = (rhythm.pause_days + span) / purchases
    order = bought.spent_minor / purchases
    stopped = chances(rhythm, purchases=purchases, silence_days=silence, span_days=span, order_minor=order)
    told = stopped * np.minimum(1.0, silence / pause)
    weight = rules.weights[ReasonCode.BUYING_LESS] * np.where(told >= rules.silence_from, told, 0.0)
    lost_days = np.maximum(rules.lost_after / timedelta(days=1), rules.lost_pauses * pause)
    causes = [f"{ReasonCode.BUYING_LESS}:{date.fromordinal(int(day)).isoformat()}" for day in bought.last_day]
    known = [before.get(int(each)) for each in bought.member_ids]
    limits = (
        (told, rules.silence_from),
        (weight, NEGLIGIBLE),
        (weight, rules.levels.medium),
        (weight, rules.levels.high),
        (silence, lost_days),
    )
    moved = np.any([np.abs(each - limit) < CLOSE for each, limit in limits], axis=0)
    levels = _levels(weight, silence >= lost_days, rules)
    moved |= _moved(known, causes=causes, weight=weight, stopped=stopped, levels=levels)
    calling = (weight >= rules.follow_up_at - CLOSE) & (silence < lost_days + CLOSE)
    # Who was assessed and has no purchase any more: it was cancelled, or what was the matter is over.
    bare = before.keys() - set(bought.member_ids.tolist())
    return Glance(
        bare | set(bought.member_ids[moved].tolist()),
        {int(bought.member_ids[place]): causes[place] for place in np.flatnonzero(calling)},
    )


def _levels(weight: Numbers, lost: NDArray[np.bool_], rules: Risk) -> list[str]:
    found = np.select(
        [lost, weight >= rules.levels.high, weight >= rules.levels.medium],
        [RiskLevel.LOST.value, RiskLevel.HIGH.value, RiskLevel.MEDIUM.value],
        RiskLevel.LOW.value,
    )
    levels: list[str] = found.tolist()
    return levels


def _moved(
    known: Sequence[Before | None],
    *,
    causes: Sequence[str],
    weight: Numbers,
    stopped: Numbers,
    levels: Sequence[str],
) -> NDArray[np.bool_]:
    """Whether something of each may be new; see `sweep`, which decides."""
    scores = np.array([each.score if each else np.nan for each in known])
    chance = np.array([(each.stopped or 0.0) if each else np.nan for each in known])
    by = MOVED - CLOSE
    # Who has none before compares as not close.
    still = (np.abs(scores - weight) < by) & (np.abs(chance - stopped) < by)
    same = [
        each is not None
        and not each.is_newer
        and each.level == level
        and each.tells_only(cause if of >= NEGLIGIBLE else None)
        for each, level, cause, of in zip(known, levels, causes, weight.tolist(), strict=True)
    ]
    return ~(still & np.array(same, dtype=np.bool_))
