"""The model of what a machine carries: its formulas, and the simulation of the same road."""

from dataclasses import replace

import pytest

from benchmarks.capacity.model import (
    ROAD,
    ROWS,
    Machines,
    Message,
    Simulation,
    check,
    most,
    needs,
    throughput,
)

PLAIN = Message(app=20, rasa=25, postgres=5)


class TestFormulas:
    def test_the_scarcest_decides(self) -> None:
        assert most(PLAIN, Machines(cores=2)) == pytest.approx(40)  # both cores, 50 ms a message
        assert most(PLAIN, Machines(cores=8)) == pytest.approx(40)  # one Rasa, 25 ms
        assert most(PLAIN, Machines(cores=8, rasas=2)) == pytest.approx(50)  # one app, 20 ms

    def test_few_customers_ask_for_less_than_there_is(self) -> None:
        assert throughput(PLAIN, Machines(), 1) == pytest.approx(20)
        assert throughput(PLAIN, Machines(), 64) == pytest.approx(40)

    def test_twice_the_messages_need_twice_the_processes(self) -> None:
        one, two = needs(1_000_000, 300, PLAIN, ROWS), needs(1_000_000, 600, PLAIN, ROWS)
        assert (one.apps, one.rasas) == (10, 13)
        assert (two.apps, two.rasas) == (20, 25)
        assert two.disk_a_year == pytest.approx(2 * one.disk_a_year)
        assert two.disk_members == one.disk_members


class TestSimulation:
    def test_a_message_alone_takes_the_sum_of_its_steps(self) -> None:
        seen = Simulation(PLAIN, Machines()).closed(1, 2000)
        assert seen.a_second == pytest.approx(20, rel=0.03)
        assert seen.quantile_ms(0.5) == pytest.approx(50, rel=0.05)

    def test_customers_are_as_many_as_their_rate_and_times_say(self) -> None:
        """Little's law, which holds of any such system; what is on its way at the end is not counted."""
        seen = Simulation(PLAIN, Machines()).closed(16, 4000)
        assert seen.a_second * sum(seen.took) / len(seen.took) == pytest.approx(16, rel=0.02)

    def test_more_cores_do_not_help_a_single_rasa(self) -> None:
        seen = Simulation(PLAIN, Machines(cores=16)).closed(16, 2000)
        assert seen.a_second == pytest.approx(40, rel=0.03)

    def test_who_comes_by_chance_waits_longer_the_busier_it_is(self) -> None:
        calm, busy = (Simulation(PLAIN, Machines(cores=8)).opened(rate, 4000) for rate in (5, 34))
        assert calm.a_second == pytest.approx(5, rel=0.1)
        assert calm.quantile_ms(0.5) < 60
        assert busy.quantile_ms(0.5) > 1.5 * calm.quantile_ms(0.5)

    def test_a_commit_that_waits_for_the_disk_takes_no_processor(self) -> None:
        slow_disk = replace(PLAIN, flushes=2, flush_ms=25)
        assert Simulation(slow_disk, Machines()).closed(1, 1000).a_second == pytest.approx(10, rel=0.05)
        assert Simulation(slow_disk, Machines()).closed(16, 4000).a_second > 35


def test_the_model_comes_to_what_was_measured() -> None:
    for measured, formula, seen in check(ROAD):
        assert formula == pytest.approx(measured.a_second, rel=0.15)
        assert seen.a_second == pytest.approx(measured.a_second, rel=0.15)
