"""Entities that follow rules: numbers of orders, parcels and members, phone, e-mail, code, points, score, tier, time
(in the parse result: `entity`, `start`, `end`, `value`, `text`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.entities.scores import find_points, find_scores
from bot.nlu.text.normalizer import NormalizedText, normalized_of
from bot.nlu.text.payload import is_payload
from bot.nlu.times.finder import find_times

#: rules look at so much of a message and no further
_LONGEST = 2000


@dataclass(frozen=True)
class Found:
    """`text[start:end]` of the normalised text is an `entity`; `extra` holds further keys of the parse result."""

    entity: str
    start: int
    end: int
    value: Any
    extra: dict[str, Any] = field(default_factory=dict)


_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}(?![A-Za-z0-9])"
)
_DASH = r"[-–—_]"
_ORDER = re.compile(
    rf"(?<![\dA-Za-z-])(20\d\d)[ -]?((?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?:\s?{_DASH}\s?|\s)?(\d{{4}})(?![\d-])"
)
_PARCEL = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2})(\d{10,13})(?!\d)")
_CARRIERS = "SF|YT|JD|ZT|ST|YD|DB|JT|EM|HK|TW"
#: with a gap, or read out in groups: the carriers' prefixes only ("is 13700112233" is no parcel)
_SPACED_PARCEL = re.compile(
    rf"(?<![A-Za-z0-9])({_CARRIERS})[ -]?(\d{{10,13}}|\d{{2,5}}(?:[ -]\d{{2,5}}){{1,5}})(?![\d-])", re.I
)
_MEMBER = re.compile(r"(?<![A-Za-z0-9])(HK)[ -]?(\d{6})(?!\d)", re.I)
_CASE = re.compile(
    r"(?<![A-Za-z0-9])[CR][ _-]?20\d\d[ _-]?\d{3,6}(?![\d-])|(?<![A-Za-z0-9-])20\d\d-\d{3,6}(?![\d-])", re.I
)
#: numbers of companies, persons and bank cards begin like telephone numbers
_REGISTERED = re.compile(
    r"(?:统编|统一编号|信用代码|税号|税籍|识别号|身份证号?码?|(?:银行|信用)?卡号|\b(?:tax|vat|gst|gui|ubn|card)"
    r"(?: (?:id|no\.?|number|code))*)[^\dA-Za-z]{0,3}(?:是|为|系|is)?[^\dA-Za-z]{0,3}[A-Za-z]{0,2}\d[\dA-Za-z]{6,20}|"
    r"(?<![\dA-Za-z])(\d{4}(?:[ -]\d{4}){3}|9[1-3]\d{6}[\dA-Z]{10})(?![\dA-Za-z])",
    re.I,
)
_PHONES: tuple[re.Pattern[str], ...] = (
    re.compile(r"(?<![\d+])\+\d{1,3}[ -]?\d(?:[ -]?\d){6,11}(?!\d)"),
    re.compile(r"(?<![\d+-])(?:86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![\d-])"),
    re.compile(r"(?<![\d+-])0[4-9]\d{2,3}[ -]?\d{3}[ -]?\d{3}(?!\d)"),
    re.compile(r"(?<![\d+-])0\d{1,3}[ -]\d{3,4}[ -]?\d{4}(?!\d)"),
    re.compile(r"(?<![\dA-Za-z+-])[5-9]\d{3}[ -]?\d{4}(?![\dA-Za-z-])"),
)
_CODE = re.compile(
    r"(?<![\dA-Za-z¥$€-])(?<!\d[.,])\d{6}(?![\dA-Za-z]|[.,-]\d|\s*(?:积分|点|分|元|块|円|points?|pts|yuan|rmb|股))"
)
_CODE_CUE = re.compile(r"码|短信|简讯|收到|验证|code|otp|pin\b|verif|got it", re.I)
#: a message with a code and nothing that says so is hardly longer than the code; a postcode stands in an address
_CODE_COMPANY = 12
_TIERS: tuple[tuple[str, str], ...] = (
    ("platinum", r"[白铂]金(?:卡|级)?"),
    ("gold", r"(?<![基现佣押定证本奖税租资])金(?:[卡级]|(?=会员|等级))(?!包)"),
    ("silver", r"银(?:[卡级]|(?=会员|等级))"),
    ("bronze", r"普通?[卡级]|普通(?=会员)|铜(?:[卡级]|(?=会员))"),
)
_EN_TIER = re.compile(r"\b(?:bronze|silver|gold|platinum)\b", re.I | re.ASCII)
_EN_TIER_CONTEXT = re.compile(
    r"\b(?:member|members|membership|tier|tiers|level|levels|status|vip|upgrade\w*|downgrade\w*|benefits?|perks?|"
    r"threshold|qualify|rank|reach|become|points|spend|am i|being|bumped|bronze|platinum|birthday)\b|"
    r"会员|等级|升|级|权益",
    re.I | re.ASCII,
)


def find_rules(text: str, now: datetime, written: NormalizedText | None = None) -> list[Found]:
    """All rule entities of normalised `text`, settled so that none overlap; `now`: when the message was sent.

    `written`: the text's `NormalizedText`; without it no rows of stars are counted.
    """
    text = text[:_LONGEST]
    found: list[Found] = []
    for candidate in _candidates(text, now, written):
        if all(candidate.end <= other.start or candidate.start >= other.end for other in found):
            found.append(candidate)
    return sorted((entity for entity in found if entity.entity != _TAKEN), key=lambda entity: entity.start)


#: numbers of complaints, companies and bank cards are no entity of ours, but nothing else may be read into them
_TAKEN = "taken"


def _candidates(text: str, now: datetime, written: NormalizedText | None) -> Iterator[Found]:
    """The more certain kinds first: whoever comes first keeps the characters."""
    yield from _numbers(text)
    for pattern in _PHONES:
        for match in pattern.finditer(text):
            yield Found("phone", match.start(), match.end(), re.sub(r"[ -]", "", match.group()))
    yield from _amounts(text, written)
    if len(text) <= 6 + _CODE_COMPANY or _CODE_CUE.search(text):
        for match in _CODE.finditer(text):
            yield Found("code", match.start(), match.end(), match.group())
    for moment in find_times(text, now):
        yield Found("time", moment.start, moment.end, moment.value)
    yield from _tiers(text)


def _numbers(text: str) -> Iterator[Found]:
    """E-mail addresses and the numbers that are written on paper."""
    for match in _EMAIL.finditer(text):
        yield Found("email", match.start(), match.end(), match.group().lower())
    for match in _ORDER.finditer(text):
        yield Found("order_number", match.start(), match.end(), f"{match.group(1)}{match.group(2)}-{match.group(3)}")
    for pattern in (_PARCEL, _SPACED_PARCEL):
        for match in pattern.finditer(text):
            digits = re.sub(r"\D", "", match.group(2))
            if 10 <= len(digits) <= 13:
                yield Found("parcel_number", match.start(), match.end(), match.group(1).upper() + digits)
    for pattern in (_CASE, _REGISTERED):
        for match in pattern.finditer(text):
            yield Found(_TAKEN, match.start(), match.end(), match.group())
    for match in _MEMBER.finditer(text):
        yield Found("member_number", match.start(), match.end(), "HK" + match.group(2))


def _amounts(text: str, written: NormalizedText | None) -> Iterator[Found]:
    for score in find_scores(text, written):
        yield Found("score", score.start, score.end, score.value, {"scale": score.scale})
    for points in find_points(text):
        yield Found("points_amount", points.start, points.end, points.value)


def _tiers(text: str) -> Iterator[Found]:
    for code, pattern in _TIERS:
        for match in re.finditer(pattern, text):
            yield Found("tier", match.start(), match.end(), code)
    short = len(text.split()) <= 3
    for match in _EN_TIER.finditer(text):
        # "the silver one" and "gold earrings" are colours and goods, not levels
        rest = text[: match.start()] + text[match.end() :]
        if _EN_TIER_CONTEXT.search(rest) or (short and match.group().lower() == text.lower().strip(" ?!.")):
            yield Found("tier", match.start(), match.end(), match.group().lower())


def sent_at(message: Message) -> datetime:
    """When the customer wrote, from the metadata (`sent_at`, ISO 8601); the present moment without it."""
    stated = (message.get(METADATA) or {}).get("sent_at")
    if isinstance(stated, str):
        try:
            moment = datetime.fromisoformat(stated.replace("Z", "+00:00"))
        except ValueError:
            return datetime.now(timezone.utc)
        return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return datetime.now(timezone.utc)


def in_original(found: Found, known: NormalizedText) -> dict[str, Any]:
    """The entity as Rasa wants it, pointing into the text as the customer wrote it."""
    start, end = known.to_original(found.start, found.end)
    return {
        "entity": found.entity,
        "start": start,
        "end": end,
        "value": found.value,
        "text": known.original[start:end],
        "confidence_entity": 1.0,
        **found.extra,
    }


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class RuleEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Adds rule entities to the message. `start` and `end` point into the original text, `value` is normalised."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RuleEntityExtractor:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if is_payload(message.get(TEXT) or ""):
                continue
            known = normalized_of(message)
            entities = [in_original(found, known) for found in find_rules(known.text, sent_at(message), known)]
            self.add_extractor_name(entities)
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages
