"""Replies in the customer's language.

Custom actions say them all, by name. They stand in nlu_data/responses and not in the domain, where each would be an
action that policies may choose and that `rasa data validate` looks for in the rules. Read, they are responses of Rasa,
with conditional variations on the slot `language`. Rasa fills that slot at best one turn late; the language of a turn
is known from the message itself, so it is put in its place while choosing.
"""

import logging
import re
from pathlib import Path
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.constants import RESPONSE_CONDITION
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.nlu.rasa.replies import replies_in

logger = logging.getLogger(__name__)

LANGUAGE_SLOT = "language"
DEFAULT_LANGUAGE = "zh-Hans"

_SPACE_BETWEEN_CHARACTERS = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
"""The space that a response leaves for "11 月 21 日" looks wrong before "昨天", which fills the same place."""

NEXT_BEST: dict[str, tuple[str, ...]] = {
    "zh-Hant": ("zh-Hans", "en"),
    "zh-Hans": ("zh-Hant", "en"),
    "en": ("zh-Hans", "zh-Hant"),
}
"""Languages tried, in this order, for a response that lacks the customer's own."""


def language_of(tracker: DialogueStateTracker) -> str:
    """The language to answer in: the latest message's, else its metadata's (a button has no words), else the slot."""
    message = tracker.latest_message
    parsed: dict[str, Any] = dict(message.parse_data) if message is not None else {}
    metadata = (message.metadata if message is not None else None) or {}
    spoken = [parsed.get("language"), metadata.get("language")]
    if (parsed.get("text") or "").startswith("/"):
        spoken.reverse()
    slot = tracker.slots.get(LANGUAGE_SLOT)
    for candidate in [*spoken, slot.value if slot is not None else None]:
        if candidate in NEXT_BEST:
            return str(candidate)
    return DEFAULT_LANGUAGE


class LocalizedResponses(TemplatedNaturalLanguageGenerator):
    """Set in endpoints.yml as `nlg.type`; `nlg.replies` there is the folder of the replies."""

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        folder = endpoint_config.kwargs.get("replies") if endpoint_config is not None else None
        self._replies = replies_in(Path(folder)) if folder else {}
        super().__init__(domain.responses if domain is not None else {})
        self._missing: set[tuple[str, str]] = set()

    @property
    def responses(self) -> dict[str, list[dict[str, Any]]]:
        """The replies and what the domain has."""
        return self._responses

    @responses.setter
    def responses(self, of_the_domain: dict[str, list[dict[str, Any]]]) -> None:
        """Rasa gives the domain's once more whenever it loads a model."""
        self._responses = {**self._replies, **of_the_domain}

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        """The response in the language of the turn, its placeholders filled from slots and `kwargs`."""
        language = language_of(tracker)
        slots = tracker.current_slot_values()
        slots[LANGUAGE_SLOT] = self._spoken(utter_action, language)
        response = self.generate_from_slots(utter_action, slots, output_channel, **kwargs)
        if response and response.get("text"):
            response["text"] = _SPACE_BETWEEN_CHARACTERS.sub("", response["text"])
        return response

    def _spoken(self, utter_action: str, language: str) -> str:
        """`language`, or the next best one that this response has; the lack is told once."""
        available = self._languages(utter_action)
        if not available or language in available:
            return language
        if (utter_action, language) not in self._missing:
            self._missing.add((utter_action, language))
            logger.warning("Response %s has no text for %s", utter_action, language)
        return next((other for other in NEXT_BEST[language] if other in available), language)

    def _languages(self, utter_action: str) -> set[str]:
        variations: list[dict[str, Any]] = self.responses.get(utter_action, [])
        return {
            str(condition["value"])
            for variation in variations
            for condition in variation.get(RESPONSE_CONDITION) or []
            if condition.get("name") == LANGUAGE_SLOT
        }
