"""Phone numbers: one person, however the number is written."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import members
from crm_store.importing import as_rows, import_rows
from crm_store.members import ContactTaken
from crm_store.phones import normalise_phone, phone_forms


@pytest.mark.parametrize(
    "written",
    [
        "13811112001",
        "138 1111 2001",
        "+86 138-1111-2001",
        "0086 138 1111 2001",
        "１３８１１１１２００１",
        "＋８６13811112001",
    ],
)
def test_every_spelling_of_a_mainland_number_is_one(written: str) -> None:
    assert normalise_phone(written) == "13811112001"


def test_the_form_as_written_is_looked_for_first() -> None:
    assert phone_forms("0912-345-678")[0] == "0912345678"


@pytest.mark.parametrize(
    ("kept", "given"),
    [
        ("13811112001", "0086 13811112001"),
        ("13811112001", "１３８１１１１２００１"),
        ("0912345678", "+886 912 345 678"),
        ("+886 (0)912 345 678", "0912-345-678"),
        ("+85261234567", "6123 4567"),
        ("13811112001", "١٣٨١١١١٢٠٠١"),
        ("۰۹۱۲۳۴۵۶۷۸", "0912345678"),
        ("13811112001", "+86 86 138 1111 2001"),
        ("+49 (0)30 1234567", "0049 30 1234567"),
        ("+82 (0) 10 1234 5678", "+82 10 1234 5678"),
        ("+61 0412 345 678", "+61 412 345 678"),
        ("0987654321", "987654321"),
        ("987654321", "+886 987 654 321"),
        ("02012345678", "2012345678"),
    ],
)
async def test_a_number_of_somebody_is_refused_in_any_spelling(session: AsyncSession, kept: str, given: str) -> None:
    owner = await members.create(session, given_name="甲", phone=kept)
    with pytest.raises(ContactTaken):
        await members.create(session, given_name="乙", phone=given)
    assert await members.by_phone(session, given) is owner


async def test_two_rows_of_one_file_with_one_number_are_two_spellings_of_one_person(session: AsyncSession) -> None:
    rows = [
        {"member_number": "HK1", "name": "林晓月", "phone": "0912345678"},
        {"member_number": "HK2", "name": "林晓月", "phone": "+886 912 345 678"},
        {"member_number": "HK3", "name": "陈志明", "phone": "０９２３４５６７８９"},
    ]
    report = await import_rows(session, "members", as_rows(rows), source="shop.csv")
    assert [(refusal.line, refusal.reason_code) for refusal in report.refused] == [(2, "belongs_to_another_member")]


async def test_eight_digits_that_two_members_could_have_are_nobodys(session: AsyncSession) -> None:
    await members.create(session, given_name="甲", phone="+852 6123 4567")
    await members.create(session, given_name="乙", phone="+853 6123 4567")
    assert await members.by_phone(session, "61234567") is None


ABROAD = [
    ("+1 310 555 1234", "13105551234"),
    ("+1 (310) 555-1234", "+86 131 0555 1234"),
    ("(+1) 310 555 1234", "131 0555 1234"),
    ("001 310 555 1234", "0086 131 0555 1234"),
    ("＋１ ９１７ ５５５ ０１２３", "19175550123"),
    ("+372 512 3456", "0372-5123456"),
    ("+372 512 3456", "+86 372 512 3456"),
    ("+45 1234 5678", "0451-2345678"),
    ("+47 1234 5678", "0471-2345678"),
    ("0065 6123 4567", "0656-1234567"),
    ("+7 911 123 4567", "+86 791 1123 4567"),
    ("+290 12345", "29012345"),
    ("+886 20 1234 5678", "020-12345678"),
]


@pytest.mark.parametrize(("abroad", "mainland"), ABROAD)
async def test_a_number_of_another_country_is_nobody_s_here(session: AsyncSession, abroad: str, mainland: str) -> None:
    assert not set(phone_forms(abroad)) & set(phone_forms(mainland))
    at_home = await members.create(session, given_name="甲", phone=mainland)
    assert await members.by_phone(session, abroad) is None
    away = await members.create(session, given_name="乙", phone=abroad)
    assert await members.by_phone(session, abroad) is away
    assert await members.by_phone(session, mainland) is at_home


@pytest.mark.parametrize("written", ["+1 310 555 1234", "001-310-555-1234", "＋1（310）5551234", "(+1) 310.555.1234"])
def test_the_spellings_of_a_number_abroad_are_one(written: str) -> None:
    assert phone_forms(written) == ["+13105551234"]


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("+86 10 1234 5678", "861012345678"),
        ("+86 755 1234 5678", "75512345678"),
        ("0372-5123456", "03725123456"),
        ("+886 912 345 678", "886912345678"),
        ("+852 6123 4567", "85261234567"),
        ("+853 6612 3456", "85366123456"),
        ("+44 20 7946 0958", "442079460958"),
        ("61234567", "61234567"),
    ],
)
def test_what_was_kept_before_is_kept_under_the_same_form(written: str, form: str) -> None:
    assert normalise_phone(written) == form


async def test_an_order_goes_to_nobody_by_a_number_of_another_country(session: AsyncSession) -> None:
    await members.create(session, given_name="甲", phone="13105551234", number="HK1")
    row = {"order_number": "A1", "member_phone": "+1 310 555 1234", "placed_at": "2025-11-01", "sku": "CAP"}
    report = await import_rows(session, "orders", as_rows([row | {"product_name": "帽", "price": "9"}]), source="a.csv")
    assert [refusal.reason_code for refusal in report.refused] == ["no_such_member"]
