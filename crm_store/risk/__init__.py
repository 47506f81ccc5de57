"""How likely a member is about to leave: a transparent score with its reasons, and a person asked to act on it."""

from crm_store.risk.models import ReasonCode, RiskAssessment, RiskLevel
from crm_store.risk.queries import history, latest
from crm_store.risk.rules import Known, Reason, Scored, level, score
from crm_store.risk.service import APPROACHES, assess, sentence

__all__ = [
    "APPROACHES", "Known", "Reason", "ReasonCode", "RiskAssessment", "RiskLevel", "Scored",
    "assess", "history", "latest", "level", "score", "sentence",
]  # fmt: skip
