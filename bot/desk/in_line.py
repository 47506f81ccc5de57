"""Customers who write while they wait in line: nobody meets silence, and a few plain words do what a button does."""

import re
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy.ext.asyncio import AsyncSession

from actions.kit import lexicon, slot_text
from bot.desk import answering, notices
from bot.desk.notices import CALL_BACK, GO_ON_WITH_BOT, LEAVE_QUEUE
from bot.hearing import after_danger, expectation, reference, told_more
from bot.hearing.hear import asks_about_privacy
from bot.hearing.said import Said
from bot.hearing.steps import Step, confidence_of, intent_of, with_intent
from bot.wording import section
from crm_store import conversations, messages
from crm_store.clock import now
from crm_store.conversations import Context, Conversation, ConversationState, QueueReason, Urgency
from crm_store.language import Language
from crm_store.messages import Author, Message
from crm_store.text import normalise

RECENT_MESSAGES = 20
"""The last notice is looked for among these."""

FACTS = frozenset(
    {
        "ask_faq", "ask_points_rules", "ask_points_balance", "ask_points_expiring", "ask_points_history", "ask_tier",
        "ask_tier_benefits", "ask_promotion", "ask_rewards", "ask_vouchers", "ask_product", "ask_recommendation",
        "ask_profile", "ask_callback", "ask_order_status", "ask_parcel", "ask_refund_status",
    }
)  # fmt: skip
"""What the bot answers in between, when it is sure of the question: what is only looked up."""
WAITED_FOR = frozenset({"ask_order_status", "ask_parcel", "ask_refund_status"})
"""Of these, what had just been told is what the person is waited for: said once more it would be no help."""
SURE = 0.8
SURE_OF_A_QUESTION = 0.6
"""Confidence that is enough where the message asks by its very words."""
_HOW_IT_WORKS = frozenset({"return_or_refund", "join_membership", "redeem_points", "ask_invoice"})
"""Asked how they work ("怎么退货"), these are facts as well; nothing is begun while somebody waits."""

_PARTS = re.compile(r"[，,。.;；！!？?…\n~～]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_PARTING = ("drop", "call_off", "leave_taking", "come_back")
"""Groups of the lexicon of which a word stands beside "I won't wait" and asks for nothing more."""

_PAYLOADS = {"leave_queue": LEAVE_QUEUE, "go_on_with_bot": GO_ON_WITH_BOT, "call_back": CALL_BACK}


def pressed(conversation: Conversation, message: Message) -> str | None:
    """The payload of the button that was pressed; in line also of the one that is said in words. While the bot answers
    there, it understands all but the wish to wait no longer by itself."""
    if message.payload or conversation.state != ConversationState.QUEUE:
        return message.payload
    text = message.text or ""
    said = payload_of(text) or _offered(text, conversation)
    return said if said == LEAVE_QUEUE or not conversation.bot_answers else None


def fact_asked(said: Said, conversation: Conversation) -> Said | None:
    """The message as the bot answers it while the place is kept: a fact, what to do in the danger that was told, or
    words for the complaint just filed; None when it is for the person."""
    if told_more.heard(said.text, said.whole, answering.remembered(conversation)) is not None:
        return said
    if asks_about_privacy(said.text):
        return Said(said.text, with_intent(said.whole, "ask_faq"))
    if is_urgent(said.text) or asks_how_long(said.text):
        return None
    focus = answering.remembered(conversation).focus
    meant = reference.resolved(Step(said.text, said.whole), focus)
    intent = intent_of(said.whole)
    if meant.follows and meant.intent in FACTS - WAITED_FOR:
        return said
    if confidence_of(said.whole) < (SURE_OF_A_QUESTION if slot_text.is_question(said.text) else SURE):
        return None
    if intent in _HOW_IT_WORKS and lexicon.mentions("how", said.text):
        return Said(said.text, with_intent(said.whole, "ask_faq"))
    in_danger = after_danger.told_before(focus) is not None
    if intent in WAITED_FOR and (in_danger or focus.get("topic") == intent):
        return None
    return said if intent in FACTS else None


def goes_on_with_danger(said: Said, conversation: Conversation) -> bool:
    """Whether the message is about the danger that was told before."""
    return after_danger.heard(said.text, said.whole, answering.remembered(conversation)) is not None


def _offered(text: str, conversation: Conversation) -> str | None:
    """The payload of the button of the last notice that the text says in other words."""
    expects = Context.read(conversation.context).expects
    option = expectation.option_said(text, expects)
    payload = str(option["payload"]) if option is not None else None
    return payload if payload in _PAYLOADS.values() else None


async def answer(session: AsyncSession, conversation: Conversation, *, burst: timedelta) -> datetime | None:
    """Tell a customer in line that what they wrote since the last notice was passed on.

    The moment from which to answer instead when they were told so less than `burst` ago: they are still writing.
    """
    if conversation.state != ConversationState.QUEUE or conversation.bot_answers:
        return None
    recent = await messages.history(session, conversation.id, limit=RECENT_MESSAGES, newest=True)
    notice = next((each for each in reversed(recent) if each.author == Author.SYSTEM), None)
    told_seq = notice.seq if notice else 0
    unanswered = [each for each in recent if each.author == Author.CUSTOMER and each.seq > told_seq]
    if not unanswered:
        return None
    entered = conversation.queue_announced_at
    # The notice on entering is no answer to what is written after it.
    if notice and entered and notice.created_at > entered and now() < notice.created_at + burst:
        return notice.created_at + burst
    urgent = any(is_urgent(each.text or "") for each in unanswered)
    if urgent:
        reason = conversation.queue_reason or QueueReason.REQUESTED
        await conversations.request_human(session, conversation.id, reason=reason, urgency=Urgency.RAISED)
    asked = any(each.intent == "request_human" or asks_how_long(each.text or "") for each in unanswered)
    reply = await notices.passed_on(
        session, conversation, earlier=notice.text if notice else None, asked=asked, urgent=urgent
    )
    await conversations.say(session, conversation, reply)
    return None


def payload_of(text: str) -> str | None:
    """The payload of the button that the whole text says in words, in any of the three scripts: customers mix them."""
    return _payloads().get(_bare(text)) or (LEAVE_QUEUE if leaves(text) else None)


def leaves(text: str) -> bool:
    """Whether one part of the text leaves the line and the others only take leave: 算了，不排了，晚点再来. Whoever
    asks for something beside it ("我不等了，快叫人来") is not taken out of the line."""
    parts = [part for part in _PARTS.split(text) if _bare(part)]
    leaving = [part for part in parts if _payloads().get(_bare(part)) == LEAVE_QUEUE]
    others = [part for part in parts if part not in leaving]
    return bool(leaving) and all(_takes_leave(part) for part in others)


def _takes_leave(part: str) -> bool:
    return _bare(part) in _later() or any(lexicon.mentions(group, part) for group in _PARTING)


def asks_how_long(text: str) -> bool:
    """Whether the place or the wait is asked for."""
    flat = _flat(text)
    return any(words in flat for words in _how_long())


def is_urgent(text: str) -> bool:
    """Whether the matter is said to be urgent."""
    flat = normalise(text)
    return any(words in (flat if words.isascii() else flat.replace(" ", "")) for words in _urgent())


@cache
def _payloads() -> dict[str, str]:
    return {_bare(words): payload for key, payload in _PAYLOADS.items() for words in _wordings(key)}


@cache
def _later() -> frozenset[str]:
    return frozenset(map(_bare, _wordings("later")))


@cache
def _how_long() -> frozenset[str]:
    return frozenset(map(_flat, _wordings("how_long")))


@cache
def _urgent() -> frozenset[str]:
    return frozenset(map(normalise, _wordings("urgent")))


@cache
def _fillers() -> re.Pattern[str]:
    """Fillers at the beginning or the end; the longest first, so that none is taken for a part of another."""
    words = "|".join(sorted({_flat(each) for each in _wordings("fillers")}, key=len, reverse=True))
    return re.compile(f"^(?:{words})+|(?:{words})+$")


def _bare(text: str) -> str:
    return _fillers().sub("", _flat(text))


def _flat(text: str) -> str:
    return normalise(text).replace(" ", "")


def _wordings(key: str) -> list[str]:
    return [line for language in Language for line in section("in_line")[key].text(language).splitlines()]
