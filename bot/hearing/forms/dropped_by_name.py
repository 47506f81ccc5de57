"""What is open, given up by its name in a clause of its own: "forget the return then", 退货的事算了, 唔使入會住. The
clause says nothing but that; what stands beside it is another matter."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from actions.kit import slot_text
from actions.kit.told import handing_on
from actions.kit.words import alternatives
from crm_store.text import closed_up

RETURN_FORM, WAYS_ASKED = "return_form", "return_kind"


@dataclass(frozen=True, slots=True)
class _Name:
    """What a form does, as customers call it: patterns of a Chinese and of an English name."""

    chinese: str
    english: str


_NAMES: Mapping[str, _Name] = {
    RETURN_FORM: _Name(
        "退换货?|退货|换货|换新|退款|维修|送修|修理|退|换|修",
        r"return(?:s|ed|ing)?|exchanges?|exchanging|swaps?|swapping|refunds?|repairs?|replacement"
        r"|(?:send|sending|post|posting) (?:it|them|that|this|one) back",
    ),
    "join_form": _Name(
        "入会|加入会员|加入|入|注册会员|注册|开户|办会员", "joining|membership|sign ?up|signing up|account"
    ),
    "complaint_form": _Name("投诉|客诉|申诉", "complaints?|complaining"),
    "callback_form": _Name("回电|电话|来电|约电话|打电话", "(?:phone )?calls?|call ?back|calling me"),
    "invoice_form": _Name("发票|开票|开发票", "invoices?"),
    "change_order_form": _Name(
        "改(?:送货|送达|配送|派送|派件|收货)?的?(?:时间|日期|日子|地址)|改订单|改单|改送货|改",
        r"chang(?:e|ing)(?: (?:the|my|any))?(?: delivery)?(?: (?:time|date|day|address))?|(?:new "
        r"|delivery )(?:time|address|date)",
    ),
}
_LEAD = (
    r"(?:等等|等一下|等下|等阵|啥呀?|蛤|哈|吓|咩呀?|什么(?:呀|啊)?|喂|拜托|那个|那|我|都|就|还是|要不|干脆|算了|哎呀?|唉|诶|欸|呃|好吧"
    r"|好|行|嗯|ok|已经|刚才?|说过?了?|讲过?了?"
    r"|话咗?|跟你|你|也|麻烦|请|真的|而家|依家)*"
)
_THING = r"(?:[^\W\d_为怎会是没冇哪谁要想如若可能别不唔甭点吗先再]{1,6}?)?"
"""The thing itself may stand in front: 背包不退了."""
_ENDS = r"(?:了|啦|喇|吧|啊|呀|嘛|哈|咯|先|住|的|哦|喔|就好|就是|谢谢|唔该)*"
_NOT = (
    r"(?:还没有?(?:要|想|打算|决定要?|说要?)|不用|不要|不想|不必|不需要|无需|没要|没有要|没说过?要?|没有说要?|没让你?|没叫你?|没想|冇话要?|冇叫你?"
    r"|冇要|唔使|唔好|唔想|唔要|唔|不|别|甭)(?:再|去|给我|帮我|替我"
    r"|管|搞|弄|办|理|要)*"
)
_ENDED = (
    r"(?:算了|免了|作罢|不用了?|不要了?|不必|不搞了?|不弄了?|不办了?|当我没[说讲提]过?|取消|拉倒|忘了|不用管|不用理"
    r"|别管|别弄|别办|先放着|唔使|唔要|唔搞|唔理|算数|罢就)"
)
_GIVES_UP = (
    r"(?:forget|never ?mind|scrap|drop|scratch|skip|bin|ditch|leave|stop|cancel|abandon|call off|give up on"
    r"|(?:please )?(?:don t|dont|do not) (?:bother|worry)(?: with| about)?"
    r"|(?:i ve |i )?changed my mind (?:about|on)|no need for)"
)
_NOT_EN = (
    r"(?:(?:i m |im |i am |we re )?not|(?:i )?(?:don t|dont|do not) want|(?:i )?(?:won t|wont)(?: be)?"
    r"|no more|(?:i )?(?:never|didn t|did not|didnt|wasn t)(?: (?:ask(?:ed|ing)?|say|said|mean|meant|want(?:ed)?"
    r"|talking"
    r" about)(?: you| for| to| about)*))(?: going to| gonna)?"
)
_LEAD_EN = (
    r"(?:(?:ugh|oh|ok|okay|okey|right|well|then|so|no|nah|look|hey|hmm|actually|please|pls|just|and|but|lol"
    r"|you know what"
    r"|i(?: ve)?(?: just| already| literally)? (?:said|told you)(?: to| you can)?|i want to|i d like to|i ll"
    r"|we can|you can"
    r"|can you|could you|let s|lets) ?)*"
)
_ENDS_EN = (
    r"(?: (?:request|thing|stuff|business|bit|idea|altogether|then|now|for now|for today|please|pls|thanks|thank you"
    r"|after all|ok|okay|lol|completely|anymore|any more|though|already|i said))*"
)


def gives_up(text: str, form: str, slot: str | None = None) -> bool:
    """Whether a clause only gives up what the form does, by its name. Where the form asks which of several ways it
    shall be (`slot`), a mere no is to one of them."""
    name = _NAMES.get(form)
    if name is None or slot_text.is_question(text):
        return False
    flat = closed_up(text)
    strong, mere = _english(name) if flat.isascii() else _chinese(name)
    return strong.fullmatch(flat) is not None or (slot != WAYS_ASKED and mere.fullmatch(flat) is not None)


def wishes_another_way(text: str, form: str) -> bool:
    """Whether another clause wishes another way for the thing that is going back ("forget the refund, send a new
    one"), or what is missing of it to be sent."""
    return form == RETURN_FORM and (alternatives.way_wished(text) is not None or handing_on.wished(text) is not None)


def _english(name: _Name) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What gives it up by name; and a mere no to it."""
    what = r"(?: (?:about|with|on|it|the|that|this|my|any|an?|your|whole|stupid|silly|bloody|to))*"
    thing = r"(?: (?:it|them|this|that|these|those|anything|(?:the|my) \w+))?"
    ends = rf"{what} (?:{name.english}){thing}{_ENDS_EN}"
    return re.compile(rf"{_LEAD_EN}{_GIVES_UP}{ends}"), re.compile(rf"{_LEAD_EN}{_NOT_EN}{ends}")


def _chinese(name: _Name) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The same: 退货的事算了, and 不退了."""
    named = rf"(?:这个|那个|嗰个|呢个|个)?(?:{name.chinese})"
    matter = "(?:的事情?|那事|这事|嘅事|件事|嗰单嘢|申请)?"
    no = rf"{_NOT}{named}(?:掉|回|货|款)?{matter}{_ENDS}"
    return (
        re.compile(rf"{_LEAD}{_THING}{named}{matter}(?:就|那|都|也|先)*{_ENDED}{_ENDS}"),
        re.compile(rf"{_LEAD}{_THING}{no}(?:{no})?{_ENDED}?{_ENDS}"),
    )
