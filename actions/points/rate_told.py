"""Whether so many points for so much money are the rate of a level: worked out, and held against the levels' rules."""

from actions.kit.asked import rate_said
from actions.kit.base import Turn
from actions.kit.replies import joined
from crm_store import tiers
from crm_store.labels import label
from crm_store.language import format_money, format_number


async def tell(turn: Turn) -> bool:
    """Works out the points for each yuan; False where no such figures are put."""
    said = None if turn.pressed else rate_said.read(turn.text)
    if said is None:
        return False
    levels = await tiers.all_tiers(turn.session)
    at_rate = [tiers.name(each.code, turn.language) for each in levels if each.earn_rate == said.per_unit]
    own = next((each for each in levels if turn.member is not None and each.code == turn.member.tier_code), None)
    right = said.claimed is None or said.claimed == said.per_unit
    told = [label("rate_told", "yes" if right else "no", turn.language, points=format_number(said.points),
                  money=format_money(said.money * 100), rate=f"{said.per_unit:g}")]  # fmt: skip
    if at_rate:
        told.append(label("rate_told", "level", turn.language, tiers=joined(at_rate, turn.language)))
    if own is not None and own.earn_rate != said.per_unit:
        values = {"tier": tiers.name(own.code, turn.language), "rate": format_number(own.earn_rate)}
        values["points"] = format_number(own.earn_rate * said.money)
        told.append(label("rate_told", "own", turn.language, **values))
    turn.say("reply_points_rate", told="\n".join(told))
    turn.done("answered", f"rate {said.per_unit:g}")
    return True
