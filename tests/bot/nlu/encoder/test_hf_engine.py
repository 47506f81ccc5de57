import json

import numpy as np
import pytest

from bot.nlu.encoder.engines import engine_for, prepare
from bot.nlu.encoder.hf_engine import HuggingFaceEngine, load_model
from bot.nlu.text.normalizer import normalize
from tests.bot.nlu.awkward import AWKWARD
from tests.bot.nlu.tiny_models import save_encoder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_encoder(tmp_path_factory.mktemp("tiny-encoder"))


class TestHuggingFaceEngine:
    def test_it_is_named_in_the_config_like_any_encoder(self, folder):
        engine = engine_for(f"hf:{folder}")
        assert engine.dimension == 16
        assert np.linalg.norm(engine.encode(["退货", "abc"]), axis=1) == pytest.approx([1.0, 1.0], abs=1e-4)

    def test_padding_does_not_move_a_vector(self, folder):
        engine = HuggingFaceEngine(folder)
        texts = ["积分", "a long one " * 12, "退货包裹"]
        apart = np.concatenate([engine.encode([text]) for text in texts])
        assert np.allclose(engine.encode(texts), apart, atol=1e-4)

    def test_prefix_and_pooling_come_from_the_folder(self, tmp_path):
        folder = save_encoder(tmp_path)
        plain = HuggingFaceEngine(folder)
        (tmp_path / "huike.json").write_text(json.dumps({"prefix": "query: ", "pooling": "cls"}))
        told = HuggingFaceEngine(folder)
        assert told.identity != plain.identity
        assert not np.allclose(told.encode(["abc"]), plain.encode(["abc"]), atol=1e-3)

    def test_the_pooling_may_be_noted_as_sentence_transformers_does(self, tmp_path):
        folder = save_encoder(tmp_path)
        plain = HuggingFaceEngine(folder)
        (tmp_path / "1_Pooling").mkdir()
        (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
        noted = HuggingFaceEngine(folder)
        assert noted.identity != plain.identity
        (tmp_path / "huike.json").write_text(json.dumps({"pooling": "cls"}))
        assert np.allclose(noted.encode(["abc"]), HuggingFaceEngine(folder).encode(["abc"]), atol=1e-6)

    def test_a_text_longer_than_the_model_is_cut(self, folder):
        # The tiny model has 160 positions.
        long, longer = HuggingFaceEngine(folder).encode(["退货 " * 200, "退货 " * 300])
        assert np.allclose(long, longer, atol=1e-4)

    @pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
    def test_awkward_input(self, folder, text):
        assert np.isfinite(engine_for(f"hf:{folder}").encode([prepare(normalize(text).text)])).all()


class TestLoadModel:
    class Recorder:
        """Stands for a model class of transformers: says how it was asked to read."""

        @staticmethod
        def from_pretrained(name, *, from_pt):
            return from_pt

    @pytest.mark.parametrize(
        ("files", "needs_torch"),
        [
            (["pytorch_model.bin"], True),
            (["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"], True),
            (["model.safetensors"], False),
            (["model.safetensors", "pytorch_model.bin"], False),
            (["model-00001-of-00002.safetensors", "pytorch_model.bin"], False),
            (["tf_model.h5", "pytorch_model.bin"], False),
            ([], False),
        ],
    )
    def test_torch_is_asked_for_only_where_nothing_else_reads_the_weights(self, tmp_path, files, needs_torch):
        for file in files:
            (tmp_path / file).touch()
        assert load_model(self.Recorder, str(tmp_path)) is needs_torch

    def test_a_name_on_the_hub_is_left_to_the_hub(self):
        assert load_model(self.Recorder, "somebody/some-model") is False
