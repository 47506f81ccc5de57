"""The three languages, and how numbers, money and moments read in each."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from crm_store.clock import business_zone, now

_CHINESE = {"zh", "cmn", "yue", "wuu", "hak", "nan", "gan"}
"""ISO 639 codes of those who read Chinese, spoken kinds among them."""


class Language(StrEnum):
    ZH_HANS = "zh-Hans"
    ZH_HANT = "zh-Hant"
    EN = "en"

    @classmethod
    def of(cls, tag: str | None) -> "Language":
        """The supported language nearest to a BCP 47 tag such as `zh-TW`: English for whoever speaks none of ours,
        Simplified Chinese where nothing is said."""
        parts = (tag or "zh").replace("_", "-").lower().split("-")
        if parts[0] not in _CHINESE:
            return cls.EN
        traditional = {"hant", "tw", "hk", "mo"} & set(parts[1:]) or (parts[0] == "yue" and "hans" not in parts)
        return cls.ZH_HANT if traditional else cls.ZH_HANS


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_CURRENCY_SIGNS = {"CNY": "¥", "TWD": "NT$", "HKD": "HK$", "USD": "US$", "EUR": "€"}


def format_number(number: int) -> str:
    return f"{number:,}"


def format_money(minor: int, currency: str = "CNY") -> str:
    """`minor`: hundredths of the currency. Whole amounts carry no decimals: ¥140, ¥8.50, -¥12."""
    sign = "-" if minor < 0 else ""
    whole, rest = divmod(abs(minor), 100)
    decimals = f".{rest:02d}" if rest else ""
    return f"{sign}{_CURRENCY_SIGNS.get(currency, currency + ' ')}{whole:,}{decimals}"


def format_date(day: date | datetime, language: Language, *, relative_to: date | None = None) -> str:
    """A calendar day at the shop; the year is told only when it is not the current one."""
    if isinstance(day, datetime):
        day = day.astimezone(business_zone()).date()
    this_year = (relative_to or now().astimezone(business_zone()).date()).year
    if language is Language.EN:
        text = f"{day.day} {_MONTHS[day.month - 1]}"
        return text if day.year == this_year else f"{text} {day.year}"
    text = f"{day.month} 月 {day.day} 日"
    return text if day.year == this_year else f"{day.year} 年 {text}"


def format_time(moment: datetime) -> str:
    return moment.astimezone(business_zone()).strftime("%H:%M")


_NEAR_DAYS = {
    Language.ZH_HANS: {-1: "昨天", 0: "今天", 1: "明天"},
    Language.ZH_HANT: {-1: "昨天", 0: "今天", 1: "明天"},
    Language.EN: {-1: "yesterday", 0: "today", 1: "tomorrow"},
}


def format_moment(moment: datetime, language: Language) -> str:
    """Day and time at the shop, with yesterday, today and tomorrow named."""
    local = moment.astimezone(business_zone())
    days = (local.date() - now().astimezone(business_zone()).date()).days
    day = _NEAR_DAYS[language].get(days) or format_date(local, language)
    return f"{day} {local:%H:%M}"


def format_window(start: datetime, end: datetime, language: Language) -> str:
    """A time window within one day: tomorrow 14:00–15:00."""
    return f"{format_moment(start, language)}–{format_time(end)}"


_UNITS = {
    Language.ZH_HANS: (" 天", " 小时", " 分钟"),
    Language.ZH_HANT: (" 天", " 小時", " 分鐘"),
    Language.EN: (" day", " hour", " minute"),
}


def format_span(span: timedelta, language: Language) -> str:
    """A length of time in its one or two largest units: 2 天, 3 小时 20 分钟, 1 day 4 hours."""
    minutes = max(1, round(abs(span).total_seconds() / 60))
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    if days:
        minutes = 0
    amounts = zip((days, hours, minutes), _UNITS[language], strict=True)
    return " ".join(f"{amount}{name}{_plural(amount, language)}" for amount, name in amounts if amount)


_LONG_UNITS = {
    Language.ZH_HANS: (" 天", " 周", " 个月", " 年"),
    Language.ZH_HANT: (" 天", " 週", " 個月", " 年"),
    Language.EN: (" day", " week", " month", " year"),
}


def format_ago(span: timedelta, language: Language) -> str:
    """A length of time as people remember it, in one round unit: 3 天, 5 周, 8 个月, 2 years."""
    days = max(1, span // timedelta(days=1))
    day, week, month, year = _LONG_UNITS[language]
    if days < 14:
        amount, name = days, day
    elif days < 60:
        amount, name = round(days / 7), week
    elif days < 700:
        amount, name = round(days / 30.44), month
    else:
        amount, name = round(days / 365.25), year
    return f"{amount}{name}{_plural(amount, language)}"


def format_limit(span: timedelta, language: Language) -> str:
    """A length of time as a rule tells it, in one unit: 15 分钟, 24 小时, 180 天. A single day is told in hours."""
    day, hour, minute = _UNITS[language]
    if span > timedelta(days=1) and not span % timedelta(days=1):
        amount, name = span // timedelta(days=1), day
    elif not span % timedelta(hours=1):
        amount, name = span // timedelta(hours=1), hour
    else:
        amount, name = round(span / timedelta(minutes=1)), minute
    return f"{amount}{name}{_plural(amount, language)}"


def _plural(amount: int, language: Language) -> str:
    return "s" if language is Language.EN and amount != 1 else ""


def mask_email(email: str) -> str:
    """li***@example.com: enough for its owner to recognise, not enough to use."""
    name, _, domain = email.partition("@")
    return f"{name[:2] if len(name) > 2 else name[:1]}***@{domain}"


def mask_address(address: str) -> str:
    """上海市徐汇区漕溪北路***, "*** Elm Road, Leeds": the street without the number and what comes after it."""
    text = address.strip()
    at = next((place for place, sign in enumerate(text) if sign.isdigit()), None)
    if at is None:
        return f"{text[: max(1, len(text) // 2)].rstrip()}***"
    if at:
        return f"{text[:at].rstrip()}***"
    street = "".join("" if sign.isdigit() else sign for sign in text).strip(" ,，-/")
    return f"*** {street}"


def mask_phone(phone: str) -> str:
    """138****5678."""
    digits = "".join(ch for ch in phone if ch.isdigit())
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 8 else "****"
