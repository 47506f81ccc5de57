"""Words that go on with what was just done: a detail or a correction of the complaint, its number, why a score."""

import re
from dataclasses import replace

from actions.kit.told import return_details
from actions.kit.words import consent, lexicon
from actions.kit.words.amending import amends, is_question
from bot.hearing.danger import after_danger, danger
from bot.hearing.message.said import Said
from bot.hearing.steps import FALLBACK, confidence_of, entities_of, intent_of, with_intent
from crm_store.conversations import Context, Focus, Parsed
from crm_store.text import closed_up, normalise

MORE, COMMENT = "more", "comment"
"""Values of `choice`: words for the complaint just told of, and words for the rating just given."""
RETURN = "return_or_refund"
COMPLAINT_TOPICS = frozenset({"make_complaint", "ask_complaint_status", "report_danger"})
LATELY = 3
"""Messages without a subject of their own that may have come between."""
UNSURE, SURE = 0.6, 0.8
SAYS_CHARACTERS, SAYS_WORDS = 4, 3
"""Fewer Chinese characters or English words than these are no detail."""

_NUMBER_ASKED = re.compile(
    r"(?:编号|单号|号码|案号|受理号|号是).{0,6}(?:什么|多少|几|啥|来着|哪|呢|忘|再说|再给|发我|给我)|(?:什么"
    r"|多少|啥|几).{0,4}(?:编号|单号|案号)"
    r"|^(?:那)?(?:我的)?(?:投诉)?(?:编号|单号|案号)(?:呢|是)?$|投诉(?:号|单)(?:是)?(?:多少|什么|呢)"
    r"|\b(?:what|whats|which|give|tell|remind|repeat|again|forgot|lost)\b.{0,24}\b(?:number|reference|ref|case id)\b"
    r"|\b(?:number|reference|ref)\b.{0,12}\b(?:again|please)$|^(?:my |the )?(?:complaint |case "
    r"|reference )?(?:number|reference)$"
)
_HOW_FAR = re.compile(
    r"进度|进展|处理到|办到哪|到哪一?步|处理得怎|处理的怎|\b(?:status|progress|any news|any update|how far)\b"
)
OTHER_NUMBER = re.compile(
    r"电话|手机|快递|运单|物流|订单|包裹|客服号|会员|\b(?:tracking|phone|order|parcel|member\w*|call)\b"
)
"""Whose number is not that of a case."""
_NOTHING_MORE = re.compile(
    r"(?:(?:没有?|冇|无|不用|唔使)(?:了|啦|喇|的)*(?:别的|其他的?|其它的?|更多|补充的?|什么要?补充的?|嘢)?(?:了|啦|喇|的|就|吧|谢谢|多谢|唔该)*"
    r"|(?:就|先)(?:这些|这样|咁|呢啲|这个)(?:了|啦|喇|吧|多|谢谢)*)+"
    r"|(?:(?:no|nope|nah|ok|okay|thanks|thank you|and|so|for now|then)\b ?)*"
    r"(?:that s (?:all|it|everything)|that is (?:all|it|everything)|nothing (?:else|more)(?: to add| to say)?)"
    r"(?: (?:for now|thanks|thank you|then|from me|really))*"
)
"""That there is nothing to add: "no that's all", 没有别的了."""
_NO_DETAIL = frozenset(
    {"thank", "greet", "goodbye", "affirm", "cancel", "help", "bot_challenge", "request_human", "undo"}
)
_NAMES_A_PARCEL = frozenset({"parcel_number", "order_number", "product"})
_OPEN = frozenset({FALLBACK, "inform", "out_of_scope", "make_complaint", "report_fault", "vent", "deny"})
_TELLS = frozenset({"chase_promise", "ask_callback", "rate_service"})
_COMMENTS = _OPEN | {"give_praise", "give_suggestion", "chase_promise"}


def heard(text: str, whole: Parsed, context: Context) -> Parsed | None:
    """The message as one that goes on with the complaint or the rating of before; None when it does not."""
    focus = context.focus
    if choice := after_danger.heard(text, whole, context):
        return with_intent(whole, danger.REPORT_DANGER, {"choice": choice})
    if context.expects.form or focus.get("age", 0) > LATELY:
        return None
    if focus.get("complaint") and focus.get("topic") in COMPLAINT_TOPICS:
        if asks_number(text) or _asks_how_far(text):
            return with_intent(whole, "ask_complaint_status", {"choice": str(focus["complaint"])})
        if focus.get("done") == "make_complaint" and _NOTHING_MORE.fullmatch(closed_up(text)):
            return with_intent({**whole, "entities": []}, "deny")
        if focus.get("done") == "make_complaint" and (
            is_detail(text, whole) or _tells_of_what_was_filed(text, whole, focus)
        ):
            return with_intent(whole, "make_complaint", {"choice": MORE})
    if focus.get("done") == RETURN and focus.get("return") and _is_of_the_return(text, whole):
        return with_intent({**whole, "entities": []}, RETURN, {"choice": return_details.MORE})
    if focus.get("rated") and _is_comment(text, whole, focus):
        return with_intent(whole, "rate_service", {"choice": COMMENT})
    return None


def without_nothing_more(said: Said, context: Context) -> Said:
    """The message after a complaint without the clauses that only say that there is nothing to add, where something
    else stands beside them: "no nothing else. what's the reference"."""
    if context.focus.get("done") != "make_complaint" or context.expects.form:
        return said
    idle = [clause.text for clause, _ in said.clauses if _NOTHING_MORE.fullmatch(closed_up(clause.text))]
    rest = [(clause, parsed) for clause, parsed in said.clauses if clause.text not in idle]
    if not idle or not rest:
        return said
    if len(rest) > 1:
        return replace(said, clauses=rest, sentences=())
    ((clause, parsed),) = rest
    return Said(clause.text, {**parsed, "text": clause.text})


def _tells_of_what_was_filed(text: str, whole: Parsed, focus: Focus) -> bool:
    """Whether the very next message goes on telling of it, though it sounds like a promise that is chased: "the bot
    kept saying someone would call"."""
    is_next = focus.get("topic") == "make_complaint" and not focus.get("age", 0)
    tells = intent_of(whole) in _TELLS and not is_question(text) and not consent.asks_back(text) and _says_enough(text)
    return is_next and tells and not lexicon.mentions("complaint_wish", text)


def _is_of_the_return(text: str, whole: Parsed) -> bool:
    """Whether a message after a return was registered tells something for those who see to it: where the new one goes,
    that the box is gone, what else is wrong with the thing."""
    if any(entity.get("entity") in _NAMES_A_PARCEL - {"product"} for entity in entities_of(whole)):
        return False
    if return_details.wishes_a_way(text):
        # A wish, for this thing or for another, is served and not noted.
        return False
    if return_details.told(text):
        return True
    tells_fault = intent_of(whole) == "report_fault" or lexicon.meant("return_reason", text) is not None
    return (tells_fault or amends(text)) and is_detail(text, whole) and intent_of(whole) != "make_complaint"


def asks_number(text: str) -> bool:
    """Whether the number of what was filed is asked for."""
    flat = closed_up(text)
    return bool(_NUMBER_ASKED.search(flat)) and not OTHER_NUMBER.search(flat)


def _asks_how_far(text: str) -> bool:
    """Whether the words ask how far the complaint is: 啥进度了, "any news on it"."""
    return bool(_HOW_FAR.search(normalise(text))) and (consent.asks_back(text) or consent.is_short(text))


def is_detail(text: str, whole: Parsed) -> bool:
    """Whether a message after a complaint was filed belongs to it."""
    asks = is_question(text) or (consent.is_short(text) and consent.asks_back(text))
    if asks or lexicon.mentions("complaint_wish", text) or not _says_enough(text):
        return False
    intent = intent_of(whole)
    if amends(text):
        is_other = intent.startswith("ask_") and confidence_of(whole) >= SURE
        return not is_other and intent not in _NO_DETAIL
    return intent in _OPEN or (intent not in _NO_DETAIL and confidence_of(whole) < UNSURE)


def _is_comment(text: str, whole: Parsed, focus: Focus) -> bool:
    if focus.get("topic") != "rate_service" or focus.get("age", 0) > 0 or is_question(text):
        return False
    return intent_of(whole) in _COMMENTS and not lexicon.mentions("complaint_wish", text) and _says_enough(text)


def _says_enough(text: str) -> bool:
    left = lexicon.without("courtesy", text)
    if left.isascii():
        return len(left.split()) >= SAYS_WORDS
    return len(left.replace(" ", "")) >= SAYS_CHARACTERS
