"""Wrong keys are counted by address, in one process or in all."""

import uuid
from datetime import timedelta

from bot.guesses import ADDRESSES_REMEMBERED, WINDOW, WRONG_KEYS_ALLOWED, Guesses, SharedGuesses, open_guesses
from crm_store.clock import FrozenClock


async def guess(guesses: Guesses, address: str, times: int = WRONG_KEYS_ALLOWED) -> None:
    for _ in range(times):
        await guesses.note(address)


class TestInOneProcess:
    async def test_the_last_allowed_guess_makes_the_address_wait_until_the_minute_is_over(
        self, frozen_clock: FrozenClock
    ) -> None:
        guesses = Guesses()
        await guess(guesses, "192.0.2.1", WRONG_KEYS_ALLOWED - 1)
        assert await guesses.wait("192.0.2.1") == 0
        frozen_clock.move(timedelta(seconds=20))
        await guesses.note("192.0.2.1")
        assert await guesses.wait("192.0.2.1") == 40
        assert await guesses.wait("192.0.2.2") == 0
        frozen_clock.move(timedelta(seconds=40))
        assert await guesses.wait("192.0.2.1") == 0

    async def test_the_addresses_of_one_ipv6_line_count_together(self) -> None:
        guesses = Guesses()
        for host in range(WRONG_KEYS_ALLOWED):
            await guesses.note(f"2001:db8::{host:x}")
        assert await guesses.wait("2001:db8::ffff") > 0
        assert await guesses.wait("2001:db8:0:1::1") == 0

    async def test_no_more_than_so_many_addresses_are_remembered(self) -> None:
        guesses = Guesses()
        for number in range(ADDRESSES_REMEMBERED + 10):
            await guesses.note(f"address {number}")
        assert len(guesses._counts) == ADDRESSES_REMEMBERED


class TestAmongProcesses:
    async def test_guesses_at_one_process_count_at_another(self, redis_url: str) -> None:
        address = uuid.uuid4().hex
        here, there = open_guesses(redis_url), open_guesses(redis_url)
        await guess(here, address, WRONG_KEYS_ALLOWED - 1)
        assert await there.wait(address) == 0
        await guess(there, address, 1)
        for one in (here, there):
            assert 0 < await one.wait(address) <= WINDOW.total_seconds()
            await one.close()

    async def test_without_the_server_each_process_counts_alone(self) -> None:
        alone = open_guesses("redis://127.0.0.1:9/0")
        assert isinstance(alone, SharedGuesses)
        await guess(alone, "192.0.2.1")
        assert await alone.wait("192.0.2.1") > 0
        await alone.close()


def test_without_redis_nothing_is_shared() -> None:
    assert type(open_guesses("")) is Guesses
