"""A question of a rule is weighed before what a word in it would show: vouchers held, for one."""

from actions.kit.base import Turn
from actions.kit.words import rule_question
from actions.knowledge.answers import answered
from actions.knowledge.found import Found


async def told(turn: Turn, found: Found) -> bool:
    """Tells the rule where one is asked for and an article surely has it: "does a voucher come back if I return it"
    asks for none of one's own. False where the customer's own is what answers."""
    if turn.pressed or not rule_question.asks(turn.text) or not found.surely or found.unwritten:
        return False
    await answered(turn, found)
    return True
