"""What one part of a message names and another means without naming it: 登机箱轮子坏了，六月那个，还有保修吗.

And the several things that are asked of one product in one breath, each of which is answered: "how many hours, is it
sweatproof".
"""

from collections.abc import Sequence
from dataclasses import replace

from actions.kit import goods, slot_text
from actions.kit.forms import begun_by
from actions.kit.words import airline, lexicon, plainly
from bot.hearing.forms import bare_amid_form
from bot.hearing.message.said import Said
from bot.hearing.steps import FROM_FOCUS, NO_WISH, Heard, Step, entities_of, intent_of
from crm_store.conversations import Context, Parsed
from crm_store.language import Language

PRODUCT, RECOMMEND, FAQ = "ask_product", "ask_recommendation", "ask_faq"
OF_A_PURCHASE = frozenset({"report_fault", "return_or_refund"})
NAMES = frozenset({"product", "order_number", "parcel_number", "reward", "choice"})
MAY_BE = 0.25
"""So likely a question of the product, what was not understood is asked of it."""
MOST = 4
"""So many things asked of one product are answered one by one."""


def meant(said: Said, heard: Heard) -> Heard:
    """The steps with what the rest of the message names for them."""
    if len(said.clauses) < 2:
        return heard
    product, day = _only(said, "product"), _only(said, "time")
    steps = [_of_what_begins(_with(step, said, product, day), heard.steps) for step in heard.steps]
    if product is not None and any(step.intent == PRODUCT for step in steps):
        # 电饭煲还有货吗，想买来送我妈: a reason to buy that thing, and no wish for others.
        steps = [step for step in steps if not (step.intent == RECOMMEND and _only_buys(step.text))]
    return replace(heard, steps=steps)


def _of_what_begins(step: Step, steps: Sequence[Step]) -> Step:
    """A question that names nothing, only when or at what cost, asked of what another step begins: 想加入會員
    要錢嗎."""
    if step.heard is None or step.intent != FAQ:
        return step
    begun = {other.intent for other in steps if other is not step}
    form = next((form for form in bare_amid_form.NOUNS if begun & begun_by(form)), "")
    question = bare_amid_form.named(step.text, form, Language.of(step.heard.get("language")))
    if question is None:
        return step
    return replace(step, text=question, heard={**step.heard, "text": question}, stands_for=step.text)


def _only_buys(text: str) -> bool:
    return lexicon.mentions("wants_to_buy", text) and not slot_text.is_question(text)


def each_asked(said: Said, heard: Heard, context: Context) -> Heard:
    """One step for each thing that is asked of the one product, where the message was heard as a question about it."""
    if [step.intent for step in heard.steps] != [PRODUCT] or heard.steps[0].text != said.text or heard.kept:
        return heard
    (step,) = heard.steps
    if step.heard is None or any(intent_of(parsed) in OF_A_PURCHASE for _, parsed in said.clauses):
        return heard
    asked: dict[str, Step] = {}
    named = [each for each in entities_of(step.heard) if each.get("extractor") == FROM_FOCUS]
    for clause, parsed in said.clauses:
        # "It" is what the clauses before named last, and so is 锅 after 电饭煲.
        said_here = [each for each in entities_of(parsed) if each.get("entity") in NAMES]
        named = named if _only_shorter(said_here, named) else said_here or named
        if (kind := _asks_for(clause.text) or _open(clause.text, parsed)) is not None:
            as_asked = {**parsed, "text": clause.text, "intent": step.heard["intent"], "entities": named}
            asked.setdefault(kind, Step(clause.text, as_asked))
    is_of_something = bool(named) or "product" in context.focus
    return Heard.of(*asked.values()) if is_of_something and 1 < len(asked) <= MOST else heard


def _open(text: str, heard: Parsed) -> str | None:
    """A question that may well be one of the product, though no such aspect is known: 能不能煮粥."""
    asks = lexicon.mentions("property_question", text) and slot_text.is_question(text) and not plainly.heard_as(text)
    guesses = {
        str(each.get("name")): float(each.get("confidence") or 0.0) for each in heard.get("intent_ranking") or []
    }
    is_open = intent_of(heard) in NO_WISH and guesses.get(PRODUCT, 0.0) >= MAY_BE
    return text if asks and is_open else None


def _only_shorter(said: Sequence[Parsed], before: Sequence[Parsed]) -> bool:
    """Whether what a clause names is a short word for what was named before."""
    return bool(said) and all(
        any(goods.is_short_for(str(each.get("value") or ""), str(named.get("value") or "")) for named in before)
        for each in said
    )


def _asks_for(text: str) -> str | None:
    """What of a product a clause asks for; a comparison, a price and a size that is to be had are asked as a whole."""
    whole = ("comparison", "which_of", "price_question", "together", "goods_shipping", "size_advice", "sum_question")
    if any(lexicon.mentions(group, text) for group in whole):
        return None
    topic = lexicon.heard("property_topic", text)
    asked = topic[0].value if topic else lexicon.meant("product_question", text)
    return asked or (airline.AIRLINE if airline.asked(text) else None)


def _only(said: Said, kind: str) -> Parsed | None:
    """The one thing of a kind that the clauses name; None where they name none or several."""
    found = [
        each
        for _, parsed in said.clauses
        for each in entities_of(parsed)
        if each.get("entity") == kind and (kind != "time" or _is_a_month_or_day(each))
    ]
    values = {str(each.get("value")) for each in found}
    return found[0] if len(values) == 1 else None


def _is_a_month_or_day(entity: Parsed) -> bool:
    value = entity.get("value")
    return isinstance(value, dict) and value.get("grain") in ("month", "day")


def _with(step: Step, said: Said, product: Parsed | None, day: Parsed | None) -> Step:
    """A step about a purchase, or its warranty, with the product and the month that stand in other clauses."""
    if step.heard is None or step.text == said.text or step.text not in said.text:
        return step
    of_purchase = step.intent in OF_A_PURCHASE or (step.intent == FAQ and lexicon.mentions("warranty_term", step.text))
    if not of_purchase and step.intent != PRODUCT:
        return step
    if not of_purchase:
        day = None
    entities = entities_of(step.heard)
    said_here = {str(each.get("entity")) for each in entities if each.get("extractor") != FROM_FOCUS}
    added = [
        {**each, "start": 0, "end": 0}
        for each in (product, day)
        if each is not None and not said_here & (NAMES if each is product else {"time"})
    ]
    if not added:
        return step
    if any(each.get("entity") == "product" for each in added):
        # What the message names comes before what was spoken of.
        entities = [each for each in entities if each.get("extractor") != FROM_FOCUS]
    return replace(step, heard={**step.heard, "entities": [*entities, *added]})
