"""How the points of an order were worked out, or what the balance comes to with them, asked right after they were told:
of that very order, and no general rule."""

import re

from bot.hearing.message.said import CHOICE, Said, single
from bot.hearing.steps import Heard, Step, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Focus, Parsed
from crm_store.text import normalise

HISTORY = "ask_points_history"
RECKONED, TOTAL = "reckoned", "total"
DISPUTE_FORM = "dispute_form"
OF_POINTS = frozenset({HISTORY, "ask_points_balance", "dispute_points", "ask_points_rules"})
LATELY = 3
"""Messages without a subject of their own that may have come between."""
SURE = 0.6
_HOW = re.compile(
    r"(?:怎么|咋|怎样|点样|如何|点)(?:会|就|能)?(?:是|只有|才)?(?:这样)?(?:算|计|得出|来)(?:出来|出|的|得)?(?!账号)|(?:怎么|咋|点解|为什么|为啥"
    r"|为何)(?:会|就|才|只|是|有|得)*.{0,3}\d+ ?(?:分|点)"
    r"|算(?:出来|法|错)|(?:\d+) ?(?:乘|x|×) ?(?:以)? ?\d+|\d+ ?的?\d?倍|(?:少|多|差)(?:了|咗|给了?我?)? ?\d+ ?(?:分|点)"
    r"|(?:不是|不应该是?|应该是?|唔系) ?\d+ ?(?:分|点)?(?:吗|么|吧|咩)"
    r"|\bhow (?:\w+ ){0,4}(?:worked out|calculated|computed|add(?:s|ed)? up|come(?:s)? to|get to|make \d+"
    r"|count(?:ed)?)\b|\bhow (?:is|are|was|were|do|did) (?:\w+ ){0,4}\d+\b"
    r"|\bwhy (?:\w+ ){0,4}\d+ (?:points )?(?:and not|not|instead|only)?|\d+ (?:times|x) (?:\d+|two"
    r"|three)\b|\b\d+ (?:points? )?(?:short|missing|too few)\b|\bshouldn t (?:it|that) be \d+\b"
)
_SHIPPING = re.compile(
    r"(?:运费|邮费|快递费).{0,8}(?:算|计|有分|给分|得分|积分|点数|扣|包括|包含|除外)|(?:算|计|扣|除|不含|包括|包含).{0,6}(?:运费|邮费|快递费)"
    r"|\b(?:shipping|postage|delivery (?:fee|cost|charge))\b.{0,24}\b(?:count\w*|earn\w*|points?"
    r"|includ\w+|exclud\w+)\b|\b(?:count\w*|includ\w+|exclud\w+|without|minus|because of) (?:the "
    r"|my )?(?:shipping|postage|delivery)\b"
)
_TOTAL = re.compile(
    r"(?:到账|到了|入账|入帐|进来|加上|算上|连埋|加埋|加起来|之后|以后|后)(?:以后|之后|了|后|的话)?.{0,8}(?:(?:一共|总共|合计|总|共|就|会)(?:是|有"
    r"|会有)*.{0,3}(?:多少|几多?)|有(?:多少|几多?)(?:积分|点数|分|点))"
    r"|(?:一共|总共|合计)(?:会|就|能)?(?:有|是)?(?:多少|几多?) ?(?:积分|点数|分|点)"
    r"|\bhow many (?:points )?(?:\w+ ){0,5}(?:in total|altogether|all together|then|once|when|after)\b"
    r"|\b(?:total|balance) (?:\w+ ){0,5}(?:once|when|after|with) (?:they|those|these|that|it)\b|\b(?:once"
    r"|when|after) (?:they|those|these|it) (?:\w+ ){0,3}(?:arrive|come|in|there"
    r"|credited)\w*\b.{0,40}\bhow many\b"
)
_OF_OTHERS = frozenset({"order_number", "parcel_number"})
_DENIED = re.compile(r"没(?:有)?问题|不用算|别算|唔使计|知道怎么算|懂了|明白了")


def heard(said: Said, context: Context) -> Heard | None:
    """The steps of such a question, with a wish beside it; None where it is none, or its order was not just told of."""
    if not _is_spoken_of(context) or _DENIED.search(normalise(said.text)):
        return None
    if any(each.get("entity") in _OF_OTHERS for each in entities_of(said.whole)):
        return None
    asked = asks(said.text)
    if asked is None:
        return None
    told = Step(text=said.text, heard=with_intent(said.whole, HISTORY, {CHOICE: asked}))
    if asked == RECKONED:
        return Heard.of(told)
    beside = [
        single(clause.text, heard, context)
        for clause, heard in said.clauses
        if asks(clause.text) is None and is_wish(heard, SURE) and not _is_of_the_order(heard)
    ]
    return Heard.of(told, *beside[:1])


def asks(text: str) -> str | None:
    """Which of the two is asked: how they were worked out, or what they make with the balance."""
    flat = normalise(text)
    if _TOTAL.search(flat):
        return TOTAL
    return RECKONED if _HOW.search(flat) or _SHIPPING.search(flat) else None


def _is_spoken_of(context: Context) -> bool:
    """Whether points of an order were what the last messages were about."""
    focus: Focus = context.focus
    if context.expects.form not in (None, DISPUTE_FORM) or not focus.get("order"):
        return False
    lately = int(focus.get("age") or 0) <= LATELY
    of_order = bool(focus.get("order_points")) or focus.get("topic") == "dispute_points"
    return lately and (context.expects.form == DISPUTE_FORM or (focus.get("topic") in OF_POINTS and of_order))


def _is_of_the_order(heard: Parsed) -> bool:
    return intent_of(heard) in OF_POINTS
