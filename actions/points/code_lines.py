"""A code that a member holds, as a line of words."""

from typing import Any

from actions.kit.base import Turn
from actions.kit.phrases import name_in
from crm_store.labels import label
from crm_store.language import format_date, format_money
from crm_store.rewards import Redemption, Reward, RewardKind


def line_of(turn: Turn, redemption: Redemption, reward: Reward) -> str:
    gift = reward.kind == RewardKind.GIFT
    kind = "gift" if gift else "from" if reward.min_spend_minor else "plain"
    return label(
        "voucher_line",
        kind,
        turn.language,
        reward=name_in(reward.names, turn.language),
        minimum=format_money(reward.min_spend_minor, reward.currency),
        **values_of(turn, redemption),
    )


def values_of(turn: Turn, redemption: Redemption) -> dict[str, Any]:
    over = redemption.cancelled_at or redemption.used_at
    return {
        "code": redemption.coupon_code,
        "until": format_date(redemption.valid_until, turn.language),
        "undo_until": format_date(redemption.undoable_until, turn.language),
        "day": format_date(over, turn.language) if over else "",
        "used_on": redemption.used_on or "",
    }
