"""Small files of every kind, as visitors send them: bare, and with what cameras and programs write into them."""

import base64
import io
import struct
import zipfile
import zlib

JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqm"
    "x5moq6T/wAALCAABAAIBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAABf/EABsQAAAHAQAAAAAAAAAAAAAAAAABAgQFNXOy/9oACAEBAAA/AHIuraYo5If/"
    "2Q=="
)
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAC0lEQVR4nGNg+A8AAQIBAEK+vGgAAAAASUVORK5CYII=")
GIF = base64.b64decode("R0lGODdhAgABAIEAAAAAAP///wAAAAAAACwAAAAAAgABAAAIBQABBAgIADs=")
PDF = b"%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"
SECRET = b"31.2304N 121.4737E"
"""Where a photo was taken."""


def _webp(*chunks: bytes) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


_LOSSLESS = base64.b64decode("LwEAAAAPMP/zP//zH3ioQET/Aw==")
WEBP = _webp(_chunk(b"VP8L", _LOSSLESS))
WEBP_WITH_PLACE = _webp(
    _chunk(b"VP8X", bytes([0x0C, 0, 0, 0, 1, 0, 0, 0, 0, 0])),
    _chunk(b"VP8L", _LOSSLESS),
    _chunk(b"EXIF", SECRET),
    _chunk(b"XMP ", b"<x>" + SECRET),
)
WEBP_WITHOUT_PLACE = _webp(_chunk(b"VP8X", bytes([0, 0, 0, 0, 1, 0, 0, 0, 0, 0])), _chunk(b"VP8L", _LOSSLESS))


def exif(orientation: int, order: str = ">") -> bytes:
    """A note of a camera that was held so, with the place behind it."""
    head = b"MM" if order == ">" else b"II"
    entry = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\0\0" + head + struct.pack(f"{order}HIH", 42, 8, 1) + entry + struct.pack(f"{order}I", 0) + SECRET


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def photo(orientation: int = 1, order: str = ">") -> bytes:
    """A JPEG as a telephone makes it: camera's note, publisher's note, comment, and a film behind the picture."""
    notes = segment(0xE1, exif(orientation, order)) + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET)
    notes += segment(0xED, b"Photoshop 3.0\0" + SECRET) + segment(0xFE, SECRET)
    return JPEG[:2] + notes + JPEG[2:] + b"ftypmp42" + SECRET


def _png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def screenshot() -> bytes:
    """A PNG with notes before and an archive behind the picture."""
    notes = _png_chunk(b"tEXt", b"Comment\0" + SECRET) + _png_chunk(b"eXIf", SECRET) + _png_chunk(b"iTXt", SECRET)
    return PNG[:33] + notes + PNG[33:] + b"PK\x03\x04" + SECRET


def film() -> bytes:
    """A GIF that repeats, with a comment and a publisher's note."""
    repeats = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
    note = bytes([len(SECRET)]) + SECRET + b"\0"
    end_of_colours = 13 + 12
    return (
        GIF[:end_of_colours] + repeats + b"\x21\xfe" + note + b"\x21\xff\x0bXMP DataXMP" + note + GIF[end_of_colours:]
    )


def archive(*names: str) -> bytes:
    """A packed archive with parts of these names."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in names:
            target.writestr(name, "<xml/>" * 20)
    return packed.getvalue()


DOCX = archive("[Content_Types].xml", "_rels/.rels", "word/document.xml")
XLSX = archive("[Content_Types].xml", "xl/workbook.xml")
