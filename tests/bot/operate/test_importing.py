"""`huike import` as somebody at a shop meets it: files as they are, words, exit statuses, an interruption."""

import asyncio
import contextlib
import csv
import io
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from rich.console import Console
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.operate.importing import HowToRead, console_language, import_file
from bot.settings import Settings
from crm_store import crypto, imports, members, migrate, orders, points, value
from crm_store.db import Database
from crm_store.importing import DateOrder, ImportKind, layout
from crm_store.imports import ImportRun
from crm_store.labels import label
from crm_store.language import Language
from crm_store.members import Member
from crm_store.value import MemberValue
from tests.conftest import TEST_SECRET
from tests.crm_store.test_import_other_files import OTHERS

ROOT = Path(__file__).parents[3]
MEMBERS = """会员号,姓名,手机号,邮箱,备注
HK200001,林晓月,138 1234 5678,xiaoyue@example.com,老客户
HK200002,李雷,打电话给我,,
HK200003,=1+1,,not an address,
"""

Import = Callable[..., Awaitable[tuple[int, str]]]


def written(file: Path, content: str | bytes) -> Path:
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


@pytest.fixture
def config(database: Database, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        data_dir=tmp_path,
        database_url=database.url.render_as_string(hide_password=False),
        secret_key=TEST_SECRET + " and enough characters",
        actions_secret="an actions' secret that only these tests know",
    )


@pytest.fixture
def run(config: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Import:
    """`await run("members", text or bytes or a path)` gives the exit status and what was printed."""

    async def already_there(_database: Database) -> None:
        """The tests' own tables are newest; migrating them would make them a second time."""

    monkeypatch.setattr(migrate, "upgrade", already_there)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    async def run(kind: str, content: str | bytes | Path, **options: Any) -> tuple[int, str]:
        file = content if isinstance(content, Path) else written(tmp_path / "shop.csv", content)
        console = Console(file=io.StringIO(), width=200)
        status = await import_file(config, console, kind=kind, file=file, **{"report": None, **options})
        printed = console.file.getvalue()  # type: ignore[attr-defined]
        return status, printed

    return run


class TestImport:
    async def test_a_good_file_twice(self, run: Import, database: Database) -> None:
        text = "会员号,姓名\nHK200001,林晓月\nHK200002,李雷\n"
        assert (await run("members", text))[0] == 0
        status, printed = await run("members", text.encode("gb18030"))
        assert status == 0
        assert "Unchanged" in printed
        async with database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(Member)) == 2

    async def test_a_trial_shows_what_was_understood_and_keeps_nothing(self, run: Import, database: Database) -> None:
        text = "member_number;name;birthday\nHK200001;Sam Baker;05/01/1990\nHK200002;Lin;what\n"
        how = HowToRead(dates=DateOrder.DAY_FIRST)
        status, printed = await run("members", text, how=how, dry_run=True)
        assert status == 1
        assert "1990-01-05" in printed
        assert "nothing was kept" in printed
        async with database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(Member)) == 0

    async def test_an_encoding_that_cannot_be_told_is_asked_for(self, run: Import, database: Database) -> None:
        data = "member_number,name\nHK200001,Hélène Lefèvre\n".encode("cp1252")
        status, printed = await run("members", data)
        assert status == 2
        assert "cp1252: Hélène Lefèvre" in printed
        assert "--encoding" in printed
        assert (await run("members", data, how=HowToRead(encoding="windows-1252")))[0] == 0
        async with database.reading() as session:
            member = await members.by_number(session, "HK200001")
        assert member is not None
        assert member.family_name == "Lefèvre"

    async def test_refused_rows_are_told_and_reported(self, run: Import, database: Database, tmp_path: Path) -> None:
        report = tmp_path / "refused.csv"
        status, printed = await run("members", MEMBERS, report=report)
        assert status == 1
        assert "Not a phone number" in printed
        assert "备注" in printed  # the column nobody asked for
        rows = list(csv.reader(report.read_text(encoding="utf-8-sig").splitlines()))
        assert rows == [
            ["Line", "Column", "Value", "Reason", "Code"],
            ["3", "phone", "打电话给我", "Not a phone number", "not_a_phone"],
            ["4", "name", "'=1+1", "A name has letters in it; leave the cell empty where there is none", "not_a_name"],
        ]
        async with database.reading() as session:
            assert (await session.scalars(select(Member.number))).all() == ["HK200001"]
        # Mended and imported again, the report says that nothing is left to mend.
        mended = MEMBERS.replace("打电话给我", "13900000000").replace("not an address", "").replace("=1+1", "Anna")
        assert (await run("members", mended, report=report))[0] == 0
        assert len(report.read_text(encoding="utf-8-sig").splitlines()) == 1

    @pytest.mark.parametrize("made", ["pipe", "device"])
    async def test_what_has_no_end_is_no_file(self, run: Import, tmp_path: Path, made: str) -> None:
        file = tmp_path / "members.csv"
        if made == "pipe":
            os.mkfifo(file)
        else:
            file.symlink_to("/dev/full")
        status, printed = await run("members", file)
        assert status == 2
        assert "not a regular file" in printed

    async def test_what_is_passed_over_is_told(self, run: Import) -> None:
        status, printed = await run("members", "member_number,name\nHK1,Sam\nmember_number,name\nHK2,Ann\n")
        assert status == 0
        assert "The header stands here again" in printed

    async def test_a_report_holds_no_formula(self, run: Import, tmp_path: Path) -> None:
        report = tmp_path / "refused.csv"
        await run("members", 'member_number,phone\nHK1,"=HYPERLINK(""x"")"\nHK2,-5\n', report=report)
        rows = list(csv.reader(report.read_text(encoding="utf-8-sig").splitlines()))
        assert [row[2] for row in rows[1:]] == ['\'=HYPERLINK("x")', "-5"]

    async def test_points_reach_the_balance_and_the_level(self, run: Import, database: Database) -> None:
        await run("members", "member_number,name\nHK1,Sam Baker\n")
        lines = "".join(f"T-{number},HK1,10\n" for number in range(450))
        assert (await run("points", f"external_id,member_number,points\n{lines}"))[0] == 0
        assert (await run("points", f"external_id,member_number,points\n{lines}"))[0] == 0
        async with database.reading() as session:
            member = await members.by_number(session, "HK1")
            assert member is not None
            assert await points.balance(session, member.id) == 4500
            assert (await points.verify(session, member.id)).agrees
            assert member.tier_code != "bronze"


class TestWhatIsWrongWithAFile:
    @pytest.mark.parametrize(
        ("kind", "content", "words"),
        [
            ("customers", "a,b\n", "members, orders, parcels, points"),
            ("members", Path("nowhere.csv"), "Check the path"),
            ("members", Path("."), "cannot be read"),
            ("members", "", "The file is empty"),
            ("members", b"PK\x03\x04 and so on", "workbook cannot be opened"),
            ("members", "name,phone\nSam,1\n", "member_number"),
            ("members", b"\xff\xff\x00\x81", "encoding"),
            ("points", MEMBERS, "huike import members"),
        ],
    )
    async def test_is_told_with_what_to_do(
        self, run: Import, kind: str, content: str | bytes | Path, words: str
    ) -> None:
        status, printed = await run(kind, content)
        assert status == 2
        assert words in printed

    async def test_a_report_that_cannot_be_written_stops_it_before_it_begins(
        self, run: Import, database: Database, tmp_path: Path
    ) -> None:
        status, printed = await run("members", MEMBERS, report=tmp_path / "no" / "such" / "folder.csv")
        assert status == 2
        assert "Nothing was imported" in printed
        async with database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(Member)) == 0

    async def test_only_a_header(self, run: Import) -> None:
        status, printed = await run("members", "member_number,name\n")
        assert status == 2
        assert "only headers and no rows" in printed

    @pytest.mark.parametrize("name", OTHERS)
    def test_what_is_no_table_ends_in_one_sentence(
        self, config: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
    ) -> None:
        monkeypatch.setenv("LC_ALL", "C.UTF-8")
        data, reason = OTHERS[name]
        file = written(tmp_path / "export.xls", data)
        for options in ({}, {"dry_run": True}, {"write_mapping": tmp_path / "map.yml"}):
            console = Console(file=io.StringIO(), width=1_000)
            doing = import_file(config, console, kind="members", file=file, report=None, **options)  # type: ignore[arg-type]
            assert asyncio.run(doing) == 2
            sentence = f"{file}: {label('import_file_problem', reason, Language.EN)}\n"
            assert console.file.getvalue() == sentence  # type: ignore[attr-defined]

    async def test_a_header_below_a_title_is_told(self, run: Import, database: Database) -> None:
        status, printed = await run("members", "十一月会员\n导出,\n会员号,姓名,手机号\nHK1,林晓月,13812345678\n")
        assert status == 0
        assert "The header is in line 3; lines above it that are left out: 2." in printed
        assert "To note (1)" in printed

    async def test_a_header_that_is_not_clear_is_asked_for(self, run: Import, database: Database) -> None:
        status, printed = await run("members", "HK2,王芳\n会员号,姓名\nHK1,林晓月\n")
        assert status == 2
        assert "line 2 could be" in printed
        async with database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(Member)) == 0

    async def test_a_currency_that_no_column_names_is_told(self, run: Import, database: Database) -> None:
        await run("members", "会员号,姓名\nHK1,林晓月\n")
        assert "no column for the currency" in (await run("orders", BOUGHT, dry_run=True))[1]
        named = BOUGHT.replace("单价", "单价,币种").replace("128", "128,CNY")
        assert "no column for the currency" not in (await run("orders", named, dry_run=True))[1]


@pytest.mark.parametrize(
    ("locale", "language"),
    [("zh_CN.UTF-8", Language.ZH_HANS), ("zh_TW.UTF-8", Language.ZH_HANT), ("de_DE", Language.EN), ("C", Language.EN)],
)
def test_speaks_the_terminals_language(monkeypatch: pytest.MonkeyPatch, locale: str, language: Language) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    assert console_language() is language


class TestTakenOver:
    async def test_one_that_another_goes_on_with_ends_in_a_sentence(
        self, run: Import, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        take = imports.take

        async def once_another_has_begun(session: AsyncSession, run_id: int, *args: Any, **more: Any) -> Any:
            await session.execute(update(ImportRun).where(ImportRun.id == run_id).values(token="another"))
            return await take(session, run_id, *args, **more)

        monkeypatch.setattr(imports, "take", once_another_has_begun)
        status, printed = await run("members", "会员号,姓名\nHK200001,林晓月\n")
        assert status == 2
        assert "started once more" in printed
        async with database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(Member)) == 0


class TestCommandLine:
    def test_killed_in_the_middle_the_same_command_finishes(self, tmp_path: Path) -> None:
        file, store = tmp_path / "members.csv", tmp_path / "huike.db"
        rows = "".join(f"HK{number},Sam Baker {number},1380{number:07}\n" for number in range(1, 4001))
        file.write_text(f"member_number,name,phone\n{rows}")
        secret = "an application secret only these tests know"
        environment = os.environ | {
            "HUIKE_DATABASE_URL": f"sqlite:///{store}",
            "HUIKE_SECRET_KEY": secret,
            "HUIKE_ACTIONS_SECRET": secret,
            "LC_ALL": "C.UTF-8",
        }
        command = [sys.executable, "-m", "bot", "import", "members", str(file)]
        first = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 120
        while not _members(store) and time.monotonic() < deadline:
            time.sleep(0.02)
        first.send_signal(signal.SIGKILL)
        assert first.wait(timeout=30) == -signal.SIGKILL
        assert 0 < _members(store) < 4000
        again = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=250, check=False
        )
        assert again.returncode == 0, again.stdout + again.stderr
        assert _members(store) == 4000


def _members(store: Path) -> int:
    with contextlib.closing(sqlite3.connect(store)) as connection:
        there = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'members'").fetchone()[0]
        return int(connection.execute("SELECT count(*) FROM members").fetchone()[0]) if there else 0


@pytest.fixture(autouse=True)
def _own_keys_after_it() -> object:
    yield
    crypto.use_secret(TEST_SECRET)


SHOPIFY = """Name,Email,Financial Status,Fulfillment Status,Currency,Total,Created at,Lineitem quantity,Lineitem name,\
Lineitem price,Lineitem sku,Vendor
#1001,lin@example.com,paid,fulfilled,EUR,20.00,2026-10-07 09:50:26 +0200,1,Soap,20.00,SO-1,Leaf
#1002,lin@example.com,strange,,EUR,20.00,2026-10-07 09:50:26 +0200,1,Soap,20.00,SO-1,Leaf
"""


BOUGHT = "订单号,会员号,下单时间,状态,货号,商品,单价\nO1,HK1,2026-10-01,已完成,A1,杯,128\n"


class TestAssessed:
    async def test_members_are_valued_and_levelled_by_what_was_imported(self, run: Import, database: Database) -> None:
        await run("members", "会员号,姓名\nHK1,林晓月\nHK2,李雷\n")
        assert "Valued 2 members anew." in (await run("orders", BOUGHT))[1]
        await run("orders", BOUGHT.replace("O1", "O2"))
        await run("points", "id,会员号,积分,时间\nP1,HK1,9000,2026-10-01\n")
        async with database.reading() as session:
            lin, newest = await members.by_number(session, "HK1"), await value.latest_run(session)
            assert lin is not None
            assert newest is not None
            worth = await session.get_one(MemberValue, (newest.id, lin.id))
            assert (worth.spend_minor, worth.orders) == (25_600, 2)
            assert lin.tier_code != "bronze"

    async def test_what_changed_nothing_values_nobody(self, run: Import) -> None:
        await run("members", "会员号,姓名\nHK1,林晓月\n")
        await run("orders", BOUGHT)
        assert "Valued" not in (await run("orders", BOUGHT))[1]
        assert "Valued" not in (await run("orders", BOUGHT.replace("O1", "O2"), dry_run=True))[1]


class TestMapping:
    async def test_what_was_recognised_is_shown(self, run: Import) -> None:
        status, printed = await run("orders", SHOPIFY, dry_run=True)
        assert status == 1
        assert "Recognised: an export of Shopify." in printed
        assert "Lineitem price" in printed
        assert "Columns that were not used: Vendor." in printed
        assert "not known: these rows are refused" in printed

    async def test_written_changed_and_given_back(self, run: Import, database: Database, tmp_path: Path) -> None:
        await run("members", "会员号,姓名,邮箱\nHK1,林晓月,lin@example.com\n")
        kept = tmp_path / "shop-map.yml"
        status, printed = await run("orders", SHOPIFY, write_mapping=kept)
        assert status == 0
        assert "nothing was imported now" in printed
        async with database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(orders.Order)) == 0
        told = kept.read_text(encoding="utf-8").replace(
            "Financial Status: refunded", "Financial Status: [refunded, strange]"
        )
        kept.write_text(told, encoding="utf-8")
        status, printed = await run("orders", SHOPIFY, how=HowToRead(mapping=kept))
        assert status == 0, printed

    async def test_a_mapping_that_cannot_be_used(self, run: Import, tmp_path: Path) -> None:
        wrong = written(tmp_path / "wrong.yml", "columns: {nonsense: Name}")
        status, printed = await run("orders", SHOPIFY, how=HowToRead(mapping=wrong))
        assert status == 2
        assert "There is no column of ours called nonsense" in printed
        status, printed = await run("orders", SHOPIFY, how=HowToRead(mapping=tmp_path / "none.yml"))
        assert (status, "There is no file" in printed) == (2, True)

    async def test_a_workbook_and_its_sheet(self, run: Import, tmp_path: Path) -> None:
        book = Workbook()
        book.create_sheet("Members").append(["会员号", "姓名"])
        book["Members"].append([300001, "林晓月"])
        book.save(tmp_path / "shop.xlsx")
        assert (await run("members", tmp_path / "shop.xlsx", how=HowToRead(sheet="Members")))[0] == 0
        status, printed = await run("members", tmp_path / "shop.xlsx", how=HowToRead(sheet="Others"))
        assert (status, "There are: Sheet, Members" in printed) == (2, True)

    async def test_of_a_system_nobody_knows_is_written_with_what_is_still_to_be_said(
        self, run: Import, database: Database, tmp_path: Path
    ) -> None:
        await run("members", "会员号,姓名\nHK1,林晓月\n")
        shop, kept = "流水,客户卡,何时,品,名,价\nB1,HK1,2026-01-02,S1,杯,10\n", tmp_path / "map.yml"
        status, printed = await run("orders", shop, write_mapping=kept)
        assert status == 0
        assert "which stand there as ?: order_number, member_number, placed_at, sku, price" in printed
        status, printed = await run("orders", shop, how=HowToRead(mapping=kept))
        assert (status, "Required columns are filled by none: order_number" in printed) == (2, True)
        told = kept.read_text(encoding="utf-8")
        for ours, theirs in {
            "order_number": "流水", "member_number": "客户卡", "placed_at": "何时", "sku": "品", "price": "价",
        }.items():  # fmt: skip
            told = told.replace(f"{ours}: '?'", f"{ours}: {theirs}")
        kept.write_text(told.replace("columns:\n", "columns:\n  product_name: 名\n"), encoding="utf-8")
        assert (await run("orders", shop, how=HowToRead(mapping=kept)))[0] == 0
        async with database.reading() as session:
            assert await orders.by_number(session, "B1") is not None

    @pytest.mark.parametrize(
        "wrong",
        [
            "columns: {sku: Lineitem sku}\nconstants: {currency: [EUR]}",
            "columns: {sku: Lineitem sku}\nconstants: {quantity: {one: 1}}",
            "columns: {sku: [[Lineitem sku]]}",
            "columns: {status: Financial Status}\nwords: {status: {paid: [paid]}}",
            "columns: {sku: Lineitem sku}\nrules: {status: [{when: {Email: [[a]]}, means: paid}]}",
            "columns: {sku: Lineitem sku}\nrules: {status: [{when: {Email: '*'}, takes: [Email]}]}",
            "columns: " + "[" * 3_000,
            "columns: " + "{a: " * 3_000,
        ],
    )
    async def test_a_mapping_of_another_shape_is_told_so(self, run: Import, tmp_path: Path, wrong: str) -> None:
        status, printed = await run("orders", SHOPIFY, how=HowToRead(mapping=written(tmp_path / "wrong.yml", wrong)))
        assert (status, "cannot be used" in printed) == (2, True)


class TestNothingIsWrittenOver:
    @pytest.mark.parametrize("option", ["report", "write_mapping"])
    async def test_the_file_that_is_read(self, run: Import, database: Database, tmp_path: Path, option: str) -> None:
        shop = written(tmp_path / "members.csv", MEMBERS)
        linked, again = tmp_path / "linked.csv", tmp_path / "below" / ".." / "members.csv"
        again.parent.parent.mkdir()
        linked.hardlink_to(shop)
        for target in (shop, linked, again):
            status, printed = await run("members", shop, **{option: target})
            assert (status, "would destroy it" in printed) == (2, True)
        assert shop.read_text(encoding="utf-8") == MEMBERS
        async with database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(Member)) == 0

    @pytest.mark.parametrize("option", ["report", "write_mapping"])
    async def test_the_mapping_and_any_other_file(self, run: Import, tmp_path: Path, option: str) -> None:
        kept, other = tmp_path / "map.yml", written(tmp_path / "salaries.csv", "name,amount\nA,1\n")
        assert (await run("members", MEMBERS, write_mapping=kept))[0] == 0
        told = kept.read_bytes()
        how = HowToRead(mapping=kept)
        assert (await run("members", MEMBERS, how=how, **{option: kept}))[0] == 2
        status, printed = await run("members", MEMBERS, **{option: other})
        assert (status, "Give another name" in printed) == (2, True)
        assert (kept.read_bytes(), other.read_text()) == (told, "name,amount\nA,1\n")

    async def test_a_report_and_a_mapping_of_ours_are_written_anew(
        self, run: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        report, kept = tmp_path / "refused.csv", written(tmp_path / "map.yml", "")
        for locale in ("zh_TW.UTF-8", "C.UTF-8", "zh_CN.UTF-8"):
            monkeypatch.setenv("LC_ALL", locale)
            assert (await run("members", MEMBERS, report=report))[0] == 1
            assert (await run("members", MEMBERS, write_mapping=kept))[0] == 0


class TestAnotherKind:
    @pytest.mark.parametrize("given", [ImportKind.MEMBERS, ImportKind.POINTS])
    async def test_orders_given_as_something_else_are_not_taken(
        self, run: Import, database: Database, given: ImportKind
    ) -> None:
        file = ROOT / "docs" / "examples" / "orders.csv"
        status, printed = await run(given, file)
        assert (status, "huike import orders" in printed.replace("\n", "")) == (2, True)
        async with database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(Member)) == 0

    async def test_members_with_a_balance_are_members(self, run: Import) -> None:
        assert (await run("members", "id,会员号,姓名,手机号,邮箱,积分\n1,HK1,林晓月,13812345678,a@b.cn,20\n"))[0] == 0


class TestDocumentation:
    async def test_the_examples_are_taken_whole(self, run: Import) -> None:
        for kind in ImportKind:
            status, printed = await run(kind, ROOT / "docs" / "examples" / f"{kind}.csv")
            assert status == 0, printed
            assert "not used" not in printed

    def test_every_column_is_described_as_it_is(self) -> None:
        text = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
        for kind in ImportKind:
            for column in layout(kind).columns:
                mark = " (required)" if column.required else ""
                assert f"| `{column.name}`{mark} | {column.about} |" in text
                assert all(alias in text for alias in column.aliases)
