"""Files that are no table here, by how they begin: each is refused with what it is, so that it can be said what to do.

Names are not looked at: a web page called .xls is a web page.
"""

import codecs
import io
import re
import zipfile

from crm_store.importing.errors import FileUnreadable

PACKED, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How a workbook begins: .xlsx; .xls or one with a password."""
LOOKED_AT_BYTES = 4_096
_TYPE_BYTES = 200

_BEGINNINGS = (
    (b"\x1f\x8b", "packed_file"),
    (b"BZh", "packed_file"),
    (b"\xfd7zXZ\0", "packed_file"),
    (b"\x28\xb5\x2f\xfd", "packed_file"),
    (b"7z\xbc\xaf\x27\x1c", "packed_file"),
    (b"Rar!\x1a\x07", "packed_file"),
    (b"PK\x05\x06", "packed_file"),  # a folder packed with nothing in it
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"{\\rtf", "text_document"),
    (b"SQLite format 3\0", "program_file"),
)
_OLD_PARTS = (("EncryptedPackage", "locked_workbook"), ("WordDocument", "text_document"))
_SYLK = re.compile(rb"ID;P\w*(?:;[NE])*\r?\n[BCFOP];")
"""Not the header of a table with ID and phone: what follows is a record of the sheet."""
_PAGE = re.compile(r"<(!doctype html|html|head|body|table|meta|style|div)[\s>/]")
_XML = re.compile(r"<\?xml[\s>]")
_JSON = re.compile(r"\[\s*[\[{]|\{\s*\"")


def refuse_other_files(data: bytes) -> None:
    """Raises FileUnreadable: empty, or what the file is, where it is surely no table that can be read here."""
    if not data.strip():
        raise FileUnreadable("empty")
    if (reason := _other_kind(data)) is not None:
        raise FileUnreadable(reason)


def _other_kind(data: bytes) -> str | None:
    if data.startswith(PACKED):
        return _packed_kind(data)
    if data.startswith(OLD):
        return next((reason for part, reason in _OLD_PARTS if part.encode("utf-16-le") in data), None)
    if _SYLK.match(data):
        return "old_sheet"
    known = next((reason for beginning, reason in _BEGINNINGS if data.startswith(beginning)), None)
    return known or _written_kind(_beginning(data))


def _packed_kind(data: bytes) -> str | None:
    """None for a workbook, and for what is too damaged to tell."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            names = packed.namelist()
            if "mimetype" in names:
                with packed.open("mimetype") as stream:
                    said = stream.read(_TYPE_BYTES)
                return "opendocument_sheet" if b"spreadsheet" in said else "text_document"
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        return None
    if any(name.endswith(".iwa") or name == "Index.zip" for name in names):
        return "numbers_sheet"
    if "xl/workbook.bin" in names:
        return "binary_workbook"
    if any(name.startswith(("word/", "ppt/")) for name in names):
        return "text_document"
    return None if any(name.startswith("xl/") or name == "[Content_Types].xml" for name in names) else "packed_file"


def _written_kind(text: str) -> str | None:
    if _PAGE.match(text) or (text.startswith(("<!--", "mime-version:")) and ("<table" in text or "text/html" in text)):
        return "web_page"
    if _XML.match(text):
        return "web_page" if _PAGE.search(text) else "xml_file"
    return "json_file" if _JSON.match(text) else None


def _beginning(data: bytes) -> str:
    """The first words, in small letters, whatever a web page or a program's text is encoded in."""
    part = data[:LOOKED_AT_BYTES]
    if part.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = part.decode("utf-16", "replace")
    else:
        text = part.removeprefix(codecs.BOM_UTF8).decode("latin-1")
    return text.lstrip().lower()
