"""Files on the website over HTTP: what is taken and kept, what is refused with which words, and who gets a file."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import select

from bot.attachments import KEPT_WITHOUT_MESSAGE, remove_orphans
from bot.channels.web import file_routes, visitors
from bot.channels.web.files import FILES_AT_ONCE
from bot.channels.web.payloads import was_offered
from bot.desk.dialogue import Dialogue
from bot.jobs.archive import archive_old
from bot.rate_limits import Rates
from crm_store import agents, clock, conversations, messages, privacy
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.messages import Message, MessageStatus
from crm_store.policy import policy
from tests.bot.channels.sent_files import PDF, PNG, SECRET, photo
from tests.bot.channels.web_tab import Tab, make_member, make_services, tab, word_for
from tests.bot.test_attachments import put
from tests.crm_store.inbox import receive

TOO_LARGE = b"%PDF-1.7" + bytes(1024 * 1024)
"""For a shop that takes files of one megabyte."""


@dataclass
class Site:
    """The website's routes without a server, and the folder in which files are kept."""

    services: Any
    client: httpx.AsyncClient

    async def sends(
        self, shown: str, *files: tuple[str, bytes], client_id: str = "f1", text: str = "", locale: str = "en"
    ) -> httpx.Response:
        """A visitor posts files ((name, content)…) with the pass that they show."""
        return await self.client.post(
            "/chat/files",
            params={"client_id": client_id, "locale": locale},
            headers={"Authorization": f"Bearer {shown}"},
            data={"text": text},
            files=[("file", (name, content, "image/png")) for name, content in files],
        )

    async def gets(self, shown: str, address: str, **headers: str) -> httpx.Response:
        return await self.client.get(f"/chat/files/{address}", headers={"Authorization": f"Bearer {shown}", **headers})

    async def said(self) -> list[Message]:
        async with self.services.database.reading() as session:
            return list(await session.scalars(select(Message).order_by(Message.id)))

    @property
    def folder(self) -> Path:
        return Path(self.services.settings.attachments)

    def kept(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())


@pytest_asyncio.fixture
async def site(request: pytest.FixtureRequest, database: Database, dialogue: Dialogue, tmp_path: Path) -> Any:
    rates = Rates(**getattr(request, "param", {}))
    services = make_services(database, dialogue, tmp_path, rates=rates, web_file_megabytes=1)
    app = FastAPI()
    app.include_router(file_routes.build_router(services))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.example") as client:
        yield Site(services, client)


@pytest_asyncio.fixture
async def visitor(site: Site) -> AsyncIterator[Tab]:
    async with tab(site.services) as opened:
        yield opened


async def enters(tab: Tab, **hello: Any) -> str:
    """Say hello; the pass that the welcome brings."""
    return str((await tab.greets(**hello))["files"]["pass"])


async def has_sent(site: Site, visitor: Tab, name: str = "鞋底.png", content: bytes = PNG) -> tuple[str, str]:
    """A visitor has sent a file: their pass, and the file's address."""
    shown = await enters(visitor)
    assert (await site.sends(shown, (name, content))).status_code == 200
    return shown, await address_of(visitor)


async def address_of(visitor: Tab, *, place: int = 0) -> str:
    """Where the last file that the tab was shown is fetched."""
    await visitor.until(lambda: any(frame.get("files") for frame in visitor.all("message")))
    seq = [frame["seq"] for frame in visitor.all("message") if frame.get("files")][-1]
    return f"{visitor.all('welcome')[-1]['conversation']}/{seq}/{place}"


class TestSending:
    async def test_files_and_words_are_one_message_that_every_tab_shows(self, site: Site, visitor: Tab) -> None:
        shown = await enters(visitor)
        answer = await site.sends(shown, ("鞋底.png", PNG), ("../发票.exe", PDF), text=" 看看\x00 ")
        assert (answer.status_code, answer.json()) == (200, {"seq": 1})
        [message] = await site.said()
        assert message.text == "看看"
        picture, invoice = message.attachments or []
        assert (picture["kind"], picture["mime"], picture["size"]) == ("image", "image/png", len(PNG))
        assert (invoice["kind"], invoice["mime"], invoice["name"]) == ("file", "application/pdf", "_发票.exe.pdf")
        assert (site.folder / picture["ref"]).read_bytes() == PNG
        assert (site.folder / invoice["ref"]).read_bytes() == PDF
        assert len(site.kept()) == 2
        frame = await visitor.gets("message", client_id="f1")
        assert frame["files"] == [
            {"name": "鞋底.png", "size": len(PNG), "picture": True},
            {"name": "_发票.exe.pdf", "size": len(PDF), "picture": False},
        ]

    async def test_the_same_id_again_is_stored_once(self, site: Site, visitor: Tab) -> None:
        shown = await enters(visitor)
        for _ in range(2):
            assert (await site.sends(shown, ("a.png", PNG))).json() == {"seq": 1}
        assert (await site.sends(shown, ("a.pdf", PDF))).json() == {"seq": 1}
        [message] = await site.said()
        [kept] = site.kept()
        assert kept == site.folder / (message.attachments or [{}])[0]["ref"]
        assert kept.read_bytes() == PNG

    async def test_a_photo_is_kept_without_the_place_it_was_taken_at(self, site: Site, visitor: Tab) -> None:
        assert (await site.sends(await enters(visitor), ("me.jpg", photo(6)))).status_code == 200
        [kept] = site.kept()
        assert SECRET not in kept.read_bytes()

    async def test_a_tab_in_a_conversation_is_told_by_its_signal(self, site: Site, visitor: Tab) -> None:
        shown = await enters(visitor)
        await visitor.writes("c1", "hello")
        await site.sends(shown, ("a.png", PNG))
        assert (await visitor.gets("message", client_id="f1"))["seq"] == 2

    async def test_who_was_signed_in_for_too_long_sends_as_a_stranger(
        self, site: Site, frozen_clock: FrozenClock
    ) -> None:
        member = await make_member(site.services)
        async with tab(site.services) as visitor:
            await enters(visitor, identity=word_for(site.services, member))
            await visitor.writes("c1", "my order")
            shown = await pass_after(site, frozen_clock, visitors.SIGNED_IN_FOR)
            assert (await site.sends(shown, ("a.png", PNG))).status_code == 200
        async with site.services.database.reading() as session:
            before, after = [await conversations.get(session, each.conversation_id) for each in await site.said()]
        assert (before.member_id, after.member_id) == (member.id, None)


async def visitor_of(site: Site) -> str:
    """The id of whoever wrote first."""
    [first, *_] = await site.said()
    return str(first.channel_message_id).partition(":")[0]


async def pass_after(site: Site, clock: FrozenClock, step: timedelta) -> str:
    """A pass that the first visitor would have so much later."""
    clock.move(step)
    return visitors.pass_of(site.services, await visitor_of(site))


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "content", "refused"),
        [
            ("empty.png", b"", (422, "file_empty")),
            ("large.pdf", TOO_LARGE, (413, "file_too_large")),
            ("drawing.png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', (422, "file_kind")),
            ("page.txt", b"<!doctype html><script>alert(1)</script>", (422, "file_kind")),
            ("program.jpg", b"MZ\x90\x00", (422, "file_kind")),
            ("both.png", b"\x89PNG\r\n\x1a\n<script>alert(1)</script>", (422, "file_kind")),
        ],
    )
    async def test_it_is_said_why_and_nothing_is_stored(
        self, site: Site, visitor: Tab, name: str, content: bytes, refused: tuple[int, str]
    ) -> None:
        status, code = refused
        shown = await enters(visitor)
        told = {}
        for locale in ("zh-CN", "zh-TW", "en"):
            answer = await site.sends(shown, ("fine.png", PNG), (name, content), locale=locale)
            assert (answer.status_code, answer.json()["code"]) == (status, code)
            told[locale] = answer.json()["text"]
        assert len(set(told.values())) == 3
        assert all(("1 MB" if status == 413 else name) in text for text in told.values())
        assert await site.said() == []
        assert site.kept() == []

    @pytest.mark.parametrize("shown", ["", "made up", "ImFub3RoZXIi.aWfA.c2lnbmF0dXJl"])
    async def test_nobody_sends_without_a_pass(self, site: Site, shown: str) -> None:
        answer = await site.sends(shown, ("a.png", PNG))
        assert (answer.status_code, answer.json()["code"]) == (401, "not_admitted")
        assert "reload" in answer.json()["text"]

    async def test_the_browsers_token_is_no_pass_and_a_pass_ends(self, site: Site, frozen_clock: FrozenClock) -> None:
        async with tab(site.services) as visitor:
            welcome = await visitor.greets()
        assert (await site.sends(welcome["visitor"], ("a.png", PNG))).status_code == 401
        frozen_clock.move(visitors.PASS_LIFE + timedelta(seconds=1))
        assert (await site.sends(welcome["files"]["pass"], ("a.png", PNG))).status_code == 401
        assert await site.said() == []

    async def test_more_than_a_message_takes(self, site: Site, visitor: Tab) -> None:
        shown = await enters(visitor)
        answer = await site.sends(shown, *[("a.png", PNG)] * (FILES_AT_ONCE + 1))
        assert (answer.json()["code"], str(FILES_AT_ONCE) in answer.json()["text"]) == ("too_many_files", True)
        answer = await site.sends(shown, *[("a.png", PNG)] * 21)
        assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
        assert site.kept() == []

    async def test_a_body_that_is_too_long_is_not_read(self, site: Site, visitor: Tab) -> None:
        async def endless() -> AsyncIterator[bytes]:
            raise AssertionError("the body was read")
            yield b""

        headers = {"Authorization": f"Bearer {await enters(visitor)}", "Content-Length": str(10**9)}
        answer = await site.client.post("/chat/files?client_id=f1", headers=headers, content=endless())
        assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")

    async def test_what_is_no_form_with_files(self, site: Site, visitor: Tab) -> None:
        headers = {"Authorization": f"Bearer {await enters(visitor)}"}
        for content, kind in ((b"{}", "application/json"), (b"--x\r\nbroken", "multipart/form-data; boundary=x")):
            answer = await site.client.post(
                "/chat/files?client_id=f1", headers={**headers, "Content-Type": kind}, content=content
            )
            assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
        assert (await site.client.post("/chat/files?client_id=f1", headers=headers)).json()["code"] == "malformed"

    async def test_words_that_are_a_command_are_refused_beside_a_file_too(self, site: Site, visitor: Tab) -> None:
        answer = await site.sends(await enters(visitor), ("a.png", PNG), text='/redeem{"points":"900"}')
        assert answer.json()["code"] == "no_words"
        assert (await site.sends(await enters(visitor), ("a.png", PNG), text="长" * 4097)).status_code == 422
        assert (await site.said(), site.kept()) == ([], [])

    @pytest.mark.parametrize("site", [{"files_per_hour": 3}], indirect=True)
    async def test_an_hour_takes_so_many_files_of_a_visitor_each_counted(self, site: Site, visitor: Tab) -> None:
        shown = await enters(visitor)
        assert (await site.sends(shown, ("a.png", PNG), ("b.png", PNG), client_id="f1")).status_code == 200
        answer = await site.sends(shown, ("a.png", PNG), ("b.png", PNG), client_id="f2")
        assert (answer.status_code, answer.json()["code"]) == (429, "files_too_often")
        assert len(site.kept()) == 2

    @pytest.mark.parametrize("site", [{"files_per_hour": 1}], indirect=True)
    async def test_and_of_an_address(self, site: Site, visitor: Tab) -> None:
        codes = []
        for number in range(11):
            shown = visitors.pass_of(site.services, f"visitor {number}")
            codes.append((await site.sends(shown, ("a.png", PNG))).status_code)
        assert codes == [200] * 10 + [429]


class TestFetching:
    async def test_the_visitor_gets_the_same_bytes_to_look_at_or_to_download(self, site: Site, visitor: Tab) -> None:
        shown = await enters(visitor)
        await site.sends(shown, ("鞋底.png", PNG), ("发票.pdf", PDF))
        picture = await site.gets(shown, await address_of(visitor))
        assert (picture.status_code, picture.content, picture.headers["content-type"]) == (200, PNG, "image/png")
        assert picture.headers["content-disposition"].startswith("inline; filename*=UTF-8''%E9")
        invoice = await site.gets(shown, await address_of(visitor, place=1))
        assert (invoice.content, invoice.headers["content-type"]) == (PDF, "application/octet-stream")
        assert invoice.headers["content-disposition"].startswith("attachment;")
        for answer in (picture, invoice):
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
            assert answer.headers["cache-control"] == "private, no-store"
            assert answer.headers["access-control-allow-origin"] == "*"
            assert "access-control-allow-credentials" not in answer.headers

    async def test_who_comes_back_after_long_sees_what_was_said_and_gets_the_file(
        self, site: Site, visitor: Tab, frozen_clock: FrozenClock
    ) -> None:
        _, address = await has_sent(site, visitor)
        token, visitor_id = visitor.all("welcome")[-1]["visitor"], await visitor_of(site)
        seen = [(frame["seq"], frame.get("text"), frame.get("files")) for frame in visitor.all("message")]
        conversation_id, after = address.partition("/")[0], policy().privacy.archive_after
        assert after is not None
        async with site.services.database.transaction() as session:
            [sent] = await messages.history(session, conversation_id)
            sent.status, sent.buttons = MessageStatus.HANDLED, [{"title": "好", "payload": "/old_button"}]
            (await conversations.get(session, conversation_id)).work_due_at = None
            await conversations.close(session, conversation_id, outcome="resolved")
        frozen_clock.move(after + timedelta(seconds=1))
        async with site.services.database.transaction() as session:
            await receive(session, "别人", user="somebody else")
        assert await archive_old(site.services.database) == 1
        async with tab(site.services) as later:
            shown = await enters(later, visitor=token)
            await later.until(lambda: any(frame.get("files") for frame in later.all("message")))
            assert [(frame["seq"], frame.get("text"), frame.get("files")) for frame in later.all("message")] == seen
        assert (await site.gets(shown, address)).content == PNG
        async with site.services.database.reading() as session:
            assert await was_offered(session, visitor_id, "/old_button", shown_id=conversation_id)
            assert not await was_offered(session, visitor_id, "/other_button", shown_id=conversation_id)

    async def test_a_part_of_a_file(self, site: Site, visitor: Tab) -> None:
        shown, address = await has_sent(site, visitor)
        part = await site.gets(shown, address, Range="bytes=4-9")
        assert (part.status_code, part.content) == (206, PNG[4:10])

    async def test_another_visitor_and_whoever_shows_no_pass_get_nothing(self, site: Site, visitor: Tab) -> None:
        shown, address = await has_sent(site, visitor)
        async with tab(site.services) as other:
            others, _ = await has_sent(site, other, "b.png")
            foreign = await site.gets(others, address)
        none = await site.client.get(f"/chat/files/{address}")
        token = await site.gets(visitor.all("welcome")[-1]["visitor"], address)
        unknown = await site.gets(shown, f"{'0' * 32}/1/0")
        for answer in (foreign, none, token, unknown):
            assert (answer.status_code, answer.content) == (404, b"")

    async def test_no_path_leads_out_of_the_folder(self, site: Site, visitor: Tab) -> None:
        shown, address = await has_sent(site, visitor)
        secret = put(site.folder.parent, "secret.key")
        [message] = await site.said()
        conversation = message.conversation_id
        guesses = [
            f"{conversation}/{message.seq}/1",
            f"{conversation}/{message.seq}/-1",
            f"{conversation}/{message.seq + 1}/0",
            f"{conversation}/0/0",
            f"{conversation}/{10**30}/0",
            "..%2f..%2fsecret.key/1/0",
            (message.attachments or [{}])[0]["ref"],
        ]
        for guess in guesses:
            assert (await site.gets(shown, guess)).status_code in (404, 422), guess
        for ref in ("../secret.key", str(secret), "", "https://elsewhere.example/a.png"):
            async with site.services.database.transaction() as session:
                changed = await session.get_one(Message, message.id)
                changed.attachments = [{**(message.attachments or [{}])[0], "ref": ref}]
            assert (await site.gets(shown, address)).status_code == 404, ref

    async def test_a_note_of_the_staff_shows_nothing(self, site: Site, visitor: Tab) -> None:
        shown, address = await has_sent(site, visitor)
        await site.sends(shown, ("next.png", PNG), client_id="f2")
        async with site.services.database.transaction() as session:
            first, _ = await session.scalars(select(Message).order_by(Message.id))
            first.audience = "staff"
        assert (await site.gets(shown, address)).status_code == 404

    async def test_what_an_agent_sends_comes_to_the_tab_and_again_after_a_reload(
        self, site: Site, visitor: Tab
    ) -> None:
        welcome = await visitor.greets()
        await visitor.writes("c1", "my invoice, please")
        [first] = await site.said()
        async with site.services.database.transaction() as session:
            agent = await agents.create(session, email="z@shop.example", name="周晴", password_hash="x", language="en")
            await conversations.request_human(session, first.conversation_id, reason="requested")
        await site.services.desk.take(first.conversation_id, agent.id)
        put(site.folder, "console/ab/1.pdf").write_bytes(PDF)
        invoice = {
            "kind": "file",
            "name": "发票.pdf",
            "mime": "application/pdf",
            "size": len(PDF),
            "ref": "console/ab/1.pdf",
        }
        reply = site.services.desk.reply
        await reply(first.conversation_id, agent.id, text="", key="k1", attachments=[invoice])
        told = [{"name": "发票.pdf", "size": len(PDF), "picture": False}]
        assert (await visitor.gets("message", files=told))["author"] == "agent"
        assert (await site.gets(welcome["files"]["pass"], await address_of(visitor))).content == PDF
        async with tab(site.services) as again:
            shown = await enters(again, visitor=welcome["visitor"])
            assert (await again.gets("message", files=told))["name"] == "周晴"
            assert (await site.gets(shown, await address_of(again))).content == PDF

    async def test_who_has_signed_out_gets_nothing_any_more(self, site: Site, visitor: Tab) -> None:
        member = await make_member(site.services)
        shown = await enters(visitor, identity=word_for(site.services, member))
        await site.sends(shown, ("a.png", PNG))
        address = await address_of(visitor)
        assert (await site.gets(shown, address)).status_code == 200
        after = await enters(visitor, visitor=visitor.all("welcome")[-1]["visitor"], sign_out=True)
        for each in (shown, after):
            assert (await site.gets(each, address)).status_code == 404

    async def test_nor_whose_sign_in_is_over(self, site: Site, frozen_clock: FrozenClock) -> None:
        member = await make_member(site.services)
        async with tab(site.services) as visitor:
            shown = await enters(visitor, identity=word_for(site.services, member))
            await site.sends(shown, ("a.png", PNG))
            address = await address_of(visitor)
            shown = await pass_after(site, frozen_clock, visitors.SIGNED_IN_FOR - timedelta(seconds=1))
            assert (await site.gets(shown, address)).status_code == 200
            shown = await pass_after(site, frozen_clock, timedelta(seconds=1))
            assert (await site.gets(shown, address)).status_code == 404

    async def test_after_erasure_it_is_gone_and_leaves_the_disk(self, site: Site, visitor: Tab) -> None:
        member = await make_member(site.services)
        shown = await enters(visitor, identity=word_for(site.services, member))
        await site.sends(shown, ("a.png", PNG))
        address = await address_of(visitor)
        async with site.services.database.transaction() as session:
            await privacy.erase(session, member.id, by="agent:1")
        assert (await site.gets(shown, address)).status_code == 404
        [kept] = site.kept()
        old = (clock.now() - KEPT_WITHOUT_MESSAGE - timedelta(hours=1)).timestamp()
        os.utime(kept, (old, old))
        assert await remove_orphans(site.services.database, site.folder) == 1

    @pytest.mark.parametrize("site", [{"visitors_per_address": 1}], indirect=True)
    async def test_an_address_fetches_so_many_a_minute(self, site: Site) -> None:
        codes = [(await site.gets("x", "a/1/0")).status_code for _ in range(5)]
        assert codes == [404] * 4 + [429]


async def test_any_page_may_ask_and_no_cookie_is_heard(site: Site) -> None:
    for address in ("/chat/files", "/chat/files/abc/1/0"):
        answer = await site.client.options(address, headers={"Origin": "https://goods.example"})
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "Authorization" in answer.headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in answer.headers
