"""What comes from whom is counted, in one process or in all."""

import asyncio
import uuid

import pytest
from limits import RateLimitItemPerSecond
from structlog.testing import capture_logs

from bot.rate_limits import RateLimits, Rates, source_of
from bot.settings import Settings
from tests.stack import free_port

TWICE = RateLimitItemPerSecond(2, 60, namespace="twice")


async def test_the_third_of_two_allowed_is_refused_and_nobody_elses() -> None:
    limits = RateLimits(Rates())
    assert await limits.wait(TWICE, "here") == 0
    assert [await limits.allows(TWICE, "here") for _ in range(3)] == [True, True, False]
    assert 55 < await limits.wait(TWICE, "here") <= 60
    assert await limits.wait(TWICE, "there") == 0
    assert await limits.allows(TWICE, "there")


async def test_the_window_ends_and_everything_is_allowed_again() -> None:
    limits, second = RateLimits(Rates()), RateLimitItemPerSecond(1, 1, namespace="second")
    assert await limits.allows(second, "here")
    assert await limits.wait(second, "here") == 1
    async with asyncio.timeout(5):
        while await limits.wait(second, "here"):  # noqa: ASYNC110 - a window has no event
            await asyncio.sleep(0.05)
    assert await limits.allows(second, "here")


async def test_asking_how_long_to_wait_counts_nothing() -> None:
    limits = RateLimits(Rates())
    for _ in range(5):
        assert await limits.wait(TWICE, "here") == 0


def test_the_addresses_of_one_ipv6_line_count_together() -> None:
    assert source_of("2001:db8::1") == source_of("2001:db8::ffff")
    assert source_of("2001:db8::1") != source_of("2001:db8:0:1::1")
    assert source_of("192.0.2.1") != source_of("192.0.2.2")
    assert source_of("a unix socket") == "a unix socket"


class TestAmongProcesses:
    async def test_what_one_process_counts_another_knows(self, redis_url: str) -> None:
        who = uuid.uuid4().hex
        here, there = RateLimits(Rates(), redis_url), RateLimits(Rates(), redis_url)
        assert await here.allows(TWICE, who)
        assert await there.wait(TWICE, who) == 0
        assert await there.allows(TWICE, who)
        for one in (here, there):
            assert not await one.allows(TWICE, who)
            assert 0 < await one.wait(TWICE, who) <= 60
            await one.close()

    async def test_without_the_server_each_process_counts_alone_and_says_so_once(self) -> None:
        alone = RateLimits(Rates(), f"redis://127.0.0.1:{free_port()}/0")
        with capture_logs() as logs:
            assert [await alone.allows(TWICE, "here") for _ in range(3)] == [True, True, False]
            assert await alone.wait(TWICE, "here") > 0
        assert [entry["event"] for entry in logs] == ["rate_limits.redis_unavailable"]
        await alone.close()


class TestRates:
    @pytest.mark.parametrize(
        ("burst", "per_second", "amount", "seconds"), [(15, 1.0, 15, 15), (15, 0.5, 15, 30), (10, 100.0, 100, 1)]
    )
    def test_a_burst_and_then_so_many_a_second(self, burst: int, per_second: float, amount: int, seconds: int) -> None:
        rate = Rates(burst, per_second).messages
        assert (rate.amount, rate.get_expiry()) == (amount, seconds)

    def test_they_come_from_the_settings(self) -> None:
        chosen = Settings(
            _env_file=None,
            demo=True,
            web_burst=7,
            web_per_second=3,
            web_visitors_per_address=11,
            web_files_per_hour=5,
        )
        assert Rates.of(chosen) == Rates(7, 3, 11, 5)

    def test_each_limit_counts_for_itself(self) -> None:
        rates = Rates()
        kinds = (
            rates.wrong_keys,
            rates.messages,
            rates.address_messages,
            rates.connections,
            rates.hellos,
            rates.files,
            rates.address_files,
            rates.file_looks,
        )
        assert len({kind.key_for("the same") for kind in kinds}) == len(kinds)
