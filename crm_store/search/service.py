"""One question, asked of everything that has a name, a number or words."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.members import Member
from crm_store.search.conversations import Saying, saying
from crm_store.search.members import members_exactly, members_like
from crm_store.search.numbers import NumberedCase, cases_numbered

LONGEST_QUESTION = 100
"""Characters of a question that are read; nobody types more, and a paste must not cost a second."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What may be meant, by kind, the likeliest first."""

    members: Sequence[Member]
    cases: Sequence[NumberedCase]
    sayings: Sequence[Saying]


async def find(session: AsyncSession, text: str, *, limit: int = 6) -> Found:
    """Members, numbered cases and conversations that `text` may mean, at most `limit` of each kind.

    Whose number or address it is, whole, is all that is meant.
    """
    text = text[:LONGEST_QUESTION]
    if exact := await members_exactly(session, text):
        return Found(members=exact, cases=[], sayings=[])
    return Found(
        members=await members_like(session, text, limit=limit),
        cases=await cases_numbered(session, text, limit=limit),
        sayings=await saying(session, text, limit=limit),
    )
