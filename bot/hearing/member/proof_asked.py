"""What is asked while a visitor is to prove who they are: whether a telephone will do, where to sign in, what to do
without the password. A number that is told for it is no wish to be called."""

import re

from actions.kit.base import BIND_FORM, PENDING
from actions.kit.proof import BY_PHONE, SIGN_IN_HOW
from bot.hearing.message.said import CHOICE, Said, single, words
from bot.hearing.steps import Heard, intent_of, is_wish
from crm_store.conversations import Context
from crm_store.text import closed_up

BIND = "bind_account"
OFFERED = ("/bind_account", "action:sign_in")
MAY_BE = frozenset({BIND, "request_callback", "update_profile", "ask_profile", "ask_faq", "request_human", "cancel"})
"""What such a clause is taken for; another sure wish beside it is served as well."""
SURE = 0.8
_PHONE = re.compile(r"手机|电话|号码|简讯|短信|门号|\b(?:phones?|mobile|cell|texts?|sms|number)\b")
_PROVES = re.compile(
    r"报|验证|认证|核对|核实|证明|查|代替|改用|换成|用|登入|登录|得唔得|收验证码|收码"
    r"|\b(?:instead|verify|verified|verification|confirm|prove|use|give|identify|log ?in|sign ?in|code)\b"
    r"|\blook (?:me|it) up\b"
)
_ASKS = re.compile(
    r"可以|可唔可以|可不可以|能不能|能|行吗|行不行|得唔得|是说|我说|想用|用手机|用电话|改用|没有在用|没在用"
    r"|\b(?:can|could|may|is it|possible|i mean|i meant|rather|instead|what about|how about|don t use)\b"
)
_CALL = re.compile(
    r"打给|打来|回电|回我|致电|拨|打电话|打这个|打我|讲电话|客服电话|电话多少|电话几号|电话系几多|有没有电话"
    r"|\b(?:call|calls|ring|phone me|phone number (?:for|of)|your (?:phone )?number)\b"
)
_NO_CALL = re.compile(
    r"(?:没有?|冇|不是|不用|不要|唔系|唔使|别)(?:要|叫|说|讲|让)?(?:你|你们|您)?(?:打|回电|致电|call)"
    r"|\b(?:not|no|don t|didn t)\b.{0,16}\bcall"
)
_SIGN_IN = re.compile(
    r"(?:登录|登入|登陆|登).{0,8}(?:哪|边度|怎么|点样|点登)"
    r"|(?:哪里|边度|怎么|点样|如何|去哪|在哪).{0,4}(?:登录|登入|登陆|登)"
    r"|密码.{0,6}(?:忘|唔记得|不记得|想不起|丢|错|重设|重置|找回|改)|(?:忘|唔记得|不记得|想不起|重设|重置|找回|改).{0,4}密码"
    r"|\b(?:where|how) (?:do|can|would|should) i (?:log|sign) ?in\b"
    r"|\b(?:forgot|forgotten|lost|reset|don t remember|can t remember)\b.{0,20}\bpass ?words?\b"
    r"|\bpass ?word\b.{0,20}\b(?:forgot|forgotten|lost|reset|wrong)\b"
)


def heard(said: Said, context: Context) -> Heard | None:
    """The step of such a question; None where nobody is asked who they are, or nothing of it is asked."""
    if context.expects.form not in (None, BIND_FORM) or not _is_asked_who(context):
        return None
    if (what := _asked(said.text)) is None:
        return None
    step = words(said, BIND, {CHOICE: what})
    others = [
        single(clause.text, heard, context)
        for clause, heard in said.clauses
        if is_wish(heard, SURE) and intent_of(heard) not in MAY_BE and _asked(clause.text) is None
    ]
    return Heard.of(*others[:1], step)


def _asked(text: str) -> str | None:
    flat = closed_up(text)
    if _SIGN_IN.search(flat):
        return SIGN_IN_HOW
    wishes_call = _CALL.search(flat) is not None and not _NO_CALL.search(flat)
    by_phone = _PHONE.search(flat) and _PROVES.search(flat) and _ASKS.search(flat)
    return BY_PHONE if by_phone and not wishes_call else None


def _is_asked_who(context: Context) -> bool:
    """Whether the customer is to prove it: the form for it is open, it was offered, or what was asked waits for it."""
    offered = any(str(option["payload"]).startswith(OFFERED) for option in context.expects.options)
    return context.expects.form == BIND_FORM or offered or PENDING in context.focus
