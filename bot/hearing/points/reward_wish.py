"""A wish for vouchers by their worth, whatever it was heard as: "now two of the 50 vouchers", "TWO FIFTY YUAN VOUCHERS
with my points", 再来两张五十的券; and the points wanted back right after they were spent for something else."""

import re

from actions.kit import slot_text
from actions.kit.words import lexicon
from actions.kit.words.pieces import count_said
from bot.hearing.message import reference
from bot.hearing.message.said import Said, words
from bot.hearing.steps import TALK, Heard, Step, confidence_of, entities_of, intent_of, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.text import normalise

REDEEM, UNDO, CANCEL = "redeem_points", "undo", "cancel"
REDEEM_FORM = "redeem_form"
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
_PIECE_WORTH = re.compile(
    r"(?:换|兑|来|拿|攞|要)(?:给我|多|个|俾我)*[一两二三1-3]张(?:面值|价值)?(?:20|50|100|二十|五十|一百)(?:元|块钱|块|蚊)?(?:的|嘅)?"
    r"|(?:换|兑|换成|兑成|攞)(?:的是)?(?:20|50|100|二十|五十|一百)(?:元|块钱|块|蚊)(?:的|嘅)?(?!左右|以内|以下|运费|邮费)"
)
"""A voucher named by its worth alone: 换张一百的 after points were told."""
_SO_MANY_MORE = re.compile(
    rf"(?<![a-z\d])(?:\d{{1,2}}|{_SEVERAL}) ?(?:x |more |of )*(?:the |those |these |that |your )*(?:same )?"
    r"(?:vouchers?|coupons?)\b"
    r"|(?:再|换|来|要|兑|攞)\S{0,6}?(?:一样的|同样的|同款|一模一样的)?(?:券|优惠券)$"
    r"|(?:一样|同样|同款)的?(?:券)?(?:再)?(?:来|换|要|兑|攞)\S{0,3}(?:张|份|个)"
)
"""So many vouchers without a worth, of the one spoken of: "3 x the voucher then", "2 more of the same voucher"."""
_ONE_PIECE = re.compile(r"(换|兑|来)(?:给我|我)?张")
_WAVERS = re.compile(r"不换|不用|不要|先别|算了|等下|等等|等一下|再说|唔换|唔要|再谂")
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
_REDEEMED_BACK = re.compile(
    r"(?:取消|撤|作废|退|还|收回|不要|反悔)\S{0,8}?(?:刚才|刚刚|刚|头先|啱啱)?\S{0,4}?(?:兑换|兑的|换的)(?!货)"
    r"|(?:刚才|刚刚|刚|头先|啱啱)(?:积分|点数|用积分|用点数|我|你)*(?:兑|换)\S{0,8}?(?:取消|撤|作废|退|还(?=我|回|给)|收回|不要)"
    r"|(?:退|还)(?:回来?|返)?(?:给|俾|返)?我(?:吧|啊|啦|了)?$|(?:给|帮|俾)我(?:退|还)(?:回|返|掉|了)"
    r"|\b(?:cancel|undo|reverse|revert|void|take back|scrap)\b (?:\w+ ){0,3}?(?:redemption|swap|exchange|gift|reward)\b"
)
"""What was just redeemed goes back, whatever its name is not: 把刚才换的退掉, "cancel that redemption"."""
_OF_ORDERS = re.compile(r"退货|退款|订单|那单|这单|退单|投诉|\b(?:orders?|refund|returned|parcel|complaint|call)\b")
_NAMED = (
    r"(?:券|(?:20|50|100|二十|五十|一百)(?:块|元|蚊)?(?:的)?(?:那|这)?张"
    r"|(?:那|这|嗰|呢)张(?:20|50|100|二十|五十|一百)?(?:块|元)?(?:的)?)"
)
_GO_BACK = r"(?<!不)(?<!别)(?<!先不)(?:退(?:掉|回去?|返|还|了|给)?|还(?:给|返)|收回|撤回|撤销)"
_GIVES_BACK = (
    re.compile(rf"{_NAMED}\S{{0,4}}?{_GO_BACK}(?!货|款|钱|运)"),
    re.compile(rf"{_GO_BACK}(?:先|我|那|这|刚才|刚刚|的|把)*{_NAMED}"),
    re.compile(
        r"\b(?:return|undo|reverse|give back|hand back|send back|take back|put back) (?:the |that |this |my )?"
        r"(?:\d+ |fifty |hundred |twenty )?(?:yuan |kuai )?(?:voucher|coupon)\b"
        r"|\b(?:voucher|coupon)\b.{0,20}\b(?:give|take|hand|put) (?:it|that|them|the points) back\b"
        r"|\b(?:changed my mind|regret)\b.{0,30}\b(?:voucher|coupon)\b.{0,40}\bback\b"
    ),
)
_NOT_WANTED = re.compile(rf"{_NAMED}\S{{0,6}}不想?要了?\S{{0,6}}?{_GO_BACK}(?!货|款|钱|运)")
_GENERAL = re.compile(
    r"一般|通常|规定|规则|换了(?:以后|之后|后)?(?:能|可以|还能)|多久(?:内|之内)|几天内|如果|要是"
    r"|\b(?:generally|usually|in general|the rule|how long|if)\b"
)
"""How it is with vouchers at large."""
_MAY = re.compile(r"能不能|可不可以|可唔可以|得唔得|能|可以|行不行|\b(?:can|could|please|may)\b")
_CLAUSE = re.compile(r"(?<=[，,。.;；!！?？\n])")


def heard(said: Said, context: Context) -> Heard | None:
    """The step of such a message; None where it is none, amid a form or a surer wish."""
    if intent_of(said.whole) in NO_OTHER_WISH:
        return None
    if context.expects.form in (None, REDEEM_FORM) and gives_voucher_back(said.text):
        # Amid a redemption what is open is left: the other voucher goes back first.
        leaving = [words(said, CANCEL)] if context.expects.form else []
        return Heard.of(*leaving, words(said, UNDO, {"act": REDEEM}))
    if context.expects.form is not None:
        return None
    if wants_points_back(said, context):
        return Heard.of(words(said, UNDO, {"act": REDEEM}))
    if intent_of(said.whole) != REDEEM and confidence_of(said.whole) >= SURE:
        return None
    if wishes_vouchers(said.text):
        return Heard.of(words(said, REDEEM))
    wishing = [(clause.text, parsed) for clause, parsed in said.clauses if wishes_vouchers(clause.text)]
    others = [(clause.text, parsed) for clause, parsed in said.clauses if not wishes_vouchers(clause.text)]
    if len(wishing) != 1 or not all(slot_text.is_question(text) or _is_talk(parsed) for text, parsed in others):
        return None
    # What is asked beside it is answered as well (left_over.py).
    text, parsed = wishing[0]
    return Heard.of(Step(text=text, heard=with_intent(parsed, REDEEM) | {"text": text}))


def _is_talk(parsed: Parsed) -> bool:
    """Whether a clause beside the wish wishes nothing: omg, "ok"."""
    return intent_of(parsed) in TALK - {"deny", "hesitate", "inform"} and confidence_of(parsed) >= SURE


def gives_voucher_back(text: str) -> bool:
    """Whether a voucher goes back for its points, by words that name both: 先把50那张退掉, "return the 50 voucher".

    What is not to go back, and how it is in general, is another matter."""
    if _OF_ORDERS.search(normalise(text)) or _GENERAL.search(normalise(text)):
        return False
    clauses = [flat if flat.isascii() else flat.replace(" ", "") for flat in map(normalise, _CLAUSE.split(text))]
    # The voucher and what goes back may stand in two clauses: "about the voucher, can you put the points back".
    flat = normalise(text)
    clauses += [flat] if text.isascii() else []
    if _NOT_WANTED.search(flat.replace(" ", "")):
        return True
    return any(pattern.search(clause) for clause in clauses for pattern in _GIVES_BACK)


def wishes_vouchers(text: str) -> bool:
    """Whether vouchers of a worth are wished, so many or for points; neither asked about nor told of."""
    flat = normalise(text)
    if _TOLD.search(flat) or slot_text.is_question(text) or lexicon.mentions("asks_back", text):
        return False
    squeezed = _ONE_PIECE.sub(r"\1一张", flat.replace(" ", ""))
    by_worth = not _WAVERS.search(flat) and _PIECE_WORTH.search(squeezed)
    if _SO_MANY_MORE.search(flat) and (count_said(text) or lexicon.mentions("same_reward", text)):
        return True
    return bool(by_worth or _COUNTED.search(flat) or (_WORTH_NAMED.search(flat) and _WISHES.search(flat)))


def goes_back_at_once(said: Said, context: Context) -> Heard | None:
    """What was just redeemed is to go back, before any rule or article is looked for; a question asks first."""
    if (
        context.expects.form is not None
        or intent_of(said.whole) in NO_OTHER_WISH
        or not wants_points_back(said, context)
    ):
        return None
    return Heard.of(words(said, UNDO, {"act": REDEEM}))


def _goes_back(clause: str) -> bool:
    flat = normalise(clause)
    close = flat if flat.isascii() else flat.replace(" ", "")
    return _BACK.search(flat) is not None or _REDEEMED_BACK.search(close) is not None


def wants_points_back(said: Said, context: Context) -> bool:
    """Whether what was redeemed lately goes back, by words that ask nothing and name no order."""
    if context.focus.get("done") != REDEEM or not reference.was_done_lately(context.focus):
        return False
    named = {str(each.get("entity")) for each in entities_of(said.whole)}
    if named & {"order_number", "parcel_number"} or _OF_ORDERS.search(normalise(said.text)):
        return False
    clauses = [clause for clause in _CLAUSE.split(said.text) if clause.strip()]
    back = [clause for clause in clauses if _goes_back(clause)]
    # "Can I have them back?" of what was just spent is the wish: it is asked about before anything is done.
    asks_else = any(slot_text.is_question(clause) and not _MAY.search(normalise(clause)) for clause in back)
    return bool(back) and not asks_else and not _GENERAL.search(normalise(said.text))
