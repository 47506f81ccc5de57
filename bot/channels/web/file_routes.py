"""The website's files over HTTP, beside the socket: a visitor posts them and fetches them with the pass of the welcome.

The shop's page is mostly another site than this one. Any page may ask, as any may open the socket: what counts is the
pass, which no browser sends by itself.
"""

from typing import Annotated, BinaryIO

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from bot.attachments import MEBIBYTE, served
from bot.channels.web import files, visitors
from bot.channels.web.files import FILES_AT_ONCE, Files, TooManyFiles
from bot.channels.web.frames import ClientId
from bot.rate_limits import source_of
from bot.services import Services
from bot.wording import section, wording
from crm_store.errors import CrmError
from crm_store.language import Language
from crm_store.messages import LOCALE_LIMIT_CHARACTERS

ROUTE = "/chat/files"
FILE_ROUTE = ROUTE + "/{conversation_id}/{seq}/{place}"
FIELDS_BYTES = 64 * 1024
"""What a form holds besides the files: the words and its own lines."""

FILES_READ = 4 * FILES_AT_ONCE
"""So many are read to say that they are too many; a form of more is no form of the widget's."""

_SHARED = {"Access-Control-Allow-Origin": "*"}
_PREFLIGHT = _SHARED | {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Range",
    "Access-Control-Max-Age": "600",
}
_STATUSES = {"not_admitted": 401, "files_too_often": 429, "file_too_large": 413}


class NotAdmitted(CrmError):
    """No pass, or none that holds."""

    code = "not_admitted"


class Malformed(CrmError):
    """What came is no form with files."""

    code = "malformed"


def build_router(services: Services) -> APIRouter:
    """`POST /chat/files`, and `GET /chat/files/{conversation}/{seq}/{place}`."""
    router = APIRouter(include_in_schema=False)
    kept = Files(services)
    limits = services.rate_limits

    @router.options(ROUTE)
    @router.options(FILE_ROUTE)
    async def preflight() -> Response:
        return Response(headers=_PREFLIGHT)

    @router.post(ROUTE)
    async def send(
        request: Request,
        client_id: Annotated[ClientId, Query()],
        locale: Annotated[str | None, Query(max_length=LOCALE_LIMIT_CHARACTERS)] = None,
    ) -> Response:
        try:
            visitor_id = _admitted(services, request)
            await files.count(services, visitor_id, _source(request))
            _check_length(services, request)
            async with request.form(max_files=FILES_READ, max_fields=10, max_part_size=FIELDS_BYTES) as form:
                sent, text = _sent(form.getlist("file")), str(form.get("text") or "")
                for _ in sent[1:]:
                    await files.count(services, visitor_id, _source(request))
                received = await kept.receive(visitor_id, client_id, sent, text=text, locale=locale)
        except CrmError as refusal:
            return _refused(refusal, Language.of(locale))
        except HTTPException:
            return _refused(Malformed(), Language.of(locale))
        except ClientDisconnect:  # called off, or the line broke: nobody reads the answer
            return Response(status_code=400)
        return JSONResponse({"seq": received.message.seq}, headers=_SHARED)

    @router.get(FILE_ROUTE)
    async def fetch(request: Request, conversation_id: str, seq: int, place: int) -> Response:
        if not await limits.allows(limits.rates.file_looks, _source(request)):
            return Response(status_code=429, headers=_SHARED)
        visitor_id = visitors.admitted(services, _pass(request))
        found = await kept.find(visitor_id, conversation_id, seq, place) if visitor_id else None
        if found is None:
            return Response(status_code=404, headers=_SHARED)
        response = served(*found)
        response.headers.update(_SHARED)
        return response

    return router


def _source(request: Request) -> str:
    return source_of(request.client.host if request.client else "")


def _pass(request: Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def _admitted(services: Services, request: Request) -> str:
    visitor_id = visitors.admitted(services, _pass(request))
    if visitor_id is None:
        raise NotAdmitted
    return visitor_id


def _check_length(services: Services, request: Request) -> None:
    """Before anything is read of it; the server holds a client to the length it tells."""
    told = request.headers.get("Content-Length", "")
    if not told.isdecimal():
        raise Malformed
    limit = files.limit_bytes(services)
    if int(told) > FILES_AT_ONCE * limit + FIELDS_BYTES:
        raise files.FileTooLarge(megabytes=limit // MEBIBYTE)


def _sent(fields: list[UploadFile | str]) -> list[tuple[str, BinaryIO]]:
    sent = [(each.filename or "", each.file) for each in fields if isinstance(each, UploadFile)]
    if not sent:
        raise Malformed
    if len(sent) > FILES_AT_ONCE:
        raise TooManyFiles(limit=FILES_AT_ONCE)
    return sent


def _refused(refusal: CrmError, language: Language) -> JSONResponse:
    key = f"error_{refusal.code}" if f"error_{refusal.code}" in section("web") else "error_refused"
    told = {"code": refusal.code, "text": wording(f"web.{key}", language, **refusal.facts)}
    return JSONResponse(told, status_code=_STATUSES.get(refusal.code, 422), headers=_SHARED)
