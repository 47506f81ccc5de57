"""A question amid a form that names nothing, only when or what it costs: it is asked of what the form brings, not of
whatever the same words mean elsewhere. 多久会收到 amid an invoice is no parcel."""

import re
from collections.abc import Mapping

from crm_store.language import Language
from crm_store.text import closed_up

NOUNS: Mapping[str, Mapping[Language, str]] = {
    "invoice_form": {Language.ZH_HANS: "发票", Language.ZH_HANT: "發票", Language.EN: "the invoice"},
    "cancel_order_form": {
        Language.ZH_HANS: "取消订单退款",
        Language.ZH_HANT: "取消訂單退款",
        Language.EN: "the refund for a cancelled order",
    },
    "callback_form": {Language.ZH_HANS: "回电", Language.ZH_HANT: "回電", Language.EN: "a call back"},
    "join_form": {Language.ZH_HANS: "入会", Language.ZH_HANT: "入會", Language.EN: "joining as a member"},
}
"""What each form brings, as a question names it."""
_SO = r"(?:那么?|咁|对了|顺便(?:问)?(?:一下)?|请问|想问(?:下|一下)?|还有)*"
_WHEN = re.compile(
    rf"{_SO}(?:大概|大约|一般|要|需要|得)*(?:等|过)?(?:多久|几天|几日|几耐|几时|什么时候|啥时候|咩时候)"
    r"(?:才|先|就|可以|能|会|要)*"
    r"(?:收到|收得到|拿到|拿得到|攞到|到账|入账|到|好|发给我|寄给我|发|寄|发出|寄出)?(?:了|呢|啊|呀|咧|嘅|的)*"
    r"|(?:(?:and|so|ok|okay|btw|by the way)\b ?)*(?:when|how long|how soon)(?: (?:will|would|does|do|is|s|can|until))*"
    r"(?: (?:i|it|that|they|this))?"
    r"(?: (?:take|get|have|come|arrive|receive|be|here|there|ready|sent|it|that|one|then))*"
)
_COST = re.compile(
    rf"{_SO}(?:会|要|得|使|收|需要)*(?:唔使)?(?:钱|收费|收钱|收手续费|付费|付钱|给钱|俾钱)(?:吗|么|不|咩|嘛|呢|啊)+"
    rf"|{_SO}(?:是)?免费(?:的|嘅)?(?:吗|么|不|咩|吧)+|{_SO}多少钱|{_SO}几多?钱"
    r"|(?:(?:and|so|ok|okay|btw)\b ?)*"
    r"(?:is (?:it|that|this) free|does (?:it|that|this) cost(?: me)?(?: anything| something| extra)?"
    r"|do i (?:have to )?pay(?: for (?:it|that))?|how much is (?:it|that)|is there a (?:fee|charge))"
)


def named(text: str, form: str, language: Language) -> str | None:
    """The question with what it is about; None where it names something itself, or asks something else."""
    noun = NOUNS.get(form, {}).get(language)
    flat = closed_up(text).strip("?？ ")
    if noun is None or not (_WHEN.fullmatch(flat) or _COST.fullmatch(flat)):
        return None
    return f"{text.strip('?？ ')} {noun}?" if language is Language.EN else f"{noun}{text}"
