"""What is refused is left, and what is wished in its place begins: 我不退，我要投诉快递员; "not returning it, just send
the missing one"; 四件套没问题，别一起退."""

import re

from actions.kit import slot_text
from actions.kit.base import STAYS
from actions.kit.told import handing_on, not_in_parcel
from actions.kit.words import alternatives, lexicon
from bot.hearing.message import denial
from bot.hearing.message.said import CHOICE, SURE_OF_ANOTHER, Said, single, waits_for_a_story, words
from bot.hearing.message.wishes import asks
from bot.hearing.steps import Heard, Step, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Expectation
from crm_store.text import closed_up

RETURN, RETURN_FORM, MAKE_COMPLAINT, DENY_ACT = "return_or_refund", "return_form", "make_complaint", "deny_act"
_REFUSES = re.compile(
    r"(?:我|俺|都|又|也|真的|说了|跟你说了)*(?:不|唔|没说|没有说|别|不用|不要|不想|不需要|不必|唔使|唔想|没要|没想)(?:要|想|用)?"
    r"(?:退|换)(?:货|款|换|回|掉)?(?:也?(?:不|唔)(?:退|换)(?:货|款)?)?(?:了|啊|的|啦|呀|喇|哦|吧)*"
    r"|(?:but |and |no |look |again )*(?:i m |i am |we re )?(?:not|don t want to|do not want to|no need to) "
    r"(?:return|returning|send|sending|exchange|exchanging|swap|swapping)(?: back)?"
    r"(?: (?:it|them|this|that|anything|back|the \w+))*"
)
"""A clause that says nothing but that nothing goes back."""
_OTHER_ACTS = frozenset({
    "make_complaint", "request_callback", "request_human", "ask_invoice", "change_order", "cancel_order",
    "redeem_points", "update_profile",
})  # fmt: skip
"""What may be wished in place of a return."""
_SEND = r"(?:补(?:发|寄|给|送|回|上|齐|个|一|1)?|寄|发|送)"
_MISSING_SENT = re.compile(
    rf"(?:少|缺|漏)(?:了|的|发|寄|掉)*(?:的)?(?:那|这|嗰|一)*[个件只瓶双条份样罐支]?(?:东西|零件|配件)?(?:给我|帮我|请|麻烦|就)*{_SEND}"
    rf"|把(?:少|缺|漏)\S{{1,8}}?{_SEND}"
    r"|补(?:发|寄|送)(?:一|1|那|这|个|件|少|缺|漏|给|过来|就|吧)|补(?:缺|漏|少)(?:的|了)"
    r"|\b(?:send|ship|get|post)\b.{0,24}\b(?:the|my) (?:missing|other) (?:one|piece|item|part|bottle|unit)\b"
    r"|\bmissing (?:one|piece|item|part|bottle|unit)\b.{0,24}\b(?:sent|shipped|posted|delivered)\b"
)
"""A piece that was not in the parcel is to be sent."""
_OF_NO_GOODS = re.compile(
    r"积分|点数|分数|\d分|券|发票|验证码|密码|短信|邮件|\b(?:points?|vouchers?|coupons?|invoice|code|e ?mail|message)\b"
)
_NOT_SENT = re.compile(r"(?:不用|不要|别|不必|唔使|不需要)\S{0,6}补|\b(?:don t|no need to|not) (?:send|ship)\b")
_NOT_ALONG = re.compile(
    r"(?:别|不要|不用|唔好|咪|不)(?:给我|帮我|替我)?(?:一起|一并|一齐|也|跟着|顺便|连\S{1,6}?也?)(?:给我|帮我|给|都)*(?:退|换)"
    r"|\b(?:don t|do not|please don t|not) (?:return|send back|refund|exchange|include)\b.{0,30}"
    r"\b(?:as well|too|along|together|with it)\b"
)
"""A clause by which a thing does not go back along with another."""


_COMPLAINT = re.compile(
    r"(?:要|想|帮我|给我|替我|那就?|就|去|直接|请|麻烦)(?:正式)?(?:提交?|登记|记)?(?:一?[个条下])?(?:投诉|客诉|申诉)(?!过|了|的|单|号|电话|进)"
    r"|(?:登记|提交?|立)(?:一?[个条下])?(?:投诉|客诉)(?!过|了|的|单|号|电话|进)"
    r"|\b(?:file|make|raise|lodge|open|log|register|submit|want|put in|start)"
    r" (?:a |an |the |my )?(?:formal |official )?complaint\b"
    r"|\b(?:want|like|going|need|have) to complain\b|^complaint\b(?! (?:c \d|number|status|form))"
)
_NO_COMPLAINT = re.compile(
    r"(?:不|别|唔|没|不用|不想|唔想|没有)(?:是)?(?:要|想|用|打算)?(?:去)?(?:投诉|客诉|申诉)|怎么投诉|点投诉|(?:如果|要是|不然|否则|再不).{0,12}投诉"
    r"|\b(?:don t|do not|not|no|never|without|if i|should i|how (?:do|can) i|can i|already|did i)\b.{0,20}\bcompla"
)
"""A complaint denied, supposed, asked about or filed already."""


def heard(said: Said, context: Context) -> Heard | None:
    """The steps of such a message; None where nothing is refused for something else."""
    if context.expects.form not in (None, RETURN_FORM) or waits_for_a_story(context):
        return None
    return _complained(said, context) or _missing_sent(said, context) or _stays(said) or _another_act(said, context)


def _complained(said: Said, context: Context) -> Heard | None:
    """A complaint, plainly wished where something was not in the parcel or where the way of a return is asked: the
    question is let go."""
    form, text = context.expects.form, said.text
    is_so = bool(context.focus.get(handing_on.LEFT_OUT)) or not_in_parcel.told(text)
    if not (is_so or context.expects.slot == "return_kind") or _COMPLAINT.search(closed_up(text)) is None:
        return None
    clauses = _parts(said)
    asks = any(slot_text.is_question(part) for part in clauses if _COMPLAINT.search(closed_up(part)))
    if asks or _NO_COMPLAINT.search(closed_up(text)) or any(_is_denied(part) or _goes_back(part) for part in clauses):
        return None
    wish = words(said, MAKE_COMPLAINT)
    return Heard.of(wish) if form is None else Heard.of(_left(said, text), wish)


def _missing_sent(said: Said, context: Context) -> Heard | None:
    """The missing piece is to be sent, where a complaint was just offered for it: that is the yes. Elsewhere it is
    handed on to a colleague (`handed_on`)."""
    parts = _parts(said)
    wished = [text for text in parts if _wishes_the_missing(text)]
    if not_in_parcel.told(said.text):
        return None
    if context.expects.slot != "return_kind" or not wished or any(_goes_back(text) for text in parts):
        return None
    filed = Step(text=said.text, heard=with_intent({**said.whole, "entities": []}, MAKE_COMPLAINT, {CHOICE: "file"}))
    return Heard.of(filed) if context.expects.form is None else Heard.of(_left(said, said.text), filed)


def _wishes_the_missing(text: str) -> bool:
    flat = closed_up(text)
    is_so = _MISSING_SENT.search(flat) is not None and not _NOT_SENT.search(flat) and not _OF_NO_GOODS.search(flat)
    return is_so and not slot_text.is_question(text)


def _goes_back(text: str) -> bool:
    """Whether a clause wishes money or another piece as well."""
    return alternatives.way_wished(text) is not None and not _refuses(text)


def _stays(said: Said) -> Heard | None:
    """A thing of the same order that is not to go back with the other: nothing is begun for it, and nothing left."""
    parts = _parts(said)
    kept = [text for text in parts if _NOT_ALONG.search(closed_up(text))]
    if not kept or slot_text.is_question(said.text) or any(_goes_back(text) for text in parts if text not in kept):
        return None
    return Heard.of(words(said, DENY_ACT, {"act": RETURN, CHOICE: STAYS}))


def _another_act(said: Said, context: Context) -> Heard | None:
    """Another act, surely wished in a clause of its own beside the one that refuses."""
    refused = [clause.text for clause, _ in said.clauses if _refuses(clause.text)]
    others = [
        (clause.text, parsed)
        for clause, parsed in said.clauses
        if clause.text not in refused and intent_of(parsed) in _OTHER_ACTS and is_wish(parsed, SURE_OF_ANOTHER)
        if denial.denied(clause.text) is None
        and not lexicon.mentions("drop", clause.text)
        and not asks(intent_of(parsed))
    ]
    if not refused or len({intent_of(parsed) for _, parsed in others}) != 1:
        return None
    text, parsed = others[0]
    wish = single(text, parsed, Context(expects=Expectation(), focus=context.focus))
    if context.expects.form is None:
        return Heard.of(wish)
    return Heard.of(_left(said, refused[0]), wish)


def _left(said: Said, text: str) -> Step:
    """The return that is open is left."""
    return Step(text=text, heard=with_intent({**said.whole, "entities": []}, DENY_ACT, {"act": RETURN}))


def _is_denied(text: str) -> bool:
    return denial.denied(text) is not None or lexicon.mentions("drop", text)


def _refuses(text: str) -> bool:
    return _REFUSES.fullmatch(closed_up(text)) is not None and not lexicon.mentions("correction", text)


def _parts(said: Said) -> list[str]:
    return [clause.text for clause, _ in said.clauses] or [said.text]
