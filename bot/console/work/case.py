"""What a case shows on the page, whatever its kind: parts to read and acts to do."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from html import escape

from bot.console import markup
from bot.console.screen import Screen
from bot.console.work.dialogs import Field, ask
from crm_store.language import format_moment
from crm_store.work import Row

NOBODY = 0
Do = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Act:
    """A button. `key`: of its label in the catalogue; `do`: a click does it."""

    key: str
    do: Do
    primary: bool = False


@dataclass(frozen=True, kw_only=True)
class Case:
    """`parts`: headings (keys of the catalogue) with HTML; the first is what the case is about."""

    row: Row
    title: str
    chips: str
    parts: list[tuple[str, str]]
    acts: list[Act] = field(default_factory=list)
    phone: str = ""
    """A number to call, shown when the agent asks for it."""


def new_key() -> str:
    """Names one act of an agent, so that what is repeated after a failure is done once."""
    return f"console:{uuid.uuid4().hex}"


async def done(screen: Screen, deed: Callable[[], Awaitable[object]]) -> bool:
    """Do it in the agent's name. A deed that gives False could not tell the customer: the agent is told so."""
    told: list[object] = []

    async def remembered() -> None:
        told.append(await deed())

    ok = await screen.act(remembered)
    if ok and told[0] is False:
        screen.tell(screen.words.work("not_told"), kind="warning")
    return ok


async def ask_owner(screen: Screen, row: Row) -> int | None:
    """Whose it shall be: an agent's id, NOBODY; None when nothing was chosen."""
    words = screen.words
    people = {screen.agent.id: words("me"), **screen.colleagues(), NOBODY: words.work("nobody")}
    start = row.owner_id if row.owner_id in people else screen.agent.id
    values = await ask(
        screen,
        words.work("assign_title"),
        [Field(name="owner", label=words.work("owner"), kind="pick", options=people, value=start)],
        words.work("assign"),
    )
    return None if values is None else int(values["owner"] or NOBODY)


def paragraphs(text: str) -> str:
    """Somebody's words as HTML."""
    return f'<p class="hk-words">{escape(text)}</p>' if text.strip() else ""


def line(screen: Screen, head: str, at: object, who: str, body: str = "") -> str:
    """One step of a history."""
    when = format_moment(at, screen.language)  # type: ignore[arg-type]
    below = f"{escape(when)} · {escape(who)}" if who else escape(when)
    return markup.entry(f"<b>{escape(head)}</b>", below + (f"<br>{body}" if body else ""))


def listed(lines: list[str]) -> str:
    return f'<ul class="hk-list">{"".join(lines)}</ul>' if lines else ""
