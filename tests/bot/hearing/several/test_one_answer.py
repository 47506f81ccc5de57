"""One subject asked in several clauses is answered once; two different questions are both answered."""

import pytest

from actions.kit.asked.rewards_asked import WITH_BALANCE
from bot.hearing.hear import hear
from bot.hearing.steps import Step, entities_of
from crm_store.conversations import Context
from tests.bot.hearing.words import said

BALANCE, EXPIRING, RECOMMEND, FAQ = "ask_points_balance", "ask_points_expiring", "ask_recommendation", "ask_faq"


def choices(step: Step) -> list[str]:
    return [str(each["value"]) for each in entities_of(step.heard or {}) if each["entity"] == "choice"]


class TestPoints:
    @pytest.mark.parametrize(
        "text",
        [
            "what's my balance of points and when do I lose them",
            "帮我看看积分余额，哪天失效",
            "我現在有幾點，哪一天到期",
        ],
    )
    def test_how_many_and_until_when_are_one_answer(self, text: str) -> None:
        (step,) = hear(said(text, EXPIRING, 0.9, (BALANCE, 0.98), (EXPIRING, 0.95)), Context()).steps
        assert (step.intent, choices(step)) == (EXPIRING, [WITH_BALANCE])

    @pytest.mark.parametrize(
        ("text", "other"),
        [
            ("积分余额多少，我是什么等级", "ask_tier"),
            ("how many points are left, and what level am I on", "ask_tier"),
            ("我的點數剩多少？包裹到哪了", "ask_parcel"),
        ],
    )
    def test_two_different_questions_are_both_answered(self, text: str, other: str) -> None:
        steps = hear(said(text, other, 0.6, (BALANCE, 0.98), (other, 0.97)), Context()).steps
        assert [step.intent for step in steps] == [BALANCE, other]

    def test_one_of_them_alone_stays_what_it_is(self) -> None:
        (step,) = hear(said("我的积分哪天失效", EXPIRING, 0.97), Context()).steps
        assert (step.intent, choices(step)) == (EXPIRING, [])


class TestWishesForGoods:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("有没有好走路的鞋，脚背高", [(RECOMMEND, 0.95), ("inform", 0.8)]),
            ("想給爺爺找雙鞋。腳很寬", [(RECOMMEND, 0.95), ("inform", 0.8)]),
            ("any light bag for my sister? she cycles to work", [(RECOMMEND, 0.95), ("nlu_fallback", 0.35)]),
            ("shoes for my father please. wide fit", [(RECOMMEND, 0.95), (FAQ, 0.5)]),
        ],
    )
    def test_what_they_are_for_belongs_to_the_wish(self, text: str, parts: list[tuple[str, float]]) -> None:
        (step,) = hear(said(text, RECOMMEND, 0.9, *parts), Context()).steps
        assert step.intent == RECOMMEND
        message = said(text, RECOMMEND)
        assert all(clause.text in step.text for clause, _ in message.clauses)

    @pytest.mark.parametrize(
        ("text", "other"),
        [
            ("推荐双鞋给我爸，运费怎么算？", FAQ),
            ("推薦雙鞋給我爸，運費怎麼算？", FAQ),
            ("any nice bag for my sister? how long does delivery take?", FAQ),
            ("any nice bag for my sister? and where is my parcel", "ask_parcel"),
        ],
    )
    def test_a_question_beside_it_is_answered(self, text: str, other: str) -> None:
        steps = hear(said(text, RECOMMEND, 0.8, (RECOMMEND, 0.95), (other, 0.95)), Context()).steps
        assert sorted(step.intent for step in steps) == sorted([RECOMMEND, other])


class TestConditions:
    @pytest.mark.parametrize(
        ("text", "first", "second"),
        [
            ("还有货吗？要是得等一个月就没必要换了", "ask_product", "ask_rewards"),
            ("還有貨嗎？等一個月就沒必要換了", "ask_product", "ask_rewards"),
            ("any left? no use exchanging them if I wait a month", "ask_product", "dispute_points"),
        ],
    )
    def test_on_what_it_decides_is_no_wish(self, text: str, first: str, second: str) -> None:
        steps = hear(said(text, first, 0.8, (first, 0.95), (second, 0.9)), Context()).steps
        assert [step.intent for step in steps] == [first]

    @pytest.mark.parametrize(
        ("text", "second"),
        [("还有货吗？我的券能换什么", "ask_rewards"), ("any left? my points went missing", "dispute_points")],
    )
    def test_another_matter_is_one(self, text: str, second: str) -> None:
        steps = hear(said(text, "ask_product", 0.8, ("ask_product", 0.95), (second, 0.9)), Context()).steps
        assert second in [step.intent for step in steps]
