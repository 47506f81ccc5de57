"""An invoice that has come and is wrong is one wish, whatever its parts sound like ("it came" is no parcel)."""

from actions.kit import invoice_again
from bot.hearing.said import Said, words
from bot.hearing.steps import Heard
from crm_store.conversations import Context

ASK_INVOICE = "ask_invoice"


def heard(said: Said, context: Context) -> Heard | None:
    """The step of that wish; None where it is not told, or amid a form."""
    told = context.expects.form is None and invoice_again.is_told(said.text)
    return Heard.of(words(said, ASK_INVOICE)) if told else None
