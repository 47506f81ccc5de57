"""The rows that an import refused, as a table for a spreadsheet."""

from collections.abc import AsyncIterator

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from nicegui import core

from bot.console import access
from bot.console.admin.audit_export import MARK, table
from bot.console.admin.import_words import column_name
from bot.console.words import Words
from bot.services import Services
from crm_store import agents, audit, imports
from crm_store.agents import Role
from crm_store.errors import NotFound
from crm_store.labels import label
from crm_store.language import Language

ROUTE = "/import/{run_id}/refused.csv"
ROWS_AT_A_TIME = 500


def register(services: Services) -> None:
    """`GET /console/import/{id}/refused.csv`, for administrators. Taking them along stands in the trail."""
    core.app.remove_route(ROUTE)

    @core.app.get(ROUTE, include_in_schema=False)
    async def export(request: Request, run_id: int) -> Response:
        entered = await access.enter(services, request)
        if entered is None:
            return access.to_login(request)
        agent = entered[1]
        if not agents.may(agent, Role.ADMIN):
            return Response(status_code=403)
        async with services.database.transaction() as session:
            try:
                await imports.get(session, run_id)
            except NotFound:
                return Response(status_code=404)
            await audit.record(session, agent_id=agent.id, action="export_refused_rows", subject=f"import:{run_id}")
        return StreamingResponse(
            _lines(services, run_id, Words(Language.of(agent.language))),
            media_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="import-{run_id}-refused.csv"',
                "Cache-Control": "private, no-store",
                "X-Content-Type-Options": "nosniff",
            },
        )


async def _lines(services: Services, run_id: int, words: Words) -> AsyncIterator[str]:
    yield MARK + table([[words(f"imports.{each}") for each in ("line", "column", "value", "reason")]])
    after = 0
    while True:
        async with services.database.reading() as session:
            rows = await imports.refusals(session, run_id, after=after, limit=ROWS_AT_A_TIME)
        if not rows:
            return
        after = rows[-1].id
        yield table(
            [
                [
                    str(row.line),
                    column_name(words, row.column),
                    row.value or "",
                    label("import_refusal", row.reason, words.language),
                ]
                for row in rows
            ]
        )
