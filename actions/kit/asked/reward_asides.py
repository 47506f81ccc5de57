"""What is asked around taking a reward: whether a gift may come with something that was ordered before, what becomes of
its points when an order goes back, where its code is found again."""

import re
from enum import StrEnum

from crm_store.text import closed_up


class Aside(StrEnum):
    """The values are choices of `ask_vouchers`."""

    ALONG = "along"
    """With a parcel that is on its way, or an order there is already."""
    ORDER_BACK = "order_back"
    """The points, where the order goes back."""
    CODE = "code"
    """Where a code that was got is found later."""


_LATER = re.compile(
    r"下次|下回|下一?[张单笔次]|下个|新的?(?:订单|单)|下单时|再下单|再买|之后的单"
    r"|\b(?:next|new|another|future|an) (?:order|purchase|parcel)\b|\bwhen i (?:order|buy)\b"
)
_ALONG = re.compile(
    r"(?:跟|和|同|随|连|与|用)[^，。]{1,16}?(?:一起|一齐|一块儿?|一并|一道|顺便|合并)(?:给我|再|帮我)?(?:寄|发|送|配送|出货)"
    r"|(?:塞|放|加|装|并|合)(?:进|到|入|去|在|落)+[^，。]{0,10}(?:包裹|快递|[这那嗰呢]?(?:单|笔|箱))(?:里面?|入面)?"
    r"|(?:路上|在途|已经下|昨天下|刚下|之前下|未出货|没发货)(?:的|了的|嘅)?[^，。]{1,10}(?:一起|一齐|一块儿?|一并|合并)"
    r"|\b(?:send|ship|put|pop|throw|add|include|comes?|deliver|arrive|go)\b.{0,24}\b(?:with|in|into|to|along with)\b"
    r" .{0,40}?(?:\b(?:on (?:its|the|their) way|already|coming|i (?:just )?ordered)\b"
    r"|\b(?:my|the|that|same|this|current|existing|open|last|other) (?:\w+ )?"
    r"(?:parcel|package|box|delivery|shipment|order)\b)"
)
_BACK_ZH = r"(?:积分|点数|分|券|码)[^，。]{0,8}?(?:还|退|回|返)"
_ORDER_BACK = re.compile(
    rf"(?:退货|退单|退款|退了|退掉|退回去|取消(?:了)?(?:订单|那单)?).{{0,10}}?{_BACK_ZH}"
    rf"|{_BACK_ZH}.{{0,12}}?(?:退货|退单)"
    r"|\b(?:return|returned|send|cancel|cancelled|refund)\w*\b.{0,50}\b(?:points?|vouchers?)\b.{0,20}\b(?:back|returned|refunded|lost|gone)\b"
    r"|\b(?:get|lose|keep)\b.{0,12}\bpoints?\b.{0,12}\b(?:if|when)\b.{0,16}\b(?:return|send|cancel|refund)\w*\b"
)
_CODE_ZH = r"(?:券码|兑换码|优惠码|码|券)"
_WHERE_ZH = r"(?:哪里?|哪儿|哪裡|边度|边|什么地方)"
_CODE = re.compile(
    rf"{_CODE_ZH}.{{0,10}}?(?:丢|弄丢|忘|唔见|找不到|搞丢|没了|删|冇咗|搵唔到).{{0,10}}?(?:{_WHERE_ZH}|怎么|怎么办|点|咋)"
    rf"|(?:去|在|喺|到){_WHERE_ZH}(?:还|能|可以|再|得)*(?:看|找|查|搵|睇)(?:到|回|返|得到)*.{{0,6}}?{_CODE_ZH}"
    rf"|{_CODE_ZH}.{{0,6}}?(?:去|在|喺|到)?{_WHERE_ZH}(?:还|能|可以|再|得)*(?:看|找|查|搵|睇)"
    r"|\bwhere\b.{0,30}\b(?:find|see|look up|get|check)\b.{0,16}\b(?:codes?|vouchers?|coupons?)\b"
    r"|\b(?:lose|lost|forget|forgot|misplace|delete)\b.{0,12}\b(?:codes?|vouchers?)\b.{0,30}\b(?:how|where|can|get|find)\b"
    r"|\b(?:how|where|can)\b.{0,30}\bcodes?\b.{0,24}\b(?:lose|lost|forget|again|later)\b"
)
_NOT_OF_A_VOUCHER = re.compile(r"验证码|邮政编码|条码|尺码|号码|扫码|\b(?:verification|post|zip|qr|dress)\b")


def asked(text: str, *, of_points: bool = False) -> Aside | None:
    """What a text asks of it; None for anything else. `of_points`: points or a reward are spoken of, so that
    an order that goes back is the one it came with."""
    flat = closed_up(text)
    if of_points and _ALONG.search(flat) and not _LATER.search(flat):
        return Aside.ALONG
    if of_points and _ORDER_BACK.search(flat):
        return Aside.ORDER_BACK
    return Aside.CODE if _CODE.search(flat) and not _NOT_OF_A_VOUCHER.search(flat) else None
