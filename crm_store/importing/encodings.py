"""In which encoding a file was written: read right or refused, never guessed into other characters.

charset-normalizer tells how disorderly a reading looks; beside it stand the headers that a reading lets us know, and
the share of characters that people use in what they write in that encoding. Readings too near each other are refused,
and so is a file that reads best in one of the rarer encodings: they stand beside the others only to be doubted by.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from charset_normalizer import from_bytes

from crm_store.importing.errors import FileUnreadable

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks; that of UTF-32 begins like that of UTF-16."""
UNMARKED = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
SINGLE_BYTE = ("cp1252", "cp1250", "cp1254")
"""Western, central European and Turkish Windows. Where they give one text, it does not matter which it was."""
MULTI_BYTE = ("gb18030", "cp950", "cp932", "cp949")
RARER_SINGLE_BYTE = (
    *("iso8859-2", "iso8859-4", "iso8859-10", "iso8859-15", "mac_roman"),
    *("cp437", "cp850", "cp852", "cp857", "cp865"),
)
RARER_MULTI_BYTE = ("big5hkscs", "euc_jp")
"""Never read by themselves; their writer may name them."""
NO_FILES_ENCODING = ("undefined", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf_7")
_HZ = re.compile(rb"~\{[!-~]+~\}")
"""Chinese in seven bits: a file in it looks like plain English."""
_EAST_ASIAN = re.compile("[\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e]")
LOOKED_AT_BYTES = 1 << 18
MARGIN, MARGIN_OF_ONE = 0.06, 0.7
"""By so much the likeliest reading must be ahead, from 0 for what nobody writes to 1; a single character proves less,
so that the second, divided by their number, comes on top."""
LEAST = 0.6
MIXED_UP_TO = 0.3
"""The share of lines that may be no UTF-8 in a file that is called UTF-8 with cells of another encoding."""
SURE_IN = 200
"""By chance one of so many lines of another encoding, at most, looks like UTF-8."""
SHOWN_CHARACTERS = 24
FEW = 12


@dataclass(frozen=True)
class Reading:
    """A text the bytes could be, or its beginning; `headers`: how many it lets us know, `likely`: from 0 to 1."""

    encoding: str
    text: str
    headers: int
    likely: float

    @property
    def is_rare(self) -> bool:
        return self.encoding in (*RARER_SINGLE_BYTE, *RARER_MULTI_BYTE)

    @property
    def score(self) -> float:
        return self.headers + self.likely


def decode(data: bytes, *, encoding: str | None = None, headers_known: Callable[[str], int]) -> tuple[str, str]:
    """The text of a file and its encoding. `encoding`: what its writer says it is; `headers_known`: how many columns of
    a text's header we know.

    Cells of a UTF-8 file that are in another encoding keep their bytes as lone surrogates, to be refused one by one.
    Raises FileUnreadable: not_that_encoding, unknown_encoding, mixed_encoding, or ambiguous_encoding with what it could
    mean.
    """
    if encoding is not None:
        return _as_told(data, encoding), encoding
    for mark, marked in MARKS:
        if data.startswith(mark):
            return _as_told(data, marked), marked
    if b"\0" in data:
        return _unmarked(data, headers_known)
    if text := _as_utf8(data):
        return text, "utf-8"
    _refuse_mixed(data)
    best = _likeliest(data, headers_known)
    return best.text, best.encoding


def is_of_another(cell: str) -> bool:
    """Whether the cell holds bytes that were no text in the file's encoding."""
    return not cell.isascii() and any("\udc80" <= sign <= "\udcff" for sign in cell)


def _as_told(data: bytes, encoding: str) -> str:
    try:
        if codecs.lookup(encoding).name.replace("-", "_") in NO_FILES_ENCODING:
            raise FileUnreadable("not_that_encoding", encoding=encoding)
        return data.decode(encoding).removeprefix("\ufeff")
    except (ValueError, LookupError):
        raise FileUnreadable("not_that_encoding", encoding=encoding) from None


def _unmarked(data: bytes, headers_known: Callable[[str], int]) -> tuple[str, str]:
    for encoding in UNMARKED:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and headers_known(text):
            return text, encoding
    raise FileUnreadable("unknown_encoding")


def _as_utf8(data: bytes) -> str | None:
    """The file as UTF-8, or None when it is in something else."""
    if data.isascii():
        if _HZ.search(data):
            raise FileUnreadable("ambiguous_encoding", readings=_hz(data))
        return data.decode("ascii")
    lines = [line for line in data.split(b"\n") if not line.isascii()]
    others = sum(not _is_utf8(line) for line in lines)
    if lines and others > MIXED_UP_TO * len(lines):
        return None
    if others and not _is_utf8(data.lstrip().split(b"\n", 1)[0]):
        return None
    text = data.decode("utf-8", "surrogateescape")
    return text if _is_of_one_script(text) else None


def _hz(data: bytes) -> tuple[tuple[str, str], ...]:
    """What a file would say as plain text and in HZ."""
    found = _HZ.search(data)
    said = found[0] if found else b""
    return ("ascii", said.decode("ascii")[:SHOWN_CHARACTERS]), ("hz", said.decode("hz", "replace")[:SHOWN_CHARACTERS])


def _refuse_mixed(data: bytes) -> None:
    """A file of which some lines are surely UTF-8 and others surely are not has no encoding. Raises FileUnreadable."""
    lines = [(place, line) for place, line in enumerate(data.split(b"\n"), start=1) if not line.isascii()]
    others = [place for place, line in lines if not _is_utf8(line)]
    sure = sum(_is_surely_utf8(line) for _, line in lines)
    if others and sure * SURE_IN > len(lines):
        raise FileUnreadable("mixed_encoding", line=others[0])


def _is_surely_utf8(line: bytes) -> bool:
    """By characters of three bytes that are East Asian, or a letter with a mark within a word: two bytes of another
    encoding can happen to be one of UTF-8, four or six hardly."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return False
    beyond = [(place, sign) for place, sign in enumerate(text) if not sign.isascii()]
    return all(_EAST_ASIAN.match(sign) for _, sign in beyond) or all(_is_letter_within(text, at) for at, _ in beyond)


def _is_of_one_script(text: str) -> bool:
    """False for a few characters of two bytes that are Greek, Cyrillic and accents in a heap: two bytes of another
    encoding can happen to be one of UTF-8."""
    beyond = [sign for sign in text if not sign.isascii()]
    if len(beyond) > FEW or any(sign >= "\u0800" for sign in beyond):
        return True
    return len({unicodedata.name(sign, "?").split(" ")[0] for sign in beyond}) < 2


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _likeliest(data: bytes, headers_known: Callable[[str], int]) -> Reading:
    readings = sorted(_readings(data, headers_known), key=lambda reading: (-reading.score, reading.is_rare))
    if not readings or readings[0].likely < LEAST:
        raise FileUnreadable("unknown_encoding")
    best = readings[0]
    margin = MARGIN + MARGIN_OF_ONE / sum(not sign.isascii() for sign in best.text)
    near = [each for each in readings[1:] if each.score > best.score - margin and not best.text.startswith(each.text)]
    if near or best.is_rare:
        raise FileUnreadable("ambiguous_encoding", readings=tuple(_shown(each, best, near) for each in (best, *near)))
    return best


def _readings(data: bytes, headers_known: Callable[[str], int]) -> Iterator[Reading]:
    candidates = (*MULTI_BYTE, *SINGLE_BYTE)
    # Cut after a line, so that no character is cut in two.
    part = data if len(data) <= LOOKED_AT_BYTES else data[: data.rfind(b"\n", 0, LOOKED_AT_BYTES) + 1]
    disorder = {
        match.encoding: match.chaos
        for match in from_bytes(part, cp_isolation=list(candidates), threshold=1.0, enable_fallback=False)
    }
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        likely = _used(part, encoding) - disorder.get(encoding, 1.0)
        yield Reading(encoding, text, headers_known(text), likely)
    for encoding in (*RARER_SINGLE_BYTE, *RARER_MULTI_BYTE):
        try:
            text = part.decode(encoding)  # enough to doubt the others by
        except UnicodeDecodeError:
            continue
        # Japanese without kana cannot be told from Chinese, and hardly anybody writes it.
        if encoding != "euc_jp" or any("\u3041" <= sign <= "\u30fa" for sign in text):
            as_its_kind = disorder.get("cp950", 0.0) if encoding == "big5hkscs" else 0.0
            yield Reading(encoding, text, headers_known(text), _used(part, encoding) - as_its_kind)


def _used(part: bytes, encoding: str) -> float:
    """The share of characters beyond ASCII that people use who write in this encoding: not the rare half of its table,
    no signs that only its neighbours' text can give."""
    text = part.decode(encoding, "replace")
    if encoding in (*SINGLE_BYTE, *RARER_SINGLE_BYTE):
        return _share([_is_letter_within(text, place) for place, sign in enumerate(text) if not sign.isascii()])
    return _share([_is_common(sign, encoding) for sign in text if not sign.isascii()])


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0


def _is_letter_within(text: str, place: int) -> bool:
    """A letter with a mark stands beside plain letters: Jörg; a row of them is a text of another encoding, as is a
    capital behind a small letter."""
    before, after = text[max(0, place - 1) : place], text[place + 1 : place + 2]
    if text[place].isupper() and before.islower():
        return False
    return unicodedata.category(text[place]) in ("Lu", "Ll") and any(
        sign.isascii() and sign.isalpha() for sign in before + after
    )


_COMMON_LEADS = {
    # Level 1 of GB 2312, of Big5, of JIS and the Hangul of KS X 1001: what is in daily use.
    "gb18030": (0xB0, 0xD7),
    "cp950": (0xA4, 0xC6),
    "cp932": (0x88, 0x97),
    "cp949": (0xB0, 0xC8),
    "big5hkscs": (0xA4, 0xC6),
    "euc_jp": (0xB0, 0xCF),
}
_PUNCTUATION = "，。、；：？！（）《》「」『』“”‘’·…—　￥％～・ー"


def _is_common(sign: str, encoding: str) -> bool:
    if sign in _PUNCTUATION or "\uff01" <= sign <= "\uff5e":
        return True
    raw = sign.encode(encoding, "replace")
    if "\u3041" <= sign <= "\u30fa" and encoding in ("gb18030", "euc_jp"):
        return True
    if encoding == "cp932":
        return "\u3041" <= sign <= "\u30fe" or (len(raw) == 2 and 0x88 <= raw[0] <= 0x97)
    first, last = _COMMON_LEADS[encoding]
    return len(raw) == 2 and first <= raw[0] <= last and (encoding != "gb18030" or raw[1] >= 0xA1)


def _shown(reading: Reading, best: Reading, near: Sequence[Reading]) -> tuple[str, str]:
    """The encoding and the first words in which the readings differ, or that only it can tell."""
    cells = reading.text.replace("\n", ",").split(",")
    others = [each.text.replace("\n", ",").split(",") for each in (best, *near) if each is not reading]
    for place, cell in enumerate(cells):
        if (not others and not cell.isascii()) or any(place < len(other) and other[place] != cell for other in others):
            return reading.encoding, cell.strip()[:SHOWN_CHARACTERS]
    return reading.encoding, ""
