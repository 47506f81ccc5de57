"""A message as the answer to what was asked last: a button, a score, a time, yes, no, or neither."""

import re
from dataclasses import replace

from actions.kit import slot_text
from actions.kit.told import return_details
from actions.kit.words import beside as beside_words
from actions.kit.words import consent, lexicon
from actions.kit.words.consent import Answer, Consent
from bot.hearing.answers import compensation, scores, told_more
from bot.hearing.danger import after_danger, danger
from bot.hearing.danger.danger import Danger
from bot.hearing.message import agreed, called_off, denial, expectation, mood, reference, wishes
from bot.hearing.message.said import CHOICE, SECOND_WISH, SURE_OF_ANOTHER, Said, parts, single, words
from bot.hearing.steps import FALLBACK, Heard, Step, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Expectation, Option, Parsed
from crm_store.surveys import SurveyKind

AFFIRM, DENY, HESITATE, CANCEL = "affirm", "deny", "hesitate", "cancel"
MAKE_COMPLAINT, FILES = "make_complaint", '/make_complaint{"choice":"file"'
"""The act, and how the payload begins that does it."""
_BUT = re.compile(r"^(?:不过|不過|但是?|可是|只是|就是)[，,]?\s*|^(?:but|only|though|although)\b,?\s*", re.IGNORECASE)
DETAILS = frozenset({"time", "phone"})
"""What another clause may tell of a wish."""
RETURN = "return_or_refund"
STANDS_FOR_ITSELF = frozenset({"request_human", "request_callback"})
"""What is wished of us whatever was asked, and is no detail of it."""
LEAST_ASKED = 0.5
"""Confidence from which a question behind a yes asks for what it was heard as."""


def may_answer(text: str, context: Context) -> bool:
    """Whether a text by itself answers what was asked last, or may be what an open form waits for; or is whole by
    itself, as danger and bare feeling are."""
    expects = context.expects
    if danger.heard(text) is not None or mood.bare(text) is not None:
        return True
    if not expects.is_open:
        return False
    if (kind := scores.asked(expects)) and scores.said(text, kind) is not None:
        return True
    if expects.form or expectation.option_said(text, expects) is not None:
        return True
    is_act = expectation.act_said(text, expects) is not None
    return is_act or (agreed.asks_yes_or_no(context.expects) and consent.read(text).answer is not None)


def scored(said: Said, context: Context) -> Heard | None:
    """A score in answer to the question for one, with its reason if one was given."""
    kind = scores.asked(context.expects)
    score = scores.said(said.text, kind) if kind else None
    if score is None:
        return None
    which = {} if kind is SurveyKind.CSAT else {CHOICE: str(kind)}
    return Heard.of(words(said, "rate_service", {"score": str(score.value), **which}))


def says_why_again(said: Said, risk: Danger, context: Context) -> bool:
    """Whether the danger that was told before is only named as the reason, beside a clause that chooses what we ask:
    品質問題啦 燒焦味當然是品質."""
    expects = context.expects
    if not expects.is_open or not expects.form or risk not in (after_danger.told_before(context.focus), Danger.OTHER):
        return False
    chosen = [clause.text for clause, _ in said.clauses if expectation.by_title(clause.text, expects.options)]
    asks = slot_text.is_question(said.text) or after_danger.asks_next(said.text)
    return not asks and any(danger.heard(text) is None for text in chosen)


def answer(said: Said, context: Context) -> Heard | None:
    """The message as an answer to what was asked last; None when it is none, or an open form hears it better."""
    expects = context.expects
    if not expects.is_open:
        return None
    if with_more := option_and_more(said, context):
        return with_more
    option = expectation.option_said(said.text, expects) or _option_in_a_clause(said, expects)
    option = option or agreed.option_by_act(said.text, expects) or _option_gone_on_to(said, expects)
    if option is not None:
        return Heard.of(Step(text=said.text, payload=str(option["payload"])))
    if both := _answer_before_another(said, context):
        return both
    if accepted := _accepted(said, context):
        return accepted
    if not agreed.asks_yes_or_no(context.expects):
        return _hesitation(said, context)
    return _yes_or_no(said, context)


def _yes_or_no(said: Said, context: Context) -> Heard | None:
    """The message as an answer to a question that yes or no answers; None when it is none."""
    expects, answer = context.expects, consent.read(said.text)
    if answer.answer is None and return_details.asks_of_condition(said.text):
        asked = of_the_return(said.text, said.whole, context)
        if asked is not None:
            return Heard.of(asked)
    if answer.answer is None:
        act = expectation.act_said(said.text, expects)
        if act is not None:
            return Heard.of(Step(text=said.text, payload=str(act["payload"])))
        answer = agreed.yes_by_the_act(said.text, expects) or agreed.yes_at_the_end(said.text, expects) or answer
    return _consented(said, answer, context) if answer.answer is not None else None


def option_and_more(said: Said, context: Context) -> Heard | None:
    """The option that the first clause names, and what stands beside it: a question is answered
    (登记吧，不过运费能退吗), what shall hold of a complaint goes with it (登記啊，不過別寫我名字), and what puts it off
    leaves it undone."""
    expects = context.expects
    if expects.form is not None or len(said.clauses) < len(("option", "more")):
        return None
    (first, _), *others = said.clauses
    option = named_by(first.text, expects)
    if option is None or any(named_by(clause.text, expects) for clause, _ in others):
        return None
    if any(puts_off(_without_but(clause.text)) for clause, _ in others if not _asks(clause.text)):
        return Heard.of(words(said, HESITATE))
    chosen = Step(text=first.text, payload=str(option["payload"]))
    asked = [(clause.text, heard) for clause, heard in others if _asks(clause.text)]
    if asked:
        text, heard = asked[0]
        wished = compensation.step(text, heard, context)
        return Heard.of(chosen, wished or single(_without_but(text), heard, context))
    holds = [(clause.text, heard) for clause, heard in others if _without_but(clause.text) != clause.text]
    if not holds or not str(option["payload"]).startswith(FILES):
        return None
    text, heard = holds[0]
    return Heard.of(chosen, Step(text=text, heard=with_intent(heard, MAKE_COMPLAINT, {CHOICE: told_more.MORE})))


def _asks(text: str) -> bool:
    return slot_text.is_question(text) or consent.asks_back(text)


def puts_off(text: str) -> bool:
    """Whether a reservation changes what was agreed to: not yet, not at all."""
    later = consent.read(text).answer in (Answer.NO, Answer.NOT_YET)
    return later or denial.denied(text) is not None or lexicon.mentions("drop", text)


def named_by(text: str, expects: Expectation) -> Option | None:
    """The option that a clause names by its title or by its act, and neither asks about nor denies."""
    if lexicon.mentions("negation", text) or slot_text.is_question(text) or consent.read(text).answer is Answer.NO:
        return None
    return expectation.by_title(text, expects.options) or agreed.option_by_act(text, expects)


def _without_but(text: str) -> str:
    """A clause without the word that lays a reservation on what was said before it."""
    return _BUT.sub("", text).strip() or text


def _option_in_a_clause(said: Said, expects: Expectation) -> Option | None:
    """The option that one clause chooses, where no other clause wishes anything (喔，那最近那个呢)."""
    chosen = [option for clause, _ in said.clauses if (option := _chosen_by(clause.text, expects))]
    others = [
        heard
        for clause, heard in said.clauses
        if not _chosen_by(clause.text, expects) and not lexicon.mentions("negation", clause.text)
    ]
    if not expects.options or len(chosen) != 1 or any(is_wish(heard, SURE_OF_ANOTHER) for heard in others):
        return None
    return chosen[0]


def _option_gone_on_to(said: Said, expects: Expectation) -> Option | None:
    """Where a form asks which of several, the one the words go on to: "fine, what about the tea", 那茶叶罐呢."""
    offered = [option for option in expects.options if not str(option["payload"]).startswith("/cancel")]
    if expects.form is None or len(offered) < 2 or agreed.asks_yes_or_no(expects):
        return None
    named = [
        option
        for part in parts(said)
        if (bare := reference.gone_on_to(part)) and (option := expectation.by_title(bare, offered))
    ]
    return named[0] if len(named) == 1 else None


def _chosen_by(text: str, expects: Expectation) -> Option | None:
    """The option that a clause chooses by its age or, where no form listens for more, by its title: 退订啊, "only the
    copy". What is only named to be ruled out ("不是之前那两个") and a bare yes or no choose nothing."""
    if lexicon.mentions("negation", text) or slot_text.is_question(text):
        return None
    by_title = None
    if expects.form is None and consent.read(text).answer is None:
        by_title = expectation.by_title(text, expects.options)
    by_place = expectation.by_place(text, expects.options) if not any(sign.isdigit() for sign in text) else None
    return by_title or by_place or expectation.by_age(text, expects.options)


def _answer_before_another(said: Said, context: Context) -> Heard | None:
    """ "那行，修吧。顺便把那 89 分换了": what stands before a wish that is announced as another matter answers."""
    head, tail = beside_words.before_connector(said.text)
    heard = next((heard for clause, heard in said.clauses if clause.announced), said.whole)
    if not head or not is_wish(heard, SECOND_WISH) or not agreed.asks_yes_or_no(context.expects):
        return None
    first = answer(Said(head, with_intent(_head(said.whole, head), AFFIRM)), context)
    if first is None or first.steps[0].intent == HESITATE or not _only_answers(first):
        return None
    return Heard.of(*first.steps, single(tail, with_details(tail, heard, said), context))


def _head(whole: Parsed, head: str) -> Parsed:
    """The beginning of a message by itself: the yes is not about what only the rest names (對，然後外套的事…)."""
    named = [each for each in entities_of(whole) if int(each.get("end") or 0) <= len(head)]
    return {**whole, "text": head, "entities": named}


def _only_answers(heard: Heard) -> bool:
    """Whether nothing but the answer stands there, or a detail of what it agrees to."""
    return all(
        any(each.get("value") == return_details.MORE for each in entities_of(step.heard or {}))
        for step in heard.steps[1:]
    )


def _accepted(said: Said, context: Context) -> Heard | None:
    """A time, a number: what the question takes beside its buttons, when the message wishes nothing else."""
    expects = context.expects
    if expects.form or is_wish(said.whole, SURE_OF_ANOTHER):
        return None
    for entity in entities_of(said.whole):
        intent = expects.accepts.get(str(entity.get("entity")))
        if intent is not None and denial.denied(said.text) is None:
            return Heard.of(words(said, intent))
    return None


def _consented(said: Said, answer: Consent, context: Context) -> Heard | None:
    if answer.answer is Answer.YES and agreed.tells_detail(answer.rest, context.expects):
        noted = with_intent({**said.whole, "text": answer.rest, "entities": []}, RETURN, {CHOICE: return_details.MORE})
        agreed_to = _without_rest(_plain_answer(said, True, context), said, answer.rest)
        return Heard.of(agreed_to, Step(text=answer.rest, heard=noted))
    beside = _wish_beside(said, answer)
    if answer.answer is Answer.YES and _ends_it(said, answer.rest):
        return Heard.of(words(said, CANCEL if context.expects.form else DENY))
    if answer.answer is Answer.YES:
        if agreed.only_says_the_act(answer.rest, said.whole, said.clauses, context.expects):
            return Heard.of(_plain_answer(said, True, context))
        if beside is None and agreed.is_another_act(said.text, context.expects):
            # A yes to something else is none to this: what was only offered is passed over, what was begun waits.
            return None if agreed.is_offer(context.expects) else Heard.of(words(said, HESITATE))
    if answer.answer is Answer.NOT_YET:
        return _not_yet(said, answer, beside, context)
    plain = _plain_answer(said, answer.answer is Answer.YES, context)
    if not answer.rest:
        return Heard.of(plain)
    if beside is None and answer.answer is Answer.YES:
        beside = _question_beside(said, answer, context)
    if beside is None:
        says_the_same = (
            context.expects.form is None and answer.answer is Answer.YES and agreed.only_repeats(answer.rest)
        )
        return Heard.of(plain) if says_the_same else None
    beside = with_details(answer.rest, beside, said)
    wish = of_the_return(answer.rest, beside, context) or compensation.step(answer.rest, beside, context)
    wish = wish or single(answer.rest, beside, context)
    answered = _without_rest(plain, said, answer.rest)
    if context.expects.slot in agreed.DONE_BY_YES and (answer.answer is Answer.YES or wishes.asks(wish.intent)):
        # A no closes the form, whose question would come once more behind what is asked beside it.
        return Heard.of(answered, wish)
    # What is asked beside the answer comes first, so that the next question of a form stands last.
    return Heard.of(wish, answered) if wishes.asks(wish.intent) else Heard.of(answered, wish)


def _not_yet(said: Said, answer: Consent, beside: Parsed | None, context: Context) -> Heard | None:
    """Neither yes nor no: time to think, or a condition first. What is asked beside it is heard by others, and of the
    return that is asked about by its form."""
    if answer.rest and of_the_return(answer.rest, said.whole, context):
        return Heard.of(words(said, RETURN))
    lays_condition = consent.depends(answer.rest) and intent_of(said.whole) in {FALLBACK, AFFIRM, "inform"}
    if lays_condition and not _asks(answer.rest) and beside is None:
        return Heard.of(words(said, HESITATE))
    if beside is not None or (answer.rest and context.expects.form):
        return None
    return Heard.of(words(said, HESITATE))


def _ends_it(said: Said, rest: str) -> bool:
    """Whether the last clause behind what looks like a yes leaves the matter for now: 行，我先拍个照，今天不弄了."""
    last, _ = said.clauses[-1] if said.clauses else (None, None)
    return last is not None and not last.announced and last.text in rest and called_off.ends_for_today(last.text)


def with_details(rest: str, beside: Parsed, said: Said) -> Parsed:
    """The wish behind an answer with the time and the number that other clauses of it tell: 打给我，明天三点以后."""
    shift = len(said.text) - len(rest)
    if not said.text.endswith(rest):
        return beside
    own = {each.get("entity") for each in entities_of(beside)}
    added = [
        {**each, "start": int(each["start"]) - shift, "end": int(each["end"]) - shift}
        for each in entities_of(said.whole)
        if each.get("entity") in DETAILS - own and int(each.get("start") or 0) >= shift
    ]
    return {**beside, "entities": [*entities_of(beside), *added]} if added else beside


def _without_rest(plain: Step, said: Said, rest: str) -> Step:
    """The answer by itself: what is named beside it is not what the yes is about."""
    text = said.text.removesuffix(rest).strip()
    if text == said.text.strip():
        # The yes stands behind what is asked.
        text = said.text.removeprefix(rest).strip()
    text = text or said.text
    if plain.heard is None or text == said.text:
        return replace(plain, text=text)
    start = said.text.find(text)
    named = [each for each in entities_of(plain.heard) if start <= int(each.get("start") or 0) < start + len(text)]
    return replace(plain, text=text, heard={**plain.heard, "text": text, "entities": named})


def _question_beside(said: Said, answer: Consent, context: Context) -> Parsed | None:
    """What is asked behind a yes that does the act, though nothing of ours was surely heard in it."""
    if context.expects.slot not in agreed.DONE_BY_YES:
        return None
    hedges = agreed.hedges(answer.rest)
    for clause, heard in said.clauses:
        # What only asks for one's own lays no condition on the act: "and do I lose gold if I send it back".
        only_asks = is_wish(heard, LEAST_ASKED) and wishes.asks(intent_of(heard)) and intent_of(heard) != wishes.FAQ
        if clause.text in answer.rest and _asks(clause.text) and (only_asks or not hedges):
            return with_intent(heard, intent_of(heard)) if only_asks else heard
    return None


def of_the_return(text: str, heard: Parsed, context: Context) -> Step | None:
    """A question about the very return that the yes registers: told of that one, not of parcels or points at large."""
    is_last = context.expects.form == agreed.RETURN_FORM and context.expects.slot in agreed.DONE_BY_YES
    is_aside = lexicon.meant("return_aside", text) is not None or lexicon.mentions("second_exchange", text)
    is_aside = is_aside or return_details.asks_of_condition(text)
    if not is_last or compensation.wishes(text) or not is_aside:
        return None
    return Step(text=text, heard=with_intent(heard, RETURN))


def _plain_answer(said: Said, agrees: bool, context: Context) -> Step:
    """The button that says yes (or no) to the very act that was named; without one, a plain yes."""
    for option in context.expects.options:
        if option.get("answer") == (Answer.YES if agrees else Answer.NO):
            return Step(text=said.text, payload=str(option["payload"]))
    return words(said, AFFIRM if agrees else DENY)


def _wish_beside(said: Said, answer: Consent) -> Parsed | None:
    """The clause beside a yes or no, when it surely asks for something."""
    for clause, heard in said.clauses:
        if clause.text and clause.text in answer.rest and is_wish(heard, SECOND_WISH):
            return heard
    # Where the yes is too short to stand apart (对 外套的事找人谈), the whole was heard as what is wished.
    is_sure = intent_of(said.whole) in STANDS_FOR_ITSELF and is_wish(said.whole, SURE_OF_ANOTHER)
    return said.whole if is_sure and answer.rest and not said.clauses else None


def _hesitation(said: Said, context: Context) -> Heard | None:
    """Words that only want time are no content for any question."""
    answer = consent.read(said.text)
    waits = answer.answer is Answer.NOT_YET and not answer.rest
    return Heard.of(words(said, HESITATE)) if waits and context.expects.form else None
