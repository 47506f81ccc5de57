"""The birthday voucher or gift of a member: the code where the shop gave one here, else how it stands by their birthday
and level."""

from datetime import date

from actions.kit.asked import birthday_gift
from actions.kit.base import Turn
from actions.knowledge.answers import keep_gap
from actions.knowledge.found import Found
from crm_store import clock, rewards, tiers
from crm_store.language import format_date
from crm_store.members import Member

ARTICLE, BENEFIT = "birthday_gift", "birthday_gift"
"""The article with the rule, and the benefit of a level."""
LOOKED_AT = 50


async def code_of(turn: Turn, member: Member) -> str | None:
    """The code of the latest birthday reward the member was given, whatever became of it; None without one."""
    for redemption in await rewards.for_member(turn.session, member.id, limit=LOOKED_AT):
        reward = await rewards.by_code(turn.session, redemption.reward_code)
        if birthday_gift.is_called_so(*reward.names.values(), *reward.keywords):
            return redemption.coupon_code
    return None


async def tell_standing(turn: Turn, member: Member) -> None:
    """Where no code is kept here: whether one is to come, is under way or was due, and that its use is not seen."""
    own = [each for each in await tiers.benefits(turn.session, member.tier_code) if each.code == BENEFIT]
    tier = tiers.name(member.tier_code, turn.language)
    if not own:
        turn.say("reply_birthday_no_gift", tier=tier)
    elif member.birthday is None:
        turn.say("reply_birthday_unknown", tier=tier, gift=own[0].texts[turn.language])
    else:
        day = _this_year(member.birthday)
        turn.say(
            f"reply_birthday_gift_{_standing(day)}",
            tier=tier, gift=own[0].texts[turn.language], day=format_date(day, turn.language),
        )  # fmt: skip
    turn.done("answered", "birthday gift")


async def tell_rule(turn: Turn) -> None:
    """The rule beside: what the article answers, or that it says nothing of reduced goods."""
    found = turn.prepared
    if birthday_gift.asks_of_reduced(turn.text):
        await keep_gap(turn)
        turn.say("reply_rule_unwritten")
    elif isinstance(found, Found) and found.answers and found.slug == ARTICLE:
        found.tell(turn)


def _this_year(birthday: date) -> date:
    """The birthday of this year; that of 29 February on the 28th in other years."""
    year = clock.today().year
    try:
        return birthday.replace(year=year)
    except ValueError:
        return birthday.replace(year=year, day=28)


def _standing(day: date) -> str:
    """By the month, in which it is given: `to_come`, `now` or `past`."""
    month = clock.today().month
    return "to_come" if day.month > month else "now" if day.month == month else "past"
