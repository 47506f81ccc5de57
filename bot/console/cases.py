"""What the desk's lists show: who waits, who is mine, who is with the bot, who is with a colleague."""

from dataclasses import dataclass, field
from enum import StrEnum
from html import escape

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import markup
from bot.console.words import Words
from crm_store import queue
from crm_store.clock import now
from crm_store.conversations import ConversationState, Urgency
from crm_store.messages import Author, Message
from crm_store.queue import Case

SHOWN = 60
"""Customers shown in one list; the tab tells how many there are."""
EXCERPT_CHARACTERS = 60


class Tab(StrEnum):
    QUEUE = "queue"
    MINE = "mine"
    BOT = "bot"
    TEAM = "team"


@dataclass(frozen=True)
class Lists:
    """The desk at one moment; `last` holds each customer's latest words by conversation."""

    cases: dict[Tab, list[Case]] = field(default_factory=dict)
    last: dict[str, Message] = field(default_factory=dict)

    def count(self, tab: Tab) -> int:
        return len(self.cases.get(tab, []))


async def load(session: AsyncSession, agent_id: int) -> Lists:
    """All four lists as `agent_id` sees them."""
    team = await queue.lately(session, state=ConversationState.AGENT)
    found = {
        Tab.QUEUE: await queue.waiting(session),
        Tab.MINE: await queue.held_by(session, agent_id),
        Tab.BOT: await queue.lately(session, state=ConversationState.BOT),
        Tab.TEAM: [case for case in team if case.conversation.agent_id != agent_id],
    }
    ids = [case.conversation.id for cases in found.values() for case in cases[:SHOWN]]
    return Lists(found, await _last_words(session, ids))


async def _last_words(session: AsyncSession, conversation_ids: list[str]) -> dict[str, Message]:
    latest = (
        select(Message.conversation_id, func.max(Message.seq).label("seq"))
        .where(Message.conversation_id.in_(conversation_ids), Message.author == Author.CUSTOMER)
        .group_by(Message.conversation_id)
        .subquery()
    )
    found = await session.scalars(
        select(Message).join(
            latest, (Message.conversation_id == latest.c.conversation_id) & (Message.seq == latest.c.seq)
        )
    )
    return {message.conversation_id: message for message in found}


def name_of(case: Case, words: Words) -> str:
    if case.member is not None:
        return markup.member_name(case.member, words)
    return case.identity.display_name or words("visitor", number=case.identity.id)


def row(case: Case, last: Message | None, tab: Tab, words: Words, *, holder: str = "") -> str:
    """One customer in a list, as HTML."""
    conversation = case.conversation
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
