"""The shop's rule before one's own case: what every visitor may know is told before anybody is asked who they are.

The kit knows no article; the app says how a rule is found (`use_rules`). Where nobody has said so, none is.
"""

from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

from rasa_sdk import Tracker

from actions.kit.words import lexicon

OF_A_REWARD = "voucher 优惠券"
"""What short words go on with right after a voucher was told of: "and does it work on sale items"."""
SURELY_OWN = 0.75
"""Confidence of the intent from which a member's own case is told, and no rule in its place."""


class Rule(Protocol):
    """A rule of the shop that surely answers a message. `slug`: the article it stands in."""

    @property
    def slug(self) -> str: ...

    def tell(self, turn: Any) -> None:
        """Say it in the turn (`actions.kit.base.Turn`, which knows this module), and keep what was spoken of."""


class FindRule(Protocol):
    """Finds the rule for a message. `of_visitor`: of somebody whose own case cannot be told, so that a rule which
    answers well is better than none."""

    def __call__(self, tracker: Tracker, *, of_visitor: bool = False) -> Awaitable[Rule | None]: ...


_find: list[FindRule] = []


def use_rules(find: FindRule | None) -> None:
    """Set how rules are found; called once when the app is built."""
    _find[:] = [find] if find is not None else []


async def rule_for(tracker: Tracker, *, of_visitor: bool = False) -> Rule | None:
    """The rule that surely answers what was typed; None when none does, or the message is a pressed button."""
    text = str(tracker.latest_message.get("text") or "")
    if not _find or not text.strip() or text.startswith("/"):
        return None
    return await _find[0](tracker, of_visitor=of_visitor)


def spoken_before(focus: Mapping[str, Any]) -> str:
    """What short words may go on with: the question that was answered just now, or the voucher that was told of. Empty
    after anything else."""
    places: Mapping[str, int] = focus.get("at") or {}
    last = max(places.values(), default=0)
    if not last or int(focus.get("age") or 0) > 1:
        return ""
    if places.get("article") == last:
        return str(focus.get("question") or "")
    return OF_A_REWARD if places.get("reward") == last else ""


def wants_own_case(tracker: Tracker) -> bool:
    """Whether a member surely wants their own case, or speaks of what is theirs: then a rule in its place misses it,
    however near its words come (积分几多)."""
    message = tracker.latest_message
    is_sure = float((message.get("intent") or {}).get("confidence") or 0.0) >= SURELY_OWN
    return is_sure or lexicon.mentions("own_thing", str(message.get("text") or ""))
