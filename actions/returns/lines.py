"""Which ordered thing a return or a fault is about: by its number, by words of any kind, by what was spoken of."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from actions.kit.asked.shapes import sizes_named
from actions.kit.base import Turn
from actions.kit.forms import REQUESTED_SLOT
from actions.kit.mentions import RECENT_ORDERS, order_meant
from actions.kit.order_marks import of_the_day
from actions.kit.replies import line_text
from actions.kit.words import left_out, lexicon
from actions.returns.heard import is_fault, reason_said
from crm_store import orders, products, returns
from crm_store.labels import label
from crm_store.language import format_date
from crm_store.members import Member
from crm_store.orders import Order, OrderLine, OrderStatus
from crm_store.products import Product
from crm_store.text import WEIGHT_PAIR, match_score, normalise

Lines = Sequence[tuple[Order, OrderLine]]

FROM_FOCUS = "focus"
"""The extractor of entities that were not said."""
_CLAUSE_END = re.compile(r"[，,。.;；!！?？\n]+")
_PARTS = re.compile(
    r"[，,、。;；!！?？\n]+|\.(?!\d)|[和跟与與]|同埋|(?<=[\u4e00-\u9fff])\s+|\b(?:and|but)\b", re.IGNORECASE
)
"""What parts the things of a list, and what is told of them."""
WEIGHT_HEAD = 1.0
"""Of a name's last character: 鞋 of 轻跑鞋."""


@dataclass(frozen=True)
class Found:
    """What a message means of what the member bought. `sure`: it was named or pointed at, and needs no question.

    `unknown`: what was named and never bought; `number`: an order number that is not the member's.
    """

    lines: Lines = ()
    sure: bool = False
    unknown: str = ""
    number: str = ""

    @property
    def one(self) -> tuple[Order, OrderLine] | None:
        return self.lines[0] if len(self.lines) == 1 else None


async def own_line(turn: Turn, line_id: str | None) -> tuple[Order, OrderLine] | None:
    """The member's own order line of that id, with its order."""
    if turn.member is None or not str(line_id or "").isdigit():
        return None
    number = int(str(line_id))
    query = select(Order).join(OrderLine).where(OrderLine.id == number, Order.member_id == turn.member.id)
    order = (await turn.session.execute(query)).scalar_one_or_none()
    return (order, order.line(number)) if order is not None else None


async def of_the_order_in_hand(turn: Turn, lines: Lines) -> Lines:
    """Those of the lines that came in the same order as the one whose return is begun."""
    in_hand = await own_line(turn, turn.slot("return_line"))
    return [pair for pair in lines if in_hand is not None and pair[0].id == in_hand[0].id]


async def bought(turn: Turn, member: Member) -> Lines:
    """Every line of the member's recent orders, the newest order first; what was cancelled was not bought."""
    recent = await orders.recent(turn.session, member.id, limit=RECENT_ORDERS)
    return [(order, line) for order in recent if order.status != OrderStatus.CANCELLED for line in order.lines]


async def found(turn: Turn, member: Member) -> Found:
    """What the words name, else what was spoken of; empty when they name nothing."""
    everything = await bought(turn, member)
    named = await named_by_words(turn, everything)
    numbered = _number_said(turn)
    if numbered is None and named.lines:
        return named
    if numbered is None and (named.unknown or not _number_in_focus(turn) or _product_since(turn)):
        spoken_of = [] if named.unknown or turn.pressed else _in_focus(turn, everything)
        return Found(spoken_of, sure=len(spoken_of) == 1) if spoken_of else named
    meant = await order_meant(turn, member, [])
    if meant.one is None:
        return Found(number=str(meant.unknown_number or numbered or "")) if numbered else named
    of_order = [(meant.one, line) for line in meant.one.lines]
    inside = [pair for pair in named.lines if pair[0].id == meant.one.id] or _in_focus(turn, of_order) or of_order
    return Found(inside, sure=len(inside) == 1)


async def named_by_words(turn: Turn, lines: Lines, *, whole: bool = False) -> Found:
    """Those of the lines that the words of the message fit best, of the day that was said. `whole`: also by the words
    that leave a thing out, where it is undone ("not the shoes")."""
    if turn.pressed:
        return Found()
    text = None if whole else left_out.meant(turn.text)
    if text is not None and (instead := await _named_in(turn, text, lines)):
        return instead
    return await _named_in(turn, turn.text, lines) or await _dated(turn, lines)


async def _named_in(turn: Turn, text: str, lines: Lines) -> Found | None:
    """What the text, the message or what it leaves in question, names of the lines; None where it names no goods."""
    names = [str(value) for value in turn.entities("product")]
    own = [name for name in names if not is_part(name) and (text == turn.text or normalise(name) in text)]
    for words in [*([" ".join(own)] if own else []), text]:
        fit = await _told_of_by_itself(turn, text, lines) if len(own) > 1 else []
        fit = fit or await fitting(turn, words, lines)
        if fit:
            days = _of_the_size(turn, of_the_day(turn, fit))
            if len(days) > 1 and lexicon.mentions("latest", turn.text):
                days = days[:1]
            return Found(days, sure=len(days) == 1)
    if own:
        return Found(unknown=own[0])
    if sold := await products.named(turn.session, text):
        return Found(unknown=sold[0].names.get(turn.language) or sold[0].sku)
    return None


async def _told_of_by_itself(turn: Turn, text: str, lines: Lines) -> Lines:
    """Of several things that are named the one that is named once more, or is told by itself to have something wrong:
    "I ordered a backpack, a power bank and tea, the backpack is smaller than I thought"."""
    parts = [(part, await fitting(turn, part, lines)) for part in _PARTS.split(text) if part and part.strip()]
    alone = [(part, fit) for part, fit in parts if len({line.sku for _, line in fit}) == 1]
    times = Counter(fit[0][1].sku for _, fit in alone)
    again = [fit for _, fit in alone if times[fit[0][1].sku] > 1]
    wrong = [fit for part, fit in alone if reason_said(part) is not None]
    of_one = again or wrong
    return of_one[0] if len({fit[0][1].sku for fit in of_one}) == 1 else []


def _of_the_size(turn: Turn, lines: Lines) -> Lines:
    """Of the same thing in several sizes the one that is said not to fit: 37 那双紧, "the 37 is too tight"."""
    sizes = sizes_named(turn.text)
    does_not_fit = lexicon.mentions("larger", turn.text) or lexicon.mentions("smaller", turn.text)
    had = [pair for pair in lines if pair[1].size in sizes[:1]] if does_not_fit and len(lines) > 1 else []
    return had or lines


async def _dated(turn: Turn, lines: Lines) -> Found:
    """Those of the lines of the day that was said, where the words name no goods."""
    dated = of_the_day(turn, lines)
    if len(dated) == len(lines):
        return Found()
    # "No, the old one from September": of several bought then, the one of the kind that is spoken of.
    same = _in_focus(turn, dated) or await _as_the_one_in_hand(turn, dated)
    return Found(same, sure=len(same) == 1) if same else Found(dated)


async def _as_the_one_in_hand(turn: Turn, lines: Lines) -> Lines:
    """Those of the lines that are the same thing as the one whose return is begun."""
    in_hand = await own_line(turn, turn.slot("return_line"))
    return [pair for pair in lines if in_hand is not None and pair[1].sku == in_hand[1].sku]


async def told_apart(turn: Turn, order: Order, line: OrderLine) -> str:
    """The line in words, with the day of its order where the same thing was bought another time as well."""
    name = line_text(line, turn.language)
    others = await bought(turn, turn.member) if turn.member is not None else []
    if not any(each.sku == line.sku and each.size == line.size and other.id != order.id for other, each in others):
        return name
    return label("order_line", "dated", turn.language, item=name, day=format_date(order.placed_at, turn.language))


async def named_beside(turn: Turn, member: Member, line: OrderLine) -> tuple[Order, OrderLine] | None:
    """The one other purchase that the words name beside a line's own, and do not deny: "not the yoga mat. I said the
    coffee set"."""
    others = [pair for pair in await bought(turn, member) if pair[1].sku != line.sku]
    wanted = [part for part in _CLAUSE_END.split(turn.text) if part and not lexicon.mentions("negation", part)]
    fit = await fitting(turn, " ".join(wanted), others)
    return fit[0] if len({other.sku for _, other in fit}) == 1 else None


def is_part(name: str) -> bool:
    """Whether a word names only a part of something, or anything at all: 拉链, "the box"."""
    left = lexicon.without("part_of_goods", lexicon.without("service_talk", name))
    return not left.replace("的", "").replace("我", "").strip()


async def in_question(turn: Turn, member: Member) -> Lines:
    """The lines to choose from: what the words may mean, none for a number that is unknown, else what may come back.

    For a fault everything that was delivered, because the warranty goes on; and when the only one that may come back is
    not meant, everything that was bought.
    """
    meant = await found(turn, member)
    if meant.number or len(meant.lines) > 1:
        return meant.lines
    candidates = await returns.returnable(turn.session, member.id)
    everything = await bought(turn, member)
    if turn.intent == "report_fault" or is_fault(turn.slot("return_reason")):
        return [pair for pair in everything if pair[0].delivered_at is not None]
    asked = turn.slot(REQUESTED_SLOT) in ("return_line", "return_line_confirmed")
    return everything if asked and len(candidates) < 2 else candidates


async def fitting(turn: Turn, words: str, lines: Lines) -> Lines:
    """Those of the lines that the words name best."""
    called = await _called(turn, lines)
    text = lexicon.without("service_talk", words)
    scores = [(_score(text, [*line.names.values()], called.get(line.sku, ())), (order, line)) for order, line in lines]
    best = max((score for score, _ in scores), default=0.0)
    return [pair for score, pair in scores if best >= WEIGHT_HEAD and score == best]


def names_line(text: str, line: OrderLine) -> bool:
    """Whether a text says what a line is called."""
    return _score(lexicon.without("service_talk", text), line.names.values(), ()) >= WEIGHT_HEAD


async def _called(turn: Turn, lines: Lines) -> dict[str, list[str]]:
    """What the catalogue says customers call each product."""
    skus = {line.sku for _, line in lines}
    rows = await turn.session.scalars(select(Product).where(Product.sku.in_(skus)))
    return {product.sku: list(product.keywords or []) for product in rows}


def _score(text: str, names: Iterable[str], called: Iterable[str]) -> float:
    """How well a text names a product; below WEIGHT_HEAD only stray characters are shared."""
    names, called = list(names), list(called)
    score = match_score(text, [*names, *called])
    if score >= WEIGHT_PAIR:
        return score
    bare = lexicon.without("no_kind_sign", text)
    signs = set(lexicon.said("kind_sign", bare))
    heads = {flat[-1] for name in [*names, *called] if (flat := normalise(name))}
    return WEIGHT_HEAD + score if signs & heads else 0.0


def _number_said(turn: Turn) -> str | None:
    """An order's or a parcel's number that stands in the words or behind the pressed button."""
    for entity in turn.tracker.latest_message.get("entities") or []:
        if entity.get("entity") in ("order_number", "parcel_number") and entity.get("extractor") != FROM_FOCUS:
            return str(entity["value"])
    return None


def _number_in_focus(turn: Turn) -> bool:
    return bool(turn.entity("order_number") or turn.entity("parcel_number"))


def _product_since(turn: Turn) -> bool:
    """Whether a product was spoken of since the order was: the words go on with that."""
    places = turn.spoken_of.get("at") or {}
    return int(places.get("product") or 0) > int(places.get("order") or 0)


def _in_focus(turn: Turn, lines: Lines) -> Lines:
    sku = turn.spoken_of.get("product")
    return [pair for pair in lines if pair[1].sku == sku]
