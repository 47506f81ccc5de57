"""Pictures without what cameras and programs write beside them: where they were taken, with what, by whom.

Only what shows the picture is copied, part by part, up to its end; whatever hangs behind that (a film, an archive) is
left behind too. The way a photo is turned is kept.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator

from bot.channels.web.kinds import GIF, JPEG, PNG, WEBP, Kind


class NoPicture(Exception):
    """The bytes begin like a picture and do not go on like one."""


def without_traces(content: bytes, kind: Kind) -> bytes:
    """The same picture; anything that is no picture as it is. Raises NoPicture."""
    copy = _COPIES.get(kind)
    if copy is None:
        return content
    try:
        return b"".join(copy(content))
    except (IndexError, struct.error) as error:
        raise NoPicture from error


# JPEG: segments up to the compressed data, in which a marker is an FF that neither 00 nor a restart follows.

_SOI, _EOI, _SOS, _COMMENT, _APP1 = 0xD8, 0xD9, 0xDA, 0xFE, 0xE1
_APPLICATION = range(0xE0, 0xF0)
_SHOWS = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""Segments of applications without which colours would be wrong."""

_NEXT_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)
_ORIENTATION = 0x0112


def _jpeg(content: bytes) -> Iterator[bytes]:
    yield content[:2]
    at = 2
    while True:
        if content[at] != 0xFF:
            raise NoPicture
        while content[at + 1] == 0xFF:
            at += 1
        marker = content[at + 1]
        if marker == _EOI:
            yield b"\xff\xd9"
            return
        (length,) = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + length
        segment = content[at:end]
        if len(segment) < 4 or marker in (_SOI, 0x00):
            raise NoPicture
        if marker == _APP1 and (orientation := _orientation(segment[4:])) is not None:
            yield _only_orientation(orientation)
        elif marker != _COMMENT and (marker not in _APPLICATION or _shows(marker, segment)):
            yield segment
        at = end
        if marker == _SOS:
            found = _NEXT_MARKER.search(content, at)
            if found is None:
                raise NoPicture
            yield content[at : found.start()]
            at = found.start()


def _shows(marker: int, segment: bytes) -> bool:
    return marker in _SHOWS and segment.startswith(_SHOWS[marker], 4)


def _orientation(exif: bytes) -> int | None:
    """How the camera was held, 2 to 8; None when it was upright or nothing is told."""
    if not exif.startswith(b"Exif\0\0"):
        return None
    tiff = exif[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return None
    try:
        (first,) = struct.unpack_from(f"{order}4xI", tiff)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for entry in range(first + 2, first + 2 + 12 * count, 12):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
            if tag == _ORIENTATION:
                return value if 2 <= value <= 8 else None
    except struct.error:
        return None  # a broken note is no broken picture
    return None


def _only_orientation(value: int) -> bytes:
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, value, 0, 0)
    note = b"Exif\0\0" + tiff
    return struct.pack(">HH", 0xFF00 | _APP1, len(note) + 2) + note


# PNG: chunks of length, name, data and checksum.

_PNG_NOTES = {b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"}


def _png(content: bytes) -> Iterator[bytes]:
    yield content[:8]
    at, name = 8, b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        (checksum,) = struct.unpack_from(">I", content, end - 4)
        if (at == 8) != (name == b"IHDR") or checksum != zlib.crc32(content[at + 4 : end - 4]):
            raise NoPicture
        if name not in _PNG_NOTES:
            yield content[at:end]
        at = end


# WebP: chunks of name, length and data, padded to even lengths; the first may tell which others there are.

_WEBP_NOTES = {b"EXIF", b"XMP "}
_WEBP_HAS_NOTES = 0x08 | 0x04


def _webp(content: bytes) -> Iterator[bytes]:
    (size,) = struct.unpack_from("<I", content, 4)
    at, stop = 12, 8 + size
    if stop > len(content):
        raise NoPicture
    kept = []
    while at < stop:
        name, length = struct.unpack_from("<4sI", content, at)
        end = at + 8 + length + length % 2
        chunk = bytearray(content[at:end])
        if end > stop:
            raise NoPicture
        if name == b"VP8X":
            chunk[8] &= ~_WEBP_HAS_NOTES & 0xFF
        if name not in _WEBP_NOTES:
            kept.append(bytes(chunk))
        at = end
    if not kept or kept[0][:4] not in (b"VP8 ", b"VP8L", b"VP8X"):
        raise NoPicture
    yield b"RIFF" + struct.pack("<I", 4 + sum(map(len, kept))) + b"WEBP"
    yield from kept


# GIF: blocks, each followed by sub-blocks of up to 255 bytes and an empty one.

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_GIF_COMMENT, _GIF_APPLICATION = 0xFE, 0xFF
_REPEATS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def _gif(content: bytes) -> Iterator[bytes]:
    at = 13 + _colours(content[10])
    yield content[:at]
    while (block := content[at]) != _TRAILER:
        if block == _EXTENSION:
            end = _after_sub_blocks(content, at + 2)
            label = content[at + 1]
            repeats = content[at + 3 : at + 14] in _REPEATS
            if label != _GIF_COMMENT and (label != _GIF_APPLICATION or repeats):
                yield content[at:end]
        elif block == _IMAGE:
            end = _after_sub_blocks(content, at + 11 + _colours(content[at + 9]))
            yield content[at:end]
        else:
            raise NoPicture
        at = end
    yield bytes([_TRAILER])


def _colours(flags: int) -> int:
    """Bytes of the table of colours that follows."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_sub_blocks(content: bytes, at: int) -> int:
    while (length := content[at]) != 0:
        at += 1 + length
    return at + 1


_COPIES: dict[Kind, Callable[[bytes], Iterator[bytes]]] = {JPEG: _jpeg, PNG: _png, WEBP: _webp, GIF: _gif}
