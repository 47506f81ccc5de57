"""What programs made of cells on the way here: names whose letters are lost, keys that became days or truth values."""

import re
import unicodedata

_LOST = "\ufffd"
"""Stands where a program could not read a letter."""
_ASKED = re.compile(r"[?？]{2,}(?:[?？\s]*[?？])?")
"""A name of question marks: what is left of one in an encoding that has no such letters."""
_TWICE_ENCODED = re.compile(rb"\xc3[\x80-\xbf]|[\xe3-\xed](?![\x85\x91-\x97][\x85\x91-\x97 ])[\x80-\xbf][\x80-\xbf ]")
"""UTF-8 of a Latin letter or an eastern sign that was read as western text; a space was its byte A0. Quotation marks
and dashes alone may stand behind an é."""

_MADE_A_DAY = re.compile(
    r"\d{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:-(?:\d{2}){1,2})?"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{2}"
    r"|(?:\d{4}年)?\d{1,2}月\d{1,2}日|\d{4}年\d{1,2}月"
    r"|(?:19|20)\d{2}([/-])\d{1,2}\1\d{1,2}|\d{1,2}/\d{1,2}/(?:19|20)\d{2}"
)
"""As spreadsheets show a day, in their own capitals: MAR-01 may be an article."""
_MADE_A_TRUTH = frozenset({"true", "false"})


def is_damaged(name: str) -> bool:
    """Whether letters of a name are lost: \ufffd, ???, å¼ ä¸‰. José and O'Neil are whole."""
    if name.isascii():
        return "?" in name and _ASKED.fullmatch(name.strip()) is not None
    return _LOST in name or _ASKED.fullmatch(name.strip()) is not None or _is_twice_encoded(name)


def _is_twice_encoded(name: str) -> bool:
    there = bytearray()
    for sign in unicodedata.normalize("NFC", name):
        try:
            there += sign.encode("cp1252")
        except UnicodeEncodeError:
            if ord(sign) > 0xFF:
                return False  # a letter that no western page has
            there.append(ord(sign))
    plain = bytes(there).replace(b"\xa0", b" ")
    return any(_decodes(found[0]) for found in _TWICE_ENCODED.finditer(plain))


def _decodes(part: bytes) -> bool:
    try:
        return part.replace(b" ", b"\xa0").decode().isalpha()
    except UnicodeDecodeError:
        return False


def made_of_a_key(cell: str) -> str | None:
    """Why a key is none any more, a value of the labels `import_refusal`: a spreadsheet took 3-5 for a day, or wrote
    true and false its own way."""
    if cell.isascii() and cell.isdecimal():
        return None
    flat = unicodedata.normalize("NFKC", cell)
    if _MADE_A_DAY.fullmatch(flat):
        return "made_a_date"
    return "made_a_truth" if flat.casefold() in _MADE_A_TRUTH else None
