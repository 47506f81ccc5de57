"""What the desk's lists show: who waits, who is mine, with the bot or a colleague, what is put off or over."""

from dataclasses import dataclass
from enum import StrEnum
from html import escape

from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import markup
from bot.console.words import Words
from crm_store import queue
from crm_store.clock import now
from crm_store.conversations import ConversationState, Urgency
from crm_store.language import format_moment
from crm_store.messages import Message
from crm_store.queue import COUNTED_WITH_BOT, Case, Counts, Only

SHOWN = 60
"""Customers shown in one list; the tab tells how many there are."""
EXCERPT_CHARACTERS = 60


class Tab(StrEnum):
    QUEUE = "queue"
    MINE = "mine"
    TEAM = "team"
    BOT = "bot"
    ALL = "all"
    SNOOZED = "snoozed"
    CLOSED = "closed"


_OF_AN_AGENT = frozenset({Tab.MINE, Tab.TEAM, Tab.SNOOZED})
"""Lists that are another for each agent."""
EVERYTHING = Only()


@dataclass(frozen=True, slots=True)
class Shown:
    """One of the desk's lists; `agent_id` where it is another for each agent, else None; `only`: as it is filtered."""

    tab: Tab
    agent_id: int | None
    only: Only = EVERYTHING

    @classmethod
    def of(cls, tab: Tab, agent_id: int, only: Only = EVERYTHING) -> "Shown":
        return cls(tab, agent_id if tab in _OF_AN_AGENT else None, only)


async def load(session: AsyncSession, shown: Shown) -> list[Case]:
    """The first customers of a list."""
    agent_id, only = shown.agent_id or 0, shown.only
    match shown.tab:
        case Tab.QUEUE:
            return await queue.waiting(session, limit=SHOWN, only=only)
        case Tab.MINE:
            return await queue.held_by(session, agent_id, limit=SHOWN, only=only)
        case Tab.TEAM:
            return await queue.held_by_others(session, agent_id, limit=SHOWN, only=only)
        case Tab.BOT:
            return await queue.with_bot(session, limit=SHOWN, only=only)
        case Tab.ALL:
            return await queue.with_people(session, limit=SHOWN, only=only)
        case Tab.SNOOZED:
            return await queue.snoozed(session, agent_id, limit=SHOWN, only=only)
        case Tab.CLOSED:
            return await queue.closed(session, limit=SHOWN, only=only)


def count(counts: Counts, tab: Tab, agent_id: int) -> str:
    """How many customers a tab has, as it says it; nothing for nobody, and for what nobody needs to count."""
    mine, put_off = counts.in_hand.get(agent_id, 0), counts.snoozed.get(agent_id, 0)
    held = sum(counts.in_hand.values()) + sum(counts.snoozed.values())
    number = {
        Tab.QUEUE: counts.waiting,
        Tab.MINE: mine,
        Tab.TEAM: held - mine - put_off,
        Tab.BOT: counts.with_bot,
        Tab.ALL: counts.waiting + held,
        Tab.SNOOZED: put_off,
        Tab.CLOSED: 0,
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
    if conversation.state == ConversationState.QUEUE:
        chips.append(markup.chip(words.label("queue_reason", conversation.queue_reason), f"urgency-{_urgency(case)}"))
    elif conversation.state == ConversationState.AGENT and conversation.urgency >= Urgency.HIGH:
        chips.append(markup.chip(words.label("urgency", str(conversation.urgency)), f"urgency-{_urgency(case)}"))
    if tab in (Tab.TEAM, Tab.ALL) and conversation.state == ConversationState.AGENT:
        chips.append(markup.chip(holder, "plain"))
    if tab is Tab.CLOSED:
        chips.append(markup.chip(words.label("conversation_outcome", conversation.outcome), "plain"))
    if conversation.snoozed_until is not None and conversation.is_snoozed:
        back = format_moment(conversation.snoozed_until, words.language)
        chips.append(markup.chip(words("snoozed_until", when=back), "plain"))
    chips += [markup.chip(label, "label") for label in case.labels]
    chips.append(markup.chip(markup.channel(conversation.channel, words), "plain"))
    if last is not None:
        chips.append(markup.mood(last, words))
    unread = conversation.unread_for_agent if tab is Tab.MINE else 0
    badge = f'<span class="hk-unread" aria-label="{words("unread", count=unread)}">{unread}</span>' if unread else ""
    since = now() - case.waited
    waits = conversation.state == ConversationState.QUEUE or conversation.waiting_since is not None
    clock = markup.timer(since, words, grows_late=waits)
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
