"""What a visitor's file is, by its own bytes; and that a photo does not tell where it was taken."""

import contextlib
import struct

import pytest

from bot.channels.web.kinds import DOCX, GIF, JPEG, PDF, PNG, TEXT, WEBP, XLSX, Kind, kind_of
from bot.channels.web.pictures import NoPicture, without_traces
from tests.bot.channels import sent_files
from tests.bot.channels.sent_files import SECRET, archive, exif, film, photo, screenshot, segment

DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


class TestKind:
    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (sent_files.JPEG, JPEG),
            (sent_files.PNG, PNG),
            (sent_files.GIF, GIF),
            (sent_files.WEBP, WEBP),
            (sent_files.PDF, PDF),
            (sent_files.DOCX, DOCX),
            (sent_files.XLSX, XLSX),
            ("订单号 A123\r\n鞋底开胶\t左脚\n".encode(), TEXT),
            ("\ufeff訂單號".encode(), TEXT),
            ("订单号 A123，鞋底开胶".encode("gb18030"), TEXT),
            ("訂單編號，鞋底開膠".encode("big5"), TEXT),
        ],
    )
    def test_what_is_taken(self, content: bytes, kind: Kind) -> None:
        assert kind_of(content) == kind

    @pytest.mark.parametrize(
        "content",
        [
            DRAWING,
            b"\xef\xbb\xbf \n" + DRAWING,
            b'<?xml version="1.0"?>' + DRAWING,
            b"<!doctype html><script>alert(1)</script>",
            b"  <html><body>",
            b"<script>alert(1)</script>",
            b"MZ\x90\x00\x03 a program",
            b"\x7fELF\x02\x01\x01",
            archive("notes.txt"),
            archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
            archive("[Content_Types].xml", "ppt/presentation.xml"),
            b"\x00" + sent_files.PNG,
            b"text with a \x00 in it",
            b"\xff\xfe\xff\xfe\x80\x81",
            b"RIFF\x04\x00\x00\x00AVI ",
        ],
    )
    def test_what_is_not(self, content: bytes) -> None:
        assert kind_of(content) is None

    @pytest.mark.parametrize(
        ("kind", "name", "kept"),
        [
            (TEXT, "run.bat", "run.bat.txt"),
            (TEXT, "page.html", "page.html.txt"),
            (TEXT, "orders.csv", "orders.csv"),
            (JPEG, "鞋底.JPEG", "鞋底.JPEG"),
            (JPEG, "photo.html", "photo.html.jpg"),
            (PDF, "../../发票", "_.._发票.pdf"),
            (PNG, "", "file.png"),
            (PNG, "gnp.\u202eexe", "gnp._exe.png"),
        ],
    )
    def test_a_name_tells_no_other_kind(self, kind: Kind, name: str, kept: str) -> None:
        assert kind.name_for(name) == kept

    def test_a_long_name_stays_within_the_limit(self) -> None:
        assert len(PDF.name_for("发" * 300)) == 120


class TestTraces:
    def test_a_photo_no_longer_tells_where_it_was_taken(self) -> None:
        assert SECRET in photo()
        assert without_traces(photo(), JPEG) == sent_files.JPEG

    @pytest.mark.parametrize("order", [">", "<"])
    @pytest.mark.parametrize("orientation", range(2, 9))
    def test_it_stays_turned_as_it_was(self, orientation: int, order: str) -> None:
        clean = without_traces(photo(orientation, order), JPEG)
        assert SECRET not in clean
        note = segment(0xE1, exif(orientation).removesuffix(SECRET))
        assert clean == sent_files.JPEG[:2] + note + sent_files.JPEG[2:]

    def test_colours_are_kept(self) -> None:
        profile, adobe = segment(0xE2, b"ICC_PROFILE\0\1\1 a profile"), segment(0xEE, b"Adobe\0\x64\0\0\0\0\1")
        content = sent_files.JPEG[:2] + profile + adobe + segment(0xE2, b"MPF\0" + SECRET) + sent_files.JPEG[2:]
        assert without_traces(content, JPEG) == sent_files.JPEG[:2] + profile + adobe + sent_files.JPEG[2:]

    def test_the_other_kinds_too(self) -> None:
        assert without_traces(screenshot(), PNG) == sent_files.PNG
        assert without_traces(sent_files.WEBP_WITH_PLACE + SECRET, WEBP) == sent_files.WEBP_WITHOUT_PLACE
        clean = without_traces(film() + SECRET, GIF)
        assert SECRET not in clean
        assert b"NETSCAPE2.0" in clean
        assert len(clean) == len(sent_files.GIF) + 19

    def test_what_is_no_picture_is_left_as_it_is(self) -> None:
        assert without_traces(sent_files.PDF, PDF) is sent_files.PDF

    @pytest.mark.parametrize(
        ("content", "kind"),
        [(photo(6), JPEG), (screenshot(), PNG), (film(), GIF), (sent_files.WEBP_WITH_PLACE, WEBP)],
    )
    def test_what_breaks_off_anywhere_is_no_picture_and_a_broken_byte_no_crash(
        self, content: bytes, kind: Kind
    ) -> None:
        whole = len(content.removesuffix(SECRET).removesuffix(b"ftypmp42").removesuffix(b"PK\x03\x04"))
        for end in range(12, whole):
            with pytest.raises(NoPicture):
                without_traces(content[:end], kind)
        for at in range(12, whole):
            with contextlib.suppress(NoPicture):
                without_traces(content[:at] + b"\xff" + content[at + 1 :], kind)

    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (b"\xff\xd8\xff<script>alert(1)</script>", JPEG),
            (b"\x89PNG\r\n\x1a\n<svg/>" + bytes(30), PNG),
            (sent_files.PNG[:20] + b"\x09" + sent_files.PNG[21:], PNG),
            (b"GIF89a=1;alert(1)//" + bytes(30), GIF),
            (b"RIFF" + struct.pack("<I", 30) + b"WEBP<script>alert(1)</script>", WEBP),
        ],
    )
    def test_what_only_begins_like_a_picture_is_refused(self, content: bytes, kind: Kind) -> None:
        assert kind_of(content) == kind
        with pytest.raises(NoPicture):
            without_traces(content, kind)
