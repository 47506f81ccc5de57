"""What is kept of a member, by words that leave no doubt: an address of the account (no order's), and a telephone or
e-mail that is to be another one (换绑手机), whatever the classifier made of them."""

import re
from dataclasses import replace

from bot.hearing.message.said import INFORM, Said
from bot.hearing.steps import FALLBACK, intent_of, with_intent
from crm_store.conversations import Parsed
from crm_store.text import closed_up

ASK_PROFILE, UPDATE_PROFILE, CHANGE_ORDER = "ask_profile", "update_profile", "change_order"
_ACCOUNT = r"(?:账户|账号|帐户|帐号|会员|户口|资料|个人资料|默认|预设|常用|登记|保存|存的|存着|预留|名下)"
_ADDRESS = r"(?:收货|收件|寄件|送货)?(?:的)?地址"
_OF_ACCOUNT = re.compile(
    rf"{_ACCOUNT}(?:里|里面|上|中|入面|了)?(?:的|嘅)?(?:那个|默认|常用)?{_ADDRESS}|{_ADDRESS}(?:簿|本)"
    r"|\b(?:account|profile|default|saved|registered|stored) (?:\w+ )?address\b"
    r"|\baddress(?:es)?\b.{0,30}\b(?:on file|in my (?:account|profile)|on my (?:account|profile)"
    r"|saved|registered|you have for me|for all (?:future|my) orders|for future orders)\b"
)
_MINE = re.compile(
    rf"^(?:请问)?(?:我|俺)(?:的|嘅)?{_ADDRESS}(?:是|系|写)(?:什么|多少|哪|咩|乜|边)"
    r"|^(?:what is|what s|whats) my (?:delivery |shipping )?address"
)
_CHANGES_MINE = re.compile(
    rf"(?:改|换|更新|更改|修改)(?:一下)?我(?:的|嘅)?{_ADDRESS}|我(?:的|嘅)?{_ADDRESS}(?:变|换|改)(?:了|咗)"
    r"|\b(?:change|update) my address\b|\bmy address (?:has )?changed\b"
)
_ONLY_FOR_ALL = re.compile(
    r"^(?:for|in|on) (?:all |any |my |the )*(?:future|new|next|later) orders$|^以后(?:的|所有)*订单都?(?:用|寄)?$"
)
"""A clause that only says for which orders an address would be kept."""
_CHANGES = re.compile(r"改|换|变|更新|更改|修改|\b(?:change|changed|update|replace|set|new)\b")
_OF_ELSE = re.compile(
    r"订单|这单|那单|包裹|发票|退货|店|邮箱|信箱|电邮|验证码|\d{8}"
    r"|\b(?:e mail|email|mail address|my order|this order|that order|the order|parcel|package|invoice|shops?|stores?"
    r"|return)\b"
)
_FIELD = r"(?:手机号?码?|电话号?码?|号码|邮箱|电邮|电子邮件|电子信箱|信箱|邮件地址)"
_CONTACT = re.compile(
    rf"(?:换绑|改绑|重新绑定|更换|更改|更新|变更|修改|换掉|换|改)(?:一下|个|我的|嘅|新的?|绑定的?|注册的?|登记的?)*{_FIELD}(?!码?是多少)"
    rf"|{_FIELD}(?:要|想|得|需要)?(?:换|改|变|更新|变更)(?:了|咗|一下|一个|个|掉|成)"
    rf"|(?:换|转|携|改)(?:了|咗)?(?:新的?)?(?:门号|手机号?|电话号?|电话号码|号码|sim卡?)(?:了|咗|啦)|{_FIELD}.{{0,3}}(?:怎么|怎样|如何|点样?|哪里|在哪|边度)(?:可以|能)?(?:改|换|更新|变更|转)"
    rf"|{_FIELD}.{{0,4}}(?:想|要)(?:改|换)成?(?:新的?)?"
    r"|\b(?:got|have|changed to) (?:a )?new (?:phone |mobile )?number\b"
    r"|\bhow (?:do|can) i change (?:my |the )?(?:phone|mobile|number|e mail|email)\b"
    r"|\b(?:change|update|replace|switch) (?:my |the )?(?:account |registered )?(?:phone|mobile|cell|e mail|email"
    r"|contact number)\b"
    r"|\bmy (?:phone|mobile|e mail|email)(?: number| address)? (?:has |is )?(?:changed|new)\b"
    r"|\b(?:new|different) (?:phone number|mobile number|e mail|email)(?: address)? (?:on|for|in) my"
    r" (?:account|profile)\b"
)
_NO_CODE = re.compile(
    r"(?:收不到|没收到|没有收到|收唔到|接不到|无法收|冇收到).{0,4}(?:验证码|校验码|码|简讯|短信)"
    r"|\b(?:codes?|texts?)\b.{0,12}\b(?:doesn t|don t|never|isn t|aren t|can t|won t|not)\b"
    r"|\b(?:not|can t|don t|never) (?:getting|get|receiving|receive) (?:the |any |my |your )?(?:\w+ )?codes?\b"
)
"""Why the contact is to be another one: no code comes to the old one."""
_NO_CONTACT = re.compile(
    r"回电|打给|打电话|联系|联络|骗|退|订单|包裹|快递|收货人|发票|\b(?:call|order|parcel|courier|invoice|scam|recipient)\b"
)
_GUESSED = frozenset(
    {UPDATE_PROFILE, FALLBACK, "out_of_scope", "inform", "ask_faq", "bind_account", "request_callback"}
)
"""What such a change is taken for; another surely heard wish stands."""


def as_meant(said: Said) -> Said:
    """The message, and those of its clauses that ask or wish so, as what they mean."""
    clauses = [
        (clause, _meant(clause.text, heard))
        for clause, heard in said.clauses
        if not _ONLY_FOR_ALL.match(closed_up(clause.text))
    ]
    whole = _meant(said.text, said.whole)
    if intent_of(whole) == UPDATE_PROFILE and _CONTACT.search(closed_up(said.text)):
        # "I have a new number, no code comes": the code only says why.
        clauses = [
            (clause, with_intent(heard, INFORM) if _only_says_why(closed_up(clause.text)) else heard)
            for clause, heard in clauses
        ]
    return replace(said, whole=whole, clauses=clauses)


def _only_says_why(flat: str) -> bool:
    return _NO_CODE.search(flat) is not None and _CONTACT.search(flat) is None


def _meant(text: str, heard: Parsed) -> Parsed:
    flat = closed_up(text)
    if names_account_address(text):
        return with_intent(heard, UPDATE_PROFILE if _CHANGES.search(flat) else ASK_PROFILE)
    open_still = intent_of(heard) in _GUESSED
    if open_still and _CHANGES_MINE.search(flat) and not _OF_ELSE.search(flat):
        return with_intent(heard, UPDATE_PROFILE)
    if open_still and _CONTACT.search(flat) and not _NO_CONTACT.search(flat):
        return with_intent(heard, UPDATE_PROFILE)
    return heard


def names_account_address(text: str) -> bool:
    """Whether an address is spoken of that the account would keep, and no order's."""
    flat = closed_up(text)
    return bool(_OF_ACCOUNT.search(flat) or _MINE.search(flat)) and not _OF_ELSE.search(flat)
