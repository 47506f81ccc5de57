"""One form for all scripts."""

import pytest

from crm_store.text import clean, clean_all, match_score, normalise, terms


class TestClean:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("一\x00二", "一二"),
            ("a\ud800b", "a\ufffdb"),
            ("\ud83d\ude00 ok", "😀 ok"),
            ("\x1b[31mred\x07\x7f\x85", "[31mred"),
            ("one\r\ntwo\rthree\tfour\n", "one\ntwo\nthree\tfour\n"),
            ("\x01" * 4000, ""),
            ("尋常文字，plain words 👨‍👩‍👧", "尋常文字，plain words 👨‍👩‍👧"),
        ],
    )
    def test_nothing_stays_that_a_database_refuses(self, given: str, kept: str) -> None:
        assert clean(given) == kept
        kept.encode()

    def test_every_text_of_a_json_value(self) -> None:
        given = {"na\x00me": ["a\x00", {"b": "\x01c"}], "size": 3, "none": None, "yes": True}
        assert clean_all(given) == {"name": ["a", {"b": "c"}], "size": 3, "none": None, "yes": True}


class TestNormalise:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("優惠券", "优惠券"),
            ("琺瑯鍋", "珐琅锅"),
            ("ＡＢＣ　１２３", "abc 123"),
            ("退货，怎么弄？？", "退货 怎么弄"),
            ("  Return\tPolicy!! ", "return policy"),
        ],
    )
    def test_spellings_meet(self, one: str, other: str) -> None:
        assert normalise(one) == normalise(other)


class TestTerms:
    def test_plural_and_pairs(self) -> None:
        assert terms("running shoes 跑步鞋") == {"running", "shoe", "跑步", "步鞋"}


class TestMatchScore:
    def test_the_nearer_scores_higher(self) -> None:
        near = match_score("手冲咖啡壶", ["手冲咖啡套装"])
        far = match_score("手冲咖啡壶", ["咖啡豆"])
        assert near > far > match_score("手冲咖啡壶", ["跑鞋"]) == 0
