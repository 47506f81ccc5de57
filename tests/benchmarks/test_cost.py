"""What a server spends."""

import subprocess
import sys

import pytest

from benchmarks.cost import Spent, counters_in, memory, processor_seconds

PAGE = """
# TYPE huike_db_statements_total counter
huike_db_statements_total{database="crm"} 120.0
huike_db_statements_total{database="other"} 3.0
# TYPE huike_db_transactions_total counter
huike_db_transactions_total{kind="writing"} 12.0
huike_db_transactions_total{kind="reading"} 30.0
# TYPE huike_db_statements_created gauge
huike_db_statements_created 1.7e9
# TYPE huike_messages gauge
huike_messages{direction="in"} 9.0
"""


def test_counters_are_read_from_the_apps_metrics():
    assert counters_in(PAGE) == {"statements": 123.0, "writing transactions": 12.0, "reading transactions": 30.0}


def test_an_app_that_does_not_count_has_none():
    assert counters_in('# TYPE huike_messages gauge\nhuike_messages{direction="in"} 9.0\n') == {}


def test_what_was_spent_between_two_moments():
    earlier = Spent({"app": 1.0}, {"statements": 10.0})
    later = Spent({"app": 3.5}, {"statements": 25.0})
    assert later.since(earlier) == Spent({"app": 2.5}, {"statements": 15.0})


WORK = "import time\nwhile time.process_time() < {seconds}: pass"
CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {WORK.format(seconds=0.3)!r}])"


@pytest.mark.parametrize("code", [WORK.format(seconds=0.3), CHILD], ids=["its own", "its child's"])
def test_processor_time_holds_that_of_children(code):
    said = "print('done', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", f"{code}\n{said}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert 0.25 <= processor_seconds(process.pid) < 3
        assert memory(process.pid) > 2**20
        process.communicate(b"\n")


async def test_without_an_address_nothing_is_asked_and_this_process_is_the_customers():
    spent = await Spent.so_far("", {})
    assert spent.counters == {}
    assert spent.processor["customers"] > 0
