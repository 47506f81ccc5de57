"""What the lists are called, and who sees which."""

from collections.abc import Mapping

from crm_store import agents
from crm_store.agents import Agent, Role
from crm_store.callbacks import CallbackStatus
from crm_store.compensation import CompensationStatus
from crm_store.complaints import ComplaintStatus
from crm_store.feedback import FeedbackStatus
from crm_store.followups import FollowUpOutcome
from crm_store.privacy import PrivacyStatus
from crm_store.promises import PromiseStatus
from crm_store.returns import ReturnKind, ReturnStatus
from crm_store.winback import WinBackState
from crm_store.work import Kind

DAY = "day"
"""The list of everything, in the place of a kind."""

STATES: Mapping[Kind, list[str]] = {
    Kind.COMPLAINTS: [each.value for each in ComplaintStatus],
    Kind.POINTS: [each.value for each in ComplaintStatus],
    Kind.PROMISES: [each.value for each in PromiseStatus],
    Kind.ORDER_CHANGES: [each.value for each in PromiseStatus],
    Kind.FOLLOW_UPS: [each.value for each in FollowUpOutcome],
    Kind.CALLBACKS: [each.value for each in CallbackStatus],
    Kind.RETURNS: [each.value for each in ReturnStatus],
    Kind.PRIVACY: [each.value for each in PrivacyStatus],
    Kind.FEEDBACK: [each.value for each in FeedbackStatus],
    Kind.DELIVERIES: ["failed", "given_up"],
    Kind.APPROVALS: [each.value for each in CompensationStatus],
    Kind.WIN_BACK: [each.value for each in WinBackState if each is not WinBackState.HELD],
}

WHATS: Mapping[Kind, list[str]] = {Kind.RETURNS: [each.value for each in ReturnKind]}
"""Lists that can be narrowed to one sort of case."""

STATE_LABELS: Mapping[Kind, str] = {
    Kind.COMPLAINTS: "complaint_status",
    Kind.POINTS: "complaint_status",
    Kind.PROMISES: "promise_status",
    Kind.ORDER_CHANGES: "promise_status",
    Kind.FOLLOW_UPS: "follow_up_state",
    Kind.CALLBACKS: "callback_status",
    Kind.RETURNS: "return_status",
    Kind.PRIVACY: "privacy_status",
    Kind.FEEDBACK: "feedback_status",
    Kind.DELIVERIES: "delivery_status",
    Kind.APPROVALS: "compensation_status",
    Kind.WIN_BACK: "win_back_state",
}

WHAT_LABELS: Mapping[Kind, str] = {
    Kind.COMPLAINTS: "complaint_category",
    Kind.POINTS: "complaint_category",
    Kind.PROMISES: "promise_kind",
    Kind.ORDER_CHANGES: "promise_kind",
    Kind.FOLLOW_UPS: "work_what",
    Kind.CALLBACKS: "work_what",
    Kind.RETURNS: "return_kind",
    Kind.PRIVACY: "privacy_kind",
    Kind.FEEDBACK: "feedback_kind",
    Kind.DELIVERIES: "work_what",
    Kind.APPROVALS: "compensation_kind",
    Kind.WIN_BACK: "departure_way",
}

ABOUT_LABELS: Mapping[Kind, str] = {
    Kind.RETURNS: "return_reason",
    Kind.FOLLOW_UPS: "follow_up_approach",
    Kind.WIN_BACK: "win_back_approach",
}
"""Where what the case is about is a code as well."""


def seen_by(agent: Agent) -> list[Kind]:
    """Approvals are for those who may give them."""
    return [kind for kind in Kind if kind is not Kind.APPROVALS or agents.may(agent, Role.SUPERVISOR)]
