"""Codes of a phone and recovery codes: each opens once, in its time, for its agent alone."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import agents, clock, crypto, keys, second_factor
from crm_store.agents import Agent, Role
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.errors import NotFound
from crm_store.second_factor import (
    CODE_DIGITS,
    RECOVERY_CODES,
    SET_UP_WITHIN,
    Demand,
    FactorCodeWrong,
    FactorNotSetUp,
    FactorStands,
    Proof,
    RecoveryCode,
    SecondFactor,
)
from tests.conftest import TEST_SECRET
from tests.crm_store.inbox import make_agent
from tests.crm_store.policy.shop_files import changed

STEP = timedelta(seconds=30)
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
RFC_CODES = {59: "287082", 1111111109: "081804", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"}
"""RFC 6238, appendix B, for SHA-1: the last six of the eight digits."""


def shown_by(secret: str, *, at: datetime | None = None) -> str:
    """What the phone shows."""
    return pyotp.TOTP(secret).at(at or clock.now())


async def set_up(session: AsyncSession, agent_id: int) -> tuple[str, list[str]]:
    """The secret in the agent's phone, and the recovery codes."""
    secret = (await second_factor.begin(session, agent_id)).secret
    return secret, await second_factor.confirm(session, agent_id, shown_by(secret))


class TestSettingUp:
    async def test_it_counts_from_the_first_right_code_on(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        agent_id = await make_agent(session)
        secret = (await second_factor.begin(session, agent_id)).secret
        assert await second_factor.standing(session, agent_id) is None
        with pytest.raises(FactorCodeWrong):
            await second_factor.confirm(session, agent_id, shown_by(pyotp.random_base32()))
        assert await second_factor.standing(session, agent_id) is None
        assert await second_factor.holders(session) == set()
        codes = await second_factor.confirm(session, agent_id, shown_by(secret))
        assert len(set(codes)) == RECOVERY_CODES == await second_factor.recovery_codes_left(session, agent_id)
        assert await second_factor.holders(session) == {agent_id}

    async def test_looked_at_again_it_is_the_same_until_it_has_waited_too_long(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        agent_id = await make_agent(session)
        first = (await second_factor.begin(session, agent_id)).secret
        frozen_clock.move(SET_UP_WITHIN - STEP)
        assert (await second_factor.begin(session, agent_id)).secret == first
        waiting = await second_factor.waiting(session, agent_id)
        assert waiting is not None
        frozen_clock.move(STEP)
        assert await second_factor.waiting(session, agent_id) is None
        with pytest.raises(FactorNotSetUp):
            await second_factor.confirm(session, agent_id, shown_by(first))
        assert (await second_factor.begin(session, agent_id)).secret != first

    async def test_one_that_stands_is_not_replaced(self, session: AsyncSession) -> None:
        agent_id = await make_agent(session)
        secret, _ = await set_up(session, agent_id)
        with pytest.raises(FactorStands):
            await second_factor.begin(session, agent_id)
        with pytest.raises(FactorStands):
            await second_factor.confirm(session, agent_id, shown_by(secret, at=clock.now() + STEP))

    async def test_sessions_begun_with_the_password_alone_are_over(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        agent = await agents.get(session, await make_agent(session))
        frozen_clock.move(STEP)
        before = clock.now()
        assert agents.session_holds(agent, before)
        frozen_clock.move(STEP)
        await set_up(session, agent.id)
        assert not agents.session_holds(agent, before)

    def test_what_the_app_reads_names_house_account_and_secret(self) -> None:
        address = urlsplit(second_factor.app_address(Agent(email="lin@shop.example"), RFC_SECRET))
        assert (address.scheme, address.netloc) == ("otpauth", "totp")
        assert address.path == "/Huike:lin%40shop.example"
        told = parse_qs(address.query)
        assert (told["secret"], told["issuer"]) == ([RFC_SECRET], ["Huike"])


class TestCodes:
    @pytest.mark.parametrize(("seconds", "code"), RFC_CODES.items())
    async def test_the_standards_own_examples(self, session: AsyncSession, seconds: int, code: str) -> None:
        agent_id = await make_agent(session)
        with clock.frozen(datetime.fromtimestamp(seconds, UTC)):
            factor = await second_factor.begin(session, agent_id)
            factor.secret = RFC_SECRET
            await session.flush()
            await second_factor.confirm(session, agent_id, code)

    @pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
    async def test_a_phones_clock_may_be_one_step_off(
        self, session: AsyncSession, frozen_clock: FrozenClock, steps: int, taken: bool
    ) -> None:
        agent_id = await make_agent(session)
        secret, _ = await set_up(session, agent_id)
        frozen_clock.move(10 * STEP)
        code = shown_by(secret, at=clock.now() + steps * STEP)
        if taken:
            assert await second_factor.prove(session, agent_id, code) is Proof.APP
        else:
            with pytest.raises(FactorCodeWrong):
                await second_factor.prove(session, agent_id, code)

    async def test_a_code_opens_once_and_so_does_the_one_that_confirmed(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        agent_id = await make_agent(session)
        secret, _ = await set_up(session, agent_id)
        with pytest.raises(FactorCodeWrong):
            await second_factor.prove(session, agent_id, shown_by(secret))
        frozen_clock.move(STEP)
        code = shown_by(secret)
        await second_factor.prove(session, agent_id, code)
        for _ in range(2):
            with pytest.raises(FactorCodeWrong):
                await second_factor.prove(session, agent_id, code)
            frozen_clock.move(STEP)

    async def test_after_a_later_code_an_earlier_one_is_over(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        agent_id = await make_agent(session)
        secret, _ = await set_up(session, agent_id)
        frozen_clock.move(5 * STEP)
        await second_factor.prove(session, agent_id, shown_by(secret, at=clock.now() + STEP))
        with pytest.raises(FactorCodeWrong):
            await second_factor.prove(session, agent_id, shown_by(secret))

    async def test_it_is_read_as_people_type_it(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        agent_id = await make_agent(session)
        secret, codes = await set_up(session, agent_id)
        frozen_clock.move(STEP)
        shown = shown_by(secret).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        assert await second_factor.prove(session, agent_id, f" {shown[:3]} {shown[3:]} ") is Proof.APP
        typed = codes[0].replace("-", " ").upper()
        assert await second_factor.prove(session, agent_id, typed) is Proof.RECOVERY

    @pytest.mark.parametrize("typed", ["", "-", "000", "null", "𐍈" * 6])
    async def test_nonsense_is_a_wrong_code(self, session: AsyncSession, typed: str) -> None:
        agent_id = await make_agent(session)
        await set_up(session, agent_id)
        with pytest.raises(FactorCodeWrong):
            await second_factor.prove(session, agent_id, typed)

    async def test_nobody_without_a_factor_proves_anything(self, session: AsyncSession) -> None:
        agent_id = await make_agent(session)
        secret = (await second_factor.begin(session, agent_id)).secret
        with pytest.raises(FactorCodeWrong):
            await second_factor.prove(session, agent_id, shown_by(secret))

    async def test_of_one_code_sent_twice_at_once_one_is_taken(self, database: Database) -> None:
        async with database.transaction() as session:
            agent_id = await make_agent(session)
            secret, codes = await set_up(session, agent_id)
            await session.execute(update(SecondFactor).values(last_step=0))

        async def proved(code: str) -> bool:
            try:
                async with database.transaction() as session:
                    await second_factor.prove(session, agent_id, code)
            except FactorCodeWrong:
                return False
            return True

        for code in (shown_by(secret), codes[0]):
            assert sorted(await asyncio.gather(*(proved(code) for _ in range(4)))) == [False, False, False, True]


class TestRecovery:
    async def test_each_opens_once_for_its_agent_alone(self, session: AsyncSession) -> None:
        mine, theirs = await make_agent(session, "我"), await make_agent(session, "他")
        _, codes = await set_up(session, mine)
        await set_up(session, theirs)
        with pytest.raises(FactorCodeWrong):
            await second_factor.prove(session, theirs, codes[3])
        assert await second_factor.prove(session, mine, codes[3]) is Proof.RECOVERY
        with pytest.raises(FactorCodeWrong):
            await second_factor.prove(session, mine, codes[3])
        assert await second_factor.recovery_codes_left(session, mine) == RECOVERY_CODES - 1
        assert await second_factor.recovery_codes_left(session, theirs) == RECOVERY_CODES

    async def test_new_ones_end_those_of_before(self, session: AsyncSession) -> None:
        agent_id = await make_agent(session)
        _, old = await set_up(session, agent_id)
        new = await second_factor.renew_recovery_codes(session, agent_id)
        assert not set(old) & set(new)
        with pytest.raises(FactorCodeWrong):
            await second_factor.prove(session, agent_id, old[0])
        assert await second_factor.prove(session, agent_id, new[0]) is Proof.RECOVERY

    async def test_neither_secret_nor_codes_can_be_read_in_the_tables(self, session: AsyncSession) -> None:
        agent_id = await make_agent(session)
        secret, codes = await set_up(session, agent_id)
        [kept] = (await session.execute(text("SELECT secret FROM second_factors"))).scalars()
        assert secret not in kept
        assert crypto.decrypt(kept) == secret
        hashes = set(await session.scalars(select(RecoveryCode.code_hash)))
        assert not hashes & {each for code in codes for each in (code, code.replace("-", ""))}


class TestRemoving:
    async def test_nothing_is_left_and_every_session_is_over(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        agent = await agents.get(session, await make_agent(session))
        secret, codes = await set_up(session, agent.id)
        frozen_clock.move(STEP)
        signed_in = clock.now()
        frozen_clock.move(STEP)
        assert await second_factor.remove(session, agent.id)
        assert not agents.session_holds(agent, signed_in)
        assert await second_factor.standing(session, agent.id) is None
        for code in (shown_by(secret), codes[0]):
            with pytest.raises(FactorCodeWrong):
                await second_factor.prove(session, agent.id, code)
        assert (await second_factor.begin(session, agent.id)).secret != secret

    async def test_where_there_is_none_nothing_happens(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        agent = await agents.get(session, await make_agent(session))
        await second_factor.begin(session, agent.id)
        signed_in = clock.now()
        frozen_clock.move(STEP)
        assert not await second_factor.remove(session, agent.id)
        assert agents.session_holds(agent, signed_in)
        assert await second_factor.waiting(session, agent.id) is None
        with pytest.raises(NotFound):
            await second_factor.remove(session, agent.id + 1000)


class TestPolicy:
    def test_what_a_role_needs_is_the_policys(self) -> None:
        told = {role: second_factor.demand(Agent(role=role)) for role in Role}
        assert told == {
            Role.AGENT: Demand.OPTIONAL, Role.SUPERVISOR: Demand.REQUIRED, Role.ADMIN: Demand.REQUIRED,
        }  # fmt: skip
        with changed("sign_in: {second_factor: {agent: off, admin: optional}}"):
            told = {role: second_factor.demand(Agent(role=role)) for role in Role}
        assert told == {
            Role.AGENT: Demand.OFF, Role.SUPERVISOR: Demand.REQUIRED, Role.ADMIN: Demand.OPTIONAL,
        }  # fmt: skip


async def test_the_secret_is_rotated_with_the_others(database: Database) -> None:
    old, new = "the secret of the years before this one", "the secret that takes its place today"
    crypto.use_secret(old)
    try:
        async with database.transaction() as session:
            await keys.remember(session)
            agent_id = await make_agent(session)
            secret, codes = await set_up(session, agent_id)
        assert await keys.rotate(database, crypto.Keys(old), crypto.Keys(new)) == 1
        crypto.use_secret(new)
        async with database.transaction() as session:
            found = await second_factor.standing(session, agent_id)
            assert found is not None
            assert found.secret == secret
            assert await second_factor.prove(session, agent_id, codes[0]) is Proof.RECOVERY
            assert await second_factor.prove(session, agent_id, shown_by(secret, at=clock.now() + STEP)) is Proof.APP
    finally:
        crypto.use_secret(TEST_SECRET)


def test_the_phone_shows_as_many_digits_as_are_asked_for() -> None:
    assert len(shown_by(RFC_SECRET)) == CODE_DIGITS
