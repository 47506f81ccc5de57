import csv
from pathlib import Path

import numpy as np
import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.sentiment.analyzer import WEIGHTS, LinearSentiment, SentimentAnalyzer, StaleWeights, reader_for
from bot.nlu.sentiment.features import HASHED_SIZE, SURFACE_SIZE, hashed, surface
from bot.nlu.sentiment.mood import LABELS
from tests.bot.nlu.awkward import AWKWARD

OWN = Path("nlu_data/sentiment")


@pytest.fixture(scope="module")
def reader():
    return reader_for("own")


def mood(reader, text):
    return reader.read([text])[0]


class TestAnger:
    @pytest.mark.parametrize(
        "text",
        [
            "你們到底在搞什麼 說好昨天到 今天還沒影 我要投訴！！！",
            "where the hell is my parcel, this is ridiculous!!!",
            "太气人了！！你们这群骗子，马上退钱！",
            "worst service ever, you are a bunch of liars!!",
            "離譜到爆，叫你們主管出來講！！！",
        ],
    )
    def test_fury_is_seen(self, reader, text):
        found = mood(reader, text)
        assert found.label == "negative"
        assert found.anger >= 0.8

    @pytest.mark.parametrize(
        "text",
        [
            "我的包裹还没到",
            "my parcel is a little late",
            "東西還沒收到耶",
            "尺码有点大，想换一双",
            "退款还没到账",
            "谢谢！！",
            "ok!!!",
            "有人吗？？？",
            "I WOULD LIKE TO RETURN THE SHOES",
            "太好了！！！",
        ],
    )
    def test_calm_is_left_alone(self, reader, text):
        assert mood(reader, text).anger < 0.4

    def test_it_grows_with_the_words(self, reader):
        mild, harsh, furious = reader.read(
            ["等了五天了，有点慢", "等了五天还不发货，太过分了", "等了五天！！骗子！！马上退钱！！！"]
        )
        assert mild.anger < harsh.anger < furious.anger


class TestLabel:
    @pytest.mark.parametrize(
        "text",
        [
            "请问运费怎么算",
            "我有几张券可以用",
            "這個可以分期嗎",
            "幾點關門",
            "when does my voucher expire",
            "do you have this in blue",
            "退货地址是哪里",
            "怎么换货",
            "my order number is 20251214-0037",
            "我想改一下收货时间",
            "點樣可以退貨",
            "can i cancel it",
        ],
    )
    def test_a_plain_question_is_neutral(self, reader, text):
        assert mood(reader, text).label == "neutral"

    @pytest.mark.parametrize(
        "text", ["质量很好，很喜欢", "客服超有耐心，給五星", "absolutely love it, thank you!", "物流给力，必须好评"]
    )
    def test_praise_is_positive(self, reader, text):
        assert mood(reader, text).label == "positive"

    @pytest.mark.parametrize(
        "text", ["质量太差了，用一次就坏", "客服態度很糟", "very disappointed with the quality", "一股怪味，不会再买了"]
    )
    def test_disappointment_is_negative(self, reader, text):
        assert mood(reader, text).label == "negative"

    @pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
    def test_awkward_input(self, reader, text):
        found = mood(reader, text)
        assert found.label in LABELS
        assert 0 <= found.anger <= 1
        assert 1 / 3 <= found.confidence <= 1


class TestWeights:
    def test_the_file_is_small_and_says_where_it_comes_from(self):
        assert WEIGHTS.stat().st_size < 4_000_000
        with np.load(WEIGHTS, allow_pickle=False) as stored:
            header = str(stored["header"])
        assert "benchmarks/train_sentiment.py" in header
        assert "nlu_data/sentiment" in header

    def test_weights_of_another_encoder_are_refused(self, tmp_path):
        with np.load(WEIGHTS, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        arrays["encoders"] = np.array(["another-encoder"])
        np.savez(tmp_path / "other.npz", **arrays)
        with pytest.raises(StaleWeights) as caught:
            LinearSentiment.load(tmp_path / "other.npz")
        assert caught.value.learned_on == "another-encoder"

    def test_own_messages_are_many_in_each_script(self):
        rows = []
        for script in ("zh-Hans", "zh-Hant", "en"):
            with (OWN / f"{script}.csv").open(encoding="utf-8", newline="") as file:
                found = list(csv.DictReader(file))
            assert len(found) >= 200
            rows += found
        assert sum(row["sentiment"] == "neutral" for row in rows) >= 400
        assert sum(row["sentiment"] == "negative" for row in rows) >= 250
        assert all(0 <= float(row["anger"]) <= 1 for row in rows)


class TestFeatures:
    def test_shapes(self):
        assert surface("真的很生气！！！").shape == (SURFACE_SIZE,)
        assert hashed(["abc", ""]).shape == (2, HASHED_SIZE)

    def test_full_width_punctuation_counts_as_punctuation(self):
        assert np.array_equal(surface("ok!!"), surface("ok！！"))


class TestComponent:
    def test_the_parse_result_holds_it(self):
        said = Message({"text": "谢谢你们"})
        SentimentAnalyzer(SentimentAnalyzer.get_default_config()).process([said])
        found = said.as_dict(only_output_properties=True)["sentiment"]
        assert set(found) == {"label", "confidence", "anger"}
        assert found["label"] == "positive"

    @pytest.mark.parametrize("text", ["", "/affirm", '/inform{"score": 1}', "\u200b"])
    def test_buttons_and_empty_messages_have_no_mood(self, text):
        said = Message({"text": text})
        SentimentAnalyzer(SentimentAnalyzer.get_default_config()).process([said])
        assert said.get("sentiment") == {"label": "neutral", "confidence": 1.0, "anger": 0.0}

    def test_a_list_is_read_as_each_alone(self):
        analyzer = SentimentAnalyzer(SentimentAnalyzer.get_default_config())
        texts = ["/greet", "你们太过分了,我要投诉!", "", "thank you so much", "几点关门"]
        together = analyzer.process([Message({"text": text}) for text in texts])
        for message, text in zip(together, texts, strict=True):
            (alone,) = analyzer.process([Message({"text": text})])
            assert message.get("sentiment")["label"] == alone.get("sentiment")["label"]
            assert message.get("sentiment")["anger"] == pytest.approx(alone.get("sentiment")["anger"], abs=2e-4)
        assert [message.get("sentiment")["label"] for message in together] == [
            *("neutral", "negative", "neutral", "positive", "neutral")
        ]

    def test_an_unknown_model_is_refused(self):
        with pytest.raises(ValueError, match="bert"):
            SentimentAnalyzer({"model": "bert"})
