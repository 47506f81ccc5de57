"""Complaints that nobody answered in time, and solutions that nobody said anything to."""

from bot.desk.casework.acting import changed
from bot.desk.desk import Desk
from crm_store import complaints, risk
from crm_store.work import Kind


async def watch_complaints(desk: Desk) -> int:
    """Mark those whose promised time has passed, raise them to the supervisors and look at the members' risk again;
    close solutions that were accepted in silence. How many complaints changed."""
    async with desk.database.transaction(bulk=True) as session:
        late = await complaints.mark_breached(session)
        for complaint in late:
            await complaints.escalate(session, complaint)
        over = await complaints.close_unanswered(session)
        for member_id in sorted({each.member_id for each in (*late, *over) if each.member_id is not None}):
            await risk.assess(session, member_id)
    for complaint in (*late, *over):
        await changed(desk.signals, Kind.COMPLAINTS, f"complaint:{complaint.number}")
    return len(late) + len(over)
