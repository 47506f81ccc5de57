"""Errors of the REST interface: always `{code, message, details}`; the one place that knows which status they get."""

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import HTTPException, RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError, OperationalError
from starlette.exceptions import HTTPException as HTTPProblem
from starlette.types import Message

from bot.wording import WordingMissing, wording
from crm_store.errors import CrmError
from crm_store.language import Language

BODY_LIMIT_BYTES = 4 * 1024 * 1024
RETRY_AFTER_SECONDS = 5
NAME_SHOWN_CHARACTERS = 80
MOMENTS = ("in_the_future", "before_the_order", "not_a_time")
"""Why a moment is refused, each with words of its own."""

log = structlog.get_logger(__name__)

# By the `code` of the error; what is not named here is a rule that said no: 409.
_STATUS = {
    "not_found": 404,
    "no_such_call": 404,
    "method_not_allowed": 405,
    "no_such_member": 404,
    "cell_refused": 422,
    "profile_invalid": 422,
    "total_needed": 422,
    "request_invalid": 422,
    "value_too_large": 422,
    "body_too_large": 413,
    "api_key_wrong": 401,
    "api_keys_missing": 403,
    "api_scope_missing": 403,
    "api_keys_guessed": 429,
    "unavailable": 503,
}
_DEFAULT_STATUS = 409


class Problem(BaseModel):
    """Why a call was refused."""

    code: str = Field(description="Names the reason; stable.")
    message: str = Field(description="The reason in words, in the language of Accept-Language.")
    details: dict[str, Any] = Field(default_factory=dict, description="The facts behind it.")


class ApiRefusal(CrmError):
    """A call was refused by the interface itself; `code` is a text of the catalogue `api`."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        super().__init__("", **facts)


class _BodyTooLarge(HTTPException):
    """Leaves FastAPI's reading of the body as it is, where other exceptions would become "cannot be parsed"."""

    def __init__(self) -> None:
        super().__init__(413)


def language_of(request: Request) -> Language:
    """The language of the caller's Accept-Language, English when there is none."""
    wanted = request.headers.get("accept-language", "").split(",")[0].split(";")[0].strip()
    return Language.of(wanted) if wanted[:2].lower() == "zh" else Language.EN


def answer_to(refusal: CrmError, language: Language) -> JSONResponse:
    """The answer a refusal of the store or of the interface gets."""
    status = _STATUS.get(refusal.code, _DEFAULT_STATUS)
    answer = _answer(status, refusal.code, _words(refusal, language), refusal.facts)
    if isinstance(allowed := refusal.facts.get("allowed"), list):
        answer.headers["Allow"] = ", ".join(allowed)
    if "retry_after" in refusal.facts:
        answer.headers["Retry-After"] = str(refusal.facts["retry_after"])
    return answer


def _words(refusal: CrmError, language: Language) -> str:
    try:
        if refusal.facts.get("reason") in MOMENTS:
            return wording(f"api.moment_{refusal.facts['reason']}", language, **refusal.facts)
        return wording(f"api.{refusal.code}", language, **refusal.facts)
    except WordingMissing:
        return wording("api.refused", language)


def _answer(status: int, code: str, message: str, details: dict[str, Any]) -> JSONResponse:
    headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": str(RETRY_AFTER_SECONDS)}}.get(status)
    body = Problem(code=code, message=message, details=jsonable_encoder(details)).model_dump()
    return JSONResponse(body, status_code=status, headers=headers)


def _invalid(error: RequestValidationError, language: Language) -> JSONResponse:
    # What was sent is left out: it can be personal, and it can be what JSON cannot carry back.
    places = [
        {"where": ".".join(str(part) for part in problem["loc"]), "what": problem["msg"]} for problem in error.errors()
    ]
    return _answer(422, "request_invalid", wording("api.request_invalid", language), {"problems": places[:20]})


class _Plain(Request):
    """A request whose JSON says everything once: of a field that stands twice the first would be lost silently."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = json.loads(await self.body(), object_pairs_hook=_once)
        return self._json


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        name = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        shown = name[:NAME_SHOWN_CHARACTERS].encode("utf-8", "replace").decode()
        raise HTTPException(422, f"the field {shown} stands twice")
    return fields


class ApiRoute(APIRoute):
    """A route whose errors are Problems and whose body has at most BODY_LIMIT_BYTES."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            language = language_of(request)
            try:
                return await handle(_Plain(request.scope, _limited(request.receive)))
            except CrmError as refusal:
                return answer_to(refusal, language)
            except OperationalError as error:
                log.error("api.database_unavailable", path=request.url.path, error=str(error.orig))
                return answer_to(ApiRefusal("unavailable"), language)
            except DataError as error:
                # The layers before have limits of their own; what slips through them is still no fault of the server.
                log.error("api.value_too_large", path=request.url.path, error=type(error.orig).__name__)
                return answer_to(ApiRefusal("value_too_large"), language)
            except RequestValidationError as error:
                return _invalid(error, language)
            except _BodyTooLarge:
                return answer_to(ApiRefusal("body_too_large", limit=BODY_LIMIT_BYTES), language)
            except HTTPProblem as error:
                text = wording("api.request_invalid", language)
                return _answer(422, "request_invalid", text, {"problems": [{"where": "body", "what": error.detail}]})

        return guarded


def _limited(receive: Callable[[], Awaitable[Message]]) -> Callable[[], Coroutine[Any, Any, Message]]:
    """`receive` that stops a body at the limit, whatever its Content-Length says."""
    left = BODY_LIMIT_BYTES

    async def limited() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _BodyTooLarge
        return message

    return limited
