"""Which kinds of files a visitor may send. What a file is, its own bytes say; its name and what the browser calls it
prove nothing."""

import re
from dataclasses import dataclass

from bot.attachments import NAME_LIMIT, safe_name, suffix_of


@dataclass(frozen=True, slots=True)
class Kind:
    """`suffixes`: endings that a name of this kind may have, the usual one first."""

    mime: str
    suffixes: tuple[str, ...]

    def name_for(self, name: str) -> str:
        """Somebody's name for such a file, whose ending tells no other kind: a program of plain text is not run."""
        name = safe_name(name)
        if suffix_of(name) in self.suffixes:
            return name
        return name[: NAME_LIMIT - len(self.suffixes[0])] + self.suffixes[0]


JPEG = Kind("image/jpeg", (".jpg", ".jpeg"))
PNG = Kind("image/png", (".png",))
GIF = Kind("image/gif", (".gif",))
WEBP = Kind("image/webp", (".webp",))
PDF = Kind("application/pdf", (".pdf",))
TEXT = Kind("text/plain", (".txt", ".csv", ".log", ".md"))
DOCX = Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",))
XLSX = Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",))

_BEGINNINGS = (
    (re.compile(rb"\xff\xd8\xff"), JPEG),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), PNG),
    (re.compile(rb"GIF8[79]a"), GIF),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), WEBP),
    (re.compile(rb"%PDF-\d"), PDF),
)
_OFFICE = ((b"word/document.xml", DOCX), (b"xl/workbook.xml", XLSX))
"""Names inside an archive stand in it as they are, whatever is packed."""

_ENCODINGS = ("utf-8-sig", "gb18030", "big5")
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKUP = re.compile(r"\s*<[!?/a-z]", re.IGNORECASE)


def kind_of(content: bytes) -> Kind | None:
    """What the bytes are; None for what is not taken: programs, archives, drawings and pages with scripts."""
    for beginning, kind in _BEGINNINGS:
        if beginning.match(content):
            return kind
    if content.startswith(b"PK\x03\x04"):
        return _document(content)
    return TEXT if _is_text(content) else None


def _document(archive: bytes) -> Kind | None:
    if b"[Content_Types].xml" not in archive or b"vbaProject" in archive:
        return None
    return next((kind for part, kind in _OFFICE if part in archive), None)


def _is_text(content: bytes) -> bool:
    if _NOT_TEXT.search(content):
        return False
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return _MARKUP.match(text) is None
    return False
