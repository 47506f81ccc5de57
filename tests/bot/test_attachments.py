"""Files leave the disk when the last message that tells of them is erased, and not before."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from bot.attachments import KEPT_WITHOUT_MESSAGE, remove_orphans, stored
from crm_store import clock, conversations, members, messages, privacy
from crm_store.db import Database
from crm_store.messages import Inbound
from tests.crm_store.inbox import inbound

HOUR = timedelta(hours=1)


def put(folder: Path, ref: str, *, age: timedelta = KEPT_WITHOUT_MESSAGE + HOUR) -> Path:
    """A file that came `age` ago."""
    path = folder / ref
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"a photo")
    moment = (clock.now() - age).timestamp()
    os.utime(path, (moment, moment))
    return path


def photo(ref: str | None, *, user: str = "u1") -> Inbound:
    attachment = {"kind": "image", "name": "photo.jpg", "mime": "image/jpeg", "size": 7, "ref": ref}
    return inbound(None, user=user, attachments=[attachment])


class TestRemoveOrphans:
    async def test_an_erased_members_files_go_and_the_others_stay(self, database: Database, tmp_path: Path) -> None:
        mine = put(tmp_path, "telegram/aa/mine.jpg")
        anothers = put(tmp_path, "telegram/bb/anothers.jpg")
        async with database.transaction() as session:
            received = await conversations.receive(session, photo("telegram/aa/mine.jpg"))
            await conversations.receive(session, photo("telegram/bb/anothers.jpg", user="u2"))
            await conversations.receive(session, photo(None, user="u3"))
            member = await members.create(session, family_name="王")
            received.conversation.member_id = member.id
        assert await remove_orphans(database, tmp_path) == 0

        async with database.transaction() as session:
            await privacy.erase(session, member.id, by="agent:1")
        assert mine.exists()
        assert await remove_orphans(database, tmp_path) == 1
        assert not mine.exists()
        assert anothers.exists()

    async def test_after_a_crash_half_way_the_next_sweep_finds_the_rest(
        self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        paths = [put(tmp_path, f"telegram/aa/{number}.jpg") for number in range(3)]
        unlink = Path.unlink

        def crash_at_the_second(path: Path, missing_ok: bool = False) -> None:
            if sum(one.exists() for one in paths) < len(paths):
                raise KeyboardInterrupt
            unlink(path, missing_ok=missing_ok)

        monkeypatch.setattr(Path, "unlink", crash_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            await remove_orphans(database, tmp_path)
        monkeypatch.undo()
        assert await remove_orphans(database, tmp_path) == 2
        assert not any(path.exists() for path in paths)

    async def test_a_file_whose_message_is_still_to_come_is_left(self, database: Database, tmp_path: Path) -> None:
        young = put(tmp_path, "telegram/aa/young.jpg", age=KEPT_WITHOUT_MESSAGE - HOUR)
        assert await remove_orphans(database, tmp_path) == 0
        assert young.exists()

    async def test_a_download_that_was_cut_off_goes_too(self, database: Database, tmp_path: Path) -> None:
        put(tmp_path, "telegram/aa/.0123.part")
        assert await remove_orphans(database, tmp_path) == 1

    async def test_without_a_folder_there_is_nothing_to_do(self, database: Database, tmp_path: Path) -> None:
        assert await remove_orphans(database, tmp_path / "none") == 0

    async def test_erasing_leaves_no_ref_behind(self, database: Database) -> None:
        async with database.transaction() as session:
            received = await conversations.receive(session, photo("telegram/aa/mine.jpg"))
            member = await members.create(session, family_name="王")
            received.conversation.member_id = member.id
            await session.flush()
            assert await messages.attachment_refs(session, among={"telegram/aa/mine.jpg", "x"}) == {
                "telegram/aa/mine.jpg"
            }
            await privacy.erase(session, member.id, by="agent:1")
            assert await messages.attachment_refs(session, among={"telegram/aa/mine.jpg"}) == set()


class TestStored:
    def test_a_file_is_found_and_nothing_outside_the_folder(self, tmp_path: Path) -> None:
        folder = tmp_path / "attachments"
        path = put(folder, "telegram/aa/mine.jpg")
        secret = put(tmp_path, "secret.key")
        (folder / "link").symlink_to(secret)
        assert stored(folder, "telegram/aa/mine.jpg") == path
        for ref in ("../secret.key", str(secret), "link", "telegram", "none.jpg", "", None):
            assert stored(folder, ref) is None
