"""What is changed inside Rasa 3.6.21, each change with its reason and its measured gain. Applied by the tracker store.

Figures are processor time of one turn, the average over a mix of chat, a custom action and a form. None of the changes
alters what Rasa does: they leave out work whose result nobody reads, or keep a result instead of making it again.
"""

import dataclasses
import operator
import types
from collections import deque
from itertools import islice
from typing import Any, NamedTuple

import rasa.core.actions.action
import rasa.core.actions.forms
import rasa.core.nlg.interpolator
import rasa.core.policies.memoization
import rasa.core.policies.rule_policy
import rasa.core.processor
import rasa.shared.core.trackers
import threadpoolctl
from rasa.core.actions.forms import FormAction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.constants import PREVIOUS_ACTION, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.nlu.rasa import action_client, parsing, rule_index

_stock_is_empty = Domain.is_empty
_stock_states = Domain.states_for_tracker_history
_stock_temporary_tracker = FormAction._temporary_tracker
_stock_default_actions = rasa.core.actions.action.default_actions

_default_actions: list[tuple[EndpointConfig | None, list[Any]]] = []


def apply() -> None:
    """Put the changes into place; to do so again changes nothing."""
    # NumPy's second thread waits actively between the classifier's short products: 1.5 ms.
    threadpoolctl.threadpool_limits(1, user_api="blas")
    action_client.install()
    DialogueStateTracker.copy = copy_of_tracker
    DialogueStateTracker.applied_events = applied_events
    Domain.states_for_tracker_history = states_for_tracker_history
    Domain.is_empty = is_empty
    DaskGraphRunner.run = run_graph
    MessageProcessor.parse_message = parsing.parse_message
    RulePolicy._get_possible_keys = rule_index.possible_keys
    RulePolicy._find_action_from_rules = rule_index.find_action_from_rules
    rasa.core.actions.action.default_actions = default_actions
    FormAction._temporary_tracker = temporary_tracker
    rasa.shared.core.trackers.copy = types.SimpleNamespace(copy=_copy_of_slot)  # type: ignore[attr-defined]
    for module in _MODULES_THAT_COPY_FOR_LOGS:
        module.copy = types.SimpleNamespace(deepcopy=lambda value: value)  # type: ignore[attr-defined]


_MODULES_THAT_COPY_FOR_LOGS = (
    rasa.core.processor,
    rasa.core.actions.forms,
    rasa.core.nlg.interpolator,
    rasa.core.policies.memoization,
    rasa.core.policies.rule_policy,
)
"""Each uses `copy` only to hand deep copies of events, states and slots to debug lines, off or on: 0.8 ms."""


def copy_of_tracker(self: DialogueStateTracker) -> DialogueStateTracker:
    """Copy the state: 0.5 ms. Rasa copies the tracker before each action by replaying all its events."""
    twin = DialogueStateTracker.__new__(DialogueStateTracker)
    twin.__dict__.update(self.__dict__)
    twin.events = deque(self.events, self._max_event_history)
    if type(self.slots) is dict:
        twin.slots = {name: _copy_of_slot(slot) for name, slot in self.slots.items()}
    else:
        twin.slots = type(self.slots)((name, _copy_of_slot(slot)) for name, slot in self.slots.items())
    if self.active_loop is not None:
        twin.active_loop = dataclasses.replace(self.active_loop)
    for kept in ("_huike_applied", "_huike_histories"):
        twin.__dict__.pop(kept, None)
    twin.sender_source = twin.model_id = twin.assistant_id = None
    return twin


def _copy_of_slot(slot: Slot) -> Slot:
    """As `copy.copy`, in a fifth of the time: 0.3 ms, for each new tracker copies all the domain's slots."""
    twin: Slot = slot.__class__.__new__(slot.__class__)
    twin.__dict__.update(slot.__dict__)
    return twin


def temporary_tracker(
    self: FormAction, current_tracker: DialogueStateTracker, additional_events: list[Event], domain: Domain
) -> DialogueStateTracker:
    """Go on from a copy: 0.4 ms a form's turn. Rasa replays the whole conversation."""
    if type(current_tracker) is not DialogueStateTracker or current_tracker.idx_after_latest_restart():
        return _stock_temporary_tracker(self, current_tracker, additional_events, domain)
    twin = current_tracker.copy()
    requested = SlotSet(REQUESTED_SLOT, self.get_slot_to_fill(current_tracker))
    for event in [requested, ActionExecuted(self.name()), *additional_events]:
        twin.update(event)
    return twin


@dataclasses.dataclass
class _Applied:
    """Where `applied_events` stopped: how many events it has seen, the last of them, and what they came to."""

    seen: int = 0
    newest: Event | None = None
    loops: set[str] = dataclasses.field(default_factory=set)
    events: list[Event] = dataclasses.field(default_factory=list)


def applied_events(self: DialogueStateTracker) -> list[Event]:
    """Go on from where the last call stopped: 1.1 ms. Rasa goes through all events for each look at one of them."""
    known: _Applied = self.__dict__.get("_huike_applied") or _Applied()
    if known.seen > len(self.events) or (known.seen and self.events[known.seen - 1] is not known.newest):
        known = _Applied()
    new = list(islice(self.events, known.seen, None))
    if new:
        started = {event.name for event in new if isinstance(event, ActiveLoop) and event.name}
        if not started <= known.loops:
            # A loop's name bears on its earlier events too.
            known, new = _Applied(loops=known.loops | started), list(self.events)
        for event in new:
            _apply_one(self, event, known)
        known.seen, known.newest = len(self.events), new[-1]
        self.__dict__["_huike_applied"] = known
    return list(known.events)


def _apply_one(tracker: DialogueStateTracker, event: Event, known: _Applied) -> None:
    """The body of the loop in Rasa's `applied_events`."""
    if isinstance(event, (Restarted, SessionStarted)):
        known.events.clear()
    elif isinstance(event, ActionReverted):
        tracker._undo_till_previous(ActionExecuted, known.events)
    elif isinstance(event, UserUtteranceReverted):
        tracker._undo_till_previous(UserUttered, known.events)
        tracker._undo_till_previous(ActionExecuted, known.events)
    elif (
        isinstance(event, ActionExecuted)
        and event.action_name in known.loops
        and not tracker._first_loop_execution_or_unhappy_path(event.action_name, known.events)
    ):
        tracker._undo_till_previous_loop_execution(event.action_name, known.events)
    else:
        known.events.append(event)


class _Moment(NamedTuple):
    """The tracker just before an action, as far as policies see it."""

    state: dict[str, dict[str, Any]]
    hide_rule_turn: bool
    previous_action: dict[str, str] | None
    in_rule: bool
    """Whether Rasa's rule for hidden turns looks at `hide_rule_turn` here: no follow-up, no loop's happy path."""


class _History(NamedTuple):
    """The moments of a conversation so far, and a tracker that stands after the last of `applied`."""

    domain: Domain
    omit_unset_slots: bool
    applied: list[Event]
    moments: list[_Moment]
    replay: DialogueStateTracker


def states_for_tracker_history(
    self: Domain,
    tracker: DialogueStateTracker,
    omit_unset_slots: bool = False,
    ignore_rule_only_turns: bool = False,
    rule_only_data: dict[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Keep the states of the past and add the new ones: 0.8 ms. Rasa replays the conversation for each prediction."""
    if type(tracker) is not DialogueStateTracker:
        return _stock_states(self, tracker, omit_unset_slots, ignore_rule_only_turns, rule_only_data)
    history = _history_of(self, tracker, omit_unset_slots)
    now = _moment(self, history.replay, False, omit_unset_slots)
    states: list[dict[str, Any]] = []
    last_ml_action = None
    turn_was_hidden = False
    for moment in [*history.moments, now]:
        if ignore_rule_only_turns:
            if not turn_was_hidden:
                last_ml_action = moment.previous_action
            if moment.in_rule:
                turn_was_hidden = moment.hide_rule_turn
            if turn_was_hidden:
                continue
        # The featurizers take parts out of what they are given.
        state = {kind: dict(part) for kind, part in moment.state.items()}
        if ignore_rule_only_turns:
            self._remove_rule_only_features(state, rule_only_data)
            if states:
                self._substitute_rule_only_user_input(state, states[-1])
            if last_ml_action:
                state[PREVIOUS_ACTION] = last_ml_action
        states.append(self._clean_state(state))
    return states


def _history_of(domain: Domain, tracker: DialogueStateTracker, omit_unset_slots: bool) -> _History:
    applied = tracker.applied_events()
    histories = tracker.__dict__.setdefault("_huike_histories", {})
    known: _History | None = histories.get(omit_unset_slots)
    if known is None or known.domain is not domain or not _begins_with(applied, known.applied):
        known = _History(domain, omit_unset_slots, [], [], tracker.init_copy())
        histories[omit_unset_slots] = known
    for event in applied[len(known.applied) :]:
        if isinstance(event, ActionExecuted):
            known.moments.append(_moment(domain, known.replay, event.hide_rule_turn, omit_unset_slots))
        known.replay.update(event)
        known.applied.append(event)
    return known


def _begins_with(events: list[Event], beginning: list[Event]) -> bool:
    return len(events) >= len(beginning) and all(map(operator.is_, events, beginning))


def _moment(domain: Domain, replay: DialogueStateTracker, hide_rule_turn: bool, omit_unset_slots: bool) -> _Moment:
    return _Moment(
        domain.get_active_state(replay, omit_unset_slots=omit_unset_slots),
        hide_rule_turn,
        domain._get_prev_action_sub_state(replay),
        not replay.followup_action and replay.latest_action_name != replay.active_loop_name,
    )


def is_empty(self: Domain) -> bool:
    """Look once: 0.3 ms. Rasa builds an empty domain for each message and compares; a loaded one does not change."""
    if "_huike_is_empty" not in self.__dict__:
        self.__dict__["_huike_is_empty"] = _stock_is_empty(self)
    return bool(self.__dict__["_huike_is_empty"])


def run_graph(
    self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
) -> dict[str, Any]:
    """Run the nodes one after the other, in an order found once: 1.3 ms.

    Dask plans and schedules the graph anew for each run, three times in a turn, only to run it on this same thread.
    """
    wanted = tuple(targets or self._graph_schema.target_names)
    plans = self.__dict__.setdefault("_huike_plans", {})
    if wanted not in plans:
        plans[wanted] = _plan(self, wanted)
    results: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
    try:
        for name, node, needs in plans[wanted]:
            results[name] = node(*[results.get(parent, parent) for parent in needs])
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
    return dict(results[name] for name in wanted)


def _plan(runner: DaskGraphRunner, wanted: tuple[str, ...]) -> list[tuple[str, Any, tuple[str, ...]]]:
    """The nodes needed for `wanted`, each after those it needs."""
    nodes = runner._graph_schema.minimal_graph_schema(list(wanted)).nodes
    planned: dict[str, tuple[str, Any, tuple[str, ...]]] = {}

    def place(name: str) -> None:
        if name in planned or name not in nodes:
            return
        needs = tuple(nodes[name].needs.values())
        for parent in needs:
            place(parent)
        planned[name] = (name, runner._instantiated_nodes[name], needs)

    for name in wanted:
        place(name)
    return list(planned.values())


def default_actions(action_endpoint: EndpointConfig | None = None) -> list[Any]:
    """Make the dozen built-in actions once: 0.4 ms. Rasa makes them all for each look-up; they hold no state."""
    for endpoint, actions in _default_actions:
        if endpoint is action_endpoint:
            return actions
    actions = _stock_default_actions(action_endpoint)
    _default_actions.append((action_endpoint, actions))
    return actions
