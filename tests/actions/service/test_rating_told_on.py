"""A rating as it is given: with its reason, on second thoughts, and with the words that follow it."""

import pytest
from sqlalchemy import select

from actions.service.feedback import ActionRate
from crm_store import feedback
from crm_store.surveys import SurveyAnswer
from tests.actions.conftest import Customer

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def _kept(customer: Customer) -> list[tuple[int, str | None]]:
    async with customer.database.reading() as session:
        found = await session.scalars(select(SurveyAnswer).order_by(SurveyAnswer.id))
        return [(answer.score, answer.comment) for answer in found]


async def test_words_after_a_good_score_are_its_comment_and_no_praise(customer: Customer) -> None:
    await customer.run(ActionRate, "5", "rate_service", entities={"score": "5"})
    ran = await customer.run(ActionRate, "问题解决得很利索", "rate_service", entities={"choice": "comment"})
    assert ran.responses == ["reply_rate_comment_kept"]
    assert await _kept(customer) == [(5, "问题解决得很利索")]
    async with customer.database.reading() as session:
        assert list(await feedback.latest(session)) == []


async def test_a_low_score_with_its_reason_asks_nothing_more(customer: Customer) -> None:
    ran = await customer.run(ActionRate, "1分，问了三个人都不知道", "rate_service", entities={"score": "1"})
    assert (ran.responses, ran.followup) == (["reply_rate_low_reason"], None)
    assert await _kept(customer) == [(1, "1分，问了三个人都不知道")]


async def test_on_second_thoughts_the_last_score_stands(customer: Customer) -> None:
    await customer.run(ActionRate, "5", "rate_service", entities={"score": "5"})
    await customer.run(ActionRate, "3 分", "rate_service", entities={"score": "3"})
    assert await _kept(customer) == [(3, None)]


async def test_a_comment_without_a_score_asks_for_one(customer: Customer) -> None:
    ran = await customer.run(ActionRate, "挺好", "rate_service", entities={"choice": "comment"})
    assert ran.responses == ["reply_rate_ask"]
    assert await _kept(customer) == []
