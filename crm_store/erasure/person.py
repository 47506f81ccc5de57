"""Which rows are a person's: a member with every chat at their addresses, or a visitor with one chat."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true

from crm_store.complaints import Complaint
from crm_store.conversations import Conversation
from crm_store.db import Base
from crm_store.identities import Identity
from crm_store.orders import Order
from crm_store.parcels import Parcel
from crm_store.winback import WinBackAct, WinBackCase


@dataclass(frozen=True, slots=True)
class Person:
    """Exactly one of the two."""

    member_id: int | None = None
    identity_id: int | None = None

    def identities(self) -> Select[int]:
        """Their addresses on the channels. A visitor's that a member was bound to since is that member's."""
        if self.member_id is not None:
            return select(Identity.id).where(Identity.member_id == self.member_id)
        return select(Identity.id).where(Identity.id == self.identity_id, Identity.member_id.is_(None))

    def conversations(self) -> Select[str]:
        """A member's, with those they had at their addresses before it was known who they are."""
        unknown = and_(Conversation.member_id.is_(None), Conversation.identity_id.in_(self.identities()))
        if self.member_id is None:
            alone = and_(Conversation.member_id.is_(None), Conversation.identity_id == self.identity_id)
            return select(Conversation.id).where(alone)
        return select(Conversation.id).where(or_(Conversation.member_id == self.member_id, unknown))

    def rows(self, table: type[Base]) -> ColumnElement[bool]:
        """The condition that finds the person's rows of a table."""
        columns, found = table.__table__.c, []
        if table is Conversation:
            return columns.id.in_(self.conversations())
        if self.member_id is not None and "member_id" in columns:
            found.append(columns.member_id == self.member_id)
        if "conversation_id" in columns:
            found.append(columns.conversation_id.in_(self.conversations()))
        if "identity_id" in columns:
            unknown = columns.member_id.is_(None) if "member_id" in columns else true()
            found.append(and_(unknown, columns.identity_id.in_(self.identities())))
        if "complaint_id" in columns:
            found.append(columns.complaint_id.in_(select(Complaint.id).where(self.rows(Complaint))))
        if "order_id" in columns:
            found.append(columns.order_id.in_(select(Order.id).where(self.rows(Order))))
        if "parcel_id" in columns:
            found.append(columns.parcel_id.in_(select(Parcel.id).where(self.rows(Parcel))))
        if table is WinBackAct:
            found.append(columns.case_id.in_(select(WinBackCase.id).where(self.rows(WinBackCase))))
        return or_(false(), *found)
