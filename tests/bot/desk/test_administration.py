"""What administrators do with agents' accounts: by role, written down, told, and what customers notice of it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.desk import administration
from bot.desk.administration import ACCOUNT, CHANGED, account_topic
from bot.desk.attendance import STAFF
from bot.desk.casework.acting import NotAllowed
from bot.desk.desk import Desk
from bot.jobs.queue import return_abandoned
from crm_store import agents, audit, availability, passwords, staff
from crm_store.agents import Agent, EmailTaken, Role
from crm_store.conversations import ConversationState
from tests.bot.desk.test_attendance import held
from tests.bot.desk.test_desk import agent, current, told

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def somebody(desk: Desk, name: str, role: Role) -> int:
    agent_id = await agent(desk, name)
    async with desk.database.transaction() as session:
        (await agents.get(session, agent_id)).role = role
    return agent_id


async def known(desk: Desk, agent_id: int) -> Agent:
    async with desk.database.reading() as session:
        return await agents.get(session, agent_id)


async def trail(desk: Desk, by_id: int) -> list[tuple[str, str, dict[str, Any]]]:
    """What the agent did, the first first."""
    async with desk.database.reading() as session:
        found = await audit.entries(session, agent_id=by_id)
    return [(each.action, each.subject, each.details) for each in found[::-1]]


class TestAdding:
    async def test_the_password_opens_the_account_once_it_is_theirs(self, desk: Desk) -> None:
        boss = await somebody(desk, "管理员", Role.ADMIN)
        added, password = await administration.add(
            desk, boss, email="Xin@Shop.example", name="赵新", role=Role.SUPERVISOR, language="zh-Hant"
        )
        new = await known(desk, added.id)
        assert (new.email, new.name, new.role, new.language) == ("xin@shop.example", "赵新", "supervisor", "zh-Hant")
        assert new.password_is_temporary
        assert await passwords.matches(new.password_hash, password)
        assert await trail(desk, boss) == [("add_agent", f"agent:{new.id}", {"role": "supervisor"})]

    async def test_a_second_press_makes_no_second_agent(self, desk: Desk) -> None:
        boss = await somebody(desk, "管理员", Role.ADMIN)
        asked = {"email": "xin@shop.example", "name": "赵新", "role": Role.AGENT, "language": "zh-Hans"}
        await administration.add(desk, boss, **asked)
        with pytest.raises(EmailTaken):
            await administration.add(desk, boss, **asked)
        assert len(await trail(desk, boss)) == 1

    async def test_no_two_passwords_are_alike_and_each_is_long_enough(self) -> None:
        made = {passwords.one_time() for _ in range(50)}
        assert len(made) == 50
        for each in made:
            passwords.check_length(each)


class TestClosing:
    async def test_customers_go_back_and_are_told_the_agents_pages_hear_of_it(self, desk: Desk) -> None:
        boss, gone = await somebody(desk, "管理员", Role.ADMIN), await somebody(desk, "林悦", Role.AGENT)
        conversation = await held(desk, gone)
        async with desk.signals.subscribe(account_topic(gone), STAFF) as events:
            await administration.close(desk, boss, gone)
            heard = [event["kind"] for event in events.drain()]
        assert {ACCOUNT, CHANGED} <= set(heard)
        now_known = await current(desk, conversation.id)
        assert (now_known.state, now_known.agent_id) == (ConversationState.QUEUE, None)
        assert "林悦" in str((await told(desk, conversation))[-1].text)
        assert not (await known(desk, gone)).active
        assert await trail(desk, boss) == [("close_agent", f"agent:{gone}", {"conversations": 1, "cases": 0})]

    async def test_twice_leaves_one_entry(self, desk: Desk) -> None:
        boss, gone = await somebody(desk, "管理员", Role.ADMIN), await somebody(desk, "林悦", Role.AGENT)
        for _ in range(2):
            await administration.close(desk, boss, gone)
        for _ in range(2):
            await administration.reopen(desk, boss, gone)
        assert [action for action, _, _ in await trail(desk, boss)] == ["close_agent", "reopen_agent"]
        assert (await known(desk, gone)).active

    async def test_what_a_broken_off_closing_left_is_found_by_the_job(self, desk: Desk) -> None:
        boss, gone = await somebody(desk, "管理员", Role.ADMIN), await somebody(desk, "林悦", Role.AGENT)
        answered = await held(desk, gone)
        async with desk.database.transaction() as session:
            await staff.close_account(session, gone, by_id=boss)
        assert await return_abandoned(desk) == 1
        assert (await current(desk, answered.id)).state == ConversationState.QUEUE
        async with desk.database.reading() as session:
            assert await availability.abandoned(session) == []


class TestRoles:
    async def test_a_new_role_is_written_down_once(self, desk: Desk) -> None:
        boss, lin = await somebody(desk, "管理员", Role.ADMIN), await somebody(desk, "林悦", Role.AGENT)
        for _ in range(2):
            await administration.change_role(desk, boss, lin, Role.SUPERVISOR)
        assert await trail(desk, boss) == [("change_agent_role", f"agent:{lin}", {"role": "supervisor"})]

    async def test_a_reset_password_is_another_one(self, desk: Desk) -> None:
        boss, lin = await somebody(desk, "管理员", Role.ADMIN), await somebody(desk, "林悦", Role.AGENT)
        password = await administration.reset_password(desk, boss, lin)
        now_known = await known(desk, lin)
        assert now_known.password_is_temporary
        assert await passwords.matches(now_known.password_hash, password)
        assert await trail(desk, boss) == [("reset_agent_password", f"agent:{lin}", {})]

    async def test_a_supervisor_says_what_an_agent_serves(self, desk: Desk) -> None:
        lead, lin = await somebody(desk, "主管", Role.SUPERVISOR), await somebody(desk, "林悦", Role.AGENT)
        for _ in range(2):
            await administration.set_skills(desk, lead, lin, languages=["en"], skills=["anger"], capacity=3)
        now_known = await known(desk, lin)
        assert (now_known.languages, now_known.skills, now_known.capacity) == (["en"], ["anger"], 3)
        assert await trail(desk, lead) == [
            ("set_agent_skills", f"agent:{lin}", {"languages": ["en"], "skills": ["anger"], "capacity": 3})
        ]


ACTS: dict[str, tuple[Role, Callable[[Desk, int, int], Awaitable[object]]]] = {
    "add": (
        Role.ADMIN,
        lambda desk, by, _: administration.add(
            desk, by, email="x@shop.example", name="赵新", role=Role.AGENT, language="en"
        ),
    ),
    "close": (Role.ADMIN, administration.close),
    "reopen": (Role.ADMIN, administration.reopen),
    "role": (Role.ADMIN, lambda desk, by, whom: administration.change_role(desk, by, whom, Role.ADMIN)),
    "password": (Role.ADMIN, administration.reset_password),
    "skills": (
        Role.SUPERVISOR,
        lambda desk, by, whom: administration.set_skills(desk, by, whom, languages=[], skills=[], capacity=1),
    ),
}


@pytest.mark.parametrize("act", ACTS)
async def test_who_may_not_is_refused_by_the_act_itself(desk: Desk, act: str) -> None:
    needed, do = ACTS[act]
    lin = await somebody(desk, "林悦", Role.AGENT)
    before = vars(await known(desk, lin)).copy()
    for role in [each for each in Role if not agents.may(Agent(role=each, active=True), needed)]:
        by = await somebody(desk, "别人", role)
        with pytest.raises(NotAllowed):
            await do(desk, by, lin)
        assert await trail(desk, by) == []
    after = vars(await known(desk, lin))
    assert {key: value for key, value in after.items() if key != "_sa_instance_state"} == {
        key: value for key, value in before.items() if key != "_sa_instance_state"
    }
