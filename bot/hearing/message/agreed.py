"""What stands beside a yes: the act once more ("好的，退"), the yes in other words, or another act, which is no yes."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from actions.kit import slot_text
from actions.kit.base import OFFERS
from actions.kit.forms import activating_intents, begun_by, wishes_another
from actions.kit.told import return_details
from actions.kit.words import consent, lexicon
from actions.kit.words.consent import Answer, Consent, says_only
from bot.hearing.message import denial, expectation
from bot.hearing.message.wishes import Clause
from bot.hearing.steps import entities_of, intent_of
from crm_store.conversations import Expectation, Option, Parsed
from crm_store.text import normalise

RETURN_FORM = "return_form"
REPEATS_CHARACTERS = 8
"""So many signs beside a yes may say the same again; three times as many Latin letters."""
DONE_BY_YES = frozenset({
    "return_confirmed", "redeem_confirm", "invoice_confirmed", "change_order_confirmed", "cancel_order_confirmed",
    "leave_confirm",
})  # fmt: skip
"""Slots of the last questions of forms: a yes does what was asked about (`CrmForm.consents`)."""
OFFERED_CASES = frozenset({"complaint_consent", "dispute_file"})
"""Slots of the question whether to file a case, behind whose yes a detail of it may stand."""
_AND = re.compile(r"^(?:and|so|then|but)\b,? *|^(?:那就|那么|那麼|那|就)(?=.{2})", re.IGNORECASE)
"""What joins a yes to the question before it."""
THE_ACT = {
    "return_or_refund": ("exchange", "refund_wish", "repair_wish"),
    "make_complaint": ("file",), "redeem_points": ("exchange",),
    "opt_out": ("bare_stop",),
}  # fmt: skip
"""Groups of the lexicon with further words for an act."""


def asks_yes_or_no(expects: Expectation) -> bool:
    """Whether one of the buttons is a yes or a no."""
    return any(
        option.get("answer") or str(option.get("payload", "")).startswith(("/affirm", "/deny"))
        for option in expects.options
    )


def is_offer(expects: Expectation) -> bool:
    """Whether what was asked is something we put forward, and nothing the customer had begun."""
    return expects.slot in OFFERS


def only_repeats(rest: str) -> bool:
    """Whether words beside a yes are short and neither ask, correct nor hedge it: 对，全都停."""
    hedges = slot_text.is_question(rest) or lexicon.corrects(rest) or lexicon.mentions("but", rest)
    return not hedges and len(rest) <= (REPEATS_CHARACTERS * 3 if rest.isascii() else REPEATS_CHARACTERS)


def only_says_the_act(rest: str, whole: Parsed, clauses: Sequence[tuple[Clause, Parsed]], expects: Expectation) -> bool:
    """Whether what stands beside a yes names the very act that was asked about, and nothing else: 对，撤回."""
    if names_only_the_act(rest, expects):
        return True
    asked = _asked(expects) | (activating_intents(expects.form) if expects.form else set())
    beside = [(clause.text, heard) for clause, heard in clauses if clause.text and clause.text in rest]
    if not clauses and rest:
        # Too short to be taken apart: the whole is the yes and the act.
        beside = [(rest, whole)]
    return bool(beside) and all(
        intent_of(heard) in asked and not entities_of(heard) and not slot_text.is_question(text)
        for text, heard in beside
    )


def names_only_the_act(rest: str, expects: Expectation) -> bool:
    """Whether words are nothing but the act that was asked about, by its name or by what stands on its button."""
    words = {word for act in _asked(expects) | begun_by(expects.form or "") for word in _words_for(act)}
    words |= {
        part for option in expects.options if expectation.says_yes(option) for part in expectation.parts_of(option)
    }
    return says_only(rest, words)


def _asked(expects: Expectation) -> set[str]:
    """The intents behind the buttons that say yes."""
    return {expectation.intent_behind(option) for option in expects.options if option.get("answer") == Answer.YES}


def yes_by_the_act(text: str, expects: Expectation) -> Consent | None:
    """A yes that is the act itself with something behind it: 登记吧，那运费退不退.

    None where what follows takes it back, corrects or hedges it."""
    first, rest = consent.parted(text)
    option = expectation.option_said(first, expects) or expectation.act_said(first, expects)
    is_yes = option is not None and expectation.says_yes(option) and not slot_text.is_question(first)
    if not is_yes or not rest:
        return None
    return Consent(Answer.YES, rest) if tells_detail(rest, expects) or not hedges(rest) else None


def yes_at_the_end(text: str, expects: Expectation) -> Consent | None:
    """A yes in plain words behind what is only asked: "do I send the lid as well? and sure go ahead". What is asked is
    its rest. A bare "ok" behind a question may be about the question."""
    parts = consent.clauses(text)
    if len(parts) < len(("question", "yes")) or not asks_yes_or_no(expects) or text.rstrip().endswith(("?", "？")):
        return None
    last = _AND.sub("", parts[-1]).strip()
    asked = text.strip().removesuffix(parts[-1]).strip()
    names_act = expectation.act_said(last, expects) is not None and consent.read(last).answer is None
    is_yes = names_act or (lexicon.mentions("do_it", last) and says_only(last, _words_of("do_it")))
    only_asks = all(slot_text.is_question(part) or consent.asks_back(part) for part in parts[:-1])
    if not is_yes or not only_asks or lexicon.mentions("negation", last) or hedges(asked) or consent.depends(text):
        return None
    return Consent(Answer.YES, asked)


def tells_detail(rest: str, expects: Expectation) -> bool:
    """Whether words behind the yes to a return only tell something for those who see to it: the new address, that the
    box is gone."""
    is_last = expects.form == RETURN_FORM and expects.slot in DONE_BY_YES
    return is_last and return_details.told_beside_yes(rest)


def hedges(rest: str) -> bool:
    """Whether words behind a yes take it back, correct it or lay a condition on it."""
    takes_back = consent.read(rest).answer in (Answer.NO, Answer.NOT_YET) or lexicon.mentions("drop", rest)
    if takes_back or lexicon.mentions("but", rest):
        return True
    if lexicon.mentions("second_exchange", rest) and slot_text.supposes(rest):
        # "And if 43 is too small as well?" asks of a later day.
        return False
    return lexicon.corrects(rest) or bool(lexicon.heard("supposing", rest))


def is_another_act(text: str, expects: Expectation) -> bool:
    """Whether words with a yes wish an act that was not asked about: 對 退回來 to "shall I redeem it"."""
    if not expects.form or slot_text.is_question(text) or consent.asks_back(text):
        return False
    titles = " ".join(str(option["title"]) for option in expects.options)
    return wishes_another(text, expects.form, asked=titles)


def option_by_act(text: str, expects: Expectation) -> Option | None:
    """The one option whose act, and nothing else, the text names: "file it please" to «File a complaint»."""
    if not expects.is_open:
        return None
    named = [
        option
        for option in expects.options
        if (words := _words_for(expectation.intent_behind(option)))
        and any(word in flat(text) for word in words)
        and says_only(text, words)
    ]
    return named[0] if len(named) == 1 else None


def names_act(text: str, acts: AbstractSet[str]) -> bool:
    """Whether words for one of these acts stand in a text: 就换43吧 for a return."""
    bare = flat(text)
    return any(word in bare for act in acts for word in _words_for(act))


def is_of(heard: Parsed, acts: AbstractSet[str]) -> bool:
    """Whether a text was heard as one of these acts."""
    return intent_of(heard) in acts


def names_of(acts: AbstractSet[str]) -> set[str]:
    """What these acts are called, as `says_only` compares it."""
    return {word for act in acts for word in _words_for(act)}


def _words_for(act: str) -> set[str]:
    """What an act is called, and its bare verbs, as `says_only` compares them."""
    words = [
        word
        for group in (denial.ACT, denial.VERB)
        if act in lexicon.values(group)
        for word in lexicon.words(group, act)
    ]
    words += [word for group in THE_ACT.get(act, ()) for word in lexicon.words(group)]
    return {flat(word) for word in words}


def _words_of(group: str) -> set[str]:
    return {flat(word) for word in lexicon.words(group)}


def flat(text: str) -> str:
    """A text without spaces, as `says_only` compares it."""
    return normalise(text).replace(" ", "")
