"""What of an answer that was told is told to who asks on within it."""

import pytest

from actions.knowledge.narrowed import names_a_part, names_only, narrowed
from crm_store.language import Language

PICK_UP = "可以，香港和台北能到門市自取：滿 99 元免費，不滿收 8 元，3–5 天到門市，保留 7 天。"
PICKED_UP = "Yes, in Hong Kong and Taipei: free from ¥99, otherwise ¥8, there in 3–5 days, kept for 7 days."
NEW_YEAR = "除夕 17:00 打烊，大年初一休息一天，初二恢復正常。"


@pytest.mark.parametrize(
    ("told", "asked", "language", "says"),
    [
        (PICK_UP, "要等幾耐", Language.ZH_HANT, "3–5 天到門市，保留 7 天。"),
        (PICK_UP, "使唔使俾錢", Language.ZH_HANT, "滿 99 元免費，不滿收 8 元。"),
        (PICKED_UP, "how long does it take", Language.EN, "There in 3–5 days, kept for 7 days."),
        (PICKED_UP, "how much is that", Language.EN, "Free from ¥99, otherwise ¥8."),
        (NEW_YEAR, "那初二呢", Language.ZH_HANT, "初二恢復正常。"),
    ],
)
def test_the_part_that_is_asked_about_is_told(told: str, asked: str, language: Language, says: str) -> None:
    assert narrowed(told, asked, language) == says


@pytest.mark.parametrize("asked", ["收據要帶嗎", "真的嗎", "why is that"])
def test_where_no_part_answers_it_is_told_whole(asked: str) -> None:
    assert narrowed(PICK_UP, asked, Language.ZH_HANT) == PICK_UP


def test_a_few_words_may_name_a_part_of_what_was_told() -> None:
    assert names_only("初一呢")
    assert names_a_part(NEW_YEAR, "初一呢")
    assert not names_a_part(NEW_YEAR, "中秋呢")
    assert not names_only("那大年初一你們門市有開嗎")
