"""Files of a conversation at the desk: looked at, downloaded, sent; and kept from everybody else."""

import os
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from bot.attachments import FILE_LIMIT_BYTES, MEBIBYTE, remove_orphans
from bot.console import files
from bot.jobs.archive import archive_old
from crm_store import agents, audit, conversations
from crm_store.clock import FrozenClock
from crm_store.conversations import Conversation
from crm_store.messages import Author, Inbound, Message, MessageStatus
from crm_store.policy import policy
from tests.bot.console.conftest import Shop, signed_in
from tests.bot.console.test_access import client_of, sign_in
from tests.bot.console.test_desk_page import open_case, take

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c63606060f80f0001040100a1c3d2c40000000049454e44ae426082"
)
_numbers = count(1)


def keep(shop: Shop, ref: str, content: bytes) -> Path:
    path = shop.services.settings.attachments / ref
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def attachment(name: str, mime: str, ref: str | None) -> dict[str, Any]:
    return {"kind": "file", "name": name, "mime": mime, "size": 2048, "ref": ref}


async def sends(shop: Shop, *attachments: dict[str, Any], text: str = "看看这个") -> tuple[Conversation, Message]:
    """A customer on Telegram sends files and waits for a person."""
    inbound = Inbound("telegram", "4711", f"f{next(_numbers)}", text=text, attachments=list(attachments))
    received = await shop.services.desk.receive(inbound)
    async with shop.services.database.transaction() as session:
        conversation = await conversations.request_human(session, received.conversation.id, reason="requested")
    await shop.services.desk.tell(conversation)
    return conversation, received.message


class TestOverHttp:
    async def test_a_picture_is_shown_and_anything_else_only_downloaded(self, shop: Shop) -> None:
        await shop.agent()
        keep(shop, "telegram/aa/1.png", PNG)
        keep(shop, "telegram/aa/2.html", b"<script>alert(1)</script>")
        _, message = await sends(
            shop,
            attachment("坏的鞋.png", "image/png", "telegram/aa/1.png"),
            attachment("发票.html", "text/html", "telegram/aa/2.html"),
            attachment("drawing.svg", "image/svg+xml", "telegram/aa/2.html"),
        )
        async with client_of(shop) as client:
            await sign_in(client)
            picture, page, drawing = [await client.get(files.address(message, place)) for place in range(3)]
        assert (picture.status_code, picture.content) == (200, PNG)
        assert picture.headers["content-type"] == "image/png"
        assert picture.headers["content-disposition"].startswith("inline")
        for answer in (page, drawing):
            assert answer.headers["content-type"] == "application/octet-stream"
            assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "sandbox" in answer.headers["content-security-policy"]

    async def test_every_look_is_written_to_the_audit_trail(self, shop: Shop) -> None:
        agent_id, member = await shop.agent(), await shop.member()
        keep(shop, "telegram/aa/1.png", PNG)
        conversation, message = await sends(
            shop,
            attachment("坏的鞋.png", "image/png", "telegram/aa/1.png"),
            attachment("太大的视频.mp4", "video/mp4", None),
        )
        async with client_of(shop) as client:
            assert (await client.get(files.address(message, 0))).status_code == 303
            await sign_in(client)
            await client.get(files.address(message, 1))
            await client.get(files.address(message, 0))
            async with shop.services.database.transaction() as session:
                (await conversations.get(session, conversation.id)).member_id = member.id
            await client.get(files.address(message, 0))
        async with shop.services.database.reading() as session:
            of_member, of_visitor = await audit.entries(session, action="view_file")
        assert of_visitor.subject == f"conversation:{conversation.id}"
        assert (of_member.subject, of_member.agent_id) == (f"member:{member.id}", agent_id)
        assert of_member.details == {"conversation": conversation.id, "message": message.id, "place": 0}

    async def test_a_stranger_gets_no_file(self, shop: Shop) -> None:
        keep(shop, "telegram/aa/1.png", PNG)
        _, message = await sends(shop, attachment("a.png", "image/png", "telegram/aa/1.png"))
        async with client_of(shop) as client:
            answer = await client.get(files.address(message, 0))
        assert answer.status_code == 303
        assert PNG not in answer.content

    async def test_an_agent_whose_account_was_closed_gets_none_either(self, shop: Shop) -> None:
        agent_id = await shop.agent()
        keep(shop, "telegram/aa/1.png", PNG)
        _, message = await sends(shop, attachment("a.png", "image/png", "telegram/aa/1.png"))
        async with client_of(shop) as client:
            await sign_in(client)
            assert (await client.get(files.address(message, 0))).status_code == 200
            async with shop.services.database.transaction() as session:
                await agents.update_profile(session, await agents.get(session, agent_id), active=False)
            assert (await client.get(files.address(message, 0))).status_code == 303

    @pytest.mark.parametrize("ref", ["../huike.db", "telegram/aa/gone.png", None, "https://elsewhere.example/a.png"])
    async def test_nothing_outside_the_folder_is_given_out(self, shop: Shop, ref: str | None) -> None:
        await shop.agent()
        _, message = await sends(shop, attachment("a.png", "image/png", ref))
        async with client_of(shop) as client:
            await sign_in(client)
            for place in (0, 1, -1):
                assert (await client.get(files.address(message, place))).status_code == 404, place
            for seq in (0, 99, 2**31, 10**20):
                odd = f"/console/files/{message.conversation_id}/{seq}/0"
                assert (await client.get(odd)).status_code == 404, seq
            assert (await client.get("/console/files/nowhere/1/0")).status_code == 404

    async def test_a_file_of_an_archived_conversation_is_shown_as_before(
        self, shop: Shop, frozen_clock: FrozenClock
    ) -> None:
        await shop.agent()
        path = keep(shop, "telegram/aa/1.png", PNG)
        os.utime(path, (0, 0))
        conversation, message = await sends(shop, attachment("a.png", "image/png", "telegram/aa/1.png"))
        await shop.services.desk.receive(Inbound("telegram", "4712", f"f{next(_numbers)}", text="你好"))
        async with shop.services.database.transaction() as session:
            message = await session.get_one(Message, message.id)
            message.status = MessageStatus.HANDLED
            (await session.get_one(Conversation, conversation.id)).work_due_at = None
            await conversations.close(session, conversation.id, outcome="resolved")
        after = policy().privacy.archive_after
        assert after is not None
        frozen_clock.move(after + timedelta(seconds=1))
        assert await archive_old(shop.services.database) == 1
        assert await remove_orphans(shop.services.database, shop.services.settings.attachments) == 0
        async with client_of(shop) as client:
            await sign_in(client)
            picture = await client.get(files.address(message, 0))
        assert (picture.status_code, picture.content) == (200, PNG)


async def send_file(page: Page, *, name: str, mime: str, content: bytes) -> None:
    async with page.expect_file_chooser() as chosen:
        await page.get_by_role("button", name="发送文件").click()
    await (await chosen.value).set_files(FilePayload(name=name, mimeType=mime, buffer=content))


@pytest.mark.browser
class TestAtTheDesk:
    async def test_the_agent_sees_the_picture_downloads_the_file_and_is_told_what_is_missing(
        self, shop: Shop, browser: Browser
    ) -> None:
        await shop.agent()
        keep(shop, "telegram/aa/1.png", PNG)
        keep(shop, "telegram/aa/2.pdf", b"%PDF-1.7 invoice")
        await sends(
            shop,
            attachment("坏的鞋.png", "image/png", "telegram/aa/1.png"),
            attachment("发票.pdf", "application/pdf", "telegram/aa/2.pdf"),
            attachment("太大的视频.mp4", "video/mp4", None),
        )
        page = await signed_in(browser, shop)
        await open_case(page, "看看这个")
        picture = page.locator(".hk-picture img")
        await expect(picture).to_have_attribute("alt", "附件 坏的鞋.png")
        await page.wait_for_function("() => document.querySelector('.hk-picture img').naturalWidth === 1")
        async with page.expect_download() as download:
            await page.locator("a.hk-file", has_text="发票.pdf").click()
        assert (await download.value).suggested_filename == "发票.pdf"
        assert (await (await download.value).path()).read_bytes() == b"%PDF-1.7 invoice"
        await expect(page.locator("div.hk-file")).to_contain_text("太大的视频.mp4（没有存下来）")

    async def test_the_agent_sends_a_file_where_the_channel_takes_files(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        conversation, _ = await sends(shop, text="发票发我一下")
        page = await signed_in(browser, shop)
        await open_case(page, "发票发我一下")
        await take(page)
        await send_file(page, name="../发票.pdf", mime="application/pdf", content=b"%PDF-1.7 invoice")
        await expect(page.locator(".hk-msg.agent a.hk-file")).to_contain_text("发票.pdf")
        [sent] = [each for each in await shop.heard(conversation) if each.author == Author.AGENT]
        assert sent.status in set(MessageStatus)
        [kept] = sent.attachments or []
        assert (kept["mime"], kept["size"]) == ("application/pdf", 16)
        assert "/" not in kept["name"]
        assert (shop.services.settings.attachments / kept["ref"]).read_bytes() == b"%PDF-1.7 invoice"

    async def test_too_large_and_empty_files_are_refused_with_the_reason(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        conversation, _ = await sends(shop, text="发票发我一下")
        page = await signed_in(browser, shop)
        await open_case(page, "发票发我一下")
        await take(page)
        await send_file(page, name="film.mp4", mime="video/mp4", content=bytes(FILE_LIMIT_BYTES["telegram"] + 1))
        limit = FILE_LIMIT_BYTES["telegram"] // MEBIBYTE
        await expect(page.get_by_text(f"文件不能超过 {limit} MB")).to_be_visible()
        await send_file(page, name="empty.txt", mime="text/plain", content=b"")
        await expect(page.get_by_text("这个文件是空的")).to_be_visible()
        assert not [each for each in await shop.heard(conversation) if each.author == Author.AGENT]
        assert not list((shop.services.settings.attachments).rglob("*.mp4"))

    async def test_where_the_channel_carries_none_the_button_says_so(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        received = await shop.services.desk.receive(Inbound("letter", "4711", "l1", text="发票发我一下"))
        async with shop.services.database.transaction() as session:
            conversation = await conversations.request_human(session, received.conversation.id, reason="requested")
        await shop.services.desk.tell(conversation)
        page = await signed_in(browser, shop)
        await open_case(page, "发票发我一下")
        await take(page)
        await page.get_by_role("button", name="收不了文件").click()
        await expect(page.get_by_text("可以改发链接").last).to_be_visible()
