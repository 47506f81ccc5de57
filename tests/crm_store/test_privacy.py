import json
from datetime import timedelta

import pytest

from crm_store import (
    accrual,
    callbacks,
    complaints,
    conversations,
    feedback,
    interactions,
    members,
    privacy,
    promises,
    referrals,
    tiers,
)
from crm_store.complaints import Audience
from crm_store.errors import KeyReused
from crm_store.labels import label
from crm_store.language import Language
from crm_store.members import MemberStatus
from crm_store.orders import OrderStatus
from crm_store.policy import policy
from crm_store.privacy import PrivacyKind, PrivacyRequestClosed, PrivacyStatus
from crm_store.promises import PromiseStatus
from tests.crm_store.inbox import make_agent, receive
from tests.crm_store.shop import make_member, make_order, make_parcel

SECRETS = ["南京西路", "13812345678", "王芳", "fang@example.com", "我很生气", "补发一双", "请叫我芳姐"]


async def lived_member(session, clock):
    """A member who left traces in every table that keeps words or addresses."""
    member = await make_member(session, family_name="王", phone="13812345678", email="fang@example.com")
    member.given_name = "王芳"
    order = await make_order(session, member, address="南京西路 1 号", recipient="王芳", recipient_phone="13812345678")
    await make_parcel(session, order)
    received = await receive(session, "我很生气")
    received.conversation.member_id = member.id
    where = {"member_id": member.id, "conversation_id": received.conversation.id}
    complaint = await complaints.file(session, category="other", description="补发一双", key="m1", **where)
    agent = await make_agent(session)
    await complaints.add_event(session, complaint, text="内部备注", audience=Audience.STAFF, agent_id=agent)
    await conversations.take(session, received.conversation.id, agent)
    await conversations.note(session, received.conversation.id, agent_id=agent, text="内部备注", key="n1")
    await feedback.record(session, kind="praise", text="请叫我芳姐", key="m2", **where)
    await interactions.record(session, channel="web", outcome="answered", summary="我很生气", **where)
    start = clock.moment + timedelta(hours=3)
    window = {"window_start": start, "window_end": start + timedelta(hours=1)}
    await callbacks.request(session, phone="13812345678", topic="补发一双", key="m3", **where, **window)
    return member, agent


class TestOpen:
    async def test_due_in_fifteen_days_and_promised(self, session, frozen_clock):
        member = await make_member(session, language="en")
        request = await privacy.open(session, member_id=member.id, kind="export", key="m1")
        assert request.due_at == frozen_clock.moment + timedelta(days=15)
        [promise] = await promises.open_for_member(session, member.id)
        assert promise.text == "We answer your request (export my data) by 7 December"

    async def test_the_same_key_or_wish_is_the_same_request(self, session, frozen_clock):
        member = await make_member(session)
        first = await privacy.open(session, member_id=member.id, kind="delete", key="m1")
        assert await privacy.open(session, member_id=member.id, kind="delete", key="m1") is first
        assert await privacy.open(session, member_id=member.id, kind="delete", key="m2") is first
        other = await privacy.open(session, member_id=member.id, kind="export", key="m3")
        assert other is not first
        assert list(await privacy.open_list(session)) == [first, other]
        with pytest.raises(KeyReused):
            await privacy.open(session, member_id=member.id, kind="export", key="m1")


class TestClosing:
    async def test_done_and_refused_keep_the_promise(self, session, frozen_clock):
        member, agent = await make_member(session), await make_agent(session)
        export = await privacy.open(session, member_id=member.id, kind="export", key="m1")
        delete = await privacy.open(session, member_id=member.id, kind="delete", key="m2")
        await privacy.complete(session, export, agent_id=agent)
        await privacy.refuse(session, delete, agent_id=agent, note="还有订单在路上")
        assert (export.status, delete.status) == (PrivacyStatus.DONE, PrivacyStatus.REFUSED)
        assert {each.status for each in await promises.for_member(session, member.id)} == {PromiseStatus.KEPT}
        assert member.status == MemberStatus.ACTIVE
        with pytest.raises(PrivacyRequestClosed):
            await privacy.complete(session, delete, agent_id=agent)

    async def test_withdrawn(self, session, frozen_clock):
        member = await make_member(session)
        request = await privacy.open(session, member_id=member.id, kind="delete", key="m1")
        await privacy.withdraw(session, request)
        assert request.status == PrivacyStatus.WITHDRAWN
        assert [each.status for each in await promises.for_member(session, member.id)] == [PromiseStatus.CANCELLED]


class TestExport:
    async def test_everything_of_the_member_and_nothing_of_the_staff(self, session, frozen_clock):
        member, _ = await lived_member(session, frozen_clock)
        stranger, _ = await make_member(session, email="other@example.com"), None
        text = json.dumps(await privacy.export_data(session, member.id), ensure_ascii=False)
        assert [secret for secret in SECRETS if secret not in text] == []
        assert "内部备注" not in text
        assert "other@example.com" not in text
        assert member.phone_index not in text
        assert stranger.number not in text

    async def test_the_own_code_and_what_came_of_it_and_nobody_elses_order(self, session, frozen_clock):
        await tiers.ensure_defaults(session)
        member, friend = await make_member(session), await make_member(session)
        code = await referrals.code_of(session, member)
        await referrals.name_code(session, friend, code)
        await accrual.complete(session, await make_order(session, friend, number="F-77", status=OrderStatus.DELIVERED))
        mine = (await privacy.export_data(session, member.id))["referrals"]
        theirs = (await privacy.export_data(session, friend.id))["referrals"]
        assert (mine["code"], len(mine["named_by_friends"]), mine["named_a_friend"]) == (code, 1, [])
        assert "F-77" not in json.dumps(mine)
        assert theirs["code"] is None
        assert theirs["named_a_friend"][0]["order_number"] == "F-77"
        assert code not in json.dumps(theirs)


class TestErase:
    async def test_nothing_that_tells_who_it_was_is_left(self, session, frozen_clock):
        member, agent = await lived_member(session, frozen_clock)
        request = await privacy.open(session, member_id=member.id, kind=PrivacyKind.DELETE, key="m9")
        await privacy.complete(session, request, agent_id=agent)
        assert (await members.get(session, member.id)).status == MemberStatus.ERASED
        text = json.dumps(await privacy.export_data(session, member.id), ensure_ascii=False)
        assert [secret for secret in SECRETS if secret in text] == []
        assert "39900" in text


class TestWords:
    @pytest.mark.parametrize("language", list(Language))
    def test_every_kind_and_status_has_a_name(self, language):
        assert policy().privacy.answer_within == timedelta(days=15)
        assert all(label("privacy_kind", kind, language) for kind in PrivacyKind)
        assert all(label("privacy_status", status, language) for status in PrivacyStatus)
