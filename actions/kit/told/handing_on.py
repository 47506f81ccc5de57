"""What only a colleague can arrange about an order, as customers ask for it: another way for a parcel that is out, a
piece that was left out of it, where what comes in exchange is to go; and how far that is."""

import re
from enum import StrEnum

from actions.kit.words import addresses
from crm_store.text import closed_up, normalise

CHOICE = "hand_on"
"""What a `choice` about it begins with: hand_on:redirect, hand_on:yes."""
YES, NO, TOLD = "yes", "no", "told"
"""Agreed to be written down, not agreed, and what is written down so far is asked."""
SEND_BY = "send_by:"
"""The `choice`, before the number of a return, of who asks until when it is to be sent back."""
WAITING = "handing_on"
"""In the focus: `{"what", "order", "text"}` of a wish that is not agreed to yet."""
DONE = "hand_on"
"""In the focus, as the last act: a wish was written down for a colleague."""
LEFT_OUT = "not_in_parcel"
"""In the focus: `{"order", "skus", "items"}` of whole things that were not in the parcel that came."""


class What(StrEnum):
    REDIRECT = "redirect"
    PICK_UP = "pick_up"
    STOP = "stop"
    RESEND = "resend"
    MONEY = "money"
    """The money for what was not in the parcel."""
    WITHOUT = "without"
    """One of several things of an order that has not been sent is not wanted any more."""
    LEAVE = "leave"
    """The parcel is left at a place, or with somebody."""
    CONTACT = "contact"
    """The courier calls before coming."""
    REPLACEMENT = "replacement"
    LATER = "later"
    """The goods of a return come back after the day they are due."""


NEEDS_ADDRESS = frozenset({What.REDIRECT, What.REPLACEMENT})

_NOT = r"(?<!不)(?<!不用)(?<!不要)(?<!不必)(?<!别)(?<!唔使)(?<!唔好)(?<!甭)"
_PIECE = r"(?:个|件|双|瓶|只|条|盒|罐|支|把|台|套|包|片|样|部分)"
_RESEND = re.compile(
    rf"{_NOT}(?:补|重)(?:发|寄|送)(?!票|积分|点数)|{_NOT}补(?:给我|给俺|返|齐|上)(?!.{{0,3}}(?:分|点|票|差价))"
    rf"|{_NOT}补(?:一|那|少|缺|漏|回那)(?:了|的|掉|发|寄)*(?:那|这)?一?(?:{_PIECE})"
    rf"|(?:少|缺|漏)(?:了|发|掉|寄|装|的)*(?:那|这)?(?:一)?{_PIECE}[^，。]{{0,6}}{_NOT}(?:寄|发|送|补)(?:来|给|过来|一下|上)"
)
_RESEND_EN = re.compile(
    r"\b(?:send|ship|post|mail)(?: \w+){0,4}? (?:missing|second one|rest of|one you (?:forgot|left out)|other half)\b"
    r"|\bmissing (?:one|piece|part|item|bit|lid|half)s?\b.{0,24}\b(?:sent|send|shipped|posted)\b"
    r"|\b(?:resend|re send)\b|\breplacement (?:part|piece)\b"
)
_NO_RESEND = re.compile(
    r"补货|\d分|积分|点数|补(?:发|开|寄)?(?:发票|积分|点数|差价|票)|(?:不用|不要|不必|别|唔使|唔好)(?:再|给我|帮我)*(?:补|重)(?:发|寄|送|了)"
    r"|\b(?:don t|do not|no need to) (?:re ?send|send)\b|\b(?:invoice|points?|e ?mail|code)\b"
)
_COUNT = r"(?:两|三|四|五|六|俩|仨|[2-9]|two|three|four|five|six)"
_TELLS_MISSING = re.compile(
    rf"(?:买|拍|订|下单|订购|付)了?的?(?:是)?{_COUNT}{_PIECE}?[^。]{{0,16}}?(?:就|只|才|得)"
    rf"(?:有|收到|到|来|寄|发|装|放|给|见到|返)?(?:了|来了|到了)?(?:一|1|两|2){_PIECE}"
    r"|(?:漏|少)(?:发|寄|装)了?(?:一|1|两|2|我|东西|件|个|瓶|只|双|条|盒|包)"
    rf"|(?:收到|到货|到)(?:了|的|货)*[^。]{{0,8}}?(?:少|缺|漏(?![得到水油气风电]))了?(?:一|1|两|2|个)?{_PIECE}?(?!钱|分|我|\S{{0,2}}天)[^，。吗嘛]{{1,8}}"
    r"|(?:里面?|里头|箱子|盒子|包裹|入面)(?:根本|就|却|都)?(?:没有|没见|没装|冇)(?!人)|(?:没|不|唔)(?:在|喺)(?:里面|箱子里|盒子里|包裹里|入面)"
    rf"|\b(?:ordered|bought|paid for) {_COUNT}\b.{{0,40}}\b(?:only|just) (?:one|1|two|2)\b"
    r"|\b(?:is|was|are|were|s) missing (?:from|in) the (?:box|parcel|package|delivery)\b"
    r"|\b(?:isn t|wasn t|weren t|aren t|not|no \w+) in the (?:box|parcel|package)\b"
)
_OTHER_WISH = re.compile(r"(?<!不)(?<!不用)(?<!不要)(?<!不想)退|赔|\b(?:refund|money back|return)\b|分|points?")
_REDIRECT = re.compile(
    r"(?:改|转|换)(?:成|到|去)?(?:送|寄|派)(?!(?:时间|达|上门))|(?:改|换)(?:一下|个|成|到)?(?:收货|收件|送货|配送|寄送)?(?:的)?地址"
    r"|(?:送|寄|派)(?:到|去)(?:别的|另外?一?个|新的?|其他)(?:地址|地方|住址|家)"
    r"|(?:跟|和|同|告诉|通知|转告)(?:他们|佢哋|快递|物流|同事)?(?:说|讲|话)?(?:一下|声)?(?:我的?|那个)?新?地址"
    r"|\bredirect\b|\breroute\b|\b(?:deliver|send|bring|take|forward) (?:it|them|that|the parcel)"
    r"(?: \w+){0,2}? to (?:an?other|a different|my (?:new|other)|the new) (?:address|place|flat|house)\b"
    r"|\bchange the (?:delivery )?address\b"
)
_MONEY = re.compile(
    r"(?<!没)(?<!还没)(?<!不)(?<!不要)(?<!不用)(?:退(?:我|给我)?(?:那份|那件|这件|它)?的?钱|退款|把钱(?:退|还)"
    r"|要钱|还钱)"
    r"|\b(?:money back|refund|reimburse\w*|my money|the money)\b"
)
_NO_MONEY = re.compile(
    r"(?:不|唔|别|没)(?:是|要|用|想|需要)?(?:要|退)?(?:退钱|退款|钱)|到账|什么时候|多久|退款呢"
    r"|\b(?:don t|do not|not|no|without|instead of|rather than)(?: \w+){0,3} (?:refund|money)"
    r"|\b(?:when|where|how long)\b"
)
_MOVED = re.compile(
    r"搬家|搬了|搬咗|换了?住址|地址(?:变|换|改)了"
    r"|\bi(?: ve| have)?(?: just| since)? moved(?: house| out| flat)?\b|\bmy (?:new )?addr(?:ess)?\b"
)
_ADDED = re.compile(
    r"(?<!登)(?:加|补|写|记)(?:进去?|上去?|到投诉里?)?(?:了|好)?(?:没有?|吗|嘛|么|冇|未)$"
    r"|(?:加|补|写|记)(?:进|到|入).{0,6}投诉.{0,4}(?:没|吗|嘛|么|行|可以|冇|未)"
    r"|(?:把|将)?(?:那个|这个|新)?地址(?:加|补|写|记)(?:进|到|上|入)"
    r"|\b(?:did|have|has) (?:you|u|they)(?: \w+)? (?:add|added|put|noted|note|written|write)"
    r" (?:it|that|this|the (?:new )?addr\w*)(?: (?:in|down|or not|yet|now|to it|there))*$"
    r"|\b(?:add|put|note|write) (?:that|the|my|this)(?: new)? addr\w*"
)
_PICK_UP = re.compile(
    r"(?:站|网点|营业所|营业点|快递点|驿站|集散|转运中心|仓库?|那边|那里|嗰度|柜)[^，。]{0,6}(?:自取|自提|自己(?:去)?(?:拿|取|领)|领|取(?:货|件|包裹)?|拿|攞)"
    r"|(?:改成|改为|改做|改)(?:到)?[^，。]{0,4}(?:自取|自提)"
    r"|\b(?:pick (?:it|them|the parcel|that) up|collect (?:it|them|the parcel|that)|fetch (?:it|them|the parcel))"
    r"(?: \w+){0,2}? (?:from|at) (?:the |your |that |their )?"
    r"(?:depot|station|sorting|courier|carrier|local|hub|post|pick)"
)
_STOP = re.compile(
    r"拦(?:截|下|住|一下|回|得|不)|截(?:住|停|下来|回)|追(?:回来|返)"
    r"|\bintercept|\bstop (?:the|that|my) (?:parcel|package|delivery|shipment)\b"
)
_REPLACEMENT = re.compile(
    r"(?:换的?(?:那|新)?(?:条|件|双|个|台|只)?|新的?(?:那)?(?:条|件|双|个|台|只)?)[^，。]{0,6}(?:直接)?(?:寄|送|发)(?:到|去|给|他|她|佢|我妈|我爸)"
    r"|\b(?:replacement|new one|exchange(?:d one)?)\b.{0,20}\b(?:sent|send|go|ship\w*|deliver\w*)\b.{0,12}\bto\b"
)
_GIVES_ADDRESS = re.compile(
    r"(?:新)?地址.{0,4}(?:要不要|怎么|点样|如何|在哪|哪里)(?:先|填|给|交|发|传|话|说|告诉|提供)"
    r"|\b(?:how|where) (?:do|can|should) i (?:give|tell|send) (?:\w+ ){0,2}(?:the |my )?(?:new )?address\b"
    r"|\b(?:do you )?need (?:the|my) new address\b"
)
_TOLD = re.compile(
    r"(?:记|写|登|改)(?:上|下|好|进去|下来|到)(?:了)?(?:没|吗|嘛|么|冇)|(?:同事|他们|佢哋|你们|快递)(?:那边)?(?:有|能|可以)?(?:收到|看得?到|看见|知道|睇到)"
    r"|安排(?:上|好|了)+(?:没|吗|嘛|么|冇)|(?:补发|补寄|补的?那个|新地址).{0,10}(?:(?<!有)没有?|[了好]吗|呢|冇|齁)$"
    r"|\b(?:did|have|has|can|do|will) (?:you|they|he|she|your colleagues?|the courier)(?: \w+){0,2}?"
    r" (?:note|noted|get|got|see|write|written|pass|passed|have)(?: \w+){0,3} (?:address|number|that|it|down|on)\b"
    r"|\b(?:is|was) (?:the )?(?:resend|redirect|missing (?:one|piece|part)|new address)\b.{0,16}"
    r"\b(?:arranged|noted|sent|passed)"
)
_WITHOUT = re.compile(
    r"(?:只|单|光|仅)(?:想|要|是|能|把)?(?:取消|撤掉?|去掉|拿掉)[^，。吗]{1,12}"
    r"|[^，。]{1,12}(?<!标签)(?<!吊牌)(?<!包装)(?<!膜)(?:去掉|拿掉|删掉|剔除|抽掉|剔走|攞走)"
    r"|(?:取消|不要了|不想要了|唔要|撤掉)[^。]{0,20}(?:照发|照寄|照送|照出|留着|留下|留返|保留|(?:别|不要|唔好)(?:给我)?(?:取消|动|郁))"
    r"|退(?:了|掉|咗)(?:吧)?[^。不]{0,8}(?:照常|照)(?:发|寄|送)"
    r"|\b(?:cancel|remove|drop|take (?:off|out)) (?:just|only) (?:the|one)\b"
    r"|\b(?:just|only) (?:cancel|remove|drop) (?:the|one)\b"
    r"|\btake (?:the|one|my) (?:\w+ ){1,5}(?:off|out of) (?:the|my|this|that|it)\b"
    r"|\b(?:remove|drop|cancel|take out) (?:the|one|my) (?:\w+ ){1,6}?(?:but|and)"
    r" (?:keep|leave|still send|send|ship) (?:the|everything|all)\b"
)
_OF_NO_ORDER = re.compile(
    r"发票|积分|点数|券|会员|投诉|客诉|电话|回电|预约|短信|提醒|退货|换货"
    r"|\b(?:invoice|points?|vouchers?|membership|complaint|call|reminders?|texts?|messages?|return|exchange|list)\b"
)
_CHASE = re.compile(
    rf"{_NOT}催(?!单|命)|\b(?:chase|hurry|push|nudge)\b(?: \w+){{0,2}} ?(?:it|them|up|the (?:courier|carrier|parcel))?"
)
_NO_CHASE = re.compile(
    r"(?:不用|不要|不必|别|唔使|唔好|甭)(?:再|帮我|去|急着)*催|\b(?:don t|no need to|do not) (?:chase|hurry|push|nudge)"
)
_IF_NOT = re.compile(
    r"(?:要是|如果|万一|若是?|假如)?(?:拦|截|改|转|追)(?:不|唔)(?:住|了|到|成|得)|(?:改不成|不行|唔得)(?:的话)?(?:会|怎|点)"
    r"|\b(?:what )?if (?:you|they|that|it)(?: \w+){0,2}? (?:can t|cannot|don t|doesn t|fails?|not)\b"
)


_DECLINED = re.compile(
    r"(?:不|别|甭|唔|没|冇)(?:用|要|必|需要?|想|使|好|说要?|是要)?(?:再|去|给我|帮我|替我|麻烦|请|叫|让|找)*(?:你们?|同事|快递|他们|佢哋)?(?:去|帮忙|先)*$"
    r"|\b(?:no need (?:to|for)|don t|dont|do not|never|not|needn t|rather than|instead of|forget|without)"
    r"(?: (?:want|need|bother|bothering|have|to|you|u|them|it|the|a|an|any|try|trying|about|with|ask|asking"
    r"|anyone|anybody))* ?$"
)
"""Right before a wish this declines it: 不用拦截, "no need to intercept it"."""


_WAYS = (
    (What.REPLACEMENT, _REPLACEMENT), (What.PICK_UP, _PICK_UP), (What.STOP, _STOP), (What.REDIRECT, _REDIRECT),
)  # fmt: skip


def declines(text: str) -> bool:
    """Whether words decline what only a colleague can arrange: 不用拦截, "no need to stop the parcel"."""
    flat = closed_up(text)
    found = [each for _, pattern in _WAYS for each in pattern.finditer(flat)]
    return bool(found) and all(_DECLINED.search(flat[: each.start()]) for each in found)


def wished(text: str) -> What | None:
    """What the words ask a colleague to arrange; None where they ask for none of it, or decline it."""
    flat = closed_up(text)
    if flat.isascii():
        flat = normalise(text)
    if not _NO_RESEND.search(flat) and (_RESEND.search(flat) or _RESEND_EN.search(flat)):
        return What.RESEND
    for what, pattern in _WAYS:
        if any(not _DECLINED.search(flat[: found.start()]) for found in pattern.finditer(flat)):
            return what
    return What.WITHOUT if _WITHOUT.search(flat) and not _OF_NO_ORDER.search(flat) else None


def tells_missing(text: str) -> bool:
    """Whether it is told that fewer came than were bought, and nothing else is wished for it."""
    forms = (closed_up(text), normalise(text))
    return any(_TELLS_MISSING.search(form) for form in forms) and not _OTHER_WISH.search(forms[1])


def wishes_money(text: str) -> bool:
    """Whether the money for a thing is wished, not asked after."""
    forms = (closed_up(text), normalise(text))
    return any(_MONEY.search(form) for form in forms) and not any(_NO_MONEY.search(form) for form in forms)


def tells_moved(text: str) -> bool:
    """Whether it is told that the address on file is not the one any more."""
    return any(_MOVED.search(form) for form in (closed_up(text), normalise(text)))


def asks_added(text: str) -> bool:
    """Whether it is asked, or asked for, that an address told before is written down."""
    return any(_ADDED.search(form) for form in (closed_up(text), normalise(text)))


def gives_address(text: str) -> bool:
    """Whether the text gives an address, or asks how to give it."""
    return (
        addresses.found(text) is not None
        or _GIVES_ADDRESS.search(closed_up(text)) is not None
        or (_GIVES_ADDRESS.search(normalise(text)) is not None)
    )


def asks_told(text: str) -> bool:
    """Whether it is asked if a wish was written down, reached a colleague, or how far it is."""
    return any(_TOLD.search(form) for form in (closed_up(text), normalise(text)))


def chases(text: str) -> bool:
    """Whether the carrier is to be asked to hurry."""
    flat = normalise(text)
    return _CHASE.search(flat) is not None and _NO_CHASE.search(flat) is None


def asks_if_not(text: str) -> bool:
    """Whether it is asked what becomes of it where that does not succeed."""
    return any(_IF_NOT.search(form) for form in (closed_up(text), normalise(text)))
