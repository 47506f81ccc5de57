"""Promises: what was told to the member, and the truth about it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from actions.kit.base import Button, Event, MemberAction, Turn, button
from actions.kit.form_input import words
from actions.kit.replies import Facts, help_buttons, person_button, person_offer, service_button
from actions.kit.words import lexicon
from actions.orders import handed_on, trace
from actions.orders.parcels import chase_parcel, tell_parcel
from actions.service.made_calls import asks_whether_called, tell_whether_called, told_of_made_call
from crm_store import callbacks, parcels, promises, risk, service_hours
from crm_store.callbacks import Callback
from crm_store.clock import now
from crm_store.language import format_date, format_moment, format_time, format_window
from crm_store.members import Member
from crm_store.parcels import Parcel, ParcelStatus
from crm_store.policy import policy
from crm_store.promises import Promise, PromiseKind, PromiseStatus

NEXT_CALL = timedelta(hours=1)
WHOLE_HOUR = timedelta(hours=1)


def _has_it(turn: Turn, parcel: Parcel) -> bool:
    """Whether a parcel came, and nobody says that they do not have it: then nothing is to be traced."""
    return (
        parcel.status == ParcelStatus.DELIVERED and not turn.pressed and not lexicon.mentions("not_received", turn.text)
    )


class ActionChasePromise(MemberAction):
    """What was promised, whether it was kept, and what can be done now. A named parcel is chased."""

    action_name: ClassVar[str] = "action_chase_promise"

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        if (events := await handed_on.answered(turn, member)) is not None:
            return events
        number = turn.entity("parcel_number")
        if number:
            await self._chase_named(turn, member, str(number))
            return []
        late = await _late_parcels(turn, member)
        if len(late) == 1 and lexicon.mentions("chase", words(turn)):
            await chase_parcel(turn, member, late[0])
            return []
        running = await promises.open_for_member(turn.session, member.id)
        promise = await overdue_promise(turn, member)
        if asks_whether_called(turn) and await _told_whether_called(turn, running, promise):
            return []
        if promise is not None:
            await self._tell_broken(turn, member, promise)
        elif running:
            self._tell_running(turn, running)
        else:
            await self._tell_nothing(turn, member)
        return []

    async def _chase_named(self, turn: Turn, member: Member, number: str) -> None:
        parcel = await parcels.by_number(turn.session, number, member_id=member.id)
        if parcel is None:
            turn.say("reply_number_unknown", number=number)
            turn.done("not_found", number=number)
        elif _has_it(turn, parcel):
            await tell_parcel(turn, member, parcel)
        elif parcel.status == ParcelStatus.DELIVERED:
            await trace.of_parcel(turn, member, parcel)
        else:
            await chase_parcel(turn, member, parcel)

    async def _tell_broken(self, turn: Turn, member: Member, promise: Promise) -> None:
        """The truth, an apology, and a person or a new time; the promise counts as broken and the risk is looked at."""
        promise = await promises.break_if_overdue(turn.session, promise)
        call = await _call_of(turn, member, promise)
        if call is not None:
            say_missed_call(turn, call)
        else:
            turn.focus(accepts={"time": "request_callback"})
            turn.say(
                "reply_promise_broken",
                promise=promise.text,
                due=format_moment(promise.due_at, turn.language),
                offer=person_offer(turn, "call"),
                buttons=_new_time_buttons(turn),
            )
        turn.done("promise_broken", f"broken: {promise.text}", promise=promise.id, kind=promise.kind)
        await risk.assess(turn.session, member.id)

    def _tell_running(self, turn: Turn, running: Sequence[Promise]) -> None:
        promise = _of_kind(turn, running) or running[0]
        facts: Facts = {"promise": promise.text, "due": format_moment(promise.due_at, turn.language)}
        turn.say("reply_promise_running", buttons=help_buttons(turn)[-1:], offer=person_offer(turn, "sooner"), **facts)
        turn.done("promise_running", f"not due yet: {promise.text}", promise=promise.id, kind=promise.kind)

    async def _tell_nothing(self, turn: Turn, member: Member) -> None:
        late = await _late_parcels(turn, member)
        if len(late) == 1:
            # Nothing was promised by a person, but a parcel is late: that is what can be chased.
            await chase_parcel(turn, member, late[0])
            return
        buttons = [person_button(turn), service_button(turn, "call_back", "request_callback")]
        turn.focus(accepts={"time": "request_callback"})
        turn.say("reply_no_promise_found", buttons=buttons, offer=person_offer(turn, "call"))
        turn.done("no_promise_found", words(turn))


async def _told_whether_called(turn: Turn, running: Sequence[Promise], overdue: Promise | None) -> bool:
    """Tell of the call that was made, or that there was none; False where one was missed or is still to come, and only
    that can be told."""
    if not any(each.kind == PromiseKind.CALLBACK for each in running):
        await tell_whether_called(turn)
        return True
    was_missed = overdue is not None and overdue.kind == PromiseKind.CALLBACK
    return not was_missed and await told_of_made_call(turn)


def say_missed_call(turn: Turn, call: Callback) -> None:
    """That a call was promised and did not come, with an apology, and a person or a new time."""
    turn.focus(callback=call.id, accepts={"time": "request_callback"})
    turn.say(
        "reply_promise_broken_call",
        day=format_date(call.window_start, turn.language),
        start=format_time(call.window_start),
        end=format_time(call.window_end),
        offer=person_offer(turn, "new_time"),
        buttons=_new_time_buttons(turn),
    )


async def tell_missed_call(turn: Turn, call: Callback) -> None:
    """Own up to a missed call: its promise counts as broken, and a member's risk is looked at."""
    promise = await promises.break_if_overdue(turn.session, call.promise)
    say_missed_call(turn, call)
    turn.done("promise_broken", f"broken: {promise.text}", promise=promise.id, kind=promise.kind)
    if call.member_id is not None:
        await risk.assess(turn.session, call.member_id)


async def overdue_promise(turn: Turn, member: Member) -> Promise | None:
    """What was promised to the member and not kept in time: the one that the words name, else the last one."""
    running = await promises.open_for_member(turn.session, member.id)
    overdue = [each for each in running if each.status == PromiseStatus.BROKEN or each.due_at < now()]
    fitting = _of_kind(turn, overdue)
    return fitting or (max(overdue, key=lambda promise: promise.due_at) if overdue else None)


def next_windows(count: int = 1) -> list[tuple[datetime, datetime]]:
    """The next whole hours in which somebody can call, the soonest first."""
    moment = service_hours.round_up(now() + NEXT_CALL, WHOLE_HOUR)
    windows: list[tuple[datetime, datetime]] = []
    while len(windows) < count:
        opens, closes = service_hours.next_shift(moment, least=policy().callbacks.shortest_window)
        start = max(opens, moment)
        windows.append((start, min(start + WHOLE_HOUR, closes)))
        moment = start + 3 * WHOLE_HOUR
    return windows


def window_button(turn: Turn, start: datetime, end: datetime) -> Button:
    """A button that asks for a call in that window."""
    value = f"{start.isoformat(timespec='minutes')}/{end.isoformat(timespec='minutes')}"
    title = format_window(start, end, turn.language)
    # Words for the middle of a sentence ("today 09:00–10:00") begin here.
    return button(title[:1].upper() + title[1:], "request_callback", time=value)


def _new_time_buttons(turn: Turn) -> list[Button]:
    windows = [window_button(turn, start, end) for start, end in next_windows()]
    return [
        person_button(turn),
        *windows,
        service_button(turn, "another_time", "request_callback"),
    ]


def _of_kind(turn: Turn, candidates: Sequence[Promise]) -> Promise | None:
    if not lexicon.mentions("callback_call", words(turn)):
        return None
    calls = [promise for promise in candidates if promise.kind == PromiseKind.CALLBACK]
    return max(calls, key=lambda promise: promise.due_at) if calls else None


async def _call_of(turn: Turn, member: Member, promise: Promise) -> Callback | None:
    calls = await callbacks.open_for_member(turn.session, member.id)
    return next((call for call in calls if call.promise_id == promise.id), None)


async def _late_parcels(turn: Turn, member: Member) -> list[Parcel]:
    running = await parcels.open_for_member(turn.session, member.id)
    return [parcel for parcel in running if parcels.lateness(parcel)]
