"""Another language: what was answered last is said again in it, and it stays until another one is wished.

Hearing has read the wish already, so that this very turn is spoken in it; see `bot/hearing/message/language.py`.
"""

import copy
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.endpoint import action_classes
from actions.kit.base import CrmAction, Event, Turn, button
from actions.kit.words import lexicon
from crm_store.labels import label
from crm_store.language import Language

CHOICE, FOREIGN, OTHER, CHINESE = "choice", "foreign", "other", "zh"

BEGINS = "_start"
"""How the names of actions end that open a form: it asks its own question in the new language."""


class ActionChangeLanguage(CrmAction):
    action_name: ClassVar[str] = "action_change_language"
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        wished = _wished(turn.tracker.latest_message)
        if wished in set(Language):
            turn.focus(speaks=turn.language.value)
            turn.say("reply_language_changed")
            turn.done("answered", wished or "")
            return []
        buttons = [button(label("language_name", tongue, turn.language), "change_language", choice=tongue.value)
                   for tongue in Language]  # fmt: skip
        turn.say("reply_languages_spoken" if wished else "reply_language_which", buttons=buttons)
        return []

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Event]:
        events = await super().run(dispatcher, tracker, domain)
        answered = _answered_last(tracker)
        goes_on = (tracker.latest_message.get("metadata") or {}).get("resumes") is False
        if (
            goes_on
            or tracker.active_loop_name
            or answered is None
            or _wished(tracker.latest_message) not in set(Language)
        ):
            return events
        action, message = answered
        if isinstance(action, ActionChangeLanguage):
            # "Which language?" is answered by it and not asked again.
            return events
        # Run here and not as Rasa's follow-up: no rule leads on from an action that does not fit the latest intent.
        asked = copy.copy(tracker)
        asked.latest_message = {**tracker.latest_message, **message}
        return [*events, *await action.run(dispatcher, asked, domain)]


def _wished(message: dict[str, Any]) -> str | None:
    """The language that a message asks for; `other` for one that the shop does not speak."""
    chosen = next((each["value"] for each in message.get("entities") or [] if each.get("entity") == CHOICE), None)
    if chosen is not None:
        return OTHER if chosen == FOREIGN else str(chosen)
    meant = lexicon.meant("language", str(message.get("text") or ""))
    return str(message.get("language") or Language.ZH_HANS) if meant == CHINESE else meant


def _answered_last(tracker: Tracker) -> tuple[CrmAction, dict[str, Any]] | None:
    """The action that answered the customer's message before this one, and that message; only one that does nothing
    but tell may be run again."""
    events = list(tracker.events)
    said = [place for place, event in enumerate(events) if event.get("event") == "user"]
    if len(said) < 2:
        return None
    message = events[said[-2]].get("parse_data") or {}
    names = [event.get("name") for event in events[said[-2] : said[-1]] if event.get("event") == "action"]
    tells = [
        action
        for name, action in ((name, action_classes()[name]) for name in names if name in action_classes())
        if issubclass(action, CrmAction) and not action.writes and not name.endswith(BEGINS)
    ]
    return (tells[0](), message) if tells and issubclass(tells[0], CrmAction) else None
