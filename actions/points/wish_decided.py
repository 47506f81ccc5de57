"""What a wish for so many pieces of a reward means: it can be asked about, or what keeps the member from it."""

from typing import Any

from actions.points.balance import MISSING_SLOT
from crm_store.policy import policy
from crm_store.rewards import Reward

SHORT, GONE, SEVERAL, UNKNOWN, DECLINED = "short", "gone", "several", "unknown", "declined"
FEWER, LIMIT, OTHER = "fewer", "limit", "again"
"""Why a wished reward, or as many of it, could not simply be taken; see the slot `redeem_trouble`."""
NONE_YET = {"redeem_reward": None, "redeem_confirm": None, "redeem_count": None}


def decide(meant: list[Reward], balance: int, wanted: int | None = None) -> dict[str, Any]:
    """What a wish for so many pieces (None: one) means for the form's slots."""
    codes = [reward.code for reward in meant]
    if not meant:
        return NONE_YET | {"redeem_trouble": {"kind": UNKNOWN, "rewards": []}}
    takeable = [reward for reward in meant if reward.in_stock and reward.cost <= balance]
    if len(meant) > 1 and len(takeable) != 1:
        return NONE_YET | {"redeem_trouble": {"kind": SEVERAL, "rewards": codes}}
    best = takeable[0] if takeable else meant[0]
    if not best.in_stock:
        return NONE_YET | {"redeem_trouble": {"kind": GONE, "rewards": [best.code]}}
    if best.cost > balance:
        missing = best.cost - balance
        return NONE_YET | {"redeem_trouble": {"kind": SHORT, "rewards": [best.code]}, MISSING_SLOT: missing}
    count, kept_from = possible(best, balance, wanted or 1)
    trouble = {"kind": kept_from, "rewards": [best.code], "wanted": wanted} if kept_from else None
    return {"redeem_reward": best.code, "redeem_confirm": None, "redeem_count": count, "redeem_trouble": trouble}


def possible(reward: Reward, balance: int, wanted: int) -> tuple[int, str | None]:
    """How many pieces can be had at once, and what keeps the member from more."""
    most = policy().points.redeem_at_once
    within = min(balance // reward.cost, wanted if reward.stock is None else reward.stock)
    if wanted > most and within >= most:
        return most, LIMIT
    return min(wanted, within), FEWER if within < wanted else None
