"""What members are worth, and loyalty in figures."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator

from crm_store.policy.section import ByCode, Place, Section, entry, group
from crm_store.policy.units import Count, Days, Money, Share, rising

_YARDSTICK = "crm_store.value.yardstick"
_PURCHASES = "crm_store.value.purchases"
_STANDING = "crm_store.value.standing"
_FORMULAS = "crm_store.measures.formulas"
_LIMITS = ("recency", "frequency", "monetary")


class Value(Section):
    """What a member is worth: marks 1 to 5 for recency, frequency and money, what may be expected, how far they have
    come and what they think."""

    recency: Annotated[list[Days], AfterValidator(rising)] = entry(
        "with too few buyers for fifths: no longer since the last order than these gives 5, 4, 3 and 2",
        read_by=_YARDSTICK,
    )
    frequency: Annotated[list[Count], AfterValidator(rising)] = entry(
        "likewise: at least so many orders in a year give 2, 3, 4 and 5", read_by=_YARDSTICK
    )
    monetary: Annotated[list[Money], AfterValidator(rising)] = entry(
        "likewise: at least so much spent in a year gives 2, 3, 4 and 5", read_by=_YARDSTICK
    )
    quintiles_from: Count = entry("from so many buyers within a year on, marks are fifths of them", read_by=_YARDSTICK)
    fit_from: Count = entry(
        "from so many buyers who came back on, expectations are fitted to the shop's purchases", read_by=_YARDSTICK
    )
    horizon: Days = entry("what is expected of a member is told for so long ahead", read_by=_YARDSTICK)
    past_rate_over: Days = entry(
        "with too few to fit: the past rate of a buyer is taken over at least so long", read_by=_YARDSTICK
    )
    vital_share: Share = entry("the few are those who together bring so much of a year's spend", read_by=_YARDSTICK)
    repeat_from: Count = entry("so many purchases make a repeat buyer", read_by=_STANDING)
    opinions_for: Days = entry("a score or a feeling tells so long what a member thinks", read_by=_PURCHASES)
    contacts_at_least: Count = entry(
        "without scores, so many contacts with a feeling tell what a member thinks", read_by=_PURCHASES
    )
    satisfied_from: Share = entry("satisfied: an opinion (-1 to 1) of at least this", read_by=_STANDING)
    dissatisfied_from: Share = entry("dissatisfied: an opinion as far below 0 as this", read_by=_STANDING)
    loyal_mark: Count = entry("loyal: at least this mark for recency and frequency", read_by=_STANDING)
    reduced_orders: Count = entry("driven by the price: at least so many purchases", read_by=_STANDING)
    reduced_share: Share = entry(
        "driven by the price: at least this share of them at a reduced price", read_by=_STANDING
    )

    def problems(self) -> Iterator[tuple[Place, str]]:
        for name in _LIMITS:
            if len(getattr(self, name)) != 4:
                yield (name,), "needs four values"
        for name in ("satisfied_from", "dissatisfied_from"):
            if not getattr(self, name):
                yield (name,), "must be above 0"
        if self.loyal_mark > 5:
            yield ("loyal_mark",), "is above 5, the highest mark"
        if self.repeat_from < 2:
            yield ("repeat_from",), "must be at least 2"


class MeasureWeights(ByCode):
    """What each figure, brought to 0..100, weighs in the index."""

    retention: Share = entry("members kept", read_by=_FORMULAS)
    satisfaction: Share = entry("satisfaction (CSAT)", read_by=_FORMULAS)
    recommendation: Share = entry("recommendation (NPS)", read_by=_FORMULAS)
    effort: Share = entry("ease (CES)", read_by=_FORMULAS)
    complaints: Share = entry("orders without a complaint", read_by=_FORMULAS)
    emotional: Share = entry("emotional loyalty", read_by=_FORMULAS)
    behavioural: Share = entry("behavioural loyalty", read_by=_FORMULAS)
    attitudinal: Share = entry("attitudinal loyalty", read_by=_FORMULAS)
    relationship: Share = entry("strength of the relationship", read_by=_FORMULAS)


class Measures(Section):
    """Loyalty in figures, by month and quarter."""

    active_for: Days = entry("who bought within so long is an active customer", read_by="crm_store.measures.period")
    few: Count = entry("figures from fewer than so many are marked as uncertain", read_by="bot.console.measures_page")
    months: Count = entry("so far back figures are made when they are missing", read_by="crm_store.measures.service")
    full_relationship: Days = entry(
        "who first bought so long ago has the longest relationship that counts", read_by="crm_store.measures.period"
    )
    index_from: Share = entry("the index needs figures with at least this share of the weights", read_by=_FORMULAS)
    weights: MeasureWeights = group("by figure")

    def problems(self) -> Iterator[tuple[Place, str]]:
        if not sum(self.weights[name] for name in type(self.weights).model_fields):
            yield ("weights",), "give none of the figures a weight"
