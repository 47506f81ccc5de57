"""Levels, points, members' own data, and what tells that a member is about to leave."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, RootModel

from crm_store.policy.section import ByCode, Place, Section, entry, group
from crm_store.policy.units import Count, Days, Number, Service, Share, Span, Texts, Unit, Whole

_TIERS = "crm_store.tiers"
_GOODWILL = "crm_store.goodwill"
_RISK = "crm_store.risk.rules"
_BACK = "crm_store.risk.queries"


def _code(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,19}", value):
        raise ValueError(f"“{value}” is no code: small letters, digits and _, at most 20")
    return value


class Tier(Section):
    """A level of membership."""

    code: Annotated[str, AfterValidator(_code), Unit("code, never shown")] = entry(
        "what the level is called in files and interfaces", read_by=_TIERS
    )
    needs: Whole = entry("points earned within twelve months", read_by=_TIERS)
    earn_rate: Count = entry("points for each whole ¥1 spent", read_by=_TIERS)
    names: Texts = entry("what members call the level", read_by=_TIERS)
    benefits: dict[str, Texts] = entry(
        "what the level gives, in the order told; {earn_rate} is filled in", read_by=_TIERS
    )


class Tiers(RootModel[tuple[Tier, ...]]):
    """The levels, the lowest first."""

    model_config = {"frozen": True}

    def codes(self) -> list[str]:
        return [tier.code for tier in self.root]

    def problems(self) -> Iterator[tuple[Place, str]]:
        if not self.root:
            yield (), "there is no level"
        elif self.root[0].needs:
            yield (0, "needs"), f"level {self.root[0].code} is the first and must need 0 points"
        for number, (lower, upper) in enumerate(pairwise(self.root), start=1):
            if upper.needs <= lower.needs:
                yield (number, "needs"), f"level {upper.code} needs more points than {lower.code} ({lower.needs})"
            if upper.earn_rate < lower.earn_rate:
                yield (number, "earn_rate"), f"level {upper.code} earns less than {lower.code} ({lower.earn_rate})"
        for number, tier in enumerate(self.root):
            for benefit, texts in tier.benefits.items():
                if any(re.search(r"[{}]", text.replace("{earn_rate}", "")) for text in texts.values()):
                    yield (number, "benefits", benefit), "only {earn_rate} may stand in braces"
        for number, code in enumerate(self.codes()):
            if code in self.codes()[:number]:
                yield (number, "code"), f"there are two levels {code}"


class Points(Section):
    """How points are earned and how long they live."""

    review: Count = entry("points for reviewing an order", read_by="crm_store.accrual")
    birthday_times: Count = entry(
        "an order on the birthday earns so many times as much; 1 is no gift", read_by="crm_store.accrual"
    )
    arrive_after: Days = entry("after delivery, points of an order arrive", read_by="actions.points.order_points")
    expire_after_years: Whole = entry(
        "points live until 31 December, so many years after the year they were earned in",
        read_by="crm_store.points.service",
    )
    restored_for: Days = entry(
        "points given back to a lot that expired meanwhile live so long", read_by="crm_store.points.movement"
    )
    undo_within: Days = entry(
        "after redeeming, a member may give an unused code back for its points", read_by="crm_store.rewards.models"
    )
    redeem_at_once: Count = entry("of one reward, members redeem at most at once", read_by="actions.points.redemption")
    expiry_notice: Days = entry("who asks for the balance hears what expires within", read_by="actions.points.balance")
    expiring_soon: Days = entry(
        "what console and interface call expiring", read_by=("bot.console.members.facts", "bot.api.lookups")
    )

    def problems(self) -> Iterator[tuple[Place, str]]:
        if self.expire_after_years > 100:
            yield ("expire_after_years",), "is more than a hundred years"


class GoodwillPoints(ByCode):
    """What an agent of each role may give one member of their own accord, in points."""

    agent: Whole = entry("service agents", read_by=_GOODWILL)
    supervisor: Whole = entry("supervisors", read_by=_GOODWILL)
    admin: Whole = entry("administrators", read_by=_GOODWILL)


class Goodwill(Section):
    """What the shop gives to make good or to thank. A reward counts with the points it costs."""

    points: GoodwillPoints = group("by the agent's role")
    within: Days = entry("the limit holds for so long", read_by=_GOODWILL)

    def problems(self) -> Iterator[tuple[Place, str]]:
        for lower, higher in pairwise(type(self.points).model_fields):
            if self.points[higher] < self.points[lower]:
                yield ("points", higher), f"{higher} may give less than {lower}"


class Members(Section):
    """Members' own data."""

    name_characters: Count = entry("longest name the bot takes", read_by="actions.member.names")
    birthday_again_after: Days = entry("between two changes of the birthday", read_by="actions.member.profile")
    leaving_contact: Service = entry(
        "until a colleague contacts who wants to leave", read_by="actions.member.cancellation"
    )


class RiskLevels(ByCode):
    """From which score on a member is at medium or high risk; below is low."""

    medium: Share = entry("medium risk", read_by=_RISK)
    high: Share = entry("high risk", read_by=_RISK)


class RiskWeights(ByCode):
    """What each reason adds at full strength; below 1."""

    sentiment_low: Share = entry("a low mood", read_by=_RISK)
    sentiment_falling: Share = entry("a mood that turns", read_by=_RISK)
    anger: Share = entry("anger", read_by=_RISK)
    complaint_open: Share = entry("open complaints", read_by=_RISK)
    complaint_breached: Share = entry("complaints without a reply in time", read_by=_RISK)
    promise_broken: Share = entry("broken promises", read_by=_RISK)
    score_low: Share = entry("bad scores", read_by=_RISK)
    leaving: Share = entry("said that they leave", read_by=_RISK)
    parcel_late: Share = entry("late parcels", read_by=_RISK)
    buying_less: Share = entry("bought nothing for long", read_by=_RISK)

    def problems(self) -> Iterator[tuple[Place, str]]:
        for name in type(self).model_fields:
            if self[name] >= 1:
                yield (name,), "must stay below 1: no single reason makes it certain"


class LookBack(Section):
    """How far back each thing is looked for."""

    sentiment: Days = entry("moods", read_by=_BACK)
    anger: Days = entry("anger", read_by=_BACK)
    promises: Days = entry("broken promises", read_by=_BACK)
    scores: Days = entry("scores", read_by=_BACK)
    leaving: Days = entry("the wish to leave", read_by=_BACK)
    parcels: Days = entry("late parcels", read_by=_BACK)


class Risk(Section):
    """How likely a member is about to leave: 1 − Π(1 − weight × strength) over the reasons. Every reason can only add,
    and what each contributed is written with the assessment. Strengths are in 0..1."""

    levels: RiskLevels = group("scores of the levels")
    follow_up_at: Share = entry("from this score on a person is asked to follow up", read_by="crm_store.risk.service")
    follow_up_soon: Service = entry("who is angry or leaving hears from us within", read_by="crm_store.risk.service")
    follow_up_usual: Service = entry("everybody else hears from us within", read_by="crm_store.risk.service")
    cause_at_least: Share = entry(
        "what a reason must contribute to be the cause of a follow-up", read_by="crm_store.risk.service"
    )
    rest: Days = entry(
        "after a follow-up has ended, its causes open no other for so long", read_by="crm_store.risk.service"
    )
    weights: RiskWeights = group("by reason")
    look_back: LookBack = group("by what is looked for")
    anger_half_life: Span = entry("in which anger loses half its strength", read_by=_RISK)
    first_of_many: Share = entry(
        "strength of the first of several like things; each further one closes the same part of the rest", read_by=_RISK
    )
    parcel_late_at_once: Share = entry("strength of a parcel that has just become late", read_by=_RISK)
    parcel_late_full: Span = entry("lateness that weighs in full", read_by=_RISK)
    buying_ratio_from: Number = entry(
        "days since the last purchase by (1 + repeat purchases): from here it counts", read_by=_RISK
    )
    buying_ratio_full: Number = entry("the same ratio: from here it counts in full", read_by=_RISK)

    def problems(self) -> Iterator[tuple[Place, str]]:
        if not 0 < self.levels.medium < self.levels.high:
            yield ("levels", "high"), "must rise: 0 < medium < high"
        if not self.follow_up_at:
            yield ("follow_up_at",), "must be above 0"
        elif self.cause_at_least >= self.follow_up_at:
            yield ("cause_at_least",), "must be below follow_up_at"
        if not self.first_of_many:
            yield ("first_of_many",), "must be above 0"
        if self.buying_ratio_full <= self.buying_ratio_from:
            yield ("buying_ratio_full",), "must be above buying_ratio_from"
        for place, reason in self.weights.problems():
            yield ("weights", *place), reason
