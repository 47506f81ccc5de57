"""Batches: members, orders, parcels and points as the import takes them, at most ROWS_PER_CALL a call."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel

from bot.api.access import caller_of, may_read_members
from bot.api.errors import ApiRoute, language_of
from bot.api.shapes import Report, rows_model
from bot.api.writers import for_a_writer
from bot.services import Services
from crm_store import again, api_calls, risk
from crm_store.importing import ImportKind, as_rows, import_rows

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=api_calls.KEY_CHARACTERS,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key with the same body gives the first answer again; with another body 409.",
    ),
]


def build_router(services: Services) -> APIRouter:
    """POST /members, /orders, /parcels, /points."""
    router = APIRouter(route_class=ApiRoute, tags=["batches"])
    for kind in ImportKind:
        _add(router, services, kind)
    return router


def _add(router: APIRouter, services: Services, kind: ImportKind) -> None:
    body_model = rows_model(kind)
    allowed = Depends(caller_of(services))

    @router.post(
        f"/{kind}",
        response_model=Report,
        name=f"upsert_{kind}",
        description=f"Create or bring up to date {kind}. Refused rows are named and stop no other; safe to repeat.",
    )
    async def upsert(
        request: Request,
        body: body_model,  # type: ignore[valid-type]
        caller: Annotated[str, allowed],
        idempotency_key: IdempotencyKey = None,
    ) -> dict[str, Any]:
        sent: BaseModel = body
        rows = sent.model_dump(exclude_unset=True)["rows"]
        changed: set[int] = set()

        async def taken() -> api_calls.Answered:
            changed.clear()
            async with services.database.transaction(bulk=True) as session:

                async def work() -> api_calls.Answer:
                    may_read = may_read_members(request)
                    report = await import_rows(session, kind, as_rows(rows), source=caller, blindly=not may_read)
                    changed.update(report.members)
                    told = report if may_read else await for_a_writer(session, report, kind, rows, caller=caller)
                    return Report.of(told, language_of(request)).model_dump()

                return await api_calls.once(
                    session, caller=caller, key=idempotency_key, request={"kind": kind, "rows": rows}, work=work
                )

        answered = await again.until_through(taken)
        if changed:
            await risk.sweep(services.database, changed, learn=False)
        return answered.answer
