"""What a key that may write members and not read them is told of a batch: nothing that it did not say itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import api_rows
from crm_store.importing import ImportKind, ImportReport, Refusal, layout
from crm_store.importing.columns import as_text
from crm_store.importing.members import ANOTHER_NAME
from crm_store.numbering import canonical

CONTACTS = frozenset({"phone", "email", "member_phone", "member_email"})
WHOSE = frozenset({"belongs_to_another_member", "no_such_member", "several_members"})
SAID_OF_GOODS = frozenset({"name_needed_for_unknown_sku"})
"""Seen before anybody is looked up."""
PERSONAL = {
    ImportKind.MEMBERS: frozenset(column.name for column in layout(ImportKind.MEMBERS).columns) - {"member_number"},
    ImportKind.ORDERS: frozenset({"member_email", "member_phone", "recipient", "recipient_phone", "address"}),
}
"""Columns in which a row that fits what is known here would tell what that is."""
NUMBERS = {ImportKind.MEMBERS: "member_number", ImportKind.ORDERS: "order_number"}


async def for_a_writer(
    session: AsyncSession, report: ImportReport, kind: ImportKind, rows: Sequence[Mapping[str, Any]], *, caller: str
) -> ImportReport:
    """The report for who may not read members. That a row changes nothing is said where the caller itself said the same
    of that number before; of other rows about people it is said that they are up to date now."""
    # That another name stood there would tell what is known here.
    notes = [note for note in report.notes if note.reason_code != ANOTHER_NAME]
    told = replace(_without_whose_phones(report), notes=notes)
    if kind not in PERSONAL:
        return told
    refused = {refusal.line for refusal in report.refused}
    said: dict[str, list[Mapping[str, Any]]] = {}
    lines: dict[str, list[int]] = {}
    for line, row in enumerate(rows, start=1):
        cells = {column.name: cell for header, cell in row.items() if (column := layout(kind).column_of(header))}
        if line not in refused and any(as_text(cells.get(name)) for name in PERSONAL[kind]):
            number = canonical(as_text(cells.get(NUMBERS[kind])))
            said.setdefault(number, []).append(row)
            lines.setdefault(number, []).append(line)
    before = await api_rows.said_before(session, caller=caller, kind=kind, said=said)
    hidden = {line for number, theirs in lines.items() if number not in before for line in theirs}
    count = len(hidden & report.unchanged_lines)
    return replace(told, unchanged=told.unchanged - count, updated=told.updated + count)


def _without_whose_phones(report: ImportReport) -> ImportReport:
    """That a phone or an address is, or is not, a member's is not said, nor by
    what was refused after it had been looked up."""
    return replace(report, refused=[_without_whose(each) for each in report.refused])


def _without_whose(refusal: Refusal) -> Refusal:
    if refusal.contact is not None and refusal.reason_code not in SAID_OF_GOODS:
        column, cell = refusal.contact
        return replace(refusal, column=column, value=cell, reason_code="contact_not_taken")
    if refusal.column in CONTACTS and refusal.reason_code in WHOSE:
        return replace(refusal, reason_code="contact_not_taken")
    return refusal
