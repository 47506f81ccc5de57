"""What a text says of goods beside what they are."""

import pytest

from actions.kit.asked import shapes


@pytest.mark.parametrize(
    "text",
    ["白天家里没人", "白天家裡沒人，晚上再送", "害我白跑一趟", "我明白了", "再這樣我把你們拉黑名單", "这都大白天了"],
)
def test_words_that_only_hold_the_sign_of_a_colour_name_none(text: str) -> None:
    assert shapes.asked(text).colours == []


@pytest.mark.parametrize("text", ["要白的", "有沒有白色", "白的还有吗，白天送"])
def test_a_colour_beside_them_counts(text: str) -> None:
    assert shapes.asked(text).colours == ["white"]


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("我一般穿38，这款39还有吗", ["39"]),
        ("平常穿 40 號，41 還有嗎", ["41"]),
        ("I usually take a 40, do you have it in 41?", ["41"]),
        ("39和40都有吗", ["39", "40"]),
        ("我一般穿38，有吗", ["38"]),
        ("do you have it in 40 or 41", ["40", "41"]),
    ],
)
def test_the_size_somebody_usually_wears_is_not_asked_for_beside_another(text: str, sizes: list[str]) -> None:
    assert list(shapes.asked(text).sizes) == sizes
