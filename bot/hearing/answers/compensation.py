"""Compensation is asked for: 看病的钱赔不赔, "can I have some points for the delay".

Nobody here may promise any: it is a complaint with that wish, or goes with the one that is filed."""

from actions.kit.words import lexicon
from bot.hearing.answers.told_more import COMPLAINT_TOPICS, LATELY, MORE
from bot.hearing.danger import after_danger
from bot.hearing.message.said import CHOICE, SURE_OF_ANOTHER, Said
from bot.hearing.steps import Step, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Focus, Parsed

MAKE_COMPLAINT = "make_complaint"
_MAY_SOUND_LIKE = frozenset({MAKE_COMPLAINT, "report_danger", "dispute_points"})
"""Wishes that one for compensation is taken for, however surely."""


def wishes(text: str) -> bool:
    """Whether a text asks for compensation, and neither declines it nor speaks of a price that fell."""
    declined = lexicon.mentions("compensation_declined", text) or lexicon.mentions("price_difference", text)
    return lexicon.mentions("compensation", text) and not declined


def step(text: str, heard: Parsed, context: Context) -> Step | None:
    """The wish as a complaint to be offered, or as more to the one that was just filed; None when a text holds none."""
    if not wishes(text):
        return None
    more = {CHOICE: MORE} if _is_filed(context.focus) else None
    return Step(text=text, heard=with_intent(heard, MAKE_COMPLAINT, more))


def heard(said: Said, context: Context) -> Step | None:
    """The same of a whole message, outside of forms, where nothing else was surely understood."""
    is_other = is_wish(said.whole, SURE_OF_ANOTHER) and intent_of(said.whole) not in _MAY_SOUND_LIKE
    return None if context.expects.form or is_other else step(said.text, said.whole, context)


def of_the_danger(said: Said, context: Context) -> Step | None:
    """The same where the danger told before is named again as what it is wished for: the case is filed already."""
    told = after_danger.told_before(context.focus) is not None and _is_filed(context.focus)
    return step(said.text, said.whole, context) if told and not context.expects.form else None


def _is_filed(focus: Focus) -> bool:
    lately = focus.get("topic") in COMPLAINT_TOPICS and focus.get("age", 0) <= LATELY
    return bool(focus.get("complaint")) and (lately or bool(focus.get(after_danger.TOLD)))
