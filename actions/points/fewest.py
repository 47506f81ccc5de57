"""The reward that takes the fewest points, and how many are missing: where it is asked for (最便宜的要多少分), or
what there is buys nothing (我积分够换个券吗)."""

from collections.abc import Sequence
from typing import Any

from actions.kit.asked.points_enough import Enough
from actions.kit.base import Turn
from actions.kit.phrases import name_in, reward_button
from actions.kit.words import lexicon
from actions.points.reward_words import about, kind_said
from crm_store.language import format_number
from crm_store.rewards import Reward


def tell(turn: Turn, offered: Sequence[Reward], balance: int | None, amount: int | None) -> bool:
    """Tells it of the kind that is named, else of all; False where neither is so. `amount`: points that are named."""
    asked = None if turn.pressed else turn.entity("choice")
    kind = None if turn.pressed else kind_said(turn.text)
    among = [each for each in offered if kind is None or each.kind == kind]
    if not among:
        return False
    least = min(among, key=lambda each: each.cost)
    has = amount if amount is not None else balance
    asks_mine = asked == Enough.ENOUGH or amount is not None or _asks_mine(turn)
    if asked != Enough.CHEAPEST and not (asks_mine and has is not None and has < least.cost):
        return False
    values: dict[str, Any] = {"reward": name_in(least.names, turn.language), "cost": format_number(least.cost)}
    if has is None:
        turn.say("reply_rewards_cheapest", **values)
    elif has < least.cost:
        missing = format_number(least.cost - has)
        name = "reply_rewards_cheapest_missing" if asked == Enough.CHEAPEST else "reply_rewards_cheapest_short"
        turn.say(name, has=format_number(has), missing=missing, **values)
    else:
        turn.say(
            "reply_rewards_cheapest_own",
            has=format_number(has),
            buttons=[reward_button(least, turn.language)],
            **values,
        )
    turn.focus(reward=least.code, listed=[about(least, turn.language)])
    turn.done("answered", f"cheapest {least.code}")
    return True


def _asks_mine(turn: Turn) -> bool:
    return not turn.pressed and any(each.value == "mine" for each in lexicon.heard("reward_question", turn.text))
