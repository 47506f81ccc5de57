"""Calls back: at a time the customer chooses, within the hours in which somebody is there."""

from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from actions.kit import lexicon
from actions.kit.base import CrmAction, Event, Turn, button
from actions.kit.form_input import begins, blank, choice, confirmed, without_entities, words
from actions.kit.forms import SMALL_TALK, CrmForm, FixedQuestion, requested
from actions.kit.mentions import window_of
from actions.kit.parsing import phone_in
from actions.kit.replies import Facts, service_button
from actions.service.promises import next_windows, window_button
from crm_store import callbacks, complaints, service_hours
from crm_store.callbacks import Callback, WindowRefused
from crm_store.clock import business_zone, now
from crm_store.labels import label
from crm_store.language import format_date, format_window, mask_phone
from crm_store.policy import policy

TOPIC_CHARACTERS = 4
TOPICS = ("order", "complaint", "points", "other")

Window = tuple[datetime, datetime]


class CallbackForm(CrmForm):
    form_name: ClassVar[str] = "callback_form"
    slots: ClassVar[tuple[str, ...]] = (
        "callback_window",
        "callback_day",
        "callback_offer",
        "callback_problem",
        "callback_phone",
        "callback_phone_confirmed",
        "callback_topic",
    )

    async def fill(self, turn: Turn) -> dict[str, Any]:
        if begins(self, turn):
            return blank(self) | self._window(turn) | self._phone(turn) | await self._topic_known(turn)
        if requested(turn, "callback_window"):
            accepted = confirmed(turn, "callback_window").get("callback_window")
            if accepted and turn.slot("callback_offer"):
                return {"callback_window": turn.slot("callback_offer")}
            return self._window(turn) or ({"callback_offer": None} if accepted is False else {})
        if requested(turn, "callback_phone_confirmed"):
            # "不是明天 后天上午十点" is another time, not a no to the number.
            return self._phone(turn) or self._window(turn) or confirmed(turn, "callback_phone_confirmed")
        if requested(turn, "callback_phone"):
            return self._phone(turn) or self._window(turn)
        if requested(turn, "callback_topic"):
            pressed = choice(turn)
            if pressed in TOPICS:
                return {"callback_topic": label("callback_topic", pressed, turn.language)}
            return self._window(turn) or self._topic(turn)
        return {}

    async def required(self, turn: Turn) -> list[str]:
        known = turn.member is not None and turn.member.phone
        if known and turn.slot("callback_phone_confirmed") is not False and turn.slot("callback_phone") is None:
            return ["callback_window", "callback_phone_confirmed", "callback_topic"]
        return ["callback_window", "callback_phone", "callback_topic"]

    def _window(self, turn: Turn) -> dict[str, Any]:
        """The wished window, checked; an impossible one becomes an offer of the nearest that is possible. Said later in
        the form ("啊不对 明天下午") it takes the place of the first."""
        windows = [found for value in turn.entities("time") if (found := window_of(value))]
        if not windows:
            return {}
        start, end = self._on_the_day(turn, windows[-1 if lexicon.corrects(words(turn)) else 0])
        rules = policy().callbacks
        if end - start > rules.longest_window:
            # A whole day ("tomorrow"), not a time to wait for a call: the hour is still to be asked.
            day = max(start, now()).astimezone(business_zone()).date().isoformat()
            return {"callback_window": None, "callback_day": day, "callback_offer": None, "callback_problem": None}
        if end - start < rules.shortest_window:
            end = start + rules.usual_window
        if start <= now() < end:
            start, end = callbacks.nearest_window(start, max(end, start + rules.usual_window))
        try:
            callbacks.check_window(start, end)
        except WindowRefused as refusal:
            offer = _joined(refusal.nearest_start, refusal.nearest_end)
            return {"callback_window": None, "callback_offer": offer, "callback_problem": refusal.problem.value}
        return {"callback_window": _joined(start, end), "callback_offer": None, "callback_problem": None}

    def _on_the_day(self, turn: Turn, window: Window) -> Window:
        """A bare clock time after a day was named ("tomorrow", then "14:00") is a time of that day."""
        day = turn.slot("callback_day") if not begins(self, turn) else None
        if day is None or turn.pressed or lexicon.mentions("day", words(turn)):
            return window
        wanted = date.fromisoformat(day) - window[0].astimezone(business_zone()).date()
        return window[0] + wanted, window[1] + wanted

    def _phone(self, turn: Turn) -> dict[str, Any]:
        asked = requested(turn, "callback_phone") or requested(turn, "callback_phone_confirmed")
        phone = phone_in(turn) if asked or turn.entity("phone") else None
        return {"callback_phone": phone} if phone else {}

    def _topic(self, turn: Turn) -> dict[str, Any]:
        """Whatever is said, unless it is small talk or asks something in its own right."""
        text = words(turn).strip()
        asks = turn.intent.startswith("ask_") and ("?" in text or "？" in text or lexicon.mentions("question", text))
        return {} if not text or asks or turn.intent in SMALL_TALK else {"callback_topic": text}

    async def _topic_known(self, turn: Turn) -> dict[str, Any]:
        """What the call is about: said in the message, or the call that was missed, or the open complaint."""
        said = lexicon.without("callback_bare", without_entities(turn, "time", "phone"))
        if len(said.replace(" ", "")) >= TOPIC_CHARACTERS:
            about = turn.text
        elif turn.member is None:
            return {}
        elif missed := await _missed(turn):
            about = label("callback_topic", "about_missed_call", turn.language, topic=missed.topic or "")
        elif running := await complaints.open_for_member(turn.session, turn.member.id):
            about = label("callback_topic", "about_complaint", turn.language, number=running[0].number)
        else:
            return {}
        return {"callback_topic": about}


class AskCallbackWindow(CrmAction):
    """The time: asked plainly, of a day that was named, or the nearest possible one offered."""

    action_name: ClassVar[str] = "action_ask_callback_form_callback_window"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        offer, day = window_of(turn.slot("callback_offer")), turn.slot("callback_day")
        if offer is not None:
            problem = callbacks.problem_text(turn.slot("callback_problem"), turn.language)
            buttons = [service_button(turn, "ok", "affirm"), service_button(turn, "another_time", "deny")]
            turn.say(
                "reply_callback_offer", problem=problem, window=format_window(*offer, turn.language), buttons=buttons
            )
            return []
        windows = _windows_of(day) if day else next_windows(3)
        buttons = [window_button(turn, start, end) for start, end in windows or next_windows(3)]
        if day and windows:
            turn.say("reply_callback_hour", day=format_date(windows[0][0], turn.language), buttons=buttons)
        else:
            turn.say("reply_callback_when", buttons=buttons)
        return []


class AskPhoneToCall(FixedQuestion):
    def name(self) -> str:
        return "action_ask_callback_form_callback_phone"


class AskCallbackPhone(CrmAction):
    action_name: ClassVar[str] = "action_ask_callback_form_callback_phone_confirmed"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.member is not None and turn.member.phone:
            buttons = [service_button(turn, "ok", "affirm"), service_button(turn, "another_number", "deny")]
            turn.say("reply_callback_this_number", phone=mask_phone(turn.member.phone), buttons=buttons)
        return []


class AskCallbackTopic(CrmAction):
    action_name: ClassVar[str] = "action_ask_callback_form_callback_topic"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        buttons = [button(label("callback_topic", topic, turn.language), "inform", choice=topic) for topic in TOPICS]
        turn.say("reply_callback_topic", buttons=buttons)
        return []


class RequestCallback(CrmAction):
    """Write the call down with its promise; a call that is still to be made moves to the new time."""

    action_name: ClassVar[str] = "action_callback_form_submit"

    async def answer(self, turn: Turn) -> list[Event] | None:
        window = window_of(turn.slot("callback_window"))
        phone = turn.slot("callback_phone") or (turn.member.phone if turn.member else None)
        if window is None or phone is None:
            turn.say("reply_callback_not_noted")
            turn.done("callback_dropped")
            return CallbackForm.cleared()
        start, end = window
        try:
            call = await self._request(turn, phone, start, end)
        except WindowRefused as refusal:
            # The time went by while we were talking.
            offer = window_button(turn, refusal.nearest_start, refusal.nearest_end)
            turn.say("reply_callback_time_gone", window=offer["title"], buttons=[offer])
            turn.done("callback_window_refused", problem=refusal.problem.value)
            return CallbackForm.cleared()
        facts: Facts = {"window": format_window(start, end, turn.language), "phone": mask_phone(call.phone)}
        if turn.intent == "make_complaint" and not turn.pressed:
            buttons = [service_button(turn, "complain", "make_complaint", choice="file")]
            turn.say("reply_callback_noted_complaint", buttons=buttons, **facts)
        else:
            turn.say("reply_callback_noted", **facts)
        turn.done("callback_promised", f"call back: {call.topic}", callback=call.id, promise=call.promise_id)
        return CallbackForm.cleared()

    async def _request(self, turn: Turn, phone: str, start: datetime, end: datetime) -> Callback:
        waiting = await callbacks.open_for_member(turn.session, turn.member.id) if turn.member is not None else []
        key = turn.key("callback")
        again = next((call for call in waiting if call.key != key), None)
        if again is not None:
            again.phone = phone
            return await callbacks.reschedule(
                turn.session, again, window_start=start, window_end=end, key=key, language=turn.language
            )
        return await callbacks.request(
            turn.session,
            phone=phone,
            window_start=start,
            window_end=end,
            key=key,
            member_id=turn.member.id if turn.member is not None else None,
            identity_id=turn.identity.id,
            conversation_id=turn.conversation.id,
            topic=turn.slot("callback_topic") or "",
            language=turn.language,
        )


async def _missed(turn: Turn) -> Callback | None:
    if turn.member is None:
        return None
    calls = await callbacks.open_for_member(turn.session, turn.member.id)
    return next((call for call in calls if callbacks.missed(call)), None)


def _joined(start: datetime, end: datetime) -> str:
    return f"{start.isoformat(timespec='minutes')}/{end.isoformat(timespec='minutes')}"


def _windows_of(day: str) -> list[Window]:
    """Hours of that day that can still be offered."""
    midnight = datetime.fromisoformat(day).replace(tzinfo=business_zone())
    rules = policy().callbacks
    windows = []
    for minutes in rules.offered_at:
        start = midnight + timedelta(minutes=minutes)
        end = start + rules.usual_window
        shift = service_hours.shift(start)
        if start >= now() + rules.lead and shift is not None and end <= shift[1]:
            windows.append((start, end))
    return windows
