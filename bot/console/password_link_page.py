"""A forgotten password: asking for a link by mail, and choosing another one where it leads. What is answered says
nothing of whether there is such an account."""

from html import escape
from urllib.parse import quote, urlencode

import structlog
from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response
from nicegui import core, ui
from starlette.background import BackgroundTask

from bot.console import door
from bot.console.access import LOGIN, ROOT
from bot.console.screen import BUILD_SECONDS
from bot.console.sign_in import address_of, mark_of
from bot.console.sign_in_limits import LoginThrottled, SignInLimits
from bot.console.words import Words
from bot.desk.administration import ACCOUNT, account_topic
from bot.services import Services
from crm_store import agents, audit, password_links, passwords
from crm_store.agents import Agent
from crm_store.language import Language, format_limit, format_time
from crm_store.password_links import PasswordLinkOver
from crm_store.passwords import LEAST_CHARACTERS, PasswordTooShort
from crm_store.policy import policy
from crm_store.profile import is_email

log = structlog.get_logger(__name__)

_ASK = """
<form method="post" action="{root}/forgot/ask" class="hk-login">
  <h1>{title}</h1>{told}<p>{lead}</p>
  <label for="email">{email}</label>
  <input id="email" name="email" type="email" autocomplete="username" maxlength="254" required autofocus>
  <button type="submit" class="hk-primary">{send}</button>
  <a class="hk-login-other" href="{root}/login">{back}</a>
</form>"""
_TOLD = """
<div class="hk-login"><h1>{title}</h1><p>{lead}</p><a class="hk-login-other" href="{root}/{way}">{back}</a></div>"""
_CHOOSE = """
<form method="post" action="{root}/reset" class="hk-login">
  <h1>{title}</h1>{told}<p>{lead}</p>
  <input type="hidden" name="token" value="{token}">
  <input type="hidden" name="username" value="{email}" autocomplete="username">
  <label for="new">{new}</label>
  <input id="new" name="new" type="password" autocomplete="new-password" minlength="{least}" required autofocus>
  <label for="repeat">{repeat}</label>
  <input id="repeat" name="repeat" type="password" autocomplete="new-password" minlength="{least}" required>
  <button type="submit" class="hk-primary">{save}</button>
</form>"""


def register(services: Services) -> None:
    """The two pages and the routes behind them."""
    _register_asking(services)
    _register_choosing(services)


def _register_asking(services: Services) -> None:
    limits = SignInLimits(services.rate_limits)

    @ui.page("/forgot", response_timeout=BUILD_SECONDS)
    async def forgot(request: Request, told: str = "", until: str = "") -> None:
        words = door.asked_words(request)
        title = words("sign_in.link_title")
        if services.mailer is None or services.mailer.is_away:
            why = "link_no_mail" if services.mailer is None else "link_mail_away"
            form = _told(words, title, words(f"sign_in.{why}"), way="login")
        elif told == "sent":
            valid = format_limit(policy().sign_in.password_link_valid, words.language)
            form = _told(words, title, words("sign_in.link_sent", valid=valid), way="login")
        else:
            form = _ASK.format(
                root=ROOT,
                title=escape(title),
                told=door.refusal(words("password_throttled", until=until[:5])) if told == "throttled" else "",
                lead=escape(words("sign_in.link_lead")),
                email=escape(words("email")),
                send=escape(words("sign_in.link_send")),
                back=escape(words("sign_in.link_back")),
            )
        door.show(words, title, form)

    core.app.remove_route("/forgot/ask")

    @core.app.post("/forgot/ask", include_in_schema=False)
    async def ask(request: Request, email: str = Form("")) -> Response:
        if services.mailer is None:
            return RedirectResponse(f"{ROOT}/forgot", status_code=303)
        try:
            may_have_one = await limits.count_link(mark_of(email), address=address_of(request))
        except LoginThrottled as error:
            query = urlencode({"told": "throttled", "until": format_time(error.retry_at)})
            return RedirectResponse(f"{ROOT}/forgot?{query}", status_code=303)
        # After the answer: how long it takes would tell whether there is such an account.
        later = BackgroundTask(_send, services, email) if may_have_one else None
        return RedirectResponse(f"{ROOT}/forgot?told=sent", status_code=303, background=later)


async def _send(services: Services, email: str) -> None:
    if not is_email(email) or services.mailer is None:
        return
    async with services.database.transaction() as session:
        agent = await agents.by_email(session, email)
        if agent is None or not agent.active:
            log.info("console.password_link_for_nobody")
            services.mailer.look(life=policy().sign_in.password_link_valid)
            return
        given = await password_links.give(session, agent)
        await audit.record(session, actor=audit.DOOR, action="ask_password_link", subject=f"agent:{agent.id}")
    services.mailer.send_password_link(
        to=agent.email,
        name=agent.name,
        link=f"{services.settings.public_url.rstrip('/')}{ROOT}/reset/{given.token}",
        life=policy().sign_in.password_link_valid,
        language=Language.of(agent.language),
    )


def _register_choosing(services: Services) -> None:
    @ui.page("/reset/{token}", response_timeout=BUILD_SECONDS)
    async def choose(request: Request, token: str, told: str = "") -> None:
        try:
            async with services.database.reading() as session:
                agent = await password_links.look(session, token)
        except PasswordLinkOver:
            words = door.asked_words(request)
            title = words("sign_in.link_title")
            door.show(words, title, _told(words, title, words("sign_in.link_over"), way="forgot"))
            return
        words = Words(Language.of(agent.language))
        door.show(words, words("sign_in.link_choose"), _choosing(words, agent, token, told))

    core.app.remove_route("/reset")

    @core.app.post("/reset", include_in_schema=False)
    async def reset(token: str = Form(""), new: str = Form(""), repeat: str = Form("")) -> Response:
        told = "mismatch" if new != repeat else await _change(services, token, new)
        if told:
            return RedirectResponse(f"{ROOT}/reset/{quote(token, safe='')}?told={told}", status_code=303)
        return RedirectResponse(f"{LOGIN}?changed=1", status_code=303)


async def _change(services: Services, token: str, new: str) -> str:
    """Why not; empty when it is done."""
    try:
        passwords.check_length(new)
        async with services.database.reading() as session:
            await password_links.look(session, token)  # hashing costs, and is not done for whoever asks
        fresh = await passwords.hashed(new)
        async with services.database.transaction() as session:
            agent = await password_links.use(session, token, fresh)
            await audit.record(session, agent_id=agent.id, action="use_password_link", subject=f"agent:{agent.id}")
    except PasswordTooShort:
        return "short"
    except PasswordLinkOver:
        return "over"
    await services.signals.publish(account_topic(agent.id), event={"kind": ACCOUNT})
    return ""


def _told(words: Words, title: str, lead: str, *, way: str) -> str:
    back = words("sign_in.link_again" if way == "forgot" else "sign_in.link_back")
    return _TOLD.format(root=ROOT, title=escape(title), lead=escape(lead), way=way, back=escape(back))


def _choosing(words: Words, agent: Agent, token: str, told: str) -> str:
    refused = told in ("short", "mismatch")
    return _CHOOSE.format(
        root=ROOT,
        title=escape(words("sign_in.link_choose")),
        told=door.refusal(words(f"password_{told}", least=LEAST_CHARACTERS)) if refused else "",
        lead=escape(words("password_lead", least=LEAST_CHARACTERS)),
        token=escape(token),
        email=escape(agent.email),
        new=escape(words("password_new")),
        repeat=escape(words("password_repeat")),
        least=LEAST_CHARACTERS,
        save=escape(words("password_save")),
    )
