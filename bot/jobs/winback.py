"""The lists of members to ask back and to thank, filled each night after risk and value are known."""

from bot.desk.casework.acting import WORK
from bot.desk.desk import Desk
from bot.desk.signals import DESK
from crm_store import thanks, winback
from crm_store.work import Kind


async def fill_lists(desk: Desk) -> dict[str, int]:
    """Prove earlier cases, open the day's, and renew the thank-you list; what of each. Open pages hear of it."""
    filled = await winback.fill(desk.database)
    async with desk.database.transaction(bulk=True) as session:
        listed = await thanks.refill(session)
    done = {"opened": filled.opened, "held": filled.held, "proved": filled.proved, "listed": listed}
    if any(done.values()):
        await desk.signals.publish(DESK, event={"kind": WORK, "work": Kind.WIN_BACK.value, "number": ""})
    return done
