"""The page at /console/second-factor: setting up the code of one's phone, new recovery codes, turning it off. Plain
forms, as for the password; what is told once stands on the page that answers and at no address."""

from html import escape
from urllib.parse import urlencode

import segno
from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response
from nicegui import Client, core, ui

from bot.console import access, door
from bot.console.access import LOGIN, ROOT, SECOND_FACTOR
from bot.console.own_factor import OwnFactor
from bot.console.screen import BUILD_SECONDS, Screen, element, open_screen
from bot.console.sign_in import SignIn
from bot.console.sign_in_limits import LoginThrottled
from bot.console.words import Words
from bot.services import Services
from crm_store import second_factor
from crm_store.agents import Agent, OneTimePasswordOver, WrongCredentials
from crm_store.errors import CrmError
from crm_store.language import format_date, format_time
from crm_store.second_factor import Demand, FactorCodeWrong, FactorNotSetUp, FactorRequired, FactorStands, SecondFactor

PAGE = "/second-factor"
ACTS = ("begin", "confirm", "codes", "off")

_BEGIN = """
<form method="post" action="{at}/begin" class="hk-login hk-factor">
  <h1>{title}</h1>{told}<p>{lead}</p><p>{apps}</p>
  <button type="submit" class="hk-primary">{begin}</button>
</form>"""
_CONFIRM = """
<form method="post" action="{at}/confirm" class="hk-login hk-factor">
  <h1>{title}</h1>{told}<p>{scan}</p>
  <div class="hk-factor-picture" role="img" aria-label="{picture_name}">{picture}</div>
  <p>{type}</p><output class="hk-once hk-factor-secret">{secret}</output>
  <input type="hidden" name="username" value="{email}" autocomplete="username">
  <label for="code">{code}</label>
  <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="12" required{at_code}>
  <label for="password">{password}</label>
  <input id="password" name="password" type="password" autocomplete="current-password" required>
  <button type="submit" class="hk-primary">{confirm}</button>
</form>"""
_STANDING = """
<form method="post" action="{at}/codes" class="hk-login hk-factor">
  <h1>{title}</h1>{told}<p>{since}</p><p>{left}</p>
  <label for="code">{code}</label>
  <input id="code" name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" maxlength="40"
    required>
  <button type="submit" class="hk-primary">{renew}</button>{off}
</form>"""
_OFF = '<button type="submit" class="hk-act" formaction="{at}/off">{off}</button>'
_REFUSALS: dict[type[CrmError], str] = {
    FactorCodeWrong: "sign_in.code_refused",
    FactorNotSetUp: "sign_in.factor_late",
    FactorRequired: "sign_in.factor_required",
    FactorStands: "sign_in.factor_stands",
    WrongCredentials: "password_wrong",
    OneTimePasswordOver: "password_over",
}
_ANSWER = ui.page("")
"""A page without an address, for what is told once."""


def register(services: Services, sign_in: SignIn) -> None:
    """The page and the routes behind it."""
    own = OwnFactor(services, sign_in)

    @ui.page(PAGE, response_timeout=BUILD_SECONDS)
    async def page(request: Request, told: str = "", until: str = "") -> Response | None:
        screen = await open_screen(services, request)
        if isinstance(screen, Response):
            return screen
        with screen.frame("second_factor", title=screen.words("sign_in.factor_title")):
            ui.html(await _form(services, screen, told, until[:5]), sanitize=False)
        screen.follow(then=_nothing)
        return None

    for act in ACTS:
        core.app.remove_route(f"{PAGE}/{act}")

    @core.app.post(f"{PAGE}/begin", include_in_schema=False)
    async def begin(request: Request) -> Response:
        agent = await _who(services, request)
        if isinstance(agent, Response):
            return agent
        if second_factor.demand(agent) is Demand.OFF:
            return _back()
        try:
            await own.begin(agent)
        except FactorStands as error:
            return _refused(error)
        return _back()

    @core.app.post(f"{PAGE}/confirm", include_in_schema=False)
    async def confirm(request: Request, code: str = Form(""), password: str = Form("")) -> Response:
        agent = await _who(services, request)
        if isinstance(agent, Response):
            return agent
        try:
            codes = await own.confirm(agent, password=password, code=code)
        except CrmError as error:
            return _refused(error)
        access.sign_in(request, agent)  # every session of before is over: this one goes on under a new id
        return await _codes_told(services, request, codes)

    @core.app.post(f"{PAGE}/codes", include_in_schema=False)
    async def renew(request: Request, code: str = Form("")) -> Response:
        agent = await _who(services, request)
        if isinstance(agent, Response):
            return agent
        try:
            codes = await own.renew_recovery_codes(agent, code)
        except CrmError as error:
            return _refused(error)
        return await _codes_told(services, request, codes)

    @core.app.post(f"{PAGE}/off", include_in_schema=False)
    async def turn_off(request: Request, code: str = Form("")) -> Response:
        agent = await _who(services, request)
        if isinstance(agent, Response):
            return agent
        try:
            await own.turn_off(agent, code)
        except CrmError as error:
            return _refused(error)
        access.sign_in(request, agent)
        return _back(told="sign_in.factor_is_off")


async def _who(services: Services, request: Request) -> Agent | Response:
    """Who asks; or where to go, when nobody is signed in or the own password comes first."""
    entered = await access.enter(services, request, unready=True)
    if entered is None:
        return RedirectResponse(LOGIN, status_code=303)
    agent = entered[1]
    return RedirectResponse(access.PASSWORD, status_code=303) if agent.password_is_temporary else agent


def _back(**query: str) -> Response:
    return RedirectResponse(f"{SECOND_FACTOR}?{urlencode(query)}" if query else SECOND_FACTOR, status_code=303)


def _refused(error: CrmError) -> Response:
    """Back to the page, which says why; errors of other nouns are raised again."""
    if isinstance(error, LoginThrottled):
        return _back(told="password_throttled", until=format_time(error.retry_at))
    if type(error) not in _REFUSALS:
        raise error
    return _back(told=_REFUSALS[type(error)])


async def _nothing(_events: object) -> None:
    """The page shows nothing that changes; it follows only the end of its session."""


async def _form(services: Services, screen: Screen, told: str, until: str) -> str:
    """What can be done now, above it what came of the last try."""
    words, agent = screen.words, screen.agent
    if second_factor.demand(agent) is Demand.OFF:
        title, unused = escape(words("sign_in.factor_title")), escape(words("sign_in.factor_unused"))
        return f'<div class="hk-login hk-factor"><h1>{title}</h1><p>{unused}</p></div>'
    async with services.database.reading() as session:
        stands = await second_factor.standing(session, agent.id)
        waits = await second_factor.waiting(session, agent.id)
        left = await second_factor.recovery_codes_left(session, agent.id)
    note = _note(screen, told, until)
    if stands is not None:
        return _standing(words, stands, left, note, may_end=not access.needs_factor(services, agent))
    if waits is not None:
        return _confirming(words, agent, waits.secret, note)
    return _BEGIN.format(
        at=SECOND_FACTOR,
        title=escape(words("sign_in.factor_title")),
        told=note,
        lead=escape(words("sign_in.factor_lead")),
        apps=escape(words("sign_in.factor_apps")),
        begin=escape(words("sign_in.factor_begin")),
    )


def _note(screen: Screen, told: str, until: str) -> str:
    """Words of the address that are none of ours say nothing."""
    if told in (*_REFUSALS.values(), "password_throttled"):
        return door.refusal(screen.words(told, until=until))
    if told == "sign_in.factor_is_off":
        return door.done(screen.words(told))
    return door.done(screen.words("sign_in.factor_first")) if screen.unready else ""


def _confirming(words: Words, agent: Agent, secret: str, note: str) -> str:
    picture = segno.make(second_factor.app_address(agent, secret), error="m", micro=False)
    return _CONFIRM.format(
        at=SECOND_FACTOR,
        title=escape(words("sign_in.factor_title")),
        told=note,
        scan=escape(words("sign_in.factor_scan")),
        picture=picture.svg_inline(omitsize=True, dark="#10231d", light="#fff", border=2),
        picture_name=escape(words("sign_in.factor_picture")),
        type=escape(words("sign_in.factor_type")),
        secret=" ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        email=escape(agent.email),
        code=escape(words("sign_in.code_of_app")),
        at_code=" autofocus" if note else "",
        password=escape(words("password_old")),
        confirm=escape(words("sign_in.factor_confirm")),
    )


def _standing(words: Words, factor: SecondFactor, left: int, note: str, *, may_end: bool) -> str:
    assert factor.confirmed_at is not None
    return _STANDING.format(
        at=SECOND_FACTOR,
        title=escape(words("sign_in.factor_title")),
        told=note,
        since=escape(words("sign_in.factor_since", day=format_date(factor.confirmed_at, words.language))),
        left=escape(words("sign_in.factor_codes_left", count=left) if left else words("sign_in.factor_no_codes")),
        code=escape(words("sign_in.code")),
        renew=escape(words("sign_in.factor_renew")),
        off=_OFF.format(at=SECOND_FACTOR, off=escape(words("sign_in.factor_turn_off"))) if may_end else "",
    )


async def _codes_told(services: Services, request: Request, codes: list[str]) -> Response:
    """The recovery codes, as the answer to the form: asked for again, the address shows none."""
    with Client(_ANSWER, request=request) as client:
        screen = await open_screen(services, request)
        if isinstance(screen, Response):
            client.delete()
            return screen
        words, text = screen.words, "\n".join(codes)
        with screen.frame("second_factor", title=words("sign_in.factor_title")), element("div", "hk-login hk-factor"):
            ui.html(escape(words("sign_in.factor_codes_title")), sanitize=False, tag="h1")
            ui.html(escape(words("sign_in.factor_codes_once")), sanitize=False, tag="p")
            lines = "".join(f"<li>{each}</li>" for each in codes)
            ui.html(lines, sanitize=False, tag="ol").classes("hk-codes")
            with element("div", "hk-dialog-acts"):
                ui.button(words("admin.copy"), on_click=lambda: ui.clipboard.write(text)).props("outline no-caps")
                kept = ui.html(escape(words("sign_in.factor_codes_kept")), sanitize=False, tag="a")
                kept.props(f'href="{ROOT}/"').classes("hk-primary")
        screen.follow(then=_nothing)
        return client.build_response(request)
