import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.text.language import EN, LANGUAGES, ZH_HANS, ZH_HANT, LanguageDetector, detect, from_locale
from tests.bot.nlu.awkward import AWKWARD


class TestDetect:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("我的订单到哪里了", ZH_HANS),
            ("我的訂單到哪裡了", ZH_HANT),
            ("請問點數怎麼換", ZH_HANT),
            ("件貨去咗邊呀", ZH_HANT),
            ("ㄅㄆㄇ", ZH_HANT),
            ("where is my order", EN),
            ("wheres my parsel", EN),
            ("帮我查下order SF1029384756的status", ZH_HANS),
            ("how do i redeem the 保温杯", EN),
            ("訂單幾時到呀 thx", ZH_HANT),
        ],
    )
    def test_a_telling_text_decides_by_itself(self, text, language):
        assert detect(text) == language
        for hint in LANGUAGES:
            assert detect(text, hint) == language

    @pytest.mark.parametrize("text", ["ok", "1220", "👍", "20251214-0037", "hi", "lily.chen@163.com", "VIP?", ""])
    @pytest.mark.parametrize("hint", LANGUAGES)
    def test_a_text_that_fits_several_keeps_the_conversation(self, text, hint):
        assert detect(text, hint) == hint

    @pytest.mark.parametrize(
        "text",
        [
            "SOS",
            "TD",
            "Galaxy S24 Ultra",
            "chenyu@@mailbox",
            "qweqwrr",
            "New Balance",
            "Marie Dubois",
            "안녕",
            "OK OK thx",
        ],
    )
    @pytest.mark.parametrize("hint", [ZH_HANS, ZH_HANT])
    def test_names_keys_and_codes_do_not_turn_a_chinese_conversation_english(self, text, hint):
        assert detect(text, hint) == hint

    @pytest.mark.parametrize("text", ["refund", "unsubscribe", "how much is it", "don’t ring", "the Galaxy is broken"])
    def test_english_words_do(self, text):
        assert detect(text, ZH_HANT) == EN

    @pytest.mark.parametrize("text", ["배송 언제 와요", "注文をキャンセルしたい", "где посылка"])
    def test_a_script_of_no_language_of_ours_is_best_answered_in_english(self, text):
        assert detect(text) == EN

    @pytest.mark.parametrize("hint", [ZH_HANS, ZH_HANT])
    def test_characters_of_both_scripts_keep_the_script(self, hint):
        assert detect("好的", hint) == hint
        assert detect("我要退", hint) == hint

    def test_a_chinese_sentence_in_an_english_conversation_is_chinese(self):
        assert detect("明天上午可以", EN) == ZH_HANS

    def test_an_unknown_hint_is_no_hint(self):
        assert detect("ok", "fr") == EN

    @pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
    def test_there_is_always_an_answer(self, text):
        assert detect(text) in LANGUAGES


class TestFromLocale:
    @pytest.mark.parametrize(
        ("locale", "language"),
        [
            ("zh-TW", ZH_HANT),
            ("zh_HK", ZH_HANT),
            ("zh-Hant-MO", ZH_HANT),
            ("zh-CN", ZH_HANS),
            ("zh", ZH_HANS),
            ("zh-Hans-HK", ZH_HANS),
            ("en-GB", EN),
            ("fr", None),
            (None, None),
            (7, None),
        ],
    )
    def test_locale(self, locale, language):
        assert from_locale(locale) == language


class TestLanguageDetector:
    def test_language_stands_in_the_parse_result_and_follows_the_channel(self):
        said = Message({"text": "ok", "metadata": {"language": "zh-Hant", "locale": "en-US"}})
        LanguageDetector().process([said])
        assert said.as_dict(only_output_properties=True)["language"] == "zh-Hant"

    def test_the_locale_serves_before_anything_was_said(self):
        said = Message({"text": "👍", "metadata": {"language": None, "locale": "en-US"}})
        LanguageDetector().process([said])
        assert said.get("language") == "en"
