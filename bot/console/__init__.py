"""The agents' console under /console: sign in, desk, follow-ups, members, knowledge. NiceGUI pages, one module each."""

from pathlib import Path

from fastapi import FastAPI
from nicegui import core, ui

from bot.console import (
    access,
    admin,
    alerting,
    article_page,
    desk_page,
    files,
    followups_page,
    knowledge_page,
    login_page,
    measures_page,
    not_found_page,
    password_link_page,
    password_page,
    phrases_page,
    presence,
    risk_page,
    screen,
    search,
    second_factor_page,
    shortcuts,
    winback,
    work,
)
from bot.console.members import list_page as members_page
from bot.console.members import page as member_page
from bot.console.sign_in import SignIn
from bot.services import Services

STATIC = Path(__file__).parent / "static"
RECONNECT_SECONDS = 20.0
"""A phone that slept this long comes back to its page as it was."""


def mount(app: FastAPI, services: Services) -> None:
    """Put the console under /console of `app`; everything else must be mounted before it.

    NiceGUI has one app per process: mounting again (tests do) puts it under the newest app.
    """
    core.app.middleware_stack = None
    core.app.user_middleware.clear()
    core.app.add_middleware(access.FromAddress)
    core.app.add_static_files("/static", STATIC)
    sign_in = SignIn(services)
    screen.in_header(presence.build, alerting.build, shortcuts.build)
    for page in (login_page, password_page, second_factor_page):
        page.register(services, sign_in)
    for part in (
        password_link_page, desk_page, work, followups_page, members_page, member_page, knowledge_page, article_page,
        phrases_page, measures_page, winback, risk_page, admin, not_found_page, files, search,
    ):  # fmt: skip
        part.register(services)
    ui.run_with(
        app,
        title="回客 Huike",
        favicon=STATIC / "favicon.svg",
        mount_path=access.ROOT,
        tailwind=False,
        reconnect_timeout=RECONNECT_SECONDS,
        show_welcome_message=False,
        storage_secret=access.cookie_secret(services.settings.secret_key.get_secret_value()),
        session_middleware_kwargs={
            "session_cookie": "huike_console",
            "path": access.ROOT,
            "max_age": int(access.SESSION_LIFE.total_seconds()),
            "same_site": "lax",
            "https_only": services.settings.public_url.startswith("https:"),
        },
    )
