"""What was used goes back for a fault only, whatever stands in the articles on opened goods."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from actions.knowledge.answers import ActionFaq
from actions.knowledge.index import KnowledgeIndex, use_index
from bot.sentences import encode
from tests.actions.conftest import Customer
from tests.actions.knowledge.test_answers import publish


@pytest_asyncio.fixture(autouse=True)
async def rule(customer: Customer, vectors_folder: Path) -> AsyncIterator[None]:
    await publish(customer.database, "return_window")
    use_index(KnowledgeIndex(customer.database, using=encode, folder=vectors_folder))
    yield


@pytest.mark.parametrize(
    ("text", "language", "says"),
    [
        ("保溫杯拆封用過就不能退囉?", "zh-Hant", "用過的不能無理由退"),
        ("我說的是裝過水用了幾天的 這樣也可以退??", "zh-Hant", "用過的不能無理由退"),
        ("拆开用过还能退吗", "zh-Hans", "用过的不能无理由退"),
        ("opened it and used it, can i return it", "en", "No, what has been used"),
        ("拆开了还能退吗", "zh-Hans", "可以，拆开过也能退"),
    ],
)
async def test_used_weighs_more_than_opened(customer: Customer, text: str, language: str, says: str) -> None:
    ran = await customer.run(ActionFaq, text, "ask_faq", language=language)
    assert ran.only.text.startswith(says)
