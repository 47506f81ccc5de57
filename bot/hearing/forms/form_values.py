"""A value that the open form takes, told with words that sound like another wish: 邮箱换成… amid an invoice means where
that one goes, and changes nothing of the account."""

import re
from collections.abc import Mapping

from bot.hearing.message import denial
from bot.hearing.message.said import Said, waits_for_a_story, words
from bot.hearing.steps import Heard, intent_of
from crm_store.conversations import Context

UPDATE_PROFILE, INFORM = "update_profile", "inform"
VALUES: Mapping[str, re.Pattern[str]] = {"invoice_form": re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")}
"""What the forms take that stands in the account as well."""
_OF_THE_ACCOUNT = re.compile(
    r"会员资料|會員資料|个人资料|個人資料|账号|帳號|账户|帳戶|以后都|以後都|登记的|登記的"
    r"|\b(?:my account|my profile|on file|from now on|for everything)\b",
    re.IGNORECASE,
)
_SOUNDS_LIKE = frozenset({UPDATE_PROFILE, INFORM, "affirm", "deny", "ask_profile"})


def heard(said: Said, context: Context) -> Heard | None:
    """The whole message as words for the form, which takes the value and asks once more; None where there is none."""
    value = VALUES.get(context.expects.form or "")
    if value is None or not value.search(said.text) or waits_for_a_story(context):
        return None
    every = [said.whole, *(heard for _, heard in said.clauses)]
    is_wish = any(intent_of(each) == UPDATE_PROFILE for each in every)
    if not is_wish or _OF_THE_ACCOUNT.search(said.text) or denial.denied(said.text) is not None:
        return None
    return Heard.of(words(said, INFORM)) if intent_of(said.whole) in _SOUNDS_LIKE else None
