"""A complaint on the work desk."""

from collections.abc import Sequence
from functools import partial
from html import escape

from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import markup
from bot.console.screen import Screen
from bot.console.words import Words
from bot.console.work import rows
from bot.console.work.case import NOBODY, Act, Case, ask_owner, done, line, listed, new_key, paragraphs
from bot.console.work.dialogs import Field, ask
from bot.desk.casework import complaints as work
from crm_store import compensation, complaints, rewards
from crm_store.compensation import Compensation, CompensationKind, CompensationStatus
from crm_store.complaints import Complaint, ComplaintEvent, ComplaintStatus, EventKind, Severity, TermKind, terms
from crm_store.errors import NotFound
from crm_store.language import format_moment, format_money, format_number
from crm_store.rewards import Reward, RewardKind
from crm_store.work import Row

_ABOUT_MONEY = (EventKind.COMP_ASKED, EventKind.COMP_GRANTED, EventKind.COMP_REFUSED)


async def load(session: AsyncSession, screen: Screen, row: Row) -> Case:
    found = await complaints.by_number(session, row.number)
    if found is None:
        raise NotFound("complaint", row.number)
    given = await compensation.for_complaint(session, found.id)
    offered = [
        reward for reward in await rewards.catalogue(session, in_stock_only=True)
        if reward.kind == RewardKind.COUPON and reward.value_minor > 0
    ]  # fmt: skip
    words = screen.words
    return Case(
        row=row,
        title=rows.title(row, words),
        chips=_chips(found, row, screen),
        parts=[
            ("said", paragraphs(found.description)),
            ("solution", _solution(found, words)),
            ("compensation", _given(given, screen)),
            ("history", _history(found, given, screen)),
        ],
        acts=_acts(screen, row, found, offered),
    )


def _chips(complaint: Complaint, row: Row, screen: Screen) -> str:
    words = screen.words
    chips = [
        markup.chip(words.label("complaint_severity", complaint.severity), f"severity-{complaint.severity}"),
        markup.chip(words.label("complaint_status", complaint.status), "plain"),
        rows.due(row.due_at, words),
        rows.owner(row, words, screen.name_of, me=screen.agent.id),
    ]
    if complaint.escalated_at is not None:
        chips.append(markup.chip(words.work("escalated"), "bad"))
    if complaint.replied_at is not None and complaint.is_open:
        chips.append(markup.chip(words("replied", when=format_moment(complaint.replied_at, words.language)), "plain"))
    return "".join(chips)


def _solution(complaint: Complaint, words: Words) -> str:
    if not complaint.resolution or complaint.is_open:
        return ""
    marks = []
    if complaint.cause:
        marks.append(markup.chip(words.label("complaint_cause", complaint.cause), "plain"))
    if complaint.confirmed_at is not None:
        marks.append(markup.chip(words.work("confirmed"), "good"))
    elif complaint.status == ComplaintStatus.RESOLVED:
        marks.append(markup.chip(words.work("unconfirmed"), "soon"))
    return paragraphs(complaint.resolution) + f'<span class="hk-chips">{"".join(marks)}</span>'


def amount(given: Compensation) -> str:
    """500, or ¥50."""
    is_points = given.kind == CompensationKind.POINTS
    return format_number(given.amount) if is_points else format_money(given.amount, given.currency)


def told(given: Compensation, words: Words) -> str:
    """What it is: points 500, voucher ¥50 HK-7Q2M-9D."""
    parts = [words.label("compensation_kind", given.kind), amount(given), given.coupon_code or ""]
    return " ".join(part for part in parts if part)


def _given(given: Sequence[Compensation], screen: Screen) -> str:
    words = screen.words
    lines = []
    for each in given:
        kinds = {CompensationStatus.WAITING: "soon", CompensationStatus.REFUSED: "bad"}
        chip = markup.chip(
            words.label("compensation_status", each.status), kinds.get(CompensationStatus(each.status), "good")
        )
        who = screen.name_of(each.decided_by_id or each.asked_by_id)
        reason = each.reason + (f" / {each.refusal}" if each.refusal else "")
        lines.append(markup.entry(f"<b>{escape(told(each, words))}</b> {chip}", f"{escape(who)}<br>{escape(reason)}"))
    return listed(lines)


def _history(complaint: Complaint, given: Sequence[Compensation], screen: Screen) -> str:
    return listed([_event(event, given, screen) for event in reversed(complaint.events)])


def _event(event: ComplaintEvent, given: Sequence[Compensation], screen: Screen) -> str:
    words = screen.words
    head = words.label("complaint_event", event.kind)
    text = event.text
    if event.kind == EventKind.ASSIGNED:
        text = screen.name_of(int(text)) if text else words.work("nobody")
    elif event.kind == EventKind.SEVERITY:
        text = words.label("complaint_severity", text)
    elif event.kind in _ABOUT_MONEY:
        number, _, refusal = text.partition("\n")
        known = next((each for each in given if str(each.id) == number), None)
        text = (told(known, words) if known else "") + (f"\n{refusal}" if refusal else "")
    who = screen.name_of(event.agent_id) if event.agent_id else ""
    return line(screen, head, event.at, who, escape(text).replace("\n", "<br>"))


def _acts(screen: Screen, row: Row, complaint: Complaint, offered: Sequence[Reward]) -> list[Act]:
    acts: list[Act] = []
    if complaint.is_open:
        if row.owner_id is None:
            acts.append(Act("take", partial(_take, screen, row)))
        acts += [
            Act("reply", partial(_reply, screen, row), primary=complaint.replied_at is None),
            Act("resolve", partial(_resolve, screen, row), primary=complaint.replied_at is not None),
        ]
    if complaint.member_id is not None or complaint.is_open:
        acts.append(Act("compensate", partial(_compensate, screen, row, offered, complaint.member_id is not None)))
    if complaint.is_open:
        acts += [
            Act("severity", partial(_severity, screen, row, complaint.severity)),
            Act("assign", partial(_assign, screen, row)),
        ]
        if complaint.escalated_at is None:
            acts.append(Act("escalate", partial(_escalate, screen, row)))
    else:
        if complaint.status == ComplaintStatus.RESOLVED:
            acts.append(Act("close", partial(_close, screen, row), primary=True))
        acts.append(Act("reopen", partial(_reopen, screen, row)))
    return [*acts, Act("note", partial(_note, screen, row))]


async def _take(screen: Screen, row: Row) -> None:
    desk, me = screen.services.desk, screen.agent.id
    await done(screen, lambda: work.assign(desk, row.number, me, owner_id=me))


async def _assign(screen: Screen, row: Row) -> None:
    owner = await ask_owner(screen, row)
    if owner is not None:
        desk, me = screen.services.desk, screen.agent.id
        await done(screen, lambda: work.assign(desk, row.number, me, owner_id=owner if owner != NOBODY else None))


async def _reply(screen: Screen, row: Row) -> None:
    words = screen.words
    values = await ask(
        screen,
        words.work("reply_title"),
        [Field(name="text", label=words.work("to_member"), hint=words.work("their_language"))],
        words("send"),
    )
    if values is not None:
        desk, me, key = screen.services.desk, screen.agent.id, new_key()
        await done(screen, lambda: work.reply(desk, row.number, me, text=values["text"], key=key))


async def _note(screen: Screen, row: Row) -> None:
    words = screen.words
    values = await ask(screen, words.work("note_title"), [Field(name="text", label=words("mode_note"))], words("save"))
    if values is not None:
        desk, me, key = screen.services.desk, screen.agent.id, new_key()
        await done(screen, lambda: work.note(desk, row.number, me, text=values["text"], key=key))


async def _severity(screen: Screen, row: Row, now_is: str) -> None:
    words = screen.words
    options = {each.value: words.label("complaint_severity", each) for each in Severity}
    values = await ask(
        screen,
        words.work("severity_title"),
        [Field(name="severity", label=words.work("severity_label"), kind="choice", options=options, value=now_is)],
        words("save"),
        lead=words.work("severity_lead"),
    )
    if values is not None:
        desk, me = screen.services.desk, screen.agent.id
        await done(screen, lambda: work.change_severity(desk, row.number, me, severity=values["severity"]))


async def _resolve(screen: Screen, row: Row) -> None:
    words = screen.words
    async with screen.services.database.reading() as session:
        in_use = await terms.in_use(session, TermKind.CAUSE)
    causes = {each.code: each.name(words.language) for each in in_use}
    values = await ask(
        screen,
        words.work("resolve_title"),
        [
            Field(name="resolution", label=words.work("resolution"), hint=words.work("their_language")),
            Field(name="cause", label=words.work("cause"), kind="pick", options=causes),
        ],
        words.work("resolve"),
        lead=words.work("resolve_lead"),
    )
    if values is not None:
        desk, me, key = screen.services.desk, screen.agent.id, new_key()
        await done(
            screen,
            lambda: work.resolve(desk, row.number, me, resolution=values["resolution"], cause=values["cause"], key=key),
        )


async def _compensate(screen: Screen, row: Row, offered: Sequence[Reward], is_member: bool) -> None:
    words, limits = screen.words, compensation.limits(screen.agent.role)
    usable = [kind for kind in CompensationKind if is_member or kind is CompensationKind.REFUND]
    usable = [kind for kind in usable if kind is not CompensationKind.COUPON or offered]
    coupons = {each.code: f"{each.names[screen.language]} ({format_money(each.value_minor)})" for each in offered}
    points, money = CompensationKind.POINTS, CompensationKind.REFUND
    values = await ask(
        screen,
        words.work("compensate_title"),
        [
            Field(
                name="kind", label=words.work("compensation_kind"), kind="choice", value=usable[0].value,
                options={kind.value: words.label("compensation_kind", kind) for kind in usable},
            ),
            Field(
                name="points", label=words.work("amount_points"), kind="number", when=("kind", points.value),
                hint=words.work("your_limit", limit=format_number(limits[points])),
            ),
            Field(
                name="reward_code", label=words.work("amount_coupon"), kind="pick", options=coupons,
                when=("kind", CompensationKind.COUPON.value),
            ),
            Field(
                name="money", label=words.work("amount_refund"), kind="money", when=("kind", money.value),
                hint=words.work("your_limit", limit=format_money(limits[money])),
            ),
            Field(name="reason", label=words.work("reason"), kind="line"),
        ],
        words.work("compensate"),
        lead=words.work("compensate_lead"),
    )  # fmt: skip
    if values is None:
        return
    desk, me, key = screen.services.desk, screen.agent.id, new_key()
    given: list[Compensation] = []

    async def deed() -> None:
        given.append(
            await work.compensate(
                desk,
                row.number,
                me,
                kind=values["kind"],
                amount=values.get("points") or values.get("money") or 0,
                reward_code=values.get("reward_code"),
                reason=values["reason"],
                key=key,
            )
        )

    if await done(screen, deed) and given[0].status == CompensationStatus.WAITING:
        screen.tell(words.work("waits_for_approval"))


async def _escalate(screen: Screen, row: Row) -> None:
    desk, me = screen.services.desk, screen.agent.id
    await done(screen, lambda: work.escalate(desk, row.number, me))


async def _close(screen: Screen, row: Row) -> None:
    desk, me = screen.services.desk, screen.agent.id
    await done(screen, lambda: work.close(desk, row.number, me))


async def _reopen(screen: Screen, row: Row) -> None:
    words = screen.words
    values = await ask(
        screen, words.work("reopen_title"), [Field(name="reason", label=words.work("reason"))], words.work("reopen")
    )
    if values is not None:
        desk, me, key = screen.services.desk, screen.agent.id, new_key()
        await done(screen, lambda: work.reopen(desk, row.number, me, reason=values["reason"], key=key))
