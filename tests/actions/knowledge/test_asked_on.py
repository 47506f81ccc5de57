"""What is asked after an answer: about the same place, and for something else than was just told."""

import pytest
import pytest_asyncio

from actions.kit.words.plainly import with_place
from actions.knowledge.answers import ActionFaq
from actions.knowledge.found import Found
from actions.knowledge.index import KnowledgeIndex, use_index
from actions.knowledge.ranking import Hit
from bot.sentences import encode
from crm_store.db import Database
from crm_store.language import Language
from tests import vectors
from tests.actions.conftest import Customer
from tests.actions.knowledge.test_answers import publish


@pytest_asyncio.fixture
async def shops(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actions.knowledge.index.PATIENCE_SECONDS", 600.0)
    await publish(database, "store_hours", "store_locations")
    use_index(KnowledgeIndex(database, using=encode, folder=vectors.SHARED))


@pytest.mark.usefixtures("shops")
class TestAboutTheSamePlace:
    async def test_a_fragment_that_names_no_place_means_the_one_spoken_of(self, customer: Customer) -> None:
        ran = await customer.run(ActionFaq, "上海店几点关门", "ask_faq")
        assert "22:00" in ran.only.text
        ran = await customer.run(ActionFaq, "地铁哪站", "ask_faq")
        assert "静安寺" in ran.only.text

    async def test_another_place_that_is_named_is_meant(self, customer: Customer) -> None:
        await customer.run(ActionFaq, "上海店几点关门", "ask_faq")
        ran = await customer.run(ActionFaq, "深圳店地铁哪站", "ask_faq")
        assert "后海" in ran.only.text


def test_only_a_text_without_a_place_gets_one() -> None:
    assert with_place("地铁哪站", "上海店几点关门") == "上海 地铁哪站"
    assert with_place("深圳呢", "上海店几点关门") == "深圳呢"
    assert with_place("and where is it", "what about the Hong Kong one") == "hong kong and where is it"
    assert with_place("地铁哪站", "你们几点关门") == "地铁哪站"


class TestSaysAgain:
    def _found(self, slug: str, answer: int | None) -> Found:
        return Found(
            "再问", [Hit(slug, "门店", "全文", Language.ZH_HANS, 0.9, told="每天", answer=answer, nearness=0.8)]
        )

    def test_the_very_answer_that_was_told_last_is_said_again(self) -> None:
        assert self._found("store_hours", 1).says_again({"article": "store_hours", "answer": 1})

    @pytest.mark.parametrize("focus", [{"article": "store_hours", "answer": 2}, {"article": "other", "answer": 1}, {}])
    def test_another_answer_is_not(self, focus: dict[str, object]) -> None:
        assert not self._found("store_hours", 1).says_again(focus)

    def test_sentences_of_the_body_are_no_answer_told(self) -> None:
        assert not self._found("store_hours", None).says_again({"article": "store_hours", "answer": None})
