"""The warranty of what a member bought here: when it was delivered, until when a fault is repaired free."""

import re
from collections.abc import Sequence

from actions.kit.base import Button, Turn
from actions.kit.goods import Fit, fit, things_said
from actions.kit.mentions import lines_described
from actions.kit.order_marks import of_the_day
from actions.kit.replies import line_text, service_button
from actions.kit.told.own_damage import OWN_DAMAGE
from actions.kit.words import lexicon
from actions.knowledge.reckoning import term_told
from crm_store import orders, products, returns
from crm_store.clock import now
from crm_store.language import format_date
from crm_store.members import Member
from crm_store.orders import Order, OrderLine, OrderStatus
from crm_store.text import normalise

RECENT_ORDERS = 20
LINES_TOLD = 3
_BOUGHT_BY_ME = re.compile(
    r"(?:我|俺|我家|我们)(?!想|要|打算|准备|可|能)[^，。？?]{0,8}(?:买|订|拍|购|入手)(?:的|嘅|咗)|我(?:家)?(?:那|这|呢|嗰)(?:台|个|双|件|只|口|盏|把|部|条|套|块|对)"
    r"|\b(?:i|we)(?: ve)? (?:\w+ ){0,2}?(?:bought|got|ordered|purchased)\b|\bmine\b"
)
"""A thing that the customer has, by when it was bought or by what it is: 我去年买的那个, 我那台."""
Lines = Sequence[tuple[Order, OrderLine]]


async def tell(turn: Turn, member: Member) -> bool:
    """Say how long what the member bought is covered; whether there was anything to say.

    Meant is what the words name, bought once or several times, the newest first; where they name nothing and ask how it
    stands, what was spoken of.
    """
    lines = await lines_meant(turn, member)
    if not lines or not _asks_own(turn.text, things_said(turn)):
        return False
    for order, line in lines[:LINES_TOLD]:
        await tell_line(turn, order, line)
    turn.focus(order=lines[0][0].number, product=lines[0][1].sku)
    return True


async def lines_meant(turn: Turn, member: Member) -> Lines:
    """The purchases that the words mean; of several those of the day that is said."""
    recent = await orders.recent(turn.session, member.id, limit=RECENT_ORDERS)
    bought = [(order, line) for order in recent if order.status != OrderStatus.CANCELLED for line in order.lines]
    named, text = things_said(turn), turn.text
    described = list(lines_described(turn, bought)) if named or is_own(text) else []
    lines = described or (await _called(turn, bought, named) if named else [])
    if not lines and not named:
        lines = _spoken_of(turn, bought) or _of_then(turn, bought)
    # 九月那個: of several purchases the one that is named by when it was made.
    return list(of_the_day(turn, lines))


def _asks_own(text: str, named: Sequence[str]) -> bool:
    """Whether it is asked how it stands with one's own: how long it is on goods of a kind is a rule."""
    if lexicon.mentions("in_general", text):
        return False
    is_rule = bool(named) or lexicon.mentions("how_long", text)
    return lexicon.mentions("warranty_left", text) or is_own(text) or not is_rule


def is_own(text: str) -> bool:
    """Whether the words are about a thing that the customer has bought."""
    return lexicon.mentions("own_thing", text) or _BOUGHT_BY_ME.search(normalise(text)) is not None


def _of_then(turn: Turn, bought: Lines) -> list[tuple[Order, OrderLine]]:
    """What was bought at the time that is said, where nothing else is: 我那台去年五月買的."""
    if not is_own(turn.text):
        return []
    then = list(of_the_day(turn, bought))
    return then if len(then) < len(bought) else []


async def _called(turn: Turn, bought: Lines, named: Sequence[str]) -> list[tuple[Order, OrderLine]]:
    """What the catalogue calls so: 移动电源 for 充电宝."""
    called = await products.called(turn.session, {line.sku for _, line in bought}) if bought and named else {}
    return [
        (order, line)
        for order, line in bought
        if any(fit(word, called.get(line.sku, ())) is Fit.CALLED for word in named)
    ]


def _spoken_of(turn: Turn, bought: Lines) -> list[tuple[Order, OrderLine]]:
    focus = turn.spoken_of
    of_product = [pair for pair in bought if pair[1].sku == focus.get("product")]
    named = of_the_day(turn, of_product)
    if len(named) < len(of_product):
        # Another purchase of the same thing than the one just told: 那九月買的那個呢.
        return list(named)
    of_order = [pair for pair in of_product or bought if pair[0].number == focus.get("order")]
    return of_order or of_product


async def tell_line(turn: Turn, order: Order, line: OrderLine) -> None:
    """Say how long one purchase is covered, since when, or why it is not."""
    language, item = turn.language, line_text(line, turn.language)
    term = await returns.warranty_of(turn.session, line)
    if not term:
        turn.say("reply_warranty_own_none", item=item)
        return
    length = term_told(term, language)
    ends = returns.warranty_ends_at(order, term)
    if ends is None or order.delivered_at is None:
        turn.say("reply_warranty_own_not_there", item=item, length=length)
        return
    facts = {
        "item": item, "length": length, "day": format_date(order.delivered_at, language),
        "until": format_date(ends, language),
    }  # fmt: skip
    if line.sku in (turn.spoken_of.get(OWN_DAMAGE) or []):
        turn.say("reply_own_damage", buttons=[service_button(turn, "human", "request_human")], **facts)
    elif ends < now():
        turn.say("reply_warranty_own_over", buttons=[service_button(turn, "human", "request_human")], **facts)
    else:
        turn.say("reply_warranty_own", buttons=[_repair(turn, line)], **facts)


def _repair(turn: Turn, line: OrderLine) -> Button:
    return service_button(turn, "repair", "return_or_refund", choice=f"{returns.ReturnKind.REPAIR}:{line.id}")
