"""Changing one's own profile: how to be called at once, phone, e-mail and birthday after a look at the new value."""

import re
from datetime import date
from typing import Any, ClassVar

from actions.kit.base import CrmAction, Event, MemberAction, Turn
from actions.kit.codes import CODE_SLOTS, AskCode, again, resend, tried
from actions.kit.forms import CrmForm, requested, yes_or_no
from actions.kit.mail import mail_arrives
from actions.kit.parsing import birthday_in, code_in, email_in, is_aside, phone_in
from actions.kit.words import lexicon
from actions.member import names
from crm_store import clock, members, verification
from crm_store.labels import label
from crm_store.language import Language, format_date
from crm_store.members import ContactTaken, Member, ProfileInvalid
from crm_store.policy import policy
from crm_store.profile import check_profile
from crm_store.text import normalise
from crm_store.verification import StartedCode

NAME, PHONE, EMAIL, BIRTHDAY, LANGUAGE = "preferred_name", "phone", "email", "birthday", "language"
FIELDS = (NAME, PHONE, EMAIL, BIRTHDAY, LANGUAGE)

BIRTHDAY_ARTICLE = "birthday_gift"
"""Says how often and how early a birthday may be changed."""

FIELD_WORDS: dict[str, re.Pattern[str]] = {
    EMAIL: re.compile(r"邮箱|电子邮件|信箱|電郵|電子郵件|郵箱|e-?mail", re.IGNORECASE),
    PHONE: re.compile(r"手机|门号|門號|电话|号码|手機|電話|號碼|phone|mobile|number", re.IGNORECASE),
    BIRTHDAY: re.compile(r"生日|出生|birthday|birth ?date|date of birth|born", re.IGNORECASE),
    NAME: re.compile(r"称呼|名字|昵称|叫我|姓名|稱呼|暱稱|個名|改名|\bname|call me|nickname", re.IGNORECASE),
    LANGUAGE: re.compile(r"语言|語言|繁体|繁體|简体|簡體|英文|中文|language|english|chinese", re.IGNORECASE),
}
ADDRESS_WORD = re.compile(r"地址|address", re.IGNORECASE)
_LANGUAGES: tuple[tuple[Language, re.Pattern[str]], ...] = (
    (Language.ZH_HANT, re.compile(r"繁|traditional|zh-?hant", re.IGNORECASE)),
    (Language.ZH_HANS, re.compile(r"简|簡|中文|simplified|chinese|zh-?hans", re.IGNORECASE)),
    (Language.EN, re.compile(r"英|english|\ben\b", re.IGNORECASE)),
)

_SAME_YEAR = re.compile(
    r"(?:年份?|出生年|年次)(?:是)?\d{0,4}(?:一样|没错|没变|不变|不用(?:改|换)|照旧|相同|是对的|对的|冇变|冇错)|同一年"
    r"|\b(?:same year|(?:the )?year(?: s| is| was)? (?:\d{4} )?(?:is |was )?(?:the same|right|correct|fine|ok))\b"
)
"""That the year on file stays."""
_KEEPS_ALL = re.compile(
    r"(?:积分|点数|订单|等级|级别|会员|券|买(?:的|过的)(?:东西|商品)?|记录|分)"
    r".{0,10}(?:会不会|会唔会|会|就)?.{0,4}(?:不见|唔见|没了|没掉|消失|清零|归零|清掉|丢|受影响|有影响|还在(?:吗|不)|仲喺度)"
    r"|\b(?:lose|keep) (?:all )?my (?:points|orders|level|tier|vouchers?|history)\b"
    r"|\b(?:points|orders|level|vouchers?|history)\b.{0,20}"
    r"\b(?:gone|lost|disappear|vanish|wiped|still (?:be )?there|stay)\b"
)
"""Asks whether what one has stays when a contact becomes another."""


class ProfileForm(CrmForm):
    """`profile_value` is kept as text: a date as 1990-05-03."""

    form_name: ClassVar[str] = "profile_form"
    writes: ClassVar[bool] = True
    slots: ClassVar[tuple[str, ...]] = (
        "profile_field", "profile_value", "profile_confirm", "profile_code", "profile_trouble", *CODE_SLOTS,
    )  # fmt: skip

    async def required(self, turn: Turn) -> list[str]:
        if turn.member is None:
            return []
        last = {EMAIL: ["profile_code"], NAME: [], LANGUAGE: []}
        field = str(turn.slot("profile_field") or "")
        if field == EMAIL and not mail_arrives():
            # Without mail no code arrives: nothing is asked for, the end says so.
            return ["profile_field"]
        return ["profile_field", "profile_value", *last.get(field, ["profile_confirm"])]

    async def fill(self, turn: Turn) -> dict[str, Any]:
        if turn.member is None:
            return {}
        if not turn.pressed and _KEEPS_ALL.search(normalise(turn.text)):
            turn.say("reply_profile_keeps_all")
        field = turn.slot("profile_field")
        code = code_in(turn)
        if requested(turn, "profile_code"):
            if code is not None and email_in(turn) is None:
                return await tried(turn, "profile_code", code, new_address=str(turn.slot("profile_value")))
            if turn.intent == "bind_account":
                return resend("profile_code")
        answer = yes_or_no(turn, "profile_confirm")
        if answer == {"profile_confirm": False} or not answer:
            given = await _given(turn, turn.member, field)
            # "No, it is 139…": the new value counts, not the no.
            answer = given or answer
        return answer


async def _given(turn: Turn, member: Member, field: str | None) -> dict[str, Any]:
    """Field and value that the message gives, checked; a value that cannot be right leaves `profile_trouble`."""
    named = field_in(turn)
    asking = requested(turn, "profile_value") or requested(turn, "profile_confirm") or requested(turn, "profile_code")
    if named is None and not asking:
        return {}
    if named is None and is_aside(turn, but=("update_profile",)):
        return {}
    field = named or field
    if field is None:
        return {}
    filled: dict[str, Any] = {"profile_field": field}
    if field == NAME and requested(turn, "profile_value") and _asks_for_registered_name(turn):
        turn.say("reply_profile_registered_name", name=members.full_name(member, turn.language) or member.number)
        return filled | {"profile_value": None, "profile_trouble": None}
    value = value_in(turn, field, plain=requested(turn, "profile_value"))
    if value is None:
        if named is None and not requested(turn, "profile_value"):
            return {}
        trouble = "unreadable" if requested(turn, "profile_value") and named is None else None
        return filled | {"profile_value": None, "profile_confirm": None, "profile_trouble": trouble}
    trouble = _refusal(field, value)
    if trouble:
        return filled | {"profile_value": None, "profile_confirm": None, "profile_trouble": trouble}
    return filled | {"profile_value": value, "profile_confirm": None, "profile_trouble": None, **again("profile_code")}


def field_in(turn: Turn) -> str | None:
    """The field that the message is about, by a value in it, a pressed button or its words."""
    if turn.pressed:
        chosen = str(turn.entity("reason") or "")
        return chosen if chosen in FIELDS else None
    if names.said(str(turn.entity("preferred_name") or "")):
        return NAME
    if email_in(turn):
        return EMAIL
    if phone_in(turn):
        return PHONE
    if birthday_in(turn.text) or _names_day_of_it(turn):
        return BIRTHDAY
    if turn.intent not in {"update_profile", "inform"}:
        return None
    return next((field for field, words in FIELD_WORDS.items() if words.search(turn.text)), None)


def _names_day_of_it(turn: Turn) -> bool:
    """Whether a day without its year is the birthday: the year is said to be right, or the birthday was spoken of and
    it is told to be another day (登記錯了，改12月24)."""
    if birthday_in(turn.text, _birthdays_known(turn)) is None:
        return False
    focus = turn.spoken_of
    spoken_of = BIRTHDAY in str(focus.get("article") or "") or "生日" in str(focus.get("question") or "")
    corrects = turn.intent == "update_profile" and (turn.follows or spoken_of)
    return _SAME_YEAR.search(normalise(turn.text)) is not None or (corrects and spoken_of)


def value_in(turn: Turn, field: str, *, plain: bool) -> str | None:
    """The new value of `field` in the message; `plain`: the whole message may be it, because it was asked for."""
    if turn.pressed:
        chosen = str(turn.entity("reason") or "")
        return chosen if field == LANGUAGE and chosen in set(Language) else None
    if field == NAME:
        return _name_in(turn, plain=plain)
    if field == LANGUAGE:
        return next((language.value for language, sign in _LANGUAGES if sign.search(turn.text)), None)
    if field == BIRTHDAY:
        day = birthday_in(turn.text, _birthdays_known(turn))
        return day.isoformat() if day else None
    return email_in(turn) if field == EMAIL else phone_in(turn)


def _birthdays_known(turn: Turn) -> list[date]:
    """The birthday that was read last, and the one on file."""
    read = str(turn.slot("profile_value") or "") if turn.slot("profile_field") == BIRTHDAY else ""
    known = [date.fromisoformat(read)] if re.fullmatch(r"\d{4}-\d\d-\d\d", read) else []
    return known + ([turn.member.birthday] if turn.member is not None and turn.member.birthday else [])


def _name_in(turn: Turn, *, plain: bool) -> str | None:
    """How the member wants to be called; their registered name when the words point at that."""
    named = turn.entity("preferred_name")
    if named and (name := names.said(str(named))):
        return name
    if not plain:
        return None
    if turn.member is not None and lexicon.mentions("registered_name", turn.text):
        return members.full_name(turn.member, turn.language) or None
    return names.said(turn.text)


def _asks_for_registered_name(turn: Turn) -> bool:
    asks = lexicon.mentions("question", turn.text) or turn.text.rstrip().endswith(("?", "？"))
    return not turn.pressed and asks and lexicon.mentions("registered_name", turn.text)


def _refusal(field: str, value: str) -> str | None:
    """Why the value cannot be right: a code of the labels `profile_problem`."""
    try:
        check_profile(field, _typed(field, value))
    except ProfileInvalid as refusal:
        return refusal.reason
    return None


def _typed(field: str, value: str) -> str | date:
    return date.fromisoformat(value) if field == BIRTHDAY else value


class ActionProfileStart(MemberAction):
    """A name or a language is changed at once; for everything else the form opens."""

    action_name: ClassVar[str] = "action_profile_start"
    rule_beside: ClassVar[str] = BIRTHDAY_ARTICLE

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        field = field_in(turn)
        if field is None and ADDRESS_WORD.search(turn.text):
            turn.say("reply_profile_address")
            turn.done("answered")
            return []
        refused = await _not_now(turn, member, field)
        if refused:
            return []
        value = value_in(turn, field, plain=False) if field in (NAME, LANGUAGE) else None
        if field and value:
            return await _change(turn, member, field, value)
        return ProfileForm.begun(**await ProfileForm().fill(turn))


class ActionAskProfileField(CrmAction):
    action_name: ClassVar[str] = "action_ask_profile_form_profile_field"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        buttons = [
            {"title": label("member_field", field, turn.language), "payload": f'/update_profile{{"reason": "{field}"}}'}
            for field in (NAME, PHONE, EMAIL, BIRTHDAY)
        ]
        turn.say("reply_ask_profile_field", buttons=buttons)
        return []


class ActionAskProfileValue(CrmAction):
    action_name: ClassVar[str] = "action_ask_profile_form_profile_value"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        field, trouble = str(turn.slot("profile_field")), turn.slot("profile_trouble")
        if trouble and trouble != "unreadable":
            turn.say("reply_profile_problem", problem=label("profile_problem", trouble, turn.language))
        elif trouble:
            turn.say(f"reply_profile_unreadable_{field}")
        else:
            turn.say(f"reply_ask_profile_value_{field}")
        return []


class ActionAskProfileConfirm(CrmAction):
    action_name: ClassVar[str] = "action_ask_profile_form_profile_confirm"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        field, value = str(turn.slot("profile_field")), str(turn.slot("profile_value"))
        turn.say("reply_profile_confirm", field=_field_name(field, turn), value=_shown(field, value, turn.language))
        return []


class ActionAskProfileCode(AskCode):
    action_name: ClassVar[str] = "action_ask_profile_form_profile_code"
    address_slot: ClassVar[str] = "profile_value"

    async def start(self, turn: Turn, address: str) -> StartedCode:
        return await verification.start_address_code(turn.session, turn.identity, email=address)


class ActionProfileSubmit(MemberAction):
    action_name: ClassVar[str] = "action_profile_form_submit"

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        field, value = turn.slot("profile_field"), turn.slot("profile_value")
        if field and not value and await _not_now(turn, member, str(field)):
            return ProfileForm.cleared()
        agreed = turn.slot("profile_confirm") or turn.slot("profile_code") or field in (NAME, LANGUAGE)
        if not field or not value or not agreed:
            turn.say("reply_profile_not_changed")
            turn.done("declined")
            return ProfileForm.cleared()
        if await _not_now(turn, member, str(field)):
            return ProfileForm.cleared()
        return [*await _change(turn, member, str(field), str(value)), *ProfileForm.cleared()]


async def _change(turn: Turn, member: Member, field: str, value: str) -> list[Event]:
    """Write one field and say so; a contact of another member is refused without telling whose it is."""
    try:
        await members.update_profile(turn.session, member, by="member", **{field: _typed(field, value)})
    except ProfileInvalid as refusal:
        turn.say("reply_profile_problem", problem=label("profile_problem", refusal.reason, turn.language))
        turn.done("refused", field=field, reason=refusal.reason)
        return []
    except ContactTaken:
        turn.say("reply_profile_contact_taken", field=_field_name(field, turn))
        turn.done("contact_taken", field=field)
        return []
    if field == NAME:
        turn.say("reply_profile_name_changed", name=members.addressed_as(member, turn.language))
    else:
        shown = _shown(field, value, turn.language)
        turn.say("reply_profile_changed", field=_field_name(field, turn), value=shown)
    if field == LANGUAGE:
        turn.focus(speaks=value)
    turn.done("profile_changed", field=field)
    return []


async def _not_now(turn: Turn, member: Member, field: str | None) -> bool:
    """Whether the field cannot be changed now; then the reason was said."""
    if field == EMAIL and not mail_arrives():
        turn.say("reply_profile_no_mail")
        turn.done("mail_not_set_up", field=field)
        return True
    if field == BIRTHDAY and member.birthday is not None:
        changes = await members.changes(turn.session, member.id)
        last = next((change.at for change in changes if change.field == BIRTHDAY), None)
        # A birthday brings gifts, so it is not changed at will.
        again = last + policy().members.birthday_again_after if last is not None else None
        if again is not None and again > clock.now():
            turn.say("reply_profile_birthday_once", day=format_date(again, turn.language))
            turn.done("refused", field=field, reason="once_a_year")
            return True
    return False


def _field_name(field: str, turn: Turn) -> str:
    name = label("member_field", field, turn.language)
    return name.lower() if turn.language is Language.EN else name


def _shown(field: str, value: str, language: Language) -> str:
    if field == BIRTHDAY:
        return format_date(date.fromisoformat(value), language)
    if field == LANGUAGE:
        return label("language_name", value, language)
    return value
