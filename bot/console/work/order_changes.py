"""A wish to have an order changed that only a person can meet, on the work desk."""

from functools import partial
from html import escape

from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import markup
from bot.console.screen import Screen
from bot.console.work import promises as promise_panel
from bot.console.work.case import Act, Case, done, new_key
from bot.console.work.dialogs import Field, ask
from bot.desk.casework import order_changes as work
from bot.desk.casework.acting import language_of
from bot.wording import wording
from crm_store import orders, promises
from crm_store.language import format_money
from crm_store.orders import Order
from crm_store.work import Row

_ENDS = {True: "order_changed", False: "order_not_changed"}
"""Whether it was changed: the act, and what the customer is told."""


async def load(session: AsyncSession, screen: Screen, row: Row) -> Case:
    """The promise to look into it, the order as it is, and the two ways it ends."""
    promise = await promises.get(session, int(row.number))
    case = await promise_panel.load(session, screen, row)
    order = await orders.by_number(session, promise.reference) if promise.reference else None
    language = await language_of(session, member_id=promise.member_id, conversation_id=promise.conversation_id)
    ends = []
    for changed, key in _ENDS.items():
        text = wording(f"casework.{key}", language, number=promise.reference or "")
        ends.append(Act(key, partial(_settle, screen, promise.id, changed, text), primary=changed))
    said, *others = case.parts
    parts = [said, ("order", _order(order, screen) if order is not None else ""), *others]
    whose = [each for each in case.acts if each.key in ("take", "assign")]
    return Case(row=row, title=case.title, chips=case.chips, parts=parts, acts=[*ends, *whose] if case.acts else [])


def _order(order: Order, screen: Screen) -> str:
    words = screen.words
    goods = []
    for line in order.lines:
        named = " · ".join(part for part in (line.name_in(screen.language), line.size, line.colour) if part)
        goods.append(escape(f"{named} × {line.quantity}"))
    return markup.rows(
        [
            (words.work("order"), escape(order.number)),
            (words.work("state"), escape(words.label("order_status", order.status))),
            (words.work("goods"), "<br>".join(goods)),
            (words.work("order_total"), format_money(order.total_minor, order.currency)),
        ]
    )


async def _settle(screen: Screen, promise_id: int, changed: bool, text: str) -> None:
    words, act = screen.words, _ENDS[changed]
    values = await ask(
        screen,
        words.work(f"{act}_title"),
        [Field(name="text", label=words.work("to_member"), value=text, hint=words.work("their_language"))],
        words.work(act),
    )
    if values is not None:
        desk, me, key = screen.services.desk, screen.agent.id, new_key()
        await done(screen, lambda: work.settle(desk, promise_id, me, changed=changed, text=values["text"], key=key))
