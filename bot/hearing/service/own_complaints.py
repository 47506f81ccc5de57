"""Words about complaints that were filed: not to file a second one but to correct the first, and which of several goes
and which stays (留0100，撤0098)."""

import re
from collections.abc import Sequence

from actions.kit.words import requests
from actions.kit.words.amending import amends
from bot.hearing.answers.told_more import MORE
from bot.hearing.message.said import CHOICE, SURE_OF_ANOTHER, Said, waits_for_a_story, words
from bot.hearing.steps import Heard, Step, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context
from crm_store.text import closed_up, normalise

COMPLAINT, UNDO, FORM = "make_complaint", "undo", "complaint_form"
_NO_SECOND = re.compile(
    r"(?:不要|别|不用|唔好|唔使|不必)(?:再|重复|又|帮我)*(?:登记?|记|开|报|立|建|提交?|投诉|弄|整)"
    r"(?:多|新|另)?(?:一|两|二|2|多)?(?:次|遍|单|个|份|条)"
    r"|(?:不要|别|唔好)(?:再|又)?重复(?:登|记|投|开|提)|(?:不要|别|唔好)(?:再|又)(?:登记?|开|报|立|投诉)(?:新的|一)?"
    r"|\b(?:don t|do not|dont|no need to|not) (?:file|open|log|register|make|raise|start|submit|create)"
    r"(?: (?:it|that|this))? (?:again|twice|another|a second|a new|two|one more)"
)
_CORRECTS = re.compile(
    r"(?:改|更正|修改|改正|改返|补)(?:一下|下|返)?(?:投诉|内容|原来|之前|前面|刚才|第一|那个|嗰单)|(?:投诉|内容)\S{0,4}(?:写错|记错|填错|登错|搞错)"
    r"|\b(?:correct|amend|fix|change|edit|update) (?:the|that|my) (?:\w+ )?(?:complaint|case|one|record|report)\b"
)
_ADDS = re.compile(
    r"(?:投诉|案子|案件)(?:单)?(?:里面|里头|里|上|那边|内容)?(?:请|麻烦|再|帮我|也|要|想|还要|多)*(?:加|补|添|写|备注|注明|补充)(?!快|急)(?:上|一句|一下|一点|一条|进去|多)"
    r"|(?:加|补|添|补充|写)(?:一句|一下|一点|一条)?(?:到|进|去|落|入)(?:去)?(?:那个|这个|刚才的?|我的|嗰单|嗰个)?(?:投诉|案子|案件)"
    r"|\b(?:add|put|note|mention|include|write)\b.{0,60}\b(?:to|in|into|on) (?:the|my|that) (?:complaint|case)\b"
    r"|\b(?:the|my|that) (?:complaint|case) (?:please |also |can you |could you )*(?:add|note|mention|include|put)\b"
)
"""What is to go into a complaint that is named: no new one."""
_STAYS = re.compile(r"(?:别|不要?|唔好)撤|\b(?:don t|do not) (?:withdraw|drop|cancel) (?:the|my|that|it)\b")
_OFF = re.compile(r"撤|取消|删|去掉|\b(?:withdraw|drop|cancel|remove|delete|scrap|has to go|take back)\b")
_WHICH = re.compile(
    r"(?<!\d)\d{4}(?!\d)|[前后頭头][一]?[个单]|第[一二三][个单]|只留|留着?这"
    r"|\b(?:first|second|last|former|latter|other|earlier|later) ?(?:one)?\b"
)


def heard(said: Said, context: Context) -> Heard | None:
    """The steps of such a message; None where no complaint was spoken of."""
    if context.expects.form is None and _ADDS.search(closed_up(said.text)):
        return Heard.of(words(said, COMPLAINT, {CHOICE: MORE}), *_answers_beside(said, context))
    if not context.focus.get("complaint") or (waits_for_a_story(context) and context.expects.form != FORM):
        return None
    if tells_which(said.text) and not requests.numbers(said.text):
        return Heard.of(words(said, UNDO, {"act": COMPLAINT}))
    flat = closed_up(said.text)
    if _STAYS.search(flat):
        # "Don't withdraw it! It's about the quality": what stands beside it belongs to the complaint.
        return (
            Heard.of(words(said, COMPLAINT, {CHOICE: MORE}), *_answers_beside(said, context)) if said.clauses else None
        )
    corrects = _NO_SECOND.search(flat) or _CORRECTS.search(flat) or _puts_right(said, context)
    if not corrects:
        return None
    more = words(said, COMPLAINT, {CHOICE: MORE})
    return Heard.of(more, *_answers_beside(said, context))


def tells_which(text: str) -> bool:
    """Whether words say which of several complaints is withdrawn."""
    flat = normalise(text)
    return bool(_OFF.search(flat) and _WHICH.search(flat))


def _puts_right(said: Said, context: Context) -> bool:
    """Amid another form: "not late! he swore at me" corrects the complaint that was just filed."""
    if context.expects.form in (None, FORM) or context.focus.get("done") != COMPLAINT:
        return False
    told = any(intent_of(heard) == COMPLAINT and is_wish(heard, SURE_OF_ANOTHER) for _, heard in said.clauses)
    return told and amends(said.text)


def _answers_beside(said: Said, context: Context) -> Sequence[Step]:
    """A time said beside it is for the call that is being arranged."""
    timed = [
        (clause.text, heard)
        for clause, heard in said.clauses
        if any(each.get("entity") == "time" for each in entities_of(heard))
    ]
    if not timed:
        return []
    text, heard = timed[0]
    if context.expects.form == "callback_form":
        return [Step(text=text, heard=heard)]
    calls = intent_of(heard) == "request_callback"
    return [Step(text=text, heard=with_intent(heard, "request_callback"))] if calls else []
