"""From the text of a cell to a value: each parser gives the value or raises ValueError with a reason code."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal, DecimalException

from crm_store import clock, names
from crm_store.language import Language
from crm_store.profile import Gender, is_email, is_phone
from crm_store.text import normalise

Parser = Callable[[str], object]

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONEY_CHARACTERS = re.compile(r"[¥￥$,，\s元]|CNY|RMB")
_YES = {"yes", "y", "true", "1", "是", "有", "对"}
_NO = {"no", "n", "false", "0", "否", "无", "不"}
_GENDERS = {
    **dict.fromkeys(("female", "f", "woman", "ms", "mrs", "女", "女士", "小姐"), Gender.FEMALE),
    **dict.fromkeys(("male", "m", "man", "mr", "男", "先生"), Gender.MALE),
}
_LANGUAGES = {
    **dict.fromkeys(("简体中文", "简体", "中文", "chinese", "simplified chinese"), Language.ZH_HANS),
    # Headers and values arrive here in Simplified script, whatever they were typed in.
    **dict.fromkeys(("繁体中文", "繁体", "traditional chinese"), Language.ZH_HANT),
    **dict.fromkeys(("英文", "英语", "english"), Language.EN),
}


def text(limit: int) -> Parser:
    """At most `limit` characters, all of them printable."""

    def parse(cell: str) -> str:
        if len(cell) > limit:
            raise ValueError("too_long")
        if not cell.isprintable():
            raise ValueError("not_printable")
        return cell

    return parse


def name(limit: int) -> Parser:
    """A part of a person's name, tidied."""
    return lambda cell: _written(names.tidy(cell), limit)


def full_name(limit: int) -> Parser:
    """A full name; its spaces are kept, they tell its parts."""
    return lambda cell: _written(cell, limit)


def _written(cell: str, limit: int) -> str:
    if len(cell) > limit:
        raise ValueError("too_long")
    if not names.is_writable(names.tidy(cell)):
        raise ValueError("not_printable")
    return cell


def code(limit: int) -> Parser:
    """A number or key as the shop's systems write it: no white space inside."""

    def parse(cell: str) -> str:
        if any(ch.isspace() for ch in cell) or not cell.isprintable():
            raise ValueError("not_a_number_or_code")
        if len(cell) > limit:
            raise ValueError("too_long")
        return cell

    return parse


def one_of(*values: str, aliases: dict[str, str] | None = None) -> Parser:
    """One of a few words, or of their other names in `aliases` (normalised, Simplified)."""

    def parse(cell: str) -> str:
        word = normalise(cell)
        found = (aliases or {}).get(word, word.replace(" ", "_"))
        if found not in values:
            raise ValueError("unknown_value")
        return found

    return parse


def gender(cell: str) -> str:
    if normalise(cell) not in _GENDERS:
        raise ValueError("unknown_gender")
    return _GENDERS[normalise(cell)]


def language(cell: str) -> str:
    word = normalise(cell)
    if word in _LANGUAGES:
        return _LANGUAGES[word]
    if not re.fullmatch(r"(zh|en)( \w+)*", word):
        raise ValueError("unknown_language")
    return Language.of(cell)


def yes_no(cell: str) -> bool:
    word = normalise(cell)
    if word in _YES | _NO:
        return word in _YES
    raise ValueError("not_yes_or_no")


def whole(cell: str, *, lowest: int | None = None) -> int:
    """A whole number; thousands separators and a decimal part of zero are taken."""
    try:
        number = Decimal(cell.replace(",", "").replace("，", "").strip())
    except DecimalException:
        raise ValueError("not_a_whole_number") from None
    if not number.is_finite() or number != number.to_integral_value():
        raise ValueError("not_a_whole_number")
    if abs(number) > 2**31 - 1:
        raise ValueError("too_large")
    if lowest is not None and number < lowest:
        raise ValueError("too_small")
    return int(number)


def quantity(cell: str) -> int:
    return whole(cell, lowest=1)


def points(cell: str) -> int:
    """Not zero; below zero for points taken."""
    number = whole(cell)
    if number == 0:
        raise ValueError("zero")
    return number


def money(cell: str) -> int:
    """An amount in whole units with up to two decimals, as minor units: ¥1,280.50 is 128050. Not below zero."""
    try:
        amount = Decimal(_MONEY_CHARACTERS.sub("", cell.upper())) * 100
    except DecimalException:
        raise ValueError("not_an_amount") from None
    if not amount.is_finite() or amount != amount.to_integral_value():
        raise ValueError("not_an_amount")
    if amount < 0:
        raise ValueError("too_small")
    if amount > 2**31 - 1:
        raise ValueError("too_large")
    return int(amount)


def currency(cell: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{3}", cell):
        raise ValueError("unknown_currency")
    return cell.upper()


def day(cell: str) -> date:
    """2026-11-22, 2026/11/22, 2026年11月22日, 20261122."""
    found = _DATE.fullmatch(cell) or _COMPACT_DATE.fullmatch(cell) or _DATE.match(cell)
    if not found:
        raise ValueError("not_a_date")
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise ValueError("not_a_date") from None


def birthday(cell: str) -> date:
    born = day(cell)
    if born > clock.today():
        raise ValueError("in_the_future")
    if born.year < 1900:
        raise ValueError("too_old")
    return born


def moment(cell: str) -> datetime:
    """A date with or without a time; without a zone it is the shop's own. A bare date is the beginning of that day."""
    try:
        parsed = datetime.fromisoformat(cell.strip().replace("/", "-"))
    except ValueError:
        begin = day(cell)
        rest = _DATE.sub("", cell, count=1).strip()
        try:
            at = time.fromisoformat(rest if len(rest.split(":")[0]) == 2 else f"0{rest}") if rest else time()
        except ValueError:
            raise ValueError("not_a_time") from None
        parsed = datetime.combine(begin, at)
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=clock.business_zone())
    if not 1990 <= parsed.year <= 2100:
        raise ValueError("not_a_time")
    return parsed.astimezone(UTC)


def past_moment(cell: str) -> datetime:
    """A moment that is not in the future."""
    parsed = moment(cell)
    if parsed > clock.now():
        raise ValueError("in_the_future")
    return parsed


def last_moment(cell: str) -> datetime:
    """The end of something: a bare date means the last second of that day at the shop."""
    parsed = moment(cell)
    local = parsed.astimezone(clock.business_zone())
    if ":" not in cell:
        return local.replace(hour=23, minute=59, second=59).astimezone(UTC)
    return parsed


def email(cell: str) -> str:
    if not is_email(cell):
        raise ValueError("not_an_email")
    return cell


def phone(cell: str) -> str:
    """Also as spreadsheets spoil it: 13812345678.0 or 1.3812345678E+10."""
    if re.fullmatch(r"\d+(\.\d+)?([eE]\+?\d+)?", cell) and ("." in cell or "e" in cell.casefold()):
        try:
            number = Decimal(cell)
        except DecimalException:
            raise ValueError("not_a_phone") from None
        # Looked at before it is written out: 1E+999999 would be a million digits.
        if number.adjusted() > 15 or number != number.to_integral_value():
            raise ValueError("not_a_phone")
        cell = str(int(number))
    if not is_phone(cell):
        raise ValueError("not_a_phone")
    return cell


def words(cell: str) -> list[str]:
    """Several words in one cell, separated by ; , | or 、."""
    if not cell.isprintable():
        raise ValueError("not_printable")
    return [word for part in re.split(r"[;；,，|、]", cell) if (word := part.strip())]
