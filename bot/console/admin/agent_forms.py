"""What an administrator does with an agent's account, each in a dialog of its own."""

from collections.abc import Iterable
from html import escape

from nicegui import ui

from bot.console import dialogs
from bot.console.members.dialogs import Form
from bot.console.screen import Screen, element
from bot.desk import administration
from crm_store.agents import NAME_CHARACTERS, Agent, Role
from crm_store.assignment import CAPACITY_AT_MOST
from crm_store.clock import now
from crm_store.conversations import QueueReason
from crm_store.language import Language, format_moment
from crm_store.policy import policy

EMAIL_CHARACTERS = 254


async def add(screen: Screen) -> None:
    """A new agent, whose password is shown once."""
    words = screen.words
    with Form(screen, words("admin.add"), words("admin.add")) as form:
        name = form.text(words("admin.name"), limit=NAME_CHARACTERS)
        email = form.text(words("email"), limit=EMAIL_CHARACTERS, hint="name@example.com").props('type="email"')
        role = form.choice(words("admin.role"), _roles(screen), Role.AGENT.value)
        languages = {each.value: words.label("language_name", each) for each in Language}
        language = form.choice(words("admin.console_language"), languages, screen.language.value)
        form.note(words("admin.password_rule"))
    made: list[tuple[Agent, str]] = []

    async def deed() -> None:
        made.append(
            await administration.add(
                screen.services.desk,
                screen.agent.id,
                email=str(email.value or ""),
                name=str(name.value or ""),
                role=str(role.value),
                language=str(language.value),
            )
        )

    if await form.run(deed):
        agent, password = made[-1]
        await _show_once(screen, words("admin.added", name=agent.name), agent, password)


async def reset_password(screen: Screen, agent: Agent) -> None:
    """Another password, shown once; the agent is signed out everywhere."""
    words = screen.words
    with Form(screen, words("admin.password_title", name=agent.name), words("admin.do_password")) as form:
        form.note(words("admin.password_lead"))
    passwords: list[str] = []

    async def deed() -> None:
        passwords.append(await administration.reset_password(screen.services.desk, screen.agent.id, agent.id))

    if await form.run(deed):
        await _show_once(screen, words("admin.password_ready", name=agent.name), agent, passwords[-1])


async def reset_second_factor(screen: Screen, agent: Agent) -> None:
    """For a phone that is gone; the agent is signed out everywhere."""
    words = screen.words
    with Form(screen, words("admin.factor_title", name=agent.name), words("admin.do_factor")) as form:
        form.note(words("admin.factor_lead"))

    async def deed() -> None:
        await administration.reset_second_factor(screen.services.desk, screen.agent.id, agent.id)

    if await form.run(deed):
        screen.tell(words("admin.factor_reset", name=agent.name), kind="positive")


async def change_role(screen: Screen, agent: Agent) -> None:
    words = screen.words
    with Form(screen, words("admin.role_title", name=agent.name), words("save")) as form:
        role = form.choice(words("admin.role"), _roles(screen), agent.role)
        form.note(words("admin.role_lead"))

    async def deed() -> None:
        await administration.change_role(screen.services.desk, screen.agent.id, agent.id, str(role.value))

    if await form.run(deed):
        screen.tell(words("admin.saved"), kind="positive")


async def set_skills(screen: Screen, agent: Agent) -> None:
    """What the agent serves, and how many customers at once; nothing chosen: all."""
    words = screen.words
    with Form(screen, words("admin.skills_title", name=agent.name), words("save")) as form:
        tongues = {each.value: words.label("language_name", each) for each in Language}
        reasons = {each.value: words.label("queue_reason", each) for each in QueueReason}
        languages = _many(words("admin.languages"), tongues, agent.languages, words("admin.none_languages"))
        skills = _many(words("admin.skills"), reasons, agent.skills, words("admin.none_reasons"))
        usual = words("admin.capacity_usual", count=policy().desk.capacity)
        capacity = ui.number(words("admin.capacity"), value=agent.capacity, min=1, max=CAPACITY_AT_MOST, precision=0)
        capacity.props('outlined dense clearable inputmode="numeric"').props["hint"] = usual

    async def deed() -> None:
        await administration.set_skills(
            screen.services.desk,
            screen.agent.id,
            agent.id,
            languages=list(languages.value or []),
            skills=list(skills.value or []),
            capacity=int(capacity.value) if capacity.value is not None else None,
        )

    if await form.run(deed):
        screen.tell(words("admin.saved"), kind="positive")


async def close(screen: Screen, agent: Agent) -> None:
    words = screen.words
    with Form(screen, words("admin.close_title", name=agent.name), words("admin.do_close")) as form:
        form.note(words("admin.close_lead"))

    async def deed() -> None:
        await administration.close(screen.services.desk, screen.agent.id, agent.id)

    if await form.run(deed):
        screen.tell(words("admin.was_closed", name=agent.name), kind="positive")


async def reopen(screen: Screen, agent: Agent) -> None:
    words = screen.words
    with Form(screen, words("admin.reopen_title", name=agent.name), words("admin.do_reopen")) as form:
        form.note(words("admin.reopen_lead"))

    async def deed() -> None:
        await administration.reopen(screen.services.desk, screen.agent.id, agent.id)

    if await form.run(deed):
        screen.tell(words("admin.was_reopened", name=agent.name), kind="positive")


def _roles(screen: Screen) -> dict[str, str]:
    return {each.value: screen.words.label("agent_role", each) for each in Role}


def _many(name: str, options: dict[str, str], chosen: Iterable[str], none: str) -> ui.select:
    field = ui.select(options, label=name, value=[each for each in chosen if each in options], multiple=True)
    field.props("outlined dense options-dense use-chips stack-label").props["hint"] = none
    return field


async def _show_once(screen: Screen, title: str, agent: Agent, password: str) -> None:
    """The password, to be passed on: nothing keeps it, so it is never shown again."""
    words = screen.words
    until = format_moment(now() + policy().desk.one_time_password_valid, words.language)
    with dialogs.question(screen, title) as dialog:
        ui.label(words("admin.password_once", email=agent.email, until=until)).classes("hk-dim")
        ui.html(escape(password), sanitize=False, tag="output").classes("hk-once")
        with element("div", "hk-dialog-acts"):
            ui.button(words("admin.copy"), on_click=lambda: ui.clipboard.write(password)).props("outline no-caps")
            ui.button(words("admin.passed_on"), on_click=lambda: dialog.submit(True)).props("unelevated no-caps")
    dialog.props("persistent")
    await dialogs.answer(dialog)
