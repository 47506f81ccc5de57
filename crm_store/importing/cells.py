"""From the text of a cell to a value: each parser gives the value or raises ValueError with a reason code.

Numbers are read in `figures`, dates in `days`.
"""

import re
import unicodedata
from collections.abc import Callable

from crm_store import names
from crm_store.importing.damaged import is_damaged, made_of_a_key
from crm_store.importing.figures import in_plain_digits, is_shortened
from crm_store.language import Language
from crm_store.numbering import half_width
from crm_store.profile import Gender, is_email, is_phone
from crm_store.text import normalise

Parser = Callable[[str], object]

_LINE_BREAK = re.compile(r"\s*\n\s*")
_BELOW_ZERO = re.compile(r"[-−－]\d+(?:[.,]\d+)?|[^\w]+")
"""A number below zero, or punctuation alone: nothing is called so."""
_TOTALS = re.compile(r"(合计|总计|小计|共计|汇总)\b.*")
_TOTALS_IN_LATIN = re.compile(r"(totals?|grand[ _]total|subtotal|sum)(?:\s*[:=].*|\s.*|)", re.IGNORECASE)
"""TOTAL-1 is an article."""
_TOTALS_BEGIN = "tgs"
_FOOT = re.compile(
    r"(备注|注|说明|平均|平均值|制表|制表人|制表日期|审核|审核人|复核|导出(时间|日期|人)|打印(时间|日期|人))\b.*"
)
_FOOT_IN_LATIN = re.compile(r"(notes?|remarks?|average|prepared by|printed|exported|generated)(?:\s*:.*|\s.*)", re.I)
"""Below a table stands who made it and when. Without a colon or more words it may be an article."""
_PLACEHOLDERS = frozenset(
    (
        "n/a",
        "na",
        "n.a.",
        "#n/a",
        "null",
        "(null)",
        "nil",
        "nan",
        "none",
        "undefined",
        "无",
        "無",
        "空",
        "暂无",
        "没有",
        "未知",
    )
)
"""What programs and people write where there is nothing: as a key it would make one of many strangers."""
_LONGEST_PLACEHOLDER = max(len(word) for word in _PLACEHOLDERS)
_NO_NAME = frozenset({"NULL", "(null)", "NaN", "N/A", "n/a", "N.A.", "#N/A", "undefined"})
"""Not Null, Nan or Na: people are called so."""
_FORMULA = re.compile(r"=.*|[@+-]\s*[A-Za-z_.]+\(.*", re.DOTALL)
"""What a spreadsheet would work out: =1+1, @SUM(1). @wang may be what somebody is called, +86 begins a phone."""
_UNSEEN = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Signs that nobody sees and that count as printable: with one behind it RB1 would be another number."""
_TEL = re.compile(r"\s*tel:\s*", re.IGNORECASE)
_MAILTO = re.compile(r"\s*mailto:\s*", re.IGNORECASE)
_YES = {"yes", "y", "true", "1", "是", "有", "对", "同意", "已同意"}
_NO = {"no", "n", "false", "0", "否", "无", "不", "不同意", "未同意"}
_GENDERS = {
    **dict.fromkeys(("female", "f", "woman", "ms", "mrs", "女", "女性", "女士", "小姐"), Gender.FEMALE),
    **dict.fromkeys(("male", "m", "man", "mr", "男", "男性", "先生"), Gender.MALE),
}
_LANGUAGES = {
    **dict.fromkeys(("简体中文", "简体", "中文", "chinese", "simplified chinese"), Language.ZH_HANS),
    # Headers and values arrive here in Simplified script, whatever they were typed in.
    **dict.fromkeys(("繁体中文", "繁体", "traditional chinese"), Language.ZH_HANT),
    **dict.fromkeys(("英文", "英语", "english"), Language.EN),
}


def text(limit: int) -> Parser:
    """At most `limit` characters, all of them printable; a line break within an address joins its lines."""

    def parse(cell: str) -> str:
        cell = _LINE_BREAK.sub(" ", cell)
        if len(cell) > limit:
            raise ValueError("too_long")
        if not cell.isprintable():
            raise ValueError("not_printable")
        return cell

    return parse


def name(limit: int) -> Parser:
    """A part of a person's name, tidied."""
    return lambda cell: _written(names.tidy(cell), limit)


def called(limit: int) -> Parser:
    """How somebody wants to be called: whatever can be written, 520 too."""
    return lambda cell: _shown(_require_whole(names.tidy(cell)), limit)


def addressee(limit: int) -> Parser:
    """Who receives something: words, but no damaged ones."""
    words_of = text(limit)
    return lambda cell: words_of(_require_whole(cell))


def full_name(limit: int) -> Parser:
    """A full name; its spaces are kept, they tell its parts. Signs that nobody sees go."""
    return lambda cell: _written(cell if cell.isprintable() else names.without_invisible(cell), limit)


def _written(cell: str, limit: int) -> str:
    _require_whole(cell)
    if not names.says_anything(cell) or cell in _NO_NAME:
        raise ValueError("not_a_name")
    return _shown(cell, limit)


def _require_whole(name: str) -> str:
    """The name. Raises ValueError where its letters were lost on the way."""
    if is_damaged(name):
        raise ValueError("damaged_name")
    return name


def _shown(cell: str, limit: int) -> str:
    if len(cell) > limit:
        raise ValueError("too_long")
    if not names.is_writable(names.tidy(cell)):
        raise ValueError("not_printable")
    return cell


def reference(limit: int) -> Parser:
    """Words, or the number of an order: of one all digits."""
    words_of = text(limit)

    def parse(cell: str) -> object:
        if is_shortened(cell):
            raise ValueError("digits_lost")
        _require_said(cell)
        return words_of(half_width(cell))

    return parse


def code(limit: int) -> Parser:
    """A number or key as the shop's systems write it: no white space inside, and all of its digits."""

    def parse(cell: str) -> str:
        if is_shortened(cell):
            raise ValueError("digits_lost")
        if (made := made_of_a_key(cell)) is not None:
            raise ValueError(made)
        if _BELOW_ZERO.fullmatch(cell):
            raise ValueError("no_code")
        if _FORMULA.fullmatch(half_width(cell)):
            raise ValueError("formula")
        _require_said(cell)
        if not cell.isascii():
            cell = half_width(cell)
        _require_data(cell)
        if any(ch.isspace() for ch in cell) or not cell.isprintable() or _UNSEEN.search(cell):
            raise ValueError("not_a_number_or_code")
        if len(cell) > limit:
            raise ValueError("too_long")
        return cell

    return parse


def _require_said(cell: str) -> None:
    """Raises ValueError for what only stands where nothing is known."""
    if len(cell) <= _LONGEST_PLACEHOLDER and cell.casefold() in _PLACEHOLDERS:
        raise ValueError("placeholder")


def _require_data(cell: str) -> None:
    """Raises ValueError for what stands below a table."""
    # Folding each of a hundred thousand numbers takes longer than all else: most cannot begin such a word.
    if not cell[:1].isascii():
        flat = normalise(cell)
        if _TOTALS.fullmatch(flat):
            raise ValueError("row_of_totals")
        if _FOOT.fullmatch(flat):
            raise ValueError("foot_of_table")
    elif cell[:1].lower() in _TOTALS_BEGIN and _TOTALS_IN_LATIN.fullmatch(cell):
        raise ValueError("row_of_totals")
    elif (" " in cell or ":" in cell) and _FOOT_IN_LATIN.fullmatch(cell):
        raise ValueError("foot_of_table")


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


def email(cell: str) -> str:
    """Without what copying from a mail or a page leaves at it: mailto:, signs nobody sees, full-width letters."""
    shown = "".join(sign for sign in cell if unicodedata.category(sign) != "Cf") if not cell.isascii() else cell
    cell = _MAILTO.sub("", half_width(shown)).strip().removeprefix("'")
    if not is_email(cell):
        raise ValueError("not_an_email")
    return cell


def phone(cell: str) -> str:
    """As written, in half-width digits 0 to 9; without what copying leaves at it: tel:, an apostrophe, signs nobody
    sees."""
    shown = "".join(sign for sign in cell if unicodedata.category(sign) != "Cf") if not cell.isascii() else cell
    cell = _TEL.sub("", half_width(shown)).strip().removeprefix("'").strip()
    if is_shortened(cell):
        raise ValueError("digits_lost")
    if not is_phone(cell):
        raise ValueError("not_a_phone")
    return in_plain_digits(unicodedata.normalize("NFKC", cell).strip())


def words(cell: str) -> list[str]:
    """Several words in one cell, separated by ; , | or 、."""
    if not cell.isprintable():
        raise ValueError("not_printable")
    return [word for part in re.split(r"[;；,，|、]", cell) if (word := part.strip())]
