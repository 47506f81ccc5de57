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
from crm_store.phones import phone_forms
from crm_store.profile import is_phone
from crm_store.search.numbers import squeezed

NUMBER_DIGITS_AT_LEAST = 4
"""So many last digits of a member number are worth looking for."""


async def members_exactly(session: AsyncSession, text: str) -> Sequence[Member]:
    """Whose member number, phone number or e-mail address it is, whole; members whose data were erased are nobody."""
    text = text.strip()
    if "@" in text:
        whose: ColumnElement[bool] = Member.email_index == blind_index(normalise_email(text), "email")
    else:
        whose = Member.number == squeezed(text)
        if is_phone(text):
            whose |= Member.phone_index.in_([blind_index(form, "phone") for form in phone_forms(text)])
    return (await session.scalars(select(Member).where(_is_somebody(), whose).order_by(Member.id))).all()


async def members_like(session: AsyncSession, text: str, *, limit: int) -> Sequence[Member]:
    """Who may be meant: whose number or address it is, else whose name begins so, then whose name has it inside, or
    whose member number ends so."""
    exact = await members_exactly(session, text)
    key, number = fold_closed(text), squeezed(text)
    alike = [Member.name_key.contains(key, autoescape=True)] if key else []
    if number.isdigit() and len(number) >= NUMBER_DIGITS_AT_LEAST:
        alike.append(Member.number.endswith(number, autoescape=True))
    if exact or not alike:
        return exact
    inside = case((Member.name_key.startswith(key, autoescape=True), 0), else_=1)
    found = select(Member).where(_is_somebody(), or_(*alike))
    return (await session.scalars(found.order_by(inside, Member.name_key, Member.id).limit(limit))).all()


def _is_somebody() -> ColumnElement[bool]:
    return Member.status != MemberStatus.ERASED
