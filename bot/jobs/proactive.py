"""News that members get without asking: what concerns their own matters each minute, what they wished to hear of less
often. Each is sent once, whichever replica comes first."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import events
from bot.desk.desk import Desk
from bot.desk.news_texts import reply_to
from crm_store import proactive
from crm_store.proactive import HeldBack, News, due

Look = Callable[[AsyncSession], Awaitable[list[News]]]

OWN_MATTERS: Sequence[Look] = (
    due.parcels_late,
    due.parcels_moved,
    due.refunds_paid,
    due.tiers_reached,
    due.back_in_stock,
)
"""What would be no help an hour later; the apology before everything else."""
WISHED: Sequence[Look] = (due.points_expiring, due.birthdays, due.thanks_due, due.new_goods)


async def tell_own_matters(desk: Desk) -> int:
    """Tell of parcels, refunds, levels and goods waited for; how many messages went out."""
    return await _tell(desk, OWN_MATTERS)


async def tell_wished(desk: Desk) -> int:
    """Tell of expiring points, wish a happy birthday, thank, and show new goods; how many messages went out."""
    return await _tell(desk, WISHED)


async def _tell(desk: Desk, looks: Sequence[Look]) -> int:
    sent = 0
    for look in looks:
        async with desk.database.reading(bulk=True) as session:
            found = [news for news in await look(session) if await proactive.held_back(session, news) is None]
        sent += sum([await _send(desk, news) for news in found])
    return sent


async def _send(desk: Desk, news: News) -> bool:
    async with desk.database.transaction() as session:
        done = await proactive.send(session, news, partial(reply_to, news))
        told = await events.news(session)
    if isinstance(done, HeldBack):
        return False
    _, conversation = done
    await desk.tell(conversation, messages=told)
    return True
