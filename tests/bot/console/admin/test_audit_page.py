"""The page of the audit trail, over HTTP: in words, narrowed down, page by page, as a table."""

import ast
import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest

from bot.console.admin.audit_words import actions
from bot.console.words import Words
from crm_store import agents, audit
from crm_store.agents import Role
from crm_store.audit_reading import PAGE
from crm_store.language import Language
from tests.bot.console.admin.test_agents_page import somebody
from tests.bot.console.conftest import Shop
from tests.bot.console.test_access import client_of, markup, sign_in

ROOT = Path(__file__).parents[4]
RAW_CODE = re.compile(r">[^<>{}=]*\b[a-z]+_[a-z_]+\b[^<>{}=]*<")
ROW = re.compile(r"<tr><td><time.*?</tr>", re.DOTALL)


async def record(shop: Shop, times: int = 1, **entry: object) -> None:
    async with shop.services.database.transaction() as session:
        for _ in range(times):
            await audit.record(session, **entry)  # type: ignore[arg-type]  # values of every kind


def rows(page: httpx.Response) -> list[str]:
    return ROW.findall(markup(page))


class TestPage:
    async def test_each_act_is_told_in_words_with_a_way_to_whom_it_was_done(self, shop: Shop) -> None:
        boss = await somebody(shop, Role.SUPERVISOR)
        member = await shop.member()
        about, talk = f"member:{member.id}", "conversation:c0ffee"
        await record(shop, agent_id=boss, action="view_member", subject=about)
        await record(shop, agent_id=boss, action="close_conversation", subject=talk, details={"outcome": "resolved"})
        await record(shop, agent_id=boss, action="assign_complaint", subject="complaint:C-1", details={"owner": boss})
        await record(shop, actor="desk", action="return_conversation", subject=talk)
        await record(shop, actor="api:3f9a", action="api_view", subject=about, details={"what": "points"})
        async with client_of(shop) as client:
            await sign_in(client)
            page = await client.get("/console/audit")
        told = "".join(rows(page))
        for words in (
            "看了会员资料",
            "林晓雯",
            "结束会话",
            "已解决",
            "分派投诉",
            "给 周晴",
            "系统自动",
            "店里的系统 3f9a",
        ):
            assert words in told, words
        for way in (f"/console/members/{member.number}", "/console/c/c0ffee", "/console/work/complaints/C-1"):
            assert f'href="{way}"' in told, way
        assert RAW_CODE.findall(told) == []

    async def test_the_address_is_where_the_agent_sits(self, shop: Shop) -> None:
        await somebody(shop, Role.SUPERVISOR)
        async with client_of(shop) as client:
            await sign_in(client)
            [signed_in] = rows(await client.get("/console/audit?act=sign_in"))
        assert "127.0.0.1" in signed_in

    async def test_narrowed_down_by_each_field(self, shop: Shop) -> None:
        boss = await somebody(shop, Role.SUPERVISOR)
        lin = await shop.agent("林悦", email="lin@shop.example")
        member = await shop.member()
        await record(shop, agent_id=lin, action="give_points", subject=f"member:{member.id}", details={"points": 50})
        await record(shop, agent_id=boss, action="save_phrase", subject="phrase:1")
        async with client_of(shop) as client:
            await sign_in(client)
            for query, told, count in (
                (f"who={lin}", "送积分", 1),
                ("who=0", "", 0),
                ("act=save_phrase", "保存常用语", 1),
                (f"whom={member.number.lower()}", "50 分", 1),
                ("since=2020-01-01&until=2020-12-31", "", 0),
                ("since=2020-01-01", "登录", 3),
                ("who=x&since=never&older=y", "登录", 3),
                ("since=0001-01-01&until=9999-12-31", "登录", 3),
                ("since=9999-12-31", "", 0),
                ("until=0001-01-01", "", 0),
            ):
                page = await client.get(f"/console/audit?{query}")
                assert (len(rows(page)), told in markup(page)) == (count, True), query
            assert "没有会员 HK999999" in markup(await client.get("/console/audit?whom=HK999999"))

    async def test_older_and_newer_pages(self, shop: Shop) -> None:
        boss = await somebody(shop, Role.SUPERVISOR)
        await record(shop, PAGE + 1, agent_id=boss, action="save_phrase", subject="phrase:1")
        async with client_of(shop) as client:
            await sign_in(client)
            first = await client.get("/console/audit?act=save_phrase")
            [older] = re.findall(r'href="([^"]*older=\d+)"', markup(first))
            second = await client.get(unescape(older))
            assert (len(rows(first)), len(rows(second))) == (PAGE, 1)
            assert "较新" in markup(second)
            assert "较早" not in markup(second)

    async def test_is_for_supervisors(self, shop: Shop) -> None:
        await shop.agent()
        async with client_of(shop) as client:
            await sign_in(client)
            page = await client.get("/console/audit")
            assert "这一页给主管和管理员用" in markup(page)
            assert rows(page) == []
            assert (await client.get("/console/audit.csv")).status_code == 403
        async with client_of(shop) as stranger:
            assert (await stranger.get("/console/audit.csv")).status_code == 303


class TestTable:
    async def test_holds_what_was_asked_for_and_is_written_down(self, shop: Shop) -> None:
        boss = await somebody(shop, Role.SUPERVISOR)
        member = await shop.member(family_name="=1+1", given_name="雯")
        given = {"points": 50, "occasion": "delay"}
        await record(shop, agent_id=boss, action="give_points", subject=f"member:{member.id}", details=given)
        await record(shop, agent_id=boss, action="save_phrase", subject="phrase:1")
        async with client_of(shop) as client:
            await sign_in(client)
            answer = await client.get("/console/audit.csv?act=give_points&since=0001-01-01")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.text.startswith("\ufeff时间")
        [row] = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert (row["谁"], row["做了什么"], row["对谁"], row["编号"]) == ("周晴", "送积分", "'=1+1 雯", member.number)
        assert row["细节"].startswith("50 分 · ")
        async with shop.services.database.reading() as session:
            [taken] = await audit.entries(session, action="export_audit")
        assert (taken.agent_id, taken.address) == (boss, "127.0.0.1")


def recorded() -> Iterator[str]:
    """Every act the code writes into the trail: `action=…`, the third of `acting(…)` and the acts of the desk."""
    for file in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "crm_store").rglob("*.py")]:
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            texts = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            named = {each.arg: each.value for each in call.keywords}
            if name == "record" and isinstance(named.get("action"), ast.Constant):
                yield str(named["action"].value)  # type: ignore[attr-defined]  # a constant, by the line before
            elif name in ("acting", "_note"):
                yield from texts[:1]
            elif name == "_by_agent":
                yield from (f"{text}_conversation" for text in texts[:1])


@pytest.mark.parametrize("language", list(Language))
def test_every_act_has_its_words(language: Language) -> None:
    acts, known = set(recorded()), actions(Words(language))
    assert len(acts) > 60
    assert acts - known.keys() == set()
    assert len(set(known.values())) == len(known), "two acts of one name cannot be told apart in the list"


async def test_an_agent_of_the_past_keeps_their_name(shop: Shop) -> None:
    await somebody(shop, Role.SUPERVISOR)
    lin = await shop.agent("林悦", email="lin@shop.example")
    await record(shop, agent_id=lin, action="save_phrase", subject="phrase:1")
    async with shop.services.database.transaction() as session:
        await agents.update_profile(session, await agents.get(session, lin), active=False)
    async with client_of(shop) as client:
        await sign_in(client)
        [row] = rows(await client.get(f"/console/audit?who={lin}"))
    assert "林悦" in row
