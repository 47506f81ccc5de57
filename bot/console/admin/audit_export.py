"""The trail as a table for a spreadsheet: what the page shows, all of it, read and sent a stride at a time."""

import csv
import io
from collections.abc import AsyncIterator, Sequence

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from nicegui import core

from bot.console import access
from bot.console.admin.audit_filter import AuditFilter
from bot.console.admin.audit_words import AuditWords
from bot.console.words import Words
from bot.services import Services
from crm_store import agents, audit, audit_reading
from crm_store.agents import Role
from crm_store.audit_reading import Wanted
from crm_store.clock import business_zone, now
from crm_store.errors import NotFound
from crm_store.language import Language

ROUTE = "/audit.csv"
MARK = "\ufeff"
"""Excel takes a file for UTF-8 only when it begins so."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def register(services: Services) -> None:
    """`GET /console/audit.csv` with the fields of the page's form. Taking the trail along stands in the trail."""
    core.app.remove_route(ROUTE)

    @core.app.get(ROUTE, include_in_schema=False)
    async def export(request: Request) -> Response:
        entered = await access.enter(services, request)
        if entered is None:
            return access.to_login(request)
        agent = entered[1]
        if not agents.may(agent, Role.SUPERVISOR):
            return Response(status_code=403)
        async with services.database.transaction() as session:
            try:
                wanted = await AuditFilter.of(request.query_params).wanted(session)
            except NotFound:
                return Response(status_code=404)
            await audit.record(session, agent_id=agent.id, action="export_audit")
        name = f"audit-{now().astimezone(business_zone()):%Y%m%d-%H%M}.csv"
        return StreamingResponse(
            _lines(services, wanted, Words(Language.of(agent.language))),
            media_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "private, no-store",
                "X-Content-Type-Options": "nosniff",
            },
        )


async def _lines(services: Services, wanted: Wanted, words: Words) -> AsyncIterator[str]:
    columns = ("when", "who", "what", "details", "whom", "number", "from")
    yield MARK + table([[words(f"admin.column_{each}") for each in columns]])
    async with services.database.reading(bulk=True) as session:
        said = AuditWords(words, {each.id: each for each in await agents.listing(session, active_only=False)})
        async for entries in audit_reading.everything(session, wanted):
            members = await audit_reading.members_in(session, entries)
            rows = []
            for entry in entries:
                moment = f"{entry.at.astimezone(business_zone()):%Y-%m-%d %H:%M:%S}"
                whom = said.whom(entry, members)
                details = " · ".join(said.more(entry))
                rows.append(
                    [moment, said.who(entry), said.what(entry), details, whom.name, whom.number, entry.address or ""]
                )
            session.expunge_all()
            yield table(rows)


def table(rows: Sequence[Sequence[str]]) -> str:
    """A cell that a spreadsheet would take for a formula is made text by an apostrophe before it."""
    lines = io.StringIO()
    csv.writer(lines).writerows([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row] for row in rows)
    return lines.getvalue()
