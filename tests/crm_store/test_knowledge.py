"""Articles with versions, and questions without an answer."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import agents, knowledge
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.errors import NotFound
from crm_store.knowledge import ArticleChangedMeanwhile, ArticleInvalid, CurrentArticle, GapStatus

TITLES = {"zh-Hans": "运费怎么算", "zh-Hant": "運費怎麼算", "en": "Shipping cost"}
BODIES = {"zh-Hans": "满 99 元包邮。", "zh-Hant": "滿 99 元免運。", "en": "Free from ¥99."}


async def shipping(session: AsyncSession, **changes: object) -> CurrentArticle:
    request = {"slug": "shipping_cost", "titles": TITLES, "bodies": BODIES} | changes
    return await knowledge.upsert(session, **request)  # type: ignore[arg-type]


class TestUpsert:
    async def test_every_change_is_a_version_and_the_same_again_is_none(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        agent = await agents.create(session, email="w@example.com", name="王珊", password_hash="unusable")
        await shipping(session)
        await shipping(session)
        first_change = await knowledge.last_change(session)
        frozen_clock.move(timedelta(hours=1))
        changed = BODIES | {"en": "Free from ¥79."}
        await shipping(session, bodies=changed, agent_id=agent.id, note="autumn offer")
        found = await knowledge.get(session, "shipping_cost")
        assert (found.version.version, found.body("en"), found.title("zh-TW")) == (2, "Free from ¥79.", "運費怎麼算")
        history = await knowledge.versions(session, "shipping_cost")
        assert [(version.version, version.agent_id, version.note) for version in history] == [
            (2, agent.id, "autumn offer"),
            (1, None, ""),
        ]
        assert history[1].bodies["en"] == "Free from ¥99."
        assert first_change is not None
        assert await knowledge.last_change(session) == first_change + timedelta(hours=1)

    async def test_a_missing_language_gives_way_to_the_nearest(self, session: AsyncSession) -> None:
        found = await shipping(
            session, titles={"en": "Shipping", "zh-Hans": "运费"}, bodies={"en": "x", "zh-Hans": "某"}
        )
        assert [found.language(tongue) for tongue in ("zh-TW", "zh-CN", "en")] == ["zh-Hans", "zh-Hans", "en"]
        assert (found.title("zh-Hant"), found.body("zh-Hant")) == ("运费", "某")

    async def test_two_editors_do_not_overwrite_each_other(self, session: AsyncSession) -> None:
        await shipping(session)
        await shipping(session, bodies=BODIES | {"en": "Free from ¥79."}, based_on=1)
        with pytest.raises(ArticleChangedMeanwhile) as refusal:
            await shipping(session, bodies=BODIES | {"en": "Never free."}, based_on=1)
        assert refusal.value.current == 2

    async def test_many_saves_at_once_number_every_version(self, database: Database) -> None:
        async def save(number: int) -> None:
            async with database.transaction() as session:
                await shipping(session, bodies=BODIES | {"en": f"Free from ¥{number}."})

        await asyncio.gather(*(save(number) for number in range(8)))
        async with database.reading() as session:
            versions = [version.version for version in await knowledge.versions(session, "shipping_cost")]
        assert versions == list(range(8, 0, -1))

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"slug": "Shipping Cost"}, "bad_slug"),
            ({"titles": {"en": "Shipping"}}, "no_title"),
            ({"bodies": BODIES | {"en": " "}}, "no_body"),
            ({"titles": TITLES | {"fr": "Port"}, "bodies": BODIES | {"fr": "Gratuit"}}, "unknown_language"),
            ({"status": "hidden"}, "unknown_status"),
            ({"titles": {}, "bodies": {}}, "no_title"),
        ],
    )
    async def test_what_cannot_be_is_refused(
        self, session: AsyncSession, change: dict[str, object], reason: str
    ) -> None:
        with pytest.raises(ArticleInvalid) as refusal:
            await shipping(session, **change)
        assert refusal.value.reason == reason

    async def test_archived_ones_leave_the_list(self, session: AsyncSession) -> None:
        await shipping(session)
        assert [article.slug for article in await knowledge.listing(session)] == ["shipping_cost"]
        await knowledge.set_status(session, "shipping_cost", "archived")
        assert await knowledge.listing(session) == []
        assert len(await knowledge.listing(session, status=None)) == 1
        with pytest.raises(NotFound):
            await knowledge.get(session, "moon")


class TestGaps:
    async def test_spellings_of_one_question_are_one_gap(self, session: AsyncSession) -> None:
        for number, question in enumerate(("能不能货到付款？", "能不能貨到付款", "能不能货到付款!!")):
            await knowledge.record_gap(session, question=question, language="zh-Hans", key=f"m{number}")
        await knowledge.record_gap(session, question="能不能货到付款？", language="zh-Hans", key="m0")
        await knowledge.record_gap(session, question="Do you sell cars?", language="en", best_slug="x", best_score=0.4)
        found = await knowledge.gaps(session)
        assert [(gap.count, gap.language) for gap in found] == [(3, "zh-Hans"), (1, "en")]
        asked = await knowledge.gap_questions(session, found[0].id)
        assert [each.question for each in asked] == ["能不能货到付款!!", "能不能貨到付款", "能不能货到付款？"]
        assert await knowledge.record_gap(session, question="？？", language="zh-Hans") is None

    async def test_a_filled_gap_that_is_asked_again_opens_again(self, session: AsyncSession) -> None:
        await shipping(session)
        gap = await knowledge.record_gap(session, question="偏远地区加钱吗", language="zh-Hans")
        assert gap is not None
        await knowledge.close_gap(session, gap.id, article_slug="shipping_cost")
        assert (gap.status, await knowledge.gaps(session)) == (GapStatus.FILLED, [])
        await knowledge.record_gap(session, question="偏远地区加钱吗", language="zh-Hans")
        assert [(gap.status, gap.count) for gap in await knowledge.gaps(session)] == [(GapStatus.OPEN, 2)]

    async def test_a_dismissed_gap_that_is_asked_again_stays_dismissed(self, session: AsyncSession) -> None:
        gap = await knowledge.record_gap(session, question="你们卖火箭吗", language="zh-Hans")
        assert gap is not None
        await knowledge.close_gap(session, gap.id)
        await knowledge.record_gap(session, question="你们卖火箭吗", language="zh-Hans")
        assert (gap.status, gap.count, await knowledge.gaps(session)) == (GapStatus.DISMISSED, 2, [])

    async def test_the_open_ones_of_a_choice(self, session: AsyncSession) -> None:
        ids = []
        for question, times in (("偏远地区加钱吗", 1), ("能刻字吗", 3), ("招人吗", 1)):
            for _ in range(times):
                gap = await knowledge.record_gap(session, question=question, language="zh-Hans")
            assert gap is not None
            ids.append(gap.id)
        await knowledge.close_gap(session, ids[2])
        assert [gap.question for gap in await knowledge.gaps_by_id(session, ids)] == ["能刻字吗", "偏远地区加钱吗"]
        assert await knowledge.gaps_by_id(session, []) == []

    async def test_asked_by_many_at_once(self, database: Database) -> None:
        async def ask(number: int) -> None:
            async with database.transaction() as session:
                await knowledge.record_gap(session, question="有没有实体店", language="zh-Hans", key=f"m{number}")

        await asyncio.gather(*(ask(number) for number in range(12)))
        async with database.reading() as session:
            assert [gap.count for gap in await knowledge.gaps(session)] == [12]
