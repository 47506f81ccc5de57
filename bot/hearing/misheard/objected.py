"""An objection that says what was meant: 什么承诺，我说灯坏了; "what promise? I said the lamp flickers". The word
that is thrown back at us is not what the customer speaks of."""

import re
from dataclasses import replace

from bot.hearing.message.said import SECOND_WISH, Said
from bot.hearing.steps import intent_of, is_wish, with_intent
from crm_store.text import closed_up

_NOUN = (
    r"(?:承诺|积分|点数|投诉|电话|回电|包裹|快递|订单|发票|退货|退款|换货|退换|修|生日|会员|券|优惠|礼物|门店|地址|运费"
    r"|物流|编号|转接|排队|推荐)"
)
_NOUN_EN = (
    r"(?:promise|points?|complaint|call|parcel|package|order|invoice|return|refund|exchange|birthday|membership|voucher"
    r"|coupon|shop|store|address|shipping|queue|gift|delivery)s?"
)
_THROWN_BACK = re.compile(
    rf"^(?:什么|啥|咩|乜(?:嘢|野)?|哪来的?|哪门子|哪有什么|哪有)(?:鬼|的|个)?{_NOUN}(?:啊|呀|了|不|的)*$"
    r"|^(?:(?:huh|wait|um|wtf|lol|and|but) )*(?:what|which|wdym|what do (?:you|u) mean)"
    rf" (?:kind of )?(?:a |the )?{_NOUN_EN}$"
    r"|^(?:什么|啥|咩|哈|huh|what|wtf|eh)$"
)
_SAYS = re.compile(
    r"^(?:我|俺|人家)(?:是|刚才?|刚刚|明明|一直|都|只是|就是|在)*(?:说|讲|话|问|指)(?:了|过|紧)?(?:的)?(?:是|系)?(?=.)"
    r"|^(?:no )?i(?: m| am| was| ve)?(?: just| already| only| literally| clearly)*"
    r" (?:said|say|saying|meant|mean|asked|asking|told (?:you|u)|telling (?:you|u)|talking)\b"
)


def as_meant(said: Said) -> Said:
    """The message as the clause is heard that says what was meant, without the word that is thrown back."""
    thrown = [clause for clause, _ in said.clauses if _THROWN_BACK.match(closed_up(clause.text))]
    meant = [
        heard
        for clause, heard in said.clauses
        if clause not in thrown and _SAYS.match(closed_up(clause.text)) and is_wish(heard, SECOND_WISH)
    ]
    if not thrown or not meant:
        return said
    left = [part for part in said.clauses if part[0] not in thrown]
    whole = with_intent(said.whole, intent_of(meant[0]))
    return replace(said, whole=whole, clauses=left if len(left) > 1 else [], sentences=[])
