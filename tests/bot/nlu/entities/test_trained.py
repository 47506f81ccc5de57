import pytest
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.entities import fitting
from bot.nlu.entities.sequence_features import PhraseList, features, units
from bot.nlu.entities.trained import TrainedEntityExtractor
from bot.nlu.intent.names import IntentNameExamples
from tests.bot.nlu.awkward import AWKWARD, VERY_LONG, scrambled

#: seconds; each text takes less than one, a pattern that runs away would take minutes
RUNAWAY = 60
TRAINING = """
version: "3.1"
nlu:
- intent: return_or_refund
  examples: |
    - 我要退[跑鞋](product)
    - 把[保温杯](product)退了
    - [耳机](product)想退掉
    - 退[面霜](product)，[太小了](reason)
    - 想退那个[保温杯](product)，[漏水](reason)
    - i want to return the [running shoes](product)
    - return my [backpack](product), it is [too small](reason)
    - the [headphones](product) are [broken](reason)
    - [尺码不合适](reason)
    - 我要退貨
- intent: inform
  examples: |
    - 叫我[小林](preferred_name)
    - 叫我[阿杰](preferred_name)就行
    - 可以叫我[小鱼](preferred_name)
    - call me [Sam](preferred_name)
    - just call me [Jo](preferred_name)
    - 你好
    - 订单到哪了
- lookup: product
  examples: |
    - 跑鞋
    - 保温杯
    - 空气炸锅
    - backpack
- synonym: size
  examples: |
    - 太小了
    - 尺码不合适
    - too small
- synonym: damaged
  examples: |
    - 漏水
"""


class Storage:
    """Stands for Rasa's model storage: one folder."""

    def __init__(self, folder):
        self._folder = folder

    def write_to(self, resource):
        return self

    read_from = write_to

    def __enter__(self):
        return self._folder

    def __exit__(self, *error):
        return False


@pytest.fixture(scope="module")
def extractor(tmp_path_factory):
    folder = tmp_path_factory.mktemp("entities")
    path = folder / "nlu.yml"
    path.write_text(TRAINING, encoding="utf-8")
    config, storage = TrainedEntityExtractor.get_default_config(), Storage(folder)
    TrainedEntityExtractor.create(config, storage, None, None).train(load_data(str(path)))
    return TrainedEntityExtractor.load(config, storage, None, None)


def found(extractor, text):
    said = Message({"text": text})
    extractor.process([said])
    for entity in said.get("entities", []):
        assert text[entity["start"] : entity["end"]] == entity["text"]
        assert 0 < entity["confidence_entity"] <= 1
    return [(entity["entity"], entity["text"], entity["value"]) for entity in said.get("entities", [])]


class TestExtraction:
    def test_a_product_of_the_lookup_table_is_found_in_a_new_sentence(self, extractor):
        assert ("product", "空气炸锅", "空气炸锅") in found(extractor, "帮我退空气炸锅")

    def test_the_other_script_is_found_and_kept_as_written(self, extractor):
        assert ("product", "保溫杯", "保溫杯") in found(extractor, "把保溫杯退了")

    def test_a_reason_gets_its_value_in_either_script(self, extractor):
        assert ("reason", "漏水", "damaged") in found(extractor, "想退那個保溫杯，漏水")
        assert ("reason", "too small", "size") in found(extractor, "return my backpack, it is too small")

    def test_a_name_is_found(self, extractor):
        assert ("preferred_name", "小美", "小美") in found(extractor, "叫我小美就行")

    def test_a_listed_product_counts_in_a_sentence_unlike_any_other(self, extractor):
        assert found(extractor, "炸鸡翅用空气炸锅真香") == [("product", "空气炸锅", "空气炸锅")]

    def test_a_greeting_holds_nothing(self, extractor):
        assert found(extractor, "你好") == []

    @pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
    def test_awkward_input(self, extractor, text):
        found(extractor, text)

    @pytest.mark.timeout(RUNAWAY)
    @pytest.mark.parametrize("text", VERY_LONG.values(), ids=VERY_LONG.keys())
    def test_ten_thousand_characters(self, extractor, text):
        found(extractor, text)

    @pytest.mark.timeout(RUNAWAY)
    def test_a_product_in_a_very_long_text_is_found_where_it_stands(self, extractor):
        said = "帮我退空气炸锅。" + VERY_LONG["letters in turn"]
        assert ("product", "空气炸锅", "空气炸锅") in found(extractor, said)

    @pytest.mark.timeout(RUNAWAY)
    def test_scraps_of_everything(self, extractor):
        for text in scrambled():
            found(extractor, text)

    def test_a_payload_is_left_alone(self, extractor):
        assert found(extractor, '/inform{"product": "跑鞋"}') == []

    def test_without_annotations_nothing_is_trained_and_nothing_found(self, tmp_path):
        path = tmp_path / "nlu.yml"
        path.write_text('version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - 你好\n', encoding="utf-8")
        config = TrainedEntityExtractor.get_default_config()
        part = TrainedEntityExtractor.create(config, Storage(tmp_path), None, None)
        part.train(load_data(str(path)))
        assert found(part, "跑鞋") == []


class TestPhraseList:
    def test_the_longest_phrase_counts_and_plurals_are_one(self):
        phrases = PhraseList({"product": ["running shoe", "shoe"]})
        assert phrases.tags(units("my running shoes")) == [[], ["B-product"], ["I-product"]]

    def test_shorts_are_not_what_is_short(self):
        assert PhraseList({"product": ["shorts"]}).tags(units("80 points short")) == [[], [], []]

    def test_places_of_one_kind(self):
        phrases = PhraseList({"product": ["保温杯", "杯"], "reason": ["漏水"]})
        assert phrases.occurrences("product", units("保温杯漏水，换个杯")) == [(0, 2), (8, 8)]
        assert phrases.occurrences("tier", units("金卡")) == []

    def test_it_survives_saving(self):
        phrases = PhraseList({"product": ["保溫杯", "tote bag"]})
        loaded = PhraseList.from_json(phrases.to_json())
        assert loaded.tags(units("保温杯 tote bags")) == phrases.tags(units("保温杯 tote bags"))
        assert loaded.tags(units("保温杯"))[0] == ["B-product"]


class TestFeatures:
    def test_what_follows_a_cue_for_a_name_knows_it(self):
        sequence, rows = features("以后叫我小林，谢谢", PhraseList({}), "nlu_data/words")
        assert [unit.text for unit, row in zip(sequence, rows, strict=True) if "name" in row] == ["小", "林"]

    @pytest.mark.parametrize("text", ["我的order到哪", "", "a", "保温杯!"])
    def test_one_row_for_each_unit(self, text):
        sequence, rows = features(text, PhraseList({}), "nlu_data/words")
        assert len(sequence) == len(rows)
        assert all(row for row in rows)


def test_the_model_begun_beside_the_intents_is_the_one_that_is_taken(tmp_path, monkeypatch):
    path = tmp_path / "nlu.yml"
    path.write_text(TRAINING, encoding="utf-8")
    config, data = TrainedEntityExtractor.get_default_config(), load_data(str(path))
    TrainedEntityExtractor.begin({"name": "given by config.yml"}, data)
    monkeypatch.setattr(fitting, "_fit", lambda *_: pytest.fail("fitted a second time"))
    with_names = IntentNameExamples().process_training_data(data)
    TrainedEntityExtractor.create(config, Storage(tmp_path), None, None).train(with_names)
    taken = TrainedEntityExtractor.load(config, Storage(tmp_path), None, None)
    assert found(taken, "我要退跑鞋") == [("product", "跑鞋", "跑鞋")]
