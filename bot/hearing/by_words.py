"""What is sure by its words, whatever the parts of the message sound like: the first that knows them tells."""

from collections.abc import Callable

from bot.hearing.forms import form_values
from bot.hearing.member import birthday, proof_asked
from bot.hearing.message.said import Said
from bot.hearing.orders import invoice_told, which_thing
from bot.hearing.points import purchase_asked, reward_count, rewards_asked
from bot.hearing.products import asked_of_it, buying, facts_asked, goods_want
from bot.hearing.returns import answer_first, own_damage
from bot.hearing.service import call_moved
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
