"""How each figure is made. Each is a sum over a sum, so that it can be told for any part of the members.

| figure | formula | made of |
|---|---|---|
| retention | of the customers active at the start, the share still active at the end, in % | customers at the start |
| churn | the rest of them: 100 − retention | customers at the start |
| lifetime value | mean spend expected within the horizon (`crm_store.value`), minor units | active customers |
| satisfaction | CSAT: share of scores 4 and 5, in % | answers |
| recommendation | NPS: share of 9 and 10 less share of 0 to 6, −100..100 | answers |
| effort | CES: mean score, 1..7, 7 is effortless | answers |
| complaints | complaints filed for 100 orders placed | orders |
| promises | of those that fell due, the share kept in time, in % | promises |
| emotional | 50 + 50 × mean feeling of contacts (−1..1), 0..100 | contacts with a feeling |
| behavioural | of the active customers, those with two purchases or more within a year, in % | active customers |
| attitudinal | mean of NPS (0..10) and CSAT (1..5) scores, each brought to 0..100 | answers |
| relationship | mean strength (`period.strength`), 0..100 | active customers |
| index | mean of nine of them, brought to 0..100, by the policy's weights | the fewest of its parts |

Active is who bought within the policy's span. Sources: Reichheld and Sasser, Zero Defections (1990), for retention;
Reichheld, The One Number You Need to Grow (2003), for NPS; Dixon, Freeman and Toman, Stop Trying to Delight Your
Customers (2010), for CES; Dick and Basu, Customer Loyalty (1994), for loyalty as what people do and what they think.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crm_store import value
from crm_store.measures.models import EVERYBODY, Dimension, Figure, Measure
from crm_store.measures.period import Column, Counts, Facts, Moment, strength
from crm_store.policy import policy
from crm_store.surveys import SCALES, SurveyKind
from crm_store.value import Appraised
from crm_store.value.standing import ATTITUDES, STAGES

PERCENT = 100.0
NO_ATTITUDE = "none"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A figure's two sums: `above` and `below` for each of the members, `loose_above` and `loose_below` for what
    belongs to none of them. The figure is `base + times × Σ above / Σ below`, made of Σ below."""

    measure: Measure
    above: Column
    below: Column
    loose_above: float = 0.0
    loose_below: float = 0.0
    times: float = PERCENT
    base: float = 0.0

    def figure(self, dimension: Dimension, segment: str, above: float, below: float) -> Figure:
        ratio = self.base + self.times * above / below if below else None
        return Figure(dimension, segment, self.measure, ratio, round(below))


Codes = Mapping[Dimension, tuple[list[str], NDArray[np.intp]]]
"""The segments of each dimension, and the place of each member's in them."""


def figures(facts: Facts) -> list[Figure]:
    """All figures of the period, those without anything to make them of only for everybody. Computes for seconds when
    members are many."""
    after = value.appraise(facts.after.found)
    found = [
        *_by_segment(_of_the_start(facts), _codes(facts.before, value.appraise(facts.before.found))),
        *_by_segment(_of_the_end(facts, after), _codes(facts.after, after)),
    ]
    by_segment: dict[tuple[Dimension, str], dict[Measure, Figure]] = {}
    for figure in found:
        by_segment.setdefault((figure.dimension, figure.segment), {})[figure.measure] = figure
    found += [index(dimension, segment, parts) for (dimension, segment), parts in by_segment.items()]
    return [each for each in found if each.n or each.dimension is Dimension.ALL]


def index(dimension: Dimension, segment: str, parts: Mapping[Measure, Figure]) -> Figure:
    """The weighted mean of the figures there are; none when they make up too little of the weights."""
    rules = policy().measures
    found = [(Measure(name), float(rules.weights[name])) for name in type(rules.weights).model_fields]
    used = [
        (weight, brought(measure, figure.value), figure.n)
        for measure, weight in found
        if weight and (figure := parts.get(measure)) is not None and figure.value is not None
    ]
    weights = sum(weight for weight, _, _ in used)
    if not used or weights < rules.index_from * sum(weight for _, weight in found):
        return Figure(dimension, segment, Measure.INDEX, None, 0)
    mean = sum(weight * amount for weight, amount, _ in used) / weights
    return Figure(dimension, segment, Measure.INDEX, mean, min(n for _, _, n in used))


def brought(measure: Measure, amount: float) -> float:
    """A figure on the index's scale: 0 (worst) to 100."""
    if measure is Measure.RECOMMENDATION:
        return (amount + 100) / 2
    if measure is Measure.EFFORT:
        scale = SCALES[SurveyKind.CES]
        return PERCENT * (amount - scale.low) / (scale.high - scale.low)
    if measure is Measure.COMPLAINTS:
        return max(0.0, 100 - amount)
    return amount


def _of_the_start(facts: Facts) -> list[Part]:
    """Who was a customer at the start, and who of them still was at the end."""
    before, after = facts.before, facts.after
    still = set(after.found.member_ids[after.active].tolist())
    kept = np.array([member_id in still for member_id in before.found.member_ids.tolist()], dtype=np.float64)
    active = before.active.astype(np.float64)
    return [
        Part(measure=Measure.RETENTION, above=active * kept, below=active),
        Part(measure=Measure.CHURN, above=active * (1 - kept), below=active),
    ]


def _of_the_end(facts: Facts, after: Appraised) -> list[Part]:
    moment = facts.after
    active = moment.active.astype(np.float64)
    again = active * (moment.found.orders >= policy().value.repeat_from)
    strong = active * strength(moment, facts.kept_share)
    return [
        Part(measure=Measure.LIFETIME, above=active * after.marks.lifetime, below=active, times=1.0),
        *_answers(facts),
        _spread(facts, Measure.COMPLAINTS, facts.complaints, facts.orders),
        _spread(facts, Measure.PROMISES, facts.kept, facts.due),
        _spread(facts, Measure.EMOTIONAL, facts.feelings, facts.felt, base=50.0, times=50.0),
        Part(measure=Measure.BEHAVIOURAL, above=again, below=active),
        Part(measure=Measure.RELATIONSHIP, above=strong, below=active),
    ]


def _answers(facts: Facts) -> Iterator[Part]:
    """CSAT, NPS and CES, and what members think: NPS and CSAT on one scale."""
    thought: dict[int | None, float] = {}
    thoughts: dict[int | None, float] = {}
    measures = {
        SurveyKind.CSAT: (Measure.SATISFACTION, PERCENT),
        SurveyKind.NPS: (Measure.RECOMMENDATION, PERCENT),
        SurveyKind.CES: (Measure.EFFORT, 1.0),
    }
    for kind, (measure, times) in measures.items():
        scale = SCALES[kind]
        above: dict[int | None, float] = {}
        below: dict[int | None, float] = {}
        for member_id, of, score in facts.answers:
            if of != kind:
                continue
            counts = {
                SurveyKind.CSAT: float(score >= scale.good),
                SurveyKind.NPS: float(score >= scale.good) - float(score <= scale.bad),
                SurveyKind.CES: float(score),
            }
            above[member_id] = above.get(member_id, 0.0) + counts[kind]
            below[member_id] = below.get(member_id, 0.0) + 1
            if kind is not SurveyKind.CES:
                share = (score - scale.low) / (scale.high - scale.low)
                thought[member_id] = thought.get(member_id, 0.0) + share
                thoughts[member_id] = thoughts.get(member_id, 0.0) + 1
        yield _spread(facts, measure, above, below, times=times)
    yield _spread(facts, Measure.ATTITUDINAL, thought, thoughts)


def _spread(
    facts: Facts, measure: Measure, above: Counts, below: Counts, *, times: float = PERCENT, base: float = 0.0
) -> Part:
    """Sums by member as columns of the members at the end; the rest (visitors, members who left) is loose."""
    ids = facts.after.found.member_ids
    places = {int(member_id): place for place, member_id in enumerate(ids)}
    columns, loose = [], []
    for counts in (above, below):
        column, rest = np.zeros(len(ids)), 0.0
        for member_id, count in counts.items():
            if member_id in places:
                column[places[member_id]] = count
            else:
                rest += count
        columns.append(column)
        loose.append(rest)
    return Part(
        measure=measure,
        above=columns[0],
        below=columns[1],
        loose_above=loose[0],
        loose_below=loose[1],
        times=times,
        base=base,
    )


def _by_segment(parts: list[Part], codes: Codes) -> Iterator[Figure]:
    for part in parts:
        above, below = float(part.above.sum()) + part.loose_above, float(part.below.sum()) + part.loose_below
        yield part.figure(Dimension.ALL, EVERYBODY, above, below)
        for dimension, (names, places) in codes.items():
            sums = np.bincount(places, weights=part.above, minlength=len(names))
            counts = np.bincount(places, weights=part.below, minlength=len(names))
            for place, name in enumerate(names):
                yield part.figure(dimension, name, float(sums[place]), float(counts[place]))


def _codes(moment: Moment, appraised: Appraised) -> Codes:
    stages = [STAGES[code].value for code in appraised.stages]
    attitudes = [ATTITUDES[code] or NO_ATTITUDE for code in appraised.attitudes]
    told = {
        Dimension.LEVEL: moment.levels,
        Dimension.STAGE: stages,
        Dimension.ATTITUDE: attitudes,
        Dimension.LANGUAGE: moment.languages,
        Dimension.CHANNEL: moment.channels,
    }
    found: dict[Dimension, tuple[list[str], NDArray[np.intp]]] = {}
    for dimension, each in told.items():
        names = sorted({str(name) for name in each})
        place = {name: number for number, name in enumerate(names)}
        found[dimension] = (names, np.array([place[str(name)] for name in each], dtype=np.intp))
    return found
