"""Words right after a return, exchange or repair was registered, or is asked to be changed: another size, whether it
stands, how it goes on, the reason it was put down with, what was noted in it."""

from actions.kit import slot_text
from actions.kit.asked import old_back, return_day, sizes_said
from actions.kit.told import reason_corrected, return_details
from actions.kit.words import alternatives, lexicon, requests
from bot.hearing.message import expectation, reference
from bot.hearing.message.said import CHOICE, SURE_OF_ANOTHER, Said, single, words
from bot.hearing.steps import Heard, Step, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Parsed

RETURN, STATUS = "return_or_refund", "ask_refund_status"


def heard(said: Said, context: Context) -> Heard | None:
    """The step of such words; None where no return was just registered, or the words are about something else."""
    number = str(context.focus.get("return") or "")
    if context.expects.form is None and (corrected := _reason_corrected(said, context)):
        return corrected
    if not number or context.expects.form is not None or not of_late(context):
        return None
    if expectation.option_said(said.text, context.expects) is not None or _names_goods(said):
        return None
    text = said.text
    if return_details.says_sent(text):
        return Heard.of(words(said, RETURN, {CHOICE: return_details.SENT}))
    if return_details.asks_of_condition(text):
        # "What about me having no box": that box is no lunch box that was bought once.
        return Heard.of(Step(text=text, heard=with_intent({**said.whole, "entities": []}, RETURN)))
    if (noted := _of_the_note(said, context)) is not None:
        return noted
    if lexicon.mentions("reason_used", text):
        return Heard.of(words(said, RETURN, {CHOICE: return_day.REASON}))
    if lexicon.mentions("still_on", text) and not sizes_said.corrects(text):
        return Heard.of(words(said, STATUS, {CHOICE: number}))
    if sizes_said.wished(text) and (sizes_said.corrects(text) or alternatives.way_wished(text) == "exchange"):
        return Heard.of(words(said, RETURN))
    if choice := _of_old_and_new(text):
        return Heard.of(Step(text=text, heard=with_intent({**said.whole, "entities": []}, RETURN, {CHOICE: choice})))
    if lexicon.mentions("what_next", text):
        return Heard.of(words(said, RETURN, {CHOICE: return_day.NEXT}))
    return None


def _reason_corrected(said: Said, context: Context) -> Heard | None:
    """Why it goes back is put right: of the return spoken of last, or of one that is named as such (昨天那个退货)."""
    text, focus = said.text, context.focus
    spoken_of = bool(focus.get("return")) and of_late(context)
    asked_last = bool(focus.get(reason_corrected.ASKED)) and not slot_text.is_question(text)
    faulty = any(_tells_fault(heard) for _, heard in said.clauses) or _tells_fault(said.whole)
    meant = lexicon.meant("return_reason", text) or ("quality" if faulty else None)
    corrects = reason_corrected.corrects(text) or (spoken_of and reason_corrected.tells_another(text, faulty=faulty))
    if not (corrects and (spoken_of or requests.kinds(text))) and not (asked_last and spoken_of and meant):
        return None
    wishes = return_details.wishes_a_way(text) and not reason_corrected.names_reason(text)
    if _names_goods(said) or wishes or _is_elsewhere(said, context):
        return None
    choice = reason_corrected.written(meant)
    return Heard.of(Step(text=text, heard=with_intent({**said.whole, "entities": []}, RETURN, {CHOICE: choice})))


def _is_elsewhere(said: Said, context: Context) -> bool:
    """Whether a complaint, or another thing than the one that goes back, is what the words are about."""
    focus = context.focus
    others = [each for each in entities_of(said.whole) if each.get("entity") == "product"]
    places: dict[str, int] = focus.get("at") or {}
    complained = focus.get("done") == "make_complaint" and places.get("complaint", 0) > places.get("return", 0)
    return complained or requests.names_other_matter(said.text) or (bool(others) and not requests.kinds(said.text))


def _of_old_and_new(text: str) -> str | None:
    """Whether the old one has to come back, or what would be if the new one were wrong as well: asked, not wished."""
    if old_back.supposes_new_one(text):
        return return_day.NEW_ONE
    return return_day.OLD_BACK if old_back.asks(text) else None


def _of_the_note(said: Said, context: Context) -> Heard | None:
    """What was noted is taken back, or asked about; what is wished beside it is served."""
    denies = bool(context.focus.get("noted")) and return_details.denies_note(said.text)
    if not denies and not return_details.asks_whether_noted(said.text):
        return None
    choice, is_of_it = return_details.NOTED, return_details.asks_whether_noted
    if denies:
        choice, is_of_it = return_details.NO_NOTE, return_details.denies_note
    others = [(clause.text, heard) for clause, heard in said.clauses if not is_of_it(clause.text)]
    wished = " ".join(text for text, _ in others)
    first = Step(
        text=said.text, heard=with_intent({**said.whole, "entities": []}, RETURN, {CHOICE: choice}), resumes=False
    )
    if return_details.wishes_a_way(wished) or any(_tells_fault(heard) for _, heard in others):
        named = [each for each in entities_of(said.whole) if each.get("entity") == "product"]
        wish = with_intent({**said.whole, "text": wished, "entities": named}, RETURN)
        return Heard.of(first, Step(text=wished, heard=wish))
    beside = [(text, heard) for text, heard in others if is_wish(heard, SURE_OF_ANOTHER)][:1]
    return Heard.of(first, *(single(text, heard, context) for text, heard in beside))


def _tells_fault(heard: Parsed) -> bool:
    return intent_of(heard) == "report_fault" and is_wish(heard, SURE_OF_ANOTHER)


def of_late(context: Context) -> bool:
    """Whether the return was registered or spoken of within the last few messages."""
    if context.focus.get("done") == RETURN and reference.was_done_lately(context.focus):
        return True
    places = context.focus.get("at") or {}
    return max(places.values(), default=0) - int(places.get("return", 0)) <= reference.LATELY


def _names_goods(said: Said) -> bool:
    """Whether another order, parcel or reward is named, which is a matter of its own."""
    return any(each.get("entity") in ("order_number", "parcel_number", "reward") for each in entities_of(said.whole))
