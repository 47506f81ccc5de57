"""Parcels: where they are, each step against the promised time, and a carrier who is chased."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from rasa_sdk import Tracker

from actions.kit.asked.parcel_asked import WAY_TOLD, Aspect
from actions.kit.base import Button, Event, MemberAction, Turn, button
from actions.kit.mentions import Meant, order_meant, parcel_meant
from actions.kit.order_marks import says_a_place, window_of
from actions.kit.parsing import choice_in
from actions.kit.replies import (
    LIST_LIMIT,
    due_text,
    help_buttons,
    items_text,
    order_buttons,
    order_entry,
    parcel_entry,
    parcel_facts,
    service_button,
    tell_not_bought,
)
from actions.kit.rule_first import Rule
from actions.kit.told import delay_disputed as disputed
from actions.kit.told.not_arrived import NOT_RECEIVED
from actions.kit.words import lexicon
from actions.knowledge.found import Found
from actions.orders import delay_disputed, parcel_answers, trace
from actions.orders.status import asks_address, open_orders, tell_address, tell_order
from crm_store import orders, parcels, promises, service_hours
from crm_store.clock import business_zone, now, today
from crm_store.labels import label
from crm_store.language import format_date, format_moment
from crm_store.members import Member
from crm_store.orders import Order
from crm_store.parcels import UNDER_WAY, Parcel, ParcelStatus
from crm_store.policy import policy
from crm_store.promises import Promise, PromiseKind, PromiseStatus

DELIVERED_LATELY = timedelta(days=30)
OF_THE_RECORD = frozenset({"carrier", "number", "signed", "address"})
"""Questions that the record alone answers, whether the way was told or not."""
CHOICES = 4
"""Ordinals that may name a parcel of several."""

_ENDS = {ParcelStatus.LOST: "lost", ParcelStatus.RETURNED: "sent_back"}


class ActionParcel(MemberAction):
    """Where a parcel is. With several under way: which one. Asked again about the same one, it answers just that."""

    action_name: ClassVar[str] = "action_parcel"
    writes: ClassVar[bool] = False

    async def prepare(self, tracker: Tracker) -> Found:
        return await parcel_answers.rule_for(tracker)

    async def look_up(self, tracker: Tracker) -> Rule | None:
        return None if trace.is_own(tracker) else await super().look_up(tracker)

    async def answer(self, turn: Turn) -> list[Event] | None:
        if parcel_answers.tell_everybody(turn, parcel_answers.aspect_of(turn.tracker)):
            return []
        return await super().answer(turn)

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        if await trace.answered(turn, member):
            return []
        aspect = parcel_answers.aspect_of(turn.tracker)
        if aspect is not None and await parcel_answers.tell(turn, member, aspect, await self._meant(turn, member)):
            return []
        if aspect is not None and WAY_TOLD in turn.entities("choice"):
            # Where it is was the answer: it came, or a step of its way is late.
            turn.done("answered", f"of a parcel: {aspect}")
            return []
        if not turn.pressed and lexicon.mentions("another_parcel", turn.text):
            await self._tell_another(turn, member)
            return []
        if await tell_of_record(turn, member):
            return []
        meant = await self._meant(turn, member)
        if meant.unknown_number:
            turn.say("reply_number_unknown", number=meant.unknown_number)
            turn.done("not_found", number=meant.unknown_number)
        elif meant.not_bought:
            await self._not_under_way(turn, member, meant)
        elif meant.one is not None:
            await self._tell(turn, member, meant.one)
        elif meant.several:
            tell_several(turn, meant.several)
        else:
            await self._no_parcel(turn, member)
        return []

    async def _tell(self, turn: Turn, member: Member, parcel: Parcel) -> None:
        """The whole way the first time; later, and for a question about one thing, the answer to that."""
        asked = question_about(turn)
        chases = not turn.pressed and lexicon.mentions("chase", turn.text)
        was_told = turn.spoken_of.get("parcel") == parcel.number
        disputes = not turn.pressed and disputed.disputes(turn.text)
        if disputes and delay_disputed.tell(turn, parcel):
            _focus(turn, parcel)
        elif not chases and not turn.pressed and (was_told or asked in OF_THE_RECORD):
            tell_in_short(turn, parcel, asked)
        else:
            await tell_parcel(turn, member, parcel)

    async def _meant(self, turn: Turn, member: Member) -> Meant[Parcel]:
        under_way = await parcels.open_for_member(turn.session, member.id)
        if turn.entity("parcel_number") or not (turn.entity("order_number") or says_a_place(turn)):
            meant = await parcel_meant(turn, member, under_way)
            if not meant.not_bought:
                return meant
        named = await order_meant(turn, member, [])
        if named.one is None:
            return Meant(unknown_number=named.unknown_number, not_bought=named.not_bought)
        of_order = await _parcels_of(turn, named.one)
        return Meant(one=of_order[0]) if len(of_order) == 1 else Meant(several=of_order)

    async def _not_under_way(self, turn: Turn, member: Member, meant: Meant[Parcel]) -> None:
        """A thing was named that is in no order; what comes near it is offered."""
        named = await order_meant(turn, member, [])
        tell_not_bought(turn, str(meant.not_bought), named.several, "ask_parcel")

    async def _tell_another(self, turn: Turn, member: Member) -> None:
        """The second parcel of the order spoken of, or of those under way; or that there is only the one."""
        told = turn.spoken_of.get("parcel")
        shown = await parcels.by_number(turn.session, str(told), member_id=member.id) if told else None
        known = list(await _parcels_of(turn, shown.order)) if shown else []
        known += [each for each in await parcels.open_for_member(turn.session, member.id) if each not in known]
        if not known:
            await self._no_parcel(turn, member)
            return
        place = choice_in(turn.text, CHOICES)
        others = [each for each in known if each.number != told]
        meant = known[place] if place is not None and place < len(known) else None
        if meant is None and place in (None, 1) and len(others) == 1:
            meant = others[0]
        if meant is not None and (meant.number != told or len(known) > 1):
            await tell_parcel(turn, member, meant)
        elif len(known) == 1:
            facts = parcel_facts(known[0], turn.language)
            turn.say("reply_parcel_only_one", buttons=_short_buttons(turn, known[0]), **facts)
            turn.focus(parcel=known[0].number, order=known[0].order.number)
            turn.done("answered", "only one parcel", parcel=known[0].number)
        else:
            tell_several(turn, known)

    async def _no_parcel(self, turn: Turn, member: Member) -> None:
        """Nothing is under way: an order that has not left yet, else the parcel that came last."""
        waiting = [order for order in await open_orders(turn, member) if not await _parcels_of(turn, order)]
        named = await order_meant(turn, member, waiting)
        latest = next(iter(await parcels.for_member(turn.session, member.id, limit=1)), None)
        if named.one is not None:
            await self._tell_order(turn, named.one)
        elif named.several:
            turn.say(
                "reply_orders_not_shipped" if waiting else "reply_order_which",
                orders="\n".join(order_entry(order, turn.language) for order in named.several[:LIST_LIMIT]),
                buttons=order_buttons(turn, named.several, "ask_order_status"),
            )
            turn.focus(listed=order_buttons(turn, named.several, "ask_order_status"))
            turn.done("answered")
        elif latest is not None and latest.delivered_at and now() - latest.delivered_at <= DELIVERED_LATELY:
            await self._tell(turn, member, latest)
        else:
            turn.say("reply_no_parcels")
            turn.done("nothing_under_way")

    async def _tell_order(self, turn: Turn, order: Order) -> None:
        """Of an order without a parcel: how far it is; who asks for the carrier hears that none is recorded."""
        if question_about(turn) == "carrier" and order.shipped_at is not None:
            turn.say("reply_order_no_parcel", number=order.number, items=items_text(order, turn.language))
            turn.focus(order=order.number, parcel=None)
            turn.done("answered", f"{order.number}: no parcel", order=order.number)
        else:
            await tell_order(turn, order)


def question_about(turn: Turn) -> str | None:
    """What of a parcel the words ask for: number, carrier, why, day or place; None for how it stands."""
    if turn.pressed:
        return None
    if parcel_answers.aspect_of(turn.tracker) is Aspect.WHERE_LEFT:
        return "signed"
    return "address" if asks_address(turn.text) else lexicon.meant("parcel_question", turn.text)


async def tell_of_record(turn: Turn, member: Member) -> bool:
    """Who signed for the order spoken of, or where it went; False where neither is asked, or another is named."""
    asked, number = question_about(turn), turn.spoken_of.get("order")
    if asked not in ("signed", "address") or turn.has_entities:
        return False
    if number:
        order = await orders.by_number(turn.session, str(number), member_id=member.id)
    else:
        order = await trace.latest_delivered(turn, member) if asked == "signed" else None
    if order is None or (asked == "signed" and order.delivered_at is None):
        return False
    if asked == "address" and order.address:
        tell_address(turn, order)
        return True
    sent = await _parcels_of(turn, order)
    if len(sent) == 1:
        tell_in_short(turn, sent[0], asked)
        return True
    if asked == "signed":
        day = format_date(order.delivered_at or now(), turn.language)
        turn.say("reply_order_signed", number=order.number, items=items_text(order, turn.language), day=day)
        turn.focus(order=order.number)
        trace.offered(turn, order.number)
        turn.done("answered", f"who signed for {order.number}", order=order.number)
        return True
    return False


def tell_in_short(turn: Turn, parcel: Parcel, asked: str | None) -> None:
    """The answer to one question about a parcel, without its whole way."""
    if asked == "address" and parcel.order.address:
        tell_address(turn, parcel.order)
        _focus(turn, parcel)
        return
    facts = parcel_facts(parcel, turn.language)
    turn.say(_short_response(turn, parcel, asked), buttons=_short_buttons(turn, parcel), **facts)
    _focus(turn, parcel)
    turn.done("answered", f"{parcel.number}: {asked or parcel.status}", parcel=parcel.number)


def _short_response(turn: Turn, parcel: Parcel, asked: str | None) -> str:
    is_late = parcels.lateness(parcel) is not None
    if asked in ("carrier", "number"):
        # Who brings it is told with the number.
        return "reply_parcel_carrier_was" if parcel.status == ParcelStatus.DELIVERED else "reply_parcel_carrier"
    if parcel.status == ParcelStatus.DELIVERED:
        return "reply_parcel_signed" if asked == "signed" else "reply_parcel_came"
    if parcel.status not in UNDER_WAY:
        return f"reply_parcel_{_ENDS[ParcelStatus(parcel.status)]}"
    if asked == "why" and is_late:
        return "reply_parcel_why_late"
    if parcel.promised_at is None or (asked == "day" and is_late):
        return "reply_parcel_no_day_today" if _asks_of_today(turn) else "reply_parcel_no_day"
    if asked in ("why", "day"):
        if parcels.step_behind(parcel) is not None:
            return "reply_parcel_day_behind"
        return "reply_parcel_not_late" if asked == "why" else "reply_parcel_day"
    return "reply_parcel_place_late" if is_late else "reply_parcel_place"


def _asks_of_today(turn: Turn) -> bool:
    """Whether the day asked about is today, so that the answer begins with it."""
    windows = [window for value in turn.entities("time") if (window := window_of(value)) is not None]
    return any(start.astimezone(business_zone()).date() == today() for start, _ in windows)


def _short_buttons(turn: Turn, parcel: Parcel) -> list[Button]:
    if parcel.status in UNDER_WAY and parcels.lateness(parcel):
        return help_buttons(turn, parcel)
    if parcels.step_behind(parcel) is not None:
        return help_buttons(turn, parcel)[1:]
    buttons = [service_button(turn, "every_step", "ask_parcel", parcel_number=parcel.number)]
    return [_not_received(turn, parcel), *buttons] if parcel.status == ParcelStatus.DELIVERED else buttons


def _not_received(turn: Turn, parcel: Parcel) -> Button:
    return service_button(turn, "not_received", "ask_parcel", parcel_number=parcel.number, choice=NOT_RECEIVED)


async def tell_parcel(turn: Turn, member: Member, parcel: Parcel) -> None:
    """Say the true state of one parcel; who asked to chase it gets that as well."""
    facts = parcel_facts(parcel, turn.language)
    late = parcels.lateness(parcel)
    response = _response(parcel, is_late=late is not None)
    if _needs_kind_words(turn) and late is None:
        turn.say("reply_sorry_for_the_worry")
    _focus(turn, parcel)
    turn.done("answered", f"{parcel.number}: {parcel.status}", parcel=parcel.number, late=late is not None)
    chase = parcel.status in UNDER_WAY and not turn.pressed and lexicon.mentions("chase", turn.text)
    if chase and late is not None:
        if await _running_check(turn, member, parcel) is None:
            turn.say(response, **facts)
        await chase_parcel(turn, member, parcel)
        return
    turn.say(response, buttons=_buttons(turn, parcel, is_late=late is not None), **facts)


def _focus(turn: Turn, parcel: Parcel) -> None:
    """What was told as delivered is kept for who says that they do not have it."""
    turn.focus(parcel=parcel.number, order=parcel.order.number, delivered=None, trace=None)
    if parcel.status == ParcelStatus.DELIVERED:
        trace.offered(turn, parcel.number)


async def chase_parcel(turn: Turn, member: Member, parcel: Parcel) -> Promise:
    """Promise that the shop asks the carrier and reports back; while such a promise runs, say when it is due."""
    running = await _running_check(turn, member, parcel)
    if running is not None:
        turn.say("reply_parcel_chased_already", number=parcel.number, due=format_moment(running.due_at, turn.language))
        turn.done("already_promised", parcel=parcel.number, promise=running.id)
        return running
    due = service_hours.after(now(), service_hours.length(policy().parcels.carrier_answers_within))
    words = {"number": parcel.number, "due": due_text(due, turn.language)}
    async with turn.writing() as session:
        promise = await promises.make(
            session,
            member_id=member.id,
            identity_id=turn.identity.id,
            conversation_id=turn.conversation.id,
            kind=PromiseKind.PARCEL_CHECK,
            text=label("promise_text", PromiseKind.PARCEL_CHECK, turn.language, **words),
            due_at=due,
            reference=parcel.number,
            key=turn.key(f"chase:{parcel.number}"),
        )
    turn.say("reply_parcel_chased", number=parcel.number, due=format_moment(promise.due_at, turn.language))
    turn.focus(parcel=parcel.number, order=parcel.order.number)
    turn.done("parcel_chased", f"chase {parcel.number}", parcel=parcel.number, promise=promise.id)
    return promise


async def _running_check(turn: Turn, member: Member, parcel: Parcel) -> Promise | None:
    own_key = turn.key(f"chase:{parcel.number}")
    for promise in await promises.open_for_member(turn.session, member.id):
        is_check = promise.kind == PromiseKind.PARCEL_CHECK and promise.reference == parcel.number
        if is_check and promise.status == PromiseStatus.OPEN and promise.due_at > now() and promise.key != own_key:
            return promise
    return None


def tell_several(turn: Turn, several: Sequence[Parcel]) -> None:
    """A list of parcels to choose from, an apology first when one of them is late."""
    is_late = any(parcels.lateness(parcel) for parcel in several)
    shown = several[:LIST_LIMIT]
    buttons = [button(parcel.number, "ask_parcel", parcel_number=parcel.number) for parcel in shown]
    turn.say(
        "reply_parcels_late" if is_late else "reply_parcels",
        parcels="\n".join(parcel_entry(parcel, turn.language) for parcel in shown),
        buttons=buttons,
    )
    turn.focus(listed=buttons, parcel=None)
    turn.done("answered", f"{len(several)} parcels under way", late=is_late)


async def _parcels_of(turn: Turn, order: Order) -> Sequence[Parcel]:
    return await parcels.for_order(turn.session, order.id)


def _needs_kind_words(turn: Turn) -> bool:
    return turn.anger >= policy().anger.upset or turn.sentiment.get("label") == "negative"


def _response(parcel: Parcel, *, is_late: bool) -> str:
    if parcel.status in _ENDS:
        return f"reply_parcel_{_ENDS[ParcelStatus(parcel.status)]}"
    if parcel.status == ParcelStatus.DELIVERED:
        return "reply_parcel_delivered_late" if is_late else "reply_parcel_delivered"
    if is_late:
        return "reply_parcel_late"
    if parcel.promised_at is None:
        return "reply_parcel_under_way"
    # "In time" above a step that is 17 hours late would be untrue.
    return "reply_parcel_behind" if parcels.step_behind(parcel) is not None else "reply_parcel_in_time"


def _buttons(turn: Turn, parcel: Parcel, *, is_late: bool) -> list[Button]:
    if parcel.status in UNDER_WAY and is_late:
        return help_buttons(turn, parcel)
    if parcels.step_behind(parcel) is not None:
        return help_buttons(turn, parcel)[1:]
    if parcel.status in _ENDS:
        return help_buttons(turn)
    if parcel.status == ParcelStatus.DELIVERED:
        number = parcel.order.number
        return [
            _not_received(turn, parcel),
            service_button(turn, "return", "return_or_refund", order_number=number),
            service_button(turn, "complain", "make_complaint"),
        ]
    return []
