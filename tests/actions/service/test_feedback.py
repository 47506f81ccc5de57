"""Suggestions, praise and ratings."""

import pytest

from actions.service.feedback import (
    ActionPraise,
    ActionRate,
    ActionRatingFormSubmit,
    ActionSuggestionFormSubmit,
    RatingForm,
    SuggestionForm,
    holds_a_suggestion,
    on_scale,
)
from actions.talk.taken_back import ActionUndo
from crm_store import conversations, feedback, followups, risk, surveys
from crm_store.agents import Agent
from crm_store.db import Database
from crm_store.surveys import SurveyAnswer
from tests.actions.conftest import Customer, Ran


async def make_agent(database: Database, name: str) -> int:
    async with database.transaction() as session:
        agent = Agent(email=f"{name}@example.com", name=name, password_hash="unusable")
        session.add(agent)
        await session.flush()
        return agent.id


class TestSuggestion:
    async def test_said_at_once_nothing_is_asked(self, customer: Customer) -> None:
        ran = await customer.run(SuggestionForm, "包装塑料用太多了", "give_suggestion")
        assert (ran.slots["suggestion_text"], ran.asks) == ("包装塑料用太多了", None)

    async def test_announced_it_is_asked_for_once(self, member: Customer) -> None:
        ran = await member.run(SuggestionForm, "我有个建议", "give_suggestion", active_loop="suggestion_form")
        assert ran.asks == "suggestion_text"
        ran = await member.run(SuggestionForm, "出个小包装吧", "ask_product", confidence=0.4)
        assert (ran.slots["suggestion_text"], ran.asks) == ("出个小包装吧", None)
        member.active_loop = None
        ran = await member.run(ActionSuggestionFormSubmit, "出个小包装吧", "ask_product")
        assert ran.responses == ["reply_suggestion_thanks"]
        assert ran.slots == {"suggestion_text": None}
        again = await member.run(
            ActionSuggestionFormSubmit,
            "出个小包装吧",
            slots={"suggestion_text": "出个小包装吧"},
            message_id=ran.message_id,
        )
        assert again.responses == ["reply_suggestion_thanks"]
        async with member.database.reading() as session:
            (kept,) = await feedback.latest(session)
        assert member.member is not None
        assert (kept.kind, kept.text, kept.member_id) == ("suggestion", "出个小包装吧", member.member.id)

    @pytest.mark.parametrize("intent", ["cancel", "request_human", "make_complaint", "ask_points_balance", "help"])
    async def test_another_wish_is_no_suggestion(self, customer: Customer, intent: str) -> None:
        ran = await customer.run(
            SuggestionForm, "…", intent, active_loop="suggestion_form", requested_slot="suggestion_text"
        )
        assert "suggestion_text" not in ran.slots

    async def test_announced_twice_the_form_stays(self, customer: Customer) -> None:
        ran = await customer.run(
            SuggestionForm, "提建议", "give_suggestion", active_loop="suggestion_form", requested_slot="suggestion_text"
        )
        assert ran.slots["suggestion_text"] is None
        assert ran.asks == "suggestion_text"

    @pytest.mark.parametrize(
        ("text", "holds"),
        [
            ("我想提个建议", False),
            ("提點意見可以嗎", False),
            ("i have a small suggestion for you", False),
            ("营业时间能延长到十点吗", True),
            ("建议多开女装店", True),
            ("please add a size chart in cm", True),
        ],
    )
    def test_tells_an_announcement_from_a_suggestion(self, text: str, holds: bool) -> None:
        assert holds_a_suggestion(text) is holds


class TestPraise:
    async def test_is_kept_in_the_customers_words(self, member: Customer) -> None:
        ran = await member.run(ActionPraise, "你们家包装真用心", "give_praise", sentiment="positive")
        assert ran.responses == ["reply_praise_thanks"]
        async with member.database.reading() as session:
            (kept,) = await feedback.latest(session)
        assert (kept.kind, kept.text, kept.agent_id) == ("praise", "你们家包装真用心", None)

    async def test_what_was_no_praise_is_struck_out(self, member: Customer) -> None:
        await member.run(ActionPraise, "这壶可真会漏水", "give_praise", sentiment="positive")
        ran = await member.run(ActionUndo, "誰誇你們了", "undo", entities={"act": "give_praise"}, language="zh-Hant")
        assert ran.responses == ["reply_praise_struck_out"]
        async with member.database.reading() as session:
            assert await feedback.latest(session) == []

    async def test_where_nothing_was_kept_nothing_is_struck_out(self, member: Customer) -> None:
        ran = await member.run(ActionUndo, "I wasn't praising you", "undo", entities={"act": "give_praise"})
        assert ran.responses == ["reply_praise_not_kept"]

    async def test_names_the_agent_who_is_praised(self, member: Customer) -> None:
        agent_id = await make_agent(member.database, "陈晨")
        ran = await member.run(ActionPraise, "客服陳晨很有耐心", "give_praise", language="zh-Hant")
        assert ran.only.text == "謝謝您，我會轉告陈晨，一定很開心。"
        async with member.database.reading() as session:
            assert (await feedback.latest(session))[0].agent_id == agent_id

    async def test_without_a_name_it_is_who_spoke_here(self, member: Customer) -> None:
        agent_id = await make_agent(member.database, "Mina")
        async with member.database.transaction() as session:
            await conversations.take(session, member.conversation_id, agent_id)
            await conversations.agent_reply(
                session, member.conversation_id, agent_id=agent_id, text="已经帮您改好了", key="k1"
            )
            await conversations.hand_back(session, member.conversation_id, agent_id=agent_id)
        ran = await member.run(ActionPraise, "刚才那位客服超好", "give_praise")
        assert ran.responses == ["reply_praise_agent"]


class TestRate:
    async def test_a_good_score_is_kept_once(self, member: Customer) -> None:
        ran = await member.run(ActionRate, "5分", "rate_service", entities={"score": 5})
        await member.run(ActionRate, "5分", "rate_service", entities={"score": 5}, message_id=ran.message_id)
        assert ran.responses == ["reply_rate_high"]
        async with member.database.reading() as session:
            assert member.member is not None
            answers = await surveys.for_member(session, member.member.id)
        assert [(answer.kind, answer.score) for answer in answers] == [("csat", 5)]

    async def test_a_low_one_asks_why_and_raises_the_risk(self, member: Customer) -> None:
        assert member.member is not None
        ran = await member.run(ActionRate, "1分 差劲", "rate_service", entities={"score": 1}, sentiment="negative")
        assert (ran.responses, ran.followup) == (["reply_rate_low"], "rating_form")
        member.active_loop = "rating_form"
        ran = await member.run(RatingForm, "", "rate_service")
        assert ran.asks == "rating_comment"
        ran = await member.run(RatingForm, "同一件事说了三遍才懂", "chase_promise", confidence=0.8)
        assert ran.asks is None
        member.active_loop = None
        ran = await member.run(ActionRatingFormSubmit, "同一件事说了三遍才懂", "chase_promise")
        assert ran.responses == ["reply_rating_comment_thanks"]
        assert {value for slot, value in ran.slots.items() if slot.startswith("rating_")} == {None}
        async with member.database.reading() as session:
            (answer,) = await surveys.for_member(session, member.member.id)
            assessment = await risk.latest(session, member.member.id)
        assert (answer.score, answer.comment) == (1, "同一件事说了三遍才懂")
        assert assessment is not None
        assert "score_low" in [reason["code"] for reason in assessment.reasons]

    async def test_who_does_not_want_to_say_is_left_alone(self, customer: Customer) -> None:
        ran = await customer.run(
            RatingForm, "不说了", "deny", active_loop="rating_form", requested_slot="rating_comment"
        )
        assert (ran.slots["rating_comment"], ran.asks) == ("", None)
        ran = await customer.run(ActionRatingFormSubmit, "不说了", "deny", slots={"rating_score": 2, "rating_key": "k"})
        assert ran.responses == ["reply_rating_no_comment"]

    async def test_a_better_score_closes_the_question(self, member: Customer) -> None:
        ran = await member.run(ActionRate, "改成4分", "rate_service", entities={"score": 4}, active_loop="rating_form")
        assert ran.leaves_form
        assert ran.responses == ["reply_rate_high"]

    async def test_without_a_score_it_is_asked(self, customer: Customer) -> None:
        assert (await customer.run(ActionRate, "我要评价", "rate_service")).responses == ["reply_rate_ask"]

    async def test_beyond_any_scale(self, customer: Customer) -> None:
        ran = await customer.run(ActionRate, "给1000分", "rate_service", entities={"score": 1000})
        assert ran.responses == ["reply_rate_not_on_scale"]

    @pytest.mark.parametrize(
        ("score", "scale", "ours"),
        [
            (5, None, 5),
            ("3", None, 3),
            (0, None, 1),
            (8, None, 4),
            (7, 10, 4),
            (3, 5, 3),
            (60, None, 3),
            (11, 10, None),
        ],
    )
    def test_brings_scores_to_one_scale(self, score: object, scale: int | None, ours: int | None) -> None:
        assert on_scale(score, scale) == ours


class TestOtherSurveys:
    """Effort (1 to 7) and recommendation (0 to 10) are kept as they were said, for what was asked about."""

    async def ask(self, member: Customer, kind: str, **more: str) -> None:
        assert member.member is not None
        async with member.database.transaction() as session:
            await surveys.record_asked(session, kind=kind, key=f"{kind}:x", member_id=member.member.id, **more)

    async def answers(self, member: Customer) -> list[SurveyAnswer]:
        assert member.member is not None
        async with member.database.reading() as session:
            return list(await surveys.for_member(session, member.member.id))

    async def says(self, member: Customer, kind: str, score: str) -> Ran:
        entities = {"score": score, "choice": kind}
        return await member.run(ActionRate, f"/rate_service{entities}", "rate_service", entities=entities)

    @pytest.mark.parametrize(
        ("kind", "score", "reply"),
        [
            ("nps", "10", "reply_score_high"),
            ("nps", "7", "reply_score_thanks"),
            ("nps", "0", "reply_recommend_low"),
            ("ces", "7", "reply_score_high"),
            ("ces", "4", "reply_score_thanks"),
            ("ces", "2", "reply_effort_low"),
            ("ces", "9", "reply_score_not_on_scale"),
            ("nps", "11", "reply_score_not_on_scale"),
        ],
    )
    async def test_each_on_its_own_scale(self, member: Customer, kind: str, score: str, reply: str) -> None:
        ran = await self.says(member, kind, score)
        assert ran.responses[0] == reply
        kept = [(answer.kind, answer.score) for answer in await self.answers(member)]
        assert kept == ([] if "not_on_scale" in reply else [(kind, int(score))])

    async def test_it_is_bound_to_the_return_that_was_asked_about(self, member: Customer) -> None:
        await self.ask(member, "ces", reference="R-100001", conversation_id=member.conversation_id)
        await self.says(member, "ces", "6")
        [answer] = await self.answers(member)
        assert (answer.reference, answer.conversation_id) == ("R-100001", member.conversation_id)

    async def test_a_low_one_asks_why_keeps_the_feeling_and_opens_one_follow_up(self, member: Customer) -> None:
        assert member.member is not None
        ran = await self.says(member, "nps", "1")
        assert (ran.responses, ran.followup) == (["reply_recommend_low"], "rating_form")
        slots = {"rating_comment": "客服总换人", "rating_score": 1, "rating_key": ran.slots["rating_key"]}
        await member.run(
            ActionRatingFormSubmit, "客服总换人", "inform", slots={**ran.slots, **slots}, sentiment="negative"
        )
        [answer] = await self.answers(member)
        assert (answer.kind, answer.score, answer.comment) == ("nps", 1, "客服总换人")
        assert answer.sentiment == "negative"
        async with member.database.reading() as session:
            [opened] = await followups.for_member(session, member.member.id)
        assert opened.suggested_approach == "ask_what_went_wrong"

    async def test_words_after_a_good_score_belong_to_it(self, member: Customer) -> None:
        ran = await self.says(member, "nps", "9")
        await member.run(
            ActionRate,
            "送货特别快",
            "rate_service",
            entities={"choice": "comment"},
            slots={"focus": ran.slots["focus"]},
        )
        [answer] = await self.answers(member)
        assert (answer.kind, answer.score, answer.comment) == ("nps", 9, "送货特别快")
