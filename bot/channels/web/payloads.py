"""What a press may mean: a button that this visitor was shown, or an intent that anybody may say in words."""

import re
from functools import cache

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from actions.endpoint import DOMAIN_FOLDER
from bot.channels.web.channel import NAME
from crm_store import messages
from crm_store.conversations import Conversation
from crm_store.errors import CrmError
from crm_store.identities import Identity
from crm_store.messages import Message
from crm_store.yaml_files import read_yaml

SHOWN_MESSAGES = 100
"""How far back a button may lie that is still pressed."""

INTERNAL = {"inform", "out_of_scope", "nlu_fallback"}
"""Intents of the domain that nobody means by themselves."""

_INTENT = re.compile(r"\s*/\s*([A-Za-z_]\w*)\s*(@[0-9.]+)?\s*(\{.*\})?\s*", re.DOTALL)


class NotOffered(CrmError):
    """The press means something that no button of this visitor's means."""

    code = "not_offered"


class NoWords(CrmError):
    """What was typed is no words but the name of an intent."""

    code = "no_words"


@cache
def intents() -> frozenset[str]:
    """Intents that a press may name without having been offered."""
    found: set[str] = set()
    for path in DOMAIN_FOLDER.glob("*.yml"):
        found.update((read_yaml(path) or {}).get("intents") or ())
    return frozenset(found - INTERNAL)


def looks_like_one(text: str) -> bool:
    """Whether words typed by the customer are no words but `/intent{…}`."""
    return _INTENT.fullmatch(text) is not None


def names_open_intent(payload: str) -> bool:
    """Whether the payload is one of the domain's intents, with nothing beside it."""
    return payload.removeprefix("/") in intents() and payload.startswith("/")


async def was_offered(session: AsyncSession, visitor_id: str, payload: str, *, shown_id: str | None = None) -> bool:
    """Whether a button with this payload was among the latest messages to the visitor, or in the conversation that
    they are shown, which a member may have begun on another device."""
    shown = (
        select(Message.buttons)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Identity, Identity.id == Conversation.identity_id)
        .where(
            Identity.channel == NAME,
            or_(Identity.channel_user_id == visitor_id, Conversation.id == shown_id),
            Message.buttons.is_not(None),
        )
        .order_by(Message.id.desc())
        .limit(SHOWN_MESSAGES)
    )
    rows = [*await session.scalars(shown)]
    if not rows and shown_id is not None:
        # All that was said to them may be archived.
        rows = [each.buttons for each in await messages.of_archive(session, [shown_id])][-SHOWN_MESSAGES:]
    return any(button.get("payload") == payload for buttons in rows for button in buttons or ())
