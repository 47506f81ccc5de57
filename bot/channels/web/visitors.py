"""Who sits at the browser: a visitor known by a token of ours, perhaps vouched for by the shop."""

import uuid
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.ext.asyncio import AsyncSession

from bot import identity_token
from bot.channels.web.channel import NAME
from bot.services import Services
from crm_store import conversations, identities, members
from crm_store.conversations import MEMBER_CHANGED
from crm_store.identities import Identity, VerifiedBy
from crm_store.language import Language


@dataclass(frozen=True, slots=True)
class Visitor:
    """`token` is what the browser keeps. `refused`: why the shop's identity token was not accepted, if it was not."""

    token: str
    identity: Identity
    refused: str | None = None


def _serializer(services: Services) -> URLSafeSerializer:
    # Signed, so that nobody can read another visitor's conversation by making up an id.
    return URLSafeSerializer(services.settings.secret_key.get_secret_value(), salt="widget-visitor")


async def welcome(services: Services, *, token: str | None, vouched: str | None, locale: str | None) -> Visitor:
    """Find or make the visitor, and bind or unbind them as the shop's token says."""
    serializer = _serializer(services)
    try:
        visitor_id = str(serializer.loads(token or ""))
    except BadSignature:
        visitor_id = uuid.uuid4().hex
    async with services.database.transaction() as session:
        identity = await identities.find_or_create(
            session,
            channel=NAME,
            channel_user_id=visitor_id,
            language=Language.of(locale).value if locale else None,
        )
        refused = await _apply(session, identity, vouched, services.settings.identity_secret.get_secret_value())
    return Visitor(str(serializer.dumps(visitor_id)), identity, refused)


async def _apply(session: AsyncSession, identity: Identity, vouched: str | None, key: str) -> str | None:
    """Bind by the shop's token. Returns why it was refused, if it was."""
    if not vouched:
        if identity.verified_by == VerifiedBy.SIGNED_TOKEN:
            # Signed out of the shop: whoever sits there now must not read what was said to the member.
            await _forget(session, identity)
        return None
    try:
        number = identity_token.member_number(vouched, key)
    except identity_token.IdentityTokenRefused as refusal:
        return refusal.reason
    member = await members.by_number(session, number)
    if member is None:
        return "unknown_member"
    try:
        await identities.bind(session, identity, member, by=VerifiedBy.SIGNED_TOKEN)
    except identities.NotBindable:
        return "unknown_member"
    await conversations.bind_member(session, identity, member)
    return None


async def _forget(session: AsyncSession, identity: Identity) -> None:
    conversation = await conversations.current(session, identity.id)
    if conversation is not None:
        await conversations.close(session, conversation.id, outcome=MEMBER_CHANGED)
    await identities.unbind(session, identity, by="signed_out")
