"""Who sits at the browser: a visitor known by a token of ours, perhaps vouched for by the shop.

A visitor has no row in the store before the first message or the shop's word. Whether somebody is signed in stands in
the store alone: what one process ends is ended in all of them, and after a restart.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import identity_token
from bot.channels.web.channel import NAME, visitor_topic
from bot.desk.channel import Inbound
from bot.identity_token import IdentityTokenRefused, Vouched
from bot.services import Services
from bot.wording import wording
from crm_store import conversations, identities, members
from crm_store.clock import now
from crm_store.conversations import MEMBER_CHANGED, Context, Conversation, ConversationState
from crm_store.identities import Identity, VerifiedBy
from crm_store.language import Language

TOKEN_LIFE = timedelta(days=180)
"""Of a visitor's token, from the last hello on."""

SIGNED_IN_FOR = timedelta(hours=12)
"""After so long the shop has to vouch again, on a line that never broke as well."""

PASS_LIFE = SIGNED_IN_FOR
"""Of the pass for files; a tab that is open for longer says hello again first."""

SIGNED_IN_PAYLOAD = '/bind_account{"reason":"signed_in"}'
"""What the bot is told when the shop has vouched for a visitor whose question waits for it."""

SIGNED_OUT = "signed_out"
SWITCHED = "switched"
NOT_VOUCHED = "not_vouched"
TOKEN_REFUSED = "token_refused"  # noqa: S105 - why a visitor was signed out
SESSION_OVER = "session_over"
"""How a visitor came to be signed out: by the shop's page, by that and its vouching for another in one breath, by its
saying nothing, by a token that proves nothing, in time. Only the first also ends the tokens issued before it: a page
that is slow to vouch has signed nobody out."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """`token` is what the browser keeps. `refused`: why the shop's identity token was not accepted, if it was not."""

    id: str
    token: str
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What the store knows of a visitor: the conversation they may see, and whether they are signed in, until when."""

    conversation: Conversation | None = None
    is_member: bool = False
    signed_in_until: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Whether the shop has to vouch again."""
        return self.signed_in_until is not None and now() >= self.signed_in_until


class _Signer(TimestampSigner):
    """Reads the time where everything of ours reads it."""

    def get_timestamp(self) -> int:
        return int(now().timestamp())


def _serializer(services: Services, salt: str = "widget-visitor") -> URLSafeTimedSerializer:
    # Signed, so that nobody can read another visitor's conversation by making up an id.
    secret = services.settings.secret_key.get_secret_value()
    return URLSafeTimedSerializer(secret, salt=salt, signer=_Signer)


def token_of(services: Services, visitor_id: str) -> str:
    """A fresh token for the visitor."""
    return str(_serializer(services).dumps(visitor_id))


def pass_of(services: Services, visitor_id: str) -> str:
    """What an open tab shows to send and fetch files. Unlike the token it lets in only whom a hello has let in, with
    the shop's word if there was need of it: the browser keeps it nowhere."""
    return str(_serializer(services, _FOR_FILES).dumps(visitor_id))


def admitted(services: Services, shown: str) -> str | None:
    """The id of the visitor whose pass that is; None when it is none of ours or too old."""
    return _named(_serializer(services, _FOR_FILES), shown, PASS_LIFE)


_FOR_FILES = "widget-files"


def _visitor_id(services: Services, token: str | None) -> str:
    """Whom the token names; somebody new when it is none of ours or too old."""
    return _named(_serializer(services), token or "", TOKEN_LIFE) or uuid.uuid4().hex


def _named(serializer: URLSafeTimedSerializer, signed: str, life: timedelta) -> str | None:
    try:
        visitor_id, made_at = serializer.loads(signed, return_timestamp=True)
    except BadData:
        return None
    return str(visitor_id) if now() - made_at <= life else None


async def welcome(
    services: Services,
    *,
    token: str | None,
    vouched: str | None,
    locale: str | None,
    signed_out: bool = False,
    zone: str | None = None,
) -> Visitor:
    """Know the visitor, and bind or unbind them as the shop's token says. `signed_out`: the shop's page says that the
    visitor has signed out. `zone`: where their browser is, kept with the member who signs in."""
    visitor_id = _visitor_id(services, token)
    refused = None
    if signed_out:
        await sign_out(services, visitor_id, by=SWITCHED if vouched else SIGNED_OUT)
    if vouched:
        refused = await _sign_in(services, visitor_id, vouched, locale, zone)
        if refused:
            await sign_out(services, visitor_id, by=TOKEN_REFUSED)
    elif not signed_out:
        # Whoever sits there now must not read what was said to the member.
        await sign_out(services, visitor_id, by=NOT_VOUCHED)
    return Visitor(visitor_id, token_of(services, visitor_id), refused)


async def _sign_in(
    services: Services, visitor_id: str, vouched: str, locale: str | None, zone: str | None
) -> str | None:
    """Bind by the shop's token. Returns why it was refused, if it was."""
    try:
        told = identity_token.read(vouched, services.settings.identity_secret.get_secret_value())
    except IdentityTokenRefused as refusal:
        return refusal.reason
    async with services.database.transaction() as session:
        member = await members.by_number(session, told.number)
        if member is None:
            return "unknown_member"
        identity = await identities.find_or_create(
            session, channel=NAME, channel_user_id=visitor_id, language=Language.of(locale) if locale else None
        )
        if await _was_signed_out(session, identity, told):
            return SIGNED_OUT
        before = identity.member_id
        try:
            await identities.bind(session, identity, member, by=VerifiedBy.SIGNED_TOKEN)
        except identities.NotBindable:
            return "unknown_member"
        conversation = await conversations.bind_member(session, identity, member)
        if zone is not None:  # the member's row is locked last, as everywhere
            await members.learn_zone(session, member, zone)
        waits = conversation is not None and _waits_for_sign_in(conversation)
    if before != member.id:
        await services.signals.publish(visitor_topic(visitor_id), event={"kind": "signed_in"})
        if conversation is not None and waits:
            await _take_up(services, visitor_id, conversation, locale)
    return None


def _waits_for_sign_in(conversation: Conversation) -> bool:
    """Whether something was asked that only a member is told, and the bot is to answer it."""
    open_for_bot = conversation.state != ConversationState.CLOSED and conversation.bot_answers
    return open_for_bot and "pending" in Context.read(conversation.context).focus


async def _take_up(services: Services, visitor_id: str, conversation: Conversation, locale: str | None) -> None:
    """Tell the bot, in the visitor's name, that they have signed in: it answers what was asked before."""
    told = Inbound(
        channel=NAME,
        channel_user_id=visitor_id,
        channel_message_id=f"{visitor_id}:{uuid.uuid4().hex}",
        text=wording("web.signed_in", conversation.speaks),
        payload=SIGNED_IN_PAYLOAD,
        locale=locale,
    )
    await services.desk.receive(told)


async def _was_signed_out(session: AsyncSession, identity: Identity, told: Vouched) -> bool:
    """Whether the visitor signed out after the token was issued; of a second, the claim's measure, all are after."""
    ended_at = await identities.last_unbound(session, identity.id, by=SIGNED_OUT)
    return ended_at is not None and told.issued_at < ended_at.replace(microsecond=0)


async def sign_out(services: Services, visitor_id: str, *, by: str) -> None:
    """Make the visitor anonymous and end the conversation, in every tab. Without the shop's word, or after its time,
    only whom the shop had vouched for: who proved it by a code stays known."""
    async with services.database.reading() as session:
        if not _is_signed_in(await identities.find(session, channel=NAME, channel_user_id=visitor_id), by=by):
            return
    async with services.database.transaction() as session:
        identity = await identities.find(session, channel=NAME, channel_user_id=visitor_id, for_update=True)
        if identity is None or not _is_signed_in(identity, by=by):
            return
        conversation = await conversations.current(session, identity.id)
        if conversation is not None:
            await conversations.close(session, conversation.id, outcome=MEMBER_CHANGED)
        await identities.unbind(session, identity, by=by)
    if conversation is not None:
        await services.desk.tell(conversation)
    await services.signals.publish(visitor_topic(visitor_id), event={"kind": "signed_out"})


def _is_signed_in(identity: Identity | None, *, by: str) -> bool:
    if identity is None or identity.member_id is None:
        return False
    if by == SESSION_OVER:
        # Another tab may have brought the shop's word meanwhile.
        until = _signed_in_until(identity)
        return until is not None and now() >= until
    return by in (SIGNED_OUT, SWITCHED, TOKEN_REFUSED) or identity.verified_by == VerifiedBy.SIGNED_TOKEN


def _signed_in_until(identity: Identity) -> datetime | None:
    if identity.verified_by != VerifiedBy.SIGNED_TOKEN or identity.verified_at is None:
        return None
    return identity.verified_at + SIGNED_IN_FOR


async def view(session: AsyncSession, visitor_id: str) -> View:
    """The visitor's open conversation, a member's open one on another device, or else the visitor's last one, unless it
    was another person's."""
    query = (
        select(Identity, Conversation)
        .outerjoin(Conversation, Conversation.identity_id == Identity.id)
        .where(Identity.channel == NAME, Identity.channel_user_id == visitor_id)
        .order_by(Conversation.closed_at.is_not(None), Conversation.opened_at.desc())
        .limit(1)
    )
    row = (await session.execute(query)).first()
    if row is None:
        return View()
    identity = row[0]
    conversation: Conversation | None = row[1]
    if conversation is not None and (
        conversation.outcome == MEMBER_CHANGED or conversation.member_id not in (None, identity.member_id)
    ):
        conversation = None
    if conversation is None or conversation.state == ConversationState.CLOSED:
        conversation = await conversations.elsewhere(session, identity) or conversation
    return View(conversation, identity.member_id is not None, _signed_in_until(identity))
