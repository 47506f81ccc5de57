"""A message with what its own words make plain, whatever its parts sound like to the classifier."""

from bot.hearing import charged_twice, dates_compared, fault_told, filed, objected, of_others, praised, profile_meant
from bot.hearing.said import Said
from crm_store.conversations import Context


def heard(said: Said, context: Context) -> Said:
    """The message without praise that is none and what somebody else dislikes; with the fault, the objection it is."""
    said = dates_compared.as_meant(of_others.as_meant(praised.as_meant(said)), context)
    if context.expects.form is None:
        said = profile_meant.as_meant(charged_twice.as_meant(said))
    return objected.as_meant(filed.as_wished(fault_told.as_meant(said, context)))
