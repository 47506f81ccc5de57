"""Rewards by what one does with them: 吃的喝的, "anything to wear". Of each use that is asked the rewards are told that
serve it, by their own names, or that there are none."""

from collections.abc import Sequence

from actions.kit.base import Turn
from actions.kit.phrases import listed, reward_with_cost
from actions.kit.words import lexicon
from actions.points.reward_words import about
from crm_store.labels import label
from crm_store.language import format_number
from crm_store.rewards import Reward

ASKED, TOLD = "reward_use", "reward_use_told"
"""Groups of the lexicon: by which words a use is asked, and by which a reward's name serves it."""
SHOWN = 3


def tell(turn: Turn, offered: Sequence[Reward], balance: int | None) -> bool:
    """Tells them; False where no use is asked."""
    uses = [] if turn.pressed else list(dict.fromkeys(each.value for each in lexicon.heard(ASKED, turn.text)))
    if not uses:
        return False
    found = {use: [reward for reward in offered if _serves(reward, use)] for use in uses}
    # What there is comes first.
    ordered = sorted(uses, key=lambda use: not found[use])
    told = [_line(turn, use, found[use]) for use in ordered]
    rewards = list({each.code: each for each_use in ordered for each in found[each_use]}.values())
    own = label("reward_use_line", "balance", turn.language, balance=format_number(balance)) if balance else ""
    buttons = [about(reward, turn.language) for reward in rewards[:SHOWN]]
    turn.say("reply_rewards_by_use", lines="".join(told), own=own, buttons=buttons)
    if rewards:
        turn.focus(listed=buttons)
    turn.done("answered" if rewards else "nothing_on_offer", f"rewards to {' '.join(uses)}")
    return True


def _line(turn: Turn, use: str, rewards: Sequence[Reward]) -> str:
    named = label("reward_use", use, turn.language)
    if not rewards:
        return label("reward_use_line", "none", turn.language, use=named)
    names = listed([reward_with_cost(each, turn.language) for each in rewards], turn.language)
    return label("reward_use_line", "some", turn.language, use=named, rewards=names)


def _serves(reward: Reward, use: str) -> bool:
    return any(each.value == use for name in reward.names.values() for each in lexicon.each(TOLD, name))
