"""Parcels: where they are, each step against the promised time, and a carrier who is chased."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from actions.kit import lexicon
from actions.kit.base import Button, Event, MemberAction, Turn
from actions.kit.mentions import Meant, order_meant, parcel_meant
from actions.kit.replies import (
    LIST_LIMIT,
    due_text,
    help_buttons,
    order_buttons,
    order_entry,
    parcel_entry,
    parcel_facts,
    service_button,
)
from actions.orders.status import open_orders, tell_order
from crm_store import parcels, promises, service_hours
from crm_store.clock import now
from crm_store.labels import label
from crm_store.language import format_moment
from crm_store.members import Member
from crm_store.orders import Order
from crm_store.parcels import UNDER_WAY, Parcel, ParcelStatus
from crm_store.policy import policy
from crm_store.promises import Promise, PromiseKind, PromiseStatus

DELIVERED_LATELY = timedelta(days=30)

_ENDS = {ParcelStatus.LOST: "lost", ParcelStatus.RETURNED: "sent_back"}


class ActionParcel(MemberAction):
    """Where a parcel is. With several under way: which one."""

    action_name: ClassVar[str] = "action_parcel"
    writes: ClassVar[bool] = False

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        meant = await self._meant(turn, member)
        if meant.unknown_number:
            turn.say("reply_number_unknown", number=meant.unknown_number)
            turn.done("not_found", number=meant.unknown_number)
        elif meant.one is not None:
            await tell_parcel(turn, member, meant.one)
        elif meant.several:
            await _tell_several(turn, meant.several)
        else:
            await self._no_parcel(turn, member)
        return []

    async def _meant(self, turn: Turn, member: Member) -> Meant[Parcel]:
        if turn.entity("order_number") and not turn.entity("parcel_number"):
            named = await order_meant(turn, member, [])
            if named.one is None:
                return Meant(unknown_number=named.unknown_number)
            of_order = await parcels.for_order(turn.session, named.one.id)
            return Meant(one=of_order[0]) if len(of_order) == 1 else Meant(several=of_order)
        return await parcel_meant(turn, member, await parcels.open_for_member(turn.session, member.id))

    async def _no_parcel(self, turn: Turn, member: Member) -> None:
        """Nothing is under way: an order that has not left yet, else the parcel that came last."""
        waiting = [order for order in await open_orders(turn, member) if not await _parcels_of(turn, order)]
        named = await order_meant(turn, member, waiting)
        latest = next(iter(await parcels.for_member(turn.session, member.id, limit=1)), None)
        if named.one is not None:
            await tell_order(turn, named.one)
        elif named.several:
            turn.say(
                "reply_orders_not_shipped",
                orders="\n".join(order_entry(order, turn.language) for order in named.several[:LIST_LIMIT]),
                buttons=order_buttons(turn, named.several, "ask_order_status"),
            )
            turn.done("answered")
        elif latest is not None and latest.delivered_at and now() - latest.delivered_at <= DELIVERED_LATELY:
            await tell_parcel(turn, member, latest)
        else:
            turn.say("reply_no_parcels")
            turn.done("nothing_under_way")


async def tell_parcel(turn: Turn, member: Member, parcel: Parcel) -> None:
    """Say the true state of one parcel; who asked to chase it gets that as well."""
    facts = parcel_facts(parcel, turn.language)
    late = parcels.lateness(parcel)
    response = _response(parcel, is_late=late is not None)
    if _needs_kind_words(turn) and late is None:
        turn.say("reply_sorry_for_the_worry")
    turn.done("answered", f"{parcel.number}: {parcel.status}", parcel=parcel.number, late=late is not None)
    chase = parcel.status in UNDER_WAY and not turn.pressed and lexicon.mentions("chase", turn.text)
    if chase and late is not None:
        if await _running_check(turn, member, parcel) is None:
            turn.say(response, **facts)
        await chase_parcel(turn, member, parcel)
        return
    turn.say(response, buttons=_buttons(turn, parcel, is_late=late is not None), **facts)


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
    turn.done("parcel_chased", f"chase {parcel.number}", parcel=parcel.number, promise=promise.id)
    return promise


async def _running_check(turn: Turn, member: Member, parcel: Parcel) -> Promise | None:
    own_key = turn.key(f"chase:{parcel.number}")
    for promise in await promises.open_for_member(turn.session, member.id):
        is_check = promise.kind == PromiseKind.PARCEL_CHECK and promise.reference == parcel.number
        if is_check and promise.status == PromiseStatus.OPEN and promise.due_at > now() and promise.key != own_key:
            return promise
    return None


async def _tell_several(turn: Turn, several: Sequence[Parcel]) -> None:
    is_late = any(parcels.lateness(parcel) for parcel in several)
    turn.say(
        "reply_parcels_late" if is_late else "reply_parcels",
        parcels="\n".join(parcel_entry(parcel, turn.language) for parcel in several[:LIST_LIMIT]),
        buttons=[
            {"title": parcel.number, "payload": f'/ask_parcel{{"parcel_number":"{parcel.number}"}}'}
            for parcel in several[:LIST_LIMIT]
        ],
    )
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
    return "reply_parcel_in_time" if parcel.promised_at else "reply_parcel_under_way"


def _buttons(turn: Turn, parcel: Parcel, *, is_late: bool) -> list[Button]:
    if parcel.status in UNDER_WAY and is_late:
        return help_buttons(turn, parcel)
    if parcel.status in _ENDS:
        return help_buttons(turn)
    if parcel.status == ParcelStatus.DELIVERED:
        number = parcel.order.number
        return [
            service_button(turn, "return", "return_or_refund", order_number=number),
            service_button(turn, "complain", "make_complaint"),
        ]
    return []
