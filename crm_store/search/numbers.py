"""Cases by their number, as it is printed or as it is remembered: with or without hyphens, or only its end."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, literal, null, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from crm_store.complaints import Complaint
from crm_store.members import Member
from crm_store.orders import Order
from crm_store.parcels import Parcel
from crm_store.returns import ReturnRequest
from crm_store.rewards import CODE_CHARACTERS, Redemption

LEAST_CHARACTERS = 3
NUMBERS_AT_MOST = 30
"""Numbers of a kind looked at, the highest: they carry their year or day in front."""
_NOT_COUNTED = re.compile(r"[\s\-‐-―_.#№:：/]+")
_LETTERS_AND_REST = re.compile(r"([A-Z]*)(.*)", re.DOTALL)


class CaseKind(StrEnum):
    ORDER = "order"
    PARCEL = "parcel"
    COMPLAINT = "complaint"
    RETURN = "return"
    COUPON = "coupon"


@dataclass(frozen=True, kw_only=True)
class NumberedCase:
    """Something with a number. `status`: its state as the noun names it; `member` is empty for a visitor's complaint,
    which then has the conversation it came from."""

    kind: CaseKind
    number: str
    status: str
    at: datetime
    member: Member | None
    conversation_id: str | None


def squeezed(text: str) -> str:
    """A number as it is compared: capitals and digits alone, half width."""
    return _NOT_COUNTED.sub("", unicodedata.normalize("NFKC", text).upper())


def may_be_number(text: str) -> bool:
    """Whether it is worth looking for as a number: at least three Latin letters or digits, a digit among them."""
    number = squeezed(text)
    return (
        len(number) >= LEAST_CHARACTERS
        and number.isascii()
        and number.isalnum()
        and any(sign.isdigit() for sign in number)
    )


async def cases_numbered(session: AsyncSession, text: str, *, limit: int) -> list[NumberedCase]:
    """Orders, parcels, complaints, returns and coupons that may be meant, `limit` of each kind, newest first."""
    if not may_be_number(text):
        return []
    number = squeezed(text)
    found: list[NumberedCase] = []
    for kind, query in (
        (CaseKind.ORDER, _orders(number)),
        (CaseKind.PARCEL, _parcels(number)),
        (CaseKind.COMPLAINT, _complaints(number)),
        (CaseKind.RETURN, _returns(number)),
        (CaseKind.COUPON, _coupons(number)),
    ):
        found += await _read(session, kind, query.limit(limit))
    return found


async def _read(
    session: AsyncSession, kind: CaseKind, query: Select[str, str, datetime, Member | None, str | None]
) -> Sequence[NumberedCase]:
    return [
        NumberedCase(kind=kind, number=number, status=status, at=at, member=member, conversation_id=conversation_id)
        for number, status, at, member, conversation_id in (await session.execute(query)).all()
    ]


def _orders(number: str) -> Select[str, str, datetime, Member | None, str | None]:
    return (
        select(Order.number, Order.status, Order.placed_at, Member, null())
        .join(Member, Member.id == Order.member_id)
        .where(Order.number.in_(_matching(Order.number, number)))
        .order_by(Order.placed_at.desc(), Order.id.desc())
    )


def _parcels(number: str) -> Select[str, str, datetime, Member | None, str | None]:
    return (
        select(Parcel.number, Parcel.status, Parcel.created_at, Member, null())
        .join(Order, Order.id == Parcel.order_id)
        .join(Member, Member.id == Order.member_id)
        .where(Parcel.number.in_(_matching(Parcel.number, number)))
        .order_by(Parcel.created_at.desc(), Parcel.id.desc())
    )


def _complaints(number: str) -> Select[str, str, datetime, Member | None, str | None]:
    return (
        select(Complaint.number, Complaint.status, Complaint.filed_at, Member, Complaint.conversation_id)
        .outerjoin(Member, Member.id == Complaint.member_id)
        .where(Complaint.number.in_(_matching(Complaint.number, number)))
        .order_by(Complaint.filed_at.desc(), Complaint.id.desc())
    )


def _returns(number: str) -> Select[str, str, datetime, Member | None, str | None]:
    return (
        select(ReturnRequest.number, ReturnRequest.status, ReturnRequest.requested_at, Member, null())
        .join(Member, Member.id == ReturnRequest.member_id)
        .where(ReturnRequest.number.in_(_matching(ReturnRequest.number, number)))
        .order_by(ReturnRequest.requested_at.desc(), ReturnRequest.id.desc())
    )


def _coupons(number: str) -> Select[str, str, datetime, Member | None, str | None]:
    """A code is read out whole, with or without the HK in front: parts of one would find everybody's."""
    code = number.removeprefix("HK") if len(number) > CODE_CHARACTERS else number
    whole = f"HK-{code[:4]}-{code[4:]}" if len(code) == CODE_CHARACTERS else ""
    return (
        select(Redemption.coupon_code, Redemption.status, Redemption.at, Member, null())
        .join(Member, Member.id == Redemption.member_id)
        .where(Redemption.coupon_code == literal(whole))
        .order_by(Redemption.at.desc())
    )


def _matching(column: InstrumentedAttribute[str], number: str) -> Select[str]:
    """The numbers that are `number`, begin or end with it; C186 is C-2026-0186 as people say it.

    A query of the numbers alone: their index holds all it reads.
    """
    letters, rest = _LETTERS_AND_REST.fullmatch(number).groups()  # type: ignore[union-attr]
    bare: ColumnElement[str] = func.replace(column, "-", "")
    ways = [bare.startswith(number, autoescape=True), bare.endswith(number, autoescape=True)]
    if letters and rest:
        ways.append(bare.like(f"{letters}%{rest}"))
    return select(column).where(or_(*ways)).order_by(column.desc()).limit(NUMBERS_AT_MOST)
