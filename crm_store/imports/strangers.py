"""Two people under one member number, of whom the first came with an import that was cut off: another file, perhaps
the same one corrected, must not write the second over them."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.importing import CellRefused, ImportKind, ImportReport, Part
from crm_store.importing.same_number import are_two_people, told_of
from crm_store.imports.models import ImportEntry, ImportRun, RunState
from crm_store.members import Member
from crm_store.numbering import canonical

REASON = "number_of_two_people_before"


async def without_strangers(session: AsyncSession, part: Part, *, but: int | None = None) -> Part:
    """The part without the rows that name another person than the one whom an import that is not finished wrote under
    that number, which are refused. `but`: the import under way, whose own rows its file tells.

    Imports that were finished since, or undone, end it: what they said may be changed by a later file.
    """
    if part.kind is not ImportKind.MEMBERS or not part.rows:
        return part
    written = await _written(session, part.named("member_number"), but)
    report = ImportReport(refused=list(part.report.refused), ignored_columns=set(part.report.ignored_columns))
    left = []
    for row, values in part.rows:
        there = written.get(canonical(values["member_number"]))
        if there is not None and are_two_people(_told(there[0]), told_of(values)):
            report.refuse(row, CellRefused("member_number", f"{values['member_number']} ({there[1]})", REASON))
        else:
            left.append((row, values))
    return replace(part, rows=left, report=report)


async def _written(session: AsyncSession, numbers: set[str], but: int | None) -> dict[str, tuple[Member, int]]:
    """The members among `numbers` whom such an import wrote, with its number."""
    runs = await _unfinished(session, but)
    if not runs:
        return {}
    wanted = {canonical(number) for number in numbers}
    rows = await session.execute(
        select(Member, ImportEntry.run_id)
        .join(ImportEntry, ImportEntry.thing_id == Member.id)
        .where(ImportEntry.run_id.in_(runs), ImportEntry.thing == "member", Member.number.in_(wanted))
        .order_by(ImportEntry.run_id)
    )
    return {member.number: (member, run_id) for member, run_id in rows}


async def _unfinished(session: AsyncSession, but: int | None) -> Sequence[int]:
    of_members = ImportRun.kind == ImportKind.MEMBERS
    done = select(func.coalesce(func.max(ImportRun.id), 0)).where(of_members, ImportRun.state == RunState.DONE)
    rows = select(ImportRun.id).where(
        of_members,
        ImportRun.state.in_((RunState.RUNNING, RunState.FAILED)),
        ImportRun.id > done.scalar_subquery(),
        ImportRun.id != (but or 0),
    )
    return (await session.scalars(rows)).all()


def _told(member: Member) -> tuple[str | None, ...]:
    return None, member.family_name, member.given_name, member.phone, member.email
