"""What a message means in its conversation: the steps it takes. The order of looking is docs/dialogue.md's."""

from collections.abc import Sequence
from dataclasses import replace

from actions.kit import rule_first, slot_text
from actions.kit.base import BIND_FORM
from actions.kit.words import lexicon
from bot.hearing import as_meant, by_words, left_over, nothing_dropped, plain_yes
from bot.hearing.answers import answer_kept, answered, compensation, next_asked, said_last, scores, told_more
from bot.hearing.answers.answered import DENY
from bot.hearing.danger import after_danger, danger
from bot.hearing.danger.danger import REPORT_DANGER
from bot.hearing.forms import given_up, left_at_once, rule_amid_form, taken_up, waiting, wished_instead
from bot.hearing.member import chats, news, others_data, unproved
from bot.hearing.member.others_data import OthersData
from bot.hearing.message import agreed, expectation, language, mood, rule_asked, ruled_out, wishes
from bot.hearing.message.mood import VENT, Mood
from bot.hearing.message.reference import FAQ
from bot.hearing.message.said import (
    CHOICE,
    INFORM,
    SECOND_WISH,
    SURE_OF_ANOTHER,
    Said,
    meant_by_words,
    single,
    waits_for_a_story,
    words,
)
from bot.hearing.message.wishes import Clause
from bot.hearing.misheard import asked_again, bare, beginnings, doubted, not_clear, put_right, stray
from bot.hearing.orders import (
    arrival_asked,
    cancel_beside,
    delivery_wish,
    handed_on,
    invoice_told,
    named_beside,
    not_arrived,
    parcel_asked,
)
from bot.hearing.points import levels_asked, points_reckoned, purchase_asked, reward_wish
from bot.hearing.products import (
    before_buying,
    card,
    choice_asked,
    facts_asked,
    goods_wish,
    sent_abroad_asked,
    sum_asked,
)
from bot.hearing.returns import (
    act_asked,
    after_return,
    case_deadline,
    fault_told,
    one_more,
    registered,
    return_asked,
    return_day,
    return_matters,
    sum_back,
)
from bot.hearing.service import anybody, call_in_danger, call_number, call_time, filed, own_complaints, person, praised
from bot.hearing.several import acknowledged, by_a_clause, one_answer, one_question, two_rules
from bot.hearing.steps import FALLBACK, Heard, Step, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Parsed

OUT_OF_SCOPE = "out_of_scope"
LEAVE_FORM = "leave_form"
SURE_BESIDE = 0.8
"""Confidence from which a clause beside a request for somebody else's data is a wish of its own."""
THANKFUL = frozenset({"give_praise", "thank"})
MAY_BE_AN_INSULT = frozenset({FALLBACK, "out_of_scope", "bot_challenge", "inform", "help", VENT}) | THANKFUL
"""What names called at the bot are taken for."""
SURELY_NEGATIVE = 0.8
"""Confidence of the feeling from which praise in a bad mood is none."""


def hear(said: Said, context: Context) -> Heard:
    """The steps of a message; an act is carried out by none of them on less than a plain yes."""
    return plain_yes.only_plain(said, _heard(said, context), context)


def _heard(said: Said, context: Context) -> Heard:
    if at_risk := _danger(said, context):
        return at_risk
    if said.objection is not None:
        if back := reward_wish.goes_back_at_once(said, context):
            return back
        heard = _heard(replace(said, objection=None), context) if said.objection.rest else None
        return asked_again.anew(heard, said.objection, said.whole, context)
    if struck_out := praised.taken_back(said, context):
        return struck_out
    said = scores.as_meant(next_asked.as_answer(said.without_danger(), context.expects), context.expects)
    said = acknowledged.as_meant(as_meant.heard(before_buying.as_meant(said, context), context), context)
    said = facts_asked.as_meant(levels_asked.as_meant(said, context), context)
    if (of_goods := ruled_out.of_goods(said.text, said.whole, context)) is not None:
        said = replace(said, ruled_out=of_goods)
    if said.ruled_out is None:
        return _without_danger(said, context)
    context = ruled_out.forgotten(context, said.ruled_out.things)
    if only := ruled_out.heard(said.ruled_out, said.whole, context):
        return Heard.of(words(said, *only))
    rest = asked_again.put_right(_without_danger(said, context), said.ruled_out.rest, said.whole, context)
    return replace(rest, steps=[ruled_out.marked(step, said.ruled_out.things) for step in rest.steps])


def _without_danger(said: Said, context: Context) -> Heard:
    """The steps of what names no danger, none of its questions left out."""
    first = named_beside.each_asked(said, _first_heard(said, context), context)
    if (answers := answer_kept.kept(said, first, context)) is not first:
        return answers
    asked = said if waits_for_a_story(context) else said_last.without_idle_denials(said)
    every = named_beside.meant(said, left_over.answered_too(asked, first, context))
    every = nothing_dropped.served_too(asked, filed.once(every, context), context)
    return card.only_where_asked(said, one_answer.once(said, every), context)


def _first_heard(said: Said, context: Context) -> Heard:
    if left := left_at_once.heard(said, context):
        return _left_at_once(said, left, context)
    if asked := rule_amid_form.apart(said, context):
        return Heard.of(*(_first_heard(asked[1], context).steps if asked[1] else ()), asked[0])
    context = call_time.accepting(said, context)
    if not waits_for_a_story(context):
        said = told_more.without_nothing_more(said_last.without_idle_denials(said), context)
    for listens in (
        call_in_danger.heard, given_up.never_asked_for, stray.heard, sum_back.heard,
        points_reckoned.heard, said_last.chosen, said_last.declined,
        reward_wish.goes_back_at_once,
        wished_instead.heard, one_more.heard, return_matters.heard, return_asked.heard, call_number.heard,
        news.only_supposed, news.keeps_reminders, news.stays_and_redeems, _at_once, _of_others, _of_chats,
        not_arrived.heard, filed.heard, cancel_beside.heard,
        case_deadline.heard, invoice_told.corrected, act_asked.heard,
        handed_on.heard, parcel_asked.heard, one_question.heard, by_words.heard, arrival_asked.heard,
        choice_asked.heard,
        sent_abroad_asked.heard, return_day.heard, after_return.heard, doubted.heard, _rule, unproved.heard,
        bare.heard, not_clear.heard,
    ):  # fmt: skip
        if found := listens(said, context):
            return found
    if wished := compensation.heard(said, context):
        return answered.option_and_more(said, context) or Heard.of(wished)
    for listens in (own_complaints.heard, registered.heard, _to_what_was_open, delivery_wish.heard):
        if found := listens(said, context):
            return found
    return _given_up(said, context) or _of_what_was_said(said, context)


def _left_at_once(said: Said, left: left_at_once.Left, context: Context) -> Heard:
    """A form that was never wished is left; what is said beside it is heard as if nothing had been asked."""
    refused = words(said, given_up.DENY_ACT, {given_up.ACT_ENTITY: left.act})
    if left.rest is None:
        return Heard.of(refused)
    free = left_at_once.let_go(context, left)
    rest = _without_danger(as_meant.heard(left.rest, free), free)
    if all(step.intent in (INFORM, VENT, DENY, given_up.DENY_ACT, "affirm") for step in rest.steps):
        return Heard.of(refused)
    return Heard.of(refused, *rest.steps, kept=rest.kept)


def _given_up(said: Said, context: Context) -> Heard | None:
    """A form taken up again after all, an act taken back or denied."""
    if taken_up.wishes_it_after_all(said.text, said.whole, context):
        return Heard.of(words(said, INFORM, {CHOICE: "go_on"}))
    if (taken_back := given_up.taken_back(said, context)) is not None:
        return Heard.of(words(said, taken_back))
    return said_last.taken_back(said, context) or given_up.denied(said, context)


def _of_what_was_said(said: Said, context: Context) -> Heard:
    """What goes on with the last answer, a feeling, a farewell; else the wishes."""
    if more := told_more.heard(said.text, said.whole, context):
        return Heard.of(Step(text=said.text, heard=more))
    if feeling := _feeling(said, context):
        return Heard.of(words(said, VENT, {CHOICE: feeling}))
    if given_up.takes_leave(said, context):
        return Heard.of(words(said, DENY))
    reckoned = purchase_asked.heard(said, context) or sum_asked.heard(said, context)
    return reckoned or goods_wish.heard(said, context) or _wished(said, context)


def _to_what_was_open(said: Said, context: Context) -> Heard | None:
    """What gives up, answers or puts right what was open or done last; a bare beginning of a message."""
    if dropped := given_up.never_agreed(said, context) or given_up.dropped(said, context):
        return dropped
    if answer := answered.scored(said, context) or answered.answer(said, context):
        return answer
    if beginnings.is_bare(said.text) and not agreed.asks_yes_or_no(context.expects) and context.expects.form is None:
        return Heard.of(words(said, INFORM, {CHOICE: beginnings.BEGUN}))
    return put_right.heard(said, context) or reward_wish.heard(said, context)


def _wished(said: Said, context: Context) -> Heard:
    """The wishes of a message, or what it is heard as."""
    if waits_for_a_story(context) and intent_of(said.whole) == OUT_OF_SCOPE and not slot_text.is_question(said.text):
        # "I'm moving to Portugal" tells why, where that was asked.
        return Heard.of(words(said, INFORM))
    if several := _several(said, context):
        return _one_after_the_other(
            [single(text, heard, context, beside_another=True) for text, heard in several], context
        )
    beside = [
        each
        for each in said.clauses
        if is_wish(each[1], SURE_OF_ANOTHER) and not lexicon.mentions("small_talk", each[0].text)
    ]
    if beside and lexicon.mentions("small_talk", said.text):
        return Heard.of(single(beside[0][0].text, beside[0][1], context))
    return Heard.of(card.alone(said, single(said.text, by_a_clause.heard(said), context)))


def _several(said: Said, context: Context) -> list[tuple[str, Parsed]]:
    clauses = filed.with_story(_apart(said.text, meant_by_words(said.clauses, context), context))
    sentences = () if waits_for_a_story(context) else meant_by_words(said.sentences, context)
    return [
        (text, _of_what_is_wrong(text, heard, said)) for text, heard in wishes.several(said.whole, clauses, sentences)
    ]


def _of_what_is_wrong(text: str, heard: Parsed, said: Said) -> Parsed:
    """A guess at a return as no guess, where a clause of it surely tells what is wrong with the thing."""
    wrong = any(
        clause.text in text and intent_of(parsed) == fault_told.REPORT_FAULT and is_wish(parsed, SECOND_WISH)
        for clause, parsed in said.clauses
    )
    return with_intent(heard, fault_told.RETURN) if wrong and intent_of(heard) == fault_told.RETURN else heard


def _danger(said: Said, context: Context) -> Heard | None:
    """A message that names a danger, says that the one told before was none, or asks whether data went out."""
    if after_danger.calls_off(said.text, context.focus) and not after_danger.is_asked_whether_off(context.focus):
        return _called_off(said, context)
    risk = said.names_danger or danger.of_what_was_told(said.text, context.focus)
    wished = compensation.of_the_danger(said, context) if risk else None
    is_told = risk in (after_danger.told_before(context.focus), danger.Danger.OTHER)
    if wished and is_told:
        return Heard.of(wished)
    if risk and not answered.says_why_again(said, risk, context):
        at_risk = words(said, REPORT_DANGER, {CHOICE: after_danger.choice_of(said.text, risk, context.focus)})
        # Harm that was not told of before comes before who pays for it.
        return Heard.of(at_risk, wished) if wished else Heard.of(at_risk)
    asks = context.expects.form is None and asks_about_privacy(said.text)
    return Heard.of(words(said, FAQ)) if asks else None


def _called_off(said: Said, context: Context) -> Heard:
    """There was no alarm; what is asked beside it ("I asked about the warranty, no complaint") is answered first."""
    off = words(said, REPORT_DANGER, {CHOICE: after_danger.OFF})
    asked = [
        single(clause.text, heard, context)
        for clause, heard in said.clauses
        if is_wish(heard, SECOND_WISH) and wishes.asks(intent_of(heard))
        if not after_danger.calls_off(clause.text, context.focus)
    ]
    return Heard.of(*asked[:1], off)


def _at_once(said: Said, context: Context) -> Heard | None:
    """What counts whatever was asked: a language of none of ours, "go on", news that are to stop, the wish for a
    person."""
    if language.is_foreign(said.text) and context.expects.form is None:
        foreign = with_intent(said.whole, language.CHANGE_LANGUAGE, {"choice": language.FOREIGN})
        return Heard.of(Step(said.text, foreign))
    if taken_up.goes_on(said.text, context):
        return Heard.of(Step(text=said.text, payload=taken_up.TAKE_UP))
    if news.stops(said.text, context):
        return Heard.of(words(said, news.OPT_OUT))
    if context.expects.form is None and (asked := anybody.asked(said.text, context.focus)):
        return Heard.of(words(said, person.REQUEST_HUMAN, {CHOICE: asked}))
    return person.heard(said)


def _rule(said: Said, context: Context) -> Heard | None:
    """A question of a rule by its words, and nothing beside it that is surely another wish or another such question."""
    if expectation.option_said(said.text, context.expects) is not None:
        return None
    if context.expects.form is None and (each := two_rules.of_one_shop(said)):
        return each
    said = two_rules.without_supposed(said, rule_first.spoken_before(context.focus))
    rule = rule_asked.heard(said.text, said.whole, context)
    if (several := _several(said, context)) and not (
        rule is not None and two_rules.only_together(said, several, context)
    ):
        return None
    others = [
        heard
        for clause, heard in said.clauses
        if is_wish(heard, SURE_OF_ANOTHER)
        and intent_of(heard) not in (FAQ, intent_of(said.whole))
        and rule_asked.heard(clause.text, heard, context) is None
    ]
    if rule is None or others:
        return None
    return two_rules.heard(said, context) or Heard.of(Step(text=said.text, heard=rule))


def _of_others(said: Said, context: Context) -> Heard | None:
    """Somebody else's data is asked for, or a right to it is claimed; another wish beside it is served first."""
    if context.expects.form not in (None, BIND_FORM) or (asked := others_data.heard(said.text)) is None:
        return None
    beside = [
        single(clause.text, heard, context)
        for clause, heard in said.clauses
        if is_wish(heard, SURE_BESIDE) and others_data.heard(clause.text) is None
    ]
    refused = words(said, OUT_OF_SCOPE, {CHOICE: asked.value})
    said_apart = any(others_data.heard(clause.text) is asked for clause, _ in said.clauses)
    return Heard.of(*beside[:1], refused) if said_apart and asked is not OthersData.STAFF else Heard.of(refused)


def _of_chats(said: Said, context: Context) -> Heard | None:
    """What was written here is to go; amid a form only where the form asks for nothing in the customer's own words."""
    return None if context.expects.form not in (None, LEAVE_FORM) else chats.heard(said)


def asks_about_privacy(text: str) -> bool:
    """Whether a suspicious call or a feared leak is asked about: the article answers; a complaint is another wish."""
    return danger.is_suspicion(text) and not lexicon.mentions("complaint_wish", text)


def _apart(text: str, clauses: Sequence[tuple[Clause, Parsed]], context: Context) -> Sequence[tuple[Clause, Parsed]]:
    """The clauses that may be wishes by themselves: where the customer was asked to tell something in their own words,
    only those that are announced as another matter (对了, "by the way")."""
    if any(intent_of(heard) in THANKFUL for _, heard in clauses) and mood.means_the_opposite(text):
        # Praise that is meant the other way round is no wish beside the trouble.
        clauses = [each for each in clauses if intent_of(each[1]) not in THANKFUL]
    if not waits_for_a_story(context):
        return clauses
    return [each for place, each in enumerate(clauses) if place == 0 or each[0].announced]


def _feeling(said: Said, context: Context) -> Mood | None:
    """The feeling of a message that wishes nothing; None when it wishes something, or shows none. That somebody died
    comes before whatever is wished beside it: a person sees to that."""
    if grief := mood.grieves(said.text):
        return grief
    feeling = mood.bare(said.text)
    if feeling is Mood.ANGER and agreed.asks_yes_or_no(context.expects) and intent_of(said.whole) == DENY:
        # A thumb down is a no where yes or no was asked.
        return None
    if feeling is not None:
        return feeling
    intent = intent_of(said.whole)
    wishes_something = any(is_wish(heard, SECOND_WISH) for _, heard in said.clauses)
    if intent in MAY_BE_AN_INSULT and mood.insults(said.text) and not wishes_something:
        return Mood.INSULT
    if intent not in THANKFUL:
        return None
    feels = said.whole.get("sentiment") or {}
    is_bad = feels.get("label") == "negative" and float(feels.get("confidence") or 0.0) >= SURELY_NEGATIVE
    return Mood.SARCASM if is_bad or mood.means_the_opposite(said.text) else None


def _one_after_the_other(steps: list[Step], context: Context) -> Heard:
    """What only asks is answered now; of the wishes that open something the first, the others wait their turn. What
    is not understood is asked about at the end, once, where nothing is opened; it never waits."""
    clear = [step for step in steps if step.intent != FALLBACK]
    # A language that is wished is changed at once, and the rest is answered in it; beside a call it is the caller's.
    if any(step.intent == call_time.CALL for step in clear):
        clear = [step for step in clear if step.intent != language.CHANGE_LANGUAGE]
    changes = [step for step in clear if step.intent == language.CHANGE_LANGUAGE]
    asking = [
        *changes,
        *(step for step in clear if step not in changes and step.payload is None and wishes.asks(step.intent)),
    ]
    opening = [step for step in clear if step not in asking] or [step for step in steps if step not in clear][:1]
    now, later = [*asking, *opening[:1]], [step for step in opening[1:] if waiting.may_wait(step)]
    return Heard.of(*now, kept=[step.heard | {"text": step.text} for step in later if step.heard is not None])
