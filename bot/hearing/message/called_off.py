"""A form that is called off in the midst of it: "那算了", 先不改, "I don't want to join yet", 下次再说."""

import re
from collections.abc import Sequence

from actions.kit import slot_text
from actions.kit.forms import begun_by
from actions.kit.words import consent, lexicon
from actions.kit.words.consent import Answer
from bot.hearing.message import denial
from crm_store.text import normalise

CANCELS = frozenset({"cancel_order", "cancel_callback", "cancel_membership", "opt_out"})
"""Acts that a bare "cancel it" asks for, so that amid their own forms it is no farewell."""
_HALT = re.compile(r"^\s*(?:停一?下?|慢着|慢著|stop)\s*[，,。.！!]+\s*", re.IGNORECASE)
_NOT_ONCE_MORE = re.compile(
    r"(?:不要|不想|不用|别|唔想|唔好|唔要|冇理由)(?:再|又)(?:叫我|让我|要我)?(?:重新)?(?:登记|填|报|讲|说|写|录)(?:多)?(?:一|1)?(?:次|遍)"
    r"|\b(?:not|don t|dont|won t|no need to) (?:make me |want to |have me )?"
    r"(?:register|file|fill|report|explain|tell)\b.{0,24}\b(?:again|once more|twice)\b"
)
"""What was told and registered before is not to be gone through once more."""
_ONLY_NOT_THAT = re.compile(r"不是|唔系|唔係|\bnot (?:my|the|that)\b", re.IGNORECASE)
"""Says which of several is not meant, and that another is."""
_THINGS = {
    "profile_form": re.compile(
        r"[的我]?(?:会员|會員)?[的]?(?:电子邮[件箱]|電子郵[件箱]|邮箱|郵箱|信箱|电邮|電郵|邮件|郵件|e-?mails?"
        r"|手机号?码?|手機號?碼?|电话|電話|号码|號碼|生日|名字|称呼|稱呼|资料|資料)"
        r"|\b(?:(?:my|the|that) )?(?:e-?mail|mail|phone|mobile|birthday|name)(?: address| number)?\b",
        re.IGNORECASE,
    )
}
"""What the forms change, by which they are called off as well."""
HOLDS_A_TIME = "callback_form"
"""Here "tomorrow then" is an answer and no farewell."""


def drops(text: str) -> bool:
    """Whether a text only calls off what is open, whatever that is."""
    left = lexicon.without("drop", lexicon.without("courtesy", text))
    # "Ok never mind that one", 那个算了: what is pointed at is what is open.
    left = lexicon.without("pointing", lexicon.without("answer", left, "yes"))
    return lexicon.mentions("drop", text) and not left.strip("了先就吧 ")


def ends_for_today(text: str) -> bool:
    """Whether a clause says nothing but that it is not to be done now, whatever it is: 今天不弄了, "not today"."""
    left = text
    for group in ("put_off_now", "courtesy", "day", "half_of_day"):
        left = lexicon.without(group, left)
    return lexicon.mentions("put_off_now", text) and not left.strip("了先就吧我也还再，, ")


def takes_back(text: str) -> bool:
    """Whether a text says nothing but that something is to be cancelled, and not what: 取消吧, "cancel it please"."""
    return lexicon.mentions("take_back", text) and not lexicon.without(
        "take_back", lexicon.without("courtesy", text)
    ).strip("了先就吧还是全都 ")


def leaves(text: str, form: str) -> bool:
    """Whether a text only leaves the form that is open: 算了, or 取消吧 where the form itself cancels nothing."""
    return drops(text) or (takes_back(text) and not begun_by(form) & CANCELS)


def is_not_to_be_done(text: str, form: str) -> bool:
    """Whether a text says that the form's own act is not to be done; a plain no is left to a question for yes or no."""
    acts, text = begun_by(form), _HALT.sub("", text)
    if _NOT_ONCE_MORE.search(normalise(text).replace(" ", "") if not text.isascii() else normalise(text)):
        return True
    if denial.called_off(text, acts):
        return True
    things = _THINGS.get(form)
    # "我说不改邮箱了", "I don't want to change my e-mail": what the form changes is named beside the verb.
    if things is None or _ONLY_NOT_THAT.search(text):
        return False
    return any(denial.called_off(things.sub(by, text), acts) for by in (" ", " it "))


def names_another(parts: Sequence[str], form: str) -> bool:
    """Whether a part beside calling off names another thing that the form changes: 不改手机，改邮箱."""
    things = _THINGS.get(form)
    return things is not None and any(
        things.search(part) and not is_not_to_be_done(part, form) and not slot_text.is_question(part) for part in parts
    )


def is_put_off(text: str, form: str) -> bool:
    """Whether a text puts the matter off to another day and gives nothing the form waits for."""
    return form != HOLDS_A_TIME and lexicon.mentions("come_back", text) and not slot_text.is_question(text)


def is_answer(text: str) -> bool:
    """Whether a text answers a question for yes or no and says nothing else; whoever wants time has not answered."""
    said = consent.read(text)
    return said.answer is Answer.YES or (said.answer is Answer.NO and not said.rest)
