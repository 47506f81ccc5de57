"""A question that the last answer missed gets another answer, or is told plainly to have none."""

from pathlib import Path

import pytest
import pytest_asyncio

from actions.kit.base import ANSWER_MISSED, ASKED_AGAIN
from actions.knowledge.answers import ActionFaq
from actions.knowledge.index import KnowledgeIndex, use_index
from bot.sentences import encode
from crm_store import knowledge
from crm_store.db import Database
from tests.actions.conftest import Customer
from tests.actions.knowledge.test_answers import FEW, publish


@pytest_asyncio.fixture(autouse=True)
async def index(database: Database, vectors_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actions.knowledge.index.PATIENCE_SECONDS", 600.0)
    await publish(database, *FEW)
    use_index(KnowledgeIndex(database, using=encode, folder=vectors_folder))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("审核的人是哪个部门的", "zh-Hans"),
        ("審核的人是哪個部門的", "zh-Hant"),
        ("what if the review says no?", "en"),
    ],
)
async def test_without_an_answer_it_is_quoted_kept_and_a_person_offered(
    customer: Customer, text: str, language: str
) -> None:
    ran = await customer.run(ActionFaq, text, "ask_faq", entities={"choice": ASKED_AGAIN}, language=language)
    assert ran.responses == ["reply_asked_again"]
    assert text in ran.only.text
    assert [button["payload"] for button in ran.only.buttons] == ["/request_human", "/request_callback"]
    async with customer.database.reading() as session:
        assert [gap.question for gap in await knowledge.gaps(session)] == [text]


@pytest.mark.parametrize("text", ["if you close for stocktaking", "whether the shops have toilets"])
async def test_what_only_comes_near_is_not_told(customer: Customer, text: str) -> None:
    ran = await customer.run(ActionFaq, text, "ask_faq", entities={"choice": ASKED_AGAIN}, language="en")
    assert ran.responses == ["reply_asked_again"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("网上买的可以去你们实体店退吗", "zh-Hans"),
        ("網上買的可以去你們實體店退嗎", "zh-Hant"),
        ("can i return it in a store", "en"),
    ],
)
async def test_what_an_article_answers_is_told_once_and_not_again(customer: Customer, text: str, language: str) -> None:
    first = await customer.run(ActionFaq, text, "ask_faq", entities={"choice": ASKED_AGAIN}, language=language)
    assert first.responses == ["reply_faq_answer"]
    second = await customer.run(ActionFaq, text, "ask_faq", entities={"choice": ASKED_AGAIN}, language=language)
    assert second.only.text != first.only.text


async def test_a_second_time_it_is_said_in_other_words(customer: Customer) -> None:
    await customer.run(ActionFaq, "审核的人是哪个部门的", "ask_faq", entities={"choice": ASKED_AGAIN})
    ran = await customer.run(ActionFaq, "审核的人叫什么名字", "ask_faq", entities={"choice": ASKED_AGAIN})
    assert ran.responses == ["reply_asked_again_still"]
    assert "审核的人叫什么名字" in ran.only.text


async def test_an_objection_alone_asks_for_the_question_and_keeps_no_gap(customer: Customer) -> None:
    ran = await customer.run(ActionFaq, "答非所问", "ask_faq", entities={"choice": ANSWER_MISSED})
    assert ran.responses == ["reply_answer_missed"]
    async with customer.database.reading() as session:
        assert await knowledge.gaps(session) == []
