"""Orders, the way of their parcels against what was promised, and what comes back, as HTML."""

from datetime import datetime
from html import escape

from bot.console import markup
from bot.console.members.facts import Facts
from bot.console.words import Words
from crm_store import parcels as parcels_store
from crm_store.clock import now
from crm_store.labels import label
from crm_store.language import format_date, format_moment, format_money, format_span
from crm_store.orders import Order, OrderLine
from crm_store.parcels import UNDER_WAY, Parcel, Step
from crm_store.returns import ReturnKind, ReturnRequest, ReturnStatus

ORDERS_SHOWN = 6
"""The newest; the others are folded away."""


def orders(facts: Facts, words: Words) -> str:
    """Each order with its goods and the parcels that belong to it."""
    way = {order.id: [each for each in facts.parcels if each.order_id == order.id] for order in facts.orders}
    told = {parcel.id for found in way.values() for parcel in found}
    told_orders = [_order(order, way[order.id], words) for order in facts.orders]
    lines, earlier = told_orders[:ORDERS_SHOWN], told_orders[ORDERS_SHOWN:]
    # A parcel on its way is told even when its order is not among those shown.
    lines += [
        markup.entry(f"<b>{escape(each.order.number)}</b>", parcel(each, words), kind=_kind([each]))
        for each in facts.parcels
        if each.id not in told
    ]
    if not earlier:
        return markup.listed(lines)
    more = escape(words("members.orders_more", count=len(earlier)))
    return f"{markup.listed(lines)}<details><summary>{more}</summary>{markup.listed(earlier)}</details>"


def goods_of(lines: list[OrderLine], words: Words) -> str:
    """The names of what was bought, with size and number of pieces."""
    return words.listed([line_name(line, words) for line in lines])


def line_name(line: OrderLine, words: Words) -> str:
    size = f" {line.size}" if line.size else ""
    pieces = f" × {line.quantity}" if line.quantity > 1 else ""
    return f"{line.name_in(words.language)}{size}{pieces}"


def _order(order: Order, way: list[Parcel], words: Words) -> str:
    status = markup.chip(words.label("order_status", order.status), "plain")
    head = (
        f"<b>{escape(order.number)}</b> {status} <span>{format_money(order.total_minor, order.currency)}</span> "
        f'<span class="hk-dim">{escape(format_date(order.placed_at, words.language))}</span>'
    )
    below = escape(markup.short(goods_of(order.lines, words)))
    refund = _refund(order, words)
    if refund:
        below += f"<br>{refund}"
    below += "".join(parcel(each, words) for each in way)
    return markup.entry(head, below, kind=_kind(way))


def _refund(order: Order, words: Words) -> str:
    """Of a cancelled order: when the money comes, or came, back."""
    if order.refund_due_at is None:
        return ""
    amount = format_money(order.refund_minor, order.currency)
    if order.refunded_at is not None:
        return escape(words("members.refunded", amount=amount, when=format_date(order.refunded_at, words.language)))
    told = words("members.refund_due", amount=amount, when=format_date(order.refund_due_at, words.language))
    return markup.chip(told, "bad" if order.refund_due_at < now() else "plain")


def _kind(way: list[Parcel]) -> str:
    return "bad" if any(each.status in UNDER_WAY and parcels_store.lateness(each) for each in way) else ""


def parcel(each: Parcel, words: Words) -> str:
    """A parcel in a line, and behind it every step beside the time that was promised for it."""
    late = parcels_store.lateness(each)
    status = markup.chip(words.label("parcel_status", each.status), "plain")
    delay = markup.chip(words("late_by", span=format_span(late, words.language)), "bad") if late else ""
    promised = words("promised", when=format_date(each.promised_at, words.language)) if each.promised_at else ""
    about = escape(" · ".join(part for part in (each.carrier, promised) if part))
    is_open = " open" if each.status in UNDER_WAY else ""
    steps = "".join(_step(step, words) for step in parcels_store.steps(each))
    return (
        f'<details class="hk-parcel"{is_open}><summary><b>{escape(each.number)}</b> {status}{delay} '
        f'<span class="hk-dim">{about}</span></summary>'
        f'<table class="hk-steps"><thead><tr><th scope="col">{escape(words("members.step"))}</th>'
        f'<th scope="col">{escape(words("members.step_promised"))}</th>'
        f'<th scope="col">{escape(words("members.step_happened"))}</th></tr></thead><tbody>{steps}</tbody></table>'
        "</details>"
    )


def _step(step: Step, words: Words) -> str:
    place = step.place_in(words.language)
    what = (
        label("parcel_event_at", step.code, words.language, place=place)
        if place
        else label("parcel_event", step.code, words.language)
    )
    late = markup.chip(words("late_by", span=format_span(step.late_by, words.language)), "bad") if step.late_by else ""
    happened = _when(step.at, words) if step.at else f'<span class="hk-dim">{escape(words("members.step_open"))}</span>'
    kind = ' class="hk-dim"' if step.at is None else ""
    # On a phone the head of the table is not shown: each time says itself what it is.
    promised, happens = escape(words("members.step_promised")), escape(words("members.step_happened"))
    return (
        f'<tr{kind}><td>{escape(what)}</td><td data-of="{promised}">{_when(step.promised_at, words)}</td>'
        f'<td data-of="{happens}">{happened} {late}</td></tr>'
    )


def _when(moment: datetime | None, words: Words) -> str:
    return escape(format_moment(moment, words.language)) if moment else "–"


def returns(facts: Facts, words: Words) -> str:
    """Returns and exchanges: what, why, how far, what is due when, and the money."""
    return markup.listed([_return(each, words) for each in facts.returns])


def _return(each: ReturnRequest, words: Words) -> str:
    late = each.is_running and each.step_due_at is not None and each.step_due_at < now()
    status = markup.chip(words.label("return_status", each.status), "bad" if late else "plain")
    kind = escape(words.label("return_kind", each.kind))
    head = f"<b>{escape(each.number)}</b> {kind} {status}"
    if late:
        head += markup.chip(words("overdue"), "bad")
    told = [line_name(each.line, words), words.label("return_reason", each.reason)]
    if each.is_running and each.step_due_at is not None:
        due = format_moment(each.step_due_at, words.language)
        told.append(words(f"members.return_{each.status}", due=due))
    if each.kind == ReturnKind.RETURN and each.refund_minor:
        amount = format_money(each.refund_minor, each.currency)
        if each.status == ReturnStatus.REFUNDED and each.refunded_at is not None:
            told.append(words("members.refunded", amount=amount, when=format_date(each.refunded_at, words.language)))
        elif each.is_running and each.refund_due_at is not None:
            told.append(
                words("members.refund_due", amount=amount, when=format_date(each.refund_due_at, words.language))
            )
    if each.rejection:
        told.append(each.rejection)
    return markup.entry(head, escape(" · ".join(told)), kind="bad" if late else "")
