"""Cancelling a membership: what would be lost in numbers, one question why, one offer that fits, and no arguing."""

import re
from typing import Any, ClassVar

from actions.kit.base import Button, CrmAction, Event, MemberAction, Turn
from actions.kit.forms import CrmForm, requested, yes_or_no
from actions.kit.parsing import is_aside
from actions.kit.phrases import listed
from crm_store import clock, interactions, members, points, promises, rewards, risk, service_hours, tiers
from crm_store.labels import label
from crm_store.language import format_date, format_moment, format_number, format_time
from crm_store.members import Member, MemberStatus
from crm_store.policy import policy
from crm_store.promises import PromiseKind
from crm_store.rewards import RedemptionStatus
from crm_store.text import normalise

INTENT = "cancel_membership"
CODES_LOOKED_AT = 50
OTHER = "other"

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
    r".*(不退|不走|留下|留着|再想想|留低|唔退|\bstay|\bkeep (it|my|me)|changed my mind)|don'?t (cancel|leave)",
    re.IGNORECASE,
)


class CancellationForm(CrmForm):
    """`leave_reason`: a code of the labels `cancellation_reason`; `leave_words`: the member's own words."""

    form_name: ClassVar[str] = "leave_form"
    slots: ClassVar[tuple[str, ...]] = ("leave_reason", "leave_confirm", "leave_words")

    async def required(self, turn: Turn) -> list[str]:
        return ["leave_reason", "leave_confirm"] if turn.member else []

    async def fill(self, turn: Turn) -> dict[str, Any]:
        if turn.member is None:
            return {}
        answer = yes_or_no(turn, "leave_confirm")
        if answer:
            return answer
        chosen = str(turn.entity("reason") or "") if turn.pressed else ""
        if chosen in _reasons():
            return {"leave_reason": chosen, "leave_words": None, "leave_confirm": None}
        if turn.pressed or not turn.text:
            return {}
        if requested(turn, "leave_confirm") and turn.intent != INTENT and _KEEPS_MEMBERSHIP.search(turn.text):
            return {"leave_confirm": False}
        if requested(turn, "leave_reason"):
            if turn.intent == "deny" and not cancellation_reason(turn.text):
                # "没什么" to the question why: nobody has to give a reason.
                return {"leave_reason": OTHER}
            if is_aside(turn, but=(INTENT, "make_complaint", "opt_out", "give_suggestion", "ask_parcel")):
                return {}
            return {"leave_reason": cancellation_reason(turn.text) or OTHER, "leave_words": turn.text.strip()}
        if turn.intent == INTENT and turn.slot("leave_reason") is None and cancellation_reason(turn.text):
            return {"leave_reason": cancellation_reason(turn.text), "leave_words": turn.text.strip()}
        return {"leave_confirm": True} if requested(turn, "leave_confirm") and turn.intent == INTENT else {}


def cancellation_reason(words: str) -> str | None:
    """The reason for cancelling that the words give, if any."""
    flat = normalise(words).replace(" ", "") + " " + words.lower()
    return next((code for code, phrases in _REASON_PHRASES.items() if any(phrase in flat for phrase in phrases)), None)


class ActionCancellationStart(MemberAction):
    action_name: ClassVar[str] = "action_leave_start"
    writes: ClassVar[bool] = False

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        if member.status == MemberStatus.LEAVING:
            turn.say("reply_leave_known_already")
            turn.done("already_leaving")
            return []
        at_stake = await _at_stake(turn, member)
        if at_stake:
            turn.say("reply_leave_at_stake", lost=listed(at_stake, turn.language, last="last_and"))
        return CancellationForm.begun(**await CancellationForm().fill(turn))


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
        turn.say(f"reply_leave_offer_{turn.slot('leave_reason') or OTHER}")
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
            key=turn.key("promise"),
            conversation_id=turn.conversation.id,
            identity_id=turn.identity.id,
        )
        turn.say("reply_leave_requested", due=told)
        return CancellationForm.cleared()


async def _at_stake(turn: Turn, member: Member) -> list[str]:
    """What ends with the membership, in numbers: points, codes not yet used, a level above the first."""
    balance = await points.balance(turn.session, member.id)
    redemptions = await rewards.for_member(turn.session, member.id, limit=CODES_LOOKED_AT)
    unused = [each for each in redemptions if each.status == RedemptionStatus.ISSUED and each.valid_until > clock.now()]
    lost = []
    if balance:
        lost.append(label("cancellation_loss", "points", turn.language, points=format_number(balance)))
    if unused:
        kind = "code" if len(unused) == 1 else "codes"
        lost.append(label("cancellation_loss", kind, turn.language, count=len(unused)))
    tier = await tiers.get(turn.session, member.tier_code)
    if tier.threshold_points:
        lost.append(label("cancellation_loss", "tier", turn.language, tier=tiers.name(tier.code, turn.language)))
    return lost


def _reasons() -> frozenset[str]:
    return frozenset({*_REASON_PHRASES, OTHER})
