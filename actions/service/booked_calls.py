"""Calls that are arranged: when they come, another time, number or topic for them, and calling them off."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.kit.asking_who import ask_who
from actions.kit.base import Button, CrmAction, Event, Turn, button, consent_buttons, is_member, kept_for_later
from actions.kit.form_input import choice, words
from actions.kit.order_marks import window_of
from actions.kit.parsing import phone_in
from actions.kit.quick_replies import wish
from actions.kit.replies import Facts, service_button
from actions.kit.rule_first import Rule, rule_for
from actions.kit.words import lexicon
from actions.service import clocks
from actions.service.call_times import CallTime, Window, call_time, joined, no_such_day
from actions.service.call_topic import topic_announced, topic_said
from actions.service.callbacks import CallbackForm, calls_of, offered_windows, say_offer
from actions.service.made_calls import asks_whether_called, tell_whether_called, told_of_made_call
from actions.service.promises import tell_missed_call
from crm_store import callbacks
from crm_store.callbacks import Callback, CallbackStatus
from crm_store.labels import label
from crm_store.language import format_date, format_window, mask_phone

KEEP, ANOTHER_TIME = "keep", "another_time"
DAY_ASKED = "callback_day"
"""The slot that keeps a day whose hour was asked."""


class ActionAskCallback(CrmAction):
    """When the call comes, on which number and about what; of a missed one the truth."""

    action_name: ClassVar[str] = "action_ask_callback"

    async def look_up(self, tracker: Tracker) -> Rule | None:
        return await rule_for(tracker, of_visitor=not is_member(tracker)) if not tracker.active_loop_name else None

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.form == CallbackForm.form_name:
            return [] if _told_aside(turn) else _under_discussion(turn)
        calls = await calls_of(turn)
        if calls and _told_aside(turn):
            return []
        was_called = asks_whether_called(turn)
        if not calls and turn.rule is not None and not was_called:
            # "Until when are your people there?" sounds like a call, and is none where no call is arranged.
            turn.rule.tell(turn)
            turn.done("answered", turn.text)
            return []
        if not calls and was_called and turn.member is not None:
            await tell_whether_called(turn)
            return []
        if not calls:
            return [] if await told_of_made_call(turn) else none_arranged(turn)
        missed = [call for call in calls if callbacks.missed(call)]
        if missed and len(missed) == len(calls):
            await tell_missed_call(turn, missed[-1])
            turn.focus(callback=missed[-1].id, done="request_callback")
            return []
        if was_called and await told_of_made_call(turn):
            return []
        to_come = [call for call in calls if call not in missed]
        clocks.remember(turn)
        if lexicon.mentions("whose_clock", words(turn)):
            self._tell_clocks(turn, to_come[0])
            return []
        buttons = [wish(turn, "change_callback"), wish(turn, "cancel_callback")]
        if len(to_come) > 1:
            turn.say("reply_callback_list", lines="\n".join(_line(turn, call) for call in to_come), buttons=buttons)
        elif to_come[0].topic:
            turn.say("reply_callback_booked_about", topic=to_come[0].topic, buttons=buttons, **_facts(turn, to_come[0]))
        else:
            turn.say("reply_callback_booked", buttons=buttons, **_facts(turn, to_come[0]))
        turn.focus(callback=to_come[0].id, done="request_callback")
        turn.done("answered", f"call of {joined(_window(to_come[0]))}", callback=to_come[0].id)
        return []

    def _tell_clocks(self, turn: Turn, call: Callback) -> None:
        """By whose clock the call is arranged; another hour is taken as the next answer."""
        turn.focus(callback=call.id, done="request_callback", accepts={"time": "change_callback"})
        name = "reply_callback_clocks" if clocks.clock_of(turn) else "reply_callback_our_clock"
        buttons = [wish(turn, "change_callback"), wish(turn, "cancel_callback")]
        turn.say(name, offset=clocks.offset(), buttons=buttons, **_facts(turn, call))
        turn.done("answered", f"by whose clock: {joined(_window(call))}", callback=call.id)


class ActionChangeCallback(CrmAction):
    """Another time, number or topic for a call that is arranged; what is not said is asked."""

    action_name: ClassVar[str] = "action_change_callback"

    async def answer(self, turn: Turn) -> list[Event] | None:
        calls = await calls_of(turn)
        if turn.form == CallbackForm.form_name:
            # The call is being arranged now: the form has heard what is to be different, and asks on.
            return []
        if not calls:
            return none_arranged(turn)
        call = _meant(turn, calls)
        if call is None:
            return self._which(turn, calls)
        turn.focus(callback=call.id, done="request_callback")
        return await self._changed(turn, call)

    async def _changed(self, turn: Turn, call: Callback) -> list[Event]:
        day = date.fromisoformat(turn.slot(DAY_ASKED)) if turn.slot(DAY_ASKED) else None
        time = call_time(turn, known=_window(call), day=day)
        phone, topic = phone_in(turn), _topic_said(turn)
        if phone or topic:
            call = await callbacks.change(turn.session, call, phone=phone, topic=topic)
        if time is not None:
            return await self._moved(turn, call, time)
        if phone or topic:
            turn.say("reply_callback_changed", topic=call.topic, **_facts(turn, call))
            turn.done("callback_changed", f"number or topic: {call.topic}", callback=call.id)
            return [SlotSet(DAY_ASKED, None)]
        if lexicon.mentions("callback_number", words(turn)):
            turn.focus(accepts={"phone": "change_callback"})
            turn.say("reply_callback_which_number")
            return []
        return self._when(turn, call)

    async def _moved(self, turn: Turn, call: Callback, time: CallTime) -> list[Event]:
        if time.day is not None and (windows := offered_windows(turn, time.day)):
            turn.focus(accepts={"time": "change_callback"})
            buttons = [_move_button(turn, window) for window in windows]
            turn.say("reply_callback_hour", day=format_date(windows[0][0], turn.language), buttons=buttons)
            return [SlotSet(DAY_ASKED, time.day.isoformat())]
        if time.offer is not None:
            turn.focus(accepts={"time": "change_callback"})
            buttons = consent_buttons(
                service_button(turn, "ok", "change_callback", time=joined(time.offer)),
                service_button(turn, "another_time", "change_callback", choice=ANOTHER_TIME),
            )
            say_offer(turn, time.offer, time.problem, buttons)
            return []
        if time.window is None:
            return self._when(turn, call)
        start, end = time.window
        if (start, end) != _window(call):
            call = await callbacks.reschedule(
                turn.session, call, window_start=start, window_end=end, key=turn.key("callback"), language=turn.language
            )
        turn.say("reply_callback_moved", **_facts(turn, call))
        turn.done("callback_moved", f"moved to {joined(time.window)}", callback=call.id, promise=call.promise_id)
        return [SlotSet(DAY_ASKED, None)]

    def _when(self, turn: Turn, call: Callback) -> list[Event]:
        """Ask for the new time, without what was ruled out."""
        turn.focus(accepts={"time": "change_callback"})
        buttons = [_move_button(turn, window) for window in offered_windows(turn)]
        if impossible := no_such_day(turn):
            turn.say("reply_callback_no_such_day", day=impossible, buttons=buttons)
        else:
            turn.say("reply_callback_move_when", buttons=buttons, **_facts(turn, call))
        return []

    def _which(self, turn: Turn, calls: Sequence[Callback]) -> list[Event]:
        buttons = [button(_title(turn, call), "change_callback", choice=str(call.id)) for call in calls]
        turn.focus(listed=buttons)
        turn.say("reply_callback_which", buttons=buttons)
        return []


class ActionCancelCallback(CrmAction):
    """Call a call off, after a yes to a question that names it. Runs for a call denied or undone as well."""

    action_name: ClassVar[str] = "action_cancel_callback"

    async def answer(self, turn: Turn) -> list[Event] | None:
        chosen = choice(turn) if turn.intent == "cancel_callback" else None
        if chosen is not None:
            return await self._chosen(turn, chosen)
        left = CallbackForm.left() if turn.form == CallbackForm.form_name else []
        calls = await calls_of(turn)
        if not calls:
            if not left:
                return none_arranged(turn)
            turn.say("reply_callback_not_noted")
            turn.done("callback_dropped")
        elif (call := _meant(turn, calls)) is not None:
            self._ask(turn, call)
        else:
            buttons = [button(_title(turn, each), "cancel_callback", choice=str(each.id)) for each in calls]
            turn.focus(listed=buttons)
            turn.say("reply_callback_which", buttons=buttons)
        return left

    def _ask(self, turn: Turn, call: Callback) -> None:
        turn.focus(callback=call.id)
        buttons = consent_buttons(
            service_button(turn, "cancel_call", "cancel_callback", choice=str(call.id)),
            service_button(turn, "keep_call", "cancel_callback", choice=KEEP),
        )
        turn.say("reply_callback_cancel_sure", buttons=buttons, **_facts(turn, call))

    async def _chosen(self, turn: Turn, chosen: str) -> list[Event]:
        member_id = turn.member.id if turn.member is not None else None
        theirs = await callbacks.of_customer(turn.session, member_id=member_id, identity_id=turn.identity.id)
        if chosen == KEEP:
            turn.say("reply_callback_kept")
            turn.done("callback_kept")
            return []
        call = next((each for each in theirs if str(each.id) == chosen), None)
        if call is None:
            return none_arranged(turn)
        if call.status in (CallbackStatus.DONE, CallbackStatus.NOT_REACHED):
            turn.say("reply_callback_was_made")
            turn.done("refused", "the call was made already", callback=call.id)
            return []
        call = await callbacks.cancel(turn.session, call)
        turn.focus(callback=None, done="cancel_callback")
        buttons = [service_button(turn, "new_call", "request_callback")]
        turn.say("reply_callback_cancelled", buttons=buttons, **_facts(turn, call))
        turn.done("callback_cancelled", f"no call at {joined(_window(call))}", callback=call.id)
        return []


def _told_aside(turn: Turn) -> bool:
    """Answers what is asked of the call beside its time: that it costs nothing, or that nobody can say (from which
    number, by whom, in what language, how long)."""
    asked = None if turn.pressed else lexicon.meant("call_aside", words(turn))
    if asked is None:
        return False
    turn.say("reply_callback_free" if asked == "cost" else "reply_callback_not_known")
    turn.done("answered", turn.text)
    return True


def _under_discussion(turn: Turn) -> list[Event]:
    """The time of the call that is being arranged; the form's next question follows."""
    window = window_of(turn.slot("callback_window"))
    if window is not None:
        turn.say("reply_callback_planned", window=clocks.told_window(turn, *window))
    return []


def none_arranged(turn: Turn) -> list[Event]:
    """No call is on record. Whose calls they would be is only known of a member: a visitor is asked to be one."""
    if turn.member is None:
        ask_who(turn)
        turn.done("verification_needed")
        return [kept_for_later(turn)]
    turn.focus(accepts={"time": "request_callback"})
    turn.say("reply_callback_none", buttons=[service_button(turn, "call_back", "request_callback")])
    turn.done("not_found", "no call arranged")
    return []


def _meant(turn: Turn, calls: Sequence[Callback]) -> Callback | None:
    """The call that was chosen, or spoken of, or the only one."""
    wanted = choice(turn) or str(turn.spoken_of.get("callback") or "")
    named = next((call for call in calls if str(call.id) == wanted), None)
    return named or (calls[0] if len(calls) == 1 else None)


def _topic_said(turn: Turn) -> str | None:
    if lexicon.mentions("callback_retopic", words(turn)):
        return topic_said(turn) or words(turn).strip()
    return topic_announced(turn)


def _move_button(turn: Turn, window: Window) -> Button:
    title = format_window(*window, turn.language)
    return button(title[:1].upper() + title[1:], "change_callback", time=joined(window))


def _title(turn: Turn, call: Callback) -> str:
    title = format_window(*_window(call), turn.language)
    return title[:1].upper() + title[1:]


def _line(turn: Turn, call: Callback) -> str:
    return label("callback_in_list", "entry", turn.language, topic=call.topic or "–", **_facts(turn, call))


def _facts(turn: Turn, call: Callback) -> Facts:
    return {"window": clocks.told_window(turn, *_window(call)), "phone": mask_phone(call.phone)}


def _window(call: Callback) -> Window:
    return call.window_start, call.window_end
