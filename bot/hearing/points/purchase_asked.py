"""What a purchase brings in points, or comes to with a voucher, is asked of goods, an amount or what was spoken of; of
an order under way it is asked of that order."""

import re

from actions.kit import slot_text
from actions.kit.asked import purchase_asked, rate_said
from bot.hearing.message.said import SECOND_WISH, Said, single, words
from bot.hearing.steps import Heard, Step, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Focus
from crm_store.text import normalise

POINTS_RULES, VOUCHERS, POINTS_HISTORY = "ask_points_rules", "ask_vouchers", "ask_points_history"
PURCHASE = "purchase"
REDEEM_FORM = "redeem_form"
OF_POINTS = frozenset({
    POINTS_RULES, POINTS_HISTORY, "ask_points_balance", "ask_points_expiring", "dispute_points", "ask_tier",
})  # fmt: skip
"""Topics after which what came in means points."""
LATELY = 4
"""Places of a conversation within which words go on with the sum told last."""
_AMOUNT = re.compile(r"\d{2,}|[一二三四五六七八九两]?[百千]")
_ARRIVES = re.compile(
    r"到了|到货|送到|收到|签收|那单|这单|嗰单|那个订单|包裹|\b(?:arrives?|gets here|delivered|parcel|order|lands)\b"
)
_ON_BIRTHDAY = re.compile(r"生日|\bbirthday\b")
_VOUCHER = re.compile(r"券|\b(?:vouchers?|coupons?)\b")
_CORRECTS = re.compile(r"^(?:不是|唔系|不系|错|no\b|not\b)|(?:而是|是付|系俾|畀咗|付了|付咗|paid)")

_ASKS_OTHER = re.compile(r"到期|过期|换|兑|什么时候|怎么用|送什么|有什么|\b(?:expire|redeem|when|gift|what do i get)\b")


def heard(said: Said, context: Context) -> Heard | None:
    """The step of such a question; None where none is asked, or amid a form."""
    if context.expects.form is not None:
        return None
    flat, focus = normalise(said.text), context.focus
    named = [each for each in entities_of(said.whole) if each.get("entity") in ("product", "reward")]
    things = [each for each in named if not _VOUCHER.search(normalise(str(each.get("value"))))]
    if rate_said.read(said.text) is not None:
        return Heard.of(words(said, POINTS_RULES))
    if any(each.get("entity") in ("order_number", "points_amount") for each in entities_of(said.whole)):
        return None
    if purchase_asked.asks_level(said.text) and (things or _AMOUNT.search(flat) or _told_lately(focus)):
        return Heard.of(words(said, POINTS_RULES))
    if purchase_asked.asks_gain(said.text):
        if not things and _ARRIVES.search(flat) and (order := focus.get("order")):
            return Heard.of(words(said, POINTS_HISTORY, {"order_number": str(order)}))
        if things or _AMOUNT.search(flat) or _told_lately(focus) or _is_last("product", focus):
            return Heard.of(words(said, POINTS_RULES))
        if focus.get("order") and _is_last("order", focus, "parcel"):
            return Heard.of(words(said, POINTS_HISTORY, {"order_number": str(focus["order"])}))
        return None
    if purchase_asked.asks_sum(said.text) and (things or _told_lately(focus) or _is_last("product", focus)):
        return Heard.of(words(said, VOUCHERS))
    return Heard.of(words(said, POINTS_RULES)) if _goes_on(flat, focus) else None


def of_what_was_bought(said: Said, context: Context) -> Heard | None:
    """What a purchase has brought, or whether its points have come: the statement tells, no sum of an amount. What else
    is asked beside it stands by itself. None where it is not asked, or amid a form."""
    if context.expects.form not in (None, REDEEM_FORM):
        return None
    spoken = context.focus.get("topic") in OF_POINTS or "order_points" in context.focus
    if not purchase_asked.asks_credited(said.text, of_points=spoken):
        return None
    named = [part for part in said.clauses if purchase_asked.asks_credited(part[0].text, of_points=True)]
    if len(named) != 1:
        return Heard.of(words(said, POINTS_HISTORY))
    ((clause, heard),) = named
    beside = [(other.text, parsed) for other, parsed in said.clauses if other is not clause]
    of_points = [parsed for _, parsed in beside if is_wish(parsed, SECOND_WISH) and intent_of(parsed) in OF_POINTS]
    step = Step(text=clause.text, heard={**with_intent(heard, POINTS_HISTORY), "text": clause.text})
    if not of_points or purchase_asked.asks_credited(beside[0][0], of_points=True):
        return Heard.of(step)
    # "See what level I am, and how far the next": one question, in however many clauses.
    text = "，".join(each for each, parsed in beside if slot_text.is_question(each) or parsed in of_points)
    return Heard.of(step, single(text, {**of_points[0], "text": text}, context))


def _goes_on(flat: str, focus: Focus) -> bool:
    """Whether another figure, a voucher or the birthday is put into the sum told right before."""
    if PURCHASE not in focus or int(focus.get("age") or 0) > 0 or not _told_lately(focus):
        return False
    is_short = len(flat.split()) <= 10 if flat.isascii() else len(flat) <= 18
    put_in = _ON_BIRTHDAY.search(flat) or _VOUCHER.search(flat) or (_AMOUNT.search(flat) and _CORRECTS.search(flat))
    return is_short and bool(put_in) and not _ASKS_OTHER.search(flat)


def _told_lately(focus: Focus) -> bool:
    return PURCHASE in focus and _age_of(PURCHASE, focus) <= LATELY


def _is_last(kind: str, focus: Focus, *beside: str) -> bool:
    return kind in focus and min(_age_of(each, focus) for each in (kind, *beside)) == 0


def _age_of(kind: str, focus: Focus) -> int:
    places: dict[str, int] = focus.get("at") or {}
    return max(places.values(), default=0) - int(places.get(kind, -99))
