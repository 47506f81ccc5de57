"""A whole thing of an order that was not in the parcel that came: 只收到锅，没有四件套, "no lunch box in it, just the
humidifier". A part of a thing, a piece of several alike and a parcel that never came are other matters."""

import re
from collections.abc import Sequence

from crm_store.text import closed_up, normalise

_NO_THING = (
    r"(?!短信|信息|消息|通知|邮件|验证码|发票|积分|点数|退款|钱|电话|回复|票|人|问题|说明|问|收到|到|货|包裹"
    r"|快递|两|三|四个|一半"
    r"|[一二两三四五六俩仨\d]+[个件只瓶双条份样罐支盒包](?!套))"
)
_BOX = r"(?:包裹|快递|箱子?|盒子?|纸箱|袋子?)"
_TOLD = re.compile(
    rf"(?:只|就|光|净系)(?:有)?(?:收到|收咗|寄来|寄了|发来|送来|到)(?:了|咗)?{_NO_THING}[^吗]{{1,16}}?(?:没有?"
    rf"|没见|不见|冇|少了|缺了|呢$|哪去了|去哪)"
    rf"|{_BOX}(?:里面?|里头|入面|内)?(?:就|只|净系|得)(?:有|得|装了?|见到|系)?{_NO_THING}[^吗]{{1,12}}"
    rf"|(?:里面|里头|入面)(?:就|只|净系|得)(?:有|得|装了?|见到)?{_NO_THING}[^吗]{{1,12}}"
    rf"|(?:净系|得|得返|剩系)(?:得|有)?(?:个|只|条|件)?{_NO_THING}[^吗。]{{1,10}}冇{_NO_THING}[^吗。]{{1,10}}$"
    rf"|(?:漏|少)(?:发|寄|装|放|送)(?:了|咗|我)+(?:的|个|我的)?{_NO_THING}.{{2,12}}"
    rf"|(?:订单|单|货|东西)(?:里|的|的东西)?(?:少了?|缺了?|不见了?|冇咗)一半|一半(?:的)?(?:东西|货"
    rf"|订单)(?:都)?(?:没有?|不见|冇|不在)(?!发货|付)"
    rf"|(?:没|冇)有?(?:跟|和|同).{{1,8}}(?:一起|一齐)(?:寄|发|送|来|到)"
    rf"|(?:没|唔|不|冇)(?:有)?(?:一齐|一起|放|装|喺|在)(?:在|喺)?{_BOX}?(?:里面?|入面|内|一起|一齐)(?:寄|发|送|来|到)*"
)
_IN = r"(?:in (?:it|there|that|(?:the|my|that|this) (?:box|parcel|package|delivery))|inside)"
_A_NAME = r"(?:\w+ ){1,4}?"
_TOLD_EN = re.compile(
    rf"\b(?:only|just) (?:the |my |a |an )?{_A_NAME}(?:was |were |is |are )?{_IN}"
    rf"|\b{_IN} (?:there )?(?:was|is|were|s) (?:only|just) (?:the|my|a|an) \w+"
    rf"|\b(?:only|just) (?:got|received|found) (?:the|my|a|an) {_A_NAME}(?:but )?(?:no|not the|without|where|missing)\b"
    r"|\b(?:only|just) (?:the|my) (?:\w+ ){1,4}(?:came|arrived|showed up|turned up|was delivered)\b"
    rf"|\bno {_A_NAME}{_IN}"
    rf"|\b(?:isn t|wasn t|weren t|aren t|not|never)(?: was| were| been)?(?: actually| even)? {_IN}"
    r"|\bnever (?:was |were )?(?:came|come|arrived|packed|included|put)? ?"
    r"(?:in (?:the|my|that) (?:box|parcel|package)|(?:together )?with (?:the|my|that|it))\b"
    r"|\b(?:box|parcel|package|delivery|order)(?: \w+){0,2} (?:missing|without|lacking) (?:the|my|a"
    r"|an)\b(?! (?:account|membership|card|code)\b)"
    r"|\b(?:box|parcel|package|delivery)(?: \w+){0,2} (?:didn t|did not|doesn t|does not) (?:have|contain|include)"
    r"|\bmissing (?:from|in|out of) (?:it|(?:the|my|that|this) (?:box|parcel|package|delivery|order))\b"
    r"|\bhalf (?:of )?(?:(?:the|my) )?(?:order|stuff|things|items|parcel|goods)"
    r" ?(?:is|was|are|were|s)? ?(?:missing|not there|not here|gone|not in)\b"
    r"|\b(?:you|u|they|somebody|someone)(?: \w+)? (?:left out|forgot(?: to (?:pack|send|include|put in))?) (?:the|my)\b"
)
_SUPPOSED = re.compile(
    r"如果|要是|万一|假如|假设|会不会|怕|会漏|吗$|么$|\b(?:if|in case|suppose|would|might|is (?:it|the \w+) in)\b"
)
_PART = re.compile(
    r"螺丝|勺|铲|量杯|配件|零件|说明书|盖子|电池|遥控|充电线|插头|标签|吊牌|赠品|保修卡|鞋带|扣子|纽扣|滤网|把手"
    r"|\b(?:screws?|ladles?|spoons?|spatula|lid|lids|manual|instructions?|batter(?:y|ies)|remote|charger|cable"
    r"|plug|handle|button|buttons|laces"
    r"|tags?|filter|part|parts|accessor(?:y|ies)|warranty card|free gift|receipt|invoice)\b"
)
"""What belongs to a thing."""
_OF_ITS_OWN_BOX = re.compile(
    r"\b(?!my |the |that |this |and |but |yes )\w+ (?:box|package|case) (?:had|has|came|contained) (?:no|without)\b"
)
"""What belongs into the box of a thing: "the cooker box had no paddle in it"."""
_OF_SEVERAL = re.compile(
    r"(?:其中|里面?|三|四|两|\d)[^，。]{0,4}(?:少了?|缺了?|只有?|就)(?:一|两|1|2)[个件只条瓶双支]"
    r"|\b(?:one|two|1|2) (?:\w+ ){0,2}of (?:the )?(?:two|three|four|five|six|[2-9])\b"
    r"|\b(?:only|just) (?:one|two|1|2)\b"
)
"""Some of several alike."""
_NOT_CAME = re.compile(
    r"(?:包裹|快递|货)(?:一直|还|都|根本|仲)*(?:没|未|冇)(?:有)?(?:收到|到|来|送)"
    r"|\b(?:parcel|package|delivery|order) (?:has |have )?(?:never|hasn t|didn t|not|still hasn t) (?:yet )?"
    r"(?:come|came|arrive|arrived|show|turn|been delivered)"
)
_OTHER_MATTERS = (_SUPPOSED, _PART, _OF_ITS_OWN_BOX, _OF_SEVERAL, _NOT_CAME)

_SPLIT = re.compile(
    r"[，,。;；!！?？\n]+|\.(?!\d)|\s+-+\s+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])"
    r"|(?<=\S)\s*(?=没有|沒有|没见|沒見|冇|少了|缺了|漏了?[发寄發裝装]|不见|不見)"
    r"|(?<=\S)\s*(?=只有|只收|只有|就有|就只|得返|净系|淨係|只得)"
    r"|\s+(?=(?:but|no|not|without|missing|where|only|just|with|w|w/|alongside)\s)",
    re.IGNORECASE,
)
_CAME = re.compile(
    r"^(?:里面|箱子里|包裹里|入面)?(?:只|就|光|得|净系|剩)|(?:没问题|没坏|好的|收到了|到了|有收到|冇事|没事|喺度|在的)$"
    r"|^(?:but )?(?:only|just|with|w|alongside)\b"
    r"|\b(?:is|are|was|s|came|arrived|it s|its) (?:fine|ok|okay|good|there|here|alright|in there|inside)$"
)
_DENIES = re.compile(r"没|冇|不见|缺|少|漏|\b(?:no|not|never|missing|without|where)\b")


def told(text: str) -> bool:
    """Whether it is told that a whole thing was not in the parcel that came."""
    forms = (closed_up(text), normalise(text))
    if any(sign.search(form) for sign in _OTHER_MATTERS for form in forms):
        return False
    return any(pattern.search(form) for pattern in (_TOLD, _TOLD_EN) for form in forms)


def parted(text: str) -> tuple[Sequence[str], Sequence[str]]:
    """The pieces of a text that name what is missing, and those that name what came."""
    pieces = [piece.strip() for piece in _SPLIT.split(text) if piece and piece.strip()]
    came = [piece for piece in pieces if _says_it_came(piece)]
    return [piece for piece in pieces if piece not in came], came


def _says_it_came(piece: str) -> bool:
    flat = normalise(piece)
    is_fine = _CAME.search(closed_up(piece)) or _CAME.search(flat)
    left = re.sub(r"^(?:no )+(?=the )", "", flat)
    return is_fine is not None and _DENIES.search(left) is None
