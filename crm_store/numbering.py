"""Running numbers for what people read out over the phone: C-2026-0186, R-2026-0042, 20251214-0037."""

from sqlalchemy import String
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.db import Base


class NumberSeries(Base):
    """The last number given out in a series such as `C-2026`."""

    __tablename__ = "number_series"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    last: Mapped[int]


async def next_value(session: AsyncSession, series: str) -> int:
    """One more than the last value of `series`, starting at 1.

    The row stays locked until the transaction ends, so numbers are unique and a rolled-back one is given out again.
    """
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if is_postgresql else sqlite.insert)(NumberSeries).values(name=series, last=1)
    statement = insert.on_conflict_do_update(
        index_elements=[NumberSeries.name], set_={"last": NumberSeries.last + 1}
    ).returning(NumberSeries.last)
    return (await session.execute(statement)).scalar_one()


async def next_in(session: AsyncSession, series: str, *, width: int = 4) -> str:
    """The next number of `series`, for example `C-2026` → `C-2026-0187`; above the width it simply grows longer."""
    return f"{series}-{await next_value(session, series):0{width}d}"
