"""A return, an exchange or a repair on the work desk: each step the shop takes."""

from functools import partial
from html import escape

from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import markup
from bot.console.screen import Screen
from bot.console.work import rows
from bot.console.work.case import NOBODY, Act, Case, ask_owner, done, line, listed, paragraphs
from bot.console.work.dialogs import Field, ask
from bot.desk.casework import returns as work
from crm_store import returns
from crm_store.errors import NotFound
from crm_store.language import format_moment, format_money
from crm_store.returns import ReturnKind, ReturnRequest, ReturnStatus
from crm_store.work import Row


async def load(session: AsyncSession, screen: Screen, row: Row) -> Case:
    request = await returns.by_number(session, row.number)
    if request is None:
        raise NotFound("return", row.number)
    words = screen.words
    return Case(
        row=row,
        title=rows.title(row, words),
        chips=markup.chip(words.label("return_status", request.status), "plain")
        + rows.due(row.due_at, words)
        + rows.owner(row, words, screen.name_of, me=screen.agent.id),
        parts=[("goods", _goods(request, screen)), ("history", _history(request, screen))],
        acts=_acts(screen, row, request),
    )


def _goods(request: ReturnRequest, screen: Screen) -> str:
    words, language = screen.words, screen.language
    goods = f"{request.line.name_in(language)} × {request.quantity}"
    facts = [
        (words.work("order"), escape(request.order.number)),
        (words.work("goods"), escape(goods)),
        (words.work("reason"), escape(words.label("return_reason", request.reason))),
        (words.work("postage"), escape(words.work(f"postage_{request.shipping_paid_by}"))),
    ]
    if request.kind == ReturnKind.RETURN:
        facts.append((words.work("refund"), format_money(request.refund_minor, request.currency)))
        if request.refund_due_at is not None:
            facts.append((words.work("refund_due"), escape(format_moment(request.refund_due_at, language))))
    elif request.kind == ReturnKind.EXCHANGE:
        wished = " / ".join(part for part in (request.new_size, request.new_colour) if part)
        facts.append((words.work("exchange_for"), escape(wished or words("none"))))
    if request.return_parcel_number:
        facts.append((words.work("return_parcel"), escape(request.return_parcel_number)))
    if request.rejection:
        facts.append((words.work("rejected_because"), escape(request.rejection)))
    return paragraphs(request.note or "") + markup.rows(facts)


def _history(request: ReturnRequest, screen: Screen) -> str:
    words = screen.words
    steps = [
        ("requested", request.requested_at),
        ("approved", request.approved_at),
        ("in_transit", request.sent_at),
        ("received", request.received_at),
        (request.status if not request.is_running else "", request.closed_at),
    ]
    known = [(at, status) for status, at in steps if at is not None and status]
    return listed([line(screen, words.label("return_status", status), at, "") for at, status in reversed(known)])


def _acts(screen: Screen, row: Row, request: ReturnRequest) -> list[Act]:
    if not request.is_running:
        return []
    step = partial(_step, screen, row)
    acts: list[Act] = [] if row.owner_id is not None else [Act("take", partial(_give, screen, row, screen.agent.id))]
    match request.status:
        case ReturnStatus.REQUESTED:
            acts.append(Act("approve", partial(step, ReturnStatus.APPROVED), primary=True))
            acts.append(Act("reject", partial(_reject, screen, row)))
        case ReturnStatus.APPROVED:
            acts.append(Act("received", partial(step, ReturnStatus.RECEIVED), primary=True))
            acts.append(Act("parcel_known", partial(_in_transit, screen, row)))
        case ReturnStatus.IN_TRANSIT:
            acts.append(Act("received", partial(step, ReturnStatus.RECEIVED), primary=True))
        case ReturnStatus.RECEIVED:
            main, *others = _ends(ReturnKind(request.kind))
            acts.append(Act(main.value, partial(step, main), primary=True))
            acts += [Act(other.value, partial(step, other)) for other in others]
            acts.append(Act("reject", partial(_reject, screen, row)))
        case ReturnStatus.REPAIRED:
            acts.append(Act("sent_back", partial(step, ReturnStatus.SENT_BACK), primary=True))
    return [*acts, Act("assign", partial(_assign, screen, row))]


def _ends(kind: ReturnKind) -> list[ReturnStatus]:
    """What is done with goods that are with us, the usual first: what cannot be repaired is replaced."""
    match kind:
        case ReturnKind.RETURN:
            return [ReturnStatus.REFUNDED]
        case ReturnKind.EXCHANGE:
            return [ReturnStatus.EXCHANGED]
        case ReturnKind.REPAIR:
            return [ReturnStatus.REPAIRED, ReturnStatus.EXCHANGED]


async def _step(screen: Screen, row: Row, status: ReturnStatus) -> None:
    words = screen.words
    sure = await ask(
        screen,
        words.work("step_title", number=row.number),
        [],
        words.work(status.value if status is not ReturnStatus.APPROVED else "approve"),
        lead=words.work("step_lead"),
    )
    if sure is not None:
        desk, me = screen.services.desk, screen.agent.id
        await done(screen, lambda: work.advance(desk, row.number, me, status=status))


async def _in_transit(screen: Screen, row: Row) -> None:
    words = screen.words
    values = await ask(
        screen,
        words.work("parcel_title"),
        [Field(name="parcel", label=words.work("return_parcel"), kind="line")],
        words("save"),
    )
    if values is not None:
        desk, me = screen.services.desk, screen.agent.id
        await done(
            screen,
            lambda: work.advance(
                desk, row.number, me, status=ReturnStatus.IN_TRANSIT, parcel_number=values["parcel"][:32]
            ),
        )


async def _reject(screen: Screen, row: Row) -> None:
    words = screen.words
    values = await ask(
        screen,
        words.work("reject_title"),
        [Field(name="reason", label=words.work("reason_for_member"), hint=words.work("their_language"))],
        words.work("reject"),
    )
    if values is not None:
        desk, me = screen.services.desk, screen.agent.id
        await done(
            screen,
            lambda: work.advance(desk, row.number, me, status=ReturnStatus.REJECTED, rejection=values["reason"][:500]),
        )


async def _give(screen: Screen, row: Row, owner_id: int | None) -> None:
    desk, me = screen.services.desk, screen.agent.id
    await done(screen, lambda: work.assign(desk, row.number, me, owner_id=owner_id))


async def _assign(screen: Screen, row: Row) -> None:
    owner = await ask_owner(screen, row)
    if owner is not None:
        await _give(screen, row, owner if owner != NOBODY else None)
