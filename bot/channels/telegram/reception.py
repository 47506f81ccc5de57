"""What a private message becomes: an `Inbound` for the desk, a command, a bound account, or a short notice."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from aiogram.enums import ContentType
from aiogram.types import Message as TelegramMessage
from aiogram.types import User
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.telegram.client import NAME
from bot.channels.telegram.files import SIZE_LIMIT_BYTES, Files, Trouble, sent_file
from bot.desk.notices import HUMAN
from bot.services import Services
from bot.wording import wording
from crm_store import conversations, identities, interactions, members, messages, search, verification
from crm_store.clock import now
from crm_store.conversations import Conversation, Received
from crm_store.language import Language
from crm_store.messages import TEXT_LIMIT_CHARACTERS, Direction, Inbound, Message, MessageStatus, Reply
from crm_store.policy import policy
from crm_store.text import clean

COMMANDS = {"start": "/greet", "help": "/help", "human": HUMAN, "stop": "/opt_out"}
"""Commands and the payloads they stand for. Any other command alone asks what there is; with words behind it, it is
the customer's words."""

_COMMAND = re.compile(r"/([a-z_]{1,32})(?:@\w+)?(?:\s+(\S.*))?", re.ASCII | re.IGNORECASE | re.DOTALL)

_WITH_TOKEN = re.compile(r"(/start(?:@\w+)?|\bstart=)\s*([A-Za-z0-9_-]+)", re.ASCII | re.IGNORECASE)

_RECORDINGS = {ContentType.VOICE, ContentType.VIDEO_NOTE, ContentType.AUDIO}
_NOTICES = {
    ContentType.LOCATION: "location",
    ContentType.VENUE: "location",
    ContentType.CONTACT: "contact",
    ContentType.STICKER: "other",
    ContentType.POLL: "other",
    ContentType.DICE: "other",
    ContentType.GAME: "other",
    ContentType.STORY: "other",
    ContentType.CHECKLIST: "other",
    ContentType.PAID_MEDIA: "other",
    ContentType.LIVE_PHOTO: "other",
    ContentType.UNKNOWN: "other",
}
"""What a customer can send that is neither words nor a file, and the notice for it; what cannot be read stays for the
staff with its kind alone. The rest are Telegram's own remarks (a pinned message, a changed timer), which nobody
answers."""

NORTHERNMOST, EASTERNMOST = 90, 180
"""Degrees beyond which there is no place."""

ALBUM_LOOK_BACK = 20
"""Earlier messages in which the beginning of an album is looked for."""

Settle = Callable[[AsyncSession, Received], Any]


def message_key(chat: int, message_id: int) -> str:
    """Our id of a Telegram message, unique within the channel."""
    return f"{chat}:{message_id}"


def words_of(text: str | None) -> str:
    """What the customer wrote, clean and without white space around it."""
    return clean(text or "").strip()


def inbound(
    chat: int,
    key: str,
    user: User | None,
    *,
    text: str | None = None,
    payload: str | None = None,
    attachments: list[dict[str, Any]] | None = None,
    sent_at: datetime | None = None,
) -> Inbound:
    """What a customer did, with who they are as far as Telegram tells."""
    return Inbound(
        channel=NAME,
        channel_user_id=str(chat),
        channel_message_id=key,
        text=text or None,
        payload=payload,
        attachments=attachments or [],
        sent_at=sent_at,
        display_name=words_of(user.full_name)[:200] if user else None,
        locale=user.language_code if user else None,
    )


class Reception:
    """Takes private messages in, one at a time per chat."""

    def __init__(self, services: Services, files: Files) -> None:
        self._desk, self._database, self._files = services.desk, services.database, files

    async def take(self, message: TelegramMessage) -> Conversation | None:
        """Store a message; None when there was nothing in it to store. Raises CrmError for what the store refuses."""
        said = words_of(message.text or message.caption)
        text = _without_token(said)
        command = _COMMAND.fullmatch(said) if message.text else None
        name = command[1].lower() if command else ""
        if command and name == "start" and verification.is_link_token(command[2] or ""):
            return await self._open_link(message, command[2].strip())
        if command and (name in COMMANDS or not command[2]):
            payload = COMMANDS.get(name, COMMANDS["help"])
            return (await self._desk.receive(_of(message, text=text, payload=payload))).conversation
        if sent_file(message) is not None:
            return await self._take_file(message, text)
        if text:
            return (await self._desk.receive(_of(message, text=text[:TEXT_LIMIT_CHARACTERS]))).conversation
        return await self._take_other(message)

    async def edit(self, message: TelegramMessage) -> None:
        """The customer has changed a message. A link's token binds nobody here, and is not stored here either."""
        text = _without_token(words_of(message.text or message.caption))[:TEXT_LIMIT_CHARACTERS]
        if not text:
            return
        changed_at = datetime.fromtimestamp(message.edit_date, UTC) if message.edit_date else None
        async with self._database.transaction() as session:
            changed = await messages.note_edit(
                session,
                channel=NAME,
                channel_message_id=message_key(message.chat.id, message.message_id),
                text=text,
                at=changed_at,
            )
            conversation = await conversations.get(session, changed.conversation_id) if changed else None
            if changed is not None:
                await search.reindex(session, changed)
        if conversation is not None:
            await self._desk.tell(conversation)

    async def _take_file(self, message: TelegramMessage, text: str) -> Conversation:
        sent = sent_file(message)
        assert sent is not None
        attachment, trouble = await self._files.keep(sent, message_key=message_key(message.chat.id, message.message_id))
        if message.media_group_id:
            attachment["group"] = message.media_group_id
        arrived = _of(message, text=text[:TEXT_LIMIT_CHARACTERS], attachments=[attachment])

        async def settle(session: AsyncSession, received: Received) -> None:
            speaks = received.conversation.speaks
            if trouble is not None:
                await _answer(session, received, _trouble(trouble, speaks), handled=not text)
            elif not text and await _continues_album(session, received, message.media_group_id):
                _handled(received.message)
            elif not text and message.content_type in _RECORDINGS and received.conversation.bot_answers:
                await _answer(session, received, Reply(text=wording("telegram.voice", speaks)))

        return await self._receive(arrived, settle)

    async def _take_other(self, message: TelegramMessage) -> Conversation | None:
        kind = _NOTICES.get(ContentType(message.content_type))
        if kind is None:
            return None
        attachment = {"kind": message.content_type, "name": _describe(message), "mime": "", "size": 0, "ref": None}

        async def settle(session: AsyncSession, received: Received) -> None:
            speaks = received.conversation.speaks
            if received.conversation.bot_answers:
                buttons = [_button("email_code", "/bind_account", speaks)] if kind == "contact" else []
                await _answer(session, received, Reply(text=wording(f"telegram.{kind}", speaks), buttons=buttons))

        return await self._receive(_of(message, attachments=[attachment]), settle)

    async def _receive(self, arrived: Inbound, settle: Settle) -> Conversation:
        """Store a message and, in the same transaction, what is said to it without a turn of the bot."""
        async with self._database.transaction() as session:
            received = await conversations.receive(session, arrived)
            if not received.duplicate:
                await settle(session, received)
        if not received.duplicate:
            await self._desk.tell(received.conversation, said=True)
        return received.conversation

    async def _open_link(self, message: TelegramMessage, token: str) -> Conversation:
        """The customer came through a link of the shop: the token in it proves who they are. It is not stored."""
        arrived = _of(message, text="/start")
        async with self._database.transaction() as session:
            identity = await identities.find_or_create(session, channel=NAME, channel_user_id=arrived.channel_user_id)
            again = await messages.by_channel_id(session, NAME, arrived.channel_message_id) is not None
            outcome = "" if again else await self._redeem(session, identity, token)
            received = await conversations.receive(session, arrived)
            if not received.duplicate:
                await _answer(session, received, await _link_reply(session, received, outcome))
        await self._desk.tell(received.conversation, said=True)
        return received.conversation

    async def _redeem(self, session: AsyncSession, identity: identities.Identity, token: str) -> str:
        """Bind by the token; the name of the notice that says what came of it."""
        try:
            member = await verification.redeem_link_token(session, identity, token)
        except verification.CodeWrong:
            return "link_wrong"
        except (verification.CodeExpired, verification.NoSuchMember):
            return "link_expired"
        await conversations.bind_member(session, identity, member)
        await interactions.adopt(session, identity_id=identity.id, member_id=member.id)
        return "bound"


def _of(message: TelegramMessage, **content: Any) -> Inbound:
    key = message_key(message.chat.id, message.message_id)
    return inbound(message.chat.id, key, message.from_user, sent_at=message.date, **content)


def _without_token(text: str) -> str:
    """The words without the token of a link, which opens an account to whoever reads it here before it is used: with
    the command that brings it, in a caption, or in the whole link, pasted."""
    return _WITH_TOKEN.sub(lambda found: found[1] if verification.is_link_token(found[2]) else found[0], text)


def _handled(message: Message) -> None:
    message.status, message.handled_at = MessageStatus.HANDLED, now()


async def _answer(session: AsyncSession, received: Received, reply: Reply, *, handled: bool = True) -> None:
    if handled:
        _handled(received.message)
    await conversations.say(session, received.conversation, reply)


async def _link_reply(session: AsyncSession, received: Received, outcome: str) -> Reply:
    speaks = received.conversation.speaks
    if outcome == "bound" and received.conversation.member_id is not None:
        member = await members.get(session, received.conversation.member_id)
        buttons = [_button("points", "/ask_points_balance", speaks), _button("orders", "/ask_order_status", speaks)]
        name = members.addressed_as(member, speaks) or member.number
        return Reply(text=wording("telegram.bound", speaks, name=name), buttons=buttons)
    minutes = policy().verification.link_valid // timedelta(minutes=1)
    text = wording(f"telegram.{outcome}", speaks, minutes=minutes)
    return Reply(text=text, buttons=[_button("email_code", "/bind_account", speaks)])


def _button(name: str, payload: str, language: Language) -> dict[str, str]:
    return {"title": wording(f"telegram.button_{name}", language), "payload": payload}


def _trouble(trouble: Trouble, language: Language) -> Reply:
    return Reply(text=wording(f"telegram.{trouble.value}", language, megabytes=SIZE_LIMIT_BYTES // 2**20))


async def _continues_album(session: AsyncSession, received: Received, group: str | None) -> bool:
    """Whether an earlier message brought another picture of the same album: one answer is enough for all."""
    if not group:
        return False
    before = await messages.history(
        session,
        received.conversation.id,
        after_seq=max(0, received.message.seq - ALBUM_LOOK_BACK),
        limit=ALBUM_LOOK_BACK,
    )
    return any(
        attachment.get("group") == group
        for message in before
        if message.direction == Direction.IN and message.id != received.message.id
        for attachment in message.attachments or []
    )


def _describe(message: TelegramMessage) -> str:
    """What the staff reads of a message that is neither words nor a file. A contact's number stays with Telegram: it
    may be another person's, and the customer can type it."""
    if message.venue:
        return words_of(f"{message.venue.title}, {message.venue.address}")[:200]
    if message.location:
        north, east = message.location.latitude, message.location.longitude
        return f"{north:.5f}, {east:.5f}" if abs(north) <= NORTHERNMOST and abs(east) <= EASTERNMOST else ""
    if message.contact:
        return words_of(f"{message.contact.first_name} {message.contact.last_name or ''}")[:200]
    if message.poll:
        return words_of(message.poll.question)[:200]
    found = message.sticker or message.dice
    return words_of(found.emoji)[:20] if found else ""
