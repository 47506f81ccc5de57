"""Rules about what is bought: orders, shipping, parcels, invoices, returns."""

from collections.abc import Iterator

from crm_store.policy.section import Place, Section, entry
from crm_store.policy.units import Days, Money, Service, Span, Warranty, Whole

_RETURNS = "crm_store.returns.rules"
_SAID = "actions.kit.policy_facts"


class Orders(Section):
    """Orders and their money."""

    refund_after_cancelling: Days = entry("until a cancelled order is refunded", read_by="crm_store.orders.service")
    price_protection: Days = entry("a lower price is refunded so long after paying", read_by=_SAID)


class Shipping(Section):
    """What sending costs within mainland China."""

    free_from: Money = entry("orders from this amount ship free", read_by="bot.demo.history")
    fee: Money = entry("what shipping costs below that", read_by="bot.demo.history")


class Parcels(Section):
    """Asking the carrier."""

    carrier_answers_within: Service = entry(
        "until the customer hears what the carrier said",
        read_by=("actions.orders.parcels", "actions.orders.changes"),
    )


class Products(Section):
    """How goods are told of."""

    few_left: Whole = entry("so many pieces or fewer are called few", read_by="actions.products.texts")


class Invoices(Section):
    """Electronic invoices."""

    sent_within: Span = entry("until the invoice is sent", read_by="actions.orders.invoices")
    askable_for: Days = entry("after ordering, an invoice can be asked for so long", read_by="actions.orders.invoices")


class Returns(Section):
    """Returns and exchanges: for how long, how soon, and what the way costs."""

    window: Days = entry("after delivery, for any reason; the last day included", read_by=_RETURNS)
    window_at_fault: Days = entry(
        "after delivery, when goods are faulty, damaged or not what was ordered", read_by=_RETURNS
    )
    decide_within: Service = entry("until the shop says yes or no", read_by="crm_store.returns.service")
    send_within: Days = entry("until the customer has handed the parcel over", read_by="crm_store.returns.service")
    transit: Days = entry("what the way back takes", read_by="crm_store.returns.service")
    refund_within: Days = entry("after the goods arrived", read_by="crm_store.returns.service")
    postage_from: Money = entry("what a customer usually pays for the way back, at least", read_by=_SAID)
    postage_to: Money = entry("what a customer usually pays for the way back, at most", read_by=_SAID)

    def problems(self) -> Iterator[tuple[Place, str]]:
        if self.window_at_fault < self.window:
            yield ("window_at_fault",), "is shorter than the window for any reason"
        if self.postage_to < self.postage_from:
            yield ("postage_to",), "is less than postage_from"


class Warranties(Section):
    """How long goods are repaired free of charge, counted from the day of delivery."""

    usual: Warranty = entry("of goods that are named nowhere else", read_by="crm_store.returns.warranty")
    by_category: dict[str, Warranty] = entry(
        "of all goods of a category; a product's own attribute `warranty` goes before it",
        read_by="crm_store.returns.warranty",
    )
