"""Members by name, number, phone number or e-mail address.

Names stand in the table as they are, so their folded form (`Member.name_key`) tells no more than they do, and a part of
one can be looked for. Phone numbers and addresses are encrypted: they are found in full, over their blind index.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.crypto import blind_index, normalise_email
from crm_store.folding import fold_closed
from crm_store.members import Member, MemberStatus
from crm_store.profile import is_phone
from crm_store.search.numbers import squeezed
from crm_store.search.phones import phone_forms

NUMBER_DIGITS_AT_LEAST = 4
"""So many last digits of a member number are worth looking for."""


async def members_like(session: AsyncSession, text: str, *, limit: int) -> Sequence[Member]:
    """Who may be meant: an exact number, phone number or address first, then names that begin so, then the others.

    Members whose data were erased are nobody any more.
    """
    text = text.strip()
    if not text:
        return []
    if "@" in text:
        mark = blind_index(normalise_email(text), "email")
        return (await session.scalars(select(Member).where(_is_somebody(), Member.email_index == mark))).all()
    exact = _exactly(text)
    alike = list(exact)
    key = fold_closed(text)
    if key:
        alike.append(Member.name_key.contains(key, autoescape=True))
    number = squeezed(text)
    if number.isdigit() and len(number) >= NUMBER_DIGITS_AT_LEAST:
        alike.append(Member.number.endswith(number, autoescape=True))
    place = case(
        (or_(*exact), 0),
        (Member.name_key.startswith(key, autoescape=True) if key else Member.id.is_(None), 1),
        else_=2,
    )
    found = select(Member).where(_is_somebody(), or_(*alike))
    return (await session.scalars(found.order_by(place, Member.name_key, Member.id).limit(limit))).all()


def _exactly(text: str) -> list[ColumnElement[bool]]:
    exact: list[ColumnElement[bool]] = [Member.number == squeezed(text)]
    if is_phone(text):
        exact.append(Member.phone_index.in_([blind_index(form, "phone") for form in phone_forms(text)]))
    return exact


def _is_somebody() -> ColumnElement[bool]:
    return Member.status != MemberStatus.ERASED
