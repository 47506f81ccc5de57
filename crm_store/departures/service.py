"""Writing down why a member goes, once for each departure, and counting the causes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import locks
from crm_store.clock import now
from crm_store.departures import queries
from crm_store.departures.models import WORDS_CHARACTERS, ExitCause, ExitInterview, InterviewBy, NotDeparted


@dataclass(frozen=True, kw_only=True)
class Causes:
    """`interviews` in a time, and how many of them name each cause, the most frequent first."""

    interviews: int
    counts: dict[ExitCause, int]


async def interview(
    session: AsyncSession,
    member_id: int,
    *,
    by: InterviewBy,
    key: str,
    causes: Iterable[ExitCause | str] = (),
    words: str | None = None,
    wish: str | None = None,
    may_contact: bool | None = None,
    agent_id: int | None = None,
    conversation_id: str | None = None,
    at: datetime | None = None,
) -> ExitInterview:
    """Write down what the member says about the departure that lasts now. There is one interview for it: what is told
    later is added, or takes the place of what was told before; what is left out (None, no causes) stays.

    The same key again changes nothing. Words are kept up to WORDS_CHARACTERS. Raises NotDeparted.
    """
    at = at or now()
    await locks.hold(session, f"departure:{member_id}")
    departure = await queries.of_member(session, member_id)
    if departure is None:
        raise NotDeparted(member_id)
    found = departure.interview
    if found is not None and key in found.keys:
        return found
    if found is None:
        found = ExitInterview(
            member_id=member_id, departure=departure.key, way=departure.way, by=by, at=at, causes=[], keys=[]
        )
        found.words = found.wish = ""
        session.add(found)
    else:
        found.amended_at, found.by = at, by
    found.keys = [*found.keys, key]
    found.causes = [ExitCause(each) for each in dict.fromkeys(causes)] or found.causes
    found.words = found.words if words is None else words.strip()[:WORDS_CHARACTERS]
    found.wish = found.wish if wish is None else wish.strip()[:WORDS_CHARACTERS]
    found.may_contact = found.may_contact if may_contact is None else may_contact
    found.agent_id = agent_id or found.agent_id
    found.conversation_id = conversation_id or found.conversation_id
    await session.flush()
    return found


async def causes_told(session: AsyncSession, *, since: datetime, until: datetime | None = None) -> Causes:
    """The causes told in interviews with since ≤ at < until (default now). One that names several counts for each."""
    query = select(ExitInterview.causes).where(ExitInterview.at >= since, ExitInterview.at < (until or now()))
    told = (await session.scalars(query)).all()
    counts = Counter(cause for causes in told for cause in causes)
    return Causes(interviews=len(told), counts={ExitCause(cause): count for cause, count in counts.most_common()})
