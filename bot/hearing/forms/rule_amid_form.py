"""A question of a rule by its words, asked amid a form that asks for something else: it is answered by the articles,
and what stands beside it still answers the form: 林雅婷 對了可以用 LINE Pay 嗎."""

import re
from collections.abc import Sequence

from actions.kit import slot_text
from actions.kit.words import lexicon, plainly
from bot.hearing.forms import bare_amid_form, left_at_once
from bot.hearing.message.rule_asked import FAQ
from bot.hearing.message.said import Said, waits_for_a_story
from bot.hearing.steps import FALLBACK, Step, entities_of, intent_of, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.language import Language
from crm_store.text import normalise

_HEAD = re.compile(r"(?P<head>\S{1,30})\s+(?P<question>.*[\u4e00-\u9fff].*)", re.DOTALL)
_LEADS_ON = re.compile(
    r"我是(?:说|讲|想问|问)|我的意思是|等一?下|先问(?:一下)?|想问(?:一下)?|问一下|对了|顺便|所以|不是"
    r"|^(?:imean|wait|onequestion|bytheway|btw|quickquestion|so|first)$"
)
FORMS = frozenset({"join_form", "invoice_form", "profile_form", "redeem_form", "leave_form", "cancel_order_form"})
"""Forms that ask for details or a yes. A return, a complaint and a call are asked about by their own words."""
OF_THE_FORM = {
    "invoice_form": frozenset({"company_invoice", "invoice_wrong"}),
    "redeem_form": frozenset({"coupon_once", "coupon_on_reduced"}),
}
"""Questions that a form answers better itself."""


def apart(said: Said, context: Context) -> tuple[Step, Said | None] | None:
    """The question as a step, and the message without it (None where nothing is left); None where none is asked so."""
    form = context.expects.form or ""
    if form not in FORMS or waits_for_a_story(context):
        return None
    parts = [(clause.text, heard) for clause, heard in said.clauses] or [(said.text, said.whole)]
    if bare := _of_what_it_brings(said, parts, form):
        return bare
    asked = [(text, heard) for text, heard in parts if _asks(text, form)]
    if not asked:
        return None
    text, heard = asked[0]
    head, question = _headed(text, form)
    step = Step(text=question, heard={**with_intent(heard, FAQ), "text": question})
    if head:
        return step, Said(head, _alone(said.whole, head))
    rest = left_at_once.without(said, [each for each, _ in asked])
    return step, rest if rest is not None and _answers(rest) else None


def _of_what_it_brings(said: Said, parts: Sequence[tuple[str, Parsed]], form: str) -> tuple[Step, Said | None] | None:
    """The step of a question that names nothing, about what the form brings, and what stands beside it."""
    language = Language.of(said.whole.get("language"))
    for text, heard in parts:
        if (question := bare_amid_form.named(text, form, language)) is not None:
            step = Step(text=question, heard={**with_intent({**heard, "entities": []}, FAQ), "text": question})
            rest = left_at_once.without(said, [text])
            return step, rest if rest is not None and _answers(rest) else None
    return None


def _headed(text: str, form: str) -> tuple[str, str]:
    """What stands before the question without a sign between: 0912345678 付款可以用 LINE Pay 嗎."""
    found = _HEAD.match(text)
    if found is None or not _asks(found["question"], form) or slot_text.is_question(found["head"]):
        return "", text
    return found["head"].strip(), found["question"]


def _alone(whole: Parsed, head: str) -> Parsed:
    """The words before the question, as what they name alone tells."""
    named = [each for each in entities_of(whole) if int(each.get("end") or 0) <= len(head)]
    return {**with_intent({**whole, "entities": []}, "inform"), "text": head, "entities": named, "intent_ranking": []}


def _answers(rest: Said) -> bool:
    """Whether what is left may answer the form, and is not only a turn of speech or not understood."""
    bare = _LEADS_ON.sub("", normalise(rest.text).replace(" ", ""))
    return bool(lexicon.without("courtesy", bare)) and intent_of(rest.whole) != FALLBACK


def _asks(text: str, form: str) -> bool:
    name = plainly.heard_as(text)
    return name is not None and name not in OF_THE_FORM.get(form, ())
