"""Which purchase a return is about, from its first words on, and whether it can still come back."""

from typing import Any

from actions.kit.base import Turn
from actions.kit.form_input import CHOICE, words
from actions.kit.told.return_details import LINE
from actions.returns.heard import asks_rule, is_fault
from actions.returns.lately import named_lately, reason_told
from actions.returns.lines import Lines, bought, found, named_by_words, own_line
from actions.returns.registered import registered
from actions.returns.repairs import faults_told, is_damaged, line_pressed, wishes_repair
from crm_store import returns
from crm_store.clock import now
from crm_store.members import Member
from crm_store.orders import Order, OrderLine
from crm_store.returns import ReturnKind, ReturnReason

Slots = dict[str, Any]
JUST = 3
"""Places of a conversation, both sides' messages, since which what we spoke of is what is meant."""


async def first_line(turn: Turn, member: Member) -> Slots:
    """What the first message says about the thing; a single candidate is asked about, one of a named order is taken."""
    if beside := await own_line(turn, chosen_before(turn)):
        # Its turn comes messages later: which one it is is asked first.
        turn.focus(order=beside[0].number, product=beside[1].sku)
        return chosen(beside[1])
    if pressed := await own_line(turn, line_pressed(turn)):
        turn.focus(order=pressed[0].number, product=pressed[1].sku)
        return chosen(pressed[1], sure=True)
    meant = await found(turn, member)
    lines = await that_may_come_back(turn, member, meant.lines)
    if meant.number or meant.unknown:
        return {}
    if (before := await _named_just_before(turn, member)) is not None:
        # Named a message before, it is the thing they go on about.
        turn.focus(order=before[0].number, product=before[1].sku)
        return chosen(before[1], sure=await reason_told(turn, member, before[1].sku) is not None)
    if not lines:
        covered = returns.under_warranty if wishes_repair(turn, words(turn)) else returns.returnable
        lines = await covered(turn.session, member.id)
        return chosen(lines[0][1]) if len(lines) == 1 else {}
    turn.focus(order=lines[0][0].number)
    if len(lines) != 1:
        return {}
    turn.focus(product=lines[0][1].sku)
    # An order that was only spoken of before tells which thing of it is meant to nobody: it is asked.
    numbered = turn.has_entity_said("order_number") or turn.has_entity_said("parcel_number")
    return chosen(lines[0][1], sure=numbered)


async def _named_just_before(turn: Turn, member: Member) -> tuple[Order, OrderLine] | None:
    """The one purchase that the last messages named, where this one names none and we spoke of none since."""
    spoken_at = int((turn.spoken_of.get("at") or {}).get("product", 0)) if turn.spoken_of.get("product") else 0
    is_fresh = spoken_at and turn.conversation.last_seq - spoken_at <= JUST
    by_number = turn.has_entity_said("order_number") or turn.has_entity_said("parcel_number")
    if turn.pressed or is_fresh or by_number or (await named_by_words(turn, await bought(turn, member))).lines:
        return None
    lines = await that_may_come_back(turn, member, await named_lately(turn, member))
    return lines[0] if len(lines) == 1 else None


def chosen(line: OrderLine, *, sure: bool = False) -> Slots:
    """The line a return is about; `sure` when there is nothing to ask about it."""
    return {"return_line": str(line.id), "return_line_confirmed": True if sure else None}


def chosen_before(turn: Turn) -> str | None:
    """The line whose turn has come, where several were chosen at once: 2和3都要."""
    kind, _, line = str(turn.entity(CHOICE) or "").partition(":")
    return line if kind == LINE and line else None


async def is_elsewhere(turn: Turn, member: Member) -> bool:
    """Whether the first message opens no form: it is about a return that is registered, a rule, or a thing never
    bought here."""
    if chosen_before(turn):
        return False
    if await registered(turn, member) is not None:
        return True
    if turn.pressed:
        return False
    meant = await found(turn, member)
    return bool(meant.unknown) or (not meant.lines and asks_rule(words(turn)))


async def told_before(turn: Turn, line_id: str | None) -> str | None:
    """What was said to be wrong with the line earlier in the conversation."""
    line = await own_line(turn, line_id)
    if line is None or turn.member is None:
        return None
    sku = line[1].sku
    return faults_told(turn).get(sku) or await reason_told(turn, turn.member, sku)


async def is_over(turn: Turn, order: Order, line: OrderLine, reason: str | None, kind: str | None = None) -> bool:
    """Whether the store will refuse whatever else is answered: the submission says so at once."""
    if is_damaged(turn, line) and (kind == ReturnKind.REPAIR or is_fault(reason)):
        return True
    if kind == ReturnKind.REPAIR:
        return not await returns.repairable(turn.session, order, line)
    ends = returns.window_ends_at(order, reason or ReturnReason.QUALITY)
    if ends is None or ends < now():
        return True
    candidates = await returns.returnable(turn.session, order.member_id)
    return line.id not in {candidate.id for _, candidate in candidates}


async def that_may_come_back(turn: Turn, member: Member, lines: Lines) -> Lines:
    """Of several lines that fit alike those that may still come back, when there are any."""
    if len(lines) < 2:
        return lines
    open_lines = {line.id for _, line in await returns.returnable(turn.session, member.id)}
    return [pair for pair in lines if pair[1].id in open_lines] or lines
