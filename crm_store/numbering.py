"""Numbers that name something: their one form, in which they are kept and looked up, and the running ones that are made
here for what people read out over the phone, such as C-2026-0186, R-2026-0042 and 20251214-0037."""

import unicodedata
from functools import lru_cache

from sqlalchemy import String
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.db import Base


def canonical(number: str) -> str:
    """The form in which a number of the shop's is kept and looked up: capitals, half width, composed, no white space
    around it. Two numbers of one form are one.

    Only a letter that is the one capital of its small letter changes its case. Python's `upper` does more: of ı it
    makes I and of ß SS, so that one member's number, perhaps chosen by themselves, would open another's.
    """
    number = number.strip()
    if number.isascii():
        return number.upper()
    plain = unicodedata.normalize("NFC", half_width(number))
    return unicodedata.normalize("NFC", "".join(map(_capital, plain)))


@lru_cache(maxsize=4096)
def _capital(sign: str) -> str:
    capital = sign.upper()
    return capital if len(capital) == 1 and capital.lower() == sign else sign


def small(number: str) -> str:
    """The number in small letters, of which only those change that `canonical` would make capitals again."""
    return "".join(map(_small, canonical(number)))


@lru_cache(maxsize=4096)
def _small(sign: str) -> str:
    letter = sign.lower()
    return letter if len(letter) == 1 and letter.upper() == sign else sign


def half_width(text: str) -> str:
    """Full-width letters, digits and signs as plain ones: Ｔ１ is T1. A number in a circle stays one."""
    if text.isascii():
        return text
    signs = (
        unicodedata.normalize("NFKC", sign) if unicodedata.east_asian_width(sign) in "FH" else sign for sign in text
    )
    return unicodedata.normalize("NFC", "".join(signs))


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
