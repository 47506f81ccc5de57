"""The page of the scheduled jobs: how each went, in words, and one run at once from a real browser."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from bot.jobs import standard_jobs
from crm_store import audit, schedule
from crm_store.agents import Role
from crm_store.clock import now
from crm_store.labels import catalogue
from crm_store.schedule import Outcome, Schedule
from tests.bot.console.admin.test_agents_page import somebody
from tests.bot.console.conftest import Shop, signed_in
from tests.bot.console.test_access import client_of, markup, sign_in

NIGHTLY = Schedule("count_the_stock", at_minute=210, at_first=True)


async def ran(shop: Shop, wanted: Schedule, *, error: str | None = None, **counts: int) -> None:
    async with shop.services.database.transaction() as session:
        await schedule.register(session, [wanted])
        claimed = await schedule.claim(session, wanted, "host:1:a")
        assert claimed is not None
        outcome = Outcome(now(), timedelta(milliseconds=1234), counts, error)
        await schedule.finish(session, claimed, wanted, outcome, keep=False)


async def test_each_job_with_its_rhythm_last_run_and_counts(shop: Shop) -> None:
    await somebody(shop, Role.SUPERVISOR)
    await ran(shop, NIGHTLY, done=12)
    await ran(shop, Schedule("weigh the stock", every=timedelta(minutes=20)), error="OSError: <the disk> is full")
    async with client_of(shop) as client:
        await sign_in(client)
        told = markup(await client.get("/console/jobs"))
    for words in (
        "积分到期",
        "每天 3:30",
        "完成 12",
        "1.2 秒",
        "每 20 分钟",
        "连续失败 1 次",
        "&lt;the disk&gt; is full",
    ):
        assert words in told, words
    assert "现在运行" not in told  # that is the administrators'


async def test_is_for_supervisors_and_administrators(shop: Shop) -> None:
    await shop.agent()
    async with client_of(shop) as client:
        await sign_in(client)
        told = markup(await client.get("/console/jobs"))
    assert "这一页给主管和管理员用" in told
    assert "积分到期" not in told


@pytest.mark.browser
async def test_an_administrator_runs_one_at_once_and_it_is_written_down(shop: Shop, browser: Browser) -> None:
    boss = await somebody(shop, Role.ADMIN)
    page = await signed_in(browser, shop)
    await page.goto(f"{shop.url}/console/jobs")
    await page.get_by_role("button", name="现在运行：清理没人用的文件").click()
    await expect(page.locator(".q-notification")).to_contain_text("马上运行：清理没人用的文件")
    await expect(page.locator("[data-job='remove orphaned files'] rect")).to_have_count(2)
    async with shop.services.database.reading() as session:
        [entry] = await audit.entries(session, action="run_job")
        runs = await schedule.latest_runs(session, each=5)
    assert (entry.agent_id, entry.subject) == (boss, "job:remove orphaned files")
    assert [run.asked_by_id for run in runs["remove orphaned files"]] == [None, boss]


async def test_every_job_of_the_program_has_a_name_in_the_console(shop: Shop) -> None:
    for job in standard_jobs(shop.services.desk, shop.services.settings.data_dir):
        assert f"job.{job.name.replace(' ', '_')}" in catalogue(), job.name
