"""What tells a member's orders apart beside what they hold: day, month, amount, last digits, state, place in a row."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from actions.kit.base import Turn
from actions.kit.words import lexicon
from crm_store.clock import business_zone, now
from crm_store.orders import Order, OrderLine, OrderStatus
from crm_store.text import normalise

_LAST_DIGITS = re.compile(r"(?<!\d)\d{4}(?!\d)")
_DASH = "[-–—_]"
#: C-2026-0186, 2026-0186 (complaints, returns), 2026年, 2026-11-15: four digits of these are no order's
_OTHER_NUMBERS = re.compile(
    rf"(?<![\dA-Za-z])[CR](?:{_DASH}| )?20\d\d(?:{_DASH}| )?\d{{3,6}}(?!\d)|(?<!\d)20\d\d{_DASH}\d{{3,6}}(?![\d-])|"
    r"(?<!\d)20\d\d(?=\s*年|[-/.]\d{1,2}(?!\d))",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"(?<![\d.-])(\d{1,3}(?:,\d{3})+|\d{2,6})(\.\d{1,2})?(?![\d-]|\.\d)")
_NO_AMOUNTS = ("time", "order_number", "parcel_number", "phone", "email", "member_number", "code")
_BOUGHT = re.compile(r"单|笔|订|买|下的|拍的|\b(?:orders?|ordered|bought|one|purchase|purchased|placed)\b")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH = re.compile(rf"\b(?:in|from|of|the|last|my) ({'|'.join(_MONTHS)})\b", re.IGNORECASE)
_BARE_DAY = re.compile(r"\d{1,2} ?[号號日]|(?:the )?\d{1,2}(?:st|nd|rd|th)", re.IGNORECASE)
_STATES_ALIKE = {OrderStatus.DELIVERED: {OrderStatus.DELIVERED, OrderStatus.COMPLETED}}
_NOT_YET_SHIPPED = {OrderStatus.PAID: {OrderStatus.PLACED, OrderStatus.PAID, OrderStatus.PACKED}}


def last_digits(text: str) -> set[str]:
    """What may be the last four digits of orders ("0041那单")."""
    plain = unicodedata.normalize("NFKC", text)
    return set(_LAST_DIGITS.findall(_OTHER_NUMBERS.sub(" ", plain)))


def days_said(turn: Turn) -> set[date]:
    """Calendar days at the shop that the message names ("11 月 15 日那单")."""
    days = set()
    for value in _times_past(turn):
        window = window_of(value)
        if window is not None and isinstance(value, dict) and value.get("grain") == "day":
            days.add(window[0].astimezone(business_zone()).date())
    return days


REFUSED, NO_SUCH_DAY, ELSEWHERE = "refused", "no_such_day", "elsewhere"
"""Notes of a time entity; see bot.nlu.times.finder."""
NO_WISHES = frozenset({REFUSED, NO_SUCH_DAY})


def window_of(value: object) -> tuple[datetime, datetime] | None:
    """The aware moments of a time entity: `{"from", "to"}`, or the two joined by "/" as in our own buttons; None for a
    time that was ruled out ("not Friday") or that no calendar has (30 February)."""
    if isinstance(value, dict) and value.get("note") in NO_WISHES:
        return None
    ends = [value.get("from"), value.get("to")] if isinstance(value, dict) else str(value).split("/")
    try:
        begin, end = (datetime.fromisoformat(str(each)) for each in ends)
    except ValueError:
        return None
    begin, end = (each if each.tzinfo else each.replace(tzinfo=business_zone()) for each in (begin, end))
    return begin, end


def marked(turn: Turn, orders: Sequence[Order]) -> list[Order]:
    """Those of the orders that the message's day, amount, digits and state fit, each mark narrowing what the others
    left; empty when it says none of them."""
    left, narrowed = list(orders), False
    for test in _tests(turn):
        fitting = [order for order in left if test(order)]
        if fitting:
            left, narrowed = fitting, True
    return left if narrowed else []


def says_a_mark(turn: Turn) -> bool:
    """Whether the message says a day, an amount, digits or a state that may be an order's."""
    return bool(_tests(turn))


def by_place(turn: Turn, orders: Sequence[Order], spoken_of: str | None) -> Order | None:
    """The order meant by its place among all of them, newest first: the last but one, the very first, or the one
    before the order with the number `spoken_of`."""
    if lexicon.mentions("order_last_but_one", turn.text):
        return orders[1] if len(orders) > 1 else None
    if lexicon.mentions("order_before", turn.text):
        numbers = [order.number for order in orders]
        place = numbers.index(spoken_of) + 1 if spoken_of in numbers else 1
        return orders[place] if place < len(orders) else None
    return orders[-1] if orders and lexicon.mentions("order_first", turn.text) else None


def says_a_place(turn: Turn) -> bool:
    """Whether the message names an order by its place among the others."""
    groups = ("order_last_but_one", "order_before", "order_first")
    return not turn.pressed and any(lexicon.mentions(group, turn.text) for group in groups)


def amounts_said(turn: Turn) -> set[int]:
    """Sums of money that the message may name, in minor units."""
    text = unicodedata.normalize("NFKC", turn.text)
    entities = turn.tracker.latest_message.get("entities") or []
    for entity in sorted(entities, key=lambda each: -int(each.get("start") or 0)):
        if entity.get("entity") in _NO_AMOUNTS and entity.get("end"):
            text = f"{text[: entity['start']]} {text[entity['end'] :]}"
    return {round(float(found[1].replace(",", "") + (found[2] or "")) * 100) for found in _AMOUNT.finditer(text)}


def _tests(turn: Turn) -> list[Callable[[Order], bool]]:
    return [test for mark in (_of_digits, _of_day, _of_amount, _of_state) if (test := mark(turn)) is not None]


def _of_digits(turn: Turn) -> Callable[[Order], bool] | None:
    digits = last_digits(turn.text)
    return (lambda order: order.number[-4:] in digits) if digits else None


def _times_past(turn: Turn) -> list[object]:
    """The times of the message as an order has them: a bare day of the month (20号那件) that is still to come is that
    of the month before."""
    found = []
    for each in turn.tracker.latest_message.get("entities") or []:
        if each.get("entity") != "time":
            continue
        value = each["value"]
        said = turn.text[int(each.get("start") or 0) : int(each.get("end") or 0)]
        window = window_of(value)
        if isinstance(value, dict) and window is not None and window[0] > now() and _BARE_DAY.fullmatch(said.strip()):
            begin, end = (_month_before(moment) for moment in window)
            value = {**value, "from": begin.isoformat(), "to": end.isoformat()}
        found.append(value)
    return found


def _month_before(moment: datetime) -> datetime:
    last_of_it = moment.replace(day=1) - timedelta(days=1)
    return last_of_it.replace(day=min(moment.day, last_of_it.day))


def _of_day(turn: Turn) -> Callable[[Order], bool] | None:
    windows = []
    for value in _times_past(turn):
        grain = value.get("grain") if isinstance(value, dict) else None
        # A month is when an order was placed only where the words speak of placing it: 9月那单, not 这个月能到吗.
        told = grain == "day" or (grain in ("week", "month") and _BOUGHT.search(normalise(turn.text)))
        if told and (window := window_of(value)) is not None:
            windows.append(window)
    if windows:
        return lambda order: any(begin <= order.placed_at < end for begin, end in windows)
    month = _MONTH.search(turn.text)
    if month is None or not _BOUGHT.search(normalise(turn.text)):
        return None
    return lambda order: order.placed_at.astimezone(business_zone()).month == _MONTHS.index(month[1].lower()) + 1


def _of_amount(turn: Turn) -> Callable[[Order], bool] | None:
    amounts = amounts_said(turn)
    if not amounts:
        return None
    return lambda order: order.total_minor in amounts or any(line.price_minor in amounts for line in order.lines)


def _of_state(turn: Turn) -> Callable[[Order], bool] | None:
    said = lexicon.meant("order_state", turn.text)
    if said is None:
        return None
    state = OrderStatus(said)
    states = _STATES_ALIKE.get(state) or _NOT_YET_SHIPPED.get(state) or {state}
    return lambda order: order.status in states


CHARGED_TWICE = "charged_twice"
"""The choice, of `ask_order_status`, that says that money was taken twice for one purchase."""

Lines = Sequence[tuple[Order, OrderLine]]
Window = tuple[datetime, datetime]
_NOT_THAT = re.compile(
    r"(?:不是|不係|唔係|唔系|并非|並非|不要|别扯|別扯)(?:再)?(?:我)?\s*$"
    r"|\b(?:not|isn'?t|wasn'?t)(?: (?:the|my|one|ones|from|in))*\s*$",
    re.IGNORECASE,
)
_NOTHING_WRONG = re.compile(
    r"\S{0,4}?(?:没毛病|沒毛病|没问题|沒問題|没坏|沒壞|好好的|是好的|冇事|冇壞)"
    r"|[\w ]{0,12}\b(?:is|works?|was) (?:fine|ok|okay|good)\b",
    re.IGNORECASE,
)
"""What stands before a month that is ruled out, and behind one whose thing is in order."""


def of_the_day(turn: Turn, lines: Lines) -> Lines:
    """Of several lines those of the order whose day or number was said; all of them when none was."""
    if len(lines) < 2 or turn.pressed:
        return lines
    digits, days = last_digits(turn.text), days_said(turn)
    zone = business_zone()
    meant, ruled_out = _months_said(turn)
    if meant:
        of_month = [(order, line) for order, line in lines if _in_a_month(order, meant)]
        lines = of_month or lines
    lines = [(order, line) for order, line in lines if not _in_a_month(order, ruled_out)] or lines
    said = [
        (order, line)
        for order, line in lines
        if order.number[-4:] in digits or days & {day.astimezone(zone).date() for day in _days(order)}
    ]
    return said or lines


def _months_said(turn: Turn) -> tuple[list[Window], list[Window]]:
    """The months that the message names: 我9月买的, "the one from September"; and those it rules out: 不是九月的那个,
    九月的没毛病."""
    meant: list[Window] = []
    ruled_out: list[Window] = []
    for each in turn.tracker.latest_message.get("entities") or []:
        value = each.get("value") if each.get("entity") == "time" else None
        if isinstance(value, dict) and value.get("grain") == "month" and (window := window_of(value)) is not None:
            before, after = turn.text[: int(each.get("start") or 0)], turn.text[int(each.get("end") or 0) :]
            is_out = _NOT_THAT.search(before) or _NOTHING_WRONG.match(after)
            (ruled_out if is_out else meant).append(window)
    return meant, ruled_out


def _in_a_month(order: Order, months: list[tuple[datetime, datetime]]) -> bool:
    return any(begin <= order.placed_at < end for begin, end in months)


def _days(order: Order) -> list[datetime]:
    """The days by which a customer may call an order: when it was placed, and when it came."""
    return [moment for moment in (order.placed_at, order.delivered_at) if moment is not None]
