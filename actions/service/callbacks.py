"""Calls back: at a time the customer chooses, within the hours in which somebody is there."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from actions.kit import slot_text
from actions.kit.base import Button, CrmAction, Event, Turn, button
from actions.kit.form_input import begins, blank, choice, confirmed, words
from actions.kit.forms import SMALL_TALK, CrmForm, FixedQuestion, is_sure, requested
from actions.kit.order_marks import window_of
from actions.kit.parsing import phone_in
from actions.kit.replies import Facts, service_button
from actions.kit.words import consent, lexicon, yes_but
from actions.kit.words.consent import Answer
from actions.service import clocks
from actions.service.call_times import Window, by_another_clock, call_time, joined, no_such_day, ruled_out, windows_of
from actions.service.call_topic import bare, topic_announced, topic_said
from actions.service.promises import next_windows, window_button
from crm_store import callbacks, complaints
from crm_store.callbacks import Callback, WindowRefused
from crm_store.labels import label
from crm_store.language import format_date, format_window, mask_phone

TOPIC_CHARACTERS = 4
TOPICS = ("order", "complaint", "points", "other")
WINDOWS_OFFERED = 3
_LOOKED_AT = 20
"""Windows looked at for those that suit, where some days were ruled out."""
ABOUT_THE_ACT = frozenset({"deny_act", "hesitate", "undo", "cancel_callback", "ask_callback"})
"""Intents that are about the call itself and never an answer: their own actions see to them."""


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
            return blank(self) | self._time(turn) | self._phone(turn) | await self._topic_known(turn)
        if turn.intent in ABOUT_THE_ACT:
            return {}
        if calls_off(turn):
            return blank(self)
        if wants_complaint(turn):
            return {}
        if requested(turn, "callback_topic"):
            return self._topic_said(turn)
        details = self._phone(turn) | self._time(turn) | _topic_beside(turn)
        if requested(turn, "callback_window"):
            return details or self._offer_answered(turn)
        if requested(turn, "callback_phone_confirmed"):
            # "不是明天 后天上午十点" is another time, not a no to the number.
            answer = {} if "callback_window" in details or "callback_phone" in details else _phone_confirmed(turn)
            return answer | details
        return details

    async def required(self, turn: Turn) -> list[str]:
        if not begins(self, turn) and self._is_over(turn):
            return []
        known = turn.member is not None and turn.member.phone
        if known and turn.slot("callback_phone_confirmed") is not False and turn.slot("callback_phone") is None:
            return ["callback_window", "callback_phone_confirmed", "callback_topic"]
        return ["callback_window", "callback_phone", "callback_topic"]

    def _is_over(self, turn: Turn) -> bool:
        """Called off, and every answer forgotten: nothing is arranged when the form ends."""
        return turn.intent not in ABOUT_THE_ACT and turn.slot("callback_window") is None and calls_off(turn)

    def _time(self, turn: Turn) -> dict[str, Any]:
        """The wished window, checked; an impossible one becomes an offer of the nearest that is possible. Said later in
        the form ("啊不对 明天下午") it takes the place of the first."""
        fresh = begins(self, turn)
        known = None if fresh else _spoken_of(turn)
        day = None if fresh or not turn.slot("callback_day") else date.fromisoformat(turn.slot("callback_day"))
        said = call_time(turn, known=known, day=day)
        nothing: dict[str, Any] = dict.fromkeys(
            ("callback_window", "callback_day", "callback_offer", "callback_problem")
        )
        if said is None:
            return nothing if no_such_day(turn) or (known and _overlaps(known, ruled_out(turn))) else {}
        return nothing | {
            "callback_window": joined(said.window) if said.window else None,
            "callback_day": said.day.isoformat() if said.day else None,
            "callback_offer": joined(said.offer) if said.offer else None,
            "callback_problem": said.problem,
        }

    def _offer_answered(self, turn: Turn) -> dict[str, Any]:
        accepted = _yes_or_no(turn, "callback_window")
        if accepted and turn.slot("callback_offer"):
            return {"callback_window": turn.slot("callback_offer")}
        return {"callback_offer": None} if accepted is False else {}

    def _phone(self, turn: Turn) -> dict[str, Any]:
        asked = requested(turn, "callback_phone") or requested(turn, "callback_phone_confirmed")
        phone = phone_in(turn) if asked or turn.entity("phone") else None
        return {"callback_phone": phone} if phone else {}

    def _topic_said(self, turn: Turn) -> dict[str, Any]:
        """Whatever is said, unless it only gives another time or number, is small talk, or asks something in its own
        right."""
        pressed = choice(turn)
        if pressed in TOPICS:
            return {"callback_topic": label("callback_topic", pressed, turn.language)}
        if _says_no_topic(turn) and (details := self._phone(turn) | self._time(turn)):
            return details
        if beside := _topic_beside(turn):
            return beside
        text = words(turn).strip()
        asks = turn.intent.startswith("ask_") and ("?" in text or "？" in text or lexicon.mentions("question", text))
        if not text or asks or turn.intent in SMALL_TALK:
            return {}
        if slot_text.is_talk(text):
            # "Yes", "whatever": the call was wished and is arranged, and is about nothing in particular.
            return {"callback_topic": label("callback_topic", "other", turn.language)}
        return {"callback_topic": topic_said(turn) or text}

    async def _topic_known(self, turn: Turn) -> dict[str, Any]:
        """What the call is about: said in the message, or the call that was missed, or the open complaint."""
        if len(bare(turn)) >= TOPIC_CHARACTERS and (said := topic_said(turn)):
            about = said
        elif turn.member is None:
            return {}
        elif missed := await _missed(turn):
            about = label("callback_topic", "about_missed_call", turn.language, topic=missed.topic or "")
        elif running := await complaints.open_for_member(turn.session, turn.member.id):
            about = label("callback_topic", "about_complaint", turn.language, number=running[0].number)
        else:
            return {}
        return {"callback_topic": about}


def _says_no_topic(turn: Turn) -> bool:
    """Whether nothing is left beside a time or a number but the wish to have it so: "move it to 4 pm"."""
    return len(lexicon.without("callback_move", bare(turn))) < TOPIC_CHARACTERS


def _spoken_of(turn: Turn) -> Window | None:
    """The time under discussion: agreed on, wished by another clock while nobody is here, or offered."""
    _, wished = by_another_clock(turn.slot("callback_problem")) or (None, None)
    return window_of(turn.slot("callback_window")) or wished or window_of(turn.slot("callback_offer"))


def calls_off(turn: Turn) -> bool:
    """Whether the words say that there shall be no call: "别打了"; "don't call before ten" is a time."""
    return lexicon.mentions("callback_off", words(turn)) and not turn.entities("time")


def wants_complaint(turn: Turn) -> bool:
    """Whether the words plainly wish to complain: another matter, which is heard, while trouble that is told in answer
    to "what is it about" stays the topic of the call."""
    wishes = turn.intent == "make_complaint" and is_sure(turn) and lexicon.mentions("complaint_wish", words(turn))
    return wishes and not turn.pressed


def offered_windows(turn: Turn, day: date | None = None) -> list[Window]:
    """The next windows, or those of a day; without those that the message rules out."""
    windows = windows_of(day) if day else next_windows(_LOOKED_AT)
    refused = ruled_out(turn)
    return [window for window in windows if not _overlaps(window, refused)][:WINDOWS_OFFERED]


def _topic_beside(turn: Turn) -> dict[str, str]:
    """The topic that is announced beside something else. A question asked on the way ("想问下几点下班") is an aside,
    and the topic that was told stays."""
    about = topic_announced(turn)
    is_aside = turn.slot("callback_topic") and is_sure(turn) and turn.intent.startswith("ask_")
    return {"callback_topic": about} if about and not is_aside else {}


def _phone_confirmed(turn: Turn) -> dict[str, bool]:
    answer = _yes_or_no(turn, "callback_phone_confirmed")
    text = words(turn)
    is_other = yes_but.read(choice(turn)) is not None and lexicon.mentions("phone_word", text)
    if is_other and lexicon.corrects(text):
        # "Yes, but the number isn't that one any more."
        return {"callback_phone_confirmed": False}
    if answer is None and lexicon.mentions("same_number", text) and not consent.doubts(text):
        answer = None if lexicon.mentions("negation", lexicon.without("same_number", text)) else True
    return {} if answer is None else {"callback_phone_confirmed": answer}


def _yes_or_no(turn: Turn, slot: str) -> bool | None:
    """Yes, no, or neither; words that only want time are neither, whatever they were understood as."""
    if not turn.pressed:
        said = consent.read(words(turn)).answer
        if said is Answer.YES and turn.intent == "deny" and is_sure(turn):
            # "Ok but ring my office": a yes to the call, and none to the number.
            return False
        if said is not None:
            return None if said is Answer.NOT_YET else said is Answer.YES
        if not is_sure(turn):
            return None
    return confirmed(turn, slot).get(slot)


def _overlaps(window: Window, others: list[Window]) -> bool:
    return any(window[0] < end and start < window[1] for start, end in others)


class AskCallbackWindow(CrmAction):
    """The time: asked plainly, of a day that was named, or the nearest possible one offered."""

    action_name: ClassVar[str] = "action_ask_callback_form_callback_window"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        offer = window_of(turn.slot("callback_offer"))
        if offer is not None:
            buttons = [service_button(turn, "ok", "affirm"), service_button(turn, "another_time", "deny")]
            say_offer(turn, offer, turn.slot("callback_problem"), buttons)
            return []
        day = date.fromisoformat(turn.slot("callback_day")) if turn.slot("callback_day") else None
        windows = offered_windows(turn, day) if day else []
        buttons = [window_button(turn, *window) for window in windows or offered_windows(turn)]
        if impossible := no_such_day(turn):
            turn.say("reply_callback_no_such_day", day=impossible, buttons=buttons)
        elif windows:
            turn.say("reply_callback_hour", day=format_date(windows[0][0], turn.language), buttons=buttons)
        else:
            turn.say("reply_callback_when", buttons=buttons)
        return []


def say_offer(turn: Turn, offer: Window, problem: str | None, buttons: list[Button]) -> None:
    """Ask whether the nearest possible window will do, or the wished one as the shop's own clock shows it."""
    other = by_another_clock(problem)
    if other is None:
        why = callbacks.problem_text(str(problem), turn.language)
        window = clocks.told_window(turn, *offer)
        turn.say("reply_callback_offer", problem=why, window=window, buttons=buttons)
        return
    zone, closed = other
    window = _told(turn, offer, zone)
    if closed:
        name = "reply_callback_two_clocks_closed" if zone else "reply_callback_elsewhere_closed"
        turn.say(name, wished=_told(turn, closed, zone), window=window, buttons=buttons)
    else:
        name = "reply_callback_two_clocks" if zone else "reply_callback_elsewhere"
        turn.say(name, window=window, buttons=buttons)


def _told(turn: Turn, window: Window, zone: str | None) -> str:
    return clocks.both_told(*window, zone, turn.language) if zone else format_window(*window, turn.language)


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
            window = window_of(turn.slot("callback_window"))
            facts: Facts = {"phone": mask_phone(turn.member.phone)}
            if window is not None:
                turn.say("reply_callback_then", window=clocks.told_window(turn, *window), buttons=buttons, **facts)
            else:
                turn.say("reply_callback_this_number", buttons=buttons, **facts)
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
        facts: Facts = {"window": clocks.told_window(turn, start, end), "phone": mask_phone(call.phone)}
        if turn.intent == "make_complaint" and not turn.pressed:
            buttons = [service_button(turn, "complain", "make_complaint", choice="file")]
            turn.say("reply_callback_noted_complaint", buttons=buttons, **facts)
        else:
            turn.say("reply_callback_noted", **facts)
        turn.focus(callback=call.id, done="request_callback")
        turn.done("callback_promised", f"call back: {call.topic}", callback=call.id, promise=call.promise_id)
        return CallbackForm.cleared()

    async def _request(self, turn: Turn, phone: str, start: datetime, end: datetime) -> Callback:
        waiting = await calls_of(turn)
        key = turn.key("callback")
        again = next((call for call in waiting if call.key != key), None)
        if again is not None:
            again = await callbacks.change(turn.session, again, phone=phone, topic=_topic_of(turn, again))
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


def _topic_of(turn: Turn, again: Callback) -> str | None:
    """What the moved call is about, unless it is that very call which was missed."""
    about = turn.slot("callback_topic")
    missed = label("callback_topic", "about_missed_call", turn.language, topic=again.topic or "")
    return None if about == missed else about


async def calls_of(turn: Turn) -> Sequence[Callback]:
    """Calls that are still to be made to whoever writes."""
    member_id = turn.member.id if turn.member is not None else None
    return await callbacks.open_for_customer(turn.session, member_id=member_id, identity_id=turn.identity.id)


async def _missed(turn: Turn) -> Callback | None:
    return next((call for call in await calls_of(turn) if callbacks.missed(call)), None)
