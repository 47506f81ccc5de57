"""What the shop's policy says, in words: every response said by `Turn.say` may name one of these facts."""

from datetime import timedelta

from crm_store import service_hours
from crm_store.labels import label
from crm_store.language import Language, format_limit, format_money
from crm_store.policy import policy

YEAR = timedelta(days=365)


def facts(language: Language) -> dict[str, str]:
    """The values for the responses, by the name they have there."""
    shop = policy()
    spans = {
        "return_window": shop.returns.window,
        "fault_window": shop.returns.window_at_fault,
        "refund_within": shop.returns.refund_within,
        "cancel_refund_within": shop.orders.refund_after_cancelling,
        "price_protection": shop.orders.price_protection,
        "invoice_window": shop.invoices.askable_for,
        "invoice_within": shop.invoices.sent_within,
        "points_after": shop.points.arrive_after,
    }
    return {
        **{name: format_limit(span, language) for name, span in spans.items()},
        "service_hours": service_hours.told(language),
        "return_postage": return_postage(language),
        "points_until": _points_until(language),
        "birthday_every": _birthday_every(language),
        "name_characters": str(shop.members.name_characters),
    }


def return_postage(language: Language) -> str:
    """What the way back usually costs a customer: 8–12 元, ¥8–12."""
    least, most = (format_money(amount).removeprefix("¥") for amount in _postage())
    return label("policy_fact", "postage", language, range=least if least == most else f"{least}–{most}")


def _postage() -> tuple[int, int]:
    return policy().returns.postage_from, policy().returns.postage_to


def _points_until(language: Language) -> str:
    years = policy().points.expire_after_years
    kind = {0: "points_until_same_year", 1: "points_until_next_year"}.get(years, "points_until_year")
    return label("policy_fact", kind, language, years=years, year=years + 1)


def _birthday_every(language: Language) -> str:
    every = policy().members.birthday_again_after
    kind = "every_year" if every == YEAR else "every_span"
    return label("policy_fact", kind, language, span=format_limit(every, language))
