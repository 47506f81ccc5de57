"""Rules about what is bought: orders, shipping, parcels, invoices, returns."""

from collections.abc import Iterator
from itertools import pairwise

from pydantic import RootModel

from crm_store.policy.section import Place, Section, entry, group
from crm_store.policy.units import Clock, Count, Days, Money, PlaceCode, Service, Share, Span, Warranty, Whole

_RETURNS = "crm_store.returns.rules"
_SAID = "actions.kit.policy_facts"
_RECKONED = "actions.knowledge.rules"


class Orders(Section):
    """Orders and their money."""

    refund_after_cancelling: Days = entry("until a cancelled order is refunded", read_by="crm_store.orders.service")
    price_protection: Days = entry("a lower price is refunded so long after paying", read_by=_SAID)


class InstalmentPlan(Section):
    """One way to pay in parts."""

    parts: Count = entry("the number of monthly instalments", read_by=_RECKONED)
    fee: Share = entry("each instalment's fee as a share of the order's amount", read_by=_RECKONED)


class InstalmentPlans(RootModel[tuple[InstalmentPlan, ...]]):
    """The numbers of instalments on offer, rising."""

    model_config = {"frozen": True}

    def problems(self) -> Iterator[tuple[Place, str]]:
        if not self.root:
            yield (), "names no number of instalments"
        for number, (fewer, more) in enumerate(pairwise(self.root), start=1):
            if more.parts <= fewer.parts:
                yield (number, "parts"), "must rise from one plan to the next"


class Instalments(Section):
    """Paying in monthly instalments."""

    smallest: Money = entry("orders from this amount can be paid in instalments", read_by=_RECKONED)
    plans: InstalmentPlans = group("the plans on offer")

    def problems(self) -> Iterator[tuple[Place, str]]:
        for place, reason in self.plans.problems():
            yield ("plans", *place), reason


class AbroadZone(Section):
    """Places outside mainland China with one price."""

    places: list[PlaceCode] = entry("the countries and regions", read_by=_RECKONED)
    first_kilogram: Money = entry("what the first kilogram costs", read_by=_RECKONED)
    further_kilogram: Money = entry("what each further kilogram costs", read_by=_RECKONED)
    days_from: Count = entry("working days on the way, at least", read_by="actions.knowledge.reckoning")
    days_to: Count = entry("working days on the way, at most", read_by="actions.knowledge.reckoning")


class AbroadZones(RootModel[tuple[AbroadZone, ...]]):
    """The zones abroad; a place in none of them is not served."""

    model_config = {"frozen": True}

    def problems(self) -> Iterator[tuple[Place, str]]:
        seen: set[str] = set()
        for number, zone in enumerate(self.root):
            if zone.days_to < zone.days_from:
                yield (number, "days_to"), "is less than days_from"
            for code in zone.places:
                if code in seen:
                    yield (number, "places"), f"{code} stands in two zones"
                seen.add(code)


class StaysHere(Section):
    """What may not fly and is sent within mainland China alone: words, of which one stands in the goods' names."""

    battery: list[str] = entry("words of goods that are a lithium battery", read_by="actions.products.abroad")
    liquid: list[str] = entry("words of goods that are liquid", read_by="actions.products.abroad")


class Shipping(Section):
    """What sending costs: within mainland China by the amount, elsewhere by zone and weight."""

    free_from: Money = entry("orders from this amount ship free", read_by="bot.demo.history")
    fee: Money = entry("what shipping costs below that", read_by="bot.demo.history")
    abroad: AbroadZones = group("the zones abroad")
    stays_here: StaysHere = group("what is not sent abroad")

    def problems(self) -> Iterator[tuple[Place, str]]:
        for place, reason in self.abroad.problems():
            yield ("abroad", *place), reason


class Gifts(Section):
    """Goods that are wrapped as a gift."""

    wrapping: Money = entry("what wrapping one thing costs", read_by=_RECKONED)
    wrapping_free_from: Money = entry("orders from this amount are wrapped free", read_by=_RECKONED)


class Parcels(Section):
    """Asking the carrier."""

    carrier_answers_within: Service = entry(
        "until the customer hears what the carrier said",
        read_by=("actions.orders.parcels", "actions.orders.changes", "crm_store.traces"),
    )
    proof_within: Service = entry(
        "until the carrier has to prove the delivery of what a customer does not have",
        read_by="actions.kit.policy_facts",
    )
    traceable_for: Days = entry(
        "after delivery the carrier is asked for proof so long; later a person decides", read_by="crm_store.traces"
    )


class Products(Section):
    """How goods are told of."""

    few_left: Whole = entry("so many pieces or fewer are called few", read_by="actions.products.texts")


class Recommendations(Section):
    """What is recommended to members from what they and others bought."""

    learnt_at: Clock = entry("when it is learnt anew, each night", read_by="bot.jobs")
    look_back: Days = entry("purchases so far back count", read_by="crm_store.recommendations.service")
    bought_together: Count = entry(
        "two articles belong together when so many members bought both", read_by="bot.jobs.recommendations"
    )
    used_up_after: dict[str, Days] = entry(
        "goods of a category are used up so long after they were bought and may be recommended again; of others "
        "nothing is recommended twice",
        read_by="crm_store.recommendations.service",
    )


class Invoices(Section):
    """Electronic invoices."""

    sent_within: Span = entry("until the invoice is sent", read_by="actions.orders.invoice_promises")
    askable_for: Days = entry("after ordering, an invoice can be asked for so long", read_by="actions.orders.invoices")


class Returns(Section):
    """Returns, exchanges and repairs: for how long, how soon, and what the way costs."""

    window: Days = entry("after delivery, for any reason; the last day included", read_by=_RETURNS)
    window_at_fault: Days = entry(
        "after delivery, when goods are faulty, damaged or not what was ordered", read_by=_RETURNS
    )
    decide_within: Service = entry("until the shop says yes or no", read_by="crm_store.returns.service")
    send_within: Days = entry("until the customer has handed the parcel over", read_by="crm_store.returns.service")
    transit: Days = entry("what the way back takes", read_by="crm_store.returns.service")
    refund_within: Days = entry("after the goods arrived", read_by="crm_store.returns.service")
    repaired_within: Service = entry(
        "after goods for repair arrived, until they are sent back", read_by="crm_store.returns.service"
    )
    postage_from: Money = entry("what a customer usually pays for the way back, at least", read_by=_SAID)
    postage_to: Money = entry("what a customer usually pays for the way back, at most", read_by=_SAID)

    def problems(self) -> Iterator[tuple[Place, str]]:
        if self.window_at_fault < self.window:
            yield ("window_at_fault",), "is shorter than the window for any reason"
        if self.postage_to < self.postage_from:
            yield ("postage_to",), "is less than postage_from"


class Warranties(Section):
    """How long goods are repaired free of charge, counted from the day of delivery."""

    usual: Warranty = entry(
        "of goods that are named nowhere else", read_by=("crm_store.returns.warranty", "actions.knowledge.rules")
    )
    by_category: dict[str, Warranty] = entry(
        "of all goods of a category; a product's own attribute `warranty` goes before it",
        read_by=("crm_store.returns.warranty", "actions.knowledge.rules"),
    )
