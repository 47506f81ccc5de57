"""Files that are no table here end in what they are and what to do; a header below a title is found, or asked for."""

import gzip
import io
import zipfile

import pytest

from crm_store import importing
from crm_store.importing import FileUnreadable, look, read_file
from crm_store.labels import label
from crm_store.language import Language
from tests.crm_store.test_import_workbook import saved

GOOD = "会员号,姓名,手机号\nHK300001,林晓月,13812345678\n"
PAGE = "<html><head><meta charset=utf-8></head><body><table><tr><td>会员号</td></tr></table></body></html>"


def packed(**parts: str | bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as folder:
        for name, content in parts.items():
            folder.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return target.getvalue()


def ole(part: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + part.encode("utf-16-le") + b"\0" * 600


OTHERS = {
    "gz": (gzip.compress(GOOD.encode()), "packed_file"),
    "zip with a CSV": (packed(members_dot_csv=GOOD), "packed_file"),
    "rar": (b"Rar!\x1a\x07\x01\x00" + b"\0" * 40, "packed_file"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "pdf"),
    "ods": (
        packed(mimetype="application/vnd.oasis.opendocument.spreadsheet", content_dot_xml="<x/>"),
        "opendocument_sheet",
    ),
    "odt": (packed(mimetype="application/vnd.oasis.opendocument.text", content_dot_xml="<x/>"), "text_document"),
    "numbers": (packed(Index__Document_dot_iwa=b"\0", preview_dot_jpg=b"\xff"), "numbers_sheet"),
    "xls": (ole("Workbook"), "old_workbook"),
    "locked": (ole("EncryptedPackage"), "locked_workbook"),
    "xlsb": (packed(xl__workbook_dot_bin=b"\0"), "binary_workbook"),
    "docx": (packed(word__document_dot_xml="<w/>"), "text_document"),
    "html called .xls": (PAGE.encode(), "web_page"),
    "html in UTF-16": (PAGE.encode("utf-16"), "web_page"),
    "html in GBK behind empty lines": (b"\r\n\r\n" + PAGE.encode("gb18030"), "web_page"),
    "html as XML": (b'<?xml version="1.0"?>\n' + PAGE.encode(), "web_page"),
    "xml of 2003": (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook xmlns="urn:x"><Row/></Workbook>', "xml_file"),
    "json": (b'[{"member_number": "HK1"}]', "json_file"),
    "sylk": (b'ID;PWXL;N;E\r\nP;PGeneral\r\nC;Y1;X1;K"x"\r\n', "old_sheet"),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 30, "picture"),
    "database": (b"SQLite format 3\0" + b"\0" * 90, "program_file"),
    "empty": (b"", "empty"),
    "only line ends": (b"\r\n\r\n  \n", "empty"),
    "only a mark": (b"\xef\xbb\xbf\r\n", "empty"),
    "only a separator": (b"sep=;\n", "empty"),
    "only headers": ("会员号,姓名\n\n".encode(), "only_headers"),
    "only headers, twice": ("会员号,姓名\n会员号,姓名\n".encode(), "only_headers"),
    "a workbook of headers": (saved(["会员号", "姓名"], []), "only_headers"),
}


class TestOtherFiles:
    @pytest.mark.parametrize("name", OTHERS)
    def test_each_is_called_what_it_is_with_what_to_do(self, name: str) -> None:
        data, reason = OTHERS[name]
        for read in (lambda: read_file(data, "members"), lambda: importing.kind_of(data), lambda: look(data, "points")):
            with pytest.raises(FileUnreadable) as refusal:
                read()
            assert refusal.value.reason_code == reason
        told = {label("import_file_problem", reason, language) for language in Language}
        assert len(told) == len(Language)
        assert all(any(verb in each for verb in ("导入", "匯入", "import")) for each in told)

    @pytest.mark.parametrize(
        "text",
        [
            "会员号,姓名,手机号\nHK1,<b>林</b>,13812345678\n",
            '"会员号","姓名","手机号"\n"HK1","[林]","13812345678"\n',
            "会员号,姓名,手机号\nHK1,%PDF-1.4,13812345678\n",
            "member_number,name\nPK1,GIF8\n",
            "ID;Phone;member_number;name\n1;13812345678;HK1;Lin\n",
            "ID;PHONE;member_number;name\nB;13812345678;HK1;Lin\n",
            "PAR1,member_number,name\n1,HK1,Lin\n",
        ],
    )
    def test_a_table_that_only_speaks_of_such_things_is_read(self, text: str) -> None:
        assert len(read_file(text.encode(), "members").rows) == 1


TITLE = "十一月会员名单\n导出时间：,2026-11-28\n\n"


class TestHeaderBelow:
    @pytest.mark.parametrize(
        "above", ["十一月会员名单\n导出时间：,2026-11-28\n\n", "十一月會員名單,,,\n\n匯出時間：,2026-11-28\n"]
    )
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_a_title_is_left_out_and_told(self, above: str, encoding: str) -> None:
        table = read_file((above + GOOD).encode(encoding), "members")
        assert (table.header_line, table.above) == (4, 2)
        assert table.header == ("会员号", "姓名", "手机号")
        assert [row.line for row in table.rows] == [5]
        assert [(each.line, each.value, each.reason_code) for each in table.notes] == [(4, "", "lines_above_header")]

    def test_whatever_stands_between_its_cells(self) -> None:
        text = "Members, all of them\n\nmember_number;name;phone\nHK1;Lee, Ann;13812345678\n"
        table = read_file(text.encode(), "members")
        assert (table.separator, table.header_line, table.rows[0].cells["name"]) == (";", 3, "Lee, Ann")

    def test_in_a_workbook(self) -> None:
        data = saved(["十一月会员名单"], [], ["会员号", "姓名", "手机号"], ["HK1", "林晓月", "13812345678"])
        table = read_file(data, "members")
        assert (table.header_line, table.above, [row.line for row in table.rows]) == (3, 1, [4])

    def test_in_the_first_look_and_for_every_kind(self) -> None:
        data = (TITLE + GOOD).encode()
        assert importing.kind_of(data) == "members"
        assert look(data, "members").table.above == 2

    def test_of_columns_that_nobody_knows_yet_too(self) -> None:
        found = look("我的客户\n卡,叫什么,电话\n1,林,13812345678\n".encode(), "members")
        assert found.table.header == ("卡", "叫什么", "电话")
        assert (found.missing, found.table.above) == (("member_number",), 1)

    @pytest.mark.parametrize(
        "text",
        [
            "HK1,林晓月,13812345678\n会员号,姓名,手机号\nHK2,王芳,13900000001\n",
            "十一月\n会员号,姓名,手机号\nHK1,林晓月,13812345678\n卡号,姓名,电话\nHK2,王芳,13900000001\n",
            "HK1,林晓月\n会员号,姓名\nHK2,王芳\n",
            "门店,数量,金额\n会员号,姓名,手机号\nHK2,王芳,13900000001\n",
        ],
    )
    def test_what_is_not_clear_is_refused(self, text: str) -> None:
        with pytest.raises(FileUnreadable) as refusal:
            read_file(text.encode(), "members")
        assert (refusal.value.reason_code, refusal.value.line) == ("header_unclear", 2)

    def test_a_header_that_stands_again_below_is_not_unclear(self) -> None:
        table = read_file((TITLE + GOOD + GOOD.replace("HK300001", "HK300002")).encode(), "members")
        assert len(table.rows) == 2
        assert [each.reason_code for each in table.notes] == ["lines_above_header", "header_again"]

    def test_a_header_in_the_first_line_stays_it(self) -> None:
        table = read_file((GOOD + "卡号,姓名,电话\n").encode(), "members")
        assert (table.header_line, table.above, len(table.rows)) == (1, 0, 2)

    def test_a_mapping_finds_its_own_header(self) -> None:
        text = "kind: members\ncolumns: {member_number: 卡, name: 叫什么}\n"
        table = read_file("我的客户\n\n卡,叫什么\n1,林\n".encode(), "members", mapping=text)
        assert (table.header_line, table.above, len(table.rows)) == (3, 1, 1)
        with pytest.raises(FileUnreadable) as refusal:
            read_file("我的客户\n\n卡,名\n1,林\n".encode(), "members", mapping=text)
        assert refusal.value.reason_code == "mapped_headers_missing"
