"""What the shop's policy says, in words: every response said by `Turn.say` may name one of these facts."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from crm_store import service_hours
from crm_store.labels import label
from crm_store.language import Language, format_limit, format_money, format_number
from crm_store.policy import policy
from crm_store.policy.goods import AbroadZone
from crm_store.policy.units import ServiceTime, Term

YEAR = timedelta(days=365)
DOUBLE = 2
FREE_SHIPPING = "free_shipping"
"""The benefit's code in the policy."""

_PLACEHOLDER = re.compile(r"{(\w+)}")


def facts(language: Language) -> dict[str, str]:
    """The values for the responses, by the name they have there."""
    shop = policy()
    spans = {
        "return_window": shop.returns.window,
        "fault_window": shop.returns.window_at_fault,
        "refund_within": shop.returns.refund_within,
        "send_within": shop.returns.send_within,
        "return_transit": shop.returns.transit,
        "cancel_refund_within": shop.orders.refund_after_cancelling,
        "price_protection": shop.orders.price_protection,
        "invoice_window": shop.invoices.askable_for,
        "invoice_within": shop.invoices.sent_within,
        "points_after": shop.points.arrive_after,
        "undo_within": shop.points.undo_within,
    }
    return {
        **{name: format_limit(span, language) for name, span in spans.items()},
        "service_hours": service_hours.told(language),
        "repaired_within": _working_time(shop.returns.repaired_within, language),
        "return_postage": return_postage(language),
        "points_until": _points_until(language),
        "birthday_every": _birthday_every(language),
        "level_ships_free": _level_ships_free(language),
        "name_characters": str(shop.members.name_characters),
        "referral_rule": _referral_rule(language),
    }


def article_facts(language: Language) -> dict[str, str]:
    """The values that the answers of an article may name, by the name they have there: those of responses and more."""
    shop = policy()
    times = shop.points.birthday_times
    doubled = "birthday_double" if times == DOUBLE else "birthday_times"
    levels = {tier.code: tier for tier in shop.tiers.root}
    plans = shop.instalments.plans.root
    zones = shop.shipping.abroad.root
    return {
        **facts(language),
        "free_from": _amount(shop.shipping.free_from, language),
        "shipping_fee": _amount(shop.shipping.fee, language),
        "review": str(shop.points.review),
        "restored_for": format_limit(shop.points.restored_for, language),
        "expiry_notice": format_limit(shop.points.expiry_notice, language),
        "complaint_reply": _working_time(shop.complaints.reply_within["normal"], language),
        "complaint_reply_high": _working_time(shop.complaints.reply_within["high"], language),
        "referral_friend": str(shop.points.referral.friend),
        "referral_member": str(shop.points.referral.member),
        "expiry_reminder": format_limit(shop.proactive.points_before, language),
        "proof_within": _working_time(shop.parcels.proof_within, language),
        "privacy_answer": format_limit(shop.privacy.answer_within, language),
        "birthday_days": label("policy_fact", f"birthday_{shop.points.birthday_days}", language),
        "level_grace": _level_grace(language),
        "birthday_times": label("policy_fact", doubled, language, times=times),
        "birthday_earns": label("policy_fact", f"{doubled}_points", language, times=times),
        "instalments_from": _amount(shop.instalments.smallest, language),
        "instalment_terms": listed_or([str(each.parts) for each in plans], language),
        "instalments_free": listed_or([str(each.parts) for each in plans if not each.fee], language),
        "instalment_fee": f"{max(each.fee for each in plans) * 100:g}%",
        **{name: told for number, zone in enumerate(zones, start=1) for name, told in _abroad(number, zone, language)},
        "warranty_long": _term(shop.warranty.by_category.get("electronics", shop.warranty.usual), language),
        "warranty_short": _term(shop.warranty.usual, language),
        **{f"{code}_rate": str(tier.earn_rate) for code, tier in levels.items()},
        **{f"{code}_needs": format_number(tier.needs) for code, tier in levels.items() if tier.needs},
    }


def _abroad(number: int, zone: AbroadZone, language: Language) -> Iterator[tuple[str, str]]:
    """What a zone's first and each further kilogram cost, and how many working days it takes: 30 元, 15 元, 4–7."""
    yield f"abroad_{number}", _amount(zone.first_kilogram, language)
    yield f"abroad_{number}_further", _amount(zone.further_kilogram, language)
    yield f"abroad_{number}_days", f"{zone.days_from}–{zone.days_to}"


def _term(term: Term, language: Language) -> str:
    """12 个月, 90 days."""
    if term.months:
        return label("policy_fact", "months", language, months=format_number(term.months))
    return format_limit(timedelta(days=term.days), language)


def _working_time(time: ServiceTime, language: Language) -> str:
    """7 个工作日, 7 working days; 4 小时."""
    if time.days:
        return label("policy_fact", "working_days", language, days=str(time.days))
    return format_limit(time.time, language)


def filled(text: str, language: Language) -> str:
    """The words of an article's answer with the policy's facts; what names no fact stays as it is written."""
    known = article_facts(language)
    return _PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), text)


def listed_or(things: Sequence[str], language: Language) -> str:
    """3、6 或 12; "3, 6 or 12"."""
    return _listed(things, "or", language)


def _listed(things: Sequence[str], joint: str, language: Language) -> str:
    if len(things) < 2:
        return "".join(things)
    comma = label("policy_fact", "comma", language)
    return label("policy_fact", joint, language, first=comma.join(things[:-1]), last=things[-1])


def _amount(minor: int, language: Language) -> str:
    """99 元, ¥99."""
    return label("policy_fact", "postage", language, range=format_money(minor).removeprefix("¥"))


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


def _level_ships_free(language: Language) -> str:
    """A sentence that names the levels with free shipping, to follow another; empty where there is none."""
    names = [tier.names[language] for tier in policy().tiers.root if FREE_SHIPPING in tier.benefits]
    return label("policy_fact", "ships_free", language, levels=_listed(names, "and", language)) if names else ""


def _referral_rule(language: Language) -> str:
    """What bringing a friend brings, a sentence to follow another; empty where the shop gives nothing for it."""
    rules = policy().points.referral
    if not (rules.member and rules.friend):
        return ""
    return label("policy_fact", "referral", language, member=rules.member, friend=rules.friend)


def _level_grace(language: Language) -> str:
    """How long a level is kept when too little was earned, as part of a sentence; empty where it is lost at once."""
    grace = policy().levels.grace
    return label("policy_fact", "level_grace", language, span=format_limit(grace, language)) if grace else ""


def _birthday_every(language: Language) -> str:
    every = policy().members.birthday_again_after
    kind = "every_year" if every == YEAR else "every_span"
    return label("policy_fact", kind, language, span=format_limit(every, language))
