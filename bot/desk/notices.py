"""What the desk itself says to customers: which notice fits, and its buttons."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from actions.kit.told.return_details import LINE
from bot.desk import alerts
from bot.desk.alerts import AlertKind
from bot.hearing.forms.waiting import BESIDE
from bot.wording import section, wording
from crm_store import availability, conversations, queue, service_hours
from crm_store.clock import now
from crm_store.conversations import Conversation, ConversationState, Parsed, QueueReason, Urgency
from crm_store.labels import label
from crm_store.language import Language, format_moment, format_span
from crm_store.messages import Reply
from crm_store.policy import policy
from crm_store.surveys import SCALES, SurveyKind

GO_ON_WITH_BOT = "desk:go_on_with_bot"
LEAVE_QUEUE = "desk:leave_queue"
HUMAN = "desk:human"
CALL_BACK = "/request_callback"
DESK_PREFIX = "desk:"
"""Payloads that begin so are answered by the desk, also while the dialogue server is away."""

PASSED_ON_PREFIX = "passed_on_"
WAIT_STEP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a customer in line wants to know of it: the place, `how_long` it takes, whether `anybody` is there, or at
    what `hours`."""

    how_long: bool = False
    anybody: bool = False
    hours: bool = False


def _buttons(language: Language, **payloads: str) -> list[dict[str, str]]:
    return [{"title": wording(f"desk.button_{name}", language), "payload": value} for name, value in payloads.items()]


def plain(key: str, language: Language, /, **facts: object) -> Reply:
    """A notice without buttons."""
    return Reply(text=wording(f"desk.{key}", language, **facts))


def kept_wish(wishes: Sequence[Parsed], language: Language) -> Reply:
    """Told while something else is open: the other wish of the message was heard and comes next."""
    return plain("kept_wish", language, wish=_titles(wishes, language))


def parts_not_heard(parts: Sequence[str], language: Language) -> Reply:
    """Names what of a message was not understood, beside the answer to the rest."""
    return plain("parts_not_heard", language, wish=", ".join(parts))


def next_wish(wish: Parsed, language: Language) -> Reply:
    """Said before a wish is taken up that had to wait."""
    return plain("next_wish", language, wish=_titles([wish], language))


def _titles(wishes: Sequence[Parsed], language: Language) -> str:
    return ", ".join(_title(wish, language) for wish in wishes)


def _title(wish: Parsed, language: Language) -> str:
    """What a wish that waits is called: one of several things that were chosen at once by its own name, one more thing
    by the customer's words."""
    chosen = [each for each in wish.get("entities") or [] if str(each.get("value")).startswith(f"{LINE}:")]
    return (
        str(wish["text"])
        if chosen or wish.get(BESIDE)
        else label("intent_title", str(wish["intent"]["name"]), language)
    )


def told_already(times: int, language: Language) -> Reply:
    """Said in place of an answer that was given just before, for the `times`th time running (from 2)."""
    buttons = _buttons(language, human=HUMAN, call_back=CALL_BACK)
    return Reply(text=wording(f"desk.told_already_{2 - times % 2}", language), buttons=buttons)


def told_in_it(part: str, language: Language) -> Reply:
    """The sentence of the answer given just before that holds what is asked now."""
    return Reply(text=wording("desk.told_in_it", language, part=part), buttons=_buttons(language, human=HUMAN))


def just_that(parts: Sequence[str], language: Language) -> Reply:
    """The figure alone that is asked of what was told just before."""
    return Reply(
        text=wording("desk.just_that", language, told=", ".join(parts) if language == Language.EN else "，".join(parts))
    )


def nobody_there_yet(language: Language) -> Reply:
    """Told outside service hours to whom the bot did not understand again and again, who asked for nobody."""
    buttons = _buttons(language, call_back=CALL_BACK, human=HUMAN)
    return Reply(text=wording("desk.nobody_there_yet", language, opens=_opens(language)), buttons=buttons)


def nobody_there_to_make_good(language: Language) -> Reply:
    """Told outside service hours to a member at high risk who is unhappy and asked for nobody."""
    buttons = _buttons(language, call_back=CALL_BACK, human=HUMAN)
    return Reply(text=wording("desk.nobody_there_to_make_good", language, opens=_opens(language)), buttons=buttons)


def place_kept(language: Language) -> Reply:
    """Told once to a customer whom the bot answers while they wait."""
    return plain("place_kept", language)


def not_managed(language: Language) -> Reply:
    """Something of ours failed at this message, and would again."""
    return Reply(text=wording("desk.not_managed", language), buttons=_buttons(language, human=HUMAN))


def bot_unavailable(language: Language) -> Reply:
    return Reply(text=wording("desk.bot_unavailable", language), buttons=_buttons(language, human=HUMAN))


def attachment_only(language: Language) -> Reply:
    return Reply(text=wording("desk.attachment_only", language), buttons=_buttons(language, human=HUMAN))


def rating_asked(language: Language) -> Reply:
    """Asks for a score from 5 down to 1."""
    return Reply(text=wording("desk.rating_asked", language), buttons=score_buttons(SurveyKind.CSAT, language))


def score_buttons(kind: SurveyKind, language: Language) -> list[dict[str, str]]:
    """One button for each score of the scale, the best first. Which question it answers stands in the payload; a plain
    score is one of satisfaction."""
    scale, which = SCALES[kind], "" if kind is SurveyKind.CSAT else f',"choice":"{kind}"'
    return [
        {
            "title": wording("desk.rating_button", language, score=score),
            "payload": f'/rate_service{{"score":"{score}"{which}}}',
        }
        for score in range(scale.high, scale.low - 1, -1)
    ]


def call_back_offered(language: Language) -> Reply:
    """Told once to who has waited long in line."""
    return Reply(
        text=wording("desk.call_back_offered", language),
        buttons=_buttons(language, call_back=CALL_BACK, go_on_with_bot=GO_ON_WITH_BOT, leave_queue=LEAVE_QUEUE),
    )


async def queued(session: AsyncSession, conversation: Conversation) -> Reply:
    """Told once on entering the queue: the place, kept as told, and a rough wait, or from when somebody is there."""
    language = conversation.speaks
    if not service_hours.is_open(now()):
        is_urgent = conversation.urgency >= Urgency.CRITICAL
        text = wording(
            "desk.queued_closed_urgent" if is_urgent else "desk.queued_closed", language, opens=_opens(language)
        )
        return Reply(text=text if is_urgent else text + _meanwhile(conversation), buttons=_closed_buttons(conversation))
    position = await queue.queue_position(session, conversation.id) or 1
    wait = await queue.expected_wait(session, position)
    key = ("queued_next" if position == 1 else "queued") + ("_wait" if wait else "")
    conversation.place_told = position
    text = wording(f"desk.{key}", language, ahead=position - 1, wait=_rough(wait, language))
    if conversation.bot_answers:
        text += _joint(language) + wording("desk.queued_keep_form", language)
        return Reply(text=text, buttons=_buttons(language, leave_queue=LEAVE_QUEUE))
    return Reply(text=text, buttons=_buttons(language, go_on_with_bot=GO_ON_WITH_BOT, leave_queue=LEAVE_QUEUE))


def _meanwhile(conversation: Conversation) -> str:
    """That the bot goes on answering until somebody is there."""
    language = conversation.speaks
    return _joint(language) + wording("desk.ask_meanwhile", language) if conversation.bot_answers else ""


def _closed_buttons(conversation: Conversation) -> list[dict[str, str]]:
    if conversation.bot_answers:
        return _buttons(conversation.speaks, call_back=CALL_BACK, leave_queue=LEAVE_QUEUE)
    return _buttons(conversation.speaks, call_back=CALL_BACK, go_on_with_bot=GO_ON_WITH_BOT, leave_queue=LEAVE_QUEUE)


async def announce(
    session: AsyncSession, conversation: Conversation, *, gone: str | None = None, by: int | None = None
) -> None:
    """Tell a customer who has just entered the queue where they stand, and the staff that somebody waits.

    `gone`: the name of the agent whose absence sent them back, which is said with regret. `by`: the agent who did.
    """
    if conversation.state != ConversationState.QUEUE or conversation.queue_announced_at is not None:
        return
    if not service_hours.is_open(now()) and conversation.queue_reason != QueueReason.BOT_UNAVAILABLE:
        # Nobody is there for hours: what can be answered is answered, the place is kept.
        conversation.bot_invited = True
    told = await queued(session, conversation)
    if gone is not None:
        language = conversation.speaks
        told = replace(told, text=wording("desk.returned", language, name=gone) + _joint(language) + (told.text or ""))
    await conversations.say(session, conversation, told)
    conversation.queue_announced_at = now()
    if not policy().desk.assign:  # otherwise the one who gets it is told
        alerts.note(session, AlertKind.NEW_CASE, conversation, by=by)


async def passed_on(
    session: AsyncSession,
    conversation: Conversation,
    *,
    earlier: str | None = None,
    asked: Asked | None = None,
    urgent: bool = False,
) -> Reply:
    """Told to a customer who writes on while waiting: that the staff will read it, in other words than `earlier` (the
    last notice), or that it was marked as `urgent`; what was `asked` in place of it. The place stands beside it when it
    was asked for or has fallen, and is kept as told; outside service hours from when somebody is there."""
    language, is_open = conversation.speaks, service_hours.is_open(now())
    parts = []
    if urgent:
        parts.append(wording("desk.urgent_noted" if is_open else "desk.urgent_noted_closed", language))
    elif asked is None:
        parts.append(_varied(language, earlier))
    if asked is not None and asked.hours:
        parts.append(availability.somebody_on([], language))
    elif asked is not None and asked.anybody:
        parts.append(await availability.somebody_there(session, language))
    elif not is_open:
        parts.append(wording("desk.back_at", language, opens=_opens(language)))
    if is_open:
        parts += await _place(session, conversation, asked=asked)
    return Reply(
        text=_joint(language).join(parts),
        buttons=_buttons(language, go_on_with_bot=GO_ON_WITH_BOT, leave_queue=LEAVE_QUEUE, call_back=CALL_BACK),
    )


def _varied(language: Language, earlier: str | None) -> str:
    """The acknowledgement that follows the one `earlier` begins with."""
    texts = [wording(f"desk.{key}", language) for key in section("desk") if key.startswith(PASSED_ON_PREFIX)]
    used = next((place for place, text in enumerate(texts) if (earlier or "").startswith(text)), -1)
    return texts[(used + 1) % len(texts)]


async def _place(session: AsyncSession, conversation: Conversation, *, asked: Asked | None) -> list[str]:
    """The place in line as sentences: asked for, with how long it takes as far as that can be told, and why it is
    further back than it was told; unasked, only when it has fallen."""
    language = conversation.speaks
    position, before = await queue.queue_position(session, conversation.id) or 1, conversation.place_told
    if asked is None and before is not None and position >= before:
        return []
    conversation.place_told = position
    wait = await queue.expected_wait(session, position)
    key = ("place_next" if position == 1 else "place") + ("_wait" if wait else "")
    parts = [wording(f"desk.{key}", language, ahead=position - 1, wait=_rough(wait, language))]
    if before is not None and position > before:
        parts.insert(0, wording("desk.place_behind", language))
    if asked is not None and asked.how_long and wait is None:
        usual = await queue.usual_wait(session)
        key = "wait_usual" if usual is not None else "wait_unknown"
        parts.append(wording(f"desk.{key}", language, wait=_rough(usual, language)))
    return parts


def _rough(wait: timedelta | None, language: Language) -> str:
    return format_span(max(wait, WAIT_STEP), language) if wait else ""


def _joint(language: Language) -> str:
    """What stands between two sentences."""
    return " " if language is Language.EN else ""


def _opens(language: Language) -> str:
    return format_moment(service_hours.next_open(now()), language)
