"""What a shop calls the categories and causes of complaints, which of them it still uses, and causes of its own.

Categories are what the bot hears, so there are neither more nor fewer of them; causes may be added. Whatever is retired
is offered no longer and keeps its name on old complaints. A row stands only where the shop has changed something.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, PrimaryKeyConstraint, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock
from crm_store.complaints.models import Cause, ComplaintCategory
from crm_store.db import Base
from crm_store.errors import CrmError
from crm_store.labels import label
from crm_store.language import Language
from crm_store.text import clean

NAME_CHARACTERS = 30
CODE_CHARACTERS = 16


class TermKind(StrEnum):
    """The values are also the kinds of labels that a term goes before."""

    CATEGORY = "category"
    CAUSE = "cause"


_KNOWN: Mapping[TermKind, type[ComplaintCategory] | type[Cause]] = {
    TermKind.CATEGORY: ComplaintCategory,
    TermKind.CAUSE: Cause,
}
_ALWAYS_USED = frozenset({(TermKind.CATEGORY, ComplaintCategory.OTHER), (TermKind.CAUSE, Cause.UNKNOWN)})
"""What fits when nothing else does."""


class ComplaintTerm(Base):
    """What the shop has changed of one category or cause: `names` by language, all three, or none when only
    `retired_at` says something."""

    __tablename__ = "complaint_terms"
    __table_args__ = (PrimaryKeyConstraint("kind", "code"),)

    kind: Mapped[str] = mapped_column(String(10))
    code: Mapped[str] = mapped_column(String(CODE_CHARACTERS))
    names: Mapped[dict[str, str]]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)


@dataclass(frozen=True, slots=True)
class Term:
    """A category or cause as it is used now. `version` counts the shop's changes; `is_own`: added by the shop;
    `may_retire`: whether there is something else to choose without it."""

    kind: TermKind
    code: str
    names: Mapping[str, str]
    retired: bool = False
    version: int = 0
    is_own: bool = False
    may_retire: bool = True

    def name(self, language: Language) -> str:
        return self.names[language]


class TermInvalid(CrmError):
    """A name is missing (`no_name`), longer than NAME_CHARACTERS (`too_long`) or another's of its kind already
    (`name_taken`) in `language`; or the last resort of its kind cannot be retired (`needed`)."""

    code = "term_invalid"

    def __init__(self, reason: str, language: str = "") -> None:
        self.reason, self.language = reason, language
        super().__init__(reason=reason, language=language)


class TermChangedMeanwhile(CrmError):
    """Somebody else has changed it since it was opened."""

    code = "term_changed_meanwhile"


class TermNotInUse(CrmError):
    """There is no such category or cause, or it was retired."""

    code = "term_not_in_use"

    def __init__(self, kind: str, term: str) -> None:
        self.kind, self.term = kind, term
        super().__init__(kind=kind, term=term)


async def listing(session: AsyncSession, kind: TermKind) -> list[Term]:
    """All of a kind, the program's own first, then the shop's by when they were added; retired ones among them."""
    query = select(ComplaintTerm).where(ComplaintTerm.kind == kind)
    rows = {row.code: row for row in await session.scalars(query.order_by(ComplaintTerm.code))}
    return [*(_known(kind, code, rows.get(code)) for code in _KNOWN[kind]), *_own(kind, rows)]


def _known(kind: TermKind, code: str, row: ComplaintTerm | None) -> Term:
    written = {each.value: label(f"complaint_{kind}", code, each) for each in Language}
    may_retire = (kind, code) not in _ALWAYS_USED
    if row is None:
        return Term(kind, code, written, may_retire=may_retire)
    return Term(kind, code, row.names or written, row.retired_at is not None, row.version, may_retire=may_retire)


def _own(kind: TermKind, rows: Mapping[str, ComplaintTerm]) -> list[Term]:
    known = {str(each) for each in _KNOWN[kind]}
    return [
        Term(kind, code, row.names, row.retired_at is not None, row.version, is_own=True)
        for code, row in rows.items()
        if code not in known
    ]


async def in_use(session: AsyncSession, kind: TermKind, *, beside: str | None = None) -> list[Term]:
    """What can be chosen now. `beside`: what a case has already may stay."""
    return [each for each in await listing(session, kind) if not each.retired or each.code == beside]


async def check(session: AsyncSession, kind: TermKind, code: str, *, beside: str | None = None) -> str:
    """The code, if it can be chosen now. Raises TermNotInUse."""
    if code not in {each.code for each in await in_use(session, kind, beside=beside)}:
        raise TermNotInUse(kind, code)
    return str(code)


async def renamed(session: AsyncSession, language: Language) -> dict[str, str]:
    """The names that differ from the catalogue's, by `complaint_<kind>.<code>`."""
    query = select(ComplaintTerm.kind, ComplaintTerm.code, ComplaintTerm.names)
    return {f"complaint_{kind}.{code}": names[language] for kind, code, names in await session.execute(query) if names}


async def add_cause(session: AsyncSession, names: Mapping[str, str], *, agent_id: int, key: str) -> Term:
    """A cause of the shop's own, named in all three languages; the same `key` again gives the same one.

    Raises TermInvalid.
    """
    code = f"own_{uuid.uuid5(_OWN, key).hex[:12]}"
    there = await listing(session, TermKind.CAUSE)
    if (known := next((each for each in there if each.code == code), None)) is not None:
        return known
    written = _checked(names, there, code)
    session.add(
        ComplaintTerm(
            kind=TermKind.CAUSE, code=code, names=written, retired_at=None, version=1, updated_by_id=agent_id,
            updated_at=clock.now(),
        )
    )  # fmt: skip
    await session.flush()
    return Term(TermKind.CAUSE, code, written, version=1, is_own=True)


_OWN = uuid.UUID("7d0f2b36-0b7e-4a53-9a8c-5f3f0d1c2e41")


async def rename(
    session: AsyncSession, kind: TermKind, code: str, names: Mapping[str, str], *, agent_id: int, based_on: int
) -> Term:
    """Call it otherwise from now on, on old complaints too. `based_on`: the version it was when it was opened.

    Raises TermInvalid, TermChangedMeanwhile, TermNotInUse when there is no such thing.
    """
    written = _checked(names, await listing(session, kind), code)
    row = await _row(session, kind, code, based_on)
    row.names = written
    return await _changed(session, row, agent_id)


async def retire(session: AsyncSession, kind: TermKind, code: str, *, agent_id: int, based_on: int) -> Term:
    """Offer it no longer. Raises as `rename`."""
    if (kind, code) in _ALWAYS_USED:
        raise TermInvalid("needed")
    row = await _row(session, kind, code, based_on)
    row.retired_at = row.retired_at or clock.now()
    return await _changed(session, row, agent_id)


async def restore(session: AsyncSession, kind: TermKind, code: str, *, agent_id: int, based_on: int) -> Term:
    """Offer it again. Raises as `rename`."""
    row = await _row(session, kind, code, based_on)
    row.retired_at = None
    return await _changed(session, row, agent_id)


async def _row(session: AsyncSession, kind: TermKind, code: str, based_on: int) -> ComplaintTerm:
    """The row of the change, locked; a new one for what the shop has never changed."""
    query = select(ComplaintTerm).where(ComplaintTerm.kind == kind, ComplaintTerm.code == code)
    row = await session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if (row.version if row is not None else 0) != based_on:
        raise TermChangedMeanwhile
    if row is not None:
        return row
    if code not in {str(each) for each in _KNOWN[kind]}:
        raise TermNotInUse(kind, code)
    row = ComplaintTerm(kind=kind, code=code, names={}, version=0, updated_at=clock.now())
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise TermChangedMeanwhile from error
    return row


async def _changed(session: AsyncSession, row: ComplaintTerm, agent_id: int) -> Term:
    row.version += 1
    row.updated_by_id, row.updated_at = agent_id, clock.now()
    await session.flush()
    [term] = [each for each in await listing(session, TermKind(row.kind)) if each.code == row.code]
    return term


def _checked(names: Mapping[str, str], there: list[Term], code: str) -> dict[str, str]:
    """The names, clean. Raises TermInvalid."""
    written: dict[str, str] = {}
    for language in Language:
        name = " ".join(clean(names.get(language, "")).split())
        if not name:
            raise TermInvalid("no_name", language)
        if len(name) > NAME_CHARACTERS:
            raise TermInvalid("too_long", language)
        if any(each.names[language].casefold() == name.casefold() for each in there if each.code != code):
            raise TermInvalid("name_taken", language)
        written[language.value] = name
    return written
