"""What ends with a membership, in numbers."""

from actions.kit.base import Turn
from actions.kit.phrases import listed
from actions.kit.words import lexicon
from crm_store import clock, points, rewards, tiers
from crm_store.labels import label
from crm_store.language import format_number
from crm_store.members import Member
from crm_store.rewards import RedemptionStatus

CODES_LOOKED_AT = 50


def is_asked(turn: Turn) -> bool:
    """Whether the words ask what becomes of points, vouchers or level."""
    return not turn.pressed and all(lexicon.mentions(group, turn.text) for group in ("what_ends", "becomes"))


async def told(turn: Turn, member: Member) -> str:
    """ "680 积分、1 张没用的兑换券和银卡会员的权益"; empty when nothing would be lost."""
    return listed(await at_stake(turn, member), turn.language, last="last_and")


async def at_stake(turn: Turn, member: Member) -> list[str]:
    """Points, codes not yet used, a level above the first."""
    balance = await points.balance(turn.session, member.id)
    redemptions = await rewards.for_member(turn.session, member.id, limit=CODES_LOOKED_AT)
    unused = [each for each in redemptions if each.status == RedemptionStatus.ISSUED and each.valid_until > clock.now()]
    lost = []
    if balance:
        lost.append(label("cancellation_loss", "points", turn.language, points=format_number(balance)))
    if unused:
        kind = "code" if len(unused) == 1 else "codes"
        lost.append(label("cancellation_loss", kind, turn.language, count=len(unused)))
    tier = await tiers.get(turn.session, member.tier_code)
    if tier.threshold_points:
        lost.append(label("cancellation_loss", "tier", turn.language, tier=tiers.name(tier.code, turn.language)))
    return lost
