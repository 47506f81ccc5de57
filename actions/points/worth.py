"""Which reward gives most for a point (哪个最划算): a voucher by what it takes off, a gift by its price in the shop.
Where two or more are named (20 元券还是保温杯), those are compared and no others."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from actions.kit.base import Turn
from actions.kit.phrases import name_in, reward_button
from actions.kit.words import lexicon
from actions.points.together import named_in_words
from actions.products.wording import on_offer
from crm_store.labels import label
from crm_store.language import format_money, format_number
from crm_store.products import Product
from crm_store.rewards import Reward, RewardKind
from crm_store.text import normalise

TOLD = 3
PER = 100
"""The worth is told of so many points."""

_VOUCHER = re.compile(r"券|\b(?:vouchers?|coupons?)\b")


@dataclass(frozen=True, slots=True)
class Worth:
    """`money`: what a reward is worth, in minor units."""

    reward: Reward
    money: int

    @property
    def per_point(self) -> float:
        return self.money / self.reward.cost


async def tell(turn: Turn, offered: Sequence[Reward], balance: int | None) -> bool:
    """Tells which of these gives most for a point, of those that the balance is enough for where it is enough for any;
    False where that is not asked, or the worth of none is known."""
    if turn.pressed or not lexicon.mentions("best_value", turn.text):
        return False
    priced = await on_offer(turn.session)
    named = {reward.code for reward in await named_in_words(turn)}
    if len(named) == 1 and _VOUCHER.search(normalise(turn.text)):
        # "The voucher or the thermos": the one spoken of, else every voucher.
        vouchers = {reward.code for reward in offered if reward.kind == RewardKind.COUPON}
        spoken = vouchers & {str(turn.spoken_of.get("reward"))}
        named |= spoken or vouchers
    compared = [reward for reward in offered if reward.code in named] if len(named) >= 2 else offered
    known = [Worth(reward, money) for reward in compared if (money := _money(reward, priced)) is not None]
    within = [each for each in known if balance is None or each.reward.cost <= balance]
    within = known if compared is not offered else within or known
    ranked = sorted(within, key=lambda each: (-each.per_point, each.reward.cost))[:TOLD]
    if not ranked:
        return False
    lines = [_line(turn, each) for each in ranked]
    buttons = [reward_button(each.reward, turn.language) for each in ranked]
    turn.say(
        "reply_rewards_best_value",
        name=name_in(ranked[0].reward.names, turn.language),
        list="\n".join(lines),
        buttons=buttons,
    )
    turn.focus(listed=buttons)
    turn.done("answered", f"best value {ranked[0].reward.code}")
    return True


def _line(turn: Turn, each: Worth) -> str:
    return label(
        "reward_worth",
        "voucher" if each.reward.kind == RewardKind.COUPON else "gift",
        turn.language,
        name=name_in(each.reward.names, turn.language),
        points=format_number(each.reward.cost),
        money=format_money(each.money),
        minimum=format_money(each.reward.min_spend_minor),
        per=format_money(round(each.per_point * PER)),
    )


def _money(reward: Reward, priced: Sequence[Product]) -> int | None:
    if reward.kind == RewardKind.COUPON:
        return reward.value_minor or None
    called = {normalise(name) for name in reward.names.values()}
    return next(
        (product.price_minor for product in priced
         if any(name in normalise(own) for name in called for own in product.names.values())),
        None,
    )  # fmt: skip
