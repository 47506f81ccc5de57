"""Rasa's `RulePolicy` with its rules filed by what their newest turn asks for: 0.9 ms.

Rasa holds every rule against every turn of the conversation, up to six times a message. A rule that names the last
action and the intent can only fit where these two are so; of the shop's 130 rules one or two are left to look at.
"""

from collections import defaultdict
from typing import Any

from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

_stock_find = RulePolicy._find_action_from_rules


class RuleIndex:
    """The keys of `lookup` by action and intent of their newest turn; None stands for "whatever"."""

    def __init__(self, lookup: dict[str, str]) -> None:
        self._lookup = lookup
        self._size = len(lookup)
        self._keys: dict[tuple[str | None, str | None], list[str]] = defaultdict(list)
        self._longest = 0
        for key in lookup:
            states = RulePolicy._rule_key_to_state(key)
            self._longest = max(self._longest, len(states))
            self._keys[_asked(states[-1]) if states else (None, None)].append(key)

    def is_of(self, lookup: dict[str, str]) -> bool:
        """Whether it was made of these rules and none has come or gone."""
        return self._lookup is lookup and self._size == len(lookup)

    @property
    def needs_intents(self) -> bool:
        """Whether every rule names an intent, so that none fits a state in which words stand in its place."""
        return all(intent is not None for _, intent in self._keys)

    def applicable(self, policy: RulePolicy, states: list[State]) -> set[str]:
        """The keys that `policy` finds applicable to `states`, which are in the order of time."""
        newest = states[-1] if states else {}
        action = newest.get(PREVIOUS_ACTION, {}).get(ACTION_NAME)
        intent = newest.get(USER, {}).get(INTENT)
        filed = {(action, intent), (action, None), (None, intent), (None, None)}
        keys = {key for place in filed for key in self._keys.get(place, ())} if states else set(self._lookup)
        # Further back than the longest rule reaches, Rasa lets them all pass.
        for turn, state in enumerate(reversed(states[-self._longest :] if self._longest else [])):
            keys = {key for key in keys if policy._is_rule_applicable(key, turn, state)}
        return keys


def _asked(newest: State) -> tuple[str | None, str | None]:
    """Action and intent that must stand in the conversation's newest state for a rule with this newest state to fit."""
    if not newest.get(PREVIOUS_ACTION):
        # At the start of a conversation Rasa looks at nothing else.
        return None, None
    return _value(newest[PREVIOUS_ACTION].get(ACTION_NAME)), _value(newest.get(USER, {}).get(INTENT))


def _value(wanted: Any) -> str | None:
    return wanted if isinstance(wanted, str) and wanted and wanted != SHOULD_NOT_BE_SET else None


def index_of(policy: RulePolicy, lookup: dict[str, str]) -> RuleIndex:
    """The policy's index of `lookup`, made once."""
    known: list[RuleIndex] = policy.__dict__.setdefault("_huike_rules", [])
    for index in known:
        if index.is_of(lookup):
            return index
    known[:] = [*known[-1:], RuleIndex(lookup)]
    return known[-1]


def possible_keys(self: RulePolicy, lookup: dict[str, str], states: list[State]) -> set[str]:
    """`RulePolicy._get_possible_keys`."""
    return index_of(self, lookup).applicable(self, states)


def find_action_from_rules(
    self: RulePolicy, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
) -> tuple[str | None, str | None, bool]:
    """`RulePolicy._find_action_from_rules`. It looks for rules about the words first: where there are none, in vain."""
    lookups = (self.lookup[RULES], self.lookup[RULES_FOR_LOOP_UNHAPPY_PATH])
    if use_text_for_last_user_input and all(index_of(self, lookup).needs_intents for lookup in lookups):
        return None, None, False
    found: tuple[str | None, str | None, bool] = _stock_find(self, tracker, domain, use_text_for_last_user_input)
    return found
