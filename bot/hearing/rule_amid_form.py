"""A question of a rule by its words, asked amid a form that asks for something else: it is answered by the articles, and
what stands beside it still answers the form: 林雅婷 對了可以用 LINE Pay 嗎."""

from actions.kit import plainly
from bot.hearing import left_at_once
from bot.hearing.rule_asked import FAQ
from bot.hearing.said import Said, waits_for_a_story
from bot.hearing.steps import Step, with_intent
from crm_store.conversations import Context

FORMS = frozenset({"join_form", "invoice_form", "profile_form", "redeem_form", "leave_form"})
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
    asked = [(text, heard) for text, heard in parts if _asks(text, form)]
    if not asked:
        return None
    text, heard = asked[0]
    step = Step(text=text, heard={**with_intent(heard, FAQ), "text": text})
    return step, left_at_once.without(said, [each for each, _ in asked])


def _asks(text: str, form: str) -> bool:
    name = plainly.heard_as(text)
    return name is not None and name not in OF_THE_FORM.get(form, ())
