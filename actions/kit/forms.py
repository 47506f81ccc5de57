"""Forms: what a message tells about the open questions, and which question comes next.

All form slots have `custom` mappings in the domain, so one place, `fill`, decides what a message means to a form: an
answer, a correction of an earlier answer, several answers at once, or nothing (then Rasa answers the other question by
the ordinary rules and the action there resumes the form).
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.kit.base import ASIDES_SLOT, GO_ON, OFFERS, PUT_OFF, SET_ASIDE, Event, Turn, focus_kept
from actions.kit.rule_first import Rule, rule_for
from actions.kit.words import consent, lexicon, yes_but
from actions.kit.words.consent import Answer
from actions.kit.words.yes_but import YesBut
from crm_store.text import normalise
from crm_store.yaml_files import read_yaml

REQUESTED_SLOT = "requested_slot"
RULES_FOLDER = Path(__file__).parents[2] / "nlu_data" / "rules"

SMALL_TALK = frozenset({"greet", "goodbye", "thank", "cancel", "help", "bot_challenge", "request_human", "opt_out"})
NEVER_AN_ANSWER = frozenset({"greet", "help", "bot_challenge", "cancel"})
HEARD_APART = frozenset({"report_danger", "hesitate", "deny_act", "undo", "vent", "change_language"})
"""Found by hearing, which knows the open form: whatever the words hold, they are no answer to it."""
_PLAIN = frozenset({"affirm", "inform"})
"""Intents without an answer of their own, when the form does not take the message."""
_AGREED = (True, "file")
"""Values of the last slot of a form by which its act is done."""
SURE = 0.6
"""Confidence from which a question counts as a question even where a form waits for free words."""


class CrmForm(Action, ABC):
    """The validation action of one form."""

    form_name: ClassVar[str]
    slots: ClassVar[tuple[str, ...]]
    """Every slot the form may fill, in the order asked."""
    writes: ClassVar[bool] = False
    """True for a form whose `fill` writes (a one-time code that is tried); the others only read."""
    consents: ClassVar[frozenset[str]] = frozenset()
    """Slots whose yes has the form's act done. A question or hesitation there is no yes: a rule of the shop answers it
    where one does, else the customer hears that nothing has been done."""
    takes_feelings: ClassVar[bool] = False
    """Bare anger is an answer, too: the form asks what was not right."""

    def name(self) -> str:
        return f"validate_{self.form_name}"

    @abstractmethod
    async def fill(self, turn: Turn) -> dict[str, Any]:
        """Slot values this message gives, already checked; empty when it is not about the form.

        A value that is refused is explained with `turn.say` and returned as None, so that it is asked again. It is
        called again for the same message when the form resumes, so it must give the same result then.
        """

    async def required(self, turn: Turn) -> list[str]:
        """The slots needed in this turn; those already known are left out by the caller."""
        return list(self.slots)

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Event]:
        rule = await rule_for(tracker) if self._is_doubted(tracker) else None
        async with Turn.opened(dispatcher, tracker, self.name(), writes=self.writes) as turn:
            beside = yes_but.read(turn.entity("choice"))
            filled = await self._beside_yes(turn, beside) if beside else await self._filled(turn)
            says_no_more = turn.intent in _PLAIN and self._is_doubted(tracker)
            if not filled and (turn.intent in activating_intents(self.form_name) or says_no_more):
                # The wish that began the form, said once more. Rasa can neither take it as an answer nor start the
                # form again, and would lose the form; with a slot set to what it is, the form just asks once more.
                filled = {self.slots[0]: tracker.get_slot(self.slots[0])}
            is_unchanged = all(tracker.get_slot(slot) == value for slot, value in filled.items())
            if filled and is_unchanged and not beside and self._is_doubted(tracker) and not dispatcher.messages:
                _nothing_done(turn, rule)
            begins = tracker.get_slot(REQUESTED_SLOT) not in self.slots
            offered = tracker.get_slot(REQUESTED_SLOT) in OFFERS
            if begins and not offered and (left := left_open(tracker, self.form_name)):
                turn.focus(**{SET_ASIDE: left})
            tracker.slots.update(filled)
            missing = [slot for slot in await self.required(turn) if tracker.get_slot(slot) is None]
        events: list[Event] = [SlotSet(slot, value) for slot, value in filled.items()]
        if begins or filled:
            events.append(SlotSet(ASIDES_SLOT, None))
        turn.focus(**{kind: None for kind in (SET_ASIDE, PUT_OFF) if turn.spoken_of.get(kind) == self.form_name})
        events += focus_kept(tracker, turn.focused, turn.conversation.last_seq)
        return [*events, SlotSet(REQUESTED_SLOT, missing[0] if missing else None)]

    async def fill_again(self, turn: Turn) -> dict[str, Any]:
        """Slot values that the words give with which the customer takes the form up again, beside its kept answers."""
        return {}

    async def _filled(self, turn: Turn) -> dict[str, Any]:
        if self._passes_by(turn):
            return {}
        if turn.entity("choice") == GO_ON:
            return {} if turn.pressed else await self.fill_again(turn)
        return await self.fill(turn)

    async def _beside_yes(self, turn: Turn, kind: YesBut) -> dict[str, Any]:
        """What stood beside a yes and made it none: the values it gives, and the question once more; where it gives
        none, it is named. Whatever it sounds like, it agrees to nothing."""
        asked = str(turn.slot(REQUESTED_SLOT) or "")
        if kind is YesBut.CHECK:
            await self.told_once_more(turn)
        filled = dict(await self.fill(turn)) if kind is YesBut.EDIT else {}
        if filled.get(asked) in _AGREED:
            del filled[asked]
        changes = any(turn.slot(slot) != value for slot, value in filled.items())
        if not changes and not turn.dispatcher.messages:
            turn.say(f"reply_yes_but_{kind}", words=turn.text.strip())
        return filled or {self.slots[0]: turn.slot(self.slots[0])}

    async def told_once_more(self, turn: Turn) -> None:
        """Says of what is asked about what was to be checked; by itself the question says it, put once more."""

    def _passes_by(self, turn: Turn) -> bool:
        """A courtesy or the wish to stop is no answer to any form, however much its words look like one."""
        asking = turn.slot(REQUESTED_SLOT) in self.slots
        if not asking or not is_sure(turn):
            return False
        if turn.intent == "vent" and self.takes_feelings:
            return False
        return turn.intent in HEARD_APART or (turn.intent in NEVER_AN_ANSWER and not turn.has_entities)

    def _is_doubted(self, tracker: Tracker) -> bool:
        """Whether the question for the last yes is open, and the typed words ask or wait instead of answering it."""
        text = str(tracker.latest_message.get("text") or "")
        return tracker.get_slot(REQUESTED_SLOT) in self.consents and not text.startswith("/") and consent.doubts(text)

    @classmethod
    def cleared(cls) -> list[Event]:
        """Events that forget the form's answers; every submitting action ends with them."""
        return [SlotSet(slot, None) for slot in cls.slots]

    @classmethod
    def begun(cls, **known: object) -> list[Event]:
        """Events of another action that open the form afresh, with slots already `known`; an open form is left.

        What an earlier, abandoned run of this form left behind is forgotten.
        """
        slots = {**dict.fromkeys(cls.slots), **known}
        events = [SlotSet(slot, value) for slot, value in slots.items()]
        return [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None), *events, FollowupAction(cls.form_name)]

    @classmethod
    def taken_up(cls) -> list[Event]:
        """Events of another action that open the form with the answers it had when it was set aside."""
        return [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None), FollowupAction(cls.form_name)]

    @classmethod
    def put_off(cls, turn: Turn) -> list[Event]:
        """Events that leave the form for now. The answers of one that ends with a question for consent stay, for who
        takes it up again in their own words."""
        if not cls.consents:
            return cls.left()
        turn.focus(**{PUT_OFF: cls.form_name})
        return [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None), *(SlotSet(slot, None) for slot in cls.consents)]

    @classmethod
    def left(cls) -> list[Event]:
        """Events that leave the form at once and forget its answers."""
        return [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None), *cls.cleared()]


def left_open(tracker: Tracker, form: str) -> str | None:
    """The form in whose midst `form` was begun by another wish: it can be taken up where it stood. None: none was."""
    for event in reversed(tracker.events):
        if event.get("event") == "active_loop" and event.get("name") != form:
            name: str | None = event.get("name")
            return name
    return None


def _nothing_done(turn: Turn, rule: Rule | None) -> None:
    """What is said to a question or hesitation in place of a yes, before the form asks once more."""
    if rule is not None:
        rule.tell(turn)
    elif consent.asks_back(turn.text):
        turn.say("reply_consent_asked_back")
    else:
        turn.say("reply_hesitate_nothing_done")


class FixedQuestion(Action, ABC):
    """Asks for a slot in words that depend on nothing: the response `reply_ask_<form>_<slot>`."""

    @abstractmethod
    def name(self) -> str:
        """`action_ask_<form>_<slot>`, by which Rasa finds it."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Event]:
        dispatcher.utter_message(response=self.name().replace("action_", "reply_", 1))
        return []


def requested(turn: Turn, slot: str) -> bool:
    """Whether the form is just now asking for `slot`."""
    return bool(turn.slot(REQUESTED_SLOT) == slot)


def yes_or_no(turn: Turn, slot: str) -> dict[str, Any]:
    """`{slot: True | False}` when the message answers the open yes-or-no question `slot`, else nothing.

    "No, that's fine" is a no, however much of a yes the rest sounds like, and hesitation is neither: nothing is done
    that was not clearly wanted.
    """
    if not requested(turn, slot) or turn.intent not in {"affirm", "deny"}:
        return {}
    said = consent.read(turn.text).answer if turn.text and not turn.pressed else None
    asks = said is None and not turn.pressed and (consent.doubts(turn.text) or consent.turns_away(turn.text))
    if said is Answer.NOT_YET or asks:
        return {}
    return {slot: said is not Answer.NO and turn.intent == "affirm"}


ACTS_IN_SHORT: Mapping[str, frozenset[str]] = {
    "return_or_refund": frozenset({"exchange", "refund_wish", "repair_act"}),
    "redeem_points": frozenset({"exchange"}),
}
"""Groups of the lexicon that name an act in few words, by its intent; the words of `act` are looked at as well."""


def wishes_another(text: str, form: str, *, asked: str = "") -> bool:
    """Whether words beside a yes name an act of another kind than the form's: 对 退 to "shall I file a complaint".

    `asked`: the words of the question's buttons, which name no other act.
    """
    own = begun_by(form)
    groups = {group for act, named in ACTS_IN_SHORT.items() if act not in own for group in named}
    groups -= {group for act in own for group in ACTS_IN_SHORT.get(act, ())}
    bare = text
    for group in ("act", "act_verb"):
        for act in own & lexicon.values(group):
            bare = lexicon.without(group, bare, act)
    named = {word for group in groups for word in lexicon.said(group, bare)}
    flat = normalise(bare)
    named |= {flat[each.start : each.end] for each in lexicon.heard("act", bare) if each.value not in own}
    return any(word not in normalise(asked) for word in named)


def interrupts(turn: Turn) -> bool:
    """Whether the message is clearly something else than free words for the open question: a pressed button, small
    talk, a wish to stop, or a question understood with confidence."""
    if turn.pressed or turn.intent in SMALL_TALK:
        return True
    return is_sure(turn) and turn.intent.startswith("ask_")


def is_sure(turn: Turn) -> bool:
    """Whether the intent was understood with confidence."""
    return float((turn.tracker.latest_message.get("intent") or {}).get("confidence") or 0.0) >= SURE


def free_text(turn: Turn, slot: str) -> dict[str, str]:
    """`{slot: the customer's words}` when the form is asking for `slot` and the message does not interrupt it."""
    words = turn.text.strip()
    return {slot: words} if words and requested(turn, slot) and not interrupts(turn) else {}


BEGUN_BY_ACTIONS: Mapping[str, frozenset[str]] = {
    "leave_form": frozenset({"cancel_membership"}),
    "redeem_form": frozenset({"redeem_points"}),
    "profile_form": frozenset({"update_profile"}),
    "bind_form": frozenset({"bind_account"}),
    "unbind_form": frozenset({"bind_account"}),
    "join_form": frozenset({"join_membership"}),
    "dispute_form": frozenset({"dispute_points"}),
}
"""Forms that an action opens, by the intents that lead to that action."""


def begun_by(form: str) -> frozenset[str]:
    """The intents that begin `form`, by a rule or by an action."""
    return activating_intents(form) | BEGUN_BY_ACTIONS.get(form, frozenset())


@cache
def activating_intents(form: str) -> frozenset[str]:
    """The intents that begin `form`, as the rules say."""
    return _activations().get(form, frozenset())


@cache
def _activations() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(RULES_FOLDER.glob("*.yml")):
        for rule in (read_yaml(path) or {}).get("rules") or []:
            steps = rule["steps"]
            form = next((step["active_loop"] for step in steps if step.get("active_loop")), None)
            if form and "intent" in steps[0]:
                found[form].add(steps[0]["intent"])
    return {form: frozenset(intents) for form, intents in found.items()}
