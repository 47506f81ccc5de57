"""How likely a member is about to leave: a transparent score with its reasons, and a person asked to act on it."""

from crm_store.risk.models import ReasonCode, RiskAssessment, RiskLevel
from crm_store.risk.scoring import Known, Reason, Scored, score
from crm_store.risk.service import APPROACHES, assess, history, latest, sentence
from crm_store.risk.weights import RiskWeights, WeightsInvalid, parse, standard

__all__ = [
    "APPROACHES", "Known", "Reason", "ReasonCode", "RiskAssessment", "RiskLevel", "RiskWeights", "Scored",
    "WeightsInvalid", "assess", "history", "latest", "parse", "score", "sentence", "standard",
]  # fmt: skip
