"""A question that stands beside others in one message: told, told no second time, or named."""

from pathlib import Path

import pytest
import pytest_asyncio

from actions.kit.base import ALONGSIDE, IF_KNOWN
from actions.knowledge.answers import ActionFaq
from actions.knowledge.index import KnowledgeIndex, use_index
from bot.sentences import encode
from crm_store import knowledge
from crm_store.db import Database
from tests.actions.conftest import Customer, Ran
from tests.actions.knowledge.test_answers import publish

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actions.knowledge.index.PATIENCE_SECONDS", 600.0)


@pytest_asyncio.fixture
async def index(database: Database, vectors_folder: Path) -> KnowledgeIndex:
    await publish(database, "overseas_shipping", "return_window", "gift_wrapping")
    index = KnowledgeIndex(database, using=encode, folder=vectors_folder)
    use_index(index)
    return index


async def asked(customer: Customer, text: str, rest: str, **more: str) -> Ran:
    return await customer.run(ActionFaq, text, "ask_faq", spoken_of={ALONGSIDE: rest, **more})


async def gaps(database: Database) -> list[str]:
    async with database.reading() as session:
        return [gap.question for gap in await knowledge.gaps(session)]


async def test_what_it_leaves_out_is_taken_from_the_rest_of_the_message(
    index: KnowledgeIndex, customer: Customer
) -> None:
    ran = await asked(customer, "几天到", "寄日本多少钱")
    assert "日本" in str(ran.only.values["place"])


@pytest.mark.parametrize(("text", "rest"), [("你们老板是什么星座", "运费多少"), ("老闆是什麼星座呀", "運費多少")])
async def test_what_nothing_answers_is_named_and_kept_for_the_editors(
    index: KnowledgeIndex, customer: Customer, database: Database, text: str, rest: str
) -> None:
    ran = await asked(customer, text, rest)
    assert ran.responses == ["reply_faq_gap_alongside"]
    assert ran.only.values["asked"] == text
    assert await gaps(database) == [text]


async def test_what_may_have_been_no_question_is_passed_over(
    index: KnowledgeIndex, customer: Customer, database: Database
) -> None:
    ran = await asked(customer, "你们老板是什么星座", "运费多少", choice=IF_KNOWN)
    assert ran.responses == []
    assert await gaps(database) == []


async def test_what_is_written_nowhere_is_named_where_more_is_asked(index: KnowledgeIndex, customer: Customer) -> None:
    ran = await customer.run(ActionFaq, "杯子能刻字吗", "ask_faq", resumes=False)
    assert ran.responses == ["reply_rule_unwritten_alongside"]
    assert "刻字" in str(ran.only.values["asked"])


async def test_what_the_same_message_was_just_told_is_told_no_second_time(
    index: KnowledgeIndex, customer: Customer
) -> None:
    told = await asked(customer, "礼品包装要钱吗", "想买茶叶罐")
    assert told.responses == ["reply_faq_answer"]
    focus = customer.slots["focus"]
    place = max(focus["at"].values())
    again = await customer.run(
        ActionFaq, "礼品包装收费吗", "ask_faq", spoken_of={ALONGSIDE: "想买茶叶罐"},
        slots={"focus": focus | {"at": {**focus["at"], "article": place + 1}}},
    )  # fmt: skip
    assert again.responses == []
