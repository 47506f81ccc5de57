"""The terms of a reward, before the points are spent: from what amount, for how long, with an order, and whether the
points come back. They stand in the question for consent, and whoever asks for them there hears them and is asked on."""

from typing import Any

from actions.kit.asked import rewards_asked
from actions.kit.asked.rewards_asked import TermsAsked
from actions.kit.base import Turn
from actions.kit.forms import requested
from actions.kit.phrases import name_in
from actions.points import at_once
from actions.points.reward_words import said_reward
from crm_store import rewards
from crm_store.clock import now
from crm_store.labels import label
from crm_store.language import format_date, format_money, format_number
from crm_store.rewards import Reward, RewardKind


async def told(turn: Turn) -> dict[str, Any]:
    """Tells the terms that are asked at the question whether to redeem, which stays; empty where none are."""
    asked = None if turn.pressed else rewards_asked.terms_asked(turn.text)
    code = turn.slot("redeem_reward")
    if asked is None or not code or not requested(turn, "redeem_confirm"):
        return {}
    if asked is not TermsAsked.RULES:
        turn.say("reply_redemption_undo_rule" if asked is TermsAsked.UNDO else "reply_redeem_one_an_order")
        return {"redeem_reward": code}
    reward = await at_once.meant(turn) if said_reward(turn) is not None else None
    reward = reward or await rewards.by_code(turn.session, code)
    if reward.kind == RewardKind.COUPON:
        at_once.say_rules(turn, reward)
    else:
        turn.say("reply_gift_rules", reward=name_in(reward.names, turn.language), days=format_number(reward.valid_days))
    return {"redeem_reward": code}


def in_short(turn: Turn, reward: Reward) -> str:
    """The terms as they stand in the question."""
    gift = reward.kind == RewardKind.GIFT
    kind = "gift" if gift else "from" if reward.min_spend_minor else "plain"
    return label(
        "reward_terms",
        kind,
        turn.language,
        minimum=format_money(reward.min_spend_minor, reward.currency),
        days=format_number(reward.valid_days),
        until=format_date(reward.lasts_until(now()), turn.language),
    )
