"""Signing in and out. A plain form, so that password stores, keyboards and screen readers work as everywhere."""

from html import escape
from urllib.parse import urlencode

import structlog
from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response
from nicegui import core, ui

from bot.console import access
from bot.console.access import LOGIN, ROOT
from bot.console.screen import BUILD_SECONDS, dress
from bot.console.sign_in import SignIn, SignInBusy
from bot.console.sign_in_limits import LoginThrottled
from bot.console.words import Words
from bot.services import Services
from crm_store.agents import OneTimePasswordOver, WrongCredentials
from crm_store.language import Language, format_time

log = structlog.get_logger(__name__)

_FORM = """
<form method="post" action="{root}/session" class="hk-login">
  <h1>回客 <span>Huike</span></h1><p>{lead}</p>
  {refusal}
  <input type="hidden" name="next" value="{next}">
  <label for="email">{email}</label>
  <input id="email" name="email" type="email" value="{tried}" autocomplete="username" required{at_email}>
  <label for="password">{password}</label>
  <input id="password" name="password" type="password" autocomplete="current-password" required{at_password}>
  <button type="submit" class="hk-primary">{sign_in}</button>
</form>"""
_REFUSALS = {"wrong": "login_refused", "over": "password_over", "busy": "login_busy", "throttled": "login_throttled"}
_TRIED = "tried"
"""Where the session keeps the address of a refused try: addresses in a URL would end in logs and histories."""
_ADDRESS_CHARACTERS = 254


def register(services: Services, sign_in: SignIn) -> None:
    """The sign-in page and the two routes behind it."""

    @ui.page("/login", response_timeout=BUILD_SECONDS)
    async def login(request: Request, next: str = "", refused: str = "", until: str = "") -> Response | None:
        if await access.enter(services, request, with_temporary_password=True) is not None:
            return RedirectResponse(access.safe_target(next), status_code=303)
        words = Words(_asked_language(request))
        dress(words.language, words("sign_in"))
        told = words(_REFUSALS.get(refused, "login_refused"), until=until[:5])
        tried = str(request.session.pop(_TRIED, ""))
        form = _FORM.format(
            root=ROOT,
            next=escape(next),
            lead=escape(words("login_lead")),
            refusal=f'<p class="hk-refusal" role="alert">{escape(told)}</p>' if refused else "",
            email=escape(words("email")),
            tried=escape(tried),
            at_email="" if tried else " autofocus",
            at_password=" autofocus" if tried else "",
            password=escape(words("password")),
            sign_in=escape(words("sign_in")),
        )
        ui.html(form, sanitize=False, tag="main").classes("hk-login-page")
        return None

    for path in ("/session", "/session/end"):
        core.app.remove_route(path)

    @core.app.post("/session", include_in_schema=False)
    async def submit(
        request: Request, email: str = Form(""), password: str = Form(""), next: str = Form("")
    ) -> Response:
        try:
            agent = await sign_in.enter(request, email, password)
        except WrongCredentials:
            refused = {"refused": "wrong"}
        except OneTimePasswordOver:
            refused = {"refused": "over"}
        except SignInBusy:
            log.warning("console.sign_in_busy")
            refused = {"refused": "busy"}
        except LoginThrottled as error:
            log.warning("console.login_throttled")
            refused = {"refused": "throttled", "until": format_time(error.retry_at)}
        else:
            access.sign_in(request, agent)
            entered = RedirectResponse(access.safe_target(next), status_code=303)
            sign_in.remember(request, entered, agent)
            return entered
        request.session[_TRIED] = email[:_ADDRESS_CHARACTERS]
        return RedirectResponse(f"{LOGIN}?{urlencode({**refused, 'next': next})}", status_code=303)

    @core.app.post("/session/end", include_in_schema=False)
    async def sign_out(request: Request) -> Response:
        await access.sign_out(services, request)
        return RedirectResponse(LOGIN, status_code=303)


def _asked_language(request: Request) -> Language:
    """The browser's language: before signing in nobody's own is known."""
    return Language.of(request.headers.get("accept-language", "").split(",")[0].split(";")[0])
