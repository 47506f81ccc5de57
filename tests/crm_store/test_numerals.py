"""Whole numbers, however they are typed."""

import pytest

from bot.nlu.text import numerals as in_rasa
from crm_store.numerals import from_chinese, in_digits, numbers, value, western_digits

SIMPLIFIED = [
    ("十", 10),
    ("十二", 12),
    ("二十", 20),
    ("八十一", 81),
    ("两百", 200),
    ("一百零五", 105),
    ("一千五", 1500),
    ("一千零五", 1005),
    ("三万", 30_000),
    ("一万二", 12_000),
    ("一二三", 123),
    ("二〇〇八", 2008),
    ("壹佰贰拾", 120),
]
"""What Rasa's interpreter, which has a reader of its own, must read alike."""


class TestChinese:
    @pytest.mark.parametrize(("numeral", "worth"), SIMPLIFIED)
    def test_the_app_and_rasa_read_alike(self, numeral: str, worth: int) -> None:
        assert from_chinese(numeral) == in_rasa.from_chinese(numeral) == worth

    @pytest.mark.parametrize(
        ("numeral", "worth"),
        [("兩百", 200), ("三萬", 30_000), ("貳仟", 2000), ("陸拾", 60), ("廿三", 23), ("卅", 30), ("一○三", 103)],
    )
    def test_the_traditional_script_and_short_forms(self, numeral: str, worth: int) -> None:
        assert from_chinese(numeral) == worth

    @pytest.mark.parametrize("words", ["", "积分", "三个", "12"])
    def test_words_are_no_numeral(self, words: str) -> None:
        assert from_chinese(words) is None


class TestAnyWriting:
    @pytest.mark.parametrize(("numeral", "worth"), [("12", 12), ("１２", 12), ("十二", 12), ("twelve", None)])
    def test_the_value(self, numeral: str, worth: int | None) -> None:
        assert value(numeral) == worth

    def test_digits_of_any_width_become_western_and_the_rest_stays(self) -> None:
        assert western_digits("訂單２０２５ no. 7，½ ²") == "訂單2025 no. 7，½ ²"

    def test_a_date_in_characters_is_one_in_digits(self) -> None:
        assert in_digits("一九九二年三月廿二") == "1992年3月22"


class TestNumbers:
    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ("50元", {50}),
            ("５０元", {50}),
            ("五十元", {50}),
            ("1,500 points", {1500}),
            ("１，５００分", {1500}),
            ("一千五", {1500}),
            ("两百块", {200}),
            ("兩百塊", {200}),
            ("3万积分", {30_000}),
            ("1.5萬", {15_000}),
            ("2千分和3件", {2000, 3}),
            ("万一没有", {1}),
            ("没有", set()),
        ],
    )
    def test_in_digits_and_characters(self, said: str, expected: set[int]) -> None:
        assert numbers(said) == expected
