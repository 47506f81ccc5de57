"""The page behind the link to the copy of a member's data. Looking at it opens nothing, since mail programs and chats
look at links by themselves; the button does, once."""

import json
from html import escape
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from bot.desk.casework.privacy import DATA_PATH
from bot.rate_limits import source_of
from bot.services import Services
from bot.wording import wording
from crm_store import audit, data_copies
from crm_store.data_copies import DataLinkOver
from crm_store.language import Language

_HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
_STYLE = (
    "body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f6f9f7;color:#1d2b28;"
    "font:16px/1.6 system-ui,-apple-system,'PingFang SC','PingFang TC','Noto Sans CJK SC','Microsoft YaHei',sans-serif}"
    "main{width:min(420px,calc(100vw - 64px));background:#fff;padding:32px;border-radius:16px;"
    "box-shadow:0 12px 40px #0b5c4822;box-sizing:border-box}h1{font-size:22px;margin:0 0 8px;color:#0b5c48}"
    "p{margin:0 0 20px;color:#4d615b}button{font:inherit;font-weight:600;border:0;border-radius:10px;padding:10px 22px;"
    "background:#0f7a5f;color:#fff;cursor:pointer}:focus-visible{outline:3px solid #f0b429;outline-offset:2px}"
)


def build_router(services: Services) -> APIRouter:
    """`GET` shows the page, `POST` gives the file."""
    router = APIRouter(include_in_schema=False)
    limits = services.rate_limits

    @router.get(DATA_PATH + "{token}")
    async def page(request: Request, token: str) -> Response:
        if not await limits.allows(limits.rates.file_looks, _source(request)):
            return Response(status_code=429, headers=_HEADERS)
        try:
            async with services.database.reading() as session:
                language = (await data_copies.look(session, token)).language
        except DataLinkOver:
            return _over(request)
        button = f'<form method="post"><button>{escape(wording("web.data_fetch", language))}</button></form>'
        return _page("data_title", "data_lead", language, button)

    @router.post(DATA_PATH + "{token}")
    async def fetch(request: Request, token: str) -> Response:
        if not await limits.allows(limits.rates.file_looks, _source(request)):
            return Response(status_code=429, headers=_HEADERS)
        try:
            with audit.coming_from(request.client.host if request.client else None):
                async with services.database.transaction() as session:
                    opened, data = await data_copies.fetch(session, token)
        except DataLinkOver:
            return _over(request)
        # A member's number may hold letters of every script, a header's plain value none but Latin ones (RFC 6266).
        name = quote(f"huike-data-{opened.member_number}.json")
        headers = _HEADERS | {
            "Content-Disposition": f"attachment; filename=\"huike-data.json\"; filename*=UTF-8''{name}"
        }
        copy = json.dumps(data, ensure_ascii=False, indent=2)
        return Response(copy, media_type="application/json; charset=utf-8", headers=headers)

    return router


def _source(request: Request) -> str:
    return source_of(request.client.host if request.client else "")


def _over(request: Request) -> Response:
    """What is said to nobody in particular, in the browser's language."""
    wanted = request.headers.get("Accept-Language", "").partition(",")[0].partition(";")[0]
    return _page("data_over_title", "data_over", Language.of(wanted or None), status=410)


def _page(title: str, text: str, language: Language, below: str = "", *, status: int = 200) -> Response:
    heading = escape(wording(f"web.{title}", language))
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{heading}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{heading}</h1><p>{escape(wording(f'web.{text}', language))}</p>{below}</main></body></html>"
    )
    return HTMLResponse(html, status_code=status, headers=_HEADERS)
