"""Taking a return, an exchange or a repair on, step by step; the member hears of each."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.agent_side import AgentSide
from bot.desk.casework.acting import acting, language_of
from bot.wording import wording
from crm_store import points, returns
from crm_store.errors import NotFound
from crm_store.language import Language, format_date, format_money, format_number
from crm_store.messages import MessageEmpty, Reply
from crm_store.returns import ReturnKind, ReturnRequest, ReturnStatus
from crm_store.work import Kind

_KIND = Kind.RETURNS


async def assign(desk: AgentSide, number: str, agent_id: int, *, owner_id: int | None) -> None:
    async with acting(desk, agent_id, "assign_return", f"return:{number}", kind=_KIND) as act:
        act.details["owner"] = owner_id
        await returns.assign(act.session, await _get(act.session, number), owner_id=owner_id)


async def advance(
    desk: AgentSide,
    number: str,
    agent_id: int,
    *,
    status: ReturnStatus | str,
    parcel_number: str | None = None,
    rejection: str | None = None,
) -> bool:
    """One step on, which the member is told. False when they have no address here. A rejection needs its reason. Raises
    ReturnStepRefused, MessageEmpty."""
    status = ReturnStatus(status)
    if status is ReturnStatus.REJECTED and not (rejection or "").strip():
        raise MessageEmpty
    async with acting(desk, agent_id, "advance_return", f"return:{number}", kind=_KIND) as act:
        request = await _get(act.session, number)
        act.details["status"], act.member_id = status.value, request.member_id
        before = request.status
        request = await returns.advance(act.session, request, status, parcel_number=parcel_number, rejection=rejection)
        if request.owner_id is None:
            await returns.assign(act.session, request, owner_id=agent_id)
        if request.status == before:
            return True
        language = await language_of(act.session, member_id=request.member_id, conversation_id=request.conversation_id)
        text = wording(
            f"casework.{'repair' if request.kind == ReturnKind.REPAIR else 'return'}_{status.value}",
            language,
            number=number,
            goods=request.line.name_in(language),
            amount=format_money(request.refund_minor, request.currency),
            due=format_date(request.step_due_at, language) if request.step_due_at else "",
            reason=request.rejection or "",
        )
        if status is ReturnStatus.REFUNDED:
            text = " ".join(filter(None, [text, await _points_taken(act.session, request, language)]))
        return await act.tell(
            Reply(text=text),
            key=f"return:{number}:{status.value}",
            member_id=request.member_id,
            conversation_id=request.conversation_id,
        )


async def _points_taken(session: AsyncSession, request: ReturnRequest, language: Language) -> str:
    """What the return took of the order's points, and what is owed because it was spent; empty when it took none."""
    entries = await points.entries_for(session, request.member_id, request.order.number)
    taken = [entry for entry in entries if entry.details.get("return") == request.number]
    amount, owed = sum(each.owed - each.points for each in taken), sum(each.owed for each in taken)
    if not amount:
        return ""
    return wording(
        "casework.return_points_owed" if owed else "casework.return_points_taken",
        language,
        points=format_number(amount),
        owed=format_number(owed),
        balance=format_number(await points.balance(session, request.member_id)),
    )


async def _get(session: AsyncSession, number: str) -> ReturnRequest:
    found = await returns.by_number(session, number)
    if found is None:
        raise NotFound("return", number)
    return found
