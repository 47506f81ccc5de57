"""Service agents from the command line: adding them, and letting in again who has lost the phone."""

from rich.console import Console
from rich.markup import escape

from bot.operate.up import opened_database
from bot.settings import Settings
from crm_store import agents, audit, migrate, passwords, second_factor
from crm_store.errors import CrmError
from crm_store.language import Language


async def add_agent(
    settings: Settings, console: Console, *, email: str, name: str, role: str, language: str, password: str
) -> int:
    """Create the agent. Returns the exit status."""
    if role not in set(agents.Role):
        console.print(f"[red]There is no role {escape(repr(role))};[/red] choose one of: {', '.join(agents.Role)}")
        return 2
    if language not in set(Language):
        console.print(
            f"[red]The console does not speak {escape(repr(language))};[/red] choose one of: {', '.join(Language)}"
        )
        return 2
    async with opened_database(settings) as database:
        await migrate.upgrade(database)
        try:
            password_hash = await passwords.hashed(password)
            async with database.transaction() as session:
                agent = await agents.create(
                    session,
                    email=email,
                    name=name,
                    role=agents.Role(role),
                    language=Language(language),
                    password_hash=password_hash,
                )
                await audit.record(
                    session,
                    actor=audit.COMMAND,
                    action="add_agent",
                    subject=f"agent:{agent.id}",
                    details={"role": role},
                )
        except CrmError as refusal:
            console.print(f"[red]Not added:[/red] {escape(_told(refusal))}", soft_wrap=True)
            return 1
    console.print(f"{escape(agent.name)} <{escape(agent.email)}> can sign in as {agent.role}.")
    return 0


def _told(refusal: CrmError) -> str:
    """Why not, and what to do."""
    match refusal:
        case agents.EmailTaken(email=email):
            return f"somebody signs in with {email} already. Give another address."
        case agents.AgentInvalid(field="email"):
            return "that is no e-mail address. Give one such as lin@shop.example."
        case agents.AgentInvalid(field="name", reason="empty"):
            return "the name is empty. Give the one that colleagues know the agent by."
        case agents.AgentInvalid(field="name"):
            return f"the name has more than {agents.NAME_CHARACTERS} characters. Give a shorter one."
        case passwords.PasswordTooShort():
            return f"the password is too short. Choose one of {passwords.LEAST_CHARACTERS} characters or more."
    return str(refusal)


async def reset_second_factor(settings: Settings, console: Console, *, email: str) -> int:
    """The agent signs in with the password alone until another phone is set up. Returns the exit status."""
    async with opened_database(settings) as database:
        await migrate.upgrade(database)
        async with database.transaction() as session:
            agent = await agents.by_email(session, email)
            removed = agent is not None and await second_factor.remove(session, agent.id)
            if agent is not None and removed:
                await audit.record(
                    session, actor=audit.COMMAND, action="reset_second_factor", subject=f"agent:{agent.id}"
                )
    if agent is None:
        console.print("[red]Nobody signs in with that address.[/red]")
        return 2
    if not removed:
        console.print(f"{escape(agent.name)} has no second factor.")
        return 0
    console.print(
        f"{escape(agent.name)} signs in with the password alone, is signed out everywhere, and sets up another phone "
        "where the role needs one."
    )
    return 0
