"""A repair under warranty: when it is what is left, and what it is called at the buttons."""

from typing import Any

from actions.kit.base import Button, Turn
from actions.kit.form_input import choice
from actions.kit.replies import line_text, service_button
from actions.kit.told.own_damage import OWN_DAMAGE
from actions.kit.words import lexicon
from actions.returns.heard import is_fault, kind_wished
from crm_store import returns
from crm_store.clock import now
from crm_store.language import format_date
from crm_store.orders import Order, OrderLine
from crm_store.returns import REPAIRABLE, ReturnKind, ReturnReason

WISH = "return_or_refund"
"""The intent of a repair, as of a return: the form asks which of them is wished."""


def repair_button(turn: Turn, line: OrderLine) -> Button:
    """Asks for the repair of that very line."""
    return service_button(turn, "repair", WISH, choice=f"{ReturnKind.REPAIR}:{line.id}")


def line_pressed(turn: Turn) -> str | None:
    """The line whose repair a pressed button asks for."""
    kind, _, line = (choice(turn) or "").partition(":") if turn.pressed else ("", "", "")
    return line if kind == ReturnKind.REPAIR and line else None


def wishes_repair(turn: Turn, text: str) -> bool:
    return line_pressed(turn) is not None or kind_wished(text) is ReturnKind.REPAIR


async def is_covered(turn: Turn, order: Order, line: OrderLine, reason: str | None) -> bool:
    """Whether that fault of the line is repaired free now; a fault that was not told yet may be one. What was told to
    be damaged at home is none."""
    if is_damaged(turn, line):
        return False
    return (reason is None or reason in REPAIRABLE) and await returns.repairable(turn.session, order, line)


def is_damaged(turn: Turn, line: OrderLine) -> bool:
    """Whether the customer told of the line that it got wet or was broken at home."""
    return line.sku in damaged(turn)


def damaged(turn: Turn) -> list[str]:
    """The article numbers of what was told to be damaged at home, as far as that was not taken back just now."""
    return list(turn.focused.get(OWN_DAMAGE, turn.spoken_of.get(OWN_DAMAGE)) or [])


async def only_repair(turn: Turn, order: Order, line: OrderLine, reason: str | None) -> bool:
    """Whether the time for money or another piece is over, and the warranty is not."""
    ends = returns.window_ends_at(order, reason or ReturnReason.QUALITY)
    return ends is not None and ends < now() and is_fault(reason) and await is_covered(turn, order, line, reason)


async def warranty_day(turn: Turn, order: Order, line: OrderLine) -> str:
    """Until when the line is under warranty, in words; empty without one."""
    ends = returns.warranty_ends_at(order, await returns.warranty_of(turn.session, line))
    return format_date(ends, turn.language) if ends is not None else ""


async def tell_only_repair(
    turn: Turn, order: Order, line: OrderLine, reason: str | None, *, again: bool = False
) -> None:
    """Regret, which time is over since when, and until when the repair is free. `again`: a repair was spoken of, and
    the money is asked about all the same."""
    ends = returns.window_ends_at(order, reason or ReturnReason.QUALITY)
    turn.say(
        "reply_return_only_repair" if again else "reply_fault_warranty",
        item=line_text(line, turn.language),
        fault_until=format_date(ends, turn.language) if ends is not None else "",
        warranty_until=await warranty_day(turn, order, line),
    )


def faults_told(turn: Turn) -> dict[str, str]:
    """What was said to be wrong with each thing in this conversation: reasons by article number."""
    return dict(turn.spoken_of.get("faults") or {})


def keep_fault(turn: Turn, line: OrderLine, reason: str) -> None:
    """Remember what is wrong with the line, so that it is not asked again."""
    if is_fault(reason):
        turn.focus(faults={**faults_told(turn), line.sku: reason})
        keep_powered(turn, line, reason)


def keep_powered(turn: Turn, line: OrderLine, reason: str | None) -> None:
    """Remember what a faulty thing runs on: whether it is safe to have near is asked of one with a battery, or on the
    mains, as of a danger."""
    if not is_fault(reason):
        return
    kind = lexicon.meant("powered", " ".join(line.names.values()))
    if kind != turn.spoken_of.get("powered"):
        # A form that keeps something in every turn would take each message for an answer.
        turn.focus(powered=kind)


def reason_for_repair(known: dict[str, Any]) -> dict[str, Any]:
    """A repair is wished of what is faulty: that is the reason where none, or none that a repair mends, was told."""
    return {} if known.get("return_reason") in REPAIRABLE else {"return_reason": ReturnReason.QUALITY.value}
