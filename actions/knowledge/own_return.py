"""Whether a member's own purchase may still go back: the very thing, the day it was signed for, its last day. That it
is too late is said of a purchase only by its own days."""

from actions.kit.base import Turn
from actions.kit.replies import Facts, help_buttons, line_text, service_button
from actions.kit.words import lexicon
from actions.knowledge.own_warranty import LINES_TOLD, lines_meant
from crm_store import returns
from crm_store.clock import now
from crm_store.language import format_date
from crm_store.members import Member
from crm_store.orders import Order, OrderLine
from crm_store.returns import ReturnKind, ReturnReason

RETURN = "return_or_refund"


async def tell(turn: Turn, member: Member) -> bool:
    """Say of each purchase that the words name, or that was spoken of, until when it may come back; whether there was
    one."""
    lines = [] if lexicon.mentions("in_general", turn.text) else await lines_meant(turn, member)
    if not lines or len(lines) > LINES_TOLD:
        return False
    for order, line in lines:
        await _tell_line(turn, order, line)
    turn.focus(order=lines[0][0].number, product=lines[0][1].sku)
    return True


async def _tell_line(turn: Turn, order: Order, line: OrderLine) -> None:
    language = turn.language
    any_reason = returns.window_ends_at(order, ReturnReason.NOT_WANTED)
    at_fault = returns.window_ends_at(order, ReturnReason.QUALITY)
    if order.delivered_at is None or any_reason is None or at_fault is None:
        turn.say("reply_return_last_day_not_there", item=line_text(line, language))
        return
    reason = lexicon.meant("return_reason", turn.text)
    is_faulty = reason in returns.SHOPS_FAULT or lexicon.mentions("fault", turn.text)
    covered = await returns.repairable(turn.session, order, line)
    warranty = returns.warranty_ends_at(order, await returns.warranty_of(turn.session, line))
    facts: Facts = {
        "item": line_text(line, language),
        "day": format_date(order.delivered_at, language),
        "until": format_date(any_reason, language),
        "fault_until": format_date(at_fault, language),
        "warranty_until": format_date(warranty, language) if warranty is not None else "",
    }
    begin = service_button(turn, "return", RETURN)
    if is_faulty and at_fault >= now():
        turn.say("reply_return_last_day_fault", buttons=[begin], **(facts | {"until": facts["fault_until"]}))
    elif any_reason >= now():
        turn.say("reply_return_last_day", buttons=[begin], **facts)
    elif at_fault >= now():
        turn.say("reply_return_window_over", buttons=help_buttons(turn)[-1:], **facts)
    elif covered:
        repair = service_button(turn, "repair", RETURN, choice=f"{ReturnKind.REPAIR}:{line.id}")
        turn.say("reply_return_windows_over_warranty", buttons=[repair, *help_buttons(turn)[-1:]], **facts)
    else:
        turn.say("reply_return_windows_over", buttons=help_buttons(turn)[-1:], **facts)
