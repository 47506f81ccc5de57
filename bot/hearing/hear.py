"""What a message means in its conversation: the steps it takes. The order of looking is docs/dialogue.md's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from actions.kit import consent, lexicon, slot_text
from actions.kit.consent import Answer, Consent
from actions.kit.forms import activating_intents, begun_by
from bot.hearing import (
    after_danger,
    agreed,
    called_off,
    danger,
    denial,
    expectation,
    language,
    mood,
    news,
    reference,
    scores,
    taken_up,
    told_more,
    wishes,
)
from bot.hearing.danger import REPORT_DANGER, Danger
from bot.hearing.mood import VENT, Mood
from bot.hearing.reference import FAQ
from bot.hearing.steps import FALLBACK, Heard, Step, confidence_of, entities_of, intent_of, is_wish, with_intent
from bot.hearing.wishes import Clause
from crm_store.conversations import Context, Expectation, Option, Parsed
from crm_store.policy import policy
from crm_store.surveys import SurveyKind

REQUEST_HUMAN = "request_human"
AFFIRM, DENY, HESITATE, DENY_ACT, CANCEL = "affirm", "deny", "hesitate", "deny_act", "cancel"
CALLING_OFF = frozenset({CANCEL, "cancel_callback", "undo"})
"""Intents of words beside a bare "cancel it" that only say the same."""
ACT_ENTITY, TIME_ENTITY, CHOICE = "act", "time", "choice"
TAKE_UP = '/inform{"choice":"go_on"}'
"""The button that takes up a form that was set aside."""
SURE_OF_ANOTHER = 0.8
"""Confidence from which words with the very thing that was asked for are another wish all the same."""
THANKFUL = frozenset({"give_praise", "thank"})
MAY_BE_AN_INSULT = frozenset({FALLBACK, "out_of_scope", "bot_challenge", "inform", "help", VENT}) | THANKFUL
"""What names called at the bot are taken for."""
SURELY_NEGATIVE = 0.8
"""Confidence of the feeling from which praise in a bad mood is none."""
SECOND_WISH = 0.6
"""Confidence from which words beside an answer are a wish of their own."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message and its clauses, understood one by one without their conversation."""

    text: str
    whole: Parsed
    clauses: Sequence[tuple[Clause, Parsed]] = ()

    @property
    def names_danger(self) -> Danger | None:
        """The danger that the message or one of its clauses names."""
        return danger.understood(self.text, [self.whole, *(heard for _, heard in self.clauses)])

    def without_danger(self) -> "Said":
        """The same where what a classifier takes for danger is none: the fault of a thing, talk of goods, a guess."""
        heard_as = danger.as_fault if danger.is_mere_fault(self.text) else danger.as_next_best
        return replace(
            self, whole=heard_as(self.whole), clauses=[(clause, heard_as(heard)) for clause, heard in self.clauses]
        )


def hear(said: Said, context: Context) -> Heard:
    """The steps of a message."""
    if at_risk := _danger(said, context):
        return at_risk
    said = said.without_danger()
    if at_once := _at_once(said, context):
        return at_once
    if dropped := _dropped(said, context):
        return dropped
    if answer := _scored(said, context) or _answer(said, context):
        return answer
    if taken_up.wishes_it_after_all(said.text, said.whole, context):
        return Heard.of(_words(said, "inform", {CHOICE: "go_on"}))
    if (taken_back := _taken_back(said, context)) is not None:
        return Heard.of(_words(said, taken_back))
    if denied := _denied(said, context):
        return denied
    if more := told_more.heard(said.text, said.whole, context):
        return Heard.of(Step(text=said.text, heard=more))
    if feeling := _feeling(said, context):
        return Heard.of(_words(said, VENT, {CHOICE: feeling}))
    if _takes_leave(said, context):
        return Heard.of(_words(said, DENY))
    several = wishes.several(said.whole, _apart(_meant_by_words(said, context), context))
    if several:
        return _one_after_the_other([_single(text, heard, context) for text, heard in several], context)
    return Heard.of(_single(said.text, said.whole, context))


def _danger(said: Said, context: Context) -> Heard | None:
    """A message that names a danger, says that the one told before was none, or asks whether data went out."""
    if after_danger.calls_off(said.text, context.focus):
        return Heard.of(_words(said, REPORT_DANGER, {CHOICE: after_danger.OFF}))
    if risk := said.names_danger:
        return Heard.of(_words(said, REPORT_DANGER, {CHOICE: after_danger.choice_of(said.text, risk, context.focus)}))
    asks = context.expects.form is None and asks_about_privacy(said.text)
    return Heard.of(_words(said, FAQ)) if asks else None


def _at_once(said: Said, context: Context) -> Heard | None:
    """What counts whatever was asked: a language of none of ours, "go on", news that are to stop, the wish for a
    person."""
    if language.is_foreign(said.text) and context.expects.form is None:
        foreign = with_intent(said.whole, language.CHANGE_LANGUAGE, {"choice": language.FOREIGN})
        return Heard.of(Step(said.text, foreign))
    if taken_up.goes_on(said.text, context.focus):
        return Heard.of(Step(text=said.text, payload=TAKE_UP))
    if news.stops(said.text, context):
        return Heard.of(_words(said, news.OPT_OUT))
    return Heard.of(_words(said, REQUEST_HUMAN)) if _wants_a_person(said) else None


def asks_about_privacy(text: str) -> bool:
    """Whether a suspicious call or a feared leak is asked about: the article answers; a complaint is another wish."""
    return danger.is_suspicion(text) and not lexicon.mentions("complaint_wish", text)


def _wants_a_person(said: Said) -> bool:
    """Whether the words plainly ask for a person where something else was heard, amid a form as well. Denied, or asked
    about ("can a human check?"), it is no such wish."""
    if intent_of(said.whole) == REQUEST_HUMAN:
        return False
    wishing = [part for part in _parts(said) if lexicon.mentions("person_wish", part)]
    return any(not lexicon.mentions("negation", part) and not slot_text.is_question(part) for part in wishing)


def _parts(said: Said) -> list[str]:
    return [clause.text for clause, _ in said.clauses] or [said.text]


def _taken_back(said: Said, context: Context) -> str | None:
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


def _takes_leave(said: Said, context: Context) -> bool:
    """Words that end a matter and ask for nothing: 好的，那我再等一天, "right, I'll have a look first"."""
    if context.expects.form is not None or agreed.asks_yes_or_no(context.expects) or slot_text.is_question(said.text):
        return False
    if _does_it_without_us(said):
        return True
    wished = [heard for heard in (said.whole, *(heard for _, heard in said.clauses)) if is_wish(heard, SECOND_WISH)]
    asks = lexicon.meant("parcel_question", said.text) == "number"
    return not wished and not asks and lexicon.mentions("leave_taking", said.text)


def _does_it_without_us(said: Said) -> bool:
    """ "改不了就算了，我请管理员收": dropped, and what follows is the customer's own affair."""
    dropped = [clause.text for clause, _ in said.clauses if lexicon.mentions("drop", clause.text)]
    others = [clause.text for clause, _ in said.clauses if not lexicon.mentions("drop", clause.text)]
    return bool(dropped) and bool(others) and lexicon.mentions("by_oneself", others[-1])


def _apart(clauses: Sequence[tuple[Clause, Parsed]], context: Context) -> Sequence[tuple[Clause, Parsed]]:
    """The clauses that may be wishes by themselves: where the customer was asked to tell something in their own words,
    only those that are announced as another matter (对了, "by the way")."""
    if not _waits_for_a_story(context):
        return clauses
    return [each for place, each in enumerate(clauses) if place == 0 or each[0].announced]


def _waits_for_a_story(context: Context) -> bool:
    return context.expects.slot in slot_text.SENTENCES


def _meant_by_words(said: Said, context: Context) -> Sequence[tuple[Clause, Parsed]]:
    """The clauses, with what their words surely ask for where Rasa left it open."""
    if context.expects.form is not None:
        return said.clauses
    return [(clause, reference.meant_by_words(clause.text, heard, context.focus)) for clause, heard in said.clauses]


def _dropped(said: Said, context: Context) -> Heard | None:
    """ "那算了，运费怎么算", 先不改: what is open is left at once, and the rest is answered."""
    form = context.expects.form
    if form is None:
        return None
    parts = [(clause.text, heard) for clause, heard in said.clauses] or [(said.text, said.whole)]
    asks_yes_or_no = agreed.asks_yes_or_no(context.expects)
    is_plain = called_off.leaves(parts[0][0], form) and (
        len(parts) > 1 or not asks_yes_or_no or called_off.takes_back(said.text)
    )
    # The 90 of "就问 90 块邮费" is asked about; any other figure may be what the form waits for.
    told = [text for text, heard in parts if not (is_wish(heard, SECOND_WISH) and wishes.asks(intent_of(heard)))]
    tells_a_value = len(parts) > 1 and any(sign.isdigit() for text in told for sign in text)
    is_named = (
        not tells_a_value
        and not (asks_yes_or_no and called_off.is_answer(said.text))
        and any(called_off.is_not_to_be_done(text, form) for text, _ in parts)
    )
    wishes_beside = [(text, heard) for text, heard in parts if is_wish(heard, SECOND_WISH) and not _is_off(text, form)]
    surely_others = [
        heard
        for _, heard in wishes_beside
        if intent_of(heard) not in begun_by(form) and confidence_of(heard) >= SURE_OF_ANOTHER
    ]
    if not surely_others and called_off.is_put_off(said.text, form):
        return Heard.of(_words(said, CANCEL))
    if not wishes_beside and _drops_with_a_reason(said, context):
        return Heard.of(_words(said, CANCEL))
    is_off_in_the_end = len(parts) > 1 and called_off.drops(parts[0][0]) and _is_off(parts[-1][0], form)
    if is_off_in_the_end and not surely_others:
        # "那算了，放门口就好，不用帮我弄": what stands between only says how it is to be without us.
        return Heard.of(_words(said, CANCEL))
    if any(intent_of(heard) in begun_by(form) for _, heard in wishes_beside):
        # "不改手机了，改邮箱" goes on with it.
        return None
    leaving = _words(said, CANCEL)
    if wishes_beside and (is_plain or is_named):
        return Heard.of(leaving, _single(*wishes_beside[0], context))
    return Heard.of(leaving) if is_named or (is_plain and len(parts) == 1) else None


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


def answers(text: str, context: Context) -> bool:
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


def _scored(said: Said, context: Context) -> Heard | None:
    """A score in answer to the question for one, with its reason if one was given."""
    kind = scores.asked(context.expects)
    score = scores.said(said.text, kind) if kind else None
    if score is None:
        return None
    which = {} if kind is SurveyKind.CSAT else {CHOICE: str(kind)}
    return Heard.of(_words(said, "rate_service", {"score": str(score.value), **which}))


def _feeling(said: Said, context: Context) -> Mood | None:
    """The feeling of a message that wishes nothing; None when it wishes something, or shows none."""
    feeling = mood.bare(said.text)
    if feeling is Mood.ANGER and agreed.asks_yes_or_no(context.expects) and intent_of(said.whole) == DENY:
        # A thumb down is a no where yes or no was asked.
        return None
    if feeling is not None:
        return feeling
    intent = intent_of(said.whole)
    if intent in MAY_BE_AN_INSULT and mood.insults(said.text):
        return Mood.INSULT
    if intent not in THANKFUL:
        return None
    feels = said.whole.get("sentiment") or {}
    is_bad = feels.get("label") == "negative" and float(feels.get("confidence") or 0.0) >= SURELY_NEGATIVE
    return Mood.SARCASM if is_bad or mood.means_the_opposite(said.text) else None


def _answer(said: Said, context: Context) -> Heard | None:
    """The message as an answer to what was asked last; None when it is none, or an open form hears it better."""
    expects = context.expects
    if not expects.is_open:
        return None
    option = expectation.option_said(said.text, expects) or _option_in_a_clause(said, expects)
    option = option or agreed.option_by_act(said.text, expects)
    if option is not None:
        return Heard.of(Step(text=said.text, payload=str(option["payload"])))
    if accepted := _accepted(said, context):
        return accepted
    if not agreed.asks_yes_or_no(context.expects):
        return _hesitation(said, context)
    answer = consent.read(said.text)
    if answer.answer is None:
        act = expectation.act_said(said.text, expects)
        return Heard.of(Step(text=said.text, payload=str(act["payload"]))) if act else None
    return _consented(said, answer, context)


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


def _chosen_by(text: str, expects: Expectation) -> Option | None:
    """The option that a clause chooses by its age or, where no form listens for more, by its title: 退订啊, "only the
    copy". What is only named to be ruled out ("不是之前那两个") and a bare yes or no choose nothing."""
    if lexicon.mentions("negation", text) or slot_text.is_question(text):
        return None
    by_title = None
    if expects.form is None and consent.read(text).answer is None:
        by_title = expectation.by_title(text, expects.options)
    return by_title or expectation.by_age(text, expects.options)


def _accepted(said: Said, context: Context) -> Heard | None:
    """A time, a number: what the question takes beside its buttons, when the message wishes nothing else."""
    expects = context.expects
    if expects.form or is_wish(said.whole, SURE_OF_ANOTHER):
        return None
    for entity in entities_of(said.whole):
        intent = expects.accepts.get(str(entity.get("entity")))
        if intent is not None and denial.denied(said.text) is None:
            return Heard.of(_words(said, intent))
    return None


def _consented(said: Said, answer: Consent, context: Context) -> Heard | None:
    beside = _wish_beside(said, answer)
    if answer.answer is Answer.YES:
        if agreed.only_says_the_act(answer.rest, said.whole, said.clauses, context.expects):
            return Heard.of(_plain_answer(said, True, context))
        if beside is None and agreed.is_another_act(said.text, context.expects):
            # A yes to something else is none to this: what was only offered is passed over, what was begun waits.
            return None if agreed.is_offer(context.expects) else Heard.of(_words(said, HESITATE))
    if answer.answer is Answer.NOT_YET:
        if beside is not None or (answer.rest and context.expects.form):
            return None
        return Heard.of(_words(said, HESITATE))
    plain = _plain_answer(said, answer.answer is Answer.YES, context)
    if not answer.rest:
        return Heard.of(plain)
    if beside is None:
        says_the_same = (
            context.expects.form is None and answer.answer is Answer.YES and agreed.only_repeats(answer.rest)
        )
        return Heard.of(plain) if says_the_same else None
    wish = _single(answer.rest, beside, context)
    answered = replace(plain, text=said.text.removesuffix(answer.rest).strip() or said.text)
    # What is asked beside the answer comes first, so that the next question of a form stands last.
    return Heard.of(wish, answered) if wishes.asks(wish.intent) else Heard.of(answered, wish)


def _plain_answer(said: Said, agrees: bool, context: Context) -> Step:
    """The button that says yes (or no) to the very act that was named; without one, a plain yes."""
    for option in context.expects.options:
        if option.get("answer") == (Answer.YES if agrees else Answer.NO):
            return Step(text=said.text, payload=str(option["payload"]))
    return _words(said, AFFIRM if agrees else DENY)


def _wish_beside(said: Said, answer: Consent) -> Parsed | None:
    """The clause beside a yes or no, when it surely asks for something."""
    for clause, heard in said.clauses:
        if clause.text and clause.text in answer.rest and is_wish(heard, SECOND_WISH):
            return heard
    return None


def _hesitation(said: Said, context: Context) -> Heard | None:
    """Words that only want time are no content for any question."""
    answer = consent.read(said.text)
    waits = answer.answer is Answer.NOT_YET and not answer.rest
    return Heard.of(_words(said, HESITATE)) if waits and context.expects.form else None


def _denied(said: Said, context: Context) -> Heard | None:
    """Nothing is done that is denied; another wish of the same message is served."""
    parts = [(clause.text, heard) for clause, heard in _meant_by_words(said, context)] or [(said.text, said.whole)]
    acts = {
        text: act
        for text, heard in parts
        if (act := denial.denied(text) or _ended(text, said))
        and not _only_when(act, heard, said, context)
        and (not _waits_for_a_story(context) or act in begun_by(context.expects.form or ""))
    }
    if not acts:
        return None
    if (act := reference.instead(said.text, set(acts.values()))) is not None:
        # Money instead of another piece, or the other way round, is a wish.
        return Heard.of(replace(_single(said.text, with_intent(said.whole, act), context), text=said.text))
    others = [
        _single(text, heard, context)
        for text, heard in parts
        if text not in acts
        and is_wish(heard, SECOND_WISH)
        and intent_of(heard) not in acts.values()
        and not _only_calls_off(text)
    ]
    act = next(iter(acts.values()))
    refused = Step(text=said.text, heard=with_intent(said.whole, DENY_ACT, {ACT_ENTITY: act}))
    if not others:
        return Heard.of(refused)
    has_to_be_left = context.expects.form is not None
    return Heard.of(*([refused] if has_to_be_left else []), *others[:1])


def _ended(text: str, said: Said) -> str | None:
    """The act that the message is heard as, where a clause says nothing but that it is not to be done: 那不改了."""
    act = intent_of(said.whole)
    return act if act in lexicon.values(denial.VERB) and denial.called_off(text, {act}) else None


def _only_when(act: str, heard: Parsed, said: Said, context: Context) -> bool:
    """Whether a time for the act is denied and not the act: "not on Friday", in the midst of arranging a call."""
    if not any(entity.get("entity") == TIME_ENTITY for entity in entities_of(heard)):
        return False
    wanted = any(intent_of(other) == act and other is not heard for _, other in said.clauses)
    return wanted or act in activating_intents(context.expects.form or "")


def _only_calls_off(text: str) -> bool:
    """Whether a clause beside a denial only says the same again: 不退了，取消吧."""
    return lexicon.without("courtesy", text) in lexicon.words("call_off")


def _single(text: str, heard: Parsed, context: Context) -> Step:
    step = reference.resolved(Step(text=text, heard=heard), context.focus, in_form=context.expects.form is not None)
    if step.heard is None or not _is_doubtful_act(step.heard):
        return step
    ranking = [{"name": FALLBACK, "confidence": 1.0}, *(heard.get("intent_ranking") or [])]
    return replace(
        step, heard={**step.heard, "intent": {"name": FALLBACK, "confidence": 1.0}, "intent_ranking": ranking}
    )


def _is_doubtful_act(heard: Parsed) -> bool:
    """An act on a guess: the customer is asked what was meant."""
    return intent_of(heard) in lexicon.values(denial.ACT) and confidence_of(heard) < policy().dialogue.act_confidence


def _one_after_the_other(steps: list[Step], context: Context) -> Heard:
    """What only asks is answered now; of the wishes that open something the first, the others wait their turn."""
    asking = [step for step in steps if step.payload is None and wishes.asks(step.intent)]
    opening = [step for step in steps if step not in asking]
    now, later = [*asking, *opening[:1]], opening[1:]
    return Heard.of(*now, kept=[step.heard | {"text": step.text} for step in later if step.heard is not None])


def _words(said: Said, intent: str, entities: Mapping[str, str] | None = None) -> Step:
    return Step(text=said.text, heard=with_intent(said.whole, intent, entities))
