"""A shop's own rhythm from its purchases, and what its own past teaches about who stops."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from math import log

from crm_store.risk import fitting, judging
from crm_store.risk.judging import Judgement
from crm_store.risk.rhythm import NAMES, Buying, Model, Rhythm, features, shipped, typical
from crm_store.value import PurchaseSums

Purchases = Sequence[tuple[int, float]]
"""One member's: the ordinal of each day of purchase, rising, each day once, and what was spent on it in minor units."""

USUAL_PAUSE_DAYS, USUAL_ORDER_MINOR = 45.0, 10_000.0
"""Of a shop in which nobody has bought twice yet, or for money."""
SHORTEST_PAST_PAUSES = 3.0
"""A past shorter than twice so many typical pauses teaches nothing: nobody could have stopped and been missed."""
MEMBERS_AT_LEAST, OF_EACH_AT_LEAST = 200, 30
"""Members with a purchase before the look back, and of them those who came again and those who did not."""
TRUST_IN_WEIGHTS, TRUST_IN_CONSTANT = 10.0, 5.0
"""Precision of the normal prior around what is known already: some hundred members of its own teach a shop as much."""


def learned(members: Sequence[Purchases], *, today: int, model: Model | None = None) -> Rhythm:
    """The shop's rhythm at the end of the day with the ordinal `today`. `model`: what is known before the shop's own
    past is looked at; as shipped by default. What lies after `today` is left out."""
    return learned_and_judged(members, today=today, model=model)[0]


def learned_and_judged(
    members: Sequence[Purchases], *, today: int, model: Model | None = None
) -> tuple[Rhythm, Judgement]:
    """The rhythm as in `learned`, and how right chances learned like this were in the shop's own past."""
    known = model or shipped()
    past = [[each for each in bought if each[0] <= today] for bought in members]
    past = [bought for bought in past if bought]
    pause, order = _measures(past, today)
    if not past:
        return Rhythm(pause, order, known), Judgement()
    history = today - min(bought[0][0] for bought in past)
    if _teaches_nothing(history, pause, known):
        return Rhythm(pause, order, known), Judgement()
    ahead = min(history / 2, known.horizon_pauses * pause)
    taught, judgement = _taught(past, round(today - ahead), round(ahead), known)
    return Rhythm(pause, order, taught), judgement


def untaught(sums: PurchaseSums, *, today: int, model: Model | None = None) -> Rhythm | None:
    """The rhythm as in `learned` where the shop's past is too short to teach anything, which sums tell already; None
    where it may teach. `sums`: of purchases until `today`."""
    known = model or shipped()
    if not len(sums.member_ids):
        return Rhythm(USUAL_PAUSE_DAYS, USUAL_ORDER_MINOR, known)
    several = sums.purchases > 1
    gaps = (sums.last_day - sums.first_day)[several] / (sums.purchases[several] - 1)
    pause = max(1.0, typical(gaps.tolist(), USUAL_PAUSE_DAYS))
    order = typical((sums.spent_minor / sums.purchases).tolist(), USUAL_ORDER_MINOR)
    history = today - int(sums.first_day.min())
    return Rhythm(pause, order, known) if _teaches_nothing(history, pause, known) else None


def _teaches_nothing(history: int, pause: float, known: Model) -> bool:
    return min(history / 2, known.horizon_pauses * pause) < SHORTEST_PAST_PAUSES * pause


def _measures(past: Iterable[Purchases], today: int) -> tuple[float, float]:
    """The typical pause in days, and the typical order in minor units."""
    gaps: list[float] = []
    orders: list[float] = []
    for bought in past:
        days = [day for day, _ in bought if day <= today]
        if days:
            gaps.append((days[-1] - days[0]) / (len(days) - 1) if len(days) > 1 else 0.0)
            orders.append(sum(spent for day, spent in bought if day <= today) / len(days))
    return max(1.0, typical(gaps, USUAL_PAUSE_DAYS)), typical(orders, USUAL_ORDER_MINOR)


def _taught(past: Sequence[Purchases], day: int, ahead: int, known: Model) -> tuple[Model, Judgement]:
    """What is known, and what the members of `day` showed in the days `ahead` of it."""
    then = [bought for bought in past if bought[0][0] <= day]
    pause, order = _measures(then, day)
    seen, stopped = [], []
    for bought in then:
        before = [each for each in bought if each[0] <= day]
        buying = Buying.of([at for at, _ in before], sum(spent for _, spent in before), today=day)
        seen.append(features(buying, pause, order))
        stopped.append(len(before) == len(bought))
    if len(then) < MEMBERS_AT_LEAST or not OF_EACH_AT_LEAST <= sum(stopped) <= len(then) - OF_EACH_AT_LEAST:
        return known, Judgement()
    # They had a shorter time to come back in than the model tells of: its constant is moved there, and back.
    shift = known.horizon * log(ahead / pause / known.horizon_pauses)
    trust = (TRUST_IN_CONSTANT, *(TRUST_IN_WEIGHTS for _ in NAMES))
    fit = partial(fitting.fit, start=(known.constant + shift, *known.weights), trust=trust)
    constant, *weights = fit(seen, stopped)
    judged = Judgement(ahead, judging.tenths(judging.crossed(seen, stopped, fit), stopped))
    return replace(known, constant=constant - shift, weights=tuple(weights)), judged
