"""Every state that can stand in a table has a name in every language."""

import pytest

from crm_store import (
    availability,
    callbacks,
    complaints,
    departures,
    feedback,
    followups,
    interactions,
    measures,
    orders,
    parcels,
    privacy,
    promises,
    returns,
    risk,
    surveys,
    thanks,
    value,
    winback,
)
from crm_store.labels import catalogue, label
from crm_store.language import Language

STATES = {
    "life_stage": value.LifeStage,
    "measure": measures.Measure,
    "measure_dimension": measures.Dimension,
    "agent_presence": availability.Presence,
    "callback_problem": callbacks.WindowProblem,
    "callback_status": callbacks.CallbackStatus,
    "complaint_audience": complaints.Audience,
    "complaint_category": complaints.ComplaintCategory,
    "complaint_event": complaints.EventKind,
    "complaint_severity": complaints.Severity,
    "complaint_status": complaints.ComplaintStatus,
    "feedback_kind": feedback.FeedbackKind,
    "feedback_status": feedback.FeedbackStatus,
    "follow_up_approach": followups.Approach,
    "follow_up_outcome": followups.FollowUpOutcome,
    "follow_up_proof": followups.Proof,
    "follow_up_status": followups.FollowUpStatus,
    "interaction_outcome": interactions.Outcome,
    "order_actor": orders.OrderActor,
    "order_status": orders.OrderStatus,
    "parcel_event": parcels.ParcelCode,
    "parcel_event_at": parcels.ParcelCode,
    "parcel_status": parcels.ParcelStatus,
    "privacy_kind": privacy.PrivacyKind,
    "privacy_status": privacy.PrivacyStatus,
    "promise_kind": promises.PromiseKind,
    "promise_made_by": promises.MadeBy,
    "promise_status": promises.PromiseStatus,
    "return_kind": returns.ReturnKind,
    "return_problem": returns.ReturnProblem,
    "return_reason": returns.ReturnReason,
    "return_shipping": returns.PaidBy,
    "return_status": returns.ReturnStatus,
    "departure_way": departures.Way,
    "exit_cause": departures.ExitCause,
    "thanked_by": thanks.ThankedBy,
    "win_back_act": winback.ActKind,
    "win_back_approach": [*departures.ExitCause, *departures.Way],
    "win_back_state": winback.WinBackState,
    "risk_level": risk.RiskLevel,
    "risk_reason": risk.ReasonCode,
    "risk_reason_name": risk.ReasonCode,
    "survey_kind": surveys.SurveyKind,
}

OPEN_ENDED = {"interaction_outcome"}


def named(kind):
    """The values of a kind that have a name."""
    return {key.partition(".")[2] for key in catalogue() if key.startswith(f"{kind}.")}


@pytest.mark.parametrize("kind", STATES)
def test_no_state_is_nameless_and_no_name_is_left_over(kind):
    names, states = named(kind), {state.value for state in STATES[kind]}
    # Actions write finer outcomes of their own; tests/actions checks that those have names too.
    assert names >= states if kind in OPEN_ENDED else names == states
    assert all(label(kind, state, language) for state in STATES[kind] for language in Language)


def test_every_status_that_locks_an_order_says_why():
    locked = set(orders.OrderStatus) - orders.CHANGEABLE
    assert named("order_locked") == {status.value for status in locked}
