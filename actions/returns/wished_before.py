"""What the new one shall be like, where an earlier message said it: the colour or the size of an exchange wished before
its form was begun ("can I swap it for the olive one?"), so that it stands in the confirmation."""

from typing import Any

from actions.kit import sizes_said
from actions.kit.base import Turn
from actions.products.sizes import size_said, sizes_of
from actions.returns.colours import colour_said, offered_colours
from actions.returns.heard import is_fault, kind_wished, supposes
from actions.returns.lately import said_before
from actions.returns.lines import bought, fitting, own_line
from crm_store.members import Member
from crm_store.orders import OrderLine
from crm_store.returns import ReturnKind, ReturnReason

Slots = dict[str, Any]


async def taken(turn: Turn, member: Member, known: Slots) -> Slots:
    """The size and colour of the new one that an earlier message wished, as far as they are made and none is known."""
    line = await own_line(turn, known["return_line"])
    if line is None or known["return_kind"] != ReturnKind.EXCHANGE or is_fault(known["return_reason"]):
        return {}
    told = await _wishes_for(turn, member, line[1])
    found: Slots = {}
    if known["return_new_size"] is None and known["return_reason"] == ReturnReason.WRONG_SIZE:
        offered = await sizes_of(turn.session, line[1]) if line[1].size else []
        sizes = [size for text in told if sizes_said.wished(text) and (size := size_said(text, line[1], offered))]
        found |= {"return_new_size": sizes[0]} if sizes else {}
    if known["return_new_colour"] is None:
        offered = await offered_colours(turn, line[1])
        colours = [colour for text in told if (colour := colour_said(text)) in offered and colour != line[1].colour]
        found |= {"return_new_colour": colours[0]} if colours else {}
    return found


async def _wishes_for(turn: Turn, member: Member, line: OrderLine) -> list[str]:
    """The last messages that wish an exchange, of this thing or of none that they name; the last first."""
    everything = await bought(turn, member)
    found = []
    for text in said_before(turn):
        named = {each.sku for _, each in await fitting(turn, text, everything)}
        if kind_wished(text) is ReturnKind.EXCHANGE and not supposes(text) and (not named or line.sku in named):
            found.append(text)
    return found
