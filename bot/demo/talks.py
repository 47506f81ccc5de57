"""Earlier conversations of demo members, as they would stand in the store."""

import random
import uuid
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, identities, interactions
from crm_store.conversations import Conversation, ConversationState
from crm_store.identities import VerifiedBy
from crm_store.language import Language
from crm_store.members import Member
from crm_store.messages import Author, Direction, Message, MessageStatus
from crm_store.yaml_files import read_yaml

_AUTHORS = {"c": Author.CUSTOMER, "b": Author.BOT, "a": Author.AGENT}
PAUSE = timedelta(seconds=40)


@cache
def _catalogue() -> dict[str, list[dict[str, Any]]]:
    content: dict[str, list[dict[str, Any]]] = read_yaml(files("bot.demo").joinpath("talks.yml"))
    return content


async def write(
    session: AsyncSession, member: Member, language: Language, chance: random.Random, *, agent_id: int, unhappy: bool
) -> None:
    """One or two finished conversations of `member`, on the website or on Telegram; angry ones of these days when
    `unhappy`."""
    for _ in range(chance.choice((1, 1, 2))):
        known = _catalogue()[language]
        talk = chance.choice([talk for talk in known if _is_angry(talk)] if unhappy else known)
        days = min(chance.randrange(1, 6 if unhappy else 120), max(1, (clock.now() - member.joined_at).days))
        at = clock.now() - timedelta(days=days, minutes=chance.randrange(600))
        await _write(session, member, language, talk, at, channel=chance.choice(("web", "telegram")), agent_id=agent_id)


def _is_angry(talk: dict[str, Any]) -> bool:
    return any(len(line) > 2 and line[4] > 0.5 for line in talk["lines"])


async def _write(
    session: AsyncSession,
    member: Member,
    language: Language,
    talk: dict[str, Any],
    at: datetime,
    *,
    channel: str,
    agent_id: int,
) -> None:
    identity = await identities.find_or_create(
        session, channel=channel, channel_user_id=f"demo-{member.number}", language=language
    )
    await identities.bind(session, identity, member, by=VerifiedBy.IMPORT)
    end = at + PAUSE * len(talk["lines"])
    conversation = Conversation(
        id=uuid.uuid5(uuid.NAMESPACE_OID, f"{member.number}:{channel}:{at:%Y%m%d%H%M}").hex,
        channel=channel,
        identity_id=identity.id,
        member_id=member.id,
        state=ConversationState.CLOSED,
        language=language,
        opened_at=at,
        last_customer_at=end,
        last_message_at=end,
        closed_at=end,
        outcome=talk["outcome"],
        last_seq=len(talk["lines"]),
    )
    session.add(conversation)
    await session.flush()
    for seq, (who, text, *understood) in enumerate(talk["lines"], start=1):
        said = at + PAUSE * seq
        author = _AUTHORS[who]
        message = Message(
            conversation_id=conversation.id,
            seq=seq,
            direction=Direction.IN if author is Author.CUSTOMER else Direction.OUT,
            author=author,
            agent_id=agent_id if author is Author.AGENT else None,
            channel=channel,
            text=text,
            status=MessageStatus.HANDLED if author is Author.CUSTOMER else MessageStatus.SENT,
            language=language,
            created_at=said,
            handled_at=said,
        )
        session.add(message)
        if understood:
            message.intent, message.sentiment, message.anger = understood
            await session.flush()
            await interactions.record(
                session,
                member_id=member.id,
                identity_id=identity.id,
                conversation_id=conversation.id,
                message_id=message.id,
                channel=channel,
                intent=message.intent,
                sentiment=message.sentiment,
                anger=message.anger,
                outcome=talk["outcome"],
                at=said,
            )
