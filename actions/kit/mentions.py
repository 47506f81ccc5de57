"""Which of a member's own orders or parcels a message means. Another member's number is as unknown as any other."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from actions.kit import lexicon
from actions.kit.base import Turn
from crm_store import orders, parcels
from crm_store.clock import business_zone
from crm_store.members import Member
from crm_store.orders import Order, OrderLine
from crm_store.parcels import Parcel
from crm_store.text import match_score

RECENT_ORDERS = 20
REFUSED, NO_SUCH_DAY, ELSEWHERE = "refused", "no_such_day", "elsewhere"
"""Notes of a time entity; see bot.nlu.times.finder."""
NO_WISHES = frozenset({REFUSED, NO_SUCH_DAY})
_LAST_DIGITS = re.compile(r"(?<!\d)\d{4}(?!\d)")
_DASH = "[-–—_]"
#: C-2026-0186, 2026-0186 (complaints, returns), 2026年, 2026-11-15: four digits of these are no order's
_OTHER_NUMBERS = re.compile(
    rf"(?<![\dA-Za-z])[CR](?:{_DASH}| )?20\d\d(?:{_DASH}| )?\d{{3,6}}(?!\d)|(?<!\d)20\d\d{_DASH}\d{{3,6}}(?![\d-])|"
    r"(?<!\d)20\d\d(?=\s*年|[-/.]\d{1,2}(?!\d))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Meant[T]:
    """What a message means: one thing, or several it may be, or a number that is not the member's."""

    one: T | None = None
    several: Sequence[T] = ()
    unknown_number: str | None = None


async def order_meant(turn: Turn, member: Member, candidates: Sequence[Order] | None = None) -> Meant[Order]:
    """The order named by its own number, its parcel's, its products or its day; else the only candidate there is.

    `candidates`: the orders that come into question when none is named, by default the recent ones. A named order need
    not be among them.
    """
    number = turn.entity("order_number")
    if number:
        order = await orders.by_number(turn.session, str(number), member_id=member.id)
        return Meant(one=order) if order else Meant(unknown_number=str(number))
    parcel_number = turn.entity("parcel_number")
    if parcel_number:
        parcel = await parcels.by_number(turn.session, str(parcel_number), member_id=member.id)
        return Meant(one=parcel.order) if parcel else Meant(unknown_number=str(parcel_number))
    if candidates is None:
        candidates = await orders.recent(turn.session, member.id, limit=RECENT_ORDERS)
    described = orders_described(turn, candidates)
    if not described and turn.entities("product"):
        # A product was named that none of the candidates holds: then one of them is not meant, however few they are.
        described = orders_described(turn, await orders.recent(turn.session, member.id, limit=RECENT_ORDERS))
    if len(described) == 1:
        return Meant(one=described[0])
    if candidates and not turn.pressed and lexicon.mentions("latest", turn.text):
        return Meant(one=(described or candidates)[0])
    chosen = described or list(candidates)
    return Meant(one=chosen[0]) if len(chosen) == 1 else Meant(several=chosen)


def orders_described(turn: Turn, candidates: Sequence[Order]) -> list[Order]:
    """Those of the candidates that the words of the message fit best; empty when they describe none."""
    if turn.pressed:
        return []
    digits = last_digits(turn.text)
    by_digits = [order for order in candidates if order.number[-4:] in digits]
    if by_digits:
        return by_digits
    by_words = _best(turn, [(order, _names(order.lines)) for order in candidates])
    days = days_said(turn)
    by_day = [order for order in candidates if order.placed_at.astimezone(business_zone()).date() in days]
    return [order for order in by_words if order in by_day] or by_words or by_day


def last_digits(text: str) -> set[str]:
    """What may be the last four digits of orders ("0041那单")."""
    plain = unicodedata.normalize("NFKC", text)
    return set(_LAST_DIGITS.findall(_OTHER_NUMBERS.sub(" ", plain)))


def lines_described(turn: Turn, candidates: Sequence[tuple[Order, OrderLine]]) -> list[tuple[Order, OrderLine]]:
    """Those of the order lines that the words of the message fit best."""
    if turn.pressed:
        return []
    return _best(turn, [((order, line), _names([line])) for order, line in candidates])


async def parcel_meant(turn: Turn, member: Member, candidates: Sequence[Parcel]) -> Meant[Parcel]:
    """The parcel named by its number, or described by what is in it; else the only candidate there is."""
    number = turn.entity("parcel_number")
    if number:
        parcel = await parcels.by_number(turn.session, str(number), member_id=member.id)
        return Meant(one=parcel) if parcel else Meant(unknown_number=str(number))
    if not turn.pressed:
        described = _best(turn, [(parcel, _names(parcel.order.lines)) for parcel in candidates])
        if len(described) == 1:
            return Meant(one=described[0])
    return Meant(one=candidates[0]) if len(candidates) == 1 else Meant(several=candidates)


def days_said(turn: Turn) -> set[date]:
    """Calendar days at the shop that the message names ("11 月 15 日那单")."""
    days = set()
    for value in turn.entities("time"):
        window = window_of(value)
        if window is not None and isinstance(value, dict) and value.get("grain") == "day":
            days.add(window[0].astimezone(business_zone()).date())
    return days


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


def _names(lines: Sequence[OrderLine]) -> list[str]:
    return [name for line in lines for name in line.names.values()]


def _best[T](turn: Turn, candidates: Sequence[tuple[T, list[str]]]) -> list[T]:
    said = " ".join(str(value) for value in turn.entities("product")) or turn.text
    text = lexicon.without("service_talk", said)
    scores = [(match_score(text, names), candidate) for candidate, names in candidates]
    best = max((score for score, _ in scores), default=0.0)
    return [candidate for score, candidate in scores if best > 0 and score == best]
