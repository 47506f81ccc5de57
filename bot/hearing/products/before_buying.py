"""What is asked before anything was bought (我还没买呢, "if I buy them and they don't fit can I return them") is asked
of the rule: it begins no return and asks nobody who they are."""

from dataclasses import replace

from actions.kit import slot_text
from actions.kit.words import lexicon
from bot.hearing.message.said import Said
from bot.hearing.steps import confidence_of, entities_of, intent_of, with_intent
from crm_store.conversations import Context, Focus, Parsed

FAQ, INFORM = "ask_faq", "inform"
OF_A_RETURN = frozenset({"return_or_refund", "report_fault", "ask_refund_status", "change_order"})
OF_ONES_OWN = frozenset({"ask_order_status", "ask_parcel", "bind_account", "cancel_order"})
NUMBERS = frozenset({"order_number", "parcel_number"})
GOODS, BOUGHT = frozenset({"product", "listed", "bill"}), frozenset({"order", "parcel", "return"})


def as_meant(said: Said, context: Context) -> Said:
    """The message with its questions about returns heard as questions of the rule, and the words that nothing was
    bought as a mere remark; itself where something was bought, or a form is open."""
    if context.expects.form is not None or not _is_before(said, context):
        return said
    clauses = [(clause, _meant(clause.text, heard)) for clause, heard in said.clauses]
    sentences = [(clause, _meant(clause.text, heard)) for clause, heard in said.sentences]
    return replace(said, whole=_meant(said.text, said.whole), clauses=clauses, sentences=sentences)


def _is_before(said: Said, context: Context) -> bool:
    every = [said.whole, *(heard for _, heard in said.clauses)]
    if any(each.get("entity") in NUMBERS for heard in every for each in entities_of(heard)):
        return False
    if lexicon.mentions("own_thing", said.text) or lexicon.mentions("already_ordered", said.text):
        return False
    if lexicon.mentions("not_bought_yet", said.text):
        return True
    return _considers(context.focus) and lexicon.mentions("once_bought", said.text)


def _considers(focus: Focus) -> bool:
    """Whether goods were told, and nothing that was bought, or not since: the last purchase that came up in between is
    not what is asked about."""
    goods, bought = GOODS & focus.keys(), BOUGHT & focus.keys()
    if not goods or not bought:
        return bool(goods)
    at: dict[str, int] = focus.get("at") or {}
    return max(at.get(kind, 0) for kind in goods) > max(at.get(kind, 0) for kind in bought)


def _meant(text: str, heard: Parsed) -> Parsed:
    asks = slot_text.is_question(text) or lexicon.mentions("may_go_back", text)
    if intent_of(heard) in OF_A_RETURN and asks:
        return with_intent(heard, FAQ, confidence=confidence_of(heard))
    is_remark = intent_of(heard) in OF_ONES_OWN | OF_A_RETURN and lexicon.mentions("not_bought_yet", text)
    return with_intent(heard, INFORM, confidence=confidence_of(heard)) if is_remark else heard
