"""Working on a complaint: whose it is, what the member is told, what they get for it, and how it ends."""

from actions.kit.settled import settled_buttons
from bot.desk.agent_side import AgentSide
from bot.desk.casework.acting import Act, acting, language_of
from bot.wording import wording
from crm_store import compensation, complaints, corrections, points, rewards
from crm_store.agents import Role
from crm_store.compensation import Compensation, CompensationKind, CompensationStatus
from crm_store.complaints import Audience, Cause, Complaint, Severity
from crm_store.corrections import CorrectionReason
from crm_store.errors import NotFound
from crm_store.language import Language, format_date, format_moment, format_money, format_number
from crm_store.messages import MessageEmpty, Reply, check_lengths
from crm_store.promises import MadeBy
from crm_store.work import Kind

_KIND = Kind.COMPLAINTS


async def assign(desk: AgentSide, number: str, agent_id: int, *, owner_id: int | None) -> None:
    """Make it one's own, a colleague's or nobody's."""
    async with acting(desk, agent_id, "assign_complaint", f"complaint:{number}", kind=_KIND) as act:
        act.details["owner"] = owner_id
        await complaints.assign(act.session, await _get(act, number), owner_id=owner_id, by_id=agent_id)


async def note(desk: AgentSide, number: str, agent_id: int, *, text: str, key: str) -> None:
    """Something for the staff alone. Raises MessageEmpty, TextTooLong."""
    _check(text)
    async with acting(desk, agent_id, "note_complaint", f"complaint:{number}", kind=_KIND) as act:
        complaint = await _get(act, number)
        await complaints.add_event(
            act.session, complaint, text=text, audience=Audience.STAFF, agent_id=agent_id, key=key
        )


async def change_severity(desk: AgentSide, number: str, agent_id: int, *, severity: Severity | str) -> None:
    """Set another severity; the due time follows."""
    async with acting(desk, agent_id, "change_complaint_severity", f"complaint:{number}", kind=_KIND) as act:
        act.details["severity"] = str(severity)
        await complaints.change_severity(act.session, await _get(act, number), Severity(severity), agent_id=agent_id)


async def reply(desk: AgentSide, number: str, agent_id: int, *, text: str, key: str) -> bool:
    """Write to the member about it, which keeps the promise of a reply. False when they have no address here and must
    be called: then nothing is noted as a reply. Raises ComplaintClosed, MessageEmpty, TextTooLong."""
    _check(text)
    async with acting(desk, agent_id, "reply_complaint", f"complaint:{number}", kind=_KIND) as act:
        complaint = await _get(act, number)
        act.member_id = complaint.member_id
        told = await _tell(act, complaint, Reply(text=text), key=key)
        await complaints.add_event(
            act.session,
            complaint,
            text=text,
            audience=Audience.MEMBER if told else Audience.STAFF,
            agent_id=agent_id,
            key=key,
        )
    return told


async def resolve(
    desk: AgentSide, number: str, agent_id: int, *, resolution: str, cause: Cause | str, key: str
) -> bool:
    """Settle it and send the solution to the member, who confirms it or takes the complaint up again. False when they
    have no address here. Raises ComplaintClosed, MessageEmpty, TextTooLong."""
    _check(resolution)
    async with acting(desk, agent_id, "resolve_complaint", f"complaint:{number}", kind=_KIND) as act:
        complaint = await _get(act, number)
        act.details["cause"], act.member_id = str(cause), complaint.member_id
        complaint = await complaints.resolve(
            act.session, complaint, resolution=resolution, agent_id=agent_id, cause=cause, key=key
        )
        language = await _language(act, complaint)
        told = await _tell(
            act,
            complaint,
            Reply(
                text=wording("casework.complaint_resolved", language, number=number, resolution=resolution),
                buttons=settled_buttons(number, language),
            ),
            key=key,
        )
    return told


async def close(desk: AgentSide, number: str, agent_id: int) -> None:
    """Put a resolved complaint away without waiting for the member. Raises ComplaintUnsettled."""
    async with acting(desk, agent_id, "close_complaint", f"complaint:{number}", kind=_KIND) as act:
        complaint = await _get(act, number)
        act.member_id = complaint.member_id
        await complaints.close(act.session, complaint, agent_id=agent_id)


async def reopen(desk: AgentSide, number: str, agent_id: int, *, reason: str, key: str) -> bool:
    """Take a settled complaint up again; the member is told until when they hear from us. False when they have no
    address here. Raises ComplaintNotReopenable, MessageEmpty."""
    _check(reason)
    async with acting(desk, agent_id, "reopen_complaint", f"complaint:{number}", kind=_KIND) as act:
        complaint = await _get(act, number)
        act.member_id = complaint.member_id
        complaint = await complaints.reopen(
            act.session, complaint, reason=reason, key=key, agent_id=agent_id, made_by=MadeBy.AGENT
        )
        language = await _language(act, complaint)
        text = wording("casework.complaint_reopened", language, number=number, due=_when(complaint, language))
        told = await _tell(act, complaint, Reply(text=text), key=key)
    return told


async def escalate(desk: AgentSide, number: str, agent_id: int) -> None:
    """Raise it to the supervisors. Raises ComplaintClosed."""
    async with acting(desk, agent_id, "escalate_complaint", f"complaint:{number}", kind=_KIND) as act:
        await complaints.escalate(act.session, await _get(act, number))


async def correct_points(desk: AgentSide, number: str, agent_id: int, *, amount: int, key: str) -> bool:
    """Put the balance right that the complaint is about: `amount` whole points more, or fewer when it is below zero.
    The member is told; False when they have no address here. Raises what `corrections.correct` raises, NotFound where
    nobody is a member."""
    async with acting(desk, agent_id, "correct_points", f"complaint:{number}", kind=_KIND) as act:
        complaint = await _get(act, number)
        if complaint.member_id is None:
            raise NotFound("member of complaint", number)
        entry = await corrections.correct(
            act.session,
            complaint.member_id,
            amount=amount,
            reason=CorrectionReason.DISPUTE,
            agent_id=agent_id,
            key=key,
            reference=number,
        )
        act.details.update(entry=entry.id, points=amount, reason=CorrectionReason.DISPUTE.value)
        act.member_id = complaint.member_id
        text = wording(
            "casework.points_added" if amount > 0 else "casework.points_taken",
            await _language(act, complaint),
            number=number,
            points=format_number(abs(amount)),
            balance=format_number(await points.balance(act.session, complaint.member_id)),
        )
        return await _tell(act, complaint, Reply(text=text), key=key)


async def compensate(
    desk: AgentSide,
    number: str,
    agent_id: int,
    *,
    kind: CompensationKind | str,
    reason: str,
    key: str,
    amount: int = 0,
    reward_code: str | None = None,
) -> Compensation:
    """Give points, a coupon or a refund; beyond the agent's limit it waits for a supervisor. What was given is told to
    the member. Raises what `compensation.propose` raises."""
    async with acting(desk, agent_id, "compensate_complaint", f"complaint:{number}", kind=Kind.APPROVALS) as act:
        complaint = await _get(act, number)
        given = await compensation.propose(
            act.session,
            complaint,
            kind=kind,
            agent=act.agent,
            reason=reason,
            amount=amount,
            reward_code=reward_code,
            key=key,
        )
        act.details.update(kind=given.kind, amount=given.amount, status=given.status)
        if given.status == CompensationStatus.GRANTED:
            await _tell_given(act, complaint, given)
    return given


async def decide(
    desk: AgentSide, compensation_id: int, agent_id: int, *, approve: bool, refusal: str = ""
) -> Compensation:
    """A supervisor grants or refuses what waits. Raises NotAllowed and what `compensation.decide` raises."""
    action = "approve_compensation" if approve else "refuse_compensation"
    subject = f"compensation:{compensation_id}"
    async with acting(desk, agent_id, action, subject, kind=Kind.APPROVALS, needs=Role.SUPERVISOR) as act:
        waiting = await compensation.get(act.session, compensation_id)
        decided = await compensation.decide(act.session, waiting, agent=act.agent, approve=approve, refusal=refusal)
        act.details.update(kind=decided.kind, amount=decided.amount)
        if approve:
            await _tell_given(act, await complaints.get(act.session, decided.complaint_id), decided)
    return decided


async def _tell_given(act: Act, complaint: Complaint, given: Compensation) -> None:
    language = await _language(act, complaint)
    facts = {"number": complaint.number, "amount": format_money(given.amount, given.currency)}
    if given.kind == CompensationKind.POINTS:
        facts["amount"] = format_number(given.amount)
    if given.kind == CompensationKind.COUPON and given.coupon_code is not None and given.member_id is not None:
        held = await rewards.with_code(act.session, given.member_id, given.coupon_code)
        facts["code"] = given.coupon_code
        facts["until"] = format_date(held.valid_until, language) if held is not None else ""
    text = wording(f"casework.compensated_{given.kind}", language, **facts)
    await _tell(act, complaint, Reply(text=text), key=f"compensation:{given.id}:told")


async def _tell(act: Act, complaint: Complaint, said: Reply, *, key: str) -> bool:
    return await act.tell(
        said,
        key=key,
        member_id=complaint.member_id,
        conversation_id=complaint.conversation_id,
        identity_id=complaint.identity_id,
    )


async def _language(act: Act, complaint: Complaint) -> Language:
    conversation = await act.reach(
        member_id=complaint.member_id,
        conversation_id=complaint.conversation_id,
        identity_id=complaint.identity_id,
    )
    if conversation is not None and conversation.language is not None:
        return conversation.speaks
    return await language_of(act.session, member_id=complaint.member_id, conversation_id=complaint.conversation_id)


async def _get(act: Act, number: str) -> Complaint:
    found = await complaints.by_number(act.session, number)
    if found is None:
        raise NotFound("complaint", number)
    return found


def _when(complaint: Complaint, language: Language) -> str:
    return format_moment(complaint.due_at, language)


def _check(text: str) -> None:
    check_lengths(text)
    if not text.strip():
        raise MessageEmpty
