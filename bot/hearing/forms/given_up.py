"""What the customer gives up: the form that is open, an act they deny, what was done last; or the matter as a whole."""

import re
from dataclasses import replace

from actions.kit import slot_text
from actions.kit.forms import activating_intents, begun_by
from actions.kit.words import alternatives, lexicon
from bot.hearing.forms import never_asked
from bot.hearing.message import agreed, called_off, denial, reference, wishes
from bot.hearing.message.said import (
    SECOND_WISH,
    SURE_OF_ANOTHER,
    Said,
    meant_by_words,
    single,
    waits_for_a_story,
    words,
)
from bot.hearing.message.said import parts as parts_of
from bot.hearing.steps import Heard, Step, confidence_of, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Expectation, Parsed
from crm_store.text import normalise

DENY_ACT, CANCEL, CANCEL_ORDER = "deny_act", "cancel", "cancel_order"
CALLING_OFF = frozenset({CANCEL, "cancel_callback", "undo"})
"""Intents of words beside a bare "cancel it" that only say the same."""
UPDATE_PROFILE, HESITATE = "update_profile", "hesitate"
_BETWEEN_SCRIPTS = re.compile(r"(?<=[A-Za-z])\s+(?=[\u4e00-\u9fff])")
_ADDRESS = re.compile(r"地址|\b(?<!mail )address\b", re.IGNORECASE)
_NEVER_WISHED = re.compile(
    r"没有?(?:要|说|让|叫|想)|哪(?:有|里)|谁(?:说|要)|冇(?:话|讲|要)"
    r"|\b(?:never|didn t|did not) (?:asked?|said|say|wanted?|meant|mean)\b"
)
POINTS_TOPICS = frozenset({"ask_points_balance", "ask_points_expiring", "ask_rewards", "redeem_points"})
_SWAPS = re.compile(r"换|兑|\b(?:swap|redeem|exchange|spend)\b")
ACT_ENTITY, TIME_ENTITY = "act", "time"
OPPOSITE = {"join_membership": "cancel_membership", "opt_in": "opt_out"}
"""Who no longer wants to be what an act makes of them wishes this: 不想当会员了."""


RETURN_FORM = "return_form"


def _one_way_for_another(text: str) -> bool:
    """Whether a way to settle a return is wished in the place of another (我想换S，不退了): nothing is dropped."""
    ways = alternatives.wished(alternatives.WAYS, normalise(text))
    return {each.denied for each in ways} == {True, False}


def dropped(said: Said, context: Context) -> Heard | None:
    """ "那算了，运费怎么算", 先不改: what is open is left at once, and the rest is answered."""
    form = context.expects.form
    if form is None or (form == RETURN_FORM and _one_way_for_another(said.text)):
        return None
    parts = [(clause.text, heard) for clause, heard in said.clauses] or [(said.text, said.whole)]
    texts = [*(text for text, _ in parts), said.text]
    asks_yes_or_no = agreed.asks_yes_or_no(context.expects)
    is_plain = called_off.leaves(parts[0][0], form) and (
        len(parts) > 1 or not asks_yes_or_no or called_off.takes_back(said.text)
    )
    # The 90 of "就问 90 块邮费" is asked about; any other figure may be what the form waits for.
    told = [text for text, heard in parts if not (is_wish(heard, SECOND_WISH) and wishes.asks(intent_of(heard)))]
    tells_a_value = len(parts) > 1 and any(sign.isdigit() for text in told for sign in text)
    is_named = (
        not tells_a_value
        and not called_off.names_another([half for text, _ in parts for half in _halves(text)], form)
        and not (asks_yes_or_no and called_off.is_answer(said.text))
        and any(called_off.is_not_to_be_done(half, form) for text in texts for half in _halves(text))
    )
    wishes_beside = [(text, heard) for text, heard in parts if _is_wished(text, heard) and not _is_off(text, form)]
    surely_others = [
        heard
        for _, heard in wishes_beside
        if intent_of(heard) not in begun_by(form) and confidence_of(heard) >= SURE_OF_ANOTHER
    ]
    if not surely_others and called_off.is_put_off(said.text, form):
        # The evening on which the photo follows is no time for the form.
        return Heard.of(Step(text=said.text, heard=with_intent({**said.whole, "entities": []}, CANCEL)))
    if not wishes_beside and _drops_with_a_reason(said, context):
        return Heard.of(words(said, CANCEL))
    ends_it = len(parts) > 1 and lexicon.without("courtesy", parts[-1][0]) in lexicon.words("drop")
    is_off_in_the_end = ends_it or (len(parts) > 1 and called_off.drops(parts[0][0]) and _is_off(parts[-1][0], form))
    if is_off_in_the_end and not surely_others:
        # "那算了，放门口就好，不用帮我弄": what stands between only says how it is to be without us.
        return Heard.of(words(said, CANCEL))
    leaving = words(said, CANCEL)
    if (is_named or is_plain) and (asked := _asks_of_address(said, form)) is not None:
        return Heard.of(leaving, single(*asked, context))
    if any(intent_of(heard) in begun_by(form) for _, heard in wishes_beside):
        # "不改手机了，改邮箱" goes on with it.
        return None
    if wishes_beside and (is_plain or is_named):
        # The form is left by then: what is asked is read without it.
        return Heard.of(leaving, single(*wishes_beside[0], replace(context, expects=Expectation())))
    return Heard.of(leaving) if is_named or (is_plain and len(parts) == 1) else None


def _is_wished(text: str, heard: Parsed) -> bool:
    """Whether a clause beside calling off asks for something; a question for a rule is known with less."""
    asks_rule = intent_of(heard) == wishes.FAQ and slot_text.is_question(text)
    return is_wish(heard, wishes.ASKED_TWICE if asks_rule else SECOND_WISH)


def _asks_of_address(said: Said, form: str) -> tuple[str, Parsed] | None:
    """The postal address, asked about beside calling off a change of the profile, which keeps none."""
    halves = [half for part in parts_of(said) for half in _halves(part)]
    parts = [half for half in halves if _ADDRESS.search(half) and not _is_off(half, form)]
    if UPDATE_PROFILE not in begun_by(form) or not parts or "@" in said.text:
        return None
    return parts[0], with_intent({**said.whole, "text": parts[0], "entities": []}, UPDATE_PROFILE)


def _halves(text: str) -> list[str]:
    """ "先不改email 那地址呢": a space between the scripts sets apart what is called off and what is asked."""
    return _BETWEEN_SCRIPTS.split(text)


def _is_off(text: str, form: str) -> bool:
    return called_off.leaves(text, form) or called_off.is_not_to_be_done(text, form)


def _drops_with_a_reason(said: Said, context: Context) -> bool:
    """Two clauses of which one calls off what is open and the other only says why: 先不改，我回去看看身份证."""
    if len(said.clauses) != len(("call off", "reason")) or agreed.asks_yes_or_no(context.expects):
        return False
    reasons = [(clause.text, heard) for clause, heard in said.clauses if not called_off.drops(clause.text)]
    if len(reasons) != 1:
        return False
    ((text, heard),) = reasons
    says_more = is_wish(heard, SECOND_WISH) or entities_of(heard) or any(sign.isdigit() for sign in text)
    return not says_more and not slot_text.is_question(text)


def denied(said: Said, context: Context) -> Heard | None:
    """Nothing is done that is denied; another wish of the same message is served."""
    parts = [(clause.text, heard) for clause, heard in meant_by_words(said.clauses, context)] or [
        (said.text, said.whole)
    ]
    acts = {
        text: act
        for text, heard in parts
        if (act := denial.denied(text) or _ended(text, said) or _of_points(text, heard, context))
        and not _wishes_the_opposite(act, heard, said)
        and not _only_when(act, heard, said, context)
        and (not waits_for_a_story(context) or act in begun_by(context.expects.form or ""))
    }
    if not any(denial.denied(text) for text, _ in parts) and not waits_for_a_story(context):
        # "Don't go and cancel it": what is denied stands in another clause than its no.
        whole = denial.denied(said.text) or _ended(said.text, said)
        acts |= {said.text: whole} if whole and not _wishes_the_opposite(whole, said.whole, said) else {}
    if not acts and (own := _never_wished(said, context)):
        return Heard.of(Step(text=said.text, heard=with_intent(said.whole, DENY_ACT, {ACT_ENTITY: own})))
    if not acts:
        return None
    if (act := reference.instead(said.text, set(acts.values()))) is not None:
        # Money instead of another piece, or the other way round, is a wish.
        return Heard.of(replace(single(said.text, with_intent(said.whole, act), context), text=said.text))
    others = [
        single(text, heard, context)
        for text, heard in parts
        if text not in acts
        and is_wish(heard, SECOND_WISH)
        and intent_of(heard) not in acts.values()
        and not _only_calls_off(text)
        and not (intent_of(heard) == CANCEL and context.expects.form is None)
    ]
    act = _of_what_is_open(next(iter(acts.values())), context)
    refused = Step(text=said.text, heard=with_intent(said.whole, DENY_ACT, {ACT_ENTITY: act}))
    if not others:
        return Heard.of(refused)
    has_to_be_left = context.expects.form is not None
    return Heard.of(*([refused] if has_to_be_left else []), *others[:1])


def _never_wished(said: Said, context: Context) -> str | None:
    """The act of the open form, where it is surely denied that it was ever wished and no other act is named: "I never
    asked for that", 誰說要退了."""
    own = begun_by(context.expects.form or "")
    says_so = any(_NEVER_WISHED.search(normalise(part)) for part in parts_of(said))
    is_denial = intent_of(said.whole) == DENY_ACT and confidence_of(said.whole) >= SURE_OF_ANOTHER
    names_another = any(each.value not in own for each in lexicon.heard(denial.ACT, said.text))
    if not own or not says_so or not is_denial or waits_for_a_story(context) or names_another:
        return None
    return min(own)


def _of_what_is_open(act: str, context: Context) -> str:
    """A bare "cancel it" that is denied means what the open form would cancel."""
    open_acts = begun_by(context.expects.form or "") & called_off.CANCELS
    return next(iter(open_acts)) if act == CANCEL_ORDER and len(open_acts) == 1 else act


def _ended(text: str, said: Said) -> str | None:
    """The act that the message is heard as, where a clause says nothing but that it is not to be done: 那不改了."""
    act = intent_of(said.whole)
    return act if act in lexicon.values(denial.VERB) and denial.called_off(text, {act}) else None


def _of_points(text: str, heard: Parsed, context: Context) -> str | None:
    """The swap for points, where points were spoken of and a clause denies a bare verb: 你可别给我换了."""
    of_points = context.focus.get("topic") in POINTS_TOPICS and context.expects.form is None
    is_denial = intent_of(heard) == DENY_ACT and confidence_of(heard) >= SECOND_WISH
    return "redeem_points" if of_points and is_denial and _SWAPS.search(normalise(text)) else None


def _wishes_the_opposite(act: str, heard: Parsed, said: Said) -> bool:
    """Whether not to be something any more is surely heard as the wish to leave it, and no first no to it."""
    return any(
        intent_of(each) == OPPOSITE.get(act) and confidence_of(each) >= SURE_OF_ANOTHER for each in (heard, said.whole)
    )


def _only_when(act: str, heard: Parsed, said: Said, context: Context) -> bool:
    """Whether a time for the act is denied and not the act: "not on Friday", in the midst of arranging a call."""
    if not any(entity.get("entity") == TIME_ENTITY for entity in entities_of(heard)):
        return False
    wanted = any(intent_of(other) == act and other is not heard for _, other in said.clauses)
    return wanted or act in activating_intents(context.expects.form or "")


def _only_calls_off(text: str) -> bool:
    """Whether a clause beside a denial only says the same again: 不退了，取消吧."""
    return lexicon.without("courtesy", text) in lexicon.words("call_off")


def taken_back(said: Said, context: Context) -> str | None:
    """The intent of a bare "cancel it", or of regret, after what was arranged or done last; None where the words wish
    or name something else."""
    if context.expects.form is None and lexicon.mentions("regret", said.text):
        return reference.taken_back(context.focus)
    parts = [(clause.text, heard) for clause, heard in said.clauses] or [(said.text, said.whole)]
    others = [(text, heard) for text, heard in parts if not called_off.takes_back(text)]
    if context.expects.form is not None or len(others) == len(parts):
        return None
    if any(_wishes_other(text, heard) or reference.names_itself(heard) for text, heard in others):
        return None
    return reference.taken_back(context.focus)


def _wishes_other(text: str, heard: Parsed) -> bool:
    return is_wish(heard, SECOND_WISH) and intent_of(heard) not in CALLING_OFF and not called_off.drops(text)


def never_agreed(said: Said, context: Context) -> Heard | None:
    """Protest that something was done without a yes: what was done is taken back; where it is only asked about, the
    customer hears that nothing is done."""
    if not lexicon.mentions("never_agreed", said.text):
        return None
    if agreed.asks_yes_or_no(context.expects) and context.expects.form is not None:
        return Heard.of(words(said, HESITATE))
    back = reference.takes_back_lately(context.focus)
    return Heard.of(words(said, back)) if back is not None and context.expects.form is None else None


def never_asked_for(said: Said, context: Context) -> Heard | None:
    """What was done just now is taken back where it is said that nobody asked for it."""
    back = reference.takes_back_lately(context.focus)
    if back is None or context.expects.form is not None or not never_asked.disowns(said.text, context.focus):
        return None
    return Heard.of(words(said, back))


def takes_leave(said: Said, context: Context) -> bool:
    """Words that end a matter and ask for nothing: 好的，那我再等一天, "right, I'll have a look first"."""
    if context.expects.form is not None or agreed.asks_yes_or_no(context.expects) or slot_text.is_question(said.text):
        return False
    if _does_it_without_us(said):
        return True
    every = (said.whole, *(heard for _, heard in said.clauses))
    wished = [heard for heard in every if is_wish(heard, SECOND_WISH) and intent_of(heard) != CANCEL]
    asks = lexicon.meant("parcel_question", said.text) == "number"
    return not wished and not asks and lexicon.mentions("leave_taking", said.text)


def _does_it_without_us(said: Said) -> bool:
    """ "改不了就算了，我请管理员收": dropped, and what follows is the customer's own affair."""
    given_up = [clause.text for clause, _ in said.clauses if lexicon.mentions("drop", clause.text)]
    others = [clause.text for clause, _ in said.clauses if not lexicon.mentions("drop", clause.text)]
    return bool(given_up) and bool(others) and lexicon.mentions("by_oneself", others[-1])
