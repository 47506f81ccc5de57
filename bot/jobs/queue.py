"""The queue by the clock: what absent agents hold comes back, who waits is assigned, or offered a call."""

from bot.desk.desk import Desk
from crm_store import availability, queue, service_hours
from crm_store.clock import now
from crm_store.policy import policy

OFFERED_AT_A_TIME = 50


async def return_abandoned(desk: Desk) -> int:
    """Put back into the queue what agents hold who are absent while the customer waits; how many."""
    async with desk.database.reading() as session:
        found = await availability.abandoned(session)
    return sum([await desk.give_back(each) for each in found])


async def assign(desk: Desk) -> int:
    """Where the policy says so, give everybody in line for whom an agent is free to that agent; how many."""
    if not policy().desk.assign:
        return 0
    given = 0
    while await desk.assign_next() is not None:
        given += 1
    return given


async def offer_call_backs(desk: Desk) -> int:
    """Within service hours, offer a call to whoever has waited as long as the policy says; how many."""
    if not service_hours.is_open(now()):
        return 0
    async with desk.database.reading() as session:
        found = await queue.long_waiting(session, longer_than=policy().desk.call_back_after, limit=OFFERED_AT_A_TIME)
    return sum([await desk.offer_call_back(each) for each in found])
