"""Levels, points, members' own data, and what tells that a member is about to leave."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, RootModel

from crm_store.policy.section import ByCode, Place, Section, entry, group
from crm_store.policy.units import (
    Clock,
    Count,
    Days,
    Grace,
    Number,
    Service,
    Share,
    Span,
    Switch,
    Texts,
    Unit,
    Whole,
)

_TIERS = "crm_store.tiers"
_GOODWILL = "crm_store.goodwill"
_CORRECTIONS = "crm_store.corrections"
_EARNING = "crm_store.earning_rules"
_ACCRUAL = "crm_store.accrual"
_REFERRALS = "crm_store.referrals"
_RISK = "crm_store.risk.rules"
_BACK = "crm_store.risk.queries"
MOST_HELD_BACK = 0.5
"""A larger share teaches nothing more and leaves most members without a call."""

_FILLED_IN = re.compile(r"\{(earn_rate|birthday_days)\}")
_MOVEMENT = "crm_store.points.movement"
_MOST_KEPT = 1_000_000_000
"""Half of what a column for points holds: what comes back to a full balance has room too."""
_MOST_TIMES = 1_000_000
"""Above every rate between currencies."""


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
    earn_rate: Count = entry("points for each whole ¥1 of goods", read_by=_TIERS)
    names: Texts = entry("what members call the level", read_by=_TIERS)
    benefits: dict[str, Texts] = entry(
        "what the level gives, in the order told; {earn_rate} and {birthday_days} are filled in", read_by=_TIERS
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
                if any(re.search(r"[{}]", _FILLED_IN.sub("", text)) for text in texts.values()):
                    yield (number, "benefits", benefit), "only {earn_rate} and {birthday_days} may stand in braces"
        for number, code in enumerate(self.codes()):
            if code in self.codes()[:number]:
                yield (number, "code"), f"there are two levels {code}"


class Levels(Section):
    """When a level is lost."""

    grace: Grace = entry(
        "whose points of twelve months fall short keeps the level so long, to the end of the day",
        read_by="crm_store.tier_rules",
    )
    one_at_a_time: Switch = entry(
        "off: down to the level that fits; on: one level down, the next after another grace", read_by=_TIERS
    )

    def problems(self) -> Iterator[tuple[Place, str]]:
        if self.grace.total_seconds() % 86_400:
            yield ("grace",), "must be whole days"


class Referral(Section):
    """A member brings a friend: points for both once the friend's first order is complete."""

    member: Whole = entry("points for who recommended; 0 for both is no programme", read_by=_REFERRALS)
    friend: Whole = entry("points for the friend", read_by=_REFERRALS)
    friends_a_year: Count = entry("a member gets points for so many friends in twelve months", read_by=_REFERRALS)
    named_within: Days = entry("after joining, a friend can name who recommended", read_by=_REFERRALS)


class MostPoints(Section):
    """More than anybody means: a slip of the keyboard, or a number that is no points."""

    at_once: Count = entry("one movement gives at most so many points", read_by=_MOVEMENT)
    balance: Count = entry("a member has, or owes, at most so many points", read_by=_MOVEMENT)

    def problems(self) -> Iterator[tuple[Place, str]]:
        if self.balance > _MOST_KEPT:
            yield ("balance",), f"is more than {_MOST_KEPT:,}"
        if self.at_once > self.balance:
            yield ("at_once",), "is more than the balance may be"


class Points(Section):
    """How points are earned and how long they live."""

    currencies: dict[str, Number] = entry(
        "how many ¥ one whole unit of a currency counts as; in others nothing is earned", read_by=_EARNING
    )
    categories: dict[str, Number] = entry("goods of a category earn so many times as much", read_by=_EARNING)
    review: Count = entry("points for reviewing an order", read_by=_EARNING)
    survey: Whole = entry("points for answering a survey, once per conversation; 0 is none", read_by=_ACCRUAL)
    referral: Referral = group("bringing a friend")
    most: MostPoints = group("limits against slips")
    birthday_times: Count = entry(
        "an order on the birthday earns so many times as much; 1 is no gift", read_by=_ACCRUAL
    )
    birthday_days: Literal["day", "week", "month"] = entry(
        "on the day itself, in its week from Monday to Sunday, or in its month", read_by=_EARNING
    )
    birthday_once: Switch = entry("only the first order of a birthday earns more", read_by=_ACCRUAL)
    arrive_after: Days = entry(
        "after delivery an order is complete, and its points arrive",
        read_by=("crm_store.orders.rules", "actions.points.order_points"),
    )
    booked_back: Days = entry(
        "orders whose points came due longer ago, as imported ones, bring none by themselves",
        read_by="crm_store.orders.rules",
    )
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
        if not self.currencies:
            yield ("currencies",), "names no currency"
        for code in self.currencies:
            if not re.fullmatch(r"[A-Z]{3}", code):
                yield ("currencies", code), f"{code} is no currency; write for example CNY"
        for name in ("currencies", "categories"):
            for code, times in getattr(self, name).items():
                if times > _MOST_TIMES:
                    yield (name, code), f"is more than {_MOST_TIMES:,}"


class GoodwillPoints(ByCode):
    """What an agent of each role may give one member of their own accord, in points."""

    agent: Whole = entry("service agents", read_by=_GOODWILL)
    supervisor: Whole = entry("supervisors", read_by=_GOODWILL)
    admin: Whole = entry("administrators", read_by=_GOODWILL)


class Corrections(ByCode):
    """By how many points an agent of each role may correct one member's balance, up or down, within the same span."""

    agent: Whole = entry("service agents", read_by=_CORRECTIONS)
    supervisor: Whole = entry("supervisors", read_by=_CORRECTIONS)
    admin: Whole = entry("administrators", read_by=_CORRECTIONS)


class Goodwill(Section):
    """What the shop gives to make good or to thank. A reward counts with the points it costs."""

    points: GoodwillPoints = group("by the agent's role")
    correction: Corrections = group("by the agent's role")
    within: Days = entry("the limit holds for so long", read_by=_GOODWILL)

    def problems(self) -> Iterator[tuple[Place, str]]:
        for name, limits in (("points", self.points), ("correction", self.correction)):
            for lower, higher in pairwise(type(limits).model_fields):
                if limits[higher] < limits[lower]:
                    yield (name, higher), f"{higher} may give less than {lower}"


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
    buying_less: Share = entry("has surely stopped buying; less sure weighs as much less", read_by=_RISK)

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
    swept_at: Clock = entry("when everybody is looked at anew, each night", read_by="bot.jobs")
    follow_up_at: Share = entry("from this score on a person is asked to follow up", read_by="crm_store.risk.following")
    follow_up_soon: Service = entry("who is angry or leaving hears from us within", read_by="crm_store.risk.following")
    follow_up_usual: Service = entry("everybody else hears from us within", read_by="crm_store.risk.following")
    cause_at_least: Share = entry(
        "what a reason must contribute to be the cause of a follow-up", read_by="crm_store.risk.following"
    )
    rest: Days = entry(
        "after a follow-up has ended, its causes open no other for so long", read_by="crm_store.risk.following"
    )
    weights: RiskWeights = group("by reason")
    look_back: LookBack = group("by what is looked for")
    anger_half_life: Span = entry("in which anger loses half its strength", read_by=_RISK)
    first_of_many: Share = entry(
        "strength of the first of several like things; each further one closes the same part of the rest", read_by=_RISK
    )
    parcel_late_at_once: Share = entry("strength of a parcel that has just become late", read_by=_RISK)
    parcel_late_full: Span = entry("lateness that weighs in full", read_by=_RISK)
    silence_from: Share = entry(
        "the chance of having stopped buying, by their own rhythm, from which silence is a reason", read_by=_RISK
    )
    lost_after: Days = entry("who bought nothing for so long is lost, a case for winning back", read_by=_BACK)
    lost_pauses: Number = entry("and for so many of their own pauses between purchases", read_by=_BACK)
    follow_ups_a_day: Whole = entry(
        "silent members put on the list a day, those with most at stake first", read_by="crm_store.risk.capacity"
    )
    held_back: Share = entry(
        "silent members nobody is asked to contact, to learn what contacting does; none who complained, was angry or "
        "said that they leave",
        read_by="crm_store.risk.holding_back",
    )
    proof_within: Days = entry(
        "a follow-up saved the member when they buy, or their mood turns, within", read_by="crm_store.risk.proof"
    )
    uplift_worth: Share = entry(
        "the smallest gain in members saved that the comparison has to be able to show",
        read_by="crm_store.risk.report",
    )

    def problems(self) -> Iterator[tuple[Place, str]]:
        if not 0 < self.levels.medium < self.levels.high:
            yield ("levels", "high"), "must rise: 0 < medium < high"
        if not self.follow_up_at:
            yield ("follow_up_at",), "must be above 0"
        elif self.cause_at_least >= self.follow_up_at:
            yield ("cause_at_least",), "must be below follow_up_at"
        if not self.first_of_many:
            yield ("first_of_many",), "must be above 0"
        if self.held_back > MOST_HELD_BACK:
            yield ("held_back",), f"more than {MOST_HELD_BACK} leaves too many members alone"
        if not self.uplift_worth:
            yield ("uplift_worth",), "must be above 0"
        for place, reason in self.weights.problems():
            yield ("weights", *place), reason
