"""The history of a complaint."""

from datetime import datetime

from crm_store.complaints.models import Audience, Complaint, ComplaintEvent, EventKind


def write_event(
    complaint: Complaint,
    kind: EventKind,
    *,
    at: datetime,
    audience: Audience,
    text: str = "",
    agent_id: int | None = None,
    message_id: int | None = None,
    key: str | None = None,
) -> None:
    complaint.events.append(
        ComplaintEvent(
            at=at, kind=kind, audience=audience, text=text, agent_id=agent_id, message_id=message_id, key=key
        )
    )
