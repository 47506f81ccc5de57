"""Cases by their number, as it is printed or as it is remembered: with or without hyphens, or only its end."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, null, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from crm_store.complaints import Complaint
from crm_store.members import Member
from crm_store.orders import Order
from crm_store.parcels import Parcel
from crm_store.returns import ReturnRequest
from crm_store.rewards import CODE_CHARACTERS, Redemption

LEAST_CHARACTERS = 3
SERIAL_DIGITS = 4
NUMBERS_AT_MOST = 30
"""Numbers of a kind looked at, the highest: they carry their year or day in front."""
_NOT_COUNTED = re.compile(r"[\s\-‐-―_.#№:：/]+")
_OWN_ORDER = re.compile(r"(20\d{6})(\d{4,})")
_OWN_CASE = re.compile(r"([A-Z])(20\d\d)(\d{4,})")


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
    """Orders, parcels, complaints, returns and coupons that may be meant, `limit` of each kind, newest first.

    A whole number is that one case; only without one are those looked for that begin or end so.
    """
    if not may_be_number(text):
        return []
    number = squeezed(text)
    whole = await _found(session, _whole(number), limit)
    return whole or await _found(session, _parts(number), limit)


Numbers = Mapping[CaseKind, ColumnElement[bool]]
"""By kind, which numbers are meant."""


def _whole(number: str) -> Numbers:
    forms = _forms(number)
    code = number.removeprefix("HK") if len(number) > CODE_CHARACTERS else number
    return {
        CaseKind.ORDER: Order.number.in_(forms),
        CaseKind.PARCEL: Parcel.number == number,
        CaseKind.COMPLAINT: Complaint.number.in_(forms),
        CaseKind.RETURN: ReturnRequest.number.in_(forms),
        # A code is read out whole, with or without the HK in front: parts of one would find everybody's.
        CaseKind.COUPON: Redemption.coupon_code == f"HK-{code[:4]}-{code[4:]}",
    }


def _parts(number: str) -> Numbers:
    """C186 is C-2026-0186 as people say it; parts of a coupon's code are nobody's."""
    letters, rest = number.rstrip("0123456789"), number[len(number.rstrip("0123456789")) :]
    return {
        CaseKind.ORDER: Order.number.in_(_reading(Order.number, _ends(Order.number, number))),
        CaseKind.PARCEL: Parcel.number.in_(_reading(Parcel.number, [Parcel.number.endswith(number, autoescape=True)])),
        CaseKind.COMPLAINT: or_(*_ends(Complaint.number, number), Complaint.number.like(f"{letters}-%{rest}")),
        CaseKind.RETURN: or_(*_ends(ReturnRequest.number, number), ReturnRequest.number.like(f"{letters}-%{rest}")),
    }


def _forms(number: str) -> list[str]:
    """The number with the hyphens that ours have: 20251214-0037, C-2026-0186; as it is for a shop's own."""
    forms = [number]
    if match := _OWN_ORDER.fullmatch(number):
        forms.append(f"{match[1]}-{match[2]}")
    if match := _OWN_CASE.fullmatch(number):
        forms.append(f"{match[1]}-{match[2]}-{match[3]}")
    return forms


def _ends(column: InstrumentedAttribute[str], number: str) -> list[ColumnElement[bool]]:
    """Numbers that begin with it (a day, a year), or end with it on either side of the last hyphen."""
    ways = [column.between(number, f"{number}~"), column.endswith(number, autoescape=True)]
    if len(number) > SERIAL_DIGITS:
        hyphened = f"{number[:-SERIAL_DIGITS]}-{number[-SERIAL_DIGITS:]}"
        ways += [column.between(hyphened, f"{hyphened}~"), column.endswith(hyphened, autoescape=True)]
    return ways


def _reading(column: InstrumentedAttribute[str], ways: list[ColumnElement[bool]]) -> Select[str]:
    """A query of the numbers alone: their index holds all it reads, and the table is wide."""
    return select(column).where(or_(*ways)).order_by(column.desc()).limit(NUMBERS_AT_MOST)


async def _found(session: AsyncSession, numbers: Numbers, limit: int) -> list[NumberedCase]:
    found: list[NumberedCase] = []
    for kind, meant in numbers.items():
        found += await _read(session, kind, _CASES[kind].where(meant).limit(limit))
    return found


async def _read(
    session: AsyncSession, kind: CaseKind, query: Select[str, str, datetime, Member | None, str | None]
) -> Sequence[NumberedCase]:
    return [
        NumberedCase(kind=kind, number=number, status=status, at=at, member=member, conversation_id=conversation_id)
        for number, status, at, member, conversation_id in (await session.execute(query)).all()
    ]


_CASES: Mapping[CaseKind, Select[str, str, datetime, Member | None, str | None]] = {
    CaseKind.ORDER: select(Order.number, Order.status, Order.placed_at, Member, null())
    .join(Member, Member.id == Order.member_id)
    .order_by(Order.placed_at.desc(), Order.id.desc()),
    CaseKind.PARCEL: select(Parcel.number, Parcel.status, Parcel.created_at, Member, null())
    .join(Order, Order.id == Parcel.order_id)
    .join(Member, Member.id == Order.member_id)
    .order_by(Parcel.created_at.desc(), Parcel.id.desc()),
    CaseKind.COMPLAINT: select(
        Complaint.number, Complaint.status, Complaint.filed_at, Member, Complaint.conversation_id
    )
    .outerjoin(Member, Member.id == Complaint.member_id)
    .order_by(Complaint.filed_at.desc(), Complaint.id.desc()),
    CaseKind.RETURN: select(ReturnRequest.number, ReturnRequest.status, ReturnRequest.requested_at, Member, null())
    .join(Member, Member.id == ReturnRequest.member_id)
    .order_by(ReturnRequest.requested_at.desc(), ReturnRequest.id.desc()),
    CaseKind.COUPON: select(Redemption.coupon_code, Redemption.status, Redemption.at, Member, null())
    .join(Member, Member.id == Redemption.member_id)
    .order_by(Redemption.at.desc()),
}
