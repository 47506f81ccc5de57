"""Takes updates in: each is stored before anybody is told that it arrived."""

import asyncio
from collections import OrderedDict
from typing import Any
from weakref import WeakValueDictionary

import structlog
from aiogram import Bot
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.exceptions import AiogramError
from aiogram.types import CallbackQuery, Chat, ChatMemberUpdated, Update, User
from aiogram.types import Message as TelegramMessage
from sqlalchemy import select

from bot.channels.telegram.background import Background
from bot.channels.telegram.client import NAME
from bot.channels.telegram.layout import read_callback
from bot.channels.telegram.reception import Reception, inbound
from bot.channels.telegram.typing_action import TypingAction
from bot.services import Services
from bot.wording import wording
from crm_store import conversations, identities, messages
from crm_store.errors import CrmError, NotFound
from crm_store.identities import Identity
from crm_store.language import Language
from crm_store.messages import Direction

REMEMBERED_KEYBOARDS = 1000

_GROUPS = {ChatType.GROUP, ChatType.SUPERGROUP, ChatType.CHANNEL}
_PRESENT = {ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.CREATOR}

log = structlog.get_logger(__name__)


def chat_of(update: Update) -> int | None:
    """The chat an update belongs to; updates of one chat are taken in order."""
    if update.callback_query is not None:
        return update.callback_query.from_user.id
    for found in (update.message, update.edited_message, update.my_chat_member):
        if found is not None:
            return found.chat.id
    return None


class Intake:
    """One door for polling and webhook."""

    def __init__(self, services: Services, bot: Bot, reception: Reception, typing: TypingAction) -> None:
        self._desk, self._database = services.desk, services.database
        self._bot, self._reception, self._typing = bot, reception, typing
        self._background = Background()
        self._chats: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._used: OrderedDict[int, str] = OrderedDict()
        """Our messages whose keyboard was pressed, and by which press: a double tap is one choice."""
        self._left: set[int] = set()

    async def take(self, update: Update) -> None:
        """Store what the update brings. When this returns it is safe; when it raises, the update must come again.

        What the store refuses for good (a message without content) is logged and not asked for again.
        """
        lock = self._chats.setdefault(chat_of(update) or 0, asyncio.Lock())
        async with lock:
            try:
                await self._take(update)
            except CrmError as refusal:
                log.warning("telegram.update_refused", update=update.update_id, code=refusal.code)

    async def finish(self) -> None:
        """Wait for the courtesies under way."""
        await self._background.finish()

    async def _take(self, update: Update) -> None:
        if update.message is not None:
            await self._message(update.message)
        elif update.edited_message is not None:
            if update.edited_message.chat.type == ChatType.PRIVATE:
                await self._reception.edit(update.edited_message)
        elif update.callback_query is not None:
            await self._pressed(update.callback_query)
        elif update.my_chat_member is not None:
            await self._membership(update.my_chat_member)

    async def _message(self, message: TelegramMessage) -> None:
        if message.chat.type in _GROUPS:
            self._decline(message.chat, message.from_user)
        elif message.from_user is not None and not message.from_user.is_bot:
            conversation = await self._reception.take(message)
            if conversation is not None:
                self._typing.follow(conversation.id, message.chat.id)

    async def _pressed(self, query: CallbackQuery) -> None:
        """A button: answered to Telegram once it is stored, and the keyboard taken away."""
        chat, named = query.from_user.id, read_callback(query.data)
        button = await self._button(chat, *named) if named else None
        if named is None or button is None:
            gone = wording("telegram.button_gone", Language.of(query.from_user.language_code))
            self._background.start(self._bot.answer_callback_query(query.id, text=gone))
            return
        if self._used.get(named[0], query.id) == query.id:
            payload, title = button.get("payload"), str(button.get("title") or "")
            arrived = inbound(chat, f"cb:{query.id}", query.from_user, text=title, payload=payload)
            received = await self._desk.receive(arrived)
            self._typing.follow(received.conversation.id, chat)
            self._remember_used(named[0], query.id)
        self._background.start(self._bot.answer_callback_query(query.id))
        if query.message is not None:
            self._background.start(
                self._bot.edit_message_reply_markup(chat_id=chat, message_id=query.message.message_id)
            )

    async def _button(self, chat: int, message_id: int, index: int) -> dict[str, Any] | None:
        """The button in the store. None when this customer never got it: callback data can be made up."""
        async with self._database.reading() as session:
            try:
                message = await messages.get(session, message_id)
            except NotFound:
                return None
            conversation = await conversations.get(session, message.conversation_id)
            identity = await identities.get(session, conversation.identity_id)
        theirs = (identity.channel, identity.channel_user_id) == (NAME, str(chat))
        other_member = None not in (conversation.member_id, identity.member_id) and (
            conversation.member_id != identity.member_id
        )
        buttons = message.buttons or []
        if not theirs or other_member or message.direction != Direction.OUT or index >= len(buttons):
            return None
        return buttons[index]

    def _remember_used(self, message_id: int, query_id: str) -> None:
        self._used[message_id] = query_id
        if len(self._used) > REMEMBERED_KEYBOARDS:
            self._used.popitem(last=False)

    async def _membership(self, change: ChatMemberUpdated) -> None:
        """The customer blocked or unblocked the bot, or somebody put it into a group."""
        status = change.new_chat_member.status
        if change.chat.type in _GROUPS:
            self._left.discard(change.chat.id)
            if status in _PRESENT:
                self._decline(change.chat, change.from_user)
            return
        async with self._database.transaction() as session:
            identity = await session.scalar(
                select(Identity).where(Identity.channel == NAME, Identity.channel_user_id == str(change.chat.id))
            )
            if identity is None:
                return
            if status in (ChatMemberStatus.KICKED, ChatMemberStatus.LEFT):
                await identities.mark_blocked(session, identity)
            elif status in _PRESENT:
                await identities.mark_reachable(session, identity)
        log.info("telegram.reachable_changed", identity=identity.id, status=str(status))

    def _decline(self, chat: Chat, user: User | None) -> None:
        """Membership is private: say so once and leave, so that nothing of the group is read."""
        if chat.id not in self._left:
            self._left.add(chat.id)
            self._background.start(self._say_and_leave(chat, Language.of(user.language_code if user else None)))

    async def _say_and_leave(self, chat: Chat, language: Language) -> None:
        me = await self._bot.me()
        if chat.type != ChatType.CHANNEL:
            try:
                await self._bot.send_message(
                    chat.id, wording("telegram.group", language, link=f"https://t.me/{me.username}")
                )
            except AiogramError as error:
                log.info("telegram.group_not_told", error=str(error))
        await self._bot.leave_chat(chat.id)
