"""Whether a reward was redeemed by now: 那保温杯换上了没, "did the mug go through"."""

from actions.kit.asked import rewards_asked
from actions.kit.asked.rewards_asked import RewardAsked
from actions.kit.base import Turn, button
from actions.kit.phrases import name_in
from actions.points import together
from actions.points.at_once import meant
from crm_store import clock, points, rewards
from crm_store.labels import label
from crm_store.language import format_date, format_number
from crm_store.members import Member
from crm_store.rewards import Redemption, RedemptionStatus, Reward

LOOKED_AT = 50


async def tell(turn: Turn, member: Member) -> bool:
    """Tell it of each reward named, else of the one spoken of; False where it is not asked, or of no reward."""
    is_meant = turn.entity("choice") == rewards_asked.WHETHER_DONE
    if turn.pressed or not (is_meant or rewards_asked.asked(turn.text, of_points=True) is RewardAsked.DONE):
        return False
    asked = await together.named_in_words(turn)
    one = None if asked else await meant(turn)
    asked = asked or ([one] if one else [])
    if not asked:
        return False
    latest = await rewards.for_member(turn.session, member.id, limit=LOOKED_AT)
    balance = await points.balance(turn.session, member.id)
    for reward in asked:
        _say(turn, reward, [each for each in latest if each.reward_code == reward.code], balance)
    turn.focus(reward=asked[0].code)
    turn.done("answered", reward=asked[0].code)
    return True


def _say(turn: Turn, reward: Reward, redeemed: list[Redemption], balance: int) -> None:
    today = [each for each in redeemed if _is_of_today(each)]
    usable = [each for each in redeemed if each.state() == RedemptionStatus.ISSUED]
    name = name_in(reward.names, turn.language)
    if today:
        code = today[0].coupon_code if len(today) == 1 else ", ".join(each.coupon_code for each in today)
        until = format_date(today[0].valid_until, turn.language)
        turn.say("reply_reward_is_redeemed", reward=name, code=code, until=until)
        return
    left = balance - reward.cost
    take = [button(label("form_button", "redeem_this", turn.language), "redeem_points", reward=reward.code)]
    buttons = take if left >= 0 and reward.in_stock else None
    values = {"reward": name, "cost": format_number(reward.cost), "balance": format_number(balance)}
    if usable:
        day, code = format_date(usable[0].at, turn.language), usable[0].coupon_code
        turn.say("reply_reward_redeemed_before", day=day, code=code, buttons=buttons, **values)
    else:
        turn.say("reply_reward_not_redeemed", buttons=buttons, **values)


def _is_of_today(redemption: Redemption) -> bool:
    is_held = redemption.state() in (RedemptionStatus.ISSUED, RedemptionStatus.USED)
    zone = clock.business_zone()
    return is_held and redemption.at.astimezone(zone).date() == clock.today() and not redemption.is_gift
