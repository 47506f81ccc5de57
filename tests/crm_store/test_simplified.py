"""Texts are converted as OpenCC converts them, only sooner."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from crm_store.simplified import simplified

ARTICLES = Path(__file__).parents[2] / "bot" / "demo" / "articles"
PHRASES = ("乾隆", "乾燥", "沈船", "有序", "一目瞭然", "么麼", "覆蓋", "藉口", "著作", "於是", "后来", "畫", "乾", "著")


@pytest.fixture(scope="module")
def library() -> OpenCC:
    return OpenCC("t2s")


def test_a_demo_shops_articles_read_as_the_library_reads_them(library: OpenCC) -> None:
    lines = [line for path in sorted(ARTICLES.glob("*.yml")) for line in path.read_text("utf-8").splitlines()]
    assert len(lines) > 1000
    assert [simplified(line) for line in lines] == [library.convert(line) for line in lines]


@given(parts=st.lists(st.sampled_from((*PHRASES, "，", " ", "a", "的", "買", "1")), max_size=8))
def test_phrases_side_by_side_are_converted_as_the_library_does(parts: list[str]) -> None:
    text = "".join(parts)
    assert simplified(text) == OpenCC("t2s").convert(text)


def test_a_phrase_that_differs_from_its_characters_is_converted_as_a_phrase() -> None:
    assert simplified("乾隆皇帝的衣服乾了") == "乾隆皇帝的衣服干了"


def test_what_is_not_chinese_stays() -> None:
    assert simplified("Café 10:30 😡 ok") == "Café 10:30 😡 ok"
