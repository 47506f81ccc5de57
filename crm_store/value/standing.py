"""Stage and attitude of members, by rules of the policy.

Stage, after Griffin's ladder: who has never bought is a suspect, or a prospect once they talked to us or want our news;
then come the first purchase and those after it; an advocate buys again and recommends us (an NPS score that promotes).

Attitude, after Jones and Sasser's grid of satisfaction and loyalty: who is dissatisfied is locked in while they go on
buying, else a doubter; who buys mostly at reduced prices is driven by the price; who is satisfied and loyal is an
advocate. Where too little is known there is none.
"""

import numpy as np
from numpy.typing import NDArray

from crm_store.policy import policy
from crm_store.surveys import SCALES, SurveyKind
from crm_store.value.models import Attitude, LifeStage
from crm_store.value.purchases import Everybody
from crm_store.value.yardstick import Marks

STAGES = tuple(LifeStage)
ATTITUDES = (None, *Attitude)
Codes = NDArray[np.int64]
"""Places in STAGES or ATTITUDES."""


def stages(found: Everybody) -> Codes:
    """Each member's stage."""
    rules = policy().value
    interested = (found.contacts > 0) | (found.wants_news > 0)
    repeats = found.purchases >= rules.repeat_from
    recommends = np.nan_to_num(found.recommends, nan=-1) >= SCALES[SurveyKind.NPS].good
    return np.select(
        [repeats & recommends, repeats, found.purchases > 0, interested],
        [STAGES.index(each) for each in reversed(STAGES[1:])],
        default=STAGES.index(LifeStage.SUSPECT),
    )


def attitudes(found: Everybody, marks: Marks) -> Codes:
    """Each member's attitude."""
    rules = policy().value
    loyal = (
        (found.purchases >= rules.repeat_from)
        & (marks.recency >= rules.loyal_mark)
        & (marks.frequency >= rules.loyal_mark)
    )
    opinion = np.nan_to_num(found.opinion)
    content, discontent = opinion >= rules.satisfied_from, opinion <= -rules.dissatisfied_from
    cheap = (found.purchases >= rules.reduced_orders) & (
        found.reduced >= rules.reduced_share * np.maximum(found.purchases, 1)
    )
    return np.select(
        [discontent & loyal, discontent, cheap, content & loyal],
        [
            ATTITUDES.index(each)
            for each in (Attitude.LOCKED_IN, Attitude.DOUBTER, Attitude.PRICE_DRIVEN, Attitude.ADVOCATE)
        ],
        default=0,
    )
