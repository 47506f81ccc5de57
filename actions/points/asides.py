"""What is asked around taking a reward and stands in no rule: whether a gift may come with what was ordered before, and
where a code is found again."""

from actions.kit.asked.reward_asides import Aside
from actions.kit.base import Turn
from actions.points.code_lines import line_of
from crm_store import rewards

SHOWN = 8


async def tell(turn: Turn) -> bool:
    """Tells it; False where none of it is asked, or codes are asked for by somebody unknown."""
    asked = None if turn.pressed else turn.entity("choice")
    if asked == Aside.ALONG:
        turn.say("reply_gift_along")
    elif asked == Aside.CODE and turn.member is not None:
        held = (await rewards.held(turn.session, turn.member.id))[:SHOWN]
        lines = "\n".join(line_of(turn, redemption, reward) for redemption, reward in held)
        turn.say("reply_code_kept" if held else "reply_code_kept_none", lines=lines)
    else:
        return False
    turn.done("answered", f"of a reward: {asked}")
    return True
