"""What the new one shall be like, as this message or an earlier one said it: the colour or the size of an exchange that
was wished before its form was begun ("can I swap it for the olive one?"), so that it stands in the confirmation."""

from typing import Any

from actions.kit.asked import sizes_said
from actions.kit.base import Turn
from actions.kit.form_input import words
from actions.kit.forms import requested
from actions.kit.words import consent
from actions.products.sizes import size_said, sizes_of
from actions.returns.colours import as_offered, colour_said, made_in, offered_colours, refused, tell_colour
from actions.returns.heard import is_fault, kind_wished, reason_said, supposes
from actions.returns.lately import said_before
from actions.returns.lines import bought, fitting, own_line
from crm_store.members import Member
from crm_store.orders import OrderLine
from crm_store.returns import ReturnKind, ReturnReason

Slots = dict[str, Any]
SETTLING = frozenset({"return_line", "return_line_confirmed", "return_kind", "return_reason"})
"""Slots with which it is known that it shall be another one, and of what."""


async def colour(turn: Turn, known: Slots) -> Slots:
    """Another colour, when the product comes in it; asked or wished, it is told and taken."""
    line = await own_line(turn, known["return_line"])
    wished = colour_said(words(turn))
    if line is None:
        return {}
    offered = await made_in(turn, line[1])
    if wished is None:
        return _without_refused(turn, known)
    if is_fault(reason_said(words(turn))) or _only_describes(turn, known):
        return {}
    if not await tell_colour(turn, line[1], wished):
        return {"return_line": known["return_line"]} | _without_refused(turn, known)
    wished = as_offered(wished, offered)
    # The yes to another colour is none to this one.
    asked_anew = {"return_confirmed": None} if known["return_new_colour"] not in (None, wished) else {}
    reason = known["return_reason"] or ReturnReason.NOT_WANTED.value
    exchange = {"return_kind": ReturnKind.EXCHANGE.value, "return_reason": reason}
    return {"return_new_colour": wished, **exchange, **asked_anew}


def _without_refused(turn: Turn, known: Slots) -> Slots:
    """The colour that was put down before, left out where the words refuse it; what was asked is asked anew."""
    if turn.pressed or known["return_new_colour"] not in refused(words(turn)):
        return {}
    return {"return_line": known["return_line"], "return_new_colour": None, "return_confirmed": None}


def _only_describes(turn: Turn, known: Slots) -> bool:
    """Whether a colour tells which thing it is, or of what is to be mended: it is wished only for another piece."""
    if turn.pressed or ReturnKind.EXCHANGE in (known["return_kind"], kind_wished(words(turn))):
        return False
    names_thing = requested(turn, "return_line") or requested(turn, "return_line_confirmed")
    names_thing = names_thing and not consent.asks_back(words(turn))
    return names_thing or known["return_kind"] == ReturnKind.REPAIR


async def once_settled(turn: Turn, member: Member, known: Slots, filled: Slots) -> Slots:
    """What was named earlier, once the message settles that it shall be another one of this thing."""
    settles = SETTLING & set(filled) and not requested(turn, "return_confirmed")
    return await taken(turn, member, known | filled) if settles else {}


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
        said = [as_offered(named, offered) for text in told if (named := colour_said(text))]
        colours = [named for named in said if named in offered and named != line[1].colour]
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
