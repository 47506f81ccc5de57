"""A message with its clauses, and the steps that are made of its words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from actions.kit import slot_text
from actions.kit.asked import sizes_said
from actions.kit.words import alternatives, lexicon
from bot.hearing.danger import danger
from bot.hearing.danger.danger import Danger
from bot.hearing.message import denial, reference, rule_asked
from bot.hearing.message.objection import Objection
from bot.hearing.message.ruled_out import RuledOut
from bot.hearing.message.wishes import FAQ, Clause
from bot.hearing.steps import FALLBACK, Step, confidence_of, intent_of, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.policy import policy

CHOICE = "choice"
CANCEL_ORDER, RETURN = "cancel_order", "return_or_refund"
INFORM = "inform"
JOIN = "join_membership"
COMMENTS = frozenset({"give_suggestion", "give_praise", "rate_service"})
SURE_OF_ANOTHER = 0.8
"""Confidence from which words with the very thing that was asked for are another wish all the same."""
SECOND_WISH = 0.6
"""Confidence from which words beside an answer are a wish of their own."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message, its clauses and those of its sentences that hold several, understood one by one without their
    conversation."""

    text: str
    whole: Parsed
    clauses: Sequence[tuple[Clause, Parsed]] = ()
    sentences: Sequence[tuple[Clause, Parsed]] = ()
    ruled_out: RuledOut | None = None
    """What was taken out of it: things that are not meant."""
    objection: Objection | None = None
    """What was taken off in front of it: words that the last answer missed."""

    @property
    def names_danger(self) -> Danger | None:
        """The danger that the message or one of its clauses names."""
        return danger.understood(self.text, [self.whole, *(heard for _, heard in self.clauses)])

    def without_danger(self) -> "Said":
        """The same where what a classifier takes for danger is none: the fault of a thing, talk of goods, a guess."""
        heard_as = danger.as_fault if danger.is_mere_fault(self.text) else danger.as_next_best
        return replace(
            self,
            whole=heard_as(self.whole),
            clauses=[(clause, heard_as(heard)) for clause, heard in self.clauses],
            sentences=[(sentence, heard_as(heard)) for sentence, heard in self.sentences],
        )


def parts(said: Said) -> list[str]:
    """The words of each clause; of a message of one clause, its own."""
    return [clause.text for clause, _ in said.clauses] or [said.text]


def waits_for_a_story(context: Context) -> bool:
    """Whether the customer was asked to tell something in their own words."""
    return context.expects.slot in slot_text.SENTENCES


def meant_by_words(parts: Sequence[tuple[Clause, Parsed]], context: Context) -> Sequence[tuple[Clause, Parsed]]:
    """The clauses, with what their words surely ask for where Rasa left it open."""
    if context.expects.form is not None:
        return parts
    return [
        (
            clause,
            rule_asked.heard(clause.text, heard, context)
            or reference.meant_by_words(clause.text, heard, context.focus),
        )
        for clause, heard in parts
    ]


def words(said: Said, intent: str, entities: Mapping[str, str] | None = None) -> Step:
    """The whole message, heard as an intent, with entities that were not said."""
    return Step(text=said.text, heard=with_intent(said.whole, intent, entities))


def single(text: str, heard: Parsed, context: Context, *, beside_another: bool = False) -> Step:
    """The step of one wish: what it leaves out filled in; an act on a guess becomes a question. `beside_another`: it is
    one of several, where "can I send it back?" is no guess."""
    if (rule := rule_asked.heard(text, heard, context)) is not None:
        return Step(text=text, heard=rule)
    if is_guessed_comment(heard, context) or _registers_elsewhere(text, heard, context):
        return Step(text=text, heard=with_intent(heard, INFORM))
    if is_question_as_suggestion(text, heard):
        heard = with_intent(heard, FAQ, confidence=confidence_of(heard))
    step = reference.resolved(Step(text=text, heard=heard), context.focus, form=context.expects.form)
    step = reference.as_bought(step)
    if step.heard is None or not _is_doubtful_act(step.heard, text):
        return step
    if beside_another and slot_text.is_question(text):
        return step
    ranking = [{"name": FALLBACK, "confidence": 1.0}, *(heard.get("intent_ranking") or [])]
    return replace(
        step, heard={**step.heard, "intent": {"name": FALLBACK, "confidence": 1.0}, "intent_ranking": ranking}
    )


def is_guessed_comment(heard: Parsed, context: Context) -> bool:
    """Whether words amid a form were taken for praise, a suggestion or a score on a guess: "38.5 would be ideal". The
    form hears them better; what was not meant for the staff does not go to them."""
    amid = context.expects.form is not None and not waits_for_a_story(context)
    return amid and intent_of(heard) in COMMENTS and confidence_of(heard) < SURE_OF_ANOTHER


def _registers_elsewhere(text: str, heard: Parsed, context: Context) -> bool:
    """Whether "register" amid a form was taken for the wish to become a member: it is of what the form registers."""
    return context.expects.form is not None and intent_of(heard) == JOIN and not lexicon.mentions("account_word", text)


def is_question_as_suggestion(text: str, heard: Parsed) -> bool:
    """Whether a question was taken for a suggestion on a guess ("do half sizes exist?"): it wants an answer, and is
    not passed on in silence."""
    guessed = intent_of(heard) == "give_suggestion" and confidence_of(heard) < SURE_OF_ANOTHER
    return guessed and slot_text.is_question(text)


def _is_doubtful_act(heard: Parsed, text: str) -> bool:
    """An act on a guess: the customer is asked what was meant. To cancel is no guess where the word and the goods stand
    beside each other (耳機可以取消嗎): its form says how it is with them, and asks before anything is done. Nor is it
    to send back what is told to be faulty."""
    act = intent_of(heard)
    if act == CANCEL_ORDER and lexicon.meant(denial.ACT, text) == act and reference.names_goods(heard):
        return False
    if act == RETURN and lexicon.mentions("fault", text) and lexicon.meant(denial.ACT, text) in (RETURN, None):
        return False
    if (
        act == RETURN
        and alternatives.way_wished(text)
        and (lexicon.meant("return_reason", text) or lexicon.mentions("colour", text))
    ):
        # "They're tight, can I swap for a 38?" tells what is wished and why; the form asks before anything is done.
        return False
    names_other = _names_colour(text) or bool(sizes_said.wished(text))
    if act == RETURN and alternatives.way_wished(text) == "exchange" and names_other:
        # So does "can I swap it for the olive one", and 外套想换L.
        return False
    return act in lexicon.values(denial.ACT) and confidence_of(heard) < policy().dialogue.act_confidence


def _names_colour(text: str) -> bool:
    return lexicon.mentions("goods_colour", text) or lexicon.mentions("colour", text)
