"""Answers to what is asked of a parcel, or an order on its way, besides where it is: by what is recorded of it, by the
shop's articles where they say it, and else that it is not known here, with a colleague who asks."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from rasa_sdk import Tracker

from actions.kit.asked.parcel_asked import BY_RULE, CHOICE, Aspect
from actions.kit.base import Turn
from actions.kit.mentions import Meant, lines_described, order_meant
from actions.kit.order_marks import window_of
from actions.kit.replies import (
    Facts,
    help_buttons,
    joined,
    line_text,
    parcel_facts,
    person_button,
    service_button,
    step_sentence,
)
from actions.kit.told import handing_on
from actions.kit.told.handing_on import What
from actions.kit.told.not_arrived import BRINGS, NOT_RECEIVED
from actions.kit.told.not_arrived import CHOICE as TRACE
from actions.kit.words import lexicon
from actions.knowledge.found import Found, answer_to
from actions.orders import handed_on
from actions.orders.status import open_orders
from crm_store import parcels
from crm_store.clock import business_zone
from crm_store.labels import label
from crm_store.language import Language, format_moment
from crm_store.members import Member
from crm_store.orders import Order, OrderStatus
from crm_store.parcels import UNDER_WAY, Parcel, ParcelCode, ParcelStatus

JUST_BEFORE = timedelta(seconds=1)
"""What ends at midnight ends on the day before."""
OF_CONTENTS = frozenset({Aspect.TOGETHER, Aspect.INSIDE, Aspect.WEIGHT})


def aspect_of(tracker: Tracker) -> Aspect | None:
    """What is asked, as hearing made it out."""
    values = (each["value"] for each in tracker.latest_message.get("entities") or [] if each["entity"] == "choice")
    choice = next((str(each) for each in values if str(each).startswith(f"{CHOICE}:")), None)
    return Aspect(choice.partition(":")[2]) if choice else None


def asks_what_it_brings(tracker: Tracker) -> bool:
    """Whether it is asked what comes of what was delivered and is not there."""
    values = (each["value"] for each in tracker.latest_message.get("entities") or [] if each["entity"] == "choice")
    return f"{TRACE}:{BRINGS}" in values


async def rule_for(tracker: Tracker) -> Found:
    """What the shop's articles say to what is asked; looked up before the transaction begins."""
    aspect, language = aspect_of(tracker), Language.of(tracker.latest_message.get("language"))
    if asks_what_it_brings(tracker):
        return await answer_to(label("parcel_rule", NOT_RECEIVED, language), language)
    return await answer_to(label("parcel_rule", aspect, language), language) if aspect in BY_RULE else Found()


def tell_everybody(turn: Turn, aspect: Aspect | None) -> bool:
    """The answer that is the same for everybody, or what nobody is told; False where one's own parcel is asked about,
    by a visitor as well."""
    rule: Found = turn.prepared
    if aspect in BY_RULE:
        if rule.answers:
            rule.tell(turn)
        else:
            _tell_unwritten(turn, aspect)
    elif aspect is Aspect.ADDED:
        turn.say("reply_parcel_nothing_added")
    elif turn.member is None and aspect is Aspect.COURIER_PHONE:
        turn.say("reply_parcel_courier_phone_none")
    elif turn.member is None and aspect is Aspect.LEFT:
        _tell_unwritten(turn, aspect)
    else:
        return False
    _keep_spoken_of(turn)
    turn.done("answered", f"of a parcel: {aspect}")
    return True


async def tell(turn: Turn, member: Member, aspect: Aspect, meant: Meant[Parcel]) -> bool:
    """The answer from what is recorded; False where it is not clear which parcel is meant, or where it stands is the
    answer: it came, or is late."""
    order, sent = await _order_meant(turn, member, meant)
    if order is None:
        return False
    parcel = next((each for each in sent if each.status in UNDER_WAY), sent[0] if sent else None)
    told = meant.one or parcel
    if aspect is Aspect.LEFT:
        await handed_on.ask_of(turn, member, order, What.LEAVE)
    elif aspect in OF_CONTENTS:
        _tell_contents(turn, aspect, order, sent)
    elif aspect is Aspect.COURIER_PHONE:
        _tell_no_phone(turn, order, told)
    elif aspect is Aspect.BY_WHEN:
        if not _tell_hour(turn, order, told):
            return False
    elif aspect is Aspect.LOST and told is not None and told.status in UNDER_WAY and told.promised_at:
        late = parcels.lateness(told) is not None
        name = "reply_parcel_not_lost_late" if late else "reply_parcel_not_lost"
        turn.say(name, buttons=help_buttons(turn, told) if late else None, **parcel_facts(told, turn.language))
    else:
        return False
    turn.focus(order=order.number, parcel=told.number if told is not None else None)
    turn.done("answered", f"{order.number}: {aspect}", order=order.number)
    return True


async def _order_meant(turn: Turn, member: Member, meant: Meant[Parcel]) -> tuple[Order | None, Sequence[Parcel]]:
    """The order that is asked about, with its parcels; none where several orders may be meant."""
    found = [meant.one] if meant.one is not None else list(meant.several)
    if found:
        order = found[0].order
        one = all(each.order_id == order.id for each in found)
        return (order, await parcels.for_order(turn.session, order.id)) if one else (None, [])
    if meant.unknown_number or meant.not_bought:
        return None, []
    coming = [each for each in await open_orders(turn, member) if each.status != OrderStatus.RETURNING]
    named = await order_meant(turn, member, coming)
    return (named.one, await parcels.for_order(turn.session, named.one.id)) if named.one else (None, [])


def _tell_contents(turn: Turn, aspect: Aspect, order: Order, sent: Sequence[Parcel]) -> None:
    language = turn.language
    facts: Facts = {
        "order": order.number,
        "goods": joined([line_text(line, language) for line in order.lines], language),
    }
    named = [line for _, line in lines_described(turn, [(order, line) for line in order.lines])]
    if aspect is Aspect.WEIGHT:
        turn.say("reply_parcel_weight", **facts)
    elif not sent:
        turn.say("reply_order_contents_not_sent", **facts)
    elif len(sent) > 1:
        turn.say("reply_parcel_split", count=len(sent), **facts)
    elif aspect is Aspect.INSIDE:
        turn.say("reply_parcel_inside", number=sent[0].number, **facts)
    elif named and len(named) < len(order.lines):
        things = joined([line_text(line, language) for line in named], language)
        turn.say("reply_parcel_holds_named", number=sent[0].number, named=things, **facts)
    else:
        turn.say("reply_parcel_holds_all", number=sent[0].number, **facts)


def _tell_no_phone(turn: Turn, order: Order, parcel: Parcel | None) -> None:
    if parcel is None or parcel.status not in UNDER_WAY:
        turn.say("reply_parcel_courier_phone_none", buttons=[person_button(turn)])
        return
    choice = f"{handing_on.CHOICE}:{What.CONTACT}"
    calls = service_button(turn, "ask_courier_to_call", handed_on.INTENT, choice=choice, order_number=order.number)
    turn.say("reply_parcel_courier_phone", carrier=parcel.carrier, number=parcel.number, buttons=[calls])


def _tell_hour(turn: Turn, order: Order, parcel: Parcel | None) -> bool:
    """Whether it comes by the time that is asked, by what was promised and planned."""
    if parcel is None:
        turn.say("reply_order_hour_not_sent", order=order.number)
        return True
    behind = parcels.lateness(parcel) is not None or parcels.step_behind(parcel) is not None
    if parcel.status not in UNDER_WAY or parcel.promised_at is None or behind:
        return False
    wanted = _latest_wanted(turn, parcel.promised_at)
    if wanted is None:
        name = "unknown"
    elif parcel.promised_at <= wanted:
        name = "yes"
    else:
        planned = _planned_out(parcel)
        earlier = planned is not None and _day(wanted - JUST_BEFORE) < _day(planned)
        name = "no" if earlier else "open"
    facts = parcel_facts(parcel, turn.language)
    turn.say(f"reply_parcel_hour_{name}", **facts, next=_next_text(parcel, turn.language))
    return True


def _latest_wanted(turn: Turn, promised: datetime) -> datetime | None:
    """The last moment that would do; an hour alone is one of the day that was promised."""
    windows = [window for each in turn.entities("time") if (window := window_of(each)) is not None]
    if not windows:
        return None
    end = windows[0][1] if windows[0][1] > windows[0][0] else windows[0][0]
    if not lexicon.mentions("day", turn.text):
        end += timedelta(days=(_day(promised) - _day(end - JUST_BEFORE)).days)
    return end


def _planned_out(parcel: Parcel) -> datetime | None:
    """When it is planned to be out for delivery; None once it is."""
    planned = (step for step in parcels.steps(parcel) if step.at is None)
    return next((step.promised_at for step in planned if step.code == ParcelCode.OUT_FOR_DELIVERY), None)


def _next_text(parcel: Parcel, language: Language) -> str:
    planned = _planned_out(parcel)
    if parcel.status == ParcelStatus.OUT_FOR_DELIVERY:
        return label("parcel_hour", "out", language)
    if planned is not None:
        return label("parcel_hour", "planned", language, moment=format_moment(planned, language))
    last = parcels.last_step(parcel)
    return step_sentence(last, language) if last else label("parcel_status", parcel.status, language)


def _day(moment: datetime) -> date:
    return moment.astimezone(business_zone()).date()


def _tell_unwritten(turn: Turn, aspect: Aspect | None) -> None:
    asked = label("parcel_rule", str(aspect), turn.language)
    turn.say("reply_parcel_unwritten", asked=asked, buttons=[person_button(turn)])


def _keep_spoken_of(turn: Turn) -> None:
    """A rule that was told of a parcel leaves that parcel what is spoken of."""
    for kind in ("parcel", "order"):
        if number := turn.spoken_of.get(kind):
            turn.focus(**{kind: number})
