"""Words found in one pass over a text are those that a search for each of them finds."""

import pytest

from actions.kit.words import lexicon
from actions.kit.words.vocabulary import Vocabulary
from benchmarks.messages import strangers_messages
from crm_store.text import normalise

WORDS = ["can i", "can", "i", "can i swap it", "vip", "24", "满 99", "满", "退货", "退", "t恤", "3 期"]


@pytest.mark.parametrize(
    ("flat", "within"),
    [
        ("can i swap it", {"can i", "can", "i", "can i swap it"}),
        ("can i swap its box", {"can i", "can", "i"}),
        ("scan it", set()),
        ("vip卡满 99退货", {"vip", "满 99", "满", "退货", "退"}),
        ("白t恤3 期", {"t恤", "3 期"}),
        ("24小时", {"24"}),
        ("240", set()),
        ("", set()),
    ],
)
def test_latin_words_stand_whole_and_chinese_ones_anywhere(flat: str, within: set[str]) -> None:
    assert Vocabulary(WORDS).within(flat) == within


def test_an_empty_word_stands_everywhere() -> None:
    assert Vocabulary(["", "退"]).within("hm") == {""}


def test_every_list_of_the_lexicon_is_heard_as_a_search_hears_it() -> None:
    groups = {
        group: lexicon.pattern(tuple(word for value in lexicon.values(group) for word in lexicon.words(group, value)))
        for group in lexicon.groups()
    }
    for text in strangers_messages()[::9]:
        flat = normalise(text)
        searched = {group for group, pattern in groups.items() if pattern.search(flat)}
        assert {group for group in groups if lexicon.mentions(group, text)} == searched, text
