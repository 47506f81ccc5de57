import pytest

from bot.nlu.text.normalizer import normalize, to_simplified
from tests.bot.nlu.awkward import AWKWARD


class TestNormalize:
    def test_full_width_and_traditional_become_half_width_and_simplified(self):
        assert normalize("我要用５００積分換ｖｏｕｃｈｅｒ！").text == "我要用500积分换voucher!"

    def test_repeated_characters_are_squeezed_but_digits_are_not(self):
        assert normalize("急急急急急").text == "急急"
        assert normalize("soooooo slow!!!!!!").text == "soo slow!"
        assert normalize("20001111").text == "20001111"

    def test_control_and_invisible_characters_are_dropped(self):
        assert normalize("\x00退\u200b货\ufeff\x07").text == "退货"

    def test_white_space_of_all_kinds_becomes_one_space_and_none_at_the_ends(self):
        assert normalize("  where\u3000\u00a0is\n\nit ").text == "where is it"

    def test_the_original_is_kept(self):
        assert normalize("積分！！").original == "積分！！"

    def test_a_span_points_to_what_the_customer_wrote(self):
        text = "\u200b我要退  保溫瓶！！！謝謝"
        known = normalize(text)
        start = known.text.index("保温瓶")
        first, last = known.to_original(start, start + 3)
        assert text[first:last] == "保溫瓶"

    def test_a_squeezed_run_is_covered_whole(self):
        known = normalize("ok!!!!!")
        assert known.to_original(2, 3) == (2, 7)

    def test_a_sign_is_covered_with_the_selector_of_its_form(self):
        known = normalize("好⭐\ufe0f⭐\ufe0f吧")
        assert known.text == "好⭐吧"
        assert known.to_original(1, 2) == (1, 5)

    def test_a_character_that_grows_maps_back_to_itself(self):
        known = normalize("5㎏米")
        assert known.text == "5kg米"
        assert known.to_original(1, 3) == (1, 2)

    def test_from_original_finds_the_same_range(self):
        text = "換　保溫瓶"
        known = normalize(text)
        start, end = known.from_original(2, 5)
        assert known.text[start:end] == "保温瓶"

    def test_cantonese_becomes_written_chinese(self):
        assert normalize("點樣改，幾時先寄").text == "怎么改,什么时候才寄"

    def test_what_was_rewritten_points_to_what_the_customer_wrote(self):
        text = "佢哋話聽日先有 背囊"
        known = normalize(text)
        for written, said in (("他们", "佢哋"), ("明天", "聽日"), ("背囊", "背囊")):
            start = known.text.index(written)
            first, last = known.to_original(start, start + len(written))
            assert text[first:last] == said

    def test_a_word_that_grew_or_shrank_is_covered_whole(self):
        text = "問下幾時到，唔該晒"
        known = normalize(text)
        start = known.text.index("什么时候")
        assert known.to_original(start + 1, start + 3) == (2, 4)
        assert known.from_original(2, 4) == (start, start + 4)
        assert known.from_original(6, 9) == (known.text.index("谢谢"), len(known.text))

    def test_a_range_of_which_nothing_survived_is_empty(self):
        known = normalize("\u200b\u200b")
        assert known.from_original(0, 2) == (0, 0)

    @pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
    def test_offsets_always_rise_and_stay_within_the_text(self, text):
        known = normalize(text)
        assert len(known.text) == len(known.starts) == len(known.ends)
        assert all(0 <= start < end <= len(text) for start, end in zip(known.starts, known.ends, strict=False))
        assert list(known.starts) == sorted(known.starts)
        assert list(known.ends) == sorted(known.ends)

    @pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
    def test_normalising_twice_changes_nothing_more(self, text):
        once = normalize(text).text
        assert normalize(once).text == once

    def test_the_result_can_always_be_encoded(self):
        normalize(AWKWARD["lone surrogate"]).text.encode("utf-8")


class TestToSimplified:
    def test_phrases_follow_their_own_rule(self):
        assert to_simplified("乾燥") == "干燥"
        assert to_simplified("乾隆") == "乾隆"

    def test_length_never_changes(self):
        for text in ("訂單編號", "髮夾與頭髮", "滑鼠墊", "什麼時候出貨", "plain"):
            assert len(to_simplified(text)) == len(text)
