"""Registering for a member what they told an agent: a complaint, a return, a refund, a promise."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.members import goods
from bot.console.members.dialogs import Form, minor_of, moment_of, text_of, whole_of
from bot.console.members.facts import Facts
from bot.console.screen import Screen
from bot.console.words import Words
from crm_store import audit, complaints, promises, refund_notes, returns, risk
from crm_store.clock import now
from crm_store.complaints import ComplaintCategory, TermKind, terms
from crm_store.language import format_date, format_moment, format_money
from crm_store.orders import Order
from crm_store.policy import policy
from crm_store.promises import MadeBy, PromiseKind
from crm_store.returns import ReturnKind, ReturnReason
from crm_store.service_hours import after

NONE = 0
PROMISED_WITHIN = timedelta(hours=4)
"""Service time the form proposes; the agent says when."""
SIZE_LIMIT_CHARACTERS = 32


async def file_complaint(screen: Screen, facts: Facts) -> bool:
    """Ask what went wrong; the severity and the due time follow the shop's rules, as for one that the bot takes."""
    words = screen.words
    async with screen.services.database.reading() as session:
        in_use = await terms.in_use(session, TermKind.CATEGORY)
    with Form(screen, words("members.complaint_title"), words("members.register")) as form:
        categories = {each.code: each.name(words.language) for each in in_use}
        category = form.choice(words("members.category"), categories, ComplaintCategory.OTHER.value)
        order = form.choice(words("members.order_optional"), {NONE: "–", **_orders(facts, words)}, NONE)
        description = form.words(words("members.what_happened"))
    told: list[str] = []

    async def deed() -> None:
        async with screen.services.database.transaction() as session:
            complaint = await complaints.file(
                session,
                member_id=facts.member.id,
                conversation_id=None,
                category=await terms.check(session, TermKind.CATEGORY, str(category.value)),
                description=text_of(description),
                key=form.key,
                order_id=int(order.value or NONE) or None,
                made_by=MadeBy.AGENT,
                agent_id=screen.agent.id,
            )
            await risk.assess(session, facts.member.id)
            await _note(screen, session, "file_complaint", facts, complaint=complaint.number)
            due = format_moment(complaint.due_at, words.language)
            key = "members.complaint_joined" if complaint.joined else "members.complaint_filed"
            told.append(words(key, number=complaint.number, due=due))

    return _done(screen, await form.run(deed), told)


async def open_return(screen: Screen, facts: Facts) -> bool:
    """Ask which line comes back, as what and why. Only lines that may still come back are offered, for a repair those
    under warranty as well."""
    words = screen.words
    async with screen.services.database.reading() as session:
        lines = await returns.returnable(session, facts.member.id)
        offered = {line.id for _, line in lines}
        covered = await returns.under_warranty(session, facts.member.id)
        lines += [pair for pair in covered if pair[1].id not in offered]
    if not lines:
        screen.tell(words("members.nothing_returnable"))
        return False
    options = {line.id: f"{goods.line_name(line, words)} · {order.number}" for order, line in lines}
    with Form(screen, words("members.return_title"), words("members.register")) as form:
        chosen = form.choice(words("members.line"), options, next(iter(options)))
        kinds = {each.value: words.label("return_kind", each) for each in ReturnKind}
        kind = form.choice(words("members.return_kind"), kinds, ReturnKind.RETURN.value)
        reasons = {each.value: words.label("return_reason", each) for each in ReturnReason}
        reason = form.choice(words("members.return_reason"), reasons, ReturnReason.NOT_WANTED.value)
        pieces = form.amount(words("members.pieces"), 1, most=max(line.quantity for _, line in lines))
        size = form.text(words("members.new_size"), limit=SIZE_LIMIT_CHARACTERS)
        size.bind_visibility_from(kind, "value", value=ReturnKind.EXCHANGE.value)
        note = form.words(words("members.note_optional"))
    told: list[str] = []

    async def deed() -> None:
        order, line = next((order, line) for order, line in lines if line.id == chosen.value)
        async with screen.services.database.transaction() as session:
            request = await returns.open_return(
                session,
                order,
                line,
                reason=str(reason.value),
                kind=str(kind.value),
                quantity=whole_of(pieces),
                new_size=str(size.value or "").strip() or None,
                note=str(note.value or "").strip() or None,
                key=form.key,
            )
            await _note(screen, session, "open_return", facts, **{"return": request.number})
            due = format_moment(request.step_due_at, words.language) if request.step_due_at else ""
            told.append(words("members.return_opened", number=request.number, due=due))

    return _done(screen, await form.run(deed), told)


async def note_refund(screen: Screen, facts: Facts) -> bool:
    """Ask for order, amount and day: a promise to the member, noted for those who pay."""
    words = screen.words
    if not facts.orders:
        screen.tell(words("members.no_orders"))
        return False
    by_id = {order.id: order for order in facts.orders}
    async with screen.services.database.reading() as session:
        left = {order.id: await refund_notes.left_minor(session, order) / 100 for order in facts.orders}
    first = facts.orders[0].id
    with Form(screen, words("members.refund_title"), words("members.register")) as form:
        chosen = form.choice(words("members.order"), _orders(facts, words), first)
        amount = form.amount(words("members.refund_amount"), left[first]).props("step=0.01").props("min=0.01")
        chosen.on_value_change(lambda change: amount.set_value(left[int(change.value)]))
        due = form.moment(words("members.due"), now() + policy().orders.refund_after_cancelling)
    told: list[str] = []

    async def deed() -> None:
        async with screen.services.database.transaction() as session:
            order, minor = by_id[int(chosen.value)], minor_of(amount)
            promise = await refund_notes.note(
                session, order, amount_minor=minor, due_at=moment_of(due), agent_id=screen.agent.id, key=form.key
            )
            await _note(screen, session, "note_refund", facts, order=order.number, promise=promise.id, minor=minor)
            paid = format_money(minor, order.currency)
            told.append(words("members.refund_noted", amount=paid, when=format_date(promise.due_at, words.language)))

    return _done(screen, await form.run(deed), told)


async def make_promise(screen: Screen, facts: Facts) -> bool:
    """Ask what was promised and until when."""
    words = screen.words
    with Form(screen, words("members.promise_title"), words("members.register")) as form:
        what = form.words(words("members.promised_what"))
        due = form.moment(words("members.due"), after(now(), PROMISED_WITHIN))
    told: list[str] = []

    async def deed() -> None:
        async with screen.services.database.transaction() as session:
            promise = await promises.make(
                session,
                member_id=facts.member.id,
                kind=PromiseKind.OTHER,
                text=text_of(what),
                due_at=moment_of(due),
                key=form.key,
                made_by=MadeBy.AGENT,
                agent_id=screen.agent.id,
            )
            await _note(screen, session, "make_promise", facts, promise=promise.id)
            told.append(words("members.promise_made", when=format_moment(promise.due_at, words.language)))

    return _done(screen, await form.run(deed), told)


def _orders(facts: Facts, words: Words) -> dict[int, str]:
    return {order.id: _order(order, words) for order in facts.orders}


def _order(order: Order, words: Words) -> str:
    return f"{order.number} · {goods.goods_of(order.lines, words)}"


async def _note(screen: Screen, session: AsyncSession, action: str, facts: Facts, **details: object) -> None:
    await audit.record(
        session, agent_id=screen.agent.id, action=action, subject=f"member:{facts.member.id}", details=details
    )


def _done(screen: Screen, done: bool, told: list[str]) -> bool:
    """Say what came of it, once it is committed."""
    if done:
        screen.tell(told[-1], kind="positive")
    return done
