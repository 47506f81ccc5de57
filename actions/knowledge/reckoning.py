"""Questions that a rule of the shop answers with figures: instalments, shipping, warranty, price protection, returns.

An article tells the rule; here the rule is worked out for the case the customer names. What is about something beside
the rule ("can my bank's card do instalments?") is left to the articles.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from actions.kit.policy_facts import listed_or
from actions.kit.words import lexicon, places, plainly
from actions.knowledge import basket, day_received, figures, price_later, rules
from crm_store import clock, returns
from crm_store.labels import label
from crm_store.language import Language, format_date, format_limit, format_money, format_number
from crm_store.policy import policy
from crm_store.policy.units import Term

INSTALMENTS, ABROAD, AT_HOME = "installment", "overseas_shipping", "shipping_cost"
WARRANTY, PRICE, RETURNS = "warranty", "price_protection", "return_window"
PRICE_LATER = "reply_reckon_price_later"
"""How the responses begin about a price that may fall yet."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A case worked out: the response with its values, and the article that tells the rule; "" where none does.
    `gap`: the response says that no text of the shop tells it."""

    slug: str
    response: str
    values: dict[str, str] = field(default_factory=dict)
    gap: bool = False

    @property
    def told(self) -> str:
        """What is told, to know it again."""
        return " ".join([self.response, *self.values.values()])


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its language, the one before it that it goes on with, what Rasa made of a day in it, and the day
    it is asked. `times`: every time that was heard in it, as entities; `names_goods`: whether it names a thing."""

    text: str
    language: Language
    before: str = ""
    time: Any = None
    today: date | None = None
    times: Sequence[Mapping[str, Any]] = ()
    names_goods: bool = False

    def about(self, subject: str, *, but: str = "") -> bool:
        """Whether words of the subject stand in it, and none by which it is another question."""
        whole = f"{self.text}\n{self.before}"
        if not any(heard.value == subject for heard in lexicon.each("rule", whole)):
            return False
        return not self.other(but or subject)

    def begins(self, subject: str) -> bool:
        """Whether it is about the subject by its own words, or goes on with what was asked of no other thing."""
        return replace(self, before="").about(subject) if self.names_goods else self.about(subject)

    def other(self, subject: str) -> bool:
        """Whether words stand in it by which it is another question than that about the subject."""
        return any(heard.value == subject for heard in lexicon.each("rule_but", self.text))

    def figure[T](self, read: Callable[[str], T]) -> T:
        """A figure that the question names, else the one before."""
        return read(self.text) or read(self.before)

    def money(self, minor: int) -> str:
        return format_money(minor)


def reckon(
    text: str,
    language: Language,
    *,
    before: str = "",
    time: Any = None,
    today: date | None = None,
    entities: Sequence[Mapping[str, Any]] = (),
) -> Reckoned | None:
    """The case in the text worked out; None when it names none that a rule decides. `before`: the question that the
    text goes on with, from which it takes what it leaves out; `entities`: what Rasa found in the text."""
    kinds = _KINDS
    if before and not names_figure(text):
        # How long it takes to the place just asked about is told with what it costs.
        kinds = (_abroad, _warranty) if lexicon.mentions("how_long", text) else (_warranty,)
        kinds = (_instalments,) if lexicon.mentions("instalment_total", text) else kinds
    times = [each for each in entities if each.get("entity") == "time"]
    goods = any(each.get("entity") == "product" for each in entities)
    case = Case(plainly.wanted(text), language, before, time, today, times, goods)
    return next((found for kind in kinds if (found := kind(case)) is not None), None)


def names_figure(text: str) -> bool:
    """Whether words that go on with a case change it: another amount, number, weight, place or time."""
    return any(
        read(text) is not None for read in (figures.parts, figures.kilograms, places.place, figures.days_said)
    ) or bool(figures.amounts(text, bare=True))


def _instalments(case: Case) -> Reckoned | None:
    parts, amounts = case.figure(figures.parts), case.figure(partial(figures.amounts, bare=True))
    meant = case.about("instalments") or (case.figure(figures.in_parts) and not case.other("instalments"))
    if not meant:
        return None
    said = partial(Reckoned, INSTALMENTS)
    offered = listed_or([str(plan.parts) for plan in policy().instalments.plans.root], case.language)
    if parts is None and not amounts:
        values = {"smallest": case.money(policy().instalments.smallest), "offered": offered}
        return said("reply_reckon_instalments_at_all", values) if _asks_whether_at_all(case) else None
    chosen = rules.plan(parts) if parts is not None else None
    if parts is not None and chosen is None:
        return said("reply_reckon_parts_not_offered", {"parts": str(parts), "offered": offered})
    if not amounts:
        return said("reply_reckon_parts_free" if not chosen or not chosen.fee else "reply_reckon_parts_fee",
                    {"parts": str(parts), "fee": _share(chosen.fee if chosen else 0),
                     "smallest": case.money(policy().instalments.smallest)})  # fmt: skip
    asks_total = lexicon.mentions("instalment_total", case.text) and not figures.parts(case.text)
    return instalments_of(max(amounts), parts, case.language, asks_total=asks_total)


def instalments_of(amount: int, parts: int | None, language: Language, *, asks_total: bool = False) -> Reckoned:
    """What an amount (minor units) comes to in so many instalments; in the first plan that is offered where no number
    is named. `asks_total`: it is asked what they cost in all."""
    said = partial(Reckoned, INSTALMENTS)
    offered = listed_or([str(plan.parts) for plan in policy().instalments.plans.root], language)
    values = {
        "amount": format_money(amount),
        "smallest": format_money(policy().instalments.smallest),
        "offered": offered,
    }
    if not rules.can_be_split(amount):
        return said("reply_reckon_too_small", values)
    chosen = rules.plan(parts) if parts is not None else None
    if parts is not None and chosen is None:
        return said("reply_reckon_parts_not_offered", values | {"parts": str(parts)})
    each = rules.instalment(amount, chosen or policy().instalments.plans.root[0])
    values |= {"parts": str(each.parts), "monthly": format_money(each.monthly), "fee": format_money(each.fee)}
    # The total is what the months come to, each rounded as it is paid.
    total = each.monthly * each.parts
    values |= {"total": format_money(total), "extra": format_money(total - amount)}
    if chosen is None:
        return said("reply_reckon_instalments_possible", values)
    if each.fee and asks_total:
        return said("reply_reckon_instalments_total", values)
    return said("reply_reckon_instalments_fee" if each.fee else "reply_reckon_instalments", values)


def _asks_whether_at_all(case: Case) -> bool:
    """Whether it is asked if instalments are possible, and nothing closer about them."""
    asks = lexicon.mentions("instalments_at_all", case.text)
    return asks and not lexicon.mentions("instalments_closer", case.text)


def _abroad(case: Case) -> Reckoned | None:
    code, kilograms = case.figure(places.place), case.figure(figures.kilograms)
    if code is None or case.other("abroad") or not (kilograms or case.about("shipping", but="abroad")):
        return None
    zone, told = rules.zone_of(code), abroad_of(code, case.language)
    if zone is None:
        return told
    values = told.values
    if case.before and places.place(case.text) is None and lexicon.mentions("how_long", case.text):
        # What it costs was told with the place.
        return Reckoned(ABROAD, "reply_reckon_abroad_days", {name: values[name] for name in ("place", "days")})
    if kilograms is None:
        return told
    values |= {"weight": f"{kilograms:g}", "cost": case.money(rules.shipping_abroad(zone, kilograms))}
    return Reckoned(ABROAD, "reply_reckon_abroad_weight", values)


def abroad_of(code: str, language: Language) -> Reckoned:
    """Whether goods are sent to the place, what that costs and how long it takes."""
    place, zone = label("place", code, language), rules.zone_of(code)
    if zone is None:
        served = [label("place", each, language) for zone in policy().shipping.abroad.root for each in zone.places]
        return Reckoned(ABROAD, "reply_reckon_not_served", {"place": place, "served": listed_or(served, language)})
    values = {
        "place": place,
        "days": f"{zone.days_from}–{zone.days_to}",
        "first": format_money(zone.first_kilogram),
        "further": format_money(zone.further_kilogram),
    }
    return Reckoned(ABROAD, "reply_reckon_abroad", values)


def _at_home(case: Case) -> Reckoned | None:
    free_from = policy().shipping.free_from
    goods = case.figure(partial(basket.goods, free_from=free_from))
    if goods is None or case.figure(places.place) or figures.kilograms(case.text) is not None:
        # At home no weight is asked for: "2.9 kg is 60 yuan, right?" goes on with a place abroad.
        return None
    # With its own figures a coupon is part of the sum, and no question about coupons.
    asked = replace(case, text=lexicon.without("of_coupons", case.text), before=case.before)
    if not asked.about("home_shipping"):
        return None
    fee = rules.shipping_at_home(goods)
    values = {"goods": case.money(goods), "free_from": case.money(free_from), "fee": case.money(fee)}
    if not fee:
        return Reckoned(AT_HOME, "reply_reckon_ships_free", values)
    return Reckoned(AT_HOME, "reply_reckon_shipping", values | {"missing": case.money(free_from - goods)})


def _warranty(case: Case) -> Reckoned | None:
    kinds = lexicon.heard("warranty_kind", case.text) or lexicon.heard("warranty_kind", case.before)
    passed = figures.days_ago(case.text, case.time, case.today)
    asks_term = lexicon.mentions("warranty_term", f"{case.text}\n{case.before}") and not lexicon.mentions(
        "fault", case.text
    )
    if not case.about("warranty") or (passed is None and not asks_term):
        return None
    if not kinds:
        return _warranty_of_all(case, passed) if passed is not None and asks_term else None
    kind = kinds[0].value
    if kind == "none":
        return Reckoned(WARRANTY, "reply_reckon_warranty_never")
    length = rules.warranty(kind)
    values = {"length": warranty_told(kind, case.language)}
    if passed is None:
        return Reckoned(WARRANTY, "reply_reckon_warranty_term", values)
    values["until"] = _covered_until(case, kind, passed)
    if passed > length.days:
        return Reckoned(WARRANTY, "reply_reckon_warranty_over", values)
    if passed <= policy().returns.window_at_fault.days:
        return Reckoned(WARRANTY, "reply_reckon_warranty_new", values)
    return Reckoned(WARRANTY, "reply_reckon_warranty", values)


def _warranty_of_all(case: Case, passed: float) -> Reckoned:
    """Until when, for each kind of goods, where the question names none."""
    kinds = {"long": "appliances", "short": "other_goods"}
    lengths = {name: warranty_told(kind, case.language) for name, kind in kinds.items()}
    ends = {f"until_{name}": _covered_until(case, kind, passed) for name, kind in kinds.items()}
    return Reckoned(WARRANTY, "reply_reckon_warranty_of_all", lengths | ends)


def _covered_until(case: Case, kind: str, passed: float) -> str:
    """The last day of a warranty that began so many days ago, in words."""
    today = case.today or clock.today()
    return format_date(returns.last_day(today - timedelta(days=int(passed)), rules.warranty_term(kind)), case.language)


def _price(case: Case) -> Reckoned | None:
    if case.begins("price") and (later := _price_later(case)) is not None:
        return later
    passed = figures.days_ago(case.text, case.time, case.today)
    same = replace(case, text=lexicon.without("very_same", case.text))
    # 同款同色少了六十块 names no price, and an amount that is less all the same.
    names_less = bool(figures.amounts(case.text, bare=True)) or lexicon.mentions("missing", case.text)
    says_less = lexicon.mentions("very_same", case.text) and names_less and not lexicon.mentions("fault", case.text)
    if passed is None or not (same.begins("price") or (says_less and not same.other("price"))):
        return None
    within = passed <= policy().orders.price_protection.days
    return Reckoned(PRICE, "reply_reckon_price" if within else "reply_reckon_price_over")


def _price_later(case: Case) -> Reckoned | None:
    """A price that may fall yet: until when that counts, of a purchase paid on the day that is said, else today."""
    today = case.today or clock.today()
    later = price_later.supposed(case.text, case.times, today)
    if later is None:
        return None
    if later.until < today:
        return Reckoned(PRICE, "reply_reckon_price_over")
    values = {name: format_date(day, case.language) for name, day in (("paid", later.paid), ("until", later.until))}
    if later.day is not None:
        values["day"] = format_date(later.day, case.language)
    kind = {None: "", True: "_in_time", False: "_too_late"}[later.in_time]
    return Reckoned(PRICE, f"{PRICE_LATER}{kind}", values)


def _returns(case: Case) -> Reckoned | None:
    today = case.today or clock.today()
    days = day_received.told(case.text, today)
    passed = figures.days_ago(case.text, case.time, case.today)
    # "Delivered on 21 Nov, today is 29 Nov": the day of delivery counts, whatever else is named.
    came = days.came if days else today - timedelta(days=int(passed)) if passed is not None else None
    asks_late = lexicon.mentions("asks_too_late", case.text)
    of_its_term = days is not None and (asks_late or lexicon.mentions("asks_in_time", case.text))
    meant = case.begins("return") or (of_its_term and not case.other("return_term"))
    if came is None or not meant or figures.only_of_use(case.text):
        return None
    shop = policy().returns
    faulty = lexicon.mentions("fault", case.text) or lexicon.meant("return_reason", case.text) in returns.SHOPS_FAULT
    last = came + timedelta(days=(shop.window_at_fault if faulty else shop.window).days)
    acted = days.acted if days and days.acted else today
    values = {"until": format_date(last, case.language), "came": format_date(came, case.language)}
    # Whether it is over is asked the other way round than whether it may still go back.
    kind = "_late" if asks_late else "_day" if lexicon.mentions("return_deadline", case.text) else ""
    name = "reply_reckon_return_fault" if faulty else "reply_reckon_return"
    return Reckoned(RETURNS, f"{name}{kind}{'_over' if acted > last else ''}", values)


_KINDS: tuple[Callable[[Case], Reckoned | None], ...] = (_instalments, _abroad, _at_home, _warranty, _price, _returns)


def warranty_told(kind: str, language: Language) -> str:
    """12 个月, 90 days."""
    return term_told(rules.warranty_term(kind), language)


def term_told(term: Term, language: Language) -> str:
    """The length of a warranty in words."""
    if not term.months:
        return format_limit(timedelta(days=term.days), language)
    return label("policy_fact", "months", language, months=format_number(term.months))


def _share(part: float) -> str:
    return f"{part * 100:g}%"
