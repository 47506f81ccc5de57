"""Phrases that agents put into their replies."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import phrases
from crm_store.errors import NotFound
from crm_store.phrases import Phrase, PhraseChangedMeanwhile, PhraseInvalid, Standard
from tests.crm_store.inbox import make_agent

STANDARD = [Standard("greeting", {"en": "Greeting"}, {"en": "{called}this is {agent}."})]


async def written(session: AsyncSession, agent_id: int, **more: object) -> Phrase:
    facts = {"code": "hours", "titles": {"zh-Hans": "营业时间"}, "texts": {"zh-Hans": "9 点到 22 点"}, **more}
    return await phrases.save(session, agent_id=agent_id, **facts)  # type: ignore[arg-type]


class TestStandard:
    async def test_a_new_installation_begins_with_them_and_what_was_removed_stays_so(
        self, session: AsyncSession
    ) -> None:
        for _ in range(2):
            await phrases.ensure_standard(session, STANDARD)
        [greeting] = await phrases.listing(session)
        await phrases.remove(session, greeting.id, agent_id=await make_agent(session))
        await phrases.ensure_standard(session, STANDARD)
        assert await phrases.listing(session) == []
        with pytest.raises(NotFound):
            await phrases.get(session, greeting.id)


class TestFilled:
    def test_what_is_known_stands_there_and_what_is_not_is_seen_at_once(self) -> None:
        text = "{called}您有 {points} 积分，订单 {order}。"
        assert phrases.filled(text, {"called": "林女士，", "points": "1,200"}) == "林女士，您有 1,200 积分，订单 ___。"
        assert phrases.filled("{called}您好", {}) == "您好"


class TestSave:
    async def test_languages_without_a_text_are_left_out(self, session: AsyncSession) -> None:
        saved = await written(session, await make_agent(session), texts={"zh-Hans": " 9 点开门 ", "en": "  "})
        assert (saved.texts, saved.version) == ({"zh-Hans": "9 点开门"}, 1)
        assert phrases.title(saved, phrases.Language.EN) == "营业时间"

    async def test_a_change_from_an_older_version_is_refused_and_changes_nothing(self, session: AsyncSession) -> None:
        me = await make_agent(session)
        saved = await written(session, me)
        await written(session, me, phrase_id=saved.id, based_on=1, texts={"zh-Hans": "10 点"})
        with pytest.raises(PhraseChangedMeanwhile):
            await written(session, me, phrase_id=saved.id, based_on=1, texts={"zh-Hans": "11 点"})
        assert (saved.texts, saved.version) == ({"zh-Hans": "10 点"}, 2)

    async def test_a_code_is_used_once_but_again_after_its_phrase_was_removed(self, session: AsyncSession) -> None:
        me = await make_agent(session)
        first, other = await written(session, me), await written(session, me, code="other")
        for again in ({}, {"phrase_id": other.id, "based_on": 1}):
            with pytest.raises(PhraseInvalid) as refusal:
                await written(session, me, **again)
            assert refusal.value.reason == "code_taken"
        await phrases.remove(session, first.id, agent_id=me)
        assert (await written(session, me, texts={"en": "From 9"})).texts == {"en": "From 9"}

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [({"code": "Bad code"}, "bad_code"), ({"texts": {"en": " "}}, "no_text"), ({"titles": {}}, "no_title"),
         ({"texts": {"en": "x" * 1001}}, "too_long"), ({"texts": {"en": "{bonus}"}}, "unknown_variable")],
    )  # fmt: skip
    async def test_what_cannot_be_is_refused(
        self, session: AsyncSession, wrong: dict[str, object], reason: str
    ) -> None:
        with pytest.raises(PhraseInvalid) as refusal:
            await written(session, await make_agent(session), **wrong)
        assert refusal.value.reason == reason
