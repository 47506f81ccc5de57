"""What stands beside a yes: the act once more ("好的，退"), the yes in other words, or another act, which is no yes."""

from collections.abc import Sequence

from actions.kit import lexicon, slot_text
from actions.kit.base import OFFERS
from actions.kit.consent import Answer, says_only
from actions.kit.forms import activating_intents, begun_by, wishes_another
from bot.hearing import denial
from bot.hearing.steps import entities_of, intent_of
from bot.hearing.wishes import Clause
from crm_store.conversations import Expectation, Parsed
from crm_store.text import normalise

REPEATS_CHARACTERS = 8
"""So many signs beside a yes may say the same again; three times as many Latin letters."""
THE_ACT = {"return_form": ("exchange", "refund_wish"), "complaint_form": ("file",), "redeem_form": ("exchange",)}
"""Groups of the lexicon with further words for the very act a form asks about."""


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
    if expects.form and _made_of_the_act(rest, expects.form):
        return True
    asked = {
        str(option["payload"]).removeprefix("/").partition("{")[0]
        for option in expects.options
        if option.get("answer") == Answer.YES
    }
    asked |= activating_intents(expects.form) if expects.form else set()
    beside = [(clause.text, heard) for clause, heard in clauses if clause.text and clause.text in rest]
    if not clauses and rest:
        # Too short to be taken apart: the whole is the yes and the act.
        beside = [(rest, whole)]
    return bool(beside) and all(
        intent_of(heard) in asked and not entities_of(heard) and not slot_text.is_question(text)
        for text, heard in beside
    )


def is_another_act(text: str, expects: Expectation) -> bool:
    """Whether words with a yes wish an act that was not asked about: 對 退回來 to "shall I redeem it"."""
    if not expects.form or slot_text.is_question(text):
        return False
    titles = " ".join(str(option["title"]) for option in expects.options)
    return wishes_another(text, expects.form, asked=titles)


def _made_of_the_act(rest: str, form: str) -> bool:
    """Whether the words are those of the form's own act, and a yes: 退吧, "register it"."""
    words = {word for act in begun_by(form) for word in _words_for(act)}
    words |= {word for group in THE_ACT.get(form, ()) for word in lexicon.words(group)}
    return says_only(rest, {normalise(word).replace(" ", "") for word in words})


def _words_for(act: str) -> list[str]:
    groups = [group for group in (denial.ACT, denial.VERB) if act in lexicon.values(group)]
    return [word for group in groups for word in lexicon.words(group, act)]
