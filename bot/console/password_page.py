"""Changing one's own password. A plain form, as for signing in, so that password stores notice the change."""

from html import escape
from urllib.parse import urlencode

from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response
from nicegui import core, ui

from bot.console import access
from bot.console.access import ROOT
from bot.console.screen import BUILD_SECONDS, Screen, element, open_screen
from bot.console.sign_in import PasswordUnchanged, SignIn
from bot.console.sign_in_limits import LoginThrottled
from bot.console.words import Words
from bot.services import Services
from crm_store import second_factor
from crm_store.agents import Agent, OneTimePasswordOver, WrongCredentials
from crm_store.language import format_time
from crm_store.passwords import LEAST_CHARACTERS, PasswordTooShort
from crm_store.second_factor import Demand

PAGE = "/password"

_FORM = """
<form method="post" action="{root}{page}/change" class="hk-login hk-password">
  <h1>{title}</h1><p>{lead}</p>
  {told}
  <input type="hidden" name="username" value="{email}" autocomplete="username">
  <label for="old">{old}</label>
  <input id="old" name="old" type="password" autocomplete="current-password" required autofocus>
  <label for="new">{new}</label>
  <input id="new" name="new" type="password" autocomplete="new-password" minlength="{least}" required>
  <label for="repeat">{repeat}</label>
  <input id="repeat" name="repeat" type="password" autocomplete="new-password" minlength="{least}" required>
  <button type="submit" class="hk-primary">{save}</button>
</form>"""


_REFUSALS = frozenset({"over", "wrong", "short", "unchanged", "mismatch", "throttled"})
_DONE = "done"


def register(services: Services, sign_in: SignIn) -> None:
    """The page and the route behind it."""

    @ui.page(PAGE, response_timeout=BUILD_SECONDS)
    async def password(request: Request, told: str = "", until: str = "") -> Response | None:
        screen = await open_screen(services, request)
        if isinstance(screen, Response):
            return screen
        with screen.frame("password", title=screen.words("password_change")):
            ui.html(_form(screen.words, screen.agent, told, until[:5]), sanitize=False)
            if not screen.unready and second_factor.demand(screen.agent) is not Demand.OFF:
                await _factor(screen)
        screen.follow(then=_nothing)
        return None

    core.app.remove_route(f"{PAGE}/change")

    @core.app.post(f"{PAGE}/change", include_in_schema=False)
    async def change(request: Request, old: str = Form(""), new: str = Form(""), repeat: str = Form("")) -> Response:
        entered = await access.enter(services, request, unready=True)
        if entered is None:
            return RedirectResponse(access.LOGIN, status_code=303)
        told = await _change(sign_in, entered[1], old=old, new=new, repeat=repeat)
        if told["told"] == _DONE:
            # Every session of before is over, this one included: it goes on under a new id.
            access.sign_in(request, entered[1])
        return RedirectResponse(f"{ROOT}{PAGE}?{urlencode(told)}", status_code=303)


async def _nothing(_events: object) -> None:
    """The page shows nothing that changes; it follows only the end of its session."""


def _form(words: Words, agent: Agent, told: str, until: str) -> str:
    """The form, above it what came of the last try; words of the address that are none of ours say nothing."""
    note = ""
    if agent.password_is_temporary:
        note = f'<p class="hk-done" role="status">{escape(words("password_first"))}</p>'
    if told in _REFUSALS:
        refusal = words(f"password_{told}", until=until, least=LEAST_CHARACTERS)
        note = f'<p class="hk-refusal" role="alert">{escape(refusal)}</p>'
    elif told == _DONE:
        note = f'<p class="hk-done" role="status">{escape(words("password_done"))}</p>'
    return _FORM.format(
        root=ROOT,
        page=PAGE,
        told=note,
        email=escape(agent.email),
        least=LEAST_CHARACTERS,
        title=escape(words("password_change")),
        lead=escape(words("password_lead", least=LEAST_CHARACTERS)),
        old=escape(words("password_old")),
        new=escape(words("password_new")),
        repeat=escape(words("password_repeat")),
        save=escape(words("password_save")),
    )


async def _factor(screen: Screen) -> None:
    """Below the form: whether the agent has a second factor, and the way to it."""
    async with screen.services.database.reading() as session:
        stands = await second_factor.standing(session, screen.agent.id) is not None
    words = screen.words
    with element("section", "hk-login hk-password hk-own-factor"):
        ui.html(escape(words("sign_in.factor_title")), sanitize=False, tag="h2")
        ui.label(words("sign_in.factor_is_on" if stands else "sign_in.factor_is_not_on"))
        way = words("sign_in.factor_manage" if stands else "sign_in.factor_begin")
        ui.link(way, "/second-factor").classes("hk-login-other")


async def _change(sign_in: SignIn, agent: Agent, *, old: str, new: str, repeat: str) -> dict[str, str]:
    """Change the password, or tell why not: one of `_REFUSALS`, with the time until which tries are refused."""
    if new != repeat:
        return {"told": "mismatch"}
    try:
        await sign_in.change_password(agent, old=old, new=new)
    except PasswordTooShort:
        return {"told": "short"}
    except PasswordUnchanged:
        return {"told": "unchanged"}
    except WrongCredentials:
        return {"told": "wrong"}
    except OneTimePasswordOver:
        return {"told": "over"}
    except LoginThrottled as error:
        return {"told": "throttled", "until": format_time(error.retry_at)}
    return {"told": _DONE}
