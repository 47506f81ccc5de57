"""The page of imports in a real browser: a file from the first look to its undoing."""

import csv
import io
import threading
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from sqlalchemy import func, select

from crm_store import audit, importing, imports, members
from crm_store.agents import Role
from crm_store.importing import ImportKind
from crm_store.labels import label
from crm_store.language import Language
from crm_store.members import Member
from tests.bot.console.admin.test_agents_page import somebody
from tests.bot.console.conftest import PATIENCE_MS, Shop, menu_gone, signed_in
from tests.bot.console.test_access import client_of, markup, sign_in
from tests.crm_store.test_import_other_files import OTHERS

FILE = """会员号,姓名,手机号,邮箱,生日,备注
HK200001,林晓月,138 1234 5678,xiaoyue@example.com,1990-03-08,老客户
HK200002,李雷,打电话给我,,,
HK200003,王芳,13900000003,,05/01/1990,
HK200004,=cmd|' /C calc'!A0,bad,,,
"""

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)


async def opened(browser: Browser, shop: Shop, *, size: tuple[int, int] = (1440, 900)) -> Page:
    page = await signed_in(browser, shop, size=size)
    await page.goto(f"{shop.url}/console/import")
    await page.wait_for_selector(".hk-import-choose")
    return page


async def hand_in(page: Page, text: str | bytes, name: str = "members.csv") -> Locator:
    content = text.encode() if isinstance(text, str) else text
    files = [{"name": name, "mimeType": "text/csv", "buffer": content}]
    await page.locator(".hk-import-choose input[type=file]").set_input_files(files)  # type: ignore[arg-type]
    return page.locator(".hk-import")


async def choose(page: Page, label: str, option: str) -> None:
    await page.get_by_role("combobox", name=label, exact=True).click()
    await page.locator(".q-menu").get_by_text(option, exact=True).click()
    await menu_gone(page)


async def press(page: Page, name: str) -> None:
    await page.locator(".hk-import").get_by_role("button", name=name, exact=True).click()


async def state_of(page: Page, words: str) -> None:
    await expect(page.locator(".hk-import .hk-chip").nth(1)).to_have_text(words)


def table_in(file: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"))))


async def counted(shop: Shop) -> int:
    async with shop.services.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Member)) or 0


async def test_is_for_administrators(shop: Shop) -> None:
    await somebody(shop, Role.SUPERVISOR)
    async with client_of(shop) as client:
        await sign_in(client)
        told = markup(await client.get("/console/import"))
        assert "这一页给管理员用" in told
        assert (await client.get("/console/import/1/refused.csv")).status_code == 403


async def test_from_the_first_look_to_the_undoing(shop: Shop, browser: Browser) -> None:
    boss = await somebody(shop, Role.ADMIN)
    page = await opened(browser, shop)
    card = await hand_in(page, FILE)
    preview = card.locator(".hk-import-preview")
    await expect(preview).to_contain_text("林")
    await expect(preview).not_to_contain_text("138 1234 5678")
    await expect(card).to_contain_text("没有用到：备注")
    await expect(preview).to_contain_text("生日：分不清几月几日")
    await choose(page, "05/01/2024 是", "1 月 5 日（日在前）")
    await expect(preview).not_to_contain_text("分不清")
    await press(page, "试运行")
    await state_of(page, "试运行过，还没导入")
    await expect(card.locator(".hk-import-sum b")).to_have_text(["2", "0", "0", "2"])
    assert await counted(shop) == 0
    await expect(card.locator(".hk-import-refused")).to_contain_text("不像电话号码")
    async with page.expect_download() as starting:
        await card.get_by_role("link", name="下载全部 2 行未接受的").click()
    rows = table_in(Path(await (await starting.value).path()))
    assert rows[0] == ["行", "列", "内容", "原因"]
    assert [row[:3] for row in rows[1:]] == [["3", "手机号", "打电话给我"], ["5", "手机号", "bad"]]
    await press(page, "导入")
    await page.locator(".hk-dialog").get_by_role("button", name="导入", exact=True).click()
    await state_of(page, "已导入")
    assert await counted(shop) == 2
    line = page.locator("[data-import]").first
    await expect(line).to_contain_text("新建 2 · 变化 0 · 不变 0 · 未接受 2")
    await expect(line).to_contain_text("周晴")
    async with shop.services.database.transaction() as session:
        wang = await members.by_number(session, "HK200003")
        assert wang is not None
        assert str(wang.birthday) == "1990-01-05"
        await members.update_profile(session, wang, by="agent:1", preferred_name="芳芳")
    await line.get_by_role("button", name="撤销 members.csv 的导入").click()
    dialog = page.locator(".hk-dialog")
    await expect(dialog).to_contain_text("1 收回")
    await expect(dialog).to_contain_text("会员 HK200003 导入后又改动过")
    assert await counted(shop) == 2
    await dialog.get_by_role("button", name="撤销", exact=True).click()
    await state_of(page, "已撤销")
    await expect(line).to_contain_text("撤销：收回 1 · 改回 0 · 留下 1")
    assert await counted(shop) == 1
    async with shop.services.database.reading() as session:
        acts = [entry.action for entry in await audit.entries(session, agent_id=boss) if "import" in entry.action]
        [export] = await audit.entries(session, action="export_refused_rows")
        [run] = await imports.listing(session, limit=5)
    assert acts[::-1] == ["hand_in_import", "try_import", "start_import", "undo_import"]
    assert export.subject == f"import:{run.id}"


async def test_goes_on_when_the_page_is_closed(shop: Shop, browser: Browser) -> None:
    await somebody(shop, Role.ADMIN)
    page = await opened(browser, shop)
    lines = "".join(f"HK{number:06},林晓月,138{number:08}\n" for number in range(2500))
    await hand_in(page, "会员号,姓名,手机号\n" + lines)
    await press(page, "导入")
    await page.locator(".hk-dialog").get_by_role("button", name="导入", exact=True).click()
    await expect(page.locator(".hk-import-progress")).to_be_visible()
    await page.close()
    page = await opened(browser, shop)
    await expect(page.locator("[data-import] .state-done")).to_have_text("已导入")
    assert await counted(shop) == 2500


async def test_columns_are_assigned_by_hand(shop: Shop, browser: Browser) -> None:
    await somebody(shop, Role.ADMIN)
    page = await opened(browser, shop)
    card = await hand_in(page, "Kennung,Vorname\nHK200001,Ada\n")
    await choose(page, "内容", "会员")
    await expect(card).to_contain_text("还缺必需的列：会员号")
    await expect(card.get_by_role("button", name="导入", exact=True)).to_be_disabled()
    await choose(page, "会员号 (必需)", "Kennung")
    await expect(card).not_to_contain_text("还缺必需的列")
    await page.locator(".hk-import-columns summary").click()
    await choose(page, "名", "Vorname")
    await expect(card.locator(".hk-import-preview")).to_contain_text("Ada")
    await press(page, "导入")
    await page.locator(".hk-dialog").get_by_role("button", name="导入", exact=True).click()
    await state_of(page, "已导入")
    async with shop.services.database.reading() as session:
        ada = await members.by_number(session, "HK200001")
    assert ada is not None
    assert ada.given_name == "Ada"


async def test_while_a_file_is_read_the_page_says_so(
    shop: Shop, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await somebody(shop, Role.ADMIN)
    page = await opened(browser, shop)
    kind_of, read_on = importing.kind_of, threading.Event()

    def slowly(data: bytes) -> ImportKind:
        assert read_on.wait(60)
        return kind_of(data)

    monkeypatch.setattr(importing, "kind_of", slowly)
    draft = await hand_in(page, FILE, name="大文件.csv")
    status = page.locator(".hk-import-choose [role=status]")
    await expect(status).to_contain_text("正在读 大文件.csv")
    read_on.set()
    await expect(draft).to_be_visible()
    await expect(status).to_have_text("")


async def test_what_is_no_such_file_says_why(shop: Shop, browser: Browser) -> None:
    await somebody(shop, Role.ADMIN)
    page = await opened(browser, shop)
    alert = page.locator(".hk-import-choose [role=alert]")
    for name in ("pdf", "ods", "numbers", "gz", "html called .xls", "xls", "empty", "only headers"):
        data, reason = OTHERS[name]
        await hand_in(page, data, name="客户.xls")
        await expect(alert).to_have_text(f"客户.xls: {label('import_file_problem', reason, Language.ZH_HANS)}")
    await hand_in(page, "HK1,林\n会员号,姓名\nHK2,李\n")
    await expect(alert).to_contain_text("第 2 行像是")
    await hand_in(page, '会员号,姓名\nHK1,"林\nHK2,李\n')
    await expect(page.locator(".hk-import-choose [role=alert]")).to_contain_text("双引号没有成对")
    async with shop.services.database.reading() as session:
        assert await imports.listing(session, limit=5) == []


async def test_what_is_to_be_noted_stands_beside_the_counts(shop: Shop, browser: Browser) -> None:
    await somebody(shop, Role.ADMIN)
    page = await opened(browser, shop)
    card = await hand_in(page, "十一月名单\n\n会员号,姓名,手机号\nHK200001,林晓月,13812345678\n")
    await expect(card).to_contain_text("表头在第 3 行；它上面的 1 行没有读。")
    await press(page, "导入")
    await page.locator(".hk-dialog").get_by_role("button", name="导入", exact=True).click()
    await state_of(page, "已导入")
    await expect(card.locator(".hk-import-notes li")).to_have_text(["第 3 行 表头在这一行，它上面的内容没有读"])
    async with shop.services.database.transaction() as session:
        lin = await members.by_number(session, "HK200001")
        assert lin is not None
        await members.leave(session, lin, by="agent:1")
    card = await hand_in(page, "会员号,姓名,状态,入会时间\nHK200001,林晓月,有效,05/01/2024\n", name="later.csv")
    await expect(page.locator(".hk-import h2")).to_have_text("later.csv")
    await choose(page, "05/01/2024 是", "1 月 5 日（日在前）")
    await expect(card.locator(".hk-import-preview")).not_to_contain_text("分不清")
    await press(page, "试运行")
    await state_of(page, "试运行过，还没导入")
    await expect(card.locator(".hk-import-notes h3")).to_have_text("请留意（1）")
    await expect(card.locator(".hk-import-notes li")).to_contain_text("HK200001 这位会员在这里退会了，所以仍是退会")
    await expect(card).to_contain_text("05/01/2024 是：1 月 5 日（日在前）")


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("width", [1440, 380])
async def test_nothing_is_wider_than_the_page(
    shop: Shop, browser: Browser, language: Language, width: int, tmp_path: Path
) -> None:
    await somebody(shop, Role.ADMIN, language=language)
    page = await opened(browser, shop, size=(width, 900))
    titled = f"2026年11月全部门店会员名单\n{FILE}会员号,姓名,手机号,邮箱,生日,备注\n"
    card = await hand_in(page, titled, name="会员导出_2026年11月_全部门店_含备注栏和很长的文件名.csv")
    await expect(card.locator(".hk-import-preview")).to_be_visible()
    await card.locator(".hk-card-acts button").nth(1).click()
    await expect(card.locator(".hk-import-refused")).to_be_visible()
    await expect(card.locator(".hk-import-notes li")).to_have_count(2)
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await page.screenshot(path=tmp_path / f"import-{language}-{width}.png", full_page=True)
