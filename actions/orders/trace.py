"""A parcel or order on record as delivered that the customer does not have: what the record tells, whether the courier
shall be asked for proof of delivery, and the promise to tell what came of it. The shop's rule on what follows is an
article's (`not_received`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rasa_sdk import Tracker

from actions.kit.asked import still_coming
from actions.kit.base import Button, Turn, button, consent_buttons
from actions.kit.mentions import order_meant, parcel_meant
from actions.kit.replies import (
    Facts,
    due_text,
    items_text,
    order_entry,
    person_button,
    person_offer,
    service_button,
)
from actions.kit.told import not_arrived
from actions.kit.told.not_arrived import ASKED, CHOICE, DELIVERED, FILED, FOCUS, NOT_RECEIVED, OFFERED
from actions.knowledge.found import Found
from crm_store import orders, parcels, traces
from crm_store.clock import now
from crm_store.labels import label
from crm_store.language import format_date, format_moment, mask_address
from crm_store.members import Member
from crm_store.orders import Order, OrderStatus
from crm_store.parcels import UNDER_WAY, Parcel, ParcelStatus
from crm_store.promises import Promise, PromiseKind

INTENT = "ask_parcel"
CAME = (OrderStatus.DELIVERED, OrderStatus.COMPLETED)
LOOKED_AT, LISTED = 20, 4


@dataclass(frozen=True)
class Delivered:
    """What is on record as delivered: a parcel, or an order of which no single parcel can be told."""

    order: Order
    parcel: Parcel | None
    at: datetime

    @property
    def number(self) -> str:
        return self.parcel.number if self.parcel is not None else self.order.number

    @property
    def is_late(self) -> bool:
        return traces.is_too_late(self.at)


def choice_of(turn: Turn) -> str | None:
    """What of tracing the message is about, as hearing made it out; None where it is about something else."""
    for each in map(str, turn.entities("choice")):
        if each == NOT_RECEIVED:
            return NOT_RECEIVED
        if each.startswith(f"{CHOICE}:"):
            return each.partition(":")[2]
    return None


def is_own(tracker: Tracker) -> bool:
    """Whether hearing made out that it is about what is the customer's own, so that no rule takes its place."""
    values = [str(each["value"]) for each in tracker.latest_message.get("entities") or [] if each["entity"] == "choice"]
    own = (NOT_RECEIVED, not_arrived.WHETHER, still_coming.CHOICE)
    return any(each in own or each.startswith(f"{CHOICE}:") for each in values)


async def answered(turn: Turn, member: Member) -> bool:
    """Answer who does not have what is on record as delivered; False where it is still to come, or none is meant."""
    chosen = choice_of(turn)
    if chosen is None:
        return False
    if chosen == not_arrived.FOUND:
        await _withdraw(turn, member)
        return True
    several, goods = await _meant(turn, member)
    if several:
        _ask_which(turn, several)
    elif goods is None:
        return False
    elif chosen == not_arrived.NO:
        _focus(turn, goods, OFFERED)
        turn.say("reply_trace_not", **_facts(turn, goods))
        turn.done("answered", f"{goods.number}: not traced", order=goods.order.number)
    elif chosen == not_arrived.BRINGS:
        await _tell_what_it_brings(turn, member, goods)
    else:
        await _trace(turn, member, goods, agreed=chosen == not_arrived.YES or _has_agreed(turn, goods))
    return True


async def of_parcel(turn: Turn, member: Member, parcel: Parcel) -> None:
    """The same of a parcel that is known."""
    goods = Delivered(parcel.order, parcel, parcel.delivered_at or now())
    await _trace(turn, member, goods, agreed=True)


def offered(turn: Turn, number: str) -> None:
    """Keep that this was told as delivered, and that a word is enough to have it traced."""
    turn.focus(**{DELIVERED: number, FOCUS: {"of": number, "state": OFFERED}})


async def latest_delivered(turn: Turn, member: Member) -> Order | None:
    """The order that came last, as long as nothing else is under way."""
    if await parcels.open_for_member(turn.session, member.id):
        return None
    return next(iter(await _came(turn, member)), None)


async def _trace(turn: Turn, member: Member, goods: Delivered, *, agreed: bool) -> None:
    known = await _known(turn, member, goods)
    if known is not None:
        _tell_known(turn, goods, known)
    elif goods.is_late:
        _focus(turn, goods, None)
        buttons = [person_button(turn), service_button(turn, "call_back", "request_callback")]
        turn.focus(accepts={"time": "request_callback"})
        offer = person_offer(turn, "call")
        turn.say("reply_trace_late", offer=offer, buttons=buttons, **_facts(turn, goods))
        turn.done("answered", f"{goods.number}: too long ago to be traced", order=goods.order.number)
    elif agreed:
        await _register(turn, member, goods)
    else:
        _focus(turn, goods, ASKED)
        turn.say("reply_trace_ask", buttons=_yes_or_no(turn, goods), **_facts(turn, goods))
        turn.done("answered", f"{goods.number}: asked whether to trace it", order=goods.order.number)


async def _register(turn: Turn, member: Member, goods: Delivered) -> None:
    """The promise to tell what the courier can prove, which a person sees with its due time."""
    due = traces.due_at()
    words: Facts = {**_facts(turn, goods), "due": due_text(due, turn.language)}
    async with turn.writing() as session:
        promise = await traces.register(
            session,
            member.id,
            goods.number,
            text=label("promise_text", PromiseKind.PARCEL_TRACE, turn.language, **words),
            due_at=due,
            key=turn.key(f"trace:{goods.number}"),
            identity_id=turn.identity.id,
            conversation_id=turn.conversation.id,
        )
    was_asked = _state(turn, goods) == ASKED
    _focus(turn, goods, FILED)
    facts = _facts(turn, goods) | {"due": format_moment(promise.due_at, turn.language)}
    turn.say("reply_trace_filed" if was_asked else "reply_trace_filed_at_once", buttons=[_found(turn, goods)], **facts)
    turn.done("parcel_chased", f"trace {goods.number}", order=goods.order.number, promise=promise.id)


def _tell_known(turn: Turn, goods: Delivered, known: Promise) -> None:
    """How far the trace is: running, late, or answered already, where only a person can say more."""
    _focus(turn, goods, FILED)
    facts = _facts(turn, goods) | {"due": format_moment(known.due_at, turn.language)}
    if known.kept_at is None and known.due_at > now():
        turn.say(
            "reply_trace_running",
            buttons=[_found(turn, goods), service_button(turn, "human", "request_human")],
            **facts,
        )
        turn.done("already_promised", goods.number, promise=known.id)
        return
    name = "reply_trace_answered" if known.kept_at is not None else "reply_trace_overdue"
    turn.say(name, offer=person_offer(turn, "sooner"), buttons=[person_button(turn)], **facts)
    turn.done("promise_running", goods.number, promise=known.id)


async def _withdraw(turn: Turn, member: Member) -> None:
    """It is there after all: nothing is to be traced any more."""
    kept = turn.spoken_of.get(FOCUS)
    number = str(kept.get("of")) if isinstance(kept, dict) else ""
    number = str(turn.entity("parcel_number") or turn.entity("order_number") or number)
    async with turn.writing() as session:
        ended = await traces.withdraw(session, member.id, number, note="turned up")
    turn.focus(**{FOCUS: None, DELIVERED: None, "done": None})
    if ended is None:
        turn.say("reply_trace_found", number=number)
    else:
        turn.say("reply_trace_withdrawn", number=ended.reference)
    turn.done("answered", f"{number} turned up", **({"promise": ended.id} if ended is not None else {}))


async def _tell_what_it_brings(turn: Turn, member: Member, goods: Delivered) -> None:
    """The shop's rule, and how far the trace is that it waits for."""
    rule: Found = turn.prepared
    if rule.answers:
        rule.tell(turn)
    else:
        turn.say("reply_trace_rule_unwritten", buttons=[person_button(turn)])
    known = await _known(turn, member, goods)
    facts = _facts(turn, goods)
    if known is not None and known.kept_at is None and known.due_at > now():
        _focus(turn, goods, FILED)
        turn.say("reply_trace_due", **facts | {"due": format_moment(known.due_at, turn.language)})
        turn.done("answered", f"{goods.number}: what a trace brings", promise=known.id)
    elif known is None and not goods.is_late:
        _focus(turn, goods, ASKED)
        turn.say("reply_trace_offer", buttons=_yes_or_no(turn, goods), **facts)
        turn.done("answered", f"{goods.number}: what a trace brings", order=goods.order.number)
    else:
        await _trace(turn, member, goods, agreed=False)


def _ask_which(turn: Turn, several: Sequence[Order]) -> None:
    shown = several[:LISTED]
    buttons = [
        button(items_text(order, turn.language), INTENT, order_number=order.number, choice=NOT_RECEIVED)
        for order in shown
    ]
    turn.say("reply_trace_which", orders="\n".join(order_entry(each, turn.language) for each in shown), buttons=buttons)
    turn.focus(listed=buttons)
    turn.done("answered", "which order did not come")


async def _meant(turn: Turn, member: Member) -> tuple[Sequence[Order], Delivered | None]:
    """Several orders that may be meant, or the one; neither where a parcel on its way is meant, or nothing came."""
    kept = turn.spoken_of.get(FOCUS)
    spoken_of = turn.spoken_of.get(DELIVERED) or (kept.get("of") if isinstance(kept, dict) else None)
    number = str(turn.entity("parcel_number") or "")
    if number and (parcel := await parcels.by_number(turn.session, number, member_id=member.id)) is not None:
        return (), _of_parcel(parcel)
    number = str(turn.entity("order_number") or number)
    if number and (order := await orders.by_number(turn.session, number, member_id=member.id)) is not None:
        return (), await _of_order(turn, order)
    under_way = await parcels.open_for_member(turn.session, member.id)
    on_its_way = await parcel_meant(turn, member, under_way)
    came = await _came(turn, member)
    named = await order_meant(turn, member, came)
    if named.unknown_number or named.not_bought or (on_its_way.one is not None and not spoken_of):
        return (), None
    if named.one is not None:
        return (), await _of_order(turn, named.one)
    if spoken_of and len(named.several) == len(came):
        return await _numbered(turn, member, str(spoken_of))
    if under_way or not came:
        return (), None
    lately = [order for order in named.several if not traces.is_too_late(_moment(order))]
    return (lately, None) if len(lately) > 1 else ((), await _of_order(turn, lately[0] if lately else came[0]))


async def _numbered(turn: Turn, member: Member, number: str) -> tuple[Sequence[Order], Delivered | None]:
    parcel = await parcels.by_number(turn.session, number, member_id=member.id)
    if parcel is not None:
        return (), _of_parcel(parcel)
    order = await orders.by_number(turn.session, number, member_id=member.id)
    return (), await _of_order(turn, order) if order is not None else None


async def _came(turn: Turn, member: Member) -> list[Order]:
    recent = await orders.recent(turn.session, member.id, limit=LOOKED_AT)
    return sorted((order for order in recent if order.status in CAME), key=_moment, reverse=True)


def _of_parcel(parcel: Parcel) -> Delivered | None:
    if parcel.status != ParcelStatus.DELIVERED:
        return None
    return Delivered(parcel.order, parcel, parcel.delivered_at or _moment(parcel.order))


async def _of_order(turn: Turn, order: Order) -> Delivered | None:
    sent = await parcels.for_order(turn.session, order.id)
    delivered = [each for each in sent if each.status == ParcelStatus.DELIVERED]
    if any(each.status in UNDER_WAY for each in sent) or (order.status not in CAME and not delivered):
        return None
    return Delivered(order, delivered[0] if len(sent) == 1 and delivered else None, _moment(order))


def _moment(order: Order) -> datetime:
    return order.delivered_at or order.completed_at or order.placed_at


async def _known(turn: Turn, member: Member, goods: Delivered) -> Promise | None:
    """The trace there was before this message."""
    known = await traces.latest(turn.session, member.id, goods.number)
    return None if known is None or known.key == turn.key(f"trace:{goods.number}") else known


def _has_agreed(turn: Turn, goods: Delivered) -> bool:
    """Whether the words, or the word that was told to be enough, have it traced."""
    return not_arrived.wishes_trace(turn.text) or _state(turn, goods) in (OFFERED, ASKED)


def _state(turn: Turn, goods: Delivered) -> str | None:
    kept = turn.spoken_of.get(FOCUS)
    is_it = isinstance(kept, dict) and kept.get("of") in (goods.number, goods.order.number)
    return str(kept.get("state")) if is_it and isinstance(kept, dict) else None


def _focus(turn: Turn, goods: Delivered, state: str | None) -> None:
    turn.focus(
        order=goods.order.number,
        parcel=goods.parcel.number if goods.parcel is not None else None,
        **{DELIVERED: goods.number, FOCUS: {"of": goods.number, "state": state} if state else None},
    )
    if state == FILED:
        turn.focus(done=not_arrived.DONE)


def _facts(turn: Turn, goods: Delivered) -> Facts:
    language, parcel = turn.language, goods.parcel
    when = format_moment(goods.at, language) if parcel is not None else format_date(goods.at, language)
    address = mask_address(goods.order.address) if goods.order.address else ""
    return {
        "number": goods.number,
        "items": items_text(goods.order, language),
        "delivered": when,
        "where": label("trace", "where", language, address=address) if address else "",
        "due": format_moment(traces.due_at(), language),
    }


def _yes_or_no(turn: Turn, goods: Delivered) -> list[Button]:
    about = {"order_number": goods.order.number} if goods.parcel is None else {"parcel_number": goods.number}
    yes = button(label("trace", "yes", turn.language), INTENT, choice=f"{CHOICE}:{not_arrived.YES}", **about)
    no = button(label("trace", "no", turn.language), INTENT, choice=f"{CHOICE}:{not_arrived.NO}", **about)
    return consent_buttons(yes, no)


def _found(turn: Turn, goods: Delivered) -> Button:
    about = {"order_number": goods.order.number} if goods.parcel is None else {"parcel_number": goods.number}
    return button(label("trace", "found", turn.language), INTENT, choice=f"{CHOICE}:{not_arrived.FOUND}", **about)
