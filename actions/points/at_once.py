"""How many of a reward can be had at once, and how it is with a voucher: 能一次换二十张吗, "can I take 3 of those and
use them all on one order"."""

from typing import Any

from actions.kit.asked import rewards_asked
from actions.kit.asked.rewards_asked import RewardAsked
from actions.kit.base import Turn
from actions.kit.phrases import listed, name_in, reward_button
from actions.kit.words import lexicon, pieces
from actions.points.reward_words import named, said_reward, wish_of, worths_said
from crm_store import points, rewards
from crm_store.errors import NotFound
from crm_store.labels import label
from crm_store.language import format_money, format_number
from crm_store.policy import policy
from crm_store.rewards import Reward, RewardKind

ASKED = "reward_asked"
"""In the focus: that it was asked how many at once, for "no, the 100 one"."""


async def tell(turn: Turn) -> bool:
    """Tell it of the reward named, else of the one spoken of; False where none of it is asked."""
    if turn.pressed:
        return False
    asks_number = rewards_asked.asked(turn.text, of_points=True) is RewardAsked.AT_ONCE
    if not asks_number and turn.entity("choice") != rewards_asked.RULES:
        return False
    asks_number = asks_number or turn.spoken_of.get(ASKED) == RewardAsked.AT_ONCE
    reward = await meant(turn)
    if reward is None:
        turn.say("reply_redeem_at_once_any", most=policy().points.redeem_at_once)
        turn.done("answered")
        return True
    if asks_number:
        await _say_number(turn, reward)
    elif not lexicon.meant("reward_question", turn.text):
        await _say_cost(turn, reward)
    if reward.kind == RewardKind.COUPON:
        say_rules(turn, reward)
    elif not asks_number:
        turn.say("reply_gift_rules", reward=name_in(reward.names, turn.language), days=format_number(reward.valid_days))
    turn.focus(reward=reward.code, **{ASKED: RewardAsked.AT_ONCE if asks_number else None})
    turn.done("answered", reward=reward.code)
    return True


async def tell_validity(turn: Turn) -> bool:
    """For how long a voucher counts once it is redeemed: of the one that is meant, else of each. False where it is not
    asked."""
    if turn.pressed or turn.entity("choice") != RewardAsked.VALID:
        return False
    reward = await meant(turn)
    if reward is not None and reward.kind == RewardKind.COUPON:
        say_rules(turn, reward)
        turn.focus(reward=reward.code)
    elif reward is not None and said_reward(turn) is not None:
        turn.say("reply_gift_rules", reward=name_in(reward.names, turn.language), days=format_number(reward.valid_days))
        turn.focus(reward=reward.code)
    else:
        vouchers = [each for each in await rewards.catalogue(turn.session) if each.kind == RewardKind.COUPON]
        told = [
            label(
                "voucher_line",
                "valid_for",
                turn.language,
                reward=name_in(each.names, turn.language),
                days=each.valid_days,
            )
            for each in vouchers
        ]
        turn.say("reply_vouchers_valid_for", told=listed(told, turn.language))
    turn.done("answered")
    return True


async def meant(turn: Turn) -> Reward | None:
    """The one reward that the words mean: a voucher by its worth, never by a number of pieces; what is named; what was
    spoken of."""
    rest = wish_of(turn.text).rest
    offered = await rewards.catalogue(turn.session)
    vouchers = [each for each in offered if each.kind == RewardKind.COUPON]
    worths = {each.value_minor // 100 for each in vouchers}
    said = worths_said(pieces.without_count(rest, but=worths))
    by_worth = [each for each in vouchers if each.value_minor // 100 in said]
    if len(by_worth) == 1:
        return by_worth[0]
    words = said_reward(turn)
    found = await named(turn, words) if words else []
    if len(found) == 1:
        return found[0]
    code = turn.spoken_of.get("reward")
    try:
        return await rewards.by_code(turn.session, str(code)) if code else None
    except NotFound:
        return None


def say_rules(turn: Turn, reward: Reward) -> None:
    """From what amount, for how long and beside what a voucher counts."""
    turn.say(
        "reply_voucher_rules" if reward.min_spend_minor else "reply_voucher_rules_no_minimum",
        reward=name_in(reward.names, turn.language),
        minimum=format_money(reward.min_spend_minor, reward.currency),
        days=format_number(reward.valid_days),
    )


async def _say_number(turn: Turn, reward: Reward) -> None:
    most = policy().points.redeem_at_once
    values: dict[str, Any] = {
        "reward": name_in(reward.names, turn.language),
        "cost": format_number(reward.cost),
        "most": most,
    }
    if turn.member is None:
        turn.say("reply_redeem_at_once", **values)
        return
    balance = await points.balance(turn.session, turn.member.id)
    within = balance // reward.cost
    values |= {"balance": format_number(balance), "within": format_number(within)}
    count = pieces.count_said(turn.text, but={reward.value_minor // 100})
    if not within:
        turn.say("reply_redeem_at_once_short", missing=format_number(reward.cost - balance), **values)
        return
    can = count is not None and 1 < count <= min(most, within)
    if count is not None and can:
        total = reward.cost * count
        values |= {"count": count, "total": format_number(total), "left": format_number(balance - total)}
    name = "reply_redeem_at_once_can" if can else "reply_redeem_at_once_own"
    turn.say(name, buttons=[reward_button(reward, turn.language)], **values)


async def _say_cost(turn: Turn, reward: Reward) -> None:
    values: dict[str, Any] = {"reward": name_in(reward.names, turn.language), "cost": format_number(reward.cost)}
    if turn.member is None:
        turn.say("reply_reward_cost", **values)
        return
    balance = await points.balance(turn.session, turn.member.id)
    missing = reward.cost - balance
    if missing > 0:
        turn.say("reply_reward_cost_short", balance=format_number(balance), missing=format_number(missing), **values)
        return
    left = format_number(balance - reward.cost)
    take = [reward_button(reward, turn.language)]
    turn.say("reply_reward_cost_own", balance=format_number(balance), left=left, buttons=take, **values)
