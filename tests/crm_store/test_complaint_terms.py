"""What a shop calls categories and causes of complaints, and which of them can still be chosen."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import complaints, members
from crm_store.complaints import (
    Cause,
    Complaint,
    ComplaintCategory,
    Term,
    TermChangedMeanwhile,
    TermInvalid,
    TermKind,
    TermNotInUse,
    terms,
)
from crm_store.db import Database
from crm_store.language import Language
from tests.crm_store.inbox import make_agent

NAMES = {"zh-Hans": "供应商", "zh-Hant": "供應商", "en": "Supplier"}
COURIER = {"zh-Hans": "快递公司", "zh-Hant": "快遞公司", "en": "Courier"}


async def found(session: AsyncSession, kind: TermKind, code: str) -> Term:
    [term] = [each for each in await terms.listing(session, kind) if each.code == code]
    return term


async def filed(session: AsyncSession, key: str = "c1") -> Complaint:
    member = await members.create(session, family_name="林", given_name="晓雯")
    return await complaints.file(
        session, member_id=member.id, conversation_id=None, category=ComplaintCategory.QUALITY, description="坏了",
        key=key,
    )  # fmt: skip


class TestListing:
    async def test_a_new_shop_has_those_of_the_program(self, session: AsyncSession) -> None:
        assert [each.code for each in await terms.listing(session, TermKind.CAUSE)] == list(Cause)
        categories = await terms.in_use(session, TermKind.CATEGORY)
        assert [each.code for each in categories] == list(ComplaintCategory)
        assert categories[0].name(Language.ZH_HANS) == "送货晚了"
        assert await terms.renamed(session, Language.EN) == {}


class TestCausesOfTheShop:
    async def test_one_is_added_and_settles_a_complaint(self, session: AsyncSession) -> None:
        me = await make_agent(session)
        cause = await terms.add_cause(session, NAMES, agent_id=me, key="k")
        complaint = await filed(session)
        await complaints.resolve(session, complaint, resolution="换了", agent_id=me, cause=cause.code)
        assert complaint.cause == cause.code
        assert await terms.renamed(session, Language.ZH_HANT) == {f"complaint_cause.{cause.code}": "供應商"}

    async def test_the_same_key_adds_it_once(self, session: AsyncSession) -> None:
        me = await make_agent(session)
        first = await terms.add_cause(session, NAMES, agent_id=me, key="k")
        again = await terms.add_cause(session, NAMES, agent_id=me, key="k")
        assert first == again
        assert len(await terms.listing(session, TermKind.CAUSE)) == len(Cause) + 1

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [({"en": " "}, "no_name"), ({"zh-Hant": "長" * 31}, "too_long"), ({"en": "carrier"}, "name_taken")],
    )
    async def test_it_is_named_in_all_three_and_unlike_the_others(
        self, session: AsyncSession, changed: dict[str, str], reason: str
    ) -> None:
        me = await make_agent(session)
        with pytest.raises(TermInvalid) as refused:
            await terms.add_cause(session, NAMES | changed, agent_id=me, key="k")
        assert (refused.value.reason, refused.value.language) == (reason, next(iter(changed)))


class TestRename:
    async def test_the_new_name_stands_in_every_language(self, session: AsyncSession) -> None:
        me = await make_agent(session)
        term = await terms.rename(session, TermKind.CAUSE, Cause.CARRIER, COURIER, agent_id=me, based_on=0)
        assert (term.version, term.name(Language.EN)) == (1, "Courier")
        assert await terms.renamed(session, Language.ZH_HANT) == {"complaint_cause.carrier": "快遞公司"}
        back = {"zh-Hans": "物流", "zh-Hant": "物流", "en": "Carrier"}
        await terms.rename(session, TermKind.CAUSE, Cause.CARRIER, back, agent_id=me, based_on=1)

    async def test_of_two_who_opened_it_the_second_is_told(self, session: AsyncSession) -> None:
        me = await make_agent(session)
        await terms.rename(session, TermKind.CAUSE, Cause.CARRIER, COURIER, agent_id=me, based_on=0)
        with pytest.raises(TermChangedMeanwhile):
            await terms.rename(session, TermKind.CAUSE, Cause.CARRIER, NAMES, agent_id=me, based_on=0)

    async def test_what_does_not_exist_cannot_be_renamed(self, session: AsyncSession) -> None:
        me = await make_agent(session)
        with pytest.raises(TermNotInUse):
            await terms.rename(session, TermKind.CATEGORY, "own_thing", NAMES, agent_id=me, based_on=0)

    async def test_two_first_changes_at_once_make_one(self, database: Database) -> None:
        async with database.transaction() as session:
            me = await make_agent(session)

        async def rename(names: dict[str, str]) -> None:
            async with database.transaction() as session:
                await terms.rename(session, TermKind.CAUSE, Cause.CARRIER, names, agent_id=me, based_on=0)

        done = await asyncio.gather(rename(NAMES), rename(COURIER), return_exceptions=True)
        assert sorted(type(each).__name__ for each in done) == ["NoneType", "TermChangedMeanwhile"]


class TestRetire:
    async def test_it_is_offered_no_longer_and_stays_on_what_has_it(self, session: AsyncSession) -> None:
        me = await make_agent(session)
        cause = await terms.add_cause(session, NAMES, agent_id=me, key="k")
        old = await filed(session)
        await complaints.resolve(session, old, resolution="换了", agent_id=me, cause=cause.code)
        await terms.retire(session, TermKind.CAUSE, cause.code, agent_id=me, based_on=1)
        assert cause.code not in {each.code for each in await terms.in_use(session, TermKind.CAUSE)}
        assert (await found(session, TermKind.CAUSE, cause.code)).name(Language.EN) == "Supplier"
        with pytest.raises(TermNotInUse):
            await complaints.resolve(
                session, await filed(session, "c2"), resolution="换了", agent_id=me, cause=cause.code
            )
        assert old.cause == cause.code

    async def test_a_case_may_keep_what_it_has(self, session: AsyncSession) -> None:
        me = await make_agent(session)
        await terms.retire(session, TermKind.CAUSE, Cause.CARRIER, agent_id=me, based_on=0)
        assert await terms.check(session, TermKind.CAUSE, Cause.CARRIER, beside="carrier") == "carrier"
        with pytest.raises(TermNotInUse):
            await terms.check(session, TermKind.CAUSE, Cause.CARRIER, beside="product")

    async def test_it_can_be_brought_back(self, session: AsyncSession) -> None:
        me = await make_agent(session)
        gone = await terms.retire(session, TermKind.CATEGORY, ComplaintCategory.PRICE, agent_id=me, based_on=0)
        assert gone.retired
        back = await terms.restore(session, TermKind.CATEGORY, ComplaintCategory.PRICE, agent_id=me, based_on=1)
        assert (back.retired, back.version, back.name(Language.EN)) == (False, 2, "price")

    @pytest.mark.parametrize(("kind", "code"), [(TermKind.CATEGORY, "other"), (TermKind.CAUSE, "unknown")])
    async def test_the_last_resort_stays(self, session: AsyncSession, kind: TermKind, code: str) -> None:
        with pytest.raises(TermInvalid, match="needed"):
            await terms.retire(session, kind, code, agent_id=await make_agent(session), based_on=0)
        assert not (await found(session, kind, code)).may_retire

    async def test_what_the_bot_hears_is_filed_all_the_same(self, session: AsyncSession) -> None:
        me = await make_agent(session)
        await terms.retire(session, TermKind.CATEGORY, ComplaintCategory.QUALITY, agent_id=me, based_on=0)
        assert (await filed(session)).category == ComplaintCategory.QUALITY
