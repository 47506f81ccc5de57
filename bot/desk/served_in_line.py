"""What the bot does for a customer who waits for a person: what it surely understands, as if nobody were waited for.

The rest is for the person: a story, anger, an answer to what a colleague asked, words that say nothing by themselves.
"""

from actions.kit import slot_text
from actions.kit.words import lexicon
from bot.desk import answering, in_line, notices
from bot.desk.dialogue import read_understanding
from bot.hearing.answers import told_more
from bot.hearing.danger import after_danger
from bot.hearing.hear import asks_about_privacy, hear
from bot.hearing.message import agreed, mood
from bot.hearing.message.reference import FAQ
from bot.hearing.message.said import CHOICE, Said
from bot.hearing.service.person import REQUEST_HUMAN
from bot.hearing.steps import FROM_FOCUS, TALK, Step, confidence_of, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Conversation, Parsed
from crm_store.policy import policy
from crm_store.text import normalise

SURE = 0.8
SURE_OF_A_WISH = 0.6
"""Confidence that is enough where the message asks by its very words, or stands beside leaving the line for it."""
STORY_CHARACTERS, STORY_WORDS = 50, 40
"""What is longer is told to a person: Chinese by characters, English by words."""
FOR_A_PERSON = frozenset({REQUEST_HUMAN, "chase_promise", "give_praise", "give_suggestion", "cancel"})
"""Beside mere talk, what is said to whoever comes, or what only a person can keep."""
WAITED_FOR = frozenset({"ask_order_status", "ask_parcel", "ask_refund_status"})
"""What had just been told of these is what the person is waited for: said once more it would be no help."""
TROUBLE = frozenset({"report_fault", "make_complaint"})
"""Told again, these go on with the trouble for which a person is waited for."""
_HOW_IT_WORKS = frozenset({"return_or_refund", "join_membership", "redeem_points", "ask_invoice"})
"""Asked how they work ("怎么退货"), the article answers and nothing is begun."""


def for_the_bot(said: Said, conversation: Conversation, *, leaving: bool = False) -> Said | None:
    """The message as the bot answers it while the place is kept; None when it is for the person. `leaving`: said by who
    waits no longer, so that what the person was waited for is the bot's again."""
    context = answering.remembered(conversation)
    if told_more.heard(said.text, said.whole, context) is not None:
        return said
    if asks_about_privacy(said.text):
        return Said(said.text, with_intent(said.whole, FAQ))
    if in_line.asks_of_the_line(said.text) or _is_for_a_person(said):
        return None
    if intent_of(said.whole) in _HOW_IT_WORKS and _is_sure(said.whole, said.text) and _asks_how(said.text):
        return Said(said.text, with_intent(said.whole, FAQ))
    return said if any(_serves(step, context, leaving) for step in hear(said, context).steps) else None


def goes_on_with_danger(said: Said, conversation: Conversation) -> bool:
    """Whether the message is about the danger that was told before."""
    return after_danger.heard(said.text, said.whole, answering.remembered(conversation)) is not None


def _is_for_a_person(said: Said) -> bool:
    """A story, or fury."""
    flat = normalise(said.text)
    is_long = len(flat.split()) > STORY_WORDS if flat.isascii() else len(flat.replace(" ", "")) > STORY_CHARACTERS
    is_furious = (read_understanding(said.whole).anger or 0.0) >= policy().anger.hand_over
    return is_long or (is_furious and not mood.only_presses(said.text))


def _serves(step: Step, context: Context, leaving: bool) -> bool:
    if step.payload is not None:
        # A button of the desk that is said in words was pressed before this is asked.
        return not step.payload.startswith(notices.DESK_PREFIX)
    if step.heard is None:
        return False
    if step.intent in TALK | {"out_of_scope"}:
        answers = step.intent in {"affirm", "deny"} and agreed.asks_yes_or_no(context.expects)
        return answers or _was_made_out(step)
    if not is_wish(step.heard) and step.intent != "deny_act":
        return False
    if step.intent in FOR_A_PERSON or not (step.follows or _is_sure(step.heard, step.text, leaving=leaving)):
        return False
    return leaving or not _is_left_to_a_person(step, context)


def _is_left_to_a_person(step: Step, context: Context) -> bool:
    topic = context.focus.get("topic")
    if step.intent in WAITED_FOR:
        return topic == step.intent or after_danger.told_before(context.focus) is not None
    if step.intent == "make_complaint" and not lexicon.mentions("complaint_wish", step.text):
        return not lexicon.mentions("file", step.text) or topic in TROUBLE
    # What it costs, asked of damage done at home, is the bot's to answer.
    return step.intent == "report_fault" and topic in TROUBLE and not _was_made_out(step)


def _was_made_out(step: Step) -> bool:
    """Whether the hearing found by the words what is meant: a form taken up again, somebody else's data."""
    entities = entities_of(step.heard or {})
    made_out = any(each.get("entity") == CHOICE and each.get("extractor") == FROM_FOCUS for each in entities)
    return made_out and step.intent != "vent"


def _is_sure(heard: Parsed, text: str, *, leaving: bool = False) -> bool:
    enough = SURE_OF_A_WISH if leaving or slot_text.is_question(text) else SURE
    return confidence_of(heard) >= enough


def _asks_how(text: str) -> bool:
    return lexicon.mentions("how", text)
