"""A customer who says that a step of a parcel is overdue, though none was told to be (现在都过了，这还叫没延迟): the
step is held against the clock of the shop once more, with the times named."""

from actions.kit.base import Turn
from actions.kit.replies import Facts, help_buttons
from crm_store import parcels
from crm_store.clock import now
from crm_store.labels import label
from crm_store.language import format_moment, format_span
from crm_store.parcels import UNDER_WAY, Parcel


def tell(turn: Turn, parcel: Parcel) -> bool:
    """Say whether the next step of a parcel on its way is overdue by now; False where no time stands against it."""
    waiting = [step for step in parcels.steps(parcel) if step.at is None and step.promised_at is not None]
    if parcel.status not in UNDER_WAY or not waiting:
        return False
    step, at = waiting[0], now()
    assert step.promised_at is not None
    facts: Facts = {
        "number": parcel.number,
        "what": label("parcel_step_name", step.code, turn.language),
        "due": format_moment(step.promised_at, turn.language),
        "now": format_moment(at, turn.language),
        "span": format_span(abs(at - step.promised_at), turn.language),
    }
    response = "reply_parcel_step_overdue" if at > step.promised_at else "reply_parcel_step_not_due"
    turn.say(response, buttons=help_buttons(turn, parcel)[1:], **facts)
    turn.done("answered", f"{parcel.number}: delay disputed", parcel=parcel.number)
    return True
