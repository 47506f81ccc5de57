"""A question about rewards and points that its words make sure, whatever the message sounds like: how many at once,
what several come to, whether one was redeemed, whether points pay; and another voucher meant than the one told of."""

import re
from dataclasses import replace

from actions.kit import slot_text
from actions.kit.asked import reward_asides, rewards_asked, voucher_asked
from actions.kit.asked.reward_asides import Aside
from actions.kit.asked.rewards_asked import RULES, WHETHER_DONE, RewardAsked, TermsAsked
from actions.kit.words import consent, lexicon, plainly
from bot.hearing.message.said import CHOICE, SECOND_WISH, SURE_OF_ANOTHER, Said, single, words
from bot.hearing.points import reward_wish
from bot.hearing.points.reward_wish import NO_OTHER_WISH, REDEEM, REDEEM_FORM
from bot.hearing.steps import Heard, Step, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Focus, Parsed
from crm_store.language import Language
from crm_store.text import normalise

VOUCHERS, REWARDS, POINTS_RULES, EXPIRING = "ask_vouchers", "ask_rewards", "ask_points_rules", "ask_points_expiring"
FAQ = "ask_faq"
OF_REWARDS = frozenset({
    VOUCHERS, REWARDS, POINTS_RULES, EXPIRING, REDEEM, "ask_points_balance", "ask_points_history", "dispute_points",
})  # fmt: skip
"""Topics in which a bare "it" or "those" means points or a reward."""
SOUND_LIKE_GIVING_BACK = frozenset({"undo", "return_or_refund", "cancel_order"})
CONFIRM = "redeem_confirm"
PAID_AND_RETURNED = "points_paid_return"
"""Of plainly.yml: what comes back of an order that points were used for."""
LATELY = 3
"""So many messages a reward or the points stay what is spoken of."""
OF_GOODS_LATELY = 12
"""So many places of a conversation goods stay those that a voucher is put to."""
ASKED_AS = {
    RewardAsked.AT_ONCE: (VOUCHERS, {CHOICE: RULES}),
    RewardAsked.DONE: (VOUCHERS, {CHOICE: WHETHER_DONE}),
    RewardAsked.SUM: (REWARDS, {}),
    RewardAsked.LEFT: (EXPIRING, {}),
    RewardAsked.PAYS: (POINTS_RULES, {}),
    RewardAsked.REMINDED: (EXPIRING, {CHOICE: RewardAsked.REMINDED.value}),
    RewardAsked.UNDO: (POINTS_RULES, {}),
    RewardAsked.VALID: (VOUCHERS, {CHOICE: RewardAsked.VALID.value}),
    RewardAsked.SENT: (VOUCHERS, {CHOICE: RewardAsked.SENT.value}),
    RewardAsked.LAPSED: (VOUCHERS, {CHOICE: RewardAsked.LAPSED.value}),
    RewardAsked.LAST_DAY: (VOUCHERS, {CHOICE: RewardAsked.LAST_DAY.value}),
}
VOUCHER_WORD = {Language.ZH_HANS: "优惠券", Language.ZH_HANT: "優惠券", Language.EN: "voucher"}
"""What "it" stands for in a question about a voucher that is wished."""
_OF_REWARDS = re.compile(r"券|积分|点数|\b(?:vouchers?|coupons?|points?|rewards?)\b")
_SEVERAL = re.compile(r"各|都|和|跟|、|\b(?:and|each|both|all)\b")
_WORTH = r"(?:\d{2,3}|[一二两]?百|[二三五]十)(?:元|块钱|块|蚊)?"
_NOT_THAT = re.compile(
    rf"(?:不是|唔系|不系|没说|没问|冇话|唔要|不要)(?:说|问|讲|要|指)*(?:那个|这个|[嗰𠮶]个)?{_WORTH}(?:的|嘅|券|那个|那种|那张)*"
    r"|\bnot (?:the )?(?:¥ ?)?\d{2,3}(?: yuan| kuai)?(?: ones?| vouchers?| coupons?)?\b"
)
_THAT = re.compile(
    rf"{_WORTH}(?:的|嘅|券|(?:那|[嗰𠮶])(?!一?(?:单|笔))|张|个)|我(?:问|说|讲|要)的?是{_WORTH}"
    rf"|\b(?:the )?\d{{2,3}}(?: yuan)? (?:one|voucher|coupon)\b|\bthe \d{{2,3}}\b"
)
_ONLY_NAMED = re.compile(
    rf"{_WORTH} ?(?:的)?(?:优惠券|券)"
    rf"|(?:the )?\d{{2,3}} ?(?:yuan |kuai )?(?:vouchers?|coupons?)(?: thing)?"
)
_TAKES = re.compile(r"换|兑|要一?张|来一?张|\b(?:redeem|swap|take|get me|give me|i want|i ll have)\b")


def heard(said: Said, context: Context) -> Heard | None:
    """The steps of such a message; None where nothing of the kind is asked, or amid another form."""
    if context.expects.form not in (None, REDEEM_FORM) or intent_of(said.whole) in NO_OTHER_WISH:
        return None
    of_points = is_spoken_of(context.focus)
    if surely := _of_its_end(said, context) or _of_goods(said, context) or _of_what_is_taken(said, context):
        return surely
    if context.expects.form is None and plainly.heard_as(said.text) == PAID_AND_RETURNED:
        return Heard.of(words(said, FAQ))
    if aside := _aside(said, context, of_points=of_points):
        return aside
    if _asks_terms(said, context):
        # Asked of the very reward, before the points are spent: told, and the question stays (`RedeemForm`).
        return Heard.of(words(said, VOUCHERS, {CHOICE: RULES}))
    asked = next(
        (kind for text in (said.text, *(clause.text for clause, _ in said.clauses))
         if (kind := rewards_asked.asked(text, of_points=of_points)) and _may_ask(kind, said, of_points=of_points)),
        None,
    )  # fmt: skip
    if asked is RewardAsked.UNDO and reward_wish.wants_points_back(said, context):
        return None
    if asked is not None:
        return _steps(said, context, *ASKED_AS[asked])
    if not of_points or context.expects.form is not None:
        return None
    if _ONLY_NAMED.fullmatch(lexicon.without("courtesy", normalise(said.text)).strip()):
        return Heard.of(words(said, REWARDS))
    return _of_another_worth(said, context)


def _aside(said: Said, context: Context, *, of_points: bool) -> Heard | None:
    """What is asked around taking a reward; the wish for one beside it comes after it."""
    wishes = any(intent_of(parsed) == REDEEM for _, parsed in (*said.clauses, (None, said.whole))) or _names_reward(
        said
    )
    asked = reward_asides.asked(said.text, of_points=of_points or wishes)
    if asked is None or (asked is Aside.CODE and _names_number(said)):
        return None
    if asked is Aside.ORDER_BACK:
        language = Language.of(said.whole.get("language"))
        question = plainly.standard(PAID_AND_RETURNED, language)
        bare = {**with_intent({**said.whole, "entities": []}, FAQ), "text": question}
        step = Step(text=question, heard=bare, stands_for=said.text)
    else:
        step = words(said, VOUCHERS, {CHOICE: asked.value})
    return Heard.of(step, *_taken(said, context))


def _of_what_is_taken(said: Said, context: Context) -> Heard | None:
    """A reward is wished and all else asks what holds for it (get me the 20 one then, does it expire, can I use it on
    sale stuff): "it" is that reward. Each question is answered of it, and then it is asked about."""
    taken = [clause.text for clause, parsed in said.clauses if _takes(clause.text, parsed)]
    if context.expects.form is not None or len(taken) != 1:
        return None
    asked = [_of_it(clause.text, parsed, taken[0]) for clause, parsed in said.clauses if clause.text != taken[0]]
    told = [step for step in asked if step is not None]
    wish = next(parsed for clause, parsed in said.clauses if clause.text == taken[0])
    # The form asks before any points are spent: a wish that names its reward is no guess.
    taking = single(taken[0], with_intent(wish, REDEEM), context)
    return Heard.of(*told, taking) if told and len(told) == len(asked) else None


def _takes(text: str, parsed: Parsed) -> bool:
    is_sure = is_wish(parsed, SECOND_WISH) or lexicon.mentions("reward_take", text)
    return intent_of(parsed) == REDEEM and is_sure and not _asks(text)


def _of_it(text: str, parsed: Parsed, wish: str) -> Step | None:
    """The step of one such question; None where it asks nothing of a reward."""
    if not _asks(text):
        return None
    language = Language.of(parsed.get("language"))
    bare = {**parsed, "entities": []}
    of_voucher = f"{text} {VOUCHER_WORD[language]}"
    if plainly.heard_as(of_voucher) is not None:
        return Step(text=of_voucher, heard={**with_intent(bare, FAQ), "text": of_voucher}, stands_for=text)
    if rewards_asked.terms_asked(text) not in (TermsAsked.RULES, TermsAsked.TOGETHER):
        return None
    words_of_both = f"{wish}, {text}"
    return Step(
        text=words_of_both, heard={**with_intent(bare, VOUCHERS, {CHOICE: RewardAsked.VALID}), "text": words_of_both}
    )


def _taken(said: Said, context: Context) -> list[Step]:
    """The wish for a reward that stands in a clause of its own: 那就换保温杯吧，跟那个包裹一起寄来."""
    return [
        single(clause.text, parsed, context)
        for clause, parsed in said.clauses
        if _takes(clause.text, parsed) and reward_asides.asked(clause.text, of_points=True) is None
    ][:1]


def _of_its_end(said: Said, context: Context) -> Heard | None:
    """What becomes of a voucher, or of points, with their last day: asked before any rule of orders is looked for."""
    asked = rewards_asked.asked(said.text, of_voucher=_voucher_spoken_of(context.focus))
    if asked not in (RewardAsked.LAPSED, RewardAsked.LAST_DAY):
        return None
    # 退给我不 by itself sounds like the wish to have it back, or like a rule of orders.
    beside = [
        (clause, parsed)
        for clause, parsed in said.clauses
        if intent_of(parsed) not in SOUND_LIKE_GIVING_BACK and not voucher_asked.speaks_of_points_back(clause.text)
    ]
    said = replace(said, clauses=beside if any(_is_apart(part[0].text, part[1]) for part in beside) else [])
    if asked is RewardAsked.LAST_DAY and voucher_asked.names_points(said.text):
        return _steps(said, context, EXPIRING, {CHOICE: RewardAsked.LAST_DAY.value})
    return _steps(said, context, *ASKED_AS[asked])


def _of_goods(said: Said, context: Context) -> Heard | None:
    """Whether a voucher may be used for goods that are named or spoken of, and what one pays with it."""
    if _names_number(said):
        return None
    if voucher_asked.asks_use_on(said.text):
        return Heard.of(words(said, VOUCHERS, {CHOICE: RewardAsked.USED_ON.value}))
    places: dict[str, int] = context.focus.get("at") or {}
    newest = max(places.values(), default=0)
    spoken = any(
        kind in context.focus and newest - places.get(kind, newest) <= OF_GOODS_LATELY
        for kind in ("product", "purchase")
    )
    if not voucher_asked.asks_paid(said.text) or not (spoken or _names_product(said)):
        return None
    return Heard.of(words(said, VOUCHERS, {CHOICE: RewardAsked.PAID.value}))


def _voucher_spoken_of(focus: Focus) -> bool:
    """Whether a voucher, and no balance, is what the last messages were about."""
    places: dict[str, int] = focus.get("at") or {}
    newest = max(places.values(), default=0)
    is_topic = focus.get("topic") == VOUCHERS and int(focus.get("age") or 0) < LATELY
    return is_topic or ("reward" in focus and newest - places.get("reward", 0) <= LATELY)


def _asks_terms(said: Said, context: Context) -> bool:
    """Whether the terms of the reward are asked at the question whether to redeem it. A clause beside it that agrees is
    heard first, and the question answered after the yes; another voucher that goes back is another matter."""
    at_the_question = (context.expects.form, context.expects.slot) == (REDEEM_FORM, CONFIRM)
    if not at_the_question or rewards_asked.terms_asked(said.text) is None or reward_wish.gives_voucher_back(said.text):
        return False
    taking = {normalise(word) for word in lexicon.words("redeem_bare")}
    return not any(consent.says_only(clause.text, taking) for clause, _ in said.clauses)


def is_spoken_of(focus: Focus) -> bool:
    """Whether points or a reward were spoken of just now."""
    places: dict[str, int] = focus.get("at") or {}
    newest = max(places.values(), default=0)
    is_topic = focus.get("topic") in OF_REWARDS and int(focus.get("age") or 0) < LATELY
    return is_topic or ("reward" in focus and newest - places.get("reward", 0) <= LATELY)


def _may_ask(kind: RewardAsked, said: Said, *, of_points: bool) -> bool:
    """Whether the words ask it of points or rewards, and not of goods that were bought."""
    of_rewards = of_points or bool(_OF_REWARDS.search(normalise(said.text))) or _names_reward(said)
    if kind is RewardAsked.UNDO:
        return not reward_wish.gives_voucher_back(said.text)
    if kind is RewardAsked.SENT:
        return not lexicon.mentions("refund_wish", said.text)
    if kind is RewardAsked.DONE:
        return of_points and not lexicon.mentions("own_thing", said.text)
    if kind is RewardAsked.SUM:
        return _names_several(said) and not lexicon.mentions("refund_wish", said.text)
    return of_rewards


def _names_number(said: Said) -> bool:
    return any(each.get("entity") in ("order_number", "parcel_number") for each in entities_of(said.whole))


def _names_product(said: Said) -> bool:
    return any(each.get("entity") == "product" for each in entities_of(said.whole))


def _names_reward(said: Said) -> bool:
    return any(each.get("entity") == "reward" for each in entities_of(said.whole))


def _names_several(said: Said) -> bool:
    things = [each for each in entities_of(said.whole) if each.get("entity") in ("product", "reward")]
    return len(things) > 1 or (bool(_SEVERAL.search(normalise(said.text))) and (bool(things) or len(said.clauses) > 1))


def _steps(said: Said, context: Context, intent: str, entities: dict[str, str]) -> Heard:
    """The question with all clauses that go with it, and the wishes of another matter beside it."""
    apart = [(clause, parsed) for clause, parsed in said.clauses if _is_apart(clause.text, parsed)]
    held = [clause.text for clause, parsed in said.clauses if (clause, parsed) not in apart]
    text = said.text if not said.clauses else ("，" if not said.text.isascii() else ", ").join(held)
    step = words(said, intent, entities)
    step = replace(step, text=text, heard={**(step.heard or {}), "text": text})
    wished = [single(clause.text, parsed, context) for clause, parsed in apart if not _asks(clause.text)]
    if entities.get(CHOICE) == RewardAsked.VALID:
        # "Take the 100 one then, and how long is it good for": asked first, and then redeemed.
        wished += _taken(said, context)
    return Heard.of(step, *wished[:1])


def _is_apart(text: str, parsed: Parsed) -> bool:
    is_other = is_wish(parsed, SURE_OF_ANOTHER) and intent_of(parsed) not in OF_REWARDS | {"ask_faq", "report_fault"}
    asks_rule = intent_of(parsed) == "ask_faq" and _asks(text) and is_wish(parsed, SURE_OF_ANOTHER)
    is_about_it = rewards_asked.asked(text, of_points=True) is not None or _OF_REWARDS.search(normalise(text))
    return (is_other or asks_rule) and not is_about_it


def _asks(text: str) -> bool:
    return slot_text.is_question(text)


def _of_another_worth(said: Said, context: Context) -> Heard | None:
    """Another voucher is meant than the one that was told of: 不是20元的!一百块的那种券, "not the 20, the 100 one"."""
    flat = normalise(said.text)
    rest = _NOT_THAT.sub(" ", flat).strip()
    out = said.ruled_out.things if said.ruled_out is not None else ()
    rules_out = _NOT_THAT.search(flat) or any(re.search(_WORTH, normalise(each)) for each in out)
    if not rules_out or not _THAT.search(rest):
        return None
    intent = REDEEM if _TAKES.search(rest) and not _asks(said.text) else VOUCHERS
    step = with_intent(said.whole, intent, {} if intent == REDEEM else {CHOICE: RULES})
    named = [each for each in entities_of(step) if each.get("entity") != "reward"]
    return Heard.of(Step(text=rest, heard={**step, "entities": named, "text": rest}))
