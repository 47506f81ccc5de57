"""A wish for vouchers by their worth, whatever it was heard as: "now two of the 50 vouchers", "TWO FIFTY YUAN VOUCHERS
with my points", 再来两张五十的券; and the points wanted back right after they were spent for something else."""

import re

from actions.kit import lexicon, slot_text
from bot.hearing import reference
from bot.hearing.said import Said, words
from bot.hearing.steps import Heard, confidence_of, entities_of, intent_of
from crm_store.conversations import Context
from crm_store.text import normalise

REDEEM, UNDO = "redeem_points", "undo"
SURE = 0.75
"""Confidence from which another intent stands."""
NO_OTHER_WISH = frozenset({"request_human", "report_danger", "opt_out", "privacy_request", "make_complaint"})
_WORTH = r"(?:\d{2,3}|twenty|thirty|fifty|(?:one |a |two )?hundred|[一二两]?百|[二三五]十|廿)"
_UNIT = r" ?(?:yuan|quid|kuai|rmb|cny|bucks?|pounds?|元|块钱|块|蚊)?(?: ?的| ?嘅)? ?"
_SEVERAL = r"(?:a|an|one|two|three|four|five|\d|another|a couple of|a pair of|[一两二三四五]\s?张|\d\s?张)"
_VOUCHER = rf"{_WORTH}{_UNIT}(?:vouchers?|coupons?|优惠券|现金券|代金券|券)"
_COUNTED = re.compile(
    rf"(?<![a-z\d]){_SEVERAL}(?: more)?(?: of)?(?: the| those| your)? ?{_VOUCHER}"
    rf"|{_VOUCHER}[^a-z]{{0,4}}(?:{_SEVERAL} of (?:them|em|those)|[一两二三四五\d]\s?张)"
)
_WORTH_NAMED = re.compile(rf"(?<![a-z\d]){_VOUCHER}")
_WISHES = re.compile(
    r"with my points|for my points|use my points|using my points"
    r"|\b(?:redeem|get me|give me|i want|i ll have|i ll take|i d like|make it|swap)\b|换|兑|我要|来|给我|用分|用积分|攞"
)
_TOLD = re.compile(
    r"\b(?:have|had|got|redeemed|used|yesterday|last (?:week|month)|never|arrived|doesn t|didn t|won t|expired?|expires"
    r"|lost|my (?:\w+ ){0,2}vouchers?)\b"
    r"|昨天|前天|上次|上周|上个月|已经|换了|用了|收到|没到|过期|到期|不能用|用不了|我有|手上|我那"
)
_BACK = re.compile(
    r"\b(?:put|give|get|want|refund|return)\b.{0,24}\bpoints\b.{0,6}\bback\b|\bpoints back\b"
    r"|\b(?:give|put|take|hand) (?:it|them|that|those|both) back\b"
    r"|\b(?:undo|reverse|revert)\b"
    r"|(?:积分|点数|分|点)(?:都|全)?(?:退|还|返)(?!货)|(?:退|还)(?:回|返)?(?:我|俾我)?(?:的)?(?:积分|点数|分|点)|撤销|撤回|换错|兑错"
)
_OF_ORDERS = re.compile(r"退货|退款|订单|那单|这单|退单|投诉|\b(?:orders?|refund|returned|parcel|complaint|call)\b")
_CLAUSE = re.compile(r"(?<=[，,。.;；!！?？\n])")


def heard(said: Said, context: Context) -> Heard | None:
    """The step of such a message; None where it is none, amid a form or a surer wish."""
    if context.expects.form is not None or intent_of(said.whole) in NO_OTHER_WISH:
        return None
    if _wants_points_back(said, context):
        return Heard.of(words(said, UNDO, {"act": REDEEM}))
    if intent_of(said.whole) != REDEEM and confidence_of(said.whole) >= SURE:
        return None
    return Heard.of(words(said, REDEEM)) if wishes_vouchers(said.text) else None


def wishes_vouchers(text: str) -> bool:
    """Whether vouchers of a worth are wished, so many or for points; neither asked about nor told of."""
    flat = normalise(text)
    if _TOLD.search(flat) or slot_text.is_question(text) or lexicon.mentions("asks_back", text):
        return False
    return bool(_COUNTED.search(flat) or (_WORTH_NAMED.search(flat) and _WISHES.search(flat)))


def _wants_points_back(said: Said, context: Context) -> bool:
    """Whether what was redeemed lately goes back, by words that ask nothing and name no order."""
    if context.focus.get("done") != REDEEM or not reference.was_done_lately(context.focus):
        return False
    named = {str(each.get("entity")) for each in entities_of(said.whole)}
    if named & {"order_number", "parcel_number"} or _OF_ORDERS.search(normalise(said.text)):
        return False
    clauses = [clause for clause in _CLAUSE.split(said.text) if clause.strip()]
    back = [clause for clause in clauses if _BACK.search(normalise(clause))]
    return bool(back) and not any(slot_text.is_question(clause) for clause in back)
