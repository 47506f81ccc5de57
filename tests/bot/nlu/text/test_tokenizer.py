import itertools

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.text.normalizer import normalize
from bot.nlu.text.tokenizer import MixedScriptTokenizer, domain_words
from tests.bot.nlu.awkward import AWKWARD


@pytest.fixture(scope="module")
def tokenizer():
    return MixedScriptTokenizer(MixedScriptTokenizer.get_default_config())


def tokens(tokenizer, text):
    return tokenizer.tokenize(Message({"text": text}), "text")


class TestTokenize:
    def test_no_token_is_white_space(self, tokenizer):
        # RasaHQ/rasa issue 7910
        found = tokens(tokenizer, "我的 order  到哪 了 ?")
        assert all(token.text.strip() for token in found)
        assert "order" in [token.text for token in found]

    def test_the_domains_words_stay_whole(self, tokenizer):
        assert "白金会员" in [token.text for token in tokens(tokenizer, "怎么升白金会员")]
        assert "折价券" in [token.text for token in tokens(tokenizer, "折價券怎麼用")]

    def test_offsets_point_into_the_original(self, tokenizer):
        text = "換　５００積分 for保溫瓶"
        for token in tokens(tokenizer, text):
            assert normalize(text[token.start : token.end]).text == token.text

    @pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
    def test_tokens_never_overlap_and_cover_all_but_space(self, tokenizer, text):
        found = tokens(tokenizer, text)
        for left, right in itertools.pairwise(found):
            assert left.end <= right.start or left.end - left.start == right.end - right.start
        assert "".join(token.text for token in found) == normalize(text).text.replace(" ", "")


class TestDomainWords:
    def test_comments_and_blank_lines_are_skipped_and_words_simplified(self, tmp_path):
        (tmp_path / "a.txt").write_text("# words\n\n門市 # shops\n", encoding="utf-8")
        assert domain_words(str(tmp_path)) == ["门市"]

    def test_a_missing_folder_gives_no_words(self, tmp_path):
        assert domain_words(str(tmp_path / "none")) == []
