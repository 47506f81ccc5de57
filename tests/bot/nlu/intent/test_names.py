from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.intent.names import IntentNameExamples
from bot.nlu.text.words import in_words


def example(text, intent):
    return Message({"text": text, "intent": intent})


def names_added(*examples):
    component = IntentNameExamples.create({}, None, None, None)
    before = TrainingData([example(*pair) for pair in examples], entity_synonyms={"单": "订单"})
    after = component.process_training_data(before)
    assert after.entity_synonyms == {"单": "订单"}
    return [(m.get("text"), m.get("intent")) for m in after.intent_examples][len(examples) :]


def test_each_intent_gets_its_name_in_words_as_one_more_example():
    assert names_added(("几点关门", "ask_faq"), ("开门了吗", "ask_faq"), ("hi", "greet")) == [
        ("ask faq", "ask_faq"),
        ("greet", "greet"),
    ]


def test_a_name_that_is_an_example_already_is_not_added_again():
    assert names_added(("help", "help")) == []


def test_a_name_without_words_adds_nothing():
    assert names_added(("what", "?!")) == []


def test_punctuation_between_words_become_spaces():
    assert in_words("Refund_not_showing_up?") == "refund not showing up"


def test_a_message_passes_unchanged():
    message = Message({"text": "你好"})
    assert IntentNameExamples.create({}, None, None, None).process([message]) == [message]
