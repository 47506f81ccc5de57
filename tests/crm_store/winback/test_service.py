"""Working on a case: acts are written once, by leave of the member; what came of it is said once."""

import pytest

from crm_store import departures, members, privacy, winback, work
from crm_store.departures import InterviewBy
from crm_store.errors import KeyReused
from crm_store.winback import ActKind, ContactRefused, WinBackOver, WinBackState, filling
from crm_store.work import Filters, Kind
from tests.crm_store.inbox import make_agent
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.winback.gone import DAY, leaving, silent


@pytest.fixture(autouse=True)
def _nobody_is_held():
    with changed("win_back: {held_back: 0}"):
        yield


async def case_of(session, frozen_clock, member):
    case = await filling.open_for(session, member.id, at=frozen_clock.moment)
    assert isinstance(case, winback.WinBackCase), case
    return case


async def test_an_act_is_written_once_and_makes_the_case_ones_own(session, frozen_clock):
    agent, case = await make_agent(session), await case_of(session, frozen_clock, await silent(session))
    first = await winback.act(session, case, kind=ActKind.CALL, agent_id=agent, key="k", note=" 会看看新品 ")
    again = await winback.act(session, case, kind=ActKind.CALL, agent_id=agent, key="k", note="别的")
    assert (again.id, again.note, case.owner_id, case.acted_at) == (first.id, "会看看新品", agent, first.at)
    with pytest.raises(KeyReused):
        await winback.act(session, case, kind=ActKind.MESSAGE, agent_id=agent, key="k")
    assert [each.kind for each in await winback.acts_of(session, case.id)] == ["call"]


async def test_the_owner_stays_when_a_colleague_acts(session, frozen_clock):
    case = await case_of(session, frozen_clock, await silent(session))
    owner, other = await make_agent(session), await make_agent(session, name="另一位")
    await winback.assign(session, case, owner_id=owner)
    await winback.act(session, case, kind=ActKind.CALL, agent_id=other, key="k")
    assert case.owner_id == owner


async def test_whoever_has_said_no_since_is_not_contacted(session, frozen_clock):
    member = await silent(session)
    agent, case = await make_agent(session), await case_of(session, frozen_clock, member)
    await members.set_marketing_consent(session, member, False)
    with pytest.raises(ContactRefused):
        await winback.act(session, case, kind=ActKind.CALL, agent_id=agent, key="k")


async def test_what_came_of_it_is_said_once(session, frozen_clock):
    agent, case = await make_agent(session), await case_of(session, frozen_clock, await silent(session))
    await winback.record_outcome(session, case, outcome=WinBackState.NOT_INTERESTED, agent_id=agent, note="换了别家")
    assert (case.state, case.outcome_by_id, case.owner_id) == ("not_interested", agent, agent)
    with pytest.raises(WinBackOver):
        await winback.record_outcome(session, case, outcome=WinBackState.NOT_REACHED, agent_id=agent)
    with pytest.raises(WinBackOver):
        await winback.act(session, case, kind=ActKind.CALL, agent_id=agent, key="k")


async def test_an_interview_after_the_call_changes_the_approach(session, frozen_clock):
    member = await silent(session)
    case = await case_of(session, frozen_clock, member)
    assert case.approach == "silent"
    told = await departures.interview(session, member.id, by=InterviewBy.AGENT, key="a", causes=["delivery", "price"])
    await winback.take_in(session, told)
    assert case.approach == "delivery"
    assert (await winback.interview_of(session, case)).id == told.id


class TestOnTheWorkDesk:
    async def test_it_is_due_until_the_first_act(self, session, frozen_clock):
        agent, case = await make_agent(session), await case_of(session, frozen_clock, await silent(session))
        [row] = await work.listing(session, Kind.WIN_BACK, Filters())
        assert (row.number, row.what, row.about, row.state, row.due_at) == (
            str(case.id), "silent", "silent", "open", case.due_at,
        )  # fmt: skip
        await winback.act(session, case, kind=ActKind.CALL, agent_id=agent, key="k")
        [row] = await work.listing(session, Kind.WIN_BACK, Filters())
        assert (row.due_at, row.owner_id) == (None, agent)

    async def test_an_agent_who_goes_leaves_it_to_all(self, session, frozen_clock):
        agent, case = await make_agent(session), await case_of(session, frozen_clock, await silent(session))
        await winback.assign(session, case, owner_id=agent)
        assert await work.release(session, agent, by_id=agent) == 1
        assert case.owner_id is None


async def test_erasing_takes_the_words_away(session, frozen_clock):
    member = await leaving(session)
    agent = await make_agent(session)
    told = await departures.interview(
        session, member.id, by=InterviewBy.MEMBER, key="a", words="太贵", wish="便宜点", may_contact=True
    )
    frozen_clock.move(20 * DAY)
    case = await case_of(session, frozen_clock, member)
    done = await winback.act(session, case, kind=ActKind.CALL, agent_id=agent, key="k", note="住在杭州")
    exported = await privacy.export_data(session, member.id)
    assert [(each["words"], "keys" in each) for each in exported["exit_interviews"]] == [("太贵", False)]
    await privacy.erase(session, member.id, by="agent:1")
    for each in (told, done):
        await session.refresh(each)
    assert (told.words, told.wish, told.may_contact, done.note) == ("", "", False, "")
