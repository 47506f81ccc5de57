"""Declining to prove who one is, after it was offered: "no e-mail codes for me", 不想验证. It stops no messages and
begins nothing; what is asked beside it is answered."""

import re

from actions.kit import slot_text
from actions.kit.base import BIND_FORM, PENDING
from actions.kit.words import consent
from actions.kit.words.consent import Answer, Consent
from bot.hearing.answers.answered import DENY
from bot.hearing.message import called_off
from bot.hearing.message.said import Said, parts, single, words
from bot.hearing.steps import Heard, is_wish
from crm_store.conversations import Context
from crm_store.text import normalise

OFFERED = ("/bind_account", "action:sign_in")
"""Payloads of the buttons that offer to prove it."""
MOST_WORDS = 10
"""More words tell something else beside the no."""
_PROOF = re.compile(
    r"验证|登录|登入|邮箱|邮件|电邮|信箱|验证码|绑定|账号|帐号"
    r"|\b(?:e ?mails?|codes?|verif\w+|sign(?:ing)? in|log(?:ging)? in|log ?in|identity)\b"
)
_CANNOT = re.compile(
    r"(?:登|进|打)不(?:上|了|进去?|开)|登唔入|入唔到|开唔到|收不到|收唔到|忘了|忘记|想不起"
    r"|\b(?:can t (?:get into|open|reach|log|sign|remember)|locked out|forgot|forgotten|no access)\b"
)
"""It cannot be done now, which beside another question asks for nothing."""
_DECLINES = re.compile(
    r"(?:不想|不要|不用|不弄|不搞|不必|懒得|别|免|先不|不|唔想|唔要|唔使|唔搞|费事|没空|太麻烦|嫌麻烦)"
    r"|\b(?:not bothering|not bothered|can t be bothered|cba|won t bother|no|not|don t|dont|won t|rather not"
    r"|skip|forget|never mind)\b"
)
_STOPS_MESSAGES = re.compile(
    r"别再?发|不要再?发|不再收|退订|推送|广告|营销|促销|短信"
    r"|\b(?:stop|unsubscribe|marketing|newsletters?|promotional|ads?|spam|any more|anymore)\b"
)


def heard(said: Said, context: Context) -> Heard | None:
    """What is asked beside declining, or a plain no; None where nothing of the kind was offered or is declined."""
    if context.expects.form not in (None, BIND_FORM) or not _was_offered(context):
        return None
    declining = [part for part in parts(said) if _declines(part)]
    cannot = [part for part in parts(said) if part not in declining and _is_unable(part)]
    if not declining and not (cannot and len(cannot) < len(parts(said))):
        return None
    declining += [part for part in parts(said) if consent.read(part) == Consent(Answer.NO)]
    declining += [part for part in parts(said) if called_off.drops(part)]
    if cannot and not _asks_beside(said, [*declining, *cannot]):
        return None
    declining += cannot
    if set(declining) >= set(parts(said)):
        return Heard.of(words(said, "cancel" if context.expects.form else DENY))
    beside = [(clause.text, each) for clause, each in said.clauses if clause.text not in declining]
    asked = [pair for pair in beside if is_wish(pair[1])]
    if not asked:
        return None
    leaving = [words(said, "cancel")] if context.expects.form else []
    return Heard.of(*leaving, *(single(text, each, context) for text, each in asked[:1]))


def is_passed_over(text: str, context: Context) -> bool:
    """Whether a clause only says that nothing is proved now, after that was offered."""
    return _was_offered(context) and (_declines(text) or _is_unable(text))


def _is_unable(part: str) -> bool:
    flat = normalise(part)
    return bool(_CANNOT.search(flat) and _PROOF.search(flat)) and not slot_text.is_question(part)


def _asks_beside(said: Said, left_out: list[str]) -> bool:
    return any(clause.text not in left_out and is_wish(heard) for clause, heard in said.clauses)


def _was_offered(context: Context) -> bool:
    offered = any(str(option["payload"]).startswith(OFFERED) for option in context.expects.options)
    return offered or (context.expects.form is None and PENDING in context.focus and bool(context.expects.options))


def _declines(part: str) -> bool:
    flat = normalise(part)
    said = (
        _DECLINES.search(flat) and _PROOF.search(flat) and not _STOPS_MESSAGES.search(flat) and not _CANNOT.search(flat)
    )
    return bool(said) and not slot_text.is_question(_DECLINES.sub(" ", flat)) and len(flat.split()) <= MOST_WORDS
