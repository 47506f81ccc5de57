"""Members: joining, being addressed, changing, leaving."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, members
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.language import Language
from crm_store.members import ContactTaken, Member, MemberStatus, NumberTaken, ProfileInvalid, StatusNotAllowed


class TestCreate:
    async def test_numbers_follow_each_other_and_step_over_imported_ones(self, session: AsyncSession) -> None:
        await members.create(session, number="hk100002")
        numbers = [(await members.create(session)).number for _ in range(2)]
        assert numbers == ["HK100001", "HK100003"]
        with pytest.raises(NumberTaken):
            await members.create(session, number="HK100003")

    async def test_found_by_phone_and_email_however_spelt(self, session: AsyncSession) -> None:
        member = await members.create(session, phone="138 1234 5678", email="Lin.Xiaoyue@Example.com")
        assert await members.by_phone(session, "+86-13812345678") is member
        assert await members.by_email(session, " lin.xiaoyue@example.COM ") is member
        assert await members.by_phone(session, "13812345679") is None
        for words in (member.number.lower(), "13812345678", "lin.xiaoyue@example.com"):
            assert await members.find(session, words) is member

    async def test_addresses_are_not_readable_in_the_table(self, session: AsyncSession) -> None:
        await members.create(session, phone="13812345678", email="lin@example.com")
        row = (await session.execute(text("SELECT phone, email, phone_index, email_index FROM members"))).one()
        assert not any("138123" in value or "lin@" in value for value in row)

    async def test_an_address_belongs_to_one_member(self, session: AsyncSession) -> None:
        await members.create(session, email="lin@example.com")
        with pytest.raises(ContactTaken) as refusal:
            await members.create(session, email="LIN@example.com")
        assert refusal.value.field == "email"

    async def test_two_who_join_with_one_address_at_once(self, database: Database) -> None:
        async def join() -> str:
            try:
                async with database.transaction() as session:
                    return (await members.create(session, email="both@example.com")).number
            except ContactTaken:
                return "refused"

        outcomes = await asyncio.gather(*(join() for _ in range(6)))
        assert outcomes.count("refused") == 5

    @pytest.mark.parametrize(
        ("field", "value", "reason"),
        [
            ("email", "lin@example", "not_an_email"),
            ("email", "lin example.com", "not_an_email"),
            ("phone", "12345", "not_a_phone"),
            ("phone", "call me maybe", "not_a_phone"),
            ("gender", "unsure", "unknown_gender"),
            ("language", "fr", "unknown_language"),
            ("family_name", "长" * 81, "too_long"),
            ("given_name", "a\nb", "not_printable"),
            ("birthday", date(2999, 1, 1), "future_birthday"),
        ],
    )
    async def test_what_cannot_be_right_is_refused(
        self, session: AsyncSession, field: str, value: object, reason: str
    ) -> None:
        with pytest.raises(ProfileInvalid) as refusal:
            await members.create(session, **{field: value})  # type: ignore[arg-type]
        assert (refusal.value.field, refusal.value.reason) == (field, reason)


class TestAddressedAs:
    @pytest.mark.parametrize(
        ("member", "language", "expected"),
        [
            (Member(family_name="林", given_name="晓月", gender="female", preferred_name="小月"), "zh-Hans", "小月"),
            (Member(family_name="林", given_name="晓月", gender="female", preferred_name=""), "zh-Hans", "林女士"),
            (Member(family_name="陳", given_name="志明", gender="male", preferred_name=""), "zh-Hant", "陳先生"),
            (Member(family_name="Lin", given_name="Mei", gender="female", preferred_name=""), "en", "Ms Lin"),
            (Member(family_name="林", given_name="晓月", gender=None, preferred_name=""), "zh-Hans", "林晓月"),
            (Member(family_name="Baker", given_name="Sam", gender=None, preferred_name=""), "en", "Sam Baker"),
            (Member(family_name="", given_name="晓月", gender="female", preferred_name=""), "zh-Hans", "晓月"),
            (Member(family_name="", given_name="", gender=None, preferred_name=""), "en", ""),
        ],
    )
    def test_prefers_what_the_member_chose(self, member: Member, language: str, expected: str) -> None:
        assert members.addressed_as(member, Language(language)) == expected


class TestUpdateProfile:
    async def test_tells_what_changed_and_keeps_no_personal_value_in_the_history(self, session: AsyncSession) -> None:
        member = await members.create(session, preferred_name="小月", email="old@example.com")
        changed = await members.update_profile(
            session, member, by="member", preferred_name="小月", email="new@example.com", birthday=date(1990, 3, 8)
        )
        assert changed == ["email", "birthday"]
        assert await members.by_email(session, "old@example.com") is None
        history = [change for change in await members.changes(session, member.id) if change.field == "email"]
        assert [(change.by, change.old_value, change.new_value) for change in history] == [("member", None, None)]

    async def test_an_address_of_another_member_is_refused_and_the_session_lives_on(
        self, session: AsyncSession
    ) -> None:
        await members.create(session, phone="13812345678")
        member = await members.create(session, phone="13900000000")
        with pytest.raises(ContactTaken):
            await members.update_profile(session, member, phone="+86 13812345678")
        assert member.phone == "13900000000"
        assert await members.update_profile(session, member, phone="13900000001") == ["phone"]

    async def test_an_empty_value_removes_it_and_an_unknown_field_is_refused(self, session: AsyncSession) -> None:
        member = await members.create(session, phone="13812345678")
        assert await members.update_profile(session, member, phone=" ") == ["phone"]
        assert (member.phone, member.phone_index) == (None, None)
        with pytest.raises(ProfileInvalid):
            await members.update_profile(session, member, tier_code="platinum")


class TestConsent:
    async def test_withdrawing_marks_when_and_coming_back_clears_it(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await members.create(session, marketing_consent=True)
        assert member.marketing_consent_at == clock.now()
        frozen_clock.move(timedelta(days=1))
        assert await members.set_marketing_consent(session, member, False)
        assert member.opted_out_at == clock.now()
        assert not await members.set_marketing_consent(session, member, False)
        assert await members.set_marketing_consent(session, member, True)
        assert member.opted_out_at is None


class TestLeaving:
    async def test_asking_leaving_and_coming_back_are_recorded(self, session: AsyncSession) -> None:
        member = await members.create(session)
        await members.request_cancellation(session, member, reason="too many messages")
        await members.request_cancellation(session, member, reason="again")
        assert member.status == MemberStatus.LEAVING
        await members.leave(session, member, by="agent:1")
        assert member.left_at is not None
        with pytest.raises(StatusNotAllowed):
            await members.request_cancellation(session, member)
        await members.keep(session, member)
        assert (member.status, member.left_at) == (MemberStatus.ACTIVE, None)
        steps = [(c.old_value, c.new_value) for c in await members.changes(session, member.id) if c.field == "status"]
        assert steps == [("left", "active"), ("leaving", "left"), ("active", "leaving"), (None, "active")]

    async def test_erasure_leaves_nothing_that_identifies(self, session: AsyncSession) -> None:
        member = await members.create(
            session, family_name="林", phone="13812345678", email="lin@example.com", birthday=date(1990, 3, 8)
        )
        await members.erase(session, member)
        session.expunge_all()
        erased = await members.get(session, member.id)
        assert [getattr(erased, field) for field in members.PERSONAL_FIELDS] == ["", "", "", None, None, None, None]
        assert (erased.phone_index, erased.email_index, erased.status) == (None, None, MemberStatus.ERASED)
        assert await members.by_phone(session, "13812345678") is None
