"""The courtesies of a conversation, and words that lack a context: greetings, thanks, a bare yes, a bare number."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from actions.endpoint import action_classes
from actions.kit.asked import act_asked, stray_asked
from actions.kit.base import GO_ON, PUT_OFF, RULED_OUT, SET_ASIDE, CrmAction, Event, Turn
from actions.kit.form_input import words
from actions.kit.forms import CrmForm
from actions.kit.goods import as_written
from actions.kit.quick_replies import likely_next, wish
from actions.kit.words import lexicon
from actions.knowledge.found import more
from actions.member.binding import ActionBindStart
from actions.member.profile import ActionProfileStart
from actions.orders.parcels import ActionParcel
from actions.orders.status import ActionOrderStatus
from actions.points.redemption import ActionRedeemStart
from actions.products.catalogue import ActionProduct
from actions.returns import reason_corrected
from actions.returns.faults import ActionReportFault
from actions.returns.heard import is_fault, reason_said
from actions.talk import act_told, stray
from crm_store.clock import business_zone, now
from crm_store.labels import label
from crm_store.members import addressed_as

MORNING_FROM, AFTERNOON_FROM, EVENING_FROM = 5, 12, 18
"""Hours of the day at the shop."""

DETAILS: Mapping[str, type[CrmAction]] = {
    "parcel_number": ActionParcel,
    "order_number": ActionOrderStatus,
    "reward": ActionRedeemStart,
    "preferred_name": ActionProfileStart,
    "email": ActionBindStart,
    "product": ActionProduct,
}
"""What a detail said on its own most probably asks for."""

SOMETHING_ELSE = "something_else"
"""The choice of a customer who meant none of the guesses."""
BEGUN = "begun"
"""The choice of a customer who has only begun to say something."""
PUZZLED = "puzzled"
"""The choice of a customer who says no more than that the last answer was not what they meant, or not clear."""


class ActionGreet(CrmAction):
    action_name: ClassVar[str] = "action_greet"
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        greeting = label("greeting", part_of_day(now()), turn.language)
        if turn.form or _greeted_before(turn):
            turn.say("reply_greet_again")
        elif turn.member and (name := addressed_as(turn.member, turn.language)):
            turn.say("reply_greet_member", name=name, greeting=greeting, buttons=await likely_next(turn))
        else:
            turn.say("reply_greet", greeting=greeting, buttons=await likely_next(turn))
        return []


class ActionGoodbye(CrmAction):
    action_name: ClassVar[str] = "action_goodbye"
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        name = addressed_as(turn.member, turn.language) if turn.member else ""
        if name:
            turn.say("reply_goodbye_member", name=name)
        else:
            turn.say("reply_goodbye")
        return []


class ActionThank(CrmAction):
    action_name: ClassVar[str] = "action_thank"
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        turn.say("reply_thank")
        return []


class ActionAffirmAlone(CrmAction):
    """A yes to nothing that was asked."""

    action_name: ClassVar[str] = "action_affirm_alone"
    is_aside: ClassVar[bool] = False
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.form:
            turn.say("reply_answer_the_form")
        else:
            turn.say("reply_affirm_alone", buttons=await likely_next(turn))
        return []


class ActionDenyAlone(CrmAction):
    """A no to nothing that was asked; mostly it means that all is well."""

    action_name: ClassVar[str] = "action_deny_alone"
    is_aside: ClassVar[bool] = False
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        turn.say("reply_answer_the_form" if turn.form else "reply_deny_alone")
        return []


async def _asks_meaning(turn: Turn) -> bool:
    """A word that may mean several things is asked back; the reason of a return, as one of them, is put right."""
    if meant := stray_asked.read(turn.entity("choice")):
        await stray.ask(turn, *meant)
        return True
    return turn.member is not None and await reason_corrected.tell(turn, turn.member)


class ActionInformAlone(CrmAction):
    """A detail that no form asked for: what it names says what is wanted, otherwise the customer is asked."""

    action_name: ClassVar[str] = "action_inform_alone"
    is_aside: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.entity("choice") == SOMETHING_ELSE:
            turn.say("reply_something_else")
            return []
        if asked := act_asked.read(turn.entity("choice")):
            await act_told.told(turn, asked)
            return []
        if await _asks_meaning(turn):
            return []
        if turn.entity("choice") == BEGUN:
            turn.say("reply_please_go_on")
            return []
        if turn.entity("choice") == PUZZLED:
            _open_up(turn)
            return []
        if turn.entity("choice") == RULED_OUT:
            turn.say("reply_ruled_out", words=as_written(turn, str(turn.entity(RULED_OUT))))
            turn.done("not_understood", turn.text)
            return []
        waiting = turn.spoken_of.get(SET_ASIDE) if turn.pressed else None
        waiting = waiting or turn.spoken_of.get(PUT_OFF)
        if turn.entity("choice") == GO_ON and (form := forms().get(str(waiting))):
            return form.taken_up()
        if turn.form:
            turn.say("reply_answer_the_form")
            return []
        if is_fault(reason_said(words(turn))):
            return await ActionReportFault().answer(turn)
        for entity, action in DETAILS.items():
            if turn.entity(entity):
                return await action().answer(turn)
        turn.say("reply_inform_alone", buttons=await likely_next(turn))
        return []


class ActionHelp(CrmAction):
    action_name: ClassVar[str] = "action_help"
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        turn.say("reply_help", buttons=[*(await likely_next(turn))[:3], wish(turn, "request_human")])
        return []


class ActionBotChallenge(CrmAction):
    """A bot is a bot, and says so; small talk gets a light word in its own voice, and the way back."""

    action_name: ClassVar[str] = "action_bot_challenge"
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        talk = lexicon.meant("small_talk", words(turn))
        turn.say(f"reply_small_talk_{talk}" if talk else "reply_bot_challenge")
        return []


class ActionCancel(CrmAction):
    """Leaves whatever form is open."""

    action_name: ClassVar[str] = "action_cancel"
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        if not turn.form:
            turn.say("reply_nothing_to_cancel", buttons=[wish(turn, "cancel_order"), wish(turn, "opt_out")])
            return []
        turn.say("reply_cancelled")
        turn.done("abandoned", turn.form)
        return forms()[turn.form].put_off(turn)


def _open_up(turn: Turn) -> None:
    """What was told was not clear: the customer is asked which part, and offered the whole article and a person. Nobody
    is put in line for it."""
    before = [event for event in turn.tracker.events if event.get("event") == "user"][-2:-1]
    again = any(
        entity.get("value") == PUZZLED
        for event in before
        for entity in (event.get("parse_data") or {}).get("entities", ())
    )
    at: dict[str, int] = turn.spoken_of.get("at") or {}
    slug = turn.spoken_of.get("article")
    is_told = slug and at.get("article", 0) == max(at.values(), default=0)
    whole = [more(turn, str(slug))] if is_told else []
    turn.say("reply_puzzled_again" if again else "reply_puzzled", buttons=whole)
    turn.done("not_understood", turn.text)


@cache
def forms() -> dict[str, type[CrmForm]]:
    """Every form by its name."""
    return {cls.form_name: cls for cls in action_classes().values() if issubclass(cls, CrmForm)}


def part_of_day(moment: datetime) -> str:
    hour = moment.astimezone(business_zone()).hour
    if MORNING_FROM <= hour < AFTERNOON_FROM:
        return "morning"
    return "afternoon" if AFTERNOON_FROM <= hour < EVENING_FROM else "evening"


def _greeted_before(turn: Turn) -> bool:
    """Whether one of the latest messages was a greeting already: nobody says good morning twice in a row."""
    earlier: list[dict[str, Any]] = [event for event in turn.tracker.events if event.get("event") == "user"][:-1]
    return any(((event.get("parse_data") or {}).get("intent") or {}).get("name") == "greet" for event in earlier[-3:])
