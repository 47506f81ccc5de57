"""What is sure by its words, whatever the parts of the message sound like: the first that knows them tells."""

from collections.abc import Callable

from bot.hearing import (
    answer_first,
    asked_of_it,
    birthday,
    buying,
    call_moved,
    facts_asked,
    form_values,
    goods_want,
    invoice_told,
    own_damage,
    proof_asked,
    purchase_asked,
    reward_count,
    rewards_asked,
    which_thing,
)
from bot.hearing.said import Said
from bot.hearing.steps import Heard
from crm_store.conversations import Context

_LISTENERS: tuple[Callable[[Said, Context], Heard | None], ...] = (
    call_moved.heard,
    proof_asked.heard,
    invoice_told.heard,
    form_values.heard,
    purchase_asked.of_what_was_bought,
    reward_count.heard,
    rewards_asked.heard,
    own_damage.heard,
    birthday.heard,
    answer_first.heard,
    which_thing.heard,
    goods_want.heard,
    facts_asked.heard,
    asked_of_it.heard,
    buying.heard,
)


def heard(said: Said, context: Context) -> Heard | None:
    return next((found for listens in _LISTENERS if (found := listens(said, context))), None)
