"""Feeling without a wish: anger, tears, an insult, irony, laughter. Said sorry to, with what can be done."""

from typing import ClassVar

from actions.kit.base import Button, CrmAction, Event, Turn
from actions.kit.form_input import choice
from actions.kit.replies import help_buttons, person_button, service_button
from actions.service.trouble import open_trouble

LIGHT, WHAT_NOW, INSULT, TEARS = "light", "what_now", "insult", "tears"
GRIEF, GRIEF_FOR_ANIMAL = "grief", "grief_animal"
"""Values of `choice` that hearing gives, beside anger and sarcasm."""


class ActionVent(CrmAction):
    """What went wrong and is still open is named at once; when nothing is known, it is asked what happened."""

    action_name: ClassVar[str] = "action_vent"

    async def answer(self, turn: Turn) -> list[Event] | None:
        mood = choice(turn)
        if mood == LIGHT:
            turn.say("reply_vent_light")
            return []
        if mood in (GRIEF, GRIEF_FOR_ANIMAL):
            ways = [person_button(turn), service_button(turn, "call_back", "request_callback")]
            turn.say(f"reply_vent_{mood}", buttons=[] if turn.form else ways)
            turn.done("answered", turn.text)
            return []
        trouble = await open_trouble(turn)
        if trouble is not None:
            # An open form asks its question below; buttons of another matter would stand in its way.
            turn.say(f"reply_vent_{trouble.kind}", buttons=[] if turn.form else trouble.buttons, **trouble.facts)
            turn.done("answered", turn.text)
            return []
        known = {INSULT: "reply_vent_insult", TEARS: "reply_vent_tears", WHAT_NOW: "reply_vent_what_now"}
        turn.say(known.get(mood or "", "reply_vent_what_happened"), buttons=[] if turn.form else _ways(turn, mood))
        turn.done("answered", turn.text)
        return []


def _ways(turn: Turn, mood: str | None) -> list[Button]:
    if mood == WHAT_NOW:
        return [*help_buttons(turn)[:1], service_button(turn, "call_back", "request_callback"), person_button(turn)]
    return [person_button(turn)]
