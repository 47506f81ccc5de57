"""How it stands with one's own birthday voucher or gift, whatever it was heard as (a parcel, an offer, a rule)."""

from actions.kit.asked import birthday_gift
from bot.hearing.message.said import Said, words
from bot.hearing.steps import Heard
from crm_store.conversations import Context

VOUCHERS = "ask_vouchers"


def heard(said: Said, context: Context) -> Heard | None:
    """The step of such a question; None where none is asked, or amid a form."""
    asks = context.expects.form is None and birthday_gift.asks_own(said.text)
    return Heard.of(words(said, VOUCHERS)) if asks else None
