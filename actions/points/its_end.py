"""What becomes of a voucher, or of points, with their last day: whether the points of one that lapsed come back, and
whether that whole day still counts."""

from datetime import date
from typing import Any

from actions.kit.asked.rewards_asked import RewardAsked
from actions.kit.base import Button, Turn, button
from actions.kit.form_input import choice
from actions.kit.parsing import days_named
from actions.kit.phrases import name_in
from actions.points import at_once
from crm_store import clock, points, rewards
from crm_store.labels import label
from crm_store.language import format_date, format_number, format_time
from crm_store.members import Member
from crm_store.rewards import Redemption, Reward
from crm_store.text import normalise


async def tell(turn: Turn) -> bool:
    """Tells of a voucher what was asked so; False where nothing was."""
    asked = None if turn.pressed else choice(turn)
    if asked not in (RewardAsked.LAPSED, RewardAsked.LAST_DAY):
        return False
    held = await rewards.held(turn.session, turn.member.id) if turn.member is not None else []
    one = await _meant(turn, held)
    if one is not None:
        turn.focus(reward=one[1].code)
    if asked == RewardAsked.LAPSED:
        is_latest = one is not None and one[0].id == max(each.id for each, _ in held)
        turn.say("reply_voucher_lapsed", own=_own(turn, one), buttons=_back(turn, one) if is_latest else [])
    elif one is not None:
        turn.say("reply_last_day_voucher", **_values(turn, *one))
    else:
        turn.say("reply_last_day")
    turn.done("answered", str(asked))
    return True


async def tell_of_points(turn: Turn, member: Member | None) -> bool:
    """Tells of points that their whole last day counts, and how many go with it; False where that was not asked."""
    if turn.pressed or choice(turn) != RewardAsked.LAST_DAY:
        return False
    day = next(iter(days_named(normalise(turn.text))), None)
    ending: dict[date, int] = {}
    for lot in await points.expiring_lots(turn.session, member.id) if member is not None else []:
        if day in (None, (lot.day.month, lot.day.day)):
            ending[lot.day] = ending.get(lot.day, 0) + lot.points
    turn.done("answered", "last day of points")
    if not ending:
        turn.say("reply_last_day")
        return True
    when, amount = min(ending.items())
    turn.say(
        "reply_last_day_points",
        day=format_date(when, turn.language),
        time=format_time(points.default_expiry(clock.now())),
        points=format_number(amount),
    )
    return True


async def _meant(turn: Turn, held: list[tuple[Redemption, Reward]]) -> tuple[Redemption, Reward] | None:
    """Of the vouchers held the one that is named by its worth or spoken of, the latest; else the latest of all."""
    paid = sorted(held, key=lambda pair: (pair[0].at, pair[0].id), reverse=True)
    reward = await at_once.meant(turn)
    of_it = [pair for pair in paid if reward is not None and pair[1].code == reward.code]
    return next(iter(of_it or ([] if reward is not None else paid)), None)


def _own(turn: Turn, one: tuple[Redemption, Reward] | None) -> str:
    """Until when the one held can be given back or used."""
    if one is None or one[0].is_gift:
        return ""
    kind = "undoable" if one[0].undoable_now else "kept"
    return label("voucher_lapsed", kind, turn.language, **_values(turn, *one))


def _back(turn: Turn, one: tuple[Redemption, Reward] | None) -> list[Button]:
    """The button that asks whether to give back what was redeemed last, while that can be done."""
    if one is None or not one[0].undoable_now:
        return []
    return [button(label("form_button", "give_back", turn.language), "undo", act="redeem_points")]


def _values(turn: Turn, redemption: Redemption, reward: Reward) -> dict[str, Any]:
    return {
        "reward": name_in(reward.names, turn.language),
        "code": redemption.coupon_code,
        "until": format_date(redemption.valid_until, turn.language),
        "time": format_time(redemption.valid_until),
        "undo_until": format_date(redemption.undoable_until, turn.language),
    }
