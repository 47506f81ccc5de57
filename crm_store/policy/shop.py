"""The whole policy, and what has to hold between its sections."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from crm_store.policy.customer_service import (
    Anger,
    Callbacks,
    Compensation,
    Complaints,
    Conversations,
    Dialogue,
    HandOver,
    Jobs,
    Privacy,
    Promises,
    StaffDesk,
    Verification,
    Work,
)
from crm_store.policy.goods import (
    Gifts,
    Instalments,
    Invoices,
    Orders,
    Parcels,
    Products,
    Recommendations,
    Returns,
    Shipping,
    Warranties,
)
from crm_store.policy.hours import Hours
from crm_store.policy.loyalty import Measures, Value
from crm_store.policy.membership import Goodwill, Levels, Members, Points, Risk, Tiers
from crm_store.policy.outreach import Proactive, Surveys
from crm_store.policy.section import Place, Section, entry, group
from crm_store.policy.signing_in import SigningIn
from crm_store.policy.units import ServiceTime, Texts
from crm_store.policy.winning_back import Thanks, WinBack


class Policy(Section):
    """What the shop decided, by subject. The order is that of the file."""

    hours: Hours = group("service hours")
    anger: Anger = group("thresholds of anger")
    dialogue: Dialogue = group("how the bot listens")
    handover: HandOver = group("when a person comes in")
    desk: StaffDesk = group("who of the staff is there, and who gets what")
    sign_in: SigningIn = group("how the staff signs in")
    conversations: Conversations = group("conversations")
    complaints: Complaints = group("complaints")
    compensation: Compensation = group("compensation for complaints")
    promises: Promises = group("promises")
    work: Work = group("what people have to do")
    jobs: Jobs = group("scheduled work")
    callbacks: Callbacks = group("calls back")
    orders: Orders = group("orders")
    instalments: Instalments = group("paying in instalments")
    shipping: Shipping = group("shipping")
    gifts: Gifts = group("wrapping gifts")
    parcels: Parcels = group("parcels")
    products: Products = group("products")
    recommendations: Recommendations = group("recommendations")
    invoices: Invoices = group("invoices")
    returns: Returns = group("returns and exchanges")
    warranty: Warranties = group("the warranty")
    points: Points = group("points")
    goodwill: Goodwill = group("goodwill")
    members: Members = group("members' own data")
    verification: Verification = group("codes and links")
    privacy: Privacy = group("requests about personal data")
    surveys: Surveys = group("surveys")
    proactive: Proactive = group("news without asking")
    value: Value = group("what a member is worth")
    measures: Measures = group("loyalty in figures")
    risk: Risk = group("the risk of leaving")
    win_back: WinBack = group("asking lost members back")
    thanks: Thanks = group("thanking the best")
    benefits: dict[str, Texts] = entry("what a benefit is called in one or two words", read_by="crm_store.tiers")
    levels: Levels = group("when a level is lost")
    tiers: Tiers = group("the levels of membership, the lowest first")

    def problems(self) -> Iterator[tuple[Place, str]]:
        yield from self._levels()
        yield from self._reply_times()
        if self.callbacks.shortest_window > self.hours.shortest_span:
            yield ("callbacks", "shortest_window"), "is longer than the shortest of the opening hours"
        for number, minutes in enumerate(self.callbacks.offered_at):
            if not any(span.opens <= minutes < span.closes for day in self.hours.weekly.days for span in day):
                yield ("callbacks", "offered_at", number), "lies outside the service hours of every day of the week"

    def _levels(self) -> Iterator[tuple[Place, str]]:
        """Levels and benefits that are named exist."""
        codes = self.tiers.codes()
        for name in ("reply_share", "severity_raised"):
            for code in getattr(self.complaints, name):
                if code not in codes:
                    yield ("complaints", name, code), f"there is no level {code}; the levels are {', '.join(codes)}"
        for number, tier in enumerate(self.tiers.root):
            for benefit in tier.benefits:
                if benefit not in self.benefits:
                    yield ("tiers", number, "benefits", benefit), f"{benefit} has no name under benefits"

    def _reply_times(self) -> Iterator[tuple[Place, str]]:
        """Nothing grave waits longer than what is less grave."""
        within = self.complaints.reply_within
        for milder, graver in pairwise(type(within).model_fields):
            if self._length(within[graver]) > self._length(within[milder]):
                yield ("complaints", "reply_within", graver), f"{graver} complaints wait longer than {milder} ones"

    def _length(self, time: ServiceTime) -> timedelta:
        return time.length(self.hours.service_day)
