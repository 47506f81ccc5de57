"""Rules between money, points and levels that are worked out for the case named: what an amount brings, and what
spending points does to a level."""

from actions.kit.base import Turn
from actions.kit.phrases import listed
from actions.kit.words import lexicon
from actions.knowledge import figures
from crm_store import earning_rules, tiers
from crm_store.labels import label
from crm_store.language import format_money, format_number
from crm_store.policy import policy


def spending_and_level(turn: Turn) -> bool:
    """Whether it is asked if the level goes when points are spent, or because some just were."""
    if turn.pressed:
        return False
    spent = lexicon.mentions("points_spent", turn.text) or turn.spoken_of.get("done") == "redeem_points"
    asked = any(each.value == "level" for each in lexicon.heard("points_question", turn.text))
    return spent and (asked or lexicon.mentions("level_kept", turn.text))


def amount_spent(turn: Turn) -> int | None:
    """The money, in minor units, of which it is asked how many points it brings; None when that is not asked."""
    about_points = lexicon.mentions("points_word", turn.text) or _level(turn) is not None
    asks = about_points and lexicon.mentions("asks_rule", turn.text) and not turn.entity("order_number")
    if turn.pressed or not asks or not lexicon.mentions("money_spent", turn.text):
        return None
    if lexicon.mentions("level_reached", turn.text):
        return None
    amounts = figures.amounts(turn.text, bare=True)
    return amounts[-1] if amounts else None


def _level(turn: Turn) -> str | None:
    """The level that is named: as an entity, or by its bare name beside no shipping ("a silver one who pays 210")."""
    of_shipping = any(each.value.endswith("shipping") for each in lexicon.each("rule", turn.text))
    named = turn.entity("tier") or (None if of_shipping else lexicon.meant("level_name", turn.text))
    return str(named) if named else None


def tell_level_stays(turn: Turn) -> None:
    """What is earned counts for a level, not what is left."""
    turn.say("reply_points_spent_level_stays")
    turn.done("answered")


async def tell_earned(turn: Turn, amount: int) -> None:
    """The points that `amount` (minor units) brings at the level named, else at the own; to a stranger at each. Who
    speaks of a birthday hears what an order placed on that day brings."""
    code = _level(turn) or (turn.member.tier_code if turn.member else None)
    levels = [await tiers.get(turn.session, str(code))] if code else await tiers.all_tiers(turn.session)
    birthday = lexicon.mentions("birthday_word", turn.text)
    times = policy().points.birthday_times if birthday else 1
    each = [
        label("points_line", "tier_rate", turn.language, tier=tiers.name(tier.code, turn.language),
              rate=format_number(earning_rules.points_for(amount, tier) * times))
        for tier in levels
    ]  # fmt: skip
    if birthday:
        response = "reply_points_for_amount_birthday" if code else "reply_points_for_amount_each_birthday"
    else:
        response = "reply_points_for_amount" if code else "reply_points_for_amount_each"
    turn.say(
        response,
        amount=format_money(amount),
        points=listed(each, turn.language),
        rate=levels[0].earn_rate,
        times=format_number(times),
    )
    turn.done("answered")


async def told(turn: Turn) -> bool:
    """Answers what is asked of them, if anything is."""
    if spending_and_level(turn):
        tell_level_stays(turn)
        return True
    amount = amount_spent(turn)
    if amount is None:
        return False
    await tell_earned(turn, amount)
    return True
