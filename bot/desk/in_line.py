"""Customers who write while they wait in line: nobody meets silence, and a few plain words do what a button does."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy.ext.asyncio import AsyncSession

from actions.kit.words import lexicon
from bot.desk import notices
from bot.desk.notices import CALL_BACK, GO_ON_WITH_BOT, LEAVE_QUEUE, Asked
from bot.hearing.message import expectation, no_person
from bot.hearing.service import anybody
from bot.hearing.service.person import REQUEST_HUMAN
from bot.wording import section
from crm_store import conversations, messages
from crm_store.clock import now
from crm_store.conversations import Context, Conversation, ConversationState, QueueReason, Urgency
from crm_store.language import Language
from crm_store.messages import Author, Message, Reply
from crm_store.text import normalise

RECENT_MESSAGES = 20
"""The last notice is looked for among these."""

_NOBODY = re.compile(r"(?:没有?|冇|无)人")
_PARTS = re.compile(r"[，,。.;；！!？?…\n~～]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_PARTING = ("leave_taking", "come_back")
_CALLING_OFF = ("drop", "call_off")
"""Groups of the lexicon of which a word stands beside "I won't wait" and asks for nothing more; of those that call off,
only where they name nothing: "cancel my order" is a wish."""

_LEAVING = re.compile(
    r"(?:那|就|我|先|都|还是|唉|哎|也|只是|现在|可以|能|可唔可以|可不可以|能不能)*"
    r"(?:不用|不必|不想|不要|不需要|不再|不打算|别|唔使|唔想|唔要|唔好|懒得|没空|没时间|费事|免|不|唔)再?(?:帮我|给我|麻烦|去)?"
    r"(?:(?:等|排)(?:队|位)?(?:下去)?|(?:转接?|接|找|叫|搵|揾|请|等|排|转接?给)(?:人工|真人|客服|专人|人|你们|你哋)(?:客服|服务)?)"
    r"(?:了|啦|喇|咯|啰|吧|罢|先|啊|呀|吗|么|嘛)+"
    r"|(?:那|就|我|先|帮我|给我|请|把|现在|可以|能|能不能|可不可以|可唔可以|想|要)*"
    r"(?:(?:撤掉?|撤回|撤销|取消掉?|退出|离开|退掉)(?:这个|我的)?(?:排队|队伍|队列)"
    r"|(?:排队|队伍|队列)(?:给我|帮我|能不能|可不可以|可以|能)*(?:撤掉?|撤回|撤销|取消掉?|退掉))(?:了|吧|吗|么|嘛|啊|先|可以|行|不|得唔得)*"
    r"|(?:那|就|我|的|是说|是讲|话|都说了|意思是)*(?:不用|不要|不必|唔使|唔要|别)(?:再)?(?:排队|排|等)(?:了|啦|喇|咯|啊|嘛)+"
    r"|(?:那|就|我|的|这个|是说|话)*(?:排队|队伍|队)(?:那个|的事|嗰个|这边|的话)?(?:就|也|都|可以|能不能|可不可以|可唔可以|先|帮我|给我)*"
    r"(?:不用|不必|唔使|免|取消|撤|退)(?:掉)?(?:了|啦|喇|咯|吧|吗|么|嘛|啊)*"
    r"|(?:不用|不必|唔使|别|不要|先不|唔好)(?:帮我|给我)?(?:转接|转人工|转真人|转客服|接人工|接真人|[搵揾](?:人|真人|客服))"
    r"|(?:(?:ok|okay|well|then|so|no|nah|actually|fine|please|can i|could i|may i|i want to|i d like to|just|let me) )*"
    r"(?:leave|quit|exit|get out of|come out of|take me out of|take me off|remove me from) (?:the|this|your)"
    r" (?:queue|line|waiting list)(?: (?:now|please|then))*"
    r"|(?:(?:ok|okay|well|then|so|no|nah|actually|fine) )*"
    r"(?:(?:i (?:am|m) |i ll be )?(?:not |done |tired of |sick of |through |no longer )(?:gonna |going to )?(?:be )?"
    r"(?:wait|waiting|queue|queueing|queuing)"
    r"|i (?:just |only )?(?:won t|will not|don t want to|do not want to|don t wanna|can t|cannot"
    r"|would rather not|d rather not)"
    r"(?: be)? (?:wait|waiting|queue|hold)"
    r"|(?:there s )?no (?:need|point)(?: in)? (?:to wait|waiting|to transfer me|transferring me)"
    r"|(?:don t|do not|no need to) (?:transfer|connect) me"
    r"|(?:never ?mind|forget|don t need|i don t need|no need for|skip) (?:about )?(?:the|a|an|your) "
    r"(?:agent|human|person|colleague|transfer|operator|queue|line))"
    r"(?: (?:then|now|anymore|any more|any longer|for (?:that|this|it|an agent|a person|anyone|somebody|someone)))*"
)
"""Beside the wordings of the catalogue: a denial of waiting, or of being put through, that is all that is said."""

_KEEPS_THE_MATTER = re.compile(
    r"^(?:我的?|那|这个|但|不过|就)*(?:投诉|客诉|申诉|案子|个案|登记)(?:还是|先|都|就|可)*(?:别撤?|不要?撤|不用撤|保留|留着|照旧|照办|继续)\w{0,3}$"
    r"|^(?:别|不要|不是要?|唔好)(?:帮我|给我)?撤\w?(?:我的)?(?:投诉|客诉|申诉|案子|个案)\w?$"
    r"|\b(?:keep|don t withdraw|do not withdraw|don t cancel|not withdrawing) (?:the|my|that) (?:complaint|case)\b"
    r"|\b(?:complaint|case) (?:stays|stands|stay|remains)\b"
)
"""Beside the words that leave the line: what was filed stays, which leaving never touches."""

_KEEPS_THE_CALL = re.compile(
    r"(?:我|那|就|但|不过|还是|只要|只)*(?:等|收|接)(?:你们?|您们?)?(?:的|打)?(?:电话|回电|来电)(?:就|便|都)?(?:好|行|可以|得|够)?(?:了|啦|喇)*"
    r"|(?:我的?|那|这|但|不过|约好的|那通|通)*(?:电话|回电|来电)(?:还是|就|都|请|仍然|继续|照样|照)*"
    r"(?:打|旧|要|留|保留|照打|照旧|来|打来|打给我|留着|不变|不取消|别取消|不要取消|唔好取消)(?:就好|就行|着|返)?(?:了|啦|喇|啊|哦|喔)*"
    r"|(?:(?:and|but|so|just|i ll|i will|please|still|the|my|that|your) )*"
    r"(?:wait for (?:the|my|your) (?:phone )?call|keep (?:the|my|that) (?:phone )?call|call stays|call stands"
    r"|call me(?: as (?:agreed|planned|arranged))?)"
    r"(?: (?:please|though|instead|as (?:agreed|planned|arranged|it is)))*"
)
"""Beside the words that leave the line: the call that was arranged stays, which leaving never touches."""
_YIELDS = re.compile(r"(?:那|就|也|嗯|唉)*(?:好|行|可以|得|罢)(?:吧|了|啦|喇|罢)*")
_PAYLOADS = {"leave_queue": LEAVE_QUEUE, "go_on_with_bot": GO_ON_WITH_BOT, "call_back": CALL_BACK}


def pressed(conversation: Conversation, message: Message) -> str | None:
    """The payload of the button that was pressed; in line also of the one that is said in words. While the bot answers
    there, it understands all but the wish to wait no longer by itself."""
    if message.payload or conversation.state != ConversationState.QUEUE:
        return message.payload
    text = message.text or ""
    said = payload_of(text) or _offered(text, conversation)
    return said if said == LEAVE_QUEUE or not conversation.bot_answers else None


def _offered(text: str, conversation: Conversation) -> str | None:
    """The payload of the button of the last notice that the text says in other words."""
    expects = Context.read(conversation.context).expects
    option = expectation.option_said(text, expects)
    payload = str(option["payload"]) if option is not None else None
    return payload if payload in _PAYLOADS.values() else None


async def answer(session: AsyncSession, conversation: Conversation, *, burst: timedelta) -> datetime | None:
    """Tell a customer in line that what they wrote since the last answer was passed on.

    The moment from which to answer instead when they were told so less than `burst` ago: they are still writing.
    """
    if conversation.state != ConversationState.QUEUE:
        return None
    recent = await messages.history(session, conversation.id, limit=RECENT_MESSAGES, newest=True)
    notice = next((each for each in reversed(recent) if each.author == Author.SYSTEM), None)
    told_seq = notice.seq if notice else 0
    unanswered = [each for each in recent if each.author == Author.CUSTOMER and each.seq > told_seq]
    if not unanswered or (conversation.bot_answers and not asks_of_the_line(unanswered[-1].text or "")):
        return None
    entered = conversation.queue_announced_at
    # The notice on entering is no answer to what is written after it.
    if notice and entered and notice.created_at > entered and now() < notice.created_at + burst:
        return notice.created_at + burst
    # What came in while the bot wrote stands before its words, and is not answered by them.
    answered_seq = max((each.seq for each in recent if each.author == Author.BOT), default=0)
    latest = [each for each in unanswered if each.seq > answered_seq] or unanswered[-1:]
    await _acknowledge(session, conversation, latest, earlier=notice.text if notice else None)
    return None


async def _acknowledge(
    session: AsyncSession, conversation: Conversation, unanswered: Sequence[Message], *, earlier: str | None
) -> None:
    urgent = any(is_urgent(each.text or "") for each in unanswered)
    if urgent:
        await _raise(session, conversation)
    reply = await notices.passed_on(session, conversation, earlier=earlier, asked=_asked(unanswered), urgent=urgent)
    await conversations.say(session, conversation, reply)


async def _raise(session: AsyncSession, conversation: Conversation) -> None:
    reason = conversation.queue_reason or QueueReason.REQUESTED
    await conversations.request_human(session, conversation.id, reason=reason, urgency=Urgency.RAISED)


async def after_turn(
    session: AsyncSession, conversation: Conversation, message: Message, *, replied: bool, keeps_place: bool
) -> None:
    """What the desk adds to a turn of the bot for a customer in line: nobody meets silence, an urgent matter is marked,
    and once it is told that the place is kept (`keeps_place`)."""
    if conversation.state != ConversationState.QUEUE:
        return
    kept = notices.place_kept(conversation.speaks)
    becomes_urgent = is_urgent(message.text or "") and conversation.urgency < Urgency.RAISED
    if becomes_urgent or not replied:
        recent = await messages.history(session, conversation.id, limit=RECENT_MESSAGES, newest=True)
        notice = next((each for each in reversed(recent) if each.author == Author.SYSTEM), None)
        await _acknowledge(session, conversation, [message], earlier=notice.text if notice else None)
    elif keeps_place and not await _was_told(session, conversation, kept):
        await conversations.say(session, conversation, kept)


async def leave_for_a_wish(session: AsyncSession, conversation: Conversation) -> None:
    """The customer waits no longer and wishes something else, which is answered next."""
    if conversation.state == ConversationState.QUEUE:
        await conversations.leave_queue(session, conversation.id)
        await conversations.say(session, conversation, notices.plain("left_queue_for", conversation.speaks))


def wish_beside_leaving(conversation: Conversation, message: Message) -> str | None:
    """What a customer in line wishes beside leaving it; None where they do not, or wish nothing else."""
    if conversation.state != ConversationState.QUEUE or message.payload or not message.text:
        return None
    return beside_leaving(message.text) or None


def _asked(unanswered: Sequence[Message]) -> Asked | None:
    """What the customer wants to know of the line, where every message is about it."""
    texts = [each.text or "" for each in unanswered]
    asks = all(
        each.intent == REQUEST_HUMAN or asks_how_long(text) or asks_for_anybody(text)
        for each, text in zip(unanswered, texts, strict=True)
    )
    how_long, anybody_there = (any(map(hears, texts)) for hears in (asks_how_long, asks_for_anybody))
    hours = any(asks_for_anybody(text) and not _asks_of_now(text) for text in texts)
    return Asked(how_long=how_long, anybody=anybody_there, hours=hours) if asks else None


async def _was_told(session: AsyncSession, conversation: Conversation, reply: Reply) -> bool:
    """Whether this notice was given since the queue was entered."""
    recent = await messages.history(session, conversation.id, limit=RECENT_MESSAGES, newest=True)
    entered = conversation.queue_announced_at
    notices_since = [
        each for each in recent if each.author == Author.SYSTEM and entered is not None and each.created_at >= entered
    ]
    return any(each.text == reply.text for each in notices_since)


def payload_of(text: str) -> str | None:
    """The payload of the button that the whole text says in words, in any of the three scripts: customers mix them."""
    return _payloads().get(_bare(text)) or (LEAVE_QUEUE if leaves(text) else None)


def leaves(text: str) -> bool:
    """Whether one part of the text leaves the line and the others only take leave: 算了，不排了，晚点再来. Whoever
    asks for something beside it ("我不等了，快叫人来") is not taken out of the line."""
    return beside_leaving(text) == ""


def beside_leaving(text: str) -> str | None:
    """What is said beside the words that leave the line, without what only takes leave: of 不等了，运费谁出 the second
    half. None where nothing leaves it."""
    parts = [part.strip() for part in _PARTS.split(text) if _bare(part) or _is_filler(part)]
    others = [part for part in parts if not _leaves_line(part)]
    if len(others) == len(parts):
        return None
    return "，".join(part for part in others if not (_is_filler(part) or _takes_leave(part)))


def _leaves_line(part: str) -> bool:
    is_button = _payloads().get(_bare(part)) == LEAVE_QUEUE
    return is_button or no_person.declines(part) or _LEAVING.fullmatch(normalise(part)) is not None


def _is_filler(part: str) -> bool:
    return bool(_flat(part)) and not _bare(part)


def _takes_leave(part: str) -> bool:
    calls_off = any(
        lexicon.mentions(group, part) and not _bare(lexicon.without("courtesy", lexicon.without(group, part)))
        for group in _CALLING_OFF
    )
    flat = normalise(part)
    if _KEEPS_THE_MATTER.search(flat) or _KEEPS_THE_CALL.fullmatch(flat) or _YIELDS.fullmatch(flat):
        return True
    return calls_off or _bare(part) in _later() or any(lexicon.mentions(group, part) for group in _PARTING)


def asks_how_long(text: str) -> bool:
    """Whether the place or the wait is asked for; "没有人理我" only complains of it."""
    flat = _NOBODY.sub("", _flat(text))
    return any(words in flat for words in _how_long() | _of_anything())


def asks_for_place(text: str) -> bool:
    """Whether the words can mean nothing but the place in line: 前面几位; "how long" alone may mean a refund."""
    flat = _NOBODY.sub("", _flat(text))
    return any(words in flat for words in _how_long())


def asks_of_the_line(text: str) -> bool:
    """Whether the words ask for the place in line or for who is there: the desk knows, whoever else answers."""
    return asks_for_place(text) or asks_for_anybody(text)


def asks_for_anybody(text: str) -> bool:
    """Whether it is asked if a person is there, now or at another time, whatever is said of the line beside it."""
    return anybody.asks_hours(text) or anybody.asks_beside(text) is not None


def _asks_of_now(text: str) -> bool:
    return anybody.asks(text) and not anybody.names_a_day(text)


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
def _of_anything() -> frozenset[str]:
    return frozenset(map(_flat, _wordings("how_long_of_anything")))


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
