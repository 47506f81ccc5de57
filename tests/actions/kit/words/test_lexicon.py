"""What is meant by words: negation, correction, any script."""

import re
from collections import Counter

import pytest

from actions.kit.words import lexicon


class TestMeant:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("品質有瑕疵", "quality"),
            ("質量問題…哦不 尺寸不合", "wrong_size"),
            ("it isn't damaged, just too tight", "wrong_size"),
            ("actually they sent the wrong item", "wrong_item"),
            ("杯子收到时就碎了", "damaged"),
            ("就是不想要了", "not_wanted"),
            ("嗯嗯嗯", None),
        ],
    )
    def test_return_reasons(self, text: str, reason: str | None) -> None:
        assert lexicon.meant("return_reason", text) == reason

    def test_a_word_inside_another_is_not_heard(self) -> None:
        assert not lexicon.mentions("person", "that is a personal matter")


class TestYesOrNo:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("是 邮费怎么算", True),
            ("yes but who pays", True),
            ("不是，是另一双", False),
            ("是不是要寄回", None),
            ("好慢啊", None),
            ("north shop", None),
        ],
    )
    def test_how_a_text_begins(self, text: str, said: bool | None) -> None:
        assert lexicon.yes_or_no_said(text) is said


def test_no_group_of_words_stands_in_the_file_twice() -> None:
    names = re.findall(r"^([a-z_]+):", lexicon.FILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name, times in Counter(names).items() if times > 1] == []
