"""What the desk's lists show: who waits, who is mine, who is with the bot, who is with a colleague."""

from dataclasses import dataclass
from enum import StrEnum
from html import escape

from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import markup
from bot.console.words import Words
from crm_store import queue
from crm_store.clock import now
from crm_store.conversations import Urgency
from crm_store.messages import Message
from crm_store.queue import COUNTED_WITH_BOT, Case, Counts

SHOWN = 60
"""Customers shown in one list; the tab tells how many there are."""
EXCERPT_CHARACTERS = 60


class Tab(StrEnum):
    QUEUE = "queue"
    MINE = "mine"
    BOT = "bot"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Shown:
    """One of the desk's lists; `agent_id` where it is another for each agent, else None."""

    tab: Tab
    agent_id: int | None

    @classmethod
    def of(cls, tab: Tab, agent_id: int) -> "Shown":
        return cls(tab, agent_id if tab in (Tab.MINE, Tab.TEAM) else None)


async def load(session: AsyncSession, shown: Shown) -> list[Case]:
    """The first customers of a list."""
    match shown:
        case Shown(Tab.MINE, int(agent_id)):
            return await queue.held_by(session, agent_id, limit=SHOWN)
        case Shown(Tab.TEAM, int(agent_id)):
            return await queue.held_by_others(session, agent_id, limit=SHOWN)
        case Shown(Tab.BOT):
            return await queue.with_bot(session, limit=SHOWN)
    return await queue.waiting(session, limit=SHOWN)


def count(counts: Counts, tab: Tab, agent_id: int) -> str:
    """How many customers a tab has, as it says it; nothing for nobody."""
    mine = counts.in_hand.get(agent_id, 0)
    number = {
        Tab.QUEUE: counts.waiting,
        Tab.MINE: mine,
        Tab.BOT: counts.with_bot,
        Tab.TEAM: sum(counts.in_hand.values()) - mine,
    }[tab]
    if tab is Tab.BOT and number >= COUNTED_WITH_BOT:
        return f"{COUNTED_WITH_BOT - 1}+"
    return str(number or "")


def name_of(case: Case, words: Words) -> str:
    if case.member is not None:
        return markup.member_name(case.member, words)
    return case.identity.display_name or words("visitor", number=case.identity.id)


def row(case: Case, tab: Tab, words: Words, *, holder: str = "") -> str:
    """One customer in a list, as HTML."""
    conversation, last = case.conversation, case.last
    level = markup.tier(case.member, words) if case.member else markup.chip(words("unverified"), "plain")
    chips = [level]
    if tab is Tab.QUEUE:
        chips.append(markup.chip(words.label("queue_reason", conversation.queue_reason), f"urgency-{_urgency(case)}"))
    if tab is Tab.TEAM:
        chips.append(markup.chip(holder, "plain"))
    chips.append(markup.chip(markup.channel(conversation.channel, words), "plain"))
    if last is not None:
        chips.append(markup.mood(last, words))
    unread = conversation.unread_for_agent if tab is Tab.MINE else 0
    badge = f'<span class="hk-unread" aria-label="{words("unread", count=unread)}">{unread}</span>' if unread else ""
    since = now() - case.waited
    clock = markup.timer(since, words, grows_late=tab is Tab.QUEUE)
    said = _excerpt(last)
    return (
        f'<span class="hk-case-top"><b>{escape(name_of(case, words))}</b>{badge}{clock}</span>'
        f'<span class="hk-chips">{"".join(chips)}</span><span class="hk-said">{escape(said)}</span>'
    )


def _urgency(case: Case) -> int:
    return max(Urgency.NORMAL, min(Urgency.CRITICAL, case.conversation.urgency))


def _excerpt(message: Message | None) -> str:
    text = " ".join((message.text or "").split()) if message else ""
    return text if len(text) <= EXCERPT_CHARACTERS else text[: EXCERPT_CHARACTERS - 1] + "…"
