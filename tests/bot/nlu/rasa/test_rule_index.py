"""RulePolicy with its rules filed predicts what Rasa's own predicts, in conversations and for states made by chance."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
import rasa.core.policies.rule_policy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe

from bot.nlu.rasa import rule_index
from bot.nlu.rasa.rule_index import RuleIndex
from tests.bot.nlu.rasa.test_lean import CONVERSATION, unchanged_module
from tests.bot.nlu.shop import Shop


@pytest.fixture(scope="module")
def stock_class() -> Iterator[type[RulePolicy]]:
    """RulePolicy as Rasa ships it; to load it once more registers it, which is undone."""
    registered = dict(DefaultV1Recipe._registered_components)
    yield unchanged_module(rasa.core.policies.rule_policy).RulePolicy
    DefaultV1Recipe._registered_components.clear()
    DefaultV1Recipe._registered_components.update(registered)


def stock_of(policy: RulePolicy, stock_class: type[RulePolicy]) -> RulePolicy:
    """The same policy with Rasa's own code."""
    twin = stock_class.__new__(stock_class)
    twin.__dict__.update(policy.__dict__)
    return twin


async def test_predicts_what_rasa_predicts(
    shop: Shop, stock_class: type[RulePolicy], monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = {"predictions": 0, "nothing": 0, "keys": 0}
    lean_predict = RulePolicy._predict

    def predict(self: RulePolicy, tracker: Any, domain: Any) -> Any:
        ours, source = lean_predict(self, tracker, domain)
        theirs, stock_source = stock_of(self, stock_class)._predict(tracker, domain)
        assert ours.probabilities == theirs.probabilities
        assert [type(event) for event in ours.events] == [type(event) for event in theirs.events]
        assert (ours.hide_rule_turn, ours.is_end_to_end_prediction) == (theirs.hide_rule_turn, False)
        assert source == stock_source
        compared["predictions"] += 1
        return ours, source

    def keys(self: RulePolicy, lookup: Any, states: Any) -> Any:
        found = rule_index.possible_keys(self, lookup, states)
        assert found == stock_of(self, stock_class)._get_possible_keys(lookup, states)
        compared["keys"] += 1
        compared["nothing"] += not found
        return found

    monkeypatch.setattr(RulePolicy, "_predict", predict)
    monkeypatch.setattr(RulePolicy, "_get_possible_keys", keys)
    for text in CONVERSATION:
        await shop.say(text)
    assert min(compared.values()) > 20


def some_state(chance: random.Random, wanted: bool) -> dict[str, Any]:
    """A state of few values, so that many fit each other; a rule's (`wanted`) may also forbid one, or list several."""
    values: list[Any] = ["a", "b", "c"]
    if wanted:
        values += ["should_not_be_set", None]
    state: dict[str, Any] = {}
    if chance.random() < 0.85:
        state["prev_action"] = {"action_name": chance.choice(values)} if chance.random() < 0.9 else {"action_text": "a"}
    if chance.random() < 0.8:
        state["user"] = {"intent": chance.choice(values)} if chance.random() < 0.8 else {"text": "a"}
    if chance.random() < 0.3:
        state["active_loop"] = {"name": chance.choice(values)}
    if chance.random() < 0.3:
        state["slots"] = {"s": chance.choice([[1.0, 0.0], "should_not_be_set"] if wanted else [(1.0, 0.0), (0.0,)])}
    return state


async def test_finds_the_rules_that_rasa_finds_whatever_the_states(shop: Shop, stock_class: type[RulePolicy]) -> None:
    policy: RulePolicy = next(
        node._component
        for name, node in shop.agent.processor.graph_runner._instantiated_nodes.items()  # type: ignore[union-attr]
        if "RulePolicy" in name
    )
    stock = stock_of(policy, stock_class)
    chance = random.Random(5)
    sizes = []
    for _ in range(60):
        rules = [[some_state(chance, wanted=True) for _ in range(chance.choice((1, 1, 2, 2, 3)))] for _ in range(40)]
        lookup = {json.dumps(rule, sort_keys=True): "b" for rule in rules}
        index = RuleIndex(lookup)
        for length in (0, 1, 1, 2, 3, 6):
            states = [some_state(chance, wanted=False) for _ in range(length)]
            found = index.applicable(policy, states)
            assert found == stock._get_possible_keys(lookup, states)
            sizes.append(len(found))
    assert {0, 1, 2, 3} <= set(sizes)


async def test_rules_about_words_are_looked_for_where_there_are_some() -> None:
    listen = {"action_name": "action_listen"}
    asks = json.dumps([{"prev_action": listen, "user": {"intent": "greet"}}])
    reads = json.dumps([{"prev_action": listen, "user": {"text": "hello"}}])
    always = json.dumps([{"prev_action": listen}])
    assert RuleIndex({asks: "x"}).needs_intents
    assert not RuleIndex({asks: "x", reads: "x"}).needs_intents
    assert not RuleIndex({always: "x"}).needs_intents


async def test_rules_that_come_later_are_seen(shop: Shop) -> None:
    policy = RulePolicy.__new__(RulePolicy)
    first = json.dumps([{"prev_action": {"action_name": "a"}, "user": {"intent": "b"}}])
    second = json.dumps([{"prev_action": {"action_name": "a"}}])
    lookup = {first: "x"}
    states = [{"prev_action": {"action_name": "a"}, "user": {"intent": "b"}}]
    assert rule_index.possible_keys(policy, lookup, states) == {first}
    lookup[second] = "x"
    assert rule_index.possible_keys(policy, lookup, states) == {first, second}
