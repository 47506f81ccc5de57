"""Which rows are a person's: a member with every chat at their addresses, or a visitor with one chat."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.complaints import Complaint
from crm_store.conversations import Conversation
from crm_store.db import Base
from crm_store.identities import Identity
from crm_store.orders import Order
from crm_store.parcels import Parcel
from crm_store.winback import WinBackAct, WinBackCase


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is a person's by number, as it was when looked up: exactly one of `member_id` and `identity_id`, their
    addresses and conversations, and what hangs on those.

    The numbers are written out in the conditions. Subqueries in their place would have PostgreSQL read whole tables,
    because it finds rows over several indexes at once only for values that it knows.
    """

    member_id: int | None = None
    identity_id: int | None = None
    identities: Sequence[int] = ()
    """Their addresses on the channels. A visitor's that a member was bound to since is that member's."""
    conversations: Sequence[str] = ()
    """A member's, with those they had at their addresses before it was known who they are."""
    complaints: Sequence[int] = ()
    orders: Sequence[int] = ()
    parcels: Sequence[int] = ()
    win_backs: Sequence[int] = ()

    def rows(self, table: type[Base]) -> ColumnElement[bool]:
        """The condition that finds the person's rows of a table."""
        columns, found = table.__table__.c, []
        if table is Conversation:
            return columns.id.in_(self.conversations)
        if self.member_id is not None and "member_id" in columns:
            found.append(columns.member_id == self.member_id)
        if "identity_id" in columns:
            unknown = columns.member_id.is_(None) if "member_id" in columns else true()
            found.append(and_(unknown, columns.identity_id.in_(self.identities)))
        for column, theirs in (
            ("conversation_id", self.conversations),
            ("complaint_id", self.complaints),
            ("order_id", self.orders),
            ("parcel_id", self.parcels),
        ):
            if column in columns:
                found.append(columns[column].in_(theirs))
        if table is WinBackAct:
            found.append(columns.case_id.in_(self.win_backs))
        return or_(false(), *found)


async def person(session: AsyncSession, *, member_id: int | None = None, identity_id: int | None = None) -> Person:
    """What is theirs at this moment."""
    is_theirs = Identity.member_id == member_id
    if member_id is None:
        is_theirs = and_(Identity.id == identity_id, Identity.member_id.is_(None))
    identities = (await session.scalars(select(Identity.id).where(is_theirs))).all()
    spoken_at = identities if member_id is not None else [identity_id]
    unknown = and_(Conversation.member_id.is_(None), Conversation.identity_id.in_(spoken_at))
    talks = [*await session.scalars(select(Conversation.id).where(unknown))]
    if member_id is not None:
        talks += await session.scalars(select(Conversation.id).where(Conversation.member_id == member_id))
    found = Person(member_id=member_id, identity_id=identity_id, identities=identities, conversations=talks)
    found = replace(found, orders=await _ids(session, found, Order), win_backs=await _ids(session, found, WinBackCase))
    found = replace(found, parcels=await _ids(session, found, Parcel))
    return replace(found, complaints=await _ids(session, found, Complaint))


async def _ids(session: AsyncSession, found: Person, table: type[Base]) -> Sequence[int]:
    return (await session.scalars(select(table.__table__.c.id).where(found.rows(table)))).all()
