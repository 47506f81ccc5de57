"""A balance the member disputes: explained from the ledger, or else taken as a complaint."""

import re
from datetime import date, timedelta
from typing import Any, ClassVar

from actions.kit.base import CrmAction, Event, MemberAction, Turn
from actions.kit.forms import CrmForm, FixedQuestion, requested, yes_or_no
from actions.kit.mentions import orders_described
from actions.kit.parsing import is_aside
from actions.kit.phrases import listed, reward_names, why_fewer
from actions.kit.words import consent, lexicon
from actions.kit.words.consent import Answer
from actions.points import questions
from actions.points.order_points import UNDER_WAY, state_of
from crm_store import clock, complaints, orders, points, risk
from crm_store.complaints import ComplaintCategory
from crm_store.language import format_date, format_moment, format_number
from crm_store.members import Member
from crm_store.orders import OrderStatus
from crm_store.points import EntryKind, Reduction
from crm_store.text import normalise

RECENT, LAST_YEAR = timedelta(days=60), timedelta(days=365)
LEDGER_REACH = 100
MOST_TOLD = 3
ORDERS_REACH = 10
NO_DISPUTE = frozenset({questions.Asked.ADD, questions.Asked.CASH, questions.Asked.WORTH, questions.Asked.REVIEW})
"""What may sound like a dispute and is a question, or a demand that no check would grant."""
WORDS_ENOUGH = 8
"""So many characters tell what is wrong; less than that is only the wish to complain about points."""
_BARE_AMOUNT = re.compile(
    r"\s*(?:是|就是|it s|it's|was)?\s*[¥￥]?\s*(\d{1,3}(?:,\d{3})+|\d{1,6})"
    r"\s*(?:元|块|塊|分|积分|積分|points?|yuan)?\s*[。.]?\s*",
    re.IGNORECASE,
)

_WHY_SO_FEW = re.compile(
    r"(?:怎么|为什么|为啥|点解|咋|几时).{0,8}(?:只|才|这么少|那么少|咁少|少了|变少)|(?:只|才)(?:有|剩|得).{0,10}(?:积分|点|分)"
    r"|\b(?:why|how come)\b.{0,40}\b(?:only|so few|just|down to|fewer|less)\b|\bonly got\b"
)


class DisputeForm(CrmForm):
    """`dispute_text`: the member's words; `dispute_order`: the order named; `dispute_amount`: the points named."""

    form_name: ClassVar[str] = "dispute_form"
    slots: ClassVar[tuple[str, ...]] = ("dispute_text", "dispute_file", "dispute_order", "dispute_amount")

    async def required(self, turn: Turn) -> list[str]:
        return ["dispute_text", "dispute_file"] if turn.member else []

    async def fill(self, turn: Turn) -> dict[str, Any]:
        if turn.member is None:
            return {}
        known = str(turn.slot("dispute_text") or "")
        if _asks_when_answered(turn):
            turn.say("reply_dispute_when", due=_answered_by(turn))
            return {"dispute_text": known or None}
        waits = requested(turn, "dispute_file") and consent.hesitates(turn.text)
        if _drops(turn) or waits:
            # "那等等": the question offers to wait as well.
            return {"dispute_text": known, "dispute_file": False}
        facts = _facts(turn) or await _order_named(turn, turn.member)
        if is_aside(turn, but=("dispute_points",)) and not _argues(turn) and not _is_bare_amount(turn):
            return {}
        answer = yes_or_no(turn, "dispute_file")
        if answer or turn.pressed:
            return answer
        if requested(turn, "dispute_text") or (turn.intent == "dispute_points" and _tells_enough(turn)):
            return {"dispute_text": turn.text.strip(), "dispute_file": None, **facts}
        if known and (facts or _argues(turn)):
            # Another order or amount, or what speaks against it, beside the question whether to file: one matter.
            return {"dispute_text": f"{known}\n{turn.text.strip()}", "dispute_file": None, **facts}
        return {}


class ActionDisputeStart(MemberAction):
    action_name: ClassVar[str] = "action_dispute_start"
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        if questions.of_another_member(turn) or await questions.told(turn, NO_DISPUTE):
            return []
        return await super().answer(turn)

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        return DisputeForm.begun(**await DisputeForm().fill(turn))


class AskDispute(FixedQuestion):
    def name(self) -> str:
        return "action_ask_dispute_form_dispute_text"


class ActionAskDisputeFile(CrmAction):
    """Says what the ledger shows about it, and asks whether a person should check."""

    action_name: ClassVar[str] = "action_ask_dispute_form_dispute_file"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        assert turn.member is not None
        found = await _explanation(turn, turn.member)
        if found is None:
            turn.say("reply_dispute_unexplained")
        else:
            response, values = found
            turn.say(response, **values)
            if "points" in values and "order" in values:
                # How they come about is asked of the very order then.
                turn.focus(order=values["order"], order_points=values["order"])
        return []


class ActionDisputeSubmit(MemberAction):
    action_name: ClassVar[str] = "action_dispute_form_submit"

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        if not turn.slot("dispute_file"):
            turn.say("reply_dispute_not_filed")
            turn.done("explained")
            return DisputeForm.cleared()
        number = turn.slot("dispute_order")
        order = await orders.by_number(turn.session, number, member_id=member.id) if number else None
        complaint = await complaints.file(
            turn.session,
            member_id=member.id,
            conversation_id=turn.conversation.id,
            category=ComplaintCategory.POINTS,
            description=str(turn.slot("dispute_text") or turn.text),
            key=turn.key(),
            anger=turn.anger,
            order_id=order.id if order else None,
            identity_id=turn.identity.id,
            message_id=turn.stored_message,
            language=turn.language,
        )
        await risk.assess(turn.session, member.id)
        turn.say(
            "reply_dispute_joined" if complaint.joined else "reply_dispute_filed",
            number=complaint.number,
            due=format_moment(complaint.due_at, turn.language),
        )
        turn.done("complaint_filed", complaint.description, complaint=complaint.number)
        turn.focus(complaint=complaint.number, done="make_complaint")
        return DisputeForm.cleared()


Explanation = tuple[str, dict[str, Any]]
"""The response to say and its values."""


async def _explanation(turn: Turn, member: Member) -> Explanation | None:
    """What the ledger knows about the order or the amount named, or about what commonly surprises; None for nothing."""
    if turn.slot("dispute_order"):
        return await _about_order(turn, member, str(turn.slot("dispute_order")))
    amount = int(turn.slot("dispute_amount") or 0)
    # "How come I've only 911" names the balance, and no entry of the ledger.
    of_balance = _asks_why_so_few(turn) and amount == await points.balance(turn.session, member.id)
    if amount and not of_balance:
        return await _about_amount(turn, member, amount)
    return (
        await _about_pending(turn, member, "under_way", "pending")
        or await _about_taken(turn, member)
        or await _about_expired(turn, member)
        or await _about_pending(turn, member, "overdue")
        or await _about_spent(turn, member)
    )


async def _about_order(turn: Turn, member: Member, number: str) -> Explanation | None:
    order = await orders.by_number(turn.session, number, member_id=member.id)
    if order is None:
        return "reply_dispute_order_unknown", {"order": number}
    state = await state_of(turn, member, order)
    return (f"reply_dispute_{state[0]}", state[1]) if state is not None else None


async def _about_amount(turn: Turn, member: Member, amount: int) -> Explanation | None:
    entries = await points.history(turn.session, member.id, limit=LEDGER_REACH)
    same = [entry for entry in entries if amount in (abs(entry.points), abs(entry.points) + entry.owed)][:2]
    if not same:
        together = await _taken_in_a_day(turn, member, amount)
        if together:
            return "reply_dispute_taken", {"told": await _why_fewer(turn, together)}
        # A number without a unit may be what an order cost.
        recent = await orders.recent(turn.session, member.id, limit=ORDERS_REACH)
        paid = [
            order for order in recent if amount * 100 in (order.total_minor, order.total_minor - order.shipping_minor)
        ]
        return await _about_order(turn, member, paid[0].number) if paid else None
    return "reply_dispute_credited", {"told": await _why_fewer(turn, await points.explained(turn.session, same))}


async def _taken_in_a_day(turn: Turn, member: Member, amount: int) -> list[Reduction]:
    """The entries of one day that took so many points together, the newest such day."""
    by_day: dict[date, list[Reduction]] = {}
    for each in await points.reductions(turn.session, member.id, since=clock.now() - RECENT):
        by_day.setdefault(each.entry.at.astimezone(clock.business_zone()).date(), []).append(each)
    return next((taken for taken in by_day.values() if -sum(each.entry.points for each in taken) == amount), [])


async def _about_taken(turn: Turn, member: Member) -> Explanation | None:
    """What was taken of late by a return, a correction or for what was owed: the member did not do that."""
    taken = [
        each
        for each in await points.reductions(turn.session, member.id, since=clock.now() - RECENT)
        if each.entry.kind not in (EntryKind.SPEND, EntryKind.EXPIRE)
    ]
    return ("reply_dispute_taken", {"told": await _why_fewer(turn, taken[:MOST_TOLD])}) if taken else None


async def _about_spent(turn: Turn, member: Member) -> Explanation | None:
    """Why there are so few: what took the most of them within a year, where that is asked."""
    if not _asks_why_so_few(turn):
        return None
    took = await points.reductions(turn.session, member.id, since=clock.now() - LAST_YEAR)
    most = sorted(took, key=lambda each: each.entry.points)[:MOST_TOLD]
    most.sort(key=lambda each: each.entry.at, reverse=True)
    return ("reply_dispute_taken", {"told": await _why_fewer(turn, most)}) if most else None


def _asks_why_so_few(turn: Turn) -> bool:
    return _WHY_SO_FEW.search(normalise(str(turn.slot("dispute_text") or turn.text))) is not None


async def _why_fewer(turn: Turn, found: list[Reduction]) -> str:
    """Each entry in words, the points it took with where they had come from."""
    about = [each.entry for each in found] + [each.origin for each in found if each.origin is not None]
    names = await reward_names(turn.session, about, turn.language)
    told = [why_fewer(each, turn.language, names) for each in found[:MOST_TOLD]]
    return listed(told, turn.language, last="clauses")


async def _about_pending(turn: Turn, member: Member, *kinds: str) -> Explanation | None:
    """The newest order whose points have yet to come, or are not there though they should be."""
    recent = await orders.recent(
        turn.session, member.id, limit=ORDERS_REACH, statuses=[*UNDER_WAY, OrderStatus.DELIVERED, OrderStatus.COMPLETED]
    )
    for order in recent:
        state = await state_of(turn, member, order)
        if state is not None and state[0] in kinds and order.placed_at > clock.now() - RECENT:
            return f"reply_dispute_{state[0]}", state[1]
    return None


async def _about_expired(turn: Turn, member: Member) -> Explanation | None:
    entries = await points.history(turn.session, member.id, limit=LEDGER_REACH)
    expired = [each for each in entries if each.kind == EntryKind.EXPIRE and each.at > clock.now() - RECENT]
    if not expired:
        return None
    total = -sum(entry.points for entry in expired)
    return "reply_dispute_expired", {
        "points": format_number(total),
        "day": format_date(expired[0].at, turn.language),
    }


def _facts(turn: Turn) -> dict[str, Any]:
    """The order and the amount this message names; while the form is open, a bare number is an amount."""
    facts: dict[str, Any] = {}
    if turn.entity("order_number"):
        facts["dispute_order"] = str(turn.entity("order_number"))
    elif (amount := turn.entity("points_amount")) is not None:
        facts["dispute_amount"] = abs(int(amount))
    elif _is_bare_amount(turn) and (bare := _BARE_AMOUNT.fullmatch(turn.text)) is not None:
        facts["dispute_amount"] = int(bare[1].replace(",", ""))
    return facts


async def _order_named(turn: Turn, member: Member) -> dict[str, Any]:
    """The order whose goods the words name: "points for the rice cooker never arrived"."""
    recent = await orders.recent(turn.session, member.id, limit=ORDERS_REACH)
    named = orders_described(turn, recent) if not turn.pressed else []
    return {"dispute_order": named[0].number} if 0 < len(named) < len(recent) or len(named) == 1 else {}


def _is_bare_amount(turn: Turn) -> bool:
    return _open(turn) and not turn.pressed and _BARE_AMOUNT.fullmatch(turn.text) is not None


def _tells_enough(turn: Turn) -> bool:
    return bool(_facts(turn)) or len(turn.text.strip()) >= WORDS_ENOUGH


def _open(turn: Turn) -> bool:
    return requested(turn, "dispute_text") or requested(turn, "dispute_file")


def _drops(turn: Turn) -> bool:
    """A no to "what looks wrong?" drops the matter; beside the question whether to file it is just a no."""
    if not requested(turn, "dispute_text"):
        return False
    said = consent.read(turn.text)
    if turn.pressed:
        return turn.intent == "deny"
    return said.answer is Answer.NO and (not said.rest or consent.read(said.rest).answer is Answer.NO)


def _argues(turn: Turn) -> bool:
    """Words that speak of the points or the goods being there or not: they belong to the open dispute."""
    return requested(turn, "dispute_file") and not turn.pressed and lexicon.mentions("points_dispute", turn.text)


def _asks_when_answered(turn: Turn) -> bool:
    return _open(turn) and not turn.pressed and lexicon.mentions("dispute_result", turn.text)


def _answered_by(turn: Turn) -> str:
    """Until when a dispute that is filed now is answered."""
    assert turn.member is not None
    tier = turn.member.tier_code
    severity = complaints.severity_for(ComplaintCategory.POINTS, anger=turn.anger, tier=tier)
    return format_moment(complaints.due_at(severity, tier=tier, start=clock.now()), turn.language)
