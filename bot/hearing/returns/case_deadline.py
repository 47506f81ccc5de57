"""Until when the goods of a return that is registered, or about to be, are to be sent back, and whether that may wait:
it is asked of that very case, by its number or without."""

import re

from actions.kit.told import handing_on
from actions.kit.words import consent, requests
from actions.kit.words.consent import Answer
from bot.hearing.message import reference
from bot.hearing.message.agreed import RETURN_FORM
from bot.hearing.message.said import CHOICE, Said, words
from bot.hearing.steps import Heard, Step, with_intent
from crm_store.conversations import Context
from crm_store.text import normalise

STATUS, RETURN, AFFIRM = "ask_refund_status", "return_or_refund", "affirm"
CONFIRMED = "return_confirmed"
_SENT = r"(?:寄(?:回|返|出|过去|给你|给你们)?|送回|退回)"
_ASKS = re.compile(
    rf"{_SENT}(?:来|去|过来)?(?:的)?[^，。]{{0,4}}(?:期限|时限|几天|多久|最晚|截止|几号前|过期)"
    rf"|(?:最晚|最迟|多久|几天|几号|什么时候)(?:之?内|以?前)?(?:要|得|必须|需要|就要)?{_SENT}"
    rf"|(?:寄|送)得及|(?:来得及|赶得及|赶得上).{{0,4}}{_SENT}|{_SENT}.{{0,6}}(?:来得及|赶得及|赶得上)"
    rf"|(?:回来|返嚟|返来|之后|以后|过几天|晚(?:点|几天)|迟(?:点|几天)|到时|下周|下个?月|\d号|\d日)[^，。]{{0,6}}(?:再|先|才){_SENT}[^，。]{{0,8}}(?:吗|么|嘛|不|没|行|得)"
)
_ASKS_EN = re.compile(
    r"\b(?:when|by when|until when|how soon|how long)\b.{0,24}"
    r"\b(?:send|post|ship|return|get) (?:it|them|that|this|the)\b.{0,16}"
    r"|\b(?:can|could|may|is it (?:ok|okay|fine)(?: if)?|would it be (?:ok|okay|fine)(?: if)?)(?: i)?(?: still)?"
    r" (?:send|post|ship|return) "
    r"(?:it|them|that|this|r)\b.{0,30}\b(?:later|after|when|once|next|until|back on|on the)\b"
    r"|\bdeadline (?:for|to) (?:send|post|return)\w*"
)
_EXPIRES = re.compile(r"过期|失效|逾期|\bexpire|\brun out\b|\btoo late\b")
_OTHER = re.compile(
    r"(?<!不是)(?<!不系)(?:积分|点数|优惠券|代金券|券|退款|生日)|(?<!not )\b(?:points?|vouchers?|coupons?|refund)\b"
)

_OURS = re.compile(r"新的|给我寄|寄给我|\b(?:you|new one) (?:send|post|ship)\b|\bto me\b")
"""What the shop sends is another question."""


def heard(said: Said, context: Context) -> Heard | None:
    """The question as a step about the case; a yes to the form's last question before it counts."""
    form, focus = context.expects.form, context.focus
    if form not in (None, RETURN_FORM) or not asks(said.text):
        return None
    named = requests.numbers(said.text)
    number = named[0] if named else str(focus.get("return") or "")
    if form is None and not named and not (number and _of_late(context)):
        return None
    asking = words(said, STATUS, {CHOICE: handing_on.SEND_BY + (number if form is None else "")})
    first = next((part for part in re.split(r"[,，。.;；!！?？]", said.text) if part.strip()), "")
    if context.expects.slot != CONFIRMED or consent.read(first).answer is not Answer.YES:
        return Heard.of(asking)
    # What was just registered is what the question is about.
    yes = Step(text=first, heard=with_intent({**said.whole, "text": first, "entities": []}, AFFIRM))
    return Heard.of(yes, asking)


def asks(text: str) -> bool:
    """Whether until when something is to be sent back is asked, or whether that may wait."""
    flat = normalise(text)
    if _OTHER.search(flat) or _OURS.search(flat):
        return False
    if _ASKS.search(flat) or _ASKS_EN.search(flat):
        return True
    return bool(_EXPIRES.search(flat)) and "寄" in flat


def _of_late(context: Context) -> bool:
    if context.focus.get("done") == RETURN and reference.was_done_lately(context.focus):
        return True
    places = context.focus.get("at") or {}
    return max(places.values(), default=0) - int(places.get("return", 0)) <= reference.LATELY
