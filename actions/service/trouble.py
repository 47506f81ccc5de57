"""What has gone wrong for the customer and is still open: named at once, before anything is asked."""

from dataclasses import dataclass

from actions.kit.base import Button, Turn
from actions.kit.replies import Facts, help_buttons, parcel_facts, person_button, service_button
from actions.service.own_complaint import complaints_known
from actions.service.promises import overdue_promise
from crm_store import complaints, parcels
from crm_store.labels import label
from crm_store.language import format_date, format_moment


@dataclass(frozen=True)
class Trouble:
    """`kind`: late, promise, overdue or complaint, the end of the responses' names; what they are filled with."""

    kind: str
    facts: Facts
    buttons: list[Button]


async def open_trouble(turn: Turn) -> Trouble | None:
    """The gravest thing open: a late parcel, a promise not kept, a complaint; also kept as what was spoken of."""
    if turn.member is not None:
        running = await parcels.open_for_member(turn.session, turn.member.id)
        late = sorted(
            (each for each in running if parcels.lateness(each)), key=lambda each: each.promised_at or each.created_at
        )
        if late:
            turn.focus(parcel=late[0].number)
            return Trouble("late", parcel_facts(late[0], turn.language), help_buttons(turn, late[0]))
        promise = await overdue_promise(turn, turn.member)
        if promise is not None:
            facts: Facts = {"promise": promise.text, "due": format_moment(promise.due_at, turn.language)}
            return Trouble("promise", facts, _person_or_call(turn))
    return await _open_complaint(turn)


async def _open_complaint(turn: Turn) -> Trouble | None:
    known = await complaints_known(turn)
    if not known:
        return None
    complaint = next((each for each in known if complaints.breached(each)), known[0])
    turn.focus(complaint=complaint.number)
    facts: Facts = {
        "number": complaint.number,
        "what": label("complaint_category", complaint.category, turn.language),
        "day": format_date(complaint.filed_at, turn.language),
        "due": format_moment(complaint.due_at, turn.language),
    }
    return Trouble("overdue" if complaints.breached(complaint) else "complaint", facts, _person_or_call(turn))


def _person_or_call(turn: Turn) -> list[Button]:
    return [person_button(turn), service_button(turn, "call_back", "request_callback")]
