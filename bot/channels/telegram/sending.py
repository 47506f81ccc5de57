"""Delivery of one message: its parts in order, at Telegram's pace."""

from collections import OrderedDict
from pathlib import Path

from aiogram import Bot
from aiogram.methods import SendDocument, SendMessage, SendPhoto
from aiogram.types import FSInputFile, Message

from bot.attachments import stored
from bot.channels.telegram.client import REQUEST_TIMEOUT_S, delivery_errors
from bot.channels.telegram.layout import keyboard, split_text
from bot.channels.telegram.pace import Pace
from bot.desk.channel import Outbound, Rejected, SlowDown
from bot.wording import wording
from crm_store.messages import Author

REMEMBERED = 1000
"""Unfinished messages whose sent parts are remembered, so that a retry goes on where it stopped."""

Call = SendMessage | SendPhoto | SendDocument


class Sender:
    """Sends outbound messages; remembers how far a message of several parts came."""

    def __init__(self, bot: Bot, pace: Pace, attachments: Path) -> None:
        self._bot, self._pace, self._attachments = bot, pace, attachments
        self._sent_parts: OrderedDict[int, list[int]] = OrderedDict()

    async def send(self, outbound: Outbound) -> str | None:
        """Send every part that has not been sent; Telegram's id of the last one, None when there is nothing to show.
        Raises DeliveryError."""
        chat = _chat(outbound)
        done = self._sent_parts.pop(outbound.message_id, [])
        try:
            for call in self._calls(outbound, chat)[len(done) :]:
                done.append((await self._call(chat, call)).message_id)
        except BaseException:
            # Also when the outbox's time limit cancels us: what has gone out must not go out again.
            self._remember(outbound.message_id, done)
            raise
        return str(done[-1]) if done else None

    def _remember(self, message_id: int, done: list[int]) -> None:
        if done:
            self._sent_parts[message_id] = done
            if len(self._sent_parts) > REMEMBERED:
                self._sent_parts.popitem(last=False)

    async def _call(self, chat: int, call: Call) -> Message:
        await self._pace.turn(chat)
        try:
            with delivery_errors():
                sent: Message = await self._bot(call, request_timeout=REQUEST_TIMEOUT_S)
        except SlowDown as error:
            raise self._pace.told_to_wait(chat, error.wait) from error
        return sent

    def _calls(self, outbound: Outbound, chat: int) -> list[Call]:
        """The calls that make up one message: its text in parts, the last with the buttons, then its files."""
        text, buttons = (outbound.text or "").strip(), keyboard(outbound.message_id, outbound.buttons)
        if text and outbound.author is Author.AGENT and outbound.agent_name:
            text = wording("telegram.agent_says", outbound.language, name=outbound.agent_name, text=text)
        if buttons and not text:
            text = wording("telegram.choose", outbound.language)
        calls: list[Call] = [SendMessage(chat_id=chat, text=part) for part in split_text(text)]
        if buttons:
            calls[-1] = SendMessage(chat_id=chat, text=calls[-1].text, reply_markup=buttons)  # type: ignore[union-attr]
        return calls + [self._file(chat, attachment) for attachment in outbound.attachments]

    def _file(self, chat: int, attachment: dict[str, object]) -> Call:
        ref = str(attachment.get("ref") or "")
        is_image = attachment.get("kind") == "image"
        if ref.startswith(("https://", "http://")):
            return SendPhoto(chat_id=chat, photo=ref) if is_image else SendDocument(chat_id=chat, document=ref)
        path = stored(self._attachments, ref)
        if path is None:
            raise Rejected(f"the attachment {attachment.get('name')!r} is not in the store")
        file = FSInputFile(path, filename=str(attachment.get("name") or path.name))
        return SendPhoto(chat_id=chat, photo=file) if is_image else SendDocument(chat_id=chat, document=file)


def _chat(outbound: Outbound) -> int:
    try:
        return int(outbound.channel_user_id)
    except ValueError:
        raise Rejected(f"{outbound.channel_user_id!r} is no Telegram chat") from None
