"""An invoice that has come and is wrong is one wish, whatever its parts sound like ("it came" is no parcel). What would
become of a wrong one, asked amid the questions for it (开错可以改吗), is a question of the rule: the form goes on."""

import re

from actions.kit.told import invoice_again
from actions.kit.words import lexicon, plainly
from bot.hearing.message import reference
from bot.hearing.message.said import CHOICE, Said, words
from bot.hearing.steps import Heard, Step, entities_of, with_intent
from crm_store.conversations import Context
from crm_store.language import Language
from crm_store.text import normalise

ASK_INVOICE, FAQ, INFORM = "ask_invoice", "ask_faq", "inform"
INVOICE_FORM, WRONG = "invoice_form", "invoice_wrong"
_OF_ACCOUNT = re.compile(r"账号|帐号|资料|会员|投诉|电话|\b(?:account|profile|complaint|call)\b")
_PUT_RIGHT = re.compile(
    r"改|换|另|更正|(?:写|打|填|开|寄|发|登|搞|弄)错|错了|不对|应该是|少了|漏了"
    r"|\b(?:wrong|change|another|other|different|instead|should (?:be|have been|say)|correct|update"
    r"|mistake|typo|not the)\b"
)


def heard(said: Said, context: Context) -> Heard | None:
    """The step of that wish, or of that question; None where neither is told."""
    if context.expects.form is None and invoice_again.is_told(said.text):
        return Heard.of(words(said, ASK_INVOICE))
    return _asked(said, context)


def corrected(said: Said, context: Context) -> Heard | None:
    """What is wrong with the invoice that was asked for last, or shall be otherwise: its form begins with what is
    known. An order, a parcel or an account that is named is another matter."""
    focus, text = context.focus, said.text
    if context.expects.form is not None or focus.get("done") != ASK_INVOICE or not reference.was_done_lately(focus):
        return None
    of_it = any(lexicon.mentions(group, text) for group in ("title_word", "tax_number_word", "invoice_mail_word"))
    of_it = of_it or lexicon.mentions("invoice_word", text) or lexicon.mentions("company", text)
    if not of_it or not _PUT_RIGHT.search(normalise(text)):
        return None
    named = {str(each.get("entity")) for each in entities_of(said.whole)}
    if named & {"parcel_number", "product"} or _OF_ACCOUNT.search(normalise(text)):
        return None
    return Heard.of(words(said, ASK_INVOICE, {CHOICE: invoice_again.CORRECTED}))


def _asked(said: Said, context: Context) -> Heard | None:
    """The question what becomes of a wrong one, behind the answer beside it."""
    amid = context.expects.form == INVOICE_FORM
    spoken_of = context.expects.form is None and ASK_INVOICE in (context.focus.get("topic"), context.focus.get("done"))
    if not amid and not spoken_of:
        return None
    clauses = [clause.text for clause, _ in said.clauses] or [said.text]
    asking = [text for text in clauses if asks_of_wrong(text)] or ([said.text] if asks_of_wrong(said.text) else [])
    if not asking:
        return None
    language = Language.of(said.whole.get("language"))
    standard = plainly.standard(WRONG, language)
    question = Step(text=standard, heard=with_intent({**said.whole, "text": standard, "entities": []}, FAQ))
    rest = _rest(said, clauses, asking) if amid else ""
    if not rest:
        return Heard.of(question)
    kept = [each for each in entities_of(said.whole) if int(each.get("end") or 0) <= len(rest)]
    answer = with_intent({**said.whole, "text": rest, "entities": kept}, INFORM)
    return Heard.of(Step(text=rest, heard=answer), question)


def asks_of_wrong(text: str) -> bool:
    """Whether words ask that, of invoices, with or without the word."""
    return any(plainly.heard_as(each) == WRONG for each in (text, f"发票{text}", f"invoice {text}"))


def _rest(said: Said, clauses: list[str], asking: list[str]) -> str:
    """What stands before the question and answers ours; nothing where it only says what was not asked."""
    before = said.text[: said.text.find(asking[0])] if asking[0] in said.text else ""
    told = [text for text in clauses if text in before and not lexicon.corrects(text)]
    return before.strip(" ,，、。;；") if told and any(sign.isalnum() for sign in before) else ""
