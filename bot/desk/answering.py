"""The bot's answer to one message: what is heard in it, and a turn of the dialogue for each of its steps."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from actions.kit.mail import mail_arrives
from bot.desk import again, notices
from bot.desk.dialogue import Dialogue, TurnResult, read_understanding
from bot.hearing import left_over, unanswered
from bot.hearing.answers import answer_kept, form_answer
from bot.hearing.answers.answered import may_answer
from bot.hearing.danger import after_danger
from bot.hearing.forms import never_asked
from bot.hearing.forms.waiting import SINCE, still
from bot.hearing.hear import hear
from bot.hearing.message import language, objection, ruled_out, wishes
from bot.hearing.message.said import Said
from bot.hearing.misheard import asked_again, beginnings
from bot.hearing.service.person import REQUEST_HUMAN
from bot.hearing.steps import FALLBACK, NO_WISH, Heard, Step, confidence_of, intent_of
from crm_store.clock import now
from crm_store.conversations import (
    Context,
    Conversation,
    ConversationState,
    Expectation,
    Focus,
    LastAnswer,
    Option,
    Parsed,
    Urgency,
)
from crm_store.language import Language
from crm_store.messages import TEXT_LIMIT_CHARACTERS, Message, Reply, Understanding
from crm_store.text import normalise

BY_A_CODE = ("/bind_account",)
"""Payloads of buttons that offer a code by e-mail."""
FOCUS_LASTS = 16
"""Places of a conversation, both sides' messages, after which a thing is no longer what a bare "it" means."""
FRAGMENT_CHARACTERS, FRAGMENT_WORDS = 5, 2
"""A message of more Chinese characters or English words is no fragment of a longer one."""
_FRAGMENT_SURE = 0.6
_STARTS = "at"
"""In the focus: the place of the conversation at which each kind was spoken of."""
_ACCEPTS = "accepts"
"""In the focus, on its way: kinds of free answers that the last question takes, by the intent each stands for."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole turn: the replies of all its steps, what was understood, where the dialogue stands after it."""

    replies: list[Reply]
    understanding: Understanding
    fallbacks: int
    active_form: str | None
    context: Context


async def understood(dialogue: Dialogue, text: str, conversation: Conversation, *, sent_at: datetime) -> Said:
    """The message, without what it says is not meant, and its clauses, understood together. Raises
    DialogueUnavailable."""
    context = Context.read(conversation.context)
    # "I didn't ask anyone to check" is about what was done, and about no thing and no answer.
    is_whole = context.expects.form is not None or never_asked.disowns(text, context.focus)
    missed = None if is_whole else objection.read(text, context)
    text = (missed.rest if missed is not None else "") or text
    denied = None if is_whole else ruled_out.read(text)
    text = denied.rest if denied is not None and denied.rest else text
    parts, sentences = wishes.clauses(text), wishes.sentences(text)
    texts = [text, *(part.text for part in (*parts, *sentences))]
    so_far = {"language": conversation.language, "locale": conversation.locale}
    whole, *others = await dialogue.understand(texts, **so_far, sent_at=sent_at)
    spoken = language.spoken(whole, conversation)
    heard = [{**parsed, "language": spoken} for parsed in others]
    return Said(
        text,
        {**whole, "language": spoken},
        list(zip(parts, heard[: len(parts)], strict=True)),
        list(zip(sentences, heard[len(parts) :], strict=True)),
        denied,
        missed,
    )


def may_be_fragment(text: str, conversation: Conversation) -> bool:
    """Whether a message is so short that it may be the beginning of a longer one (我的, 包裹), and answers nothing."""
    flat = normalise(text)
    if not flat or may_answer(text, Context.read(conversation.context)):
        return False
    if beginnings.is_unfinished(text):
        return True
    if flat.isascii():
        return 0 < len(flat.split()) <= FRAGMENT_WORDS and not flat.isdigit()
    return len(flat.replace(" ", "")) <= FRAGMENT_CHARACTERS


def burst(message: Message, waiting: Sequence[Message], *, within: timedelta) -> list[Message]:
    """The message and those of the `waiting` ones that follow it as pieces of the same, each `within` so much time;
    together no longer than one message may be, and what is too much begins a turn of its own."""
    pieces = [message]
    for piece in waiting:
        if piece.seq <= message.seq:
            continue
        if not piece.text or piece.payload or piece.attachments or piece.created_at - pieces[-1].created_at > within:
            break
        if len(joined([each.text or "" for each in (*pieces, piece)])) > TEXT_LIMIT_CHARACTERS:
            break
        pieces.append(piece)
    return pieces


def is_fragment(said: Said, conversation: Conversation) -> bool:
    """Whether a short message says nothing by itself and answers nothing that was asked."""
    if not may_be_fragment(said.text, conversation):
        return False
    if beginnings.is_unfinished(said.text):
        return True
    return intent_of(said.whole) in {FALLBACK, "inform", "out_of_scope"} or confidence_of(said.whole) < _FRAGMENT_SURE


def joined(texts: Sequence[str]) -> str:
    """Fragments as one message."""
    between = " " if all(normalise(text).isascii() for text in texts) else ""
    return between.join(text.strip() for text in texts)


async def answer(
    dialogue: Dialogue, conversation: Conversation, message_id: int, *, said: Said | None, payload: str | None
) -> Answered:
    """Take a turn of the dialogue for each step of the message. Raises DialogueUnavailable."""
    context = remembered(conversation)
    heard = hear(said, context) if said is not None else Heard.of(Step(payload=payload))
    taken = _Taken(dialogue, conversation, message_id)
    for step in heard.steps:
        await taken.take(step)
    if heard.then and (beside := await _beside_the_answer(heard.then, context, taken)):
        heard = replace(beside, steps=[*heard.steps, *beside.steps], kept=[*heard.kept, *beside.kept])
        for step in beside.steps:
            await taken.take(step)
    elif said is not None and (parts := form_answer.parted(said, context)):
        await _both_counted(parts, heard, context, taken)
    is_member = conversation.member_id is not None
    if said is not None and taken.met_silence:
        await taken.take(unanswered.step(said))
    if said is not None and (named := [*heard.named, *_passed_over(said, taken)]):
        taken.name(named)
    waiting = still(context.kept, heard, at=conversation.last_seq, is_member=is_member)
    while waiting and taken.last.active_form is None:
        kept = waiting.pop(0)
        await taken.take(Step(text=str(kept["text"]), heard=kept), announced=notices.next_wish(kept, taken.language))
    if fresh := [kept for kept in waiting if kept[SINCE] == conversation.last_seq]:
        taken.put_before_the_question(notices.kept_wish(fresh, taken.language))
    taken.replies = again.told_once(taken.replies)
    if said is not None and said.objection is not None and taken.gives_again(context.answered):
        taken.replies.clear()
        await taken.take(asked_again.step(said.objection, said.whole))
    answered = taken.without_repetition(said.text if said is not None else "", context.answered)
    return Answered(
        replies=taken.said(),
        understanding=_of_the_message(said, taken),
        fallbacks=taken.last.fallbacks,
        active_form=taken.last.active_form,
        context=replace(_after(context, taken, waiting, at=conversation.last_seq), answered=answered),
    )


async def _beside_the_answer(text: str, context: Context, taken: "_Taken") -> Heard | None:
    """What stands beside an answer, heard in the conversation as that left it; its buttons nobody has seen."""
    between = _after(context, taken, [], at=taken.conversation.last_seq)
    between = replace(between, expects=replace(between.expects, options=[]))
    said = await understood(taken.dialogue, text, taken.conversation, sent_at=now())
    return answer_kept.of_the_rest(hear(said, between), between)


async def _both_counted(parts: form_answer.Apart, heard: Heard, context: Context, taken: "_Taken") -> None:
    """An answer and a question beside it, amid a form: what the form passed over is heard by itself."""
    expects, last = context.expects, taken.last
    if last.active_form != expects.form or not taken.replies:
        return
    if last.requested_slot == expects.slot:
        if form_answer.may_be_lost(expects) and not form_answer.was_tried(parts, heard):
            await _answer_again(parts, expects, taken)
    elif len(taken.replies) == 1 and len(taken.steps) == 1:
        # The form took its answer and says only what it asks next: nothing was said to the question.
        question = taken.replies.pop()
        if beside := await _beside_the_answer(parts.asked, context, taken):
            for step in beside.steps:
                await taken.take(replace(step, resumes=False))
        if taken.last.active_form == expects.form:
            taken.replies.append(question)


async def _answer_again(parts: form_answer.Apart, expects: Expectation, taken: "_Taken") -> None:
    """Puts the answer alone to a form that asks the same once more; what is said stays where it does not take it."""
    before = list(taken.replies)
    so_far = {"language": taken.language, "locale": taken.conversation.locale}
    (parsed,) = await taken.dialogue.understand([parts.told], **so_far, sent_at=now())
    await taken.take(form_answer.step(parts, {**parsed, "language": taken.language}))
    if (taken.last.active_form, taken.last.requested_slot) == (expects.form, expects.slot):
        taken.replies = before
    elif form_answer.is_same_question(before[-1], expects):
        del taken.replies[len(before) - 1]


def _passed_over(said: Said, taken: "_Taken") -> list[str]:
    """Questions of the message that nothing was said to, because they might have been none."""
    return [
        step.text
        for step, result in zip(taken.steps, taken.results, strict=True)
        if not result.replies and left_over.is_to_be_named(step, said)
    ]


@dataclass
class _Taken:
    """The steps taken so far of one message."""

    dialogue: Dialogue
    conversation: Conversation
    message_id: int
    steps: list[Step] = field(default_factory=list)
    results: list[TurnResult] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    wished: Language | None = None
    """The language that an earlier step asked for."""

    @property
    def last(self) -> TurnResult:
        return self.results[-1]

    @property
    def language(self) -> Language:
        return Language.of(self.last.understanding.language or self.conversation.speaks)

    @property
    def met_silence(self) -> bool:
        """Whether nothing was said to somebody for whom nobody else speaks: a wish for a person is answered by the
        desk, and so is who waits for one."""
        calls = any(step.intent == REQUEST_HUMAN for step in self.steps)
        return not self.replies and not calls and self.conversation.state == ConversationState.BOT

    async def take(self, step: Step, *, announced: Reply | None = None) -> None:
        wish = self.wished = language.asked_for(step, self.conversation) or self.wished
        if wish and step.heard is not None:
            step = replace(step, heard={**step.heard, "language": wish.value})
        result = await self.dialogue.turn(
            self.conversation.id,
            message_id=self.message_id,
            step=len(self.steps) + 1,
            text=None if step.payload else step.text,
            payload=step.payload,
            heard=step.heard,
            resumes=step.resumes,
            follows=step.follows,
            language=wish or language.wished(self.conversation) or self.conversation.language,
            locale=self.conversation.locale,
            channel=self.conversation.channel,
        )
        self.steps.append(step)
        self.results.append(result)
        self.replies += [*([announced] if announced and result.replies else []), *result.replies]

    def said(self) -> list[Reply]:
        """The replies as the customer gets them. What two wishes are both answered by is said once, where it stands
        last, for its buttons. No code is offered that no mail would bring."""
        shown = ("title", "payload")
        dead = () if mail_arrives() else BY_A_CODE
        later = [{reply.text for reply in self.replies[place + 1 :]} for place in range(len(self.replies))]
        return [
            replace(
                reply,
                buttons=[
                    {name: button[name] for name in shown} for button in reply.buttons if button["payload"] not in dead
                ],
            )
            for reply, afterwards in zip(self.replies, later, strict=True)
            if reply.text not in afterwards or not reply.text
        ]

    def without_repetition(self, text: str, before: LastAnswer | None) -> LastAnswer | None:
        """Takes out what was said word for word to the message before; a button asks for what it stands for. Whoever
        waits for a person is offered none."""
        given = again.given(self.replies, text, before)
        intents = [step.intent for step in self.steps]
        is_heard = bool(text) and self.conversation.state == ConversationState.BOT
        if is_heard and given is not None and again.is_repeated(given, before, intents):
            in_form = self.last.active_form is not None
            self.replies = again.instead(self.replies, given, text=text, in_form=in_form, language=self.language)
        return given

    def gives_again(self, before: LastAnswer | None) -> bool:
        """Whether the very answer given last is what all of it comes to; an open form asks on."""
        given = again.given(self.replies, "", before)
        is_same = given is not None and before is not None and given.answer == before.answer
        return is_same and self.last.active_form is None

    def name(self, parts: Sequence[str]) -> None:
        """Names what of the message nobody understood, before the question of a form that is open."""
        if not self.replies or self.conversation.state != ConversationState.BOT:
            return
        told = notices.parts_not_heard(parts, self.language)
        if self.last.active_form is not None:
            self.put_before_the_question(told)
        else:
            self.replies.append(told)

    def put_before_the_question(self, reply: Reply) -> None:
        self.replies.insert(max(0, len(self.replies) - 1), reply)


def remembered(conversation: Conversation) -> Context:
    """The context without what was spoken of too long ago. A danger is, as long as the customer waits for help."""
    context = Context.read(conversation.context)
    waits_in_danger = conversation.state == ConversationState.QUEUE and conversation.urgency >= Urgency.CRITICAL
    lasting = {_STARTS, "age", "topic", language.WISHED} | (after_danger.KEPT if waits_in_danger else set())
    places: dict[str, int] = context.focus.get(_STARTS) or {}
    fresh = {
        kind: thing
        for kind, thing in context.focus.items()
        if kind in lasting or conversation.last_seq - places.get(kind, 0) <= FOCUS_LASTS
    }
    return replace(context, focus=fresh)


def _of_the_message(said: Said | None, taken: _Taken) -> Understanding:
    """Feeling and language of the message as it was said, the intent that was answered; the language that is wished."""
    answered = taken.results[0].understanding
    spoken = taken.last.focus.get(language.WISHED) or answered.language
    if said is None:
        return replace(answered, language=spoken)
    whole = read_understanding(said.whole)
    return replace(
        whole, intent=answered.intent, confidence=answered.confidence, entities=answered.entities, language=spoken
    )


def _after(context: Context, taken: _Taken, waiting: list[Parsed], *, at: int) -> Context:
    focus = dict(taken.last.focus)
    accepts = focus.pop(_ACCEPTS, None) or {}
    if (focus.get(_STARTS) or {}).get(_ACCEPTS, at) < at:
        # The slot still holds what an earlier question took.
        accepts = {}
    topics = [intent for result in taken.results if (intent := result.understanding.intent) not in NO_WISH | {None}]
    focus["topic"], focus["age"] = (topics[-1], 0) if topics else (context.focus.get("topic"), _age(context.focus) + 1)
    options = next((reply.buttons for reply in reversed(taken.replies) if reply.buttons), [])
    form = taken.last.active_form
    expects = Expectation(
        options=_as_options(options),
        form=form,
        slot=taken.last.requested_slot if form else None,
        accepts=dict(accepts),
        asked_at=now(),
    )
    return Context(expects=expects, focus=_without_nothing(focus), kept=waiting)


def _age(focus: Focus) -> int:
    return int(focus.get("age") or 0)


def _as_options(buttons: Sequence[dict[str, Any]]) -> list[Option]:
    return [dict(button) for button in buttons]


def _without_nothing(focus: Focus) -> Focus:
    return {kind: thing for kind, thing in focus.items() if thing is not None}
