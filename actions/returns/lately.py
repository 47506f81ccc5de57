"""What the customer named in their last messages, where the one at hand names nothing: the thing, and what is wrong
with it. Also of messages that an article answered or nobody understood."""

from actions.kit.base import Turn
from actions.kit.said_before import events_before, is_typed
from actions.returns.heard import is_fault, kind_wished, reason_said, supposes
from actions.returns.lines import Lines, bought, fitting
from crm_store.members import Member
from crm_store.returns import ReturnReason

LATELY = 3
"""So many of the customer's messages before the one at hand."""
_ENDS = frozenset({"action_return_form_submit", "action_withdraw_return"})
"""Actions by which a return was settled: what was said before them is over."""


async def named_lately(turn: Turn, member: Member) -> Lines:
    """Those of the member's purchases that the last of these messages to name any names."""
    everything = await bought(turn, member)
    for text in said_before(turn):
        if lines := await fitting(turn, text, everything):
            return lines
    return []


async def reason_told(turn: Turn, member: Member, sku: str) -> ReturnReason | None:
    """What one of these messages said to be wrong with the thing it named: a fault, or that it does not fit and is to
    be exchanged."""
    everything = await bought(turn, member)
    for text in said_before(turn):
        if sku not in {line.sku for _, line in await fitting(turn, text, everything)}:
            continue
        reason = reason_said(text)
        wishes = reason is ReturnReason.WRONG_SIZE and kind_wished(text) is not None
        if (is_fault(reason) or wishes) and not supposes(text):
            return reason
    return None


def said_before(turn: Turn) -> list[str]:
    """What the customer typed in the messages before this one, the last first, back to the last return."""
    found: list[str] = []
    for event in reversed(events_before(turn)):
        if event.get("event") == "action" and event.get("name") in _ENDS:
            break
        if event.get("event") == "user" and is_typed(event):
            found.append(str(event["text"]))
        if len(found) == LATELY:
            break
    return found
