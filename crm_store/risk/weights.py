"""The settings of the risk model: read from `risk_weights.yml`, checked, and frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from crm_store.risk.models import ReasonCode, RiskLevel


class WeightsInvalid(ValueError):
    """The settings file cannot be used; the text names the entry and what is wrong with it."""


@dataclass(frozen=True)
class LookBack:
    """How many days back each thing is looked for."""

    sentiment: int
    anger: int
    promises: int
    scores: int
    leaving: int
    parcels: int


@dataclass(frozen=True)
class RiskWeights:
    """The whole model; the meaning of each entry stands in the file."""

    levels: Mapping[str, float]
    follow_up_at: float
    cause_at_least: float
    rest_days: int
    weights: Mapping[str, float]
    days: LookBack
    anger_from: float
    anger_half_life_days: float
    first_of_many: float
    parcel_late_at_once: float
    parcel_late_full_hours: float
    buying_ratio_from: float
    buying_ratio_full: float

    def level(self, score: float) -> RiskLevel:
        if score >= self.levels[RiskLevel.HIGH]:
            return RiskLevel.HIGH
        return RiskLevel.MEDIUM if score >= self.levels[RiskLevel.MEDIUM] else RiskLevel.LOW


@cache
def standard() -> RiskWeights:
    """The weights that ship with the program."""
    return parse(files("crm_store").joinpath("risk_weights.yml").read_text(encoding="utf-8"))


def parse(text: str) -> RiskWeights:
    """Read and check settings in the form of `risk_weights.yml`. Raises WeightsInvalid."""
    content = yaml.safe_load(text)
    if not isinstance(content, dict):
        raise WeightsInvalid("not a mapping")
    _same_names("entries", content, {field.name for field in fields(RiskWeights)})
    for name in ("levels", "weights", "days"):
        if not isinstance(content[name], dict):
            raise WeightsInvalid(f"{name} is not a mapping")
    _same_names("levels", content["levels"], {RiskLevel.MEDIUM.value, RiskLevel.HIGH.value})
    _same_names("weights", content["weights"], {code.value for code in ReasonCode})
    _same_names("days", content["days"], {field.name for field in fields(LookBack)})
    numbers = {name: value for name, value in content.items() if not isinstance(value, dict)}
    for name, value in [*numbers.items(), *(item for group in _groups(content) for item in group.items())]:
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise WeightsInvalid(f"{name} is {value!r}, not a number from 0 on")
    weights = RiskWeights(**{**content, "days": LookBack(**content["days"])})
    _check(weights)
    return weights


def _groups(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [content["levels"], content["weights"], content["days"]]


def _same_names(what: str, found: Mapping[str, Any], wanted: set[str]) -> None:
    if unknown := set(found) - wanted:
        raise WeightsInvalid(f"unknown {what}: {', '.join(sorted(map(str, unknown)))}")
    if missing := wanted - set(found):
        raise WeightsInvalid(f"missing {what}: {', '.join(sorted(missing))}")


def _check(weights: RiskWeights) -> None:
    too_heavy = [code for code, weight in weights.weights.items() if weight >= 1]
    checks = {
        f"weights must stay below 1: {', '.join(too_heavy)}": not too_heavy,
        "levels must rise: 0 < medium < high <= 1": 0
        < weights.levels[RiskLevel.MEDIUM]
        < weights.levels[RiskLevel.HIGH]
        <= 1,
        "follow_up_at must be in 0..1, above 0": 0 < weights.follow_up_at <= 1,
        "cause_at_least must be below follow_up_at": weights.cause_at_least < weights.follow_up_at,
        "days must be above 0": all(getattr(weights.days, field.name) > 0 for field in fields(LookBack)),
        "anger_from must be below 1": weights.anger_from < 1,
        "anger_half_life_days must be above 0": weights.anger_half_life_days > 0,
        "first_of_many must be in 0..1, above 0": 0 < weights.first_of_many <= 1,
        "parcel_late_at_once must be in 0..1": weights.parcel_late_at_once <= 1,
        "parcel_late_full_hours must be above 0": weights.parcel_late_full_hours > 0,
        "buying_ratio_from must be below buying_ratio_full": weights.buying_ratio_from < weights.buying_ratio_full,
    }
    for complaint, holds in checks.items():
        if not holds:
            raise WeightsInvalid(complaint)
