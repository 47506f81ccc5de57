"""The changes inside Rasa leave its results as they are: each is held against Rasa's own code in real conversations."""

import importlib.util
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import rasa.shared.core.domain
import rasa.shared.core.trackers
from rasa.core.actions.forms import FormAction
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu.rasa import lean
from tests.bot.nlu.shop import Shop

CONVERSATION = [
    *("hello there", "how many points do I have", "brumm", "brumm", "thank you"),
    *("I have to complain", "hello there", "brumm", "20260110-0044", "no", "how many points do I have", "Cups broken"),
    *(
        "opening hours please",
        "weather on Mars",
        "I have to complain about 20260110-0044",
        "Cups broken again",
        "thanks",
    ),
] * 4


def unchanged_module(module: Any) -> Any:
    """The module as Rasa ships it, loaded once more beside the one in use."""
    spec = importlib.util.spec_from_file_location(f"unchanged_{module.__name__.rpartition('.')[2]}", module.__file__)
    assert spec is not None
    assert spec.loader is not None
    copy = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = copy
    spec.loader.exec_module(copy)
    return copy


@pytest.fixture(scope="module")
def unchanged() -> Iterator[Any]:
    trackers = unchanged_module(rasa.shared.core.trackers)
    yield trackers.DialogueStateTracker
    del sys.modules[trackers.__name__]


async def test_events_and_states_are_those_of_rasa(shop: Shop, unchanged: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stock_states = unchanged_module(rasa.shared.core.domain).Domain.states_for_tracker_history
    lean_states, lean_applied, lean_copy = (
        lean.states_for_tracker_history,
        lean.applied_events,
        lean.copy_of_tracker,
    )
    compared = {"states": 0, "applied": 0, "copies": 0}

    def states(self: Domain, tracker: Any, omit_unset_slots: bool = False, *rest: Any, **more: Any) -> Any:
        for omit in (False, True):
            for ignore in (False, True):
                rules = {"rule_only_slots": ["order_number"], "rule_only_loops": ["complaint_form"]}
                asked = (tracker, omit, ignore, rules)
                assert lean_states(self, *asked) == stock_states(self, *asked)
                compared["states"] += 1
        return lean_states(self, tracker, omit_unset_slots, *rest, **more)

    def applied(self: DialogueStateTracker) -> Any:
        events = lean_applied(self)
        assert [id(event) for event in events] == [id(event) for event in unchanged.applied_events(self)]
        compared["applied"] += 1
        return events

    def copied(self: DialogueStateTracker) -> Any:
        twin, replayed = lean_copy(self), self.travel_back_in_time(float("inf"))
        ours, theirs = twin.current_state(), replayed.current_state()
        # A follow-up that the processor has already taken up is gone from the live tracker, and no action looks at it.
        ours.pop("followup_action"), theirs.pop("followup_action")
        assert ours == theirs
        assert list(twin.events) == list(replayed.events)
        compared["copies"] += 1
        return twin

    monkeypatch.setattr(Domain, "states_for_tracker_history", states)
    monkeypatch.setattr(DialogueStateTracker, "applied_events", applied)
    monkeypatch.setattr(DialogueStateTracker, "copy", copied)
    for text in CONVERSATION:
        await shop.say(text)
    assert min(compared.values()) > 100
    assert compared["applied"] > 1000


async def test_a_copy_is_its_own(shop: Shop) -> None:
    await shop.said("hello there", "I have to complain")
    tracker = await shop.store.retrieve("a")
    assert tracker is not None
    before = (tracker.current_slot_values(), len(tracker.events), tracker.active_loop_name)
    twin = tracker.copy()
    twin._set_slot("order_number", "changed")
    twin.events.pop()
    twin.interrupt_loop(True)
    assert (tracker.current_slot_values(), len(tracker.events), tracker.active_loop_name) == before
    assert not tracker.is_active_loop_interrupted


async def test_a_form_looks_ahead_as_rasa_does(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []

    def temporary(self: FormAction, tracker: DialogueStateTracker, events: list[Event], domain: Domain) -> Any:
        ours = lean.temporary_tracker(self, tracker, events, domain)
        theirs = lean._stock_temporary_tracker(self, tracker, events, domain)
        states = ours.current_state(), theirs.current_state()
        for state in states:
            # When an event was made is told by the clock.
            state.pop("latest_event_time"), state.pop("followup_action")
        assert states[0] == states[1]
        assert list(ours.events) == list(theirs.events)
        compared.append(events)
        return ours

    monkeypatch.setattr(FormAction, "_temporary_tracker", temporary)
    for text in CONVERSATION:
        await shop.say(text)
    assert len(compared) > 20
    assert max(map(len, compared)) > 1


async def test_the_graph_gives_what_dask_gives(shop: Shop) -> None:
    stock_run = unchanged_module(sys.modules["rasa.engine.runner.dask"]).DaskGraphRunner.run
    processor: Any = shop.agent.processor
    runner: DaskGraphRunner = processor.graph_runner
    tracker = await shop.store.create_tracker("b")
    from rasa.core.channels.channel import UserMessage
    from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER

    for text in ("hello there", "20260110-0044 please", "/greet"):
        inputs = {PLACEHOLDER_MESSAGE: [UserMessage(text, message_id="1")], PLACEHOLDER_TRACKER: tracker}
        target = processor.model_metadata.nlu_target
        ours, theirs = runner.run(inputs, [target]), stock_run(runner, inputs, [target])
        assert ours[target][0].as_dict(True) == theirs[target][0].as_dict(True)
