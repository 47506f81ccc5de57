"""Members by name, number, phone number or e-mail address.

Names are found by a part of their folded form (`Member.name_key`), which is sealed where names are. Phone numbers and
addresses are encrypted always: they are found in full, over their blind index.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.crypto import blind_index, normalise_email
from crm_store.folding import fold_closed
from crm_store.members import Member, MemberStatus
from crm_store.phones import phone_forms
from crm_store.profile import is_phone
from crm_store.sealing import begins_like, is_sealing, like_words, raw
from crm_store.search.numbers import squeezed

NUMBER_DIGITS_AT_LEAST = 4
"""So many last digits of a member number are worth looking for."""
SEALED_NAMES_READ = 300
"""Members read for a part of a name where names are sealed; who begin so come first."""


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
    alike = [like_words(Member.name_key, key)] if key else []
    is_end = number.isdigit() and len(number) >= NUMBER_DIGITS_AT_LEAST
    if is_end:
        alike.append(Member.number.endswith(number, autoescape=True))
    if exact or not alike:
        return exact
    inside = case((begins_like(Member.name_key, key), 0), else_=1)
    found = select(Member).where(_is_somebody(), or_(*alike)).order_by(inside, raw(Member.name_key), Member.id)
    # Sealed names cannot be put in order by the database, and some of them only look like it.
    read = (await session.scalars(found.limit(SEALED_NAMES_READ if is_sealing() else limit))).all()
    meant = [each for each in read if key in each.name_key or (is_end and each.number.endswith(number))]
    return sorted(meant, key=lambda each: (not each.name_key.startswith(key), each.name_key, each.id))[:limit]


def _is_somebody() -> ColumnElement[bool]:
    return Member.status != MemberStatus.ERASED
