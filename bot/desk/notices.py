"""What the desk itself says to customers: which notice fits, and its buttons."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.wording import wording
from crm_store import conversations, queue, service_hours
from crm_store.clock import now
from crm_store.conversations import Conversation, ConversationState
from crm_store.language import Language, format_moment, format_span
from crm_store.messages import Reply

GO_ON_WITH_BOT = "desk:go_on_with_bot"
LEAVE_QUEUE = "desk:leave_queue"
HUMAN = "desk:human"
CALL_BACK = "/request_callback"
DESK_PREFIX = "desk:"
"""Payloads that begin so are answered by the desk, also while the dialogue server is away."""

WAIT_STEP = timedelta(minutes=1)


def _buttons(language: Language, **payloads: str) -> list[dict[str, str]]:
    return [{"title": wording(f"desk.button_{name}", language), "payload": value} for name, value in payloads.items()]


def plain(key: str, language: Language, /, **facts: object) -> Reply:
    """A notice without buttons."""
    return Reply(text=wording(f"desk.{key}", language, **facts))


def bot_unavailable(language: Language) -> Reply:
    return Reply(text=wording("desk.bot_unavailable", language), buttons=_buttons(language, human=HUMAN))


def attachment_only(language: Language) -> Reply:
    return Reply(text=wording("desk.attachment_only", language), buttons=_buttons(language, human=HUMAN))


async def queued(session: AsyncSession, conversation: Conversation) -> Reply:
    """Told once on entering the queue: the place and a rough wait, or from when somebody is there."""
    language = conversation.speaks
    if not service_hours.is_open(now()):
        return Reply(
            text=wording("desk.queued_closed", language, opens=_opens(language)),
            buttons=_buttons(language, call_back=CALL_BACK, go_on_with_bot=GO_ON_WITH_BOT, leave_queue=LEAVE_QUEUE),
        )
    position = await queue.queue_position(session, conversation.id) or 1
    wait = await queue.expected_wait(session, position)
    key = ("queued_next" if position == 1 else "queued") + ("_wait" if wait else "")
    text = wording(
        f"desk.{key}",
        language,
        ahead=position - 1,
        wait=format_span(max(wait, WAIT_STEP), language) if wait else "",
    )
    if conversation.bot_continues:
        joint = " " if language is Language.EN else ""
        text += joint + wording("desk.queued_keep_form", language)
        return Reply(text=text, buttons=_buttons(language, leave_queue=LEAVE_QUEUE))
    return Reply(text=text, buttons=_buttons(language, go_on_with_bot=GO_ON_WITH_BOT, leave_queue=LEAVE_QUEUE))


async def announce(session: AsyncSession, conversation: Conversation) -> None:
    """Tell a customer who has just entered the queue where they stand."""
    if conversation.state == ConversationState.QUEUE and conversation.queue_announced_at is None:
        await conversations.say(session, conversation, await queued(session, conversation))
        conversation.queue_announced_at = now()


async def still_waiting(session: AsyncSession, conversation: Conversation) -> Reply:
    """Told to a customer who writes on while waiting."""
    language = conversation.speaks
    if not service_hours.is_open(now()):
        return plain("still_closed", language, opens=_opens(language))
    position = await queue.queue_position(session, conversation.id) or 1
    return plain("still_waiting_next" if position == 1 else "still_waiting", language, ahead=position - 1)


def _opens(language: Language) -> str:
    return format_moment(service_hours.next_open(now()), language)
