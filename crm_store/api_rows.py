"""What a caller of the REST interface wrote last under each number of its own: so that it can be told that its row is
unchanged without learning what else is known of a person. Only keyed marks are kept, as long as answers are."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import String, UniqueConstraint, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock, locks
from crm_store.crypto import blind_index
from crm_store.db import Base


class ApiRow(Base):
    """The rows that `caller` sent of one `kind` under one number: keyed marks of the number and of what they said."""

    __tablename__ = "api_rows"
    __table_args__ = (UniqueConstraint("caller", "kind", "number_index"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    caller: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(16))
    number_index: Mapped[str] = mapped_column(String(64))
    said_index: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


async def said_before(
    session: AsyncSession, *, caller: str, kind: str, said: Mapping[str, Sequence[Mapping[str, object]]]
) -> set[str]:
    """The numbers of which the caller said the same when it last spoke of them; `said`: its rows by their number. What
    it says now is remembered instead."""
    marks = {
        number: (
            blind_index(number, f"api_row:{kind}"),
            blind_index(json.dumps(rows, sort_keys=True, default=str), f"api_rows:{kind}"),
        )
        for number, rows in said.items()
    }
    await locks.hold(session, f"api_rows:{caller}:{kind}")
    mine = (ApiRow.caller == caller, ApiRow.kind == kind, ApiRow.number_index.in_([mark for mark, _ in marks.values()]))
    earlier = await session.execute(select(ApiRow.number_index, ApiRow.said_index).where(*mine))
    known = dict(earlier.all())
    await session.execute(delete(ApiRow).where(*mine).execution_options(synchronize_session=False))
    if marks:
        rows = [
            {"caller": caller, "kind": kind, "number_index": mark, "said_index": said_mark, "at": clock.now()}
            for mark, said_mark in marks.values()
        ]
        await session.execute(insert(ApiRow), rows)
    return {number for number, (mark, said_mark) in marks.items() if known.get(mark) == said_mark}
