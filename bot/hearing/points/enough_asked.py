"""Whether points are enough, and what takes the fewest, whatever it sounds like: 夠不夠換帆布托特包 is no exchange, and
我积分够换个券吗 asks for no code that is held."""

from dataclasses import replace

from actions.kit.asked import points_enough
from bot.hearing.message.said import CHOICE, Said
from bot.hearing.points.reward_wish import NO_OTHER_WISH
from bot.hearing.points.rewards_asked import OF_REWARDS, POINTS_RULES, REWARDS, is_spoken_of
from bot.hearing.steps import FALLBACK, intent_of, with_intent
from crm_store.conversations import Context, Parsed

NOT_CLEAR = frozenset({FALLBACK, "out_of_scope", "inform"})


def as_meant(said: Said, context: Context) -> Said:
    """The message, and those of its clauses that ask so, as what they ask; itself where no points are spoken of."""
    if intent_of(said.whole) in NO_OTHER_WISH:
        return said
    named = points_enough.names_points(said.text)
    goes_on = context.expects.form is None and is_spoken_of(context.focus) and points_enough.names_taking(said.text)
    if not named and not goes_on:
        # A bare 够不够 goes on with what was told (reference.yml).
        return said
    clauses = [(clause, _meant(clause.text, heard)) for clause, heard in said.clauses]
    sentences = [(sentence, _meant(sentence.text, heard)) for sentence, heard in said.sentences]
    asked = points_enough.asked(said.text)
    # Where the whole is a question of rewards, it asks what its parts do; else only they do.
    is_whole = asked is not None and (len(clauses) < 2 or intent_of(said.whole) in OF_REWARDS)
    return replace(
        said, whole=_meant(said.text, said.whole) if is_whole else said.whole, clauses=clauses, sentences=sentences
    )


def _meant(text: str, heard: Parsed) -> Parsed:
    asked = points_enough.asked(text)
    if asked is None and intent_of(heard) in NOT_CLEAR and points_enough.asks_money_off(text):
        return with_intent(heard, POINTS_RULES)
    return heard if asked is None else with_intent(heard, REWARDS, {CHOICE: asked.value})
