"""Cancelling a membership: what would be lost in numbers, one question why, one offer that fits, and no arguing."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from actions.kit import slot_text
from actions.kit.asked import stop_supposed
from actions.kit.base import Button, CrmAction, Event, MemberAction, Turn, button, consent_buttons
from actions.kit.forms import CrmForm, requested, yes_or_no
from actions.kit.parsing import is_aside
from actions.kit.quick_replies import wish
from actions.kit.words import consent, lexicon
from actions.member import exit_interview, lost
from actions.member.exit_causes import causes_of
from actions.member.privacy import ActionPrivacyRequest, wants_all_deleted
from actions.member.subscription import tell_what_stays
from crm_store import clock, departures, interactions, members, promises, risk, service_hours
from crm_store.departures import InterviewBy
from crm_store.labels import label
from crm_store.language import format_date, format_moment, format_time
from crm_store.members import Member, MemberStatus
from crm_store.policy import policy
from crm_store.promises import PromiseKind
from crm_store.text import normalise

INTENT = "cancel_membership"
OTHER = "other"
YES, NO, STAY = "yes", "no", "stay"
"""The `choice` of the buttons: to leave, not to leave, to stay although leaving was recorded."""
OFFERS = {
    "messages": ("opt_out",),
    "service": ("request_human", "make_complaint"),
    "price": ("redeem_points",),
    "privacy": ("privacy_request",),
    OTHER: ("request_human",),
}
"""What is offered before a member leaves, by the reason: buttons of these intents."""
_PROMISE = "promise"

_REASON_PHRASES: dict[str, tuple[str, ...]] = {
    "messages": (
        "消息", "短信", "骚扰", "广告", "推送", "邮件太多", "烦", "简讯", "讯息",
        "message", "spam", "email", "sms", "notification", "text me",
    ),
    "service": (
        "服务", "态度", "客服", "投诉", "质量", "失望", "太差", "慢", "坑", "骗", "处理", "坏",
        "service", "rude", "quality", "disappoint", "terrible", "slow", "complain", "broken",
    ),
    "unused": (
        "用不", "不用", "没在用", "没再用", "不买", "很少", "不需要", "搬", "没用", "不常", "用唔",
        "don't use", "dont use", "never use", "not using", "no longer", "don't need", "moved", "rarely",
    ),
    "price": (
        "贵", "价格", "便宜", "别家", "优惠少", "积分", "别的店",
        "price", "expensive", "cheaper", "elsewhere", "points",
    ),
    "privacy": ("隐私", "个人信息", "资料", "数据", "个资", "泄露", "privacy", "my data", "personal"),
}  # fmt: skip
"""What gives each reason away, in normalised words (Simplified, lower case); the first reason with one is taken."""


_KEEPS_MEMBERSHIP = re.compile(
    r"^(?!.*(n't|not|never|不想|不愿).*(stay|keep|留))"
    r".*(不退|不走|留下|留着|再想想|留低|唔退|\bstay|\bkeep (it|my|me)|changed my mind)|don'?t (cancel|leave)"
    r"|没(?:有)?(?:要|想|说要?|打算)?退|沒(?:有)?(?:要|想|說要?|打算)?退|(?:谁|誰)(?:说|說)(?:我)?要退|(?:冇|无|無)(?:话|話)?要?退"
    r"|\b(?:not|never) (?:said |say |saying )?(?:i ?a?'?m |i was |that i'?m )?(?:leaving|quitting|cancelling)"
    r"|didn'?t (?:say|ask|want) (?:\w+ ){0,3}(?:leave|leaving|quit|cancel)",
    re.IGNORECASE,
)


_CLAUSE_END = re.compile(r"[，,。.！!；;？?\n]+|\s+(?=[\u4e00-\u9fff])")


class CancellationForm(CrmForm):
    """`leave_reason`: a code of the labels `cancellation_reason`; `leave_words`: the member's own words."""

    form_name: ClassVar[str] = "leave_form"
    slots: ClassVar[tuple[str, ...]] = ("leave_reason", "leave_confirm", "leave_words")
    consents: ClassVar[frozenset[str]] = frozenset({"leave_confirm"})

    async def required(self, turn: Turn) -> list[str]:
        return ["leave_reason", "leave_confirm"] if turn.member else []

    async def fill(self, turn: Turn) -> dict[str, Any]:
        if turn.member is None:
            return {}
        if turn.pressed:
            return self._chosen(turn)
        if not turn.text or turn.intent == "hesitate" or consent.hesitates(turn.text):
            return {}
        if turn.slot("leave_reason") is not None or requested(turn, "leave_reason"):
            if stop_supposed.is_asked(turn.text):
                await tell_what_stays(turn, amid_form=True)
                return {"leave_confirm": None} | self._reason_beside(turn)
            if lost.is_asked(turn):
                await _tell_what_is_lost(turn, turn.member)
                return {"leave_confirm": None}
            if _KEEPS_MEMBERSHIP.search(turn.text) or self._thinks_better(turn):
                return {"leave_reason": turn.slot("leave_reason") or OTHER, "leave_confirm": False}
        if requested(turn, "leave_confirm"):
            return self._confirmed(turn)
        if requested(turn, "leave_reason"):
            return self._reason(turn)
        if turn.intent == INTENT and turn.slot("leave_reason") is None and cancellation_reason(turn.text):
            return {"leave_reason": cancellation_reason(turn.text), "leave_words": turn.text.strip()}
        return {}

    @staticmethod
    def _chosen(turn: Turn) -> dict[str, Any]:
        choice, reason = turn.entity("choice"), str(turn.entity("reason") or "")
        if turn.intent == INTENT and choice in (YES, NO):
            return {"leave_reason": turn.slot("leave_reason") or OTHER, "leave_confirm": choice == YES}
        if reason in _reasons():
            return {"leave_reason": reason, "leave_words": None, "leave_confirm": None}
        return yes_or_no(turn, "leave_confirm")

    @staticmethod
    def _reason_beside(turn: Turn) -> dict[str, Any]:
        """The reason given in the sentences beside such a question: 短信太多。只退订的话积分会没吗."""
        if turn.slot("leave_reason") is not None:
            return {}
        told = ". ".join(each for each in stop_supposed.sentences(turn.text) if not stop_supposed.is_asked(each))
        reason = cancellation_reason(told)
        return {"leave_reason": reason, "leave_words": told} if reason else {}

    @staticmethod
    def _thinks_better(turn: Turn) -> bool:
        """先不要, 算了: not to be taken for a reason to leave."""
        drops = lexicon.mentions("drop", turn.text) and not cancellation_reason(turn.text)
        return drops and requested(turn, "leave_reason")

    @staticmethod
    def _confirmed(turn: Turn) -> dict[str, Any]:
        answer = yes_or_no(turn, "leave_confirm")
        if answer or turn.intent != INTENT:
            return answer
        # The wish to leave said once more, plainly: nobody is asked a third time.
        return {"leave_confirm": True} if consent.says_again(turn.text) else {}

    @staticmethod
    def _reason(turn: Turn) -> dict[str, Any]:
        if turn.intent == "deny" and not cancellation_reason(turn.text):
            # "没什么" to the question why: nobody has to give a reason.
            return {"leave_reason": OTHER}
        if is_aside(turn, but=(INTENT, "make_complaint", "opt_out", "give_suggestion", "ask_parcel")):
            return {}
        return {"leave_reason": cancellation_reason(turn.text) or OTHER, "leave_words": turn.text.strip()}


def cancellation_reason(words: str) -> str | None:
    """The reason for cancelling that the words give, if any."""
    flat = normalise(words).replace(" ", "") + " " + words.lower()
    return next((code for code, phrases in _REASON_PHRASES.items() if any(phrase in flat for phrase in phrases)), None)


class ActionCancellationStart(MemberAction):
    action_name: ClassVar[str] = "action_leave_start"

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        if turn.entity("choice") == STAY:
            return await ActionWithdrawLeaving().answer_member(turn, member)
        if turn.entity("choice") in exit_interview.CHOICES:
            await exit_interview.answered(turn, member)
            return []
        if wants_all_deleted(turn):
            return await ActionPrivacyRequest().answer_member(turn, member)
        if member.status == MemberStatus.LEAVING:
            turn.say("reply_leave_known_already", buttons=[stay_button(turn)])
            turn.done("already_leaving")
            return []
        if not turn.pressed and stop_supposed.is_asked(turn.text):
            await tell_what_stays(turn)
            return []
        if (turn.follows and lost.is_asked(turn)) or _only_asks(turn):
            await _tell_what_is_lost(turn, member, buttons=[] if turn.follows else [wish(turn, INTENT)])
            turn.done("answered")
            return []
        at_stake = await lost.told(turn, member)
        if at_stake:
            turn.say("reply_leave_at_stake", lost=at_stake)
        return CancellationForm.begun(**await CancellationForm().fill(turn))


def _only_asks(turn: Turn) -> bool:
    """Whether the words ask what leaving would mean, and wish it not: 退会会怎么样，我就问问, 退会分会清掉不."""
    if turn.pressed:
        return False
    clauses = [clause for clause in _CLAUSE_END.split(turn.text) if clause.strip()]
    asks = lost.is_asked(turn) and all(slot_text.is_question(each) or not _names_leaving(each) for each in clauses)
    # "If I close it do I lose them": what "they" are was said before.
    supposes = lexicon.heard("supposing", turn.text) and lexicon.mentions("becomes", turn.text)
    return lexicon.mentions("just_asking", turn.text) or asks or bool(supposes)


def _names_leaving(text: str) -> bool:
    return any(found.value == INTENT for found in lexicon.heard("act", text))


async def _tell_what_is_lost(turn: Turn, member: Member, *, buttons: Sequence[Button] = ()) -> None:
    at_stake = await lost.told(turn, member)
    key = "reply_leave_at_stake" if at_stake else "reply_leave_nothing_at_stake"
    turn.say(key, lost=at_stake, buttons=buttons)


def stay_button(turn: Turn) -> Button:
    """Calls off leaving."""
    return button(label("dialogue_button", "stay_member", turn.language), INTENT, choice=STAY)


class ActionAskCancellationReason(CrmAction):
    action_name: ClassVar[str] = "action_ask_leave_form_leave_reason"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        buttons: list[Button] = [
            {"title": label("cancellation_reason", code, turn.language), "payload": f'/inform{{"reason": "{code}"}}'}
            for code in ("messages", "service", "unused", OTHER)
        ]
        turn.say("reply_ask_leave_reason", buttons=buttons)
        return []


class ActionAskCancellationConfirm(CrmAction):
    """One offer that fits the reason, and the plain question."""

    action_name: ClassVar[str] = "action_ask_leave_form_leave_confirm"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        reason = str(turn.slot("leave_reason") or OTHER)
        at_stake = await lost.told(turn, turn.member) if turn.member else ""
        question = label("cancellation_question", "lost" if at_stake else "nothing_lost", turn.language, lost=at_stake)
        yes, no = (
            button(label("dialogue_button", title, turn.language), INTENT, choice=choice)
            for title, choice in (("leave", YES), ("stay_member", NO))
        )
        offers = [wish(turn, intent) for intent in OFFERS.get(reason, ())]
        turn.say(f"reply_leave_offer_{reason}", question=question, buttons=[*offers, *consent_buttons(yes, no)])
        return []


class ActionCancellationSubmit(MemberAction):
    action_name: ClassVar[str] = "action_leave_form_submit"

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        code, words = str(turn.slot("leave_reason") or OTHER), str(turn.slot("leave_words") or "")
        if not turn.slot("leave_confirm"):
            turn.say("reply_leave_stays", name=members.addressed_as(member, turn.language))
            turn.done("stays", words, reason=code)
            return CancellationForm.cleared()
        await members.request_cancellation(turn.session, member, reason=words or code)
        await departures.interview(
            turn.session,
            member.id,
            by=InterviewBy.MEMBER,
            key=turn.key("exit"),
            causes=causes_of(code, words),
            words=words,
            conversation_id=turn.conversation.id,
        )
        # Before the assessment, which looks for it: whoever says that they leave is at risk, whatever they said before.
        await interactions.record(
            turn.session,
            member_id=member.id,
            identity_id=turn.identity.id,
            conversation_id=turn.conversation.id,
            message_id=turn.stored_message,
            channel=turn.conversation.channel,
            intent=INTENT,
            sentiment=turn.sentiment.get("label"),
            anger=turn.sentiment.get("anger"),
            outcome="leave_requested",
            summary=words,
            references={"reason": code},
            key=turn.key("leaving"),
        )
        await risk.assess(turn.session, member.id)
        due = service_hours.after(clock.now(), service_hours.length(policy().members.leaving_contact))
        told, when = format_moment(due, turn.language), f"{format_date(due, turn.language)} {format_time(due)}"
        await promises.make(
            turn.session,
            member_id=member.id,
            kind=PromiseKind.REPLY,
            text=label("cancellation_promise", "contact", turn.language, due=when),
            due_at=due,
            key=turn.key(_PROMISE),
            conversation_id=turn.conversation.id,
            identity_id=turn.identity.id,
        )
        buttons = [*exit_interview.contact_buttons(turn), stay_button(turn)]
        turn.say("reply_leave_requested", due=told, buttons=buttons)
        turn.focus(done=INTENT)
        return CancellationForm.cleared()


class ActionWithdrawLeaving(MemberAction):
    """Leaving is called off while nobody has carried it out."""

    action_name: ClassVar[str] = "action_withdraw_leaving"

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        name = members.addressed_as(member, turn.language)
        if member.status == MemberStatus.LEFT:
            turn.say("reply_leave_over")
            turn.done("too_late")
            return []
        if member.status != MemberStatus.LEAVING:
            turn.say("reply_leave_stays", name=name)
            turn.done("stays")
            return []
        await members.keep(turn.session, member, reason=turn.text if not turn.pressed else "", by="member")
        for promise in await promises.open_for_member(turn.session, member.id):
            if promise.key.endswith(f":{ActionCancellationSubmit.action_name}:{_PROMISE}"):
                await promises.cancel(turn.session, promise)
        await risk.assess(turn.session, member.id)
        turn.say("reply_leave_withdrawn", name=name)
        turn.done("stays")
        turn.focus(done=None)
        return []


def _reasons() -> frozenset[str]:
    return frozenset({*_REASON_PHRASES, OTHER})
