import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.sentiment.analyzer import SentimentAnalyzer
from bot.nlu.sentiment.hf_model import HuggingFaceSentiment, UnknownLabels
from bot.nlu.sentiment.mood import LABELS
from tests.bot.nlu.tiny_models import as_published_from_torch, save_classifier


class TestHuggingFaceSentiment:
    def test_one_line_in_the_config_puts_it_in_place(self, tmp_path):
        folder = save_classifier(tmp_path, ["negative", "neutral", "positive"])
        said = Message({"text": "包裹坏了！！！"})
        SentimentAnalyzer({"model": f"hf:{folder}"}).process([said])
        assert said.get("sentiment")["label"] in LABELS
        assert 0 <= said.get("sentiment")["anger"] <= 1

    def test_weights_saved_by_torch_as_safetensors_are_read(self, tmp_path):
        folder = save_classifier(tmp_path, ["negative", "neutral", "positive"])
        texts = ["包裹坏了", "好", ""]
        before = HuggingFaceSentiment(folder).read(texts)
        after = HuggingFaceSentiment(as_published_from_torch(folder)).read(texts)
        assert [found.label for found in after] == [found.label for found in before]
        assert [found.confidence for found in after] == pytest.approx([found.confidence for found in before], abs=1e-5)

    def test_stars_are_summed_into_moods(self, tmp_path):
        reader = HuggingFaceSentiment(save_classifier(tmp_path, ["1 star", "2 stars", "3 stars", "4 stars", "5 stars"]))
        moods = reader.read(["好", "坏", ""])
        assert len(moods) == 3
        # Untrained, every star has a fifth: two stars make a mood of two fifths.
        assert all(0.34 < found.confidence < 0.6 for found in moods)

    def test_two_unnamed_labels_are_bad_and_good(self, tmp_path):
        reader = HuggingFaceSentiment(save_classifier(tmp_path, ["LABEL_0", "LABEL_1"]))
        assert reader.read(["好"])[0].label in {"negative", "positive"}

    def test_a_label_for_anger_is_used(self, tmp_path):
        reader = HuggingFaceSentiment(save_classifier(tmp_path, ["anger", "neutral", "positive"]))
        found = reader.read(["坏坏坏"])[0]
        assert 0.2 < found.anger < 0.5

    def test_labels_that_say_nothing_are_named(self, tmp_path):
        with pytest.raises(UnknownLabels) as caught:
            HuggingFaceSentiment(save_classifier(tmp_path, ["sports", "politics"]))
        assert caught.value.labels == ["sports", "politics"]
