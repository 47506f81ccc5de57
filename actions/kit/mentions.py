"""Which of a member's own orders or parcels a message means. Another member's number is as unknown as any other.

What was not bought is never silently replaced by what was: words that name goods which no order holds give
`Meant.not_bought`, and what comes near them is only offered.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from actions.kit.base import FROM_FOCUS, Turn
from actions.kit.goods import Fit, as_written, fit, things_said
from actions.kit.order_marks import by_place, days_said, last_digits, marked, says_a_mark, says_a_place, window_of
from actions.kit.words import lexicon
from crm_store import orders, parcels, products
from crm_store.members import Member
from crm_store.orders import Order, OrderLine
from crm_store.parcels import Parcel
from crm_store.text import WEIGHT_PAIR, match_score

__all__ = [
    "Meant",
    "days_said",
    "last_digits",
    "lines_described",
    "names_a_number",
    "order_meant",
    "orders_described",
    "parcel_meant",
    "window_of",
]

RECENT_ORDERS = 20
ALL_ORDERS = 500


@dataclass(frozen=True)
class Meant[T]:
    """What a message means: one thing, or several it may be, or a number that is not the member's.

    `not_bought`: goods that are named and stand in no order; `several` are then those that come near.
    """

    one: T | None = None
    several: Sequence[T] = ()
    unknown_number: str | None = None
    not_bought: str | None = None


def names_another_member(turn: Turn) -> bool:
    """Whether a member asks by the number of somebody else, of whom nothing is told."""
    named = {str(number).upper() for number in turn.entities("member_number")}
    return turn.member is not None and bool(named) and turn.member.number.upper() not in named


async def order_meant(turn: Turn, member: Member, candidates: Sequence[Order] | None = None) -> Meant[Order]:
    """The order named by its own number, its parcel's, its goods, its day, amount, state or place in the row; else the
    one spoken of; else the only candidate there is.

    `candidates`: the orders that come into question when none is named, by default the recent ones. A named order need
    not be among them.
    """
    numbered = await _by_number(turn, member, from_focus=False)
    if numbered is not None:
        return numbered
    if candidates is None:
        candidates = await orders.recent(turn.session, member.id, limit=RECENT_ORDERS)
    if says_a_place(turn):
        every = await orders.recent(turn.session, member.id, limit=ALL_ORDERS)
        placed = by_place(turn, every, turn.spoken_of.get("order"))
        return Meant(one=placed)
    described = await _described(turn, member, candidates)
    if described is not None:
        return described
    return await _by_number(turn, member, from_focus=True) or _the_only(turn, candidates)


async def _by_number(turn: Turn, member: Member, *, from_focus: bool) -> Meant[Order] | None:
    number = _entity(turn, "order_number", from_focus=from_focus)
    if number:
        order = await orders.by_number(turn.session, number, member_id=member.id)
        return Meant(one=order) if order else Meant(unknown_number=number)
    number = _entity(turn, "parcel_number", from_focus=from_focus)
    if number:
        parcel = await parcels.by_number(turn.session, number, member_id=member.id)
        return Meant(one=parcel.order) if parcel else Meant(unknown_number=number)
    return None


async def _described(turn: Turn, member: Member, candidates: Sequence[Order]) -> Meant[Order] | None:
    """What the words of the message describe; None when they describe nothing."""
    if turn.pressed:
        return None
    said = things_said(turn)
    found = orders_described(turn, candidates)
    if not found and (said or says_a_mark(turn)):
        # Named, but not among those that come into question: then none of these is meant, however few they are.
        every = await orders.recent(turn.session, member.id, limit=RECENT_ORDERS)
        found = orders_described(turn, every) or await _of_kind(turn, said, every)
        if said and not found:
            near = [order for order in every if _fit_of(said, order.lines) is Fit.NEAR]
            return Meant(several=near, not_bought=as_written(turn, said[0]))
    if not found:
        return None
    if len(found) == 1 or lexicon.mentions("latest", turn.text):
        return Meant(one=found[0])
    return Meant(several=found)


def _the_only(turn: Turn, candidates: Sequence[Order]) -> Meant[Order]:
    if candidates and not turn.pressed and lexicon.mentions("latest", turn.text):
        return Meant(one=candidates[0])
    return Meant(one=candidates[0]) if len(candidates) == 1 else Meant(several=list(candidates))


def orders_described(turn: Turn, candidates: Sequence[Order]) -> list[Order]:
    """Those of the candidates that the words of the message fit best; empty when they describe none."""
    if turn.pressed:
        return []
    by_words = _best(turn, [(order, order.lines) for order in candidates])
    if things_said(turn) and not by_words:
        return []
    return marked(turn, by_words or candidates) or by_words


def lines_described(turn: Turn, candidates: Sequence[tuple[Order, OrderLine]]) -> list[tuple[Order, OrderLine]]:
    """Those of the order lines that the words of the message fit best."""
    if turn.pressed:
        return []
    return _best(turn, [((order, line), [line]) for order, line in candidates])


async def parcel_meant(turn: Turn, member: Member, candidates: Sequence[Parcel]) -> Meant[Parcel]:
    """The parcel named by its number or by what is in it; else the one spoken of, else the only candidate."""
    number = _entity(turn, "parcel_number", from_focus=False)
    if number:
        return await _parcel_numbered(turn, member, number)
    if not turn.pressed:
        described = _best(turn, [(parcel, parcel.order.lines) for parcel in candidates])
        if len(described) == 1:
            return Meant(one=described[0])
        said = things_said(turn)
        if described or said:
            near = [parcel for parcel in candidates if _fit_of(said, parcel.order.lines) is Fit.NEAR]
            return Meant(several=described or near, not_bought=None if described else as_written(turn, said[0]))
    focused = _entity(turn, "parcel_number", from_focus=True)
    if focused:
        return await _parcel_numbered(turn, member, focused)
    return Meant(one=candidates[0]) if len(candidates) == 1 else Meant(several=candidates)


async def _parcel_numbered(turn: Turn, member: Member, number: str) -> Meant[Parcel]:
    parcel = await parcels.by_number(turn.session, number, member_id=member.id)
    return Meant(one=parcel) if parcel else Meant(unknown_number=number)


def names_a_number(turn: Turn) -> bool:
    """Whether the message itself gives the number of an order or a parcel."""
    return any(_entity(turn, name, from_focus=False) for name in ("order_number", "parcel_number"))


def _entity(turn: Turn, name: str, *, from_focus: bool) -> str | None:
    for entity in turn.tracker.latest_message.get("entities") or []:
        if entity.get("entity") == name and (entity.get("extractor") == FROM_FOCUS) == from_focus:
            return str(entity["value"])
    return None


async def _of_kind(turn: Turn, said: Sequence[str], candidates: Sequence[Order]) -> list[Order]:
    """Those with goods that the catalogue calls so, by keyword or kind: 跑鞋与鞋靴."""
    if not said:
        return []
    skus = {line.sku for order in candidates for line in order.lines}
    called = await products.called(turn.session, skus)
    return [
        order
        for order in candidates
        if any(fit(word, called.get(line.sku, ())) is Fit.CALLED for word in said for line in order.lines)
    ]


def _fit_of(said: Sequence[str], lines: Sequence[OrderLine]) -> Fit:
    return max((fit(word, list(line.names.values())) for word in said for line in lines), default=Fit.NONE)


def _best[T](turn: Turn, candidates: Sequence[tuple[T, Sequence[OrderLine]]]) -> list[T]:
    """By the goods that were understood; where none were, by the words that message and names have in common."""
    said = things_said(turn)
    if said:
        return [candidate for candidate, lines in candidates if _fit_of(said, lines) is Fit.CALLED]
    text = lexicon.without("service_talk", turn.text)
    scores = [(match_score(text, _names(lines)), candidate) for candidate, lines in candidates]
    best = max((score for score, _ in scores), default=0.0)
    # One sign in common, as in 手表 and 手冲, is nothing.
    return [candidate for score, candidate in scores if best >= WEIGHT_PAIR and score == best]


def _names(lines: Sequence[OrderLine]) -> list[str]:
    return [name for line in lines for name in line.names.values()]
