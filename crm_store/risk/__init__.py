"""How likely a member is about to leave: a transparent score with its reasons, and a person asked to act on it."""

from crm_store.risk.following import APPROACHES
from crm_store.risk.judging import Judgement, Tenth
from crm_store.risk.models import ReasonCode, RiskAssessment, RiskLevel
from crm_store.risk.movement import Standing, levels_by_week
from crm_store.risk.queries import history, latest
from crm_store.risk.report import Group, Report, Uplift, report
from crm_store.risk.rules import Known, Reason, Scored, level, score
from crm_store.risk.service import assess, sentence
from crm_store.risk.shop_rhythm import judgement
from crm_store.risk.sweep import Swept, sweep

__all__ = [
    "APPROACHES", "Group", "Judgement", "Known", "Reason", "ReasonCode", "Report", "RiskAssessment", "RiskLevel",
    "Scored", "Standing", "Swept", "Tenth", "Uplift",
    "assess", "history", "judgement", "latest", "level", "levels_by_week", "report", "score", "sentence", "sweep",
]  # fmt: skip
