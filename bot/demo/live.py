"""The desk of the demo shop at this moment: customers in line, and one conversation in the hands of each agent.

Those who are served were answered last, so that nobody waits for an agent who has not signed in yet.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import notices
from crm_store import clock, conversations, identities, messages, turns
from crm_store.conversations import Conversation, QueueReason
from crm_store.identities import VerifiedBy
from crm_store.members import Member
from crm_store.messages import Inbound, Understanding
from crm_store.yaml_files import read_yaml

CHANNEL = "web"
WORKER = "demo"
PAUSE = timedelta(seconds=25)


@cache
def _words() -> dict[str, list[dict[str, Any]]]:
    content: dict[str, list[dict[str, Any]]] = read_yaml(files("bot.demo").joinpath("live.yml"))
    return content


async def write(session: AsyncSession, *, staff_ids: Sequence[int], but: Sequence[str]) -> None:
    """`staff_ids`: the agents who serve somebody; `but`: numbers of members who are none of these. Where there are too
    few members, fewer wait."""
    free: dict[str, list[Member]] = {}
    for member in await session.scalars(select(Member).where(Member.number.not_in(but)).order_by(Member.id.desc())):
        free.setdefault(member.language, []).append(member)
    for talk, agent_id in zip(_words()["held"], staff_ids, strict=False):
        if free.get(talk["language"]):
            await _serve(session, free[talk["language"]].pop(), talk, agent_id)
    for talk in _words()["waiting"]:
        if free.get(talk["language"]):
            await _wait(session, free[talk["language"]].pop(), talk)


async def _wait(session: AsyncSession, member: Member, talk: dict[str, Any]) -> None:
    """Somebody who asked for a person and has not been answered."""
    conversation = await _say(session, member, talk, talk["lines"])
    await conversations.request_human(session, conversation.id, reason=QueueReason.REQUESTED, urgency=talk["urgency"])
    await notices.announce(session, conversation)
    await _backdate(session, conversation, talk["minutes"])
    conversation.work_due_at = None  # they have been told where they stand
    conversation.waiting_since = conversation.queued_at = clock.now() - timedelta(minutes=talk["minutes"])
    await session.flush()


async def _serve(session: AsyncSession, member: Member, talk: dict[str, Any], agent_id: int) -> None:
    """Somebody whom the agent is helping."""
    asked, answered = talk["lines"]
    conversation = await _say(session, member, talk, [asked])
    await conversations.take(session, conversation.id, agent_id)
    key = f"demo:{member.number}:answer"
    await conversations.agent_reply(session, conversation.id, agent_id=agent_id, text=answered, key=key)
    await conversations.mark_read(session, conversation.id, agent_id=agent_id)
    await _backdate(session, conversation, talk["minutes"])


async def _say(session: AsyncSession, member: Member, talk: dict[str, Any], lines: Sequence[str]) -> Conversation:
    """The customer's words as they come in over the website, each understood."""
    user = f"demo-live-{member.number}"
    identity = await identities.find_or_create(
        session, channel=CHANNEL, channel_user_id=user, language=talk["language"]
    )
    await identities.bind(session, identity, member, by=VerifiedBy.SIGNED_TOKEN)
    mood, anger = talk.get("mood", ["neutral", 0.05])
    for place, line in enumerate(lines):
        received = await conversations.receive(session, Inbound(CHANNEL, user, f"{user}-{place}", text=line))
        work = await turns.claim(session, WORKER)
        assert work is not None
        understood = Understanding(
            intent=talk.get("intent", "request_human"), confidence=0.9, language=talk["language"],
            sentiment=mood, sentiment_confidence=0.9, anger=anger,
        )  # fmt: skip
        await turns.complete_turn(session, work.lease, received.message.id, understanding=understood, release=True)
    return await conversations.locked(session, received.conversation.id)


async def _backdate(session: AsyncSession, conversation: Conversation, minutes: int) -> None:
    """It began so many minutes ago, a line after the other."""
    at = clock.now() - timedelta(minutes=minutes)
    conversation.opened_at = at
    for message in await messages.history(session, conversation.id, audience=messages.Audience.STAFF):
        message.created_at = at
        conversation.last_message_at = at
        at += PAUSE
    await session.flush()
