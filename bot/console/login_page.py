"""Signing in and out: the password, then the code of who has a second factor. Plain forms, so that password stores,
keyboards and screen readers work as everywhere."""

from html import escape
from urllib.parse import urlencode

import structlog
from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response
from nicegui import core, ui

from bot.console import access, door
from bot.console.access import LOGIN, ROOT
from bot.console.screen import BUILD_SECONDS
from bot.console.sign_in import CodeNeeded, SignIn, SignInBusy
from bot.console.sign_in_limits import LoginThrottled
from bot.console.words import Words
from bot.services import Services
from crm_store.agents import Agent, OneTimePasswordOver, WrongCredentials
from crm_store.errors import CrmError
from crm_store.language import format_time
from crm_store.second_factor import FactorCodeWrong

log = structlog.get_logger(__name__)

CODE_PAGE = "/login/code"
_FORM = """
<form method="post" action="{root}/session" class="hk-login">
  <h1>回客 <span>Huike</span></h1><p>{lead}</p>
  {told}
  <input type="hidden" name="next" value="{next}">
  <label for="email">{email}</label>
  <input id="email" name="email" type="email" value="{tried}" autocomplete="username" required{at_email}>
  <label for="password">{password}</label>
  <input id="password" name="password" type="password" autocomplete="current-password" required{at_password}>
  <button type="submit" class="hk-primary">{sign_in}</button>
  <a class="hk-login-other" href="{root}/forgot">{forgot}</a>
</form>"""
_CODE_FORM = """
<form method="post" action="{root}/session/code" class="hk-login">
  <h1>{title}</h1><p>{lead}</p>
  {told}
  <input type="hidden" name="next" value="{next}">
  <label for="code">{code}</label>
  <input id="code" name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" maxlength="40"
    required autofocus>
  <button type="submit" class="hk-primary">{sign_in}</button>
  <p class="hk-login-note">{lost}</p>
  <a class="hk-login-other" href="{root}/login">{back}</a>
</form>"""
_REFUSALS = {
    "wrong": "login_refused", "over": "password_over", "busy": "login_busy", "throttled": "login_throttled",
    "late": "sign_in.late", "code": "sign_in.code_refused",
}  # fmt: skip
_TRIED = "tried"
"""Where the session keeps the address of a refused try: addresses in a URL would end in logs and histories."""
_ADDRESS_CHARACTERS = 254


def register(services: Services, sign_in: SignIn) -> None:
    """The two pages and the routes behind them."""

    @ui.page("/login", response_timeout=BUILD_SECONDS)
    async def login(
        request: Request, next: str = "", refused: str = "", until: str = "", changed: str = ""
    ) -> Response | None:
        if await access.enter(services, request, unready=True) is not None:
            return RedirectResponse(access.safe_target(next), status_code=303)
        words = door.asked_words(request)
        tried = str(request.session.pop(_TRIED, ""))
        note = door.done(words("sign_in.link_done")) if changed else ""
        form = _FORM.format(
            root=ROOT,
            next=escape(next),
            lead=escape(words("login_lead")),
            told=_refusal(words, refused, until) or note,
            email=escape(words("email")),
            tried=escape(tried),
            at_email="" if tried else " autofocus",
            at_password=" autofocus" if tried else "",
            password=escape(words("password")),
            sign_in=escape(words("sign_in")),
            forgot=escape(words("sign_in.link_forgot")),
        )
        door.show(words, words("sign_in"), form)
        return None

    @ui.page(CODE_PAGE, response_timeout=BUILD_SECONDS)
    async def code_page(request: Request, next: str = "", refused: str = "", until: str = "") -> Response | None:
        if access.half_way(request) is None:
            return RedirectResponse(f"{LOGIN}?{urlencode({'next': next})}", status_code=303)
        words = door.asked_words(request)
        form = _CODE_FORM.format(
            root=ROOT,
            next=escape(next),
            title=escape(words("sign_in.code_title")),
            lead=escape(words("sign_in.code_lead")),
            told=_refusal(words, refused, until),
            code=escape(words("sign_in.code")),
            sign_in=escape(words("sign_in")),
            lost=escape(words("sign_in.code_lost")),
            back=escape(words("sign_in.code_back")),
        )
        door.show(words, words("sign_in.code_title"), form)
        return None

    _take_in(services, sign_in)


def _take_in(services: Services, sign_in: SignIn) -> None:
    for path in ("/session", "/session/code", "/session/end"):
        core.app.remove_route(path)

    def entered(request: Request, agent: Agent, next: str) -> Response:
        access.sign_in(request, agent)
        answer = RedirectResponse(access.safe_target(next), status_code=303)
        sign_in.remember(request, answer, agent)
        return answer

    @core.app.post("/session", include_in_schema=False)
    async def submit(
        request: Request, email: str = Form(""), password: str = Form(""), next: str = Form("")
    ) -> Response:
        try:
            return entered(request, await sign_in.enter(request, email, password), next)
        except CodeNeeded as needed:
            access.go_half_way(request, needed.agent_id)
            return _to(CODE_PAGE, next=next)
        except (WrongCredentials, OneTimePasswordOver, SignInBusy, LoginThrottled) as error:
            request.session[_TRIED] = email[:_ADDRESS_CHARACTERS]
            return _to("/login", **_refused(error), next=next)

    @core.app.post("/session/code", include_in_schema=False)
    async def submit_code(request: Request, code: str = Form(""), next: str = Form("")) -> Response:
        half_way = access.half_way(request)
        if half_way is None:
            return _to("/login", refused="late", next=next)
        try:
            return entered(request, await sign_in.enter_with_code(request, half_way, code), next)
        except (FactorCodeWrong, LoginThrottled) as error:
            return _to(CODE_PAGE, **_refused(error), next=next)
        except (WrongCredentials, OneTimePasswordOver) as error:
            request.session.clear()
            return _to("/login", **_refused(error), next=next)

    @core.app.post("/session/end", include_in_schema=False)
    async def sign_out(request: Request) -> Response:
        await access.sign_out(services, request)
        return RedirectResponse(LOGIN, status_code=303)


def _to(page: str, **query: str) -> Response:
    return RedirectResponse(f"{ROOT}{page}?{urlencode(query)}", status_code=303)


def _refused(error: CrmError) -> dict[str, str]:
    """What the address of the page says of a refusal."""
    match error:
        case LoginThrottled(retry_at=retry_at):
            log.warning("console.login_throttled")
            return {"refused": "throttled", "until": format_time(retry_at)}
        case SignInBusy():
            log.warning("console.sign_in_busy")
            return {"refused": "busy"}
        case OneTimePasswordOver():
            return {"refused": "over"}
        case FactorCodeWrong():
            return {"refused": "code"}
    return {"refused": "wrong"}


def _refusal(words: Words, refused: str, until: str) -> str:
    return door.refusal(words(_REFUSALS.get(refused, "login_refused"), until=until[:5])) if refused else ""
