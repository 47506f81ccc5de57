"""News that members get without asking: what concerns their own matters each minute, what they wished to hear of less
often. Each is sent once, whichever replica comes first.

Whether somebody may be told now is asked member by member. In a large shop a look finds more than one round of the job
can ask of; a round ends after a while, and the next begins at another place, so that those who may not be told yet
keep nobody behind them waiting.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import batched
from random import randrange

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


AT_ONCE = 200
"""So many are looked at in one transaction."""
OWN_MATTERS_SECONDS, WISHED_SECONDS = 40.0, 300.0
"""A round of the job, which comes each minute or each quarter of an hour, takes no longer."""


async def tell_own_matters(desk: Desk) -> int:
    """Tell of parcels, refunds, levels and goods waited for; how many messages went out."""
    return await _tell(desk, OWN_MATTERS, seconds=OWN_MATTERS_SECONDS)


async def tell_wished(desk: Desk) -> int:
    """Tell of expiring points, wish a happy birthday, thank, and show new goods; how many messages went out."""
    return await _tell(desk, WISHED, seconds=WISHED_SECONDS)


async def _tell(desk: Desk, looks: Sequence[Look], *, seconds: float) -> int:
    """How many were told. What is left when the time of a look is up is for the next round; each look has its part."""
    sent = 0
    for look in looks:
        until = time.monotonic() + seconds / len(looks)
        async with desk.database.reading(bulk=True) as session:
            found = await look(session)
        start = randrange(len(found)) if len(found) > AT_ONCE else 0
        for part in batched([*found[start:], *found[:start]], AT_ONCE):
            async with desk.database.reading(bulk=True) as session:
                free = [news for news in part if await proactive.held_back(session, news) is None]
            sent += sum([await _send(desk, news) for news in free])
            if time.monotonic() >= until:
                break
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
