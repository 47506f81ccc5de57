import pytest

from crm_store import feedback
from crm_store.errors import KeyReused
from crm_store.feedback import FeedbackKind, FeedbackStatus
from tests.crm_store.inbox import make_agent
from tests.crm_store.shop import make_member


class TestRecord:
    async def test_once_by_key(self, session):
        member = await make_member(session)
        first = await feedback.record(
            session, kind="suggestion", text=" 可以加个自提点 ", key="m1", member_id=member.id
        )
        assert await feedback.record(session, kind="suggestion", text="?", key="m1", member_id=member.id) is first
        assert (first.text, first.status) == ("可以加个自提点", FeedbackStatus.NEW)
        with pytest.raises(KeyReused):
            await feedback.record(session, kind="praise", text="?", key="m1", member_id=member.id)

    async def test_no_words_are_no_feedback(self, session):
        with pytest.raises(ValueError, match="without words"):
            await feedback.record(session, kind="praise", text="  ", key="m1")


class TestReading:
    async def test_new_ones_until_read_and_answered_stays_answered(self, session):
        member, agent = await make_member(session), await make_agent(session)
        idea = await feedback.record(session, kind="suggestion", text="a", key="m1", member_id=member.id)
        praise = await feedback.record(session, kind="praise", text="b", key="m2", member_id=member.id)
        assert list(await feedback.latest(session)) == [praise, idea]
        assert list(await feedback.latest(session, kind=FeedbackKind.PRAISE)) == [praise]
        await feedback.mark_read(session, idea, agent_id=agent, answered=True)
        await feedback.mark_read(session, idea, agent_id=agent)
        assert idea.status == FeedbackStatus.ANSWERED
        assert list(await feedback.latest(session, only_new=True)) == [praise]
        assert set(await feedback.for_member(session, member.id)) == {idea, praise}
