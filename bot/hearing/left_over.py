"""Questions of a message that none of its steps answers.

Whoever knows a message first answers it as a whole: as what was asked for, as a rule, as a wish. What else is asked in
the same breath (想退这个锅，包装扔了还行吗，钱多久到) would fall away. Each such question becomes a step of its own: it
is told from the shop's articles with the rest of the message beside it, or named as one that nothing answers.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from actions.kit import rule_first, slot_text
from actions.kit.asked import aspects_asked, voucher_asked
from actions.kit.asked import parcel_asked as kit_parcel_asked
from actions.kit.asked.rewards_asked import RewardAsked
from actions.kit.base import ALONGSIDE, IF_KNOWN
from actions.kit.told import delay_disputed, own_damage
from actions.kit.words import alternatives, consent, lexicon, plainly
from bot.hearing.danger.danger import REPORT_DANGER
from bot.hearing.message import denial, reference, rule_asked, wishes
from bot.hearing.message.mood import VENT
from bot.hearing.message.said import CHOICE, SECOND_WISH, Said, single, waits_for_a_story
from bot.hearing.message.wishes import FAQ, Clause
from bot.hearing.orders import cancel_beside, invoice_told, parcel_asked
from bot.hearing.returns import return_asked, return_day, return_matters, sum_back
from bot.hearing.several import two_rules
from bot.hearing.steps import FALLBACK, TALK, Heard, Step, confidence_of, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.text import closed_up

PRODUCT = "ask_product"
PARCEL = "ask_parcel"
VOUCHERS = "ask_vouchers"
MOST = 3
"""So many questions more than were heard are answered; who asks for so much at once asks again."""
WHOLE = 0.9
"""Confidence from which a question is one by itself, and no half of another."""
OF_NAMED = 0.4
"""The same where the question names goods or a number: "when do my towels arrive"."""
OWN_WISH = 0.5
"""Confidence from which a question beside others asks for what it was heard as."""
SPEAKS_ALONE = frozenset({REPORT_DANGER, "request_human", "change_language", "bot_challenge", "deny_act", "hesitate"})
"""What is answered alone: beside help in danger or a person no rule is told."""
NO_QUESTION = frozenset(
    {
        "make_complaint", "report_fault", "give_praise", "thank", "greet", "goodbye", "affirm", "deny", "hesitate",
        "inform", "bot_challenge", "request_human", "cancel", "help", "out_of_scope", "deny_act", "rate_service",
        REPORT_DANGER, VENT,
    }
)  # fmt: skip
"""What has the form of a question and tells how somebody feels, or answers: 你们怎么回事, "are you kidding"."""
OF_A_FAULT = frozenset({"report_fault", "return_or_refund"})
ABOUT_GOODS = frozenset({"ask_parcel", "ask_order_status", "ask_refund_status", "ask_complaint_status"})
"""Where something of an order is asked, what is wrong with it was understood."""
SHORTFALL = "dispute_points"
"""Beside the balance it is a matter of its own: why there are fewer points."""
_A_SIZE = re.compile(
    r"(?:\b(?:for|to) an? )?(?<![\w.])(?:[34]\d(?:\.5)?|X{0,2}[SML])\s*(?:码|碼|号|號)?(?![a-z\d.])"
    r"|(?<=[换換])(?:[34]\d(?:\.5)?|X{0,2}[SML])\s*(?:码|碼|号|號)?",
    re.IGNORECASE,
)
ASKS_BEFORE = frozenset({"change_order"})
"""A form that says how it is, or asks, before it does anything: how to do it is a question for it."""
SURE_RULE = 0.85
"""Confidence of a question of a rule that is one whatever the whole message was taken for."""
NOT_UNDERSTOOD = ([FALLBACK], ["out_of_scope"])
"""Steps that only say so; a question that is clear is answered in their place."""
Part = tuple[Clause, Parsed]
_ONLY_ASKS = re.compile(
    r"我?(?:就|只|刚才|刚刚)?(?:是|系)?(?:在|想)?[问問](?:的是|你们?|一下)?"
    r"|(?:i|i m|i am|i was) (?:just )?(?:asking|asked|mean|meant)"
)
"""Words that only announce a question."""
_JUST_DONE = re.compile(
    r"(?:刚刚?|刚才|才|啱啱?)(?:[^，。]{0,6})(?:登记|登|下单|提交|办|订|约|申请)[^，。]{0,8}(?:不能|不可以|不让|唔可以|唔得|唔俾|改不了|没法|不行)"
    r"|\b(?:only|just) (?:registered|ordered|filed|placed|did|booked)\b.{0,40}"
    r"\b(?:can t|cannot|not allowed|no longer)\b"
    r"|\b(?:can t|cannot) (?:i )?(?:even )?(?:change|swap|edit)\b.{0,40}\b(?:minutes?|just|only)\b"
)


def answered_too(said: Said, heard: Heard, context: Context) -> Heard:
    """The steps of a message, and one for each of its questions that they leave out."""
    if not said.clauses or waits_for_a_story(context) or any(step.intent in SPEAKS_ALONE for step in heard.steps):
        return heard
    if [step.text for step in heard.steps if step.intent == FAQ] == [said.text] and _goes_on(said.text, context):
        return heard
    left = _left(said, heard)
    if any(return_asked.is_step(step, said.text, context) for step in heard.steps):
        left = [part for part in left if not return_asked.covers(part[0].text)]
    if any(return_matters.is_step(step) for step in heard.steps):
        left = [part for part in left if not return_matters.covers(part[0].text)]
    if any(sum_back.is_step(step) for step in heard.steps):
        left = [part for part in left if not sum_back.covers(part[0].text)]
    left = left[:MOST]
    if not left:
        return _with_fault(said, heard, context)
    intents = [step.intent for step in heard.steps]
    if (intents == [FAQ] and len(left) > 1) or intents in NOT_UNDERSTOOD:
        return Heard.of(*(_asked(part, said, context) for part in left), *_wished(left, said, context))
    heard = _with_fault(said, heard, context)
    told = [step if sum_back.is_step(step) else without(step, left, said) for step in heard.steps]
    return _put_among(replace(heard, steps=told), [_asked(part, said, context) for part in left], context)


def _goes_on(text: str, context: Context) -> bool:
    """Whether the whole of a message is one question only with what it goes on with; its parts are none alone."""
    before = rule_first.spoken_before(context.focus)
    return plainly.is_heard(text, own=True, before=before) and not plainly.is_heard(text, own=True)


def _with_fault(said: Said, heard: Heard, context: Context) -> Heard:
    """What is told to be wrong with a thing beside questions is taken up behind them: "the wheel is stuck, who pays
    the postage"."""
    told = [
        part
        for part in said.clauses
        if intent_of(part[1]) in OF_A_FAULT and is_wish(part[1], OWN_WISH) and not _is_denied(part[0].text)
        # "Beans wrapped" is how they are to come, and nothing that went wrong.
        if not two_rules.only_supposed(part[0].text)
        if not lexicon.mentions("gift_wrapped", part[0].text) or lexicon.mentions("fault", part[0].text)
    ]
    is_free = context.expects.form is None and all(wishes.asks(step.intent) for step in heard.steps)
    is_held = any(told and told[0][0].text in step.text for step in heard.steps if step.text != said.text)
    is_held = is_held or heard.steps[0].intent in (ABOUT_GOODS | OF_A_FAULT)
    if not told or not is_free or is_held or heard.kept or slot_text.is_question(told[0][0].text):
        return heard
    clause, parsed = told[0]
    return Heard.of(*heard.steps, single(clause.text, parsed, context))


def _left(said: Said, heard: Heard) -> list[Part]:
    """The questions of a message that no step, and no wish that waits, is about."""
    asked = [part for part in said.clauses if _asks(part, said.text)]
    texts = [str(kept.get("text") or "") for kept in heard.kept]
    left = [part for part in asked if not any(part[0].text in text for text in texts)]
    left = [part for part in left if not any(part[0].text in step.stands_for for step in heard.steps)]
    if any(step.intent in OF_A_FAULT for step in heard.steps):
        left = [part for part in left if not _whether_at_all(part[0].text)]
    left = [part for part in left if not return_day.is_covered(part[0].text, heard)]
    left = [part for part in left if not cancel_beside.is_covered(part[0].text, heard)]
    if any(step.intent == FAQ and step.text not in said.text for step in heard.steps):
        # Asked in standard words in place of the customer's own.
        left = [part for part in left if not invoice_told.asks_of_wrong(part[0].text)]
    if any(_is_chosen(step, RewardAsked.PAID) for step in heard.steps):
        left = [part for part in left if not voucher_asked.is_of_a_sum(part[0].text)]
    if any(_is_of_own_damage(step) for step in heard.steps):
        left = [part for part in left if not own_damage.asks(part[0].text) and not own_damage.names_it(part[0].text)]
    if any(step.intent == FAQ and step.text == said.text for step in heard.steps):
        left = [part for part in left if not two_rules.only_supposed(part[0].text)]
    if any(step.intent == VOUCHERS and step.text == said.text for step in heard.steps):
        # From what sum they work is told with them.
        left = [part for part in left if not lexicon.mentions("minimum_question", part[0].text)]
    if any(step.intent == PARCEL for step in heard.steps):
        left = [part for part in left if not delay_disputed.disputes(part[0].text)]
    if any(parcel_asked.is_step(step) for step in heard.steps):
        left = [part for part in left if kit_parcel_asked.asked(part[0].text) is None]
    left = [part for part in left if not two_rules.is_other_half(part, said)]
    for step in heard.steps:
        covered = _covered(step, said, asked)
        left = [part for part in left if part not in covered]
    return _each_once(left, [step.text for step in heard.steps if step.intent == FAQ and step.text == said.text])


def _each_once(left: Sequence[Part], answered: Sequence[str]) -> list[Part]:
    """The questions without those that ask for the same rule as another one, or as the whole message is heard to."""
    found: dict[object, Part] = {}
    for clause, parsed in left:
        found.setdefault(plainly.heard_as(clause.text) or clause, (clause, parsed))
    told = {plainly.heard_as(text) for text in answered}
    return [] if found and found.keys() <= told else list(found.values())


def _is_of_own_damage(step: Step) -> bool:
    """Whether a step is about damage done at home, and so about its warranty and what it costs."""
    return _is_chosen(step, own_damage.OWN_DAMAGE)


def _is_chosen(step: Step, value: str) -> bool:
    return any(each.get("value") == value for each in entities_of(step.heard or {}))


def _whether_at_all(text: str) -> bool:
    """Whether a question only asks if a thing may go back or counts as faulty, which the return itself answers:
    能换个新的不, 這樣算瑕疵嗎. Into which size is a part of it: "can I swap for a 39"."""
    text = _A_SIZE.sub(" ", text)
    for group in (*alternatives.WAYS, "fault"):
        text = lexicon.without(group, text)
    return plainly.names_nothing(text)


def _covered(step: Step, said: Said, asked: Sequence[Part]) -> list[Part]:
    """The questions that a step answers: the only one it holds; of several those about its matter, and all of them
    where none of its clauses carries that, for then it was heard by words that stand in several."""
    if [step.intent] in NOT_UNDERSTOOD:
        return [part for part in asked if not _is_clear(part[1])]
    if step.intent == VENT:
        # Anger is heard, and answered where it surely asks for what is one's own: "wtf. where is my stuff".
        return [part for part in asked if intent_of(part[1]) == FAQ or not is_wish(part[1], wishes.PAUSED)]
    held = [part for part in said.clauses if part[0].text in step.text or step.text in part[0].text]
    its_own = [part for part in asked if part in held]
    if len(held) < 2:
        return its_own
    if step.heard is None:
        # A button chosen by the words of one of them: 那茶叶罐呢.
        return [part for part in its_own if not is_wish(part[1], OWN_WISH)]
    if step.intent == FAQ:
        # Of several only the answers will tell which one was answered, unless all of them together make one question,
        # or the words that make the whole one leave the others as parts of it.
        if len(its_own) == 1 or _only_together(step, its_own):
            return its_own
        if not plainly.is_heard(step.text, own=True):
            return []
        texts = [part[0].text for part in its_own]
        same = plainly.heard_as(step.text)
        known = [plainly.names_nothing(text) or (same and plainly.heard_as(text) == same) for text in texts]
        return [part for part, is_known in zip(its_own, known, strict=True) if is_known]
    if any(_guess(parsed) == step.intent for _, parsed in held):
        return [part for part in its_own if _is_about(part[1], step.intent)]
    return [part for part in its_own if not _is_of_another_thing(part, step, held) and not _is_a_rule_apart(part, held)]


def _is_of_another_thing(part: Part, step: Step, held: Sequence[Part]) -> bool:
    """Whether a question names goods and another matter than the step, which is announced: "when do my towels arrive,
    and also what's in my points account"."""
    named = any(each.get("entity") in wishes.THINGS for each in entities_of(part[1]))
    is_own = is_wish(part[1], OF_NAMED) and not wishes.akin(intent_of(part[1]), step.intent)
    return named and is_own and any(clause.announced for clause, _ in held)


def _is_a_rule_apart(part: Part, held: Sequence[Part]) -> bool:
    """Whether a question stands by itself, announced or in a sentence of its own, and surely asks for a rule: "how many
    points for 300 yuan, also do you ship to Macau"."""
    clause, parsed = part
    before = [each for each, _ in held[: held.index(part)]]
    is_apart = clause.announced or any(each.sentence != clause.sentence for each in before)
    is_rule = intent_of(parsed) == FAQ and confidence_of(parsed) >= SURE_RULE
    return bool(before) and is_apart and is_rule and not plainly.names_nothing(clause.text)


def _only_together(step: Step, its_own: Sequence[Part]) -> bool:
    """Whether a question is known by words that stand in several of its clauses: the place in one, how much in
    another."""
    whole = [part for part in its_own if is_wish(part[1], WHOLE) and not plainly.names_nothing(part[0].text)]
    is_known_apart = any(plainly.is_heard(clause.text) for clause, _ in its_own)
    return len(whole) < 2 and plainly.is_heard(step.text) and not is_known_apart


def _is_about(parsed: Parsed, intent: str) -> bool:
    """Whether a clause, surely heard or not, asks about the matter of an intent."""
    guess = _guess(parsed)
    if guess == intent:
        return True
    is_apart = guess == SHORTFALL or (not wishes.same_road(guess, intent) and is_wish(parsed, wishes.PAUSED))
    return wishes.akin(guess, intent) and not is_apart


def _guess(parsed: Parsed) -> str:
    """What the words are most likely, though nothing was surely heard."""
    if intent_of(parsed) != FALLBACK:
        return intent_of(parsed)
    ranking = [str(each.get("name")) for each in parsed.get("intent_ranking") or []]
    return next((name for name in ranking if name != FALLBACK), "")


def _asks(part: Part, text: str) -> bool:
    """Whether a clause of a message asks for something, and not for agreement or for the sake of asking."""
    clause, parsed = part
    # What an "and" joins to a question is a part of it: "do you ever call and ask for my code?"
    is_marked = bool(re.search(r"(?<!\band )" + re.escape(clause.text) + r"\s*[?？]", text, re.IGNORECASE))
    is_question = is_marked or slot_text.is_question(clause.text) or consent.asks_back(clause.text)
    # 里面別放價格單: known by its words as a question of a rule, whatever form it has.
    # 保温几个小时: so is what is asked of a thing.
    is_question = is_question or bool(aspects_asked.asked(clause.text))
    is_question = is_question or (plainly.is_heard(clause.text) and "and " + clause.text not in text)
    if not is_question or slot_text.is_talk(clause.text) or lexicon.mentions("small_talk", clause.text):
        return False
    if _ONLY_ASKS.fullmatch(closed_up(clause.text)) or text.count(clause.text) > 1:
        # 护眼台灯……护眼？: a word of the message that is only thrown back.
        return False
    if _JUST_DONE.search(closed_up(clause.text)):
        # 刚登记一分钟就不能改？: protest about what was just done, beside what shall become of it.
        return False
    if plainly.names_nothing(clause.text):
        return intent_of(parsed) == FAQ
    if intent_of(parsed) in TALK:
        return not _is_said(parsed)
    if intent_of(parsed) == "out_of_scope":
        # Whether it is ours at all, the articles know better than a guess: 到的时候我不在家怎么办.
        return not _is_said(parsed)
    return not (intent_of(parsed) in NO_QUESTION and _is_clear(parsed))


def _is_said(parsed: Parsed) -> bool:
    """Whether words are surely the talk they were taken for: "is that covered" agrees to nothing."""
    return confidence_of(parsed) >= wishes.PAUSED


def _is_clear(parsed: Parsed) -> bool:
    """Whether what was heard may be believed: below that it may ask something all the same."""
    return intent_of(parsed) != FALLBACK and confidence_of(parsed) >= OWN_WISH


def _asked(part: Part, said: Said, context: Context) -> Step:
    """The step of a question: the wish it surely is, else a question of a rule beside the rest of the message."""
    clause, parsed = part
    rule = rule_asked.heard(clause.text, parsed, context)
    if rule is None and (of_goods := _of_goods(clause, parsed, said)) is not None:
        return of_goods
    by_words = rule or reference.meant_by_words(clause.text, parsed, context.focus)
    # Where the whole asks for rules, so do its parts, unless they are surely something else.
    named = any(each.get("entity") in wishes.THINGS for each in entities_of(parsed))
    least = wishes.PAUSED if intent_of(said.whole) == FAQ else OF_NAMED if named else OWN_WISH
    if rule is None and intent_of(by_words) != FAQ and is_wish(by_words, least) and wishes.asks(intent_of(by_words)):
        return single(clause.text, by_words, context, beside_another=True)
    if rule is None and intent_of(by_words) in ASKS_BEFORE and is_wish(by_words, OWN_WISH):
        # "How do I change my address" is answered by what changes it, which does nothing yet.
        return single(clause.text, by_words, context, beside_another=True)
    beside = {ALONGSIDE: " ".join(other.text for other, _ in said.clauses if other is not clause)}
    if rule is None and (not _is_clear(by_words) or intent_of(by_words) in NO_QUESTION):
        # Perhaps it was no question of the shop; then it is not named either.
        beside[CHOICE] = IF_KNOWN
    heard = with_intent(parsed, FAQ, beside, confidence=max(confidence_of(parsed), OWN_WISH))
    return Step(text=clause.text, heard={**heard, "text": clause.text})


def is_to_be_named(step: Step, said: Said) -> bool:
    """Whether a step was a question that is told only where it is known, and surely asks for something: where nothing
    was said to it, it is named."""
    asked = next((part for part in said.clauses if part[0].text == step.text), None)
    if asked is None or not _is_chosen(step, IF_KNOWN) or says_little(step.text):
        return False
    behind = said.text[said.text.find(step.text) + len(step.text) :].lstrip()
    is_question = slot_text.is_question(step.text) or consent.asks_back(step.text) or behind[:1] in ("?", "？")
    return is_question and not (intent_of(asked[1]) in NO_QUESTION and _is_clear(asked[1]))


def says_little(text: str) -> bool:
    """Whether words only ask to look into what the rest of the message tells, or are the case that it asks of: "can you
    look", 如果到了我已经不想要了."""
    is_the_case = any(heard.value == "begins" for heard in lexicon.heard("supposing", text))
    return lexicon.mentions("only_looks", text) or (is_the_case and not slot_text.is_question(text))


def _of_goods(clause: Clause, parsed: Parsed, said: Said) -> Step | None:
    """The step of what is asked of a thing that the message names: 保温几个小时 beside 能不能刻字."""
    named = [each for each in entities_of(said.whole) if each.get("entity") == "product"]
    if not named or not aspects_asked.asked(clause.text) or is_wish(parsed, wishes.PAUSED):
        return None
    return Step(clause.text, {**with_intent(parsed, PRODUCT), "text": clause.text, "entities": named})


def _wished(left: Sequence[Part], said: Said, context: Context) -> list[Step]:
    """What is wished, and not denied, beside questions of rules that are answered one by one."""
    return [
        single(clause.text, parsed, context)
        for clause, parsed in said.clauses
        if (clause, parsed) not in left and is_wish(parsed, SECOND_WISH) and intent_of(parsed) != FAQ
        if not _is_denied(clause.text)
    ][:1]


def _is_denied(text: str) -> bool:
    """Whether a clause denies its act: 先不退了, 退货就不用了."""
    ways = alternatives.wished(alternatives.WAYS, text)
    return denial.denied(text) is not None or (bool(ways) and all(each.denied for each in ways))


def without(step: Step, left: Sequence[Part], said: Said) -> Step:
    """The step of the whole message as that of the one clause that is left of it, where that was heard alike."""
    rest = [part for part in said.clauses if part not in left]
    if step.heard is None or step.text != said.text or len(rest) != 1:
        return step
    ((clause, parsed),) = rest
    alike = intent_of(parsed) == step.intent
    return replace(step, text=clause.text, heard={**parsed, "text": clause.text}) if alike else step


def _put_among(heard: Heard, asked: Sequence[Step], context: Context) -> Heard:
    """What is asked comes before the step that opens a form, so that its question stands last; behind what answers an
    open one."""
    steps = list(heard.steps)
    place = len(steps)
    last = steps[-1]
    if context.expects.form is None and last.payload is None and last.intent != VENT and not wishes.asks(last.intent):
        place -= 1
    return replace(Heard.of(*steps[:place], *asked, *steps[place:]), kept=heard.kept)
