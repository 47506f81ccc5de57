"""A risk to somebody, heard before all else: harm, fire, a child, theft of money or data, a life, a threat."""

import re
from enum import StrEnum
from functools import cache
from importlib.resources import files

import yaml

from actions.kit import lexicon
from bot.hearing.steps import confidence_of, intent_of, with_intent
from crm_store.conversations import Parsed
from crm_store.text import normalise

REPORT_DANGER = "report_danger"
TRUSTED = 0.7
"""Confidence from which the classifier alone, without words that name a danger, is believed."""


class Danger(StrEnum):
    """What somebody is at risk of; the reply says what to do now."""

    SELF_HARM = "self_harm"
    VIOLENCE = "violence"
    CHILD = "child"
    INJURY = "injury"
    FIRE = "fire"
    FRAUD = "fraud"
    THREAT = "threat"
    """The customer threatens with authorities, court or press."""
    NEXT = "next"
    """What to do now is asked about a danger that was told before."""
    OTHER = "other"
    """Understood as danger; no word says which."""


OUT_OF_SCOPE, REPORT_FAULT = "out_of_scope", "report_fault"
FAULTS = frozenset({"quality", "damaged"})
_COMES_OFF = re.compile(
    r"[掉断裂松坏脱破烂崩飞滚]|\b(?:c[ao]me|falls?|fell|broke|snapped|ripped|tore|rolled|dropped) ?\w*"
)
_AT_RISK = re.compile(
    "[疼痛血伤烫毒烟火电插线充爆炸焦糊晕吐喘肿麻痒疹敏吞噎医救警死怕险害]|急诊|律师|法院|孩子|小孩|宝宝|老人"
    r"|\b(?:hurt\w*|pain\w*|sore|burn\w*|bleed\w*|blood|hospital|doctor|ambulance|fire|smok\w*|shock\w*|spark\w*"
    r"|melt\w*|hot|heat\w*|plug\w*|socket|electric\w*|poison\w*|allerg\w*|rash|dizzy|faint\w*|vomit\w*|sick|chok\w*"
    r"|swallow\w*|police|lawyer|court|danger\w*|unsafe|scared|child\w*|kid|kids|baby|toddler|son|daughter|injur\w*)\b"
)
"""Words without which a fault of a thing is no risk to anybody."""
OURS_ONLY = frozenset({Danger.FRAUD, Danger.THREAT})
"""No danger of ours where the message is surely about somebody else's business: another firm's card or court."""
_NOT_SO = re.compile(
    r"(?:没(?:有)?(?:人|任何人)?|无人|并未|未(?:曾)?|不会(?:去)?|不是(?:要|想|来)?|不(?:想|要|准备|打算)|冇(?:人)?"
    r"|\b(?:nobody|no one|no|not|never|didn t|wasn t|isn t|aren t|won t|wouldn t|don t want to|not going to)"
    r"(?: (?:was|were|is|got|get|going to|be|been|any|an|a|to|we|that))*) ?$"
)
_ONLY_FEARED = re.compile(
    r"(?:(?<!怎么)(?<!咋)会(?:不会)?(?:容易|突然|很容易)?|(?:会不会|是否|容易|防止?|避免|免得|以免|防|怕|担心"
    r"|万一|可能|如果|要是|能不能|可不可以|别)"
    r".{0,6}?|得|too |so |\b(?:could|can|might|if|in case|afraid|worried|avoid|prevent)\b(?: \w+){0,4}) ?$"
)
_WOULD = re.compile(r"会不会.{0,3}$|(?:都话|说|听说|有没有可能|万一|怕).{0,4}会(?:被)?$")
_IN_JEST = re.compile(r"开玩笑|说笑|闹着玩|讲笑|\b(?:joking|just kidding|only kidding|jk|kidding)\b")
_NEXT = re.compile(
    r"(?:还能|还可以|还敢|仲可以|仲用得|能不能|可不可以|可以)(?:再|继续|接着)?(?:用|插|开|使)"
    r"|(?:先|要不要|该不该|需不需要|用不用).{0,4}(?:看医生|去医院|就医|去急诊|叫救护车|睇医生)"
    r"|\b(?:safe|ok|okay|all right|can i|may i|should i)\b.{0,16}\b(?:use|plug|turn|switch)\b"
    r"|\b(?:should|do|must) i (?:\w+ )?(?:see|go to|call) (?:a|the|an)? ?(?:doctor|hospital|ambulance)"
)
_MAY_BE_FEARED = frozenset({Danger.CHILD, Danger.INJURY, Danger.FIRE, Danger.SELF_HARM})


def heard(text: str) -> Danger | None:
    """The gravest danger that the words of a message name as happening; None when they name none."""
    flat = normalise(text)
    for kind, pattern in _patterns().items():
        if any(_is_meant(flat, found.start(), kind) for found in pattern.finditer(flat)):
            return kind
    return None


def asks_next(text: str) -> bool:
    """Whether somebody asks what to do after a danger was told: to use the thing again, to see a doctor first."""
    return _NEXT.search(normalise(text)) is not None


def understood(text: str, heard_parts: list[Parsed]) -> Danger | None:
    """The danger of a message by its words, or by what the classifier is sure of."""
    named = heard(text)
    if named in OURS_ONLY and heard_parts and _is_another_s_matter(heard_parts[0]):
        named = None
    if named is not None:
        return named
    if _IN_JEST.search(normalise(text)) or is_mere_fault(text):
        return None
    is_sure = any(intent_of(part) == REPORT_DANGER and confidence_of(part) >= TRUSTED for part in heard_parts)
    return Danger.OTHER if is_sure else None


def is_mere_fault(text: str) -> bool:
    """Whether the words tell of a fault of a thing, and of nobody and nothing that is at risk: a zip's pull that came
    off in one's hand. The classifier alone takes such stories for danger."""
    flat = normalise(text)
    comes_off = lexicon.mentions("part_of_goods", text) and _COMES_OFF.search(flat) is not None
    told = comes_off or lexicon.meant("return_reason", text) in FAULTS
    return told and heard(text) is None and _AT_RISK.search(flat) is None


def as_fault(parsed: Parsed) -> Parsed:
    """What was taken for danger, heard as the fault it is."""
    return with_intent(parsed, REPORT_FAULT) if intent_of(parsed) == REPORT_DANGER else parsed


def _is_another_s_matter(whole: Parsed) -> bool:
    return intent_of(whole) == OUT_OF_SCOPE and confidence_of(whole) >= TRUSTED


def _is_meant(flat: str, at: int, kind: Danger) -> bool:
    before = flat[:at]
    if _NOT_SO.search(before):
        return False
    if kind in OURS_ONLY:
        return _WOULD.search(before) is None
    return kind not in _MAY_BE_FEARED or _ONLY_FEARED.search(before) is None


@cache
def _patterns() -> dict[Danger, re.Pattern[str]]:
    content = yaml.safe_load(files("bot.hearing").joinpath("danger.yml").read_text(encoding="utf-8"))
    return {
        Danger(kind): re.compile("|".join(f"(?:{each})" for each in patterns)) for kind, patterns in content.items()
    }
