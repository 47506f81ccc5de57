"""A message with what its own words make plain, whatever its parts sound like to the classifier."""

from dataclasses import replace

from actions.kit.words import plainly
from bot.hearing.member import join_named, profile_meant
from bot.hearing.message.said import Said
from bot.hearing.misheard import idle_words, objected, said_again
from bot.hearing.orders import charged_twice
from bot.hearing.points import enough_asked
from bot.hearing.points.rewards_asked import PAID_AND_RETURNED
from bot.hearing.products import buying, for_money
from bot.hearing.returns import dates_compared, fault_told, from_abroad, swap_meant
from bot.hearing.service import conduct_told, filed, no_call, of_others, praised
from bot.hearing.several import cut_words, one_question
from crm_store.conversations import Context


def heard(said: Said, context: Context) -> Said:
    """The message without praise that is none and what somebody else dislikes; with the fault, the objection, the goods
    for money that it is about."""
    said = conduct_told.as_meant(cut_words.as_meant(said), context)
    said = idle_words.as_meant(from_abroad.as_meant(said, context), context)
    said = swap_meant.as_meant(for_money.as_meant(said, context), context)
    said = dates_compared.as_meant(of_others.as_meant(praised.as_meant(said)), context)
    said = said_again.as_meant(enough_asked.as_meant(said, context), context)
    said = join_named.as_meant(no_call.as_meant(said, context))
    if context.expects.form is None:
        said = buying.as_meant(said, context)
        said = profile_meant.as_meant(charged_twice.as_meant(said))
        if plainly.heard_as(said.text) == PAID_AND_RETURNED:
            # One question, though its parts sound like paying with points and like a return.
            said = replace(said, clauses=[], sentences=[])
        said = one_question.as_meant(said)
    return objected.as_meant(filed.as_wished(fault_told.as_meant(said, context)))
