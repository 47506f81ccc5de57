"""The one form of numbers, in which they are kept and looked up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import members, parcels
from crm_store.members import Member
from crm_store.numbering import canonical, small
from tests.crm_store.shop import make_member, make_order


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" hk1 ", "HK1"),
        ("ｈｋ１", "HK1"),
        ("\u0155b", "\u0154B"),
        ("r\u0301b", "\u0154B"),
        ("é1", "É1"),
        ("\u212a9", "K9"),
        ("ß", "ß"),
        ("kad\u0131r", "KAD\u0131R"),
        ("\ufb06rasse", "\ufb06RASSE"),
        ("\u017f1", "\u017f1"),
        ("①", "①"),
    ],
)
def test_the_form(written: str, kept: str) -> None:
    assert canonical(written) == kept


@given(st.text(max_size=12))
def test_it_is_its_own_form_in_small_letters_too(number: str) -> None:
    assert canonical(canonical(number)) == canonical(number) == canonical(small(number))


@given(st.characters(), st.characters())
def test_two_signs_are_one_only_as_one_letter_in_two_cases(one: str, other: str) -> None:
    """Whatever else plain capitals would make one of, stays two; forms that look the same count as one sign."""
    if canonical(one) == canonical(other):
        same = {canonical(one), small(one)}
        assert {small(other), canonical(other)} == same


async def test_members_are_told_apart_that_capitals_would_make_one(session: AsyncSession) -> None:
    kadir = await make_member(session, number="kadir")
    strasse = await make_member(session, number="strasse")
    for number in ("kad\u0131r", "straße", "\ufb06rasse"):
        assert await members.by_number(session, number) is None
        other = await make_member(session, number=number)
        assert await members.by_number(session, number) == other
    assert [await members.by_number(session, number) for number in ("Kadir", "STRASSE")] == [kadir, strasse]


async def test_a_number_that_stands_in_another_form_since_before_is_found_as_it_stands(session: AsyncSession) -> None:
    member = await make_member(session)
    await session.execute(update(Member).where(Member.id == member.id).values(number="ＲＢ９"))
    assert await members.by_number(session, "ＲＢ９") == member
    plain = await make_member(session, number="rb9")
    assert await members.by_number(session, "ＲＢ９") == plain


async def test_a_parcel_is_found_in_the_same_writings(session: AsyncSession) -> None:
    order = await make_order(session, await make_member(session))
    parcel = await parcels.create(session, number="ｓｆ 10", order_id=order.id, carrier="顺丰速运")
    assert parcel.number == "SF10"
    assert await parcels.by_number(session, "sf1０") == parcel
    assert await parcels.by_number(session, "\u017fF10") is None
