"""What is asked about rewards and points that words alone make sure, whatever they sound like: how many at once,
whether one was redeemed by now, what several come to, whether points pay, what is left to expire once some are used,
whether what was redeemed can be points again; and the terms of a reward, asked before the points are spent."""

import re
from enum import StrEnum

from actions.kit.asked import voucher_asked
from actions.kit.words import consent, lexicon, pieces
from actions.kit.words.consent import Answer
from crm_store.numerals import NUMERAL
from crm_store.text import normalise

RULES = "rules"
"""The choice, of `ask_vouchers`, that asks how it is with the voucher named or spoken of, not which ones are held."""
WHETHER_DONE = "whether_done"
"""The choice, of `ask_vouchers`, that asks whether a reward was redeemed by now."""
UNDO = "undo"
"""Of the lexicon's `points_question`: what was redeemed is to be points again."""


WITH_BALANCE = "with_balance"
"""The choice, of a question when points expire, that how many there are was asked in the same breath."""


class RewardAsked(StrEnum):
    AT_ONCE = "at_once"
    DONE = "done"
    SUM = "sum"
    LEFT = "left"
    PAYS = "pays"
    UNDO = "undo"
    VALID = "valid"
    SENT = "sent"
    REMINDED = "reminded"
    LAPSED = "lapsed"
    LAST_DAY = "last_day"
    USED_ON = "used_on"
    PAID = "paid"


class TermsAsked(StrEnum):
    """What is asked of a reward before the points are spent."""

    RULES = "rules"
    TOGETHER = "together"
    UNDO = "undo"


_N = rf"(?:{NUMERAL}|几|多少|好几|十几)"
_MEASURE = r"(?:张|份|个|件|罐|只|盒|套|杯|盏|样)"
_N_EN = r"(?:\d{1,2}|two|three|four|five|six|ten|several|a few|a couple|multiple|more than one|many|a bunch)"
_GETS_EN = r"(?:take|get|have|redeem|swap for|buy|grab|claim|do|exchange)"
_IN_ONE_GO = r"(?:at once|at a time|at one time|in one go|in one time|at the same time|in a single go|together)"
_AT_ONCE = re.compile(
    rf"(?:一次|一次性|一下子|一口气|一齐|同时|一趟)(?:过)?(?:就|最多|可以|能|可|得)*(?:换|兑|攞|拿|领)(?:走|到|取|出)?{_N}"
    rf"|(?:最多|限)(?:一次|可以|能|可)*(?:换|兑|攞|拿|领)(?:走|到|取)?(?:几|多少|{NUMERAL}){_MEASURE}"
    r"|(?:换|兑|攞|领)(?:券|这个|这种)*(?:有没有|有冇|有)(?:数量|张数|个数|次数)?(?:上限|限制|限量|限数)"
    r"|(?:每人|一人|一个人|每个会员|每位)(?:最多|限|可以|能)+(?:换|兑|攞|领)"
    rf"|\b(?:can|could|may) (?:i|we|you) {_GETS_EN} {_N_EN} of (?:them|those|these|the|that|em)\b"
    rf"|\b(?:can|could|may) (?:i|we) {_GETS_EN} {_N_EN}\b.{{0,40}}\b{_IN_ONE_GO}\b"
    rf"|\bhow many\b.{{0,30}}\b(?:can|could|may) (?:i|we) {_GETS_EN}\b.{{0,24}}\b{_IN_ONE_GO}\b"
    rf"|\b{_N_EN}\b.{{0,24}}\b(?:at once|in one go|at a time)\b.{{0,20}}\b(?:possible|allowed|ok|okay|max|limit)\b"
    r"|\b(?:limit|maximum|max|cap)\b.{0,24}\b(?:how many|per (?:member|person|customer)|redeem|vouchers|rewards)\b"
)
_DONE = re.compile(
    r"(?:换|兑)(?:(?:上|好|成功|成|到|着)(?:了|咗)?|了|咗)(?:没有(?!货|券|别|其)|没(?!有|货)|吗|么|未|冇(?!货))"
    r"|有(?:没有)?(?:换|兑)(?:上|好|成|到)|有冇(?:换|兑)到"
    r"|\b(?:did|has|have|was|is|were)\b.{0,40}\b(?:go through|gone through|redeemed|been swapped|worked)\b"
    r"|\bdid (?:you|i|we) (?:actually |really )?(?:redeem|swap|get) (?:the|my|that|those|both)\b"
)
_DONE_OF_GOODS = re.compile(r"换货|退|订单|码|尺|颜色|鞋|衣|\b(?:return|refund|order|size|payment|card)\b")
_SUM = re.compile(
    r"(?:一共|总共|合计|加起来|合起来|全部|都换|都要|埋单|冚唪唥)(?:的话)?(?:要|需要|是|得|花|使|用)*"
    r"(?:多少|几多|几|咩)(?:积分|点数|分|点)"
    r"|(?:多少|几多|几)(?:积分|点数|分|点)(?:一共|总共|加起来|合计)"
    r"|\bhow many points\b.{0,60}\b(?:in total|altogether|all together|in all|all in|combined|together"
    r"|total|both|the lot)\b"
    r"|\b(?:in total|altogether|all together|in all|combined|together|both)\b.{0,30}\bhow many points\b"
    r"|\b(?:total|sum|adds? up to|comes? to)\b.{0,30}\bpoints\b|\bpoints\b.{0,20}\b(?:add up to|come to|total)\b"
)
_SUM_ENOUGH = re.compile(
    r"(?:都换|全换|一起换|各换|各来).{0,12}(?:够不够|够吗|够唔够|够么|够没|够不)|\benough for (?:both|all|the lot)\b"
)
_I_HAVE = re.compile(
    r"我(?:现在|目前|这里|这边|账户|账上|手上|名下)*(?:(?:一共|总共)?(?:有|还有|剩|还剩)|(?:一共|总共)(?:多少|几))"
    r"|\bdo i have\b|\bi ve got\b"
)
_LEFT = (
    re.compile(
        r"(?:要是|如果|假如|我)?(?:现在|先|这会儿|而家)?(?:用掉|用了|用|花掉|花了|花|换掉|换了|换|使)(?:掉|了|咗|个|张)?.{0,14}?"
        r"(?:还剩|还有|剩下|剩|仲剩|仲有|净低)(?:多少|几多|几|咩|哪些)?.{0,6}(?:过期|到期|作废|清零|失效|没掉|冇咗)"
    ),
    re.compile(
        r"(?:过期|到期|作废|清零|失效)的?(?:分|积分|点数|那些|那批)?(?:还|仲)?(?:剩|有)(?:多少|几多|几).{0,4}"
        r"(?:如果|要是)?.{0,6}(?:用|花|换)"
    ),
    re.compile(
        r"\b(?:if|when|once|after|say|suppose)\b.{0,20}\b(?:spend|use|redeem|swap|take|get|burn)\b.{1,40}"
        r"\b(?:left|remain|remains|remaining|still)\b.{0,24}\b(?:expire|expires|expiring|run out|lapse|go)\b"
    ),
    re.compile(
        r"\b(?:left|remain|remains|remaining|still|what|how many)\b.{0,30}\b(?:expire|expires|expiring|run out|lapse)\b"
        r".{0,24}\b(?:if|when|once|after)\b.{0,12}\b(?:spend|use|redeem|swap|take|get)\b"
    ),
)
_PAYS = re.compile(
    r"(?:积分|点数|分(?!期|钟|店)|它|它们|这些|呢啲).{0,8}?(?:抵(?:钱|现|扣|货款|账|用|款)|当(?:钱|现金|现钱)(?:用|花|使)?"
    r"|付(?:钱|款|账|帐)|买(?:单|东西)|结账|结帐|俾钱|埋单|减钱|少付|折(?:钱|现|抵))(?!多少|几)"
    r"|(?:拿|用)(?:积分|点数)(?:直接)?(?:付|抵|买|结|当钱|埋单|俾)(?!多少)"
    r"|(?:券|优惠券)[^，。]{0,4}?(?:和|跟|同|加|还能用|一起)?(?:积分|点数)[^，。]{0,3}(?:一起|同时|一齐|叠)|(?:积分|点数)(?:和|跟|同)(?:优惠)?券[^，。]{0,4}(?:一起|同时|一齐|叠)"
    r"|\buse (?:it|them|that|a voucher|my voucher|the voucher|vouchers) (?:together )?with (?:my |the )?points\b"
    r"|\bpay (?:\w+ ){0,3}?(?:with|by|in|using) (?:my |the |these |those )?points\b"
    r"|\b(?:use|spend) (?:my |the |these |those )?(?:points|them|it) (?:to pay|as (?:money|cash|payment)"
    r"|at (?:the )?checkout|towards)\b"
    r"|\bpoints (?:as|for|like) (?:payment|money|cash|currency)\b"
    r"|\bpay for (?:\w+ )?(?:stuff|things|goods|it|an order) with points\b"
    r"|\b(?:have|get|take|use|apply|put|knock) (?:\w+ ){1,3}?"
    r"(?:as cash|in cash|off (?:my |the |an )?(?:next |new |current )?(?:order|purchase|bill|price|total))"
    r"|\b(?:points|them) (?:towards|against|off) (?:my |the |an |a )?(?:next |new )?(?:order|purchase|bill|price)\b"
)
_REMINDED = re.compile(
    r"提醒|(?:会|有|能)(?:不会|没有|不能)?(?:发|收到)?通知|通知(?:我|一声|吗|么)|告诉我一声|跟我说一声|讲声|话我知"
    r"|\b(?:remind|reminds|reminded|reminders?|warn me|warning|notify me|notified|heads up"
    r"|let me know|tell me (?:when|before))\b"
)
_ENDS = re.compile(r"过期|到期|作废|清零|\b(?:expire|expires|expiring|expiry|run out|lapse|points? go)\b")
_HOW_LONG = r"(?:多久|几天|几日|几耐|多长|多少天|效期|有效期|期限|要用掉|过期|到期)"
_VALID = re.compile(
    rf"(?:券|优惠券)(?:换|兑|领|攞)(?:出来|到手?|了|完|后)(?:之后|以后|后)?[^，。]{{0,4}}?{_HOW_LONG}"
    rf"|(?:换|兑|领|攞)(?:出来|到|了|完|咗)的?(?:优惠)?券?(?:之后|以后|后)?(?:能|可以|会|要)?"
    rf"[^，。]{{0,3}}?{_HOW_LONG}"
    r"|(?<!张)(?<!的)券(?:一般)?(?:能|可以|会)?(?:放|用|留|保留|有效)(?:得)?(?:多久|几天|几日|几耐|多长)"
    r"|\b(?:vouchers?|coupons?)\b.{0,24}\b(?:valid|good|last|expire|expires|run out|keep)\b"
    r".{0,20}\b(?:once|after|when|if) i (?:redeem|get|take|swap|have)\b"
    r"|\bhow long (?:is|are|does|do|will|can) (?:a|the|those|these|redeemed|your|i keep a)(?: redeemed)?"
    r" (?:vouchers?|coupons?) (?:good|valid|last|be|keep)\b"
    r"|\bhow long can i keep (?:a|the) (?:vouchers?|coupons?)\b"
)
_IN_WORDS_OF_POINTS = re.compile(r"积分|点数|(?:(?<!\d)|(?<=\d{3}))分(?!期|钟|店|开)|(?<=\d{3})点|\bpoints?\b")
_WORTH_ASKED = re.compile(r"抵多少|抵几|值多少|当多少|\bhow much\b.{0,16}\bworth\b")
_ALSO = re.compile(
    r"(?:也|还|另外|顺便|埋)(?:要|想|给我|帮我)*(?:换|兑|来|加|拿|攞|要)(?!货|码|尺|退)"
    r"|\b(?:also|too(?! \w)|as well|on top|plus)\b"
)
_UNDO = re.compile(
    r"(?:换|兑|攞)(?:了|完|好|掉|咗|过)+.{0,8}?(?:退|还(?:回|返|原|给)|反悔|后悔|撤回|撤销|要回|要返|拿回|攞返|变回|换回)"
    r"|(?:退|还|换|变|转|要|拿)(?:回|返)(?:成|做|为|来)?(?:积分|点数)|(?:积分|点数)(?:都|还|仲)?(?:能|可以|得)?(?:退|还|要|拿|攞)(?:回|返|得)"
    r"|\b(?:points|them) (?:\w+ )?back\b|\bback (?:in)?to points\b"
    r"|\b(?:undo|reverse|give back|hand back|change my mind|regret)\b"
)
_UNDO_OF_ELSE = re.compile(
    r"换货|换码|尺码|尺寸|换新|换双|换大|换小|退货|退款|订单|那单|这单|鞋|衣|过期|到期|会员|退会"
    r"|\b(?:orders?|refund|refunded|return|returned|returns|size|shoes|parcel|expired?|membership|leave|complaint|call)\b"
)
"""What else may be changed, sent back or lost."""
_ASKS_MAY = re.compile(
    r"吗|么|㗎|不(?:能|可以|行|了)?$|能不能|可不可以|可唔可以|得唔得|如果|要是"
    r"|\b(?:can|could|may|what if|possible|able)\b"
)
SPENT = re.compile(
    rf"(?:用掉|用了|用|花掉|花了|花|换掉|使)(?:掉|了|咗)?\s*(?P<zh>{NUMERAL})\s*(?:积分|点数|分|点)?"
    r"|\b(?:spend|use|redeem|burn|swap)\s+(?:like |about |say |another )?(?P<en>\d[\d,]*)(?P<k>k)?\b",
    re.IGNORECASE,
)
"""So many points that somebody supposes to spend."""


_SENT = re.compile(
    r"(?:(?:换|兑)(?:来|到|了|好|走|咗)*(?:的|嘅)?|积分|点数|分)(?:换|兑)?(?:的|嘅)?(?:东西|礼品|礼物|赠品|嘢)"
    r"\S{0,6}?(?:(?:多久|几天|几日|几耐|什么时候|几时|哪天)\S{0,3}?(?:送|寄|到|发|收)|(?:寄|送|发)(?:过来|出来)?(?:要)?(?:多久|几天|几日|几耐)"
    r"|(?:运费|邮费|邮资|快递费|免运|包邮)|(?:寄|送)(?:要)?(?:钱|收费))"
    r"|^(?:礼品|赠品)(?:的)?(?:\S{0,3}?(?:多久|几天|几日|几耐|什么时候|几时)\S{0,3}?(?:送|寄|到|发|收)|(?:寄|送)(?:要)?(?:多久|几天)|(?:运费|邮费|邮资|快递费))"
    r"|\b(?:how long|how soon|when|who pays|postage|shipping|delivery)\b.{0,40}"
    r"\b(?:gifts? (?:i (?:redeem|got|swap)\w*|from (?:my |the )?points)|(?:redeemed|points) (?:gifts?|rewards?)"
    r"|rewards? (?:gifts?|i redeem\w*)|things? i redeem\w*)"
)
"""How a gift taken for points comes to the member, and who pays for its way."""


def asked(text: str, *, of_points: bool = False, of_voucher: bool = False) -> RewardAsked | None:
    """What a text asks; None for anything else. `of_points`: points or rewards were spoken of, so that a bare "it" may
    mean them; `of_voucher`: a voucher was."""
    if voucher_asked.asks_lapsed(text, of_voucher=of_voucher):
        return RewardAsked.LAPSED
    if voucher_asked.asks_last_day(text, of_voucher=of_voucher):
        return RewardAsked.LAST_DAY
    flat = normalise(text)
    said = flat if flat.isascii() else flat.replace(" ", "")
    named = of_points or bool(_IN_WORDS_OF_POINTS.search(flat))
    if any(pattern.search(said) or pattern.search(flat) for pattern in _LEFT) and (named or pieces.count_said(text)):
        return RewardAsked.LEFT
    if _PAYS.search(said) and named and not _WORTH_ASKED.search(flat):
        return RewardAsked.PAYS
    if named and _asks_undoing(flat, said):
        return RewardAsked.UNDO
    if (_SUM.search(said) or _SUM_ENOUGH.search(said)) and not _I_HAVE.search(said):
        return RewardAsked.SUM
    if _AT_ONCE.search(said):
        return RewardAsked.AT_ONCE
    if _REMINDED.search(said) and consent.asks_back(text) and (named or _ENDS.search(said)):
        return RewardAsked.REMINDED
    if _SENT.search(said) and consent.asks_back(text):
        return RewardAsked.SENT
    if _VALID.search(said) and not _DONE_OF_GOODS.search(flat):
        return RewardAsked.VALID
    if _DONE.search(said) and not _DONE_OF_GOODS.search(flat):
        return RewardAsked.DONE
    return None


def terms_asked(text: str) -> TermsAsked | None:
    """What is asked about the reward that was just named with its price: whether its points come back, or from what
    amount, for how long and beside what it counts. None for what asks nothing of the kind, or agrees or declines."""
    if not consent.asks_back(text) or consent.read(text).answer in (Answer.YES, Answer.NO):
        return None
    flat = normalise(text)
    heard = {str(each.value) for each in lexicon.heard("points_question", text)}
    if (_asks_undoing(flat, flat if flat.isascii() else flat.replace(" ", "")) or UNDO in heard) and _ASKS_MAY.search(
        flat
    ):
        return TermsAsked.UNDO
    if lexicon.meant("offer_kind", text) == "together":
        return TermsAsked.TOGETHER
    asks = lexicon.meant("reward_question", text) in ("how", "until") or lexicon.mentions("minimum_question", text)
    asks = asks or lexicon.mentions("reward_terms", text)
    return TermsAsked.RULES if asks else None


def _asks_undoing(flat: str, said: str) -> bool:
    return bool(_UNDO.search(said) and _ASKS_MAY.search(flat) and not _UNDO_OF_ELSE.search(flat))


def wishes_also(text: str) -> bool:
    """Whether what is named is wished besides what was asked about, and not in its place: 茶罐也换一个."""
    flat = normalise(text)
    return bool(_ALSO.search(flat if flat.isascii() else flat.replace(" ", "")))
