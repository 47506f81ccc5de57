"""What the document says of the road."""

import json
from argparse import Namespace
from dataclasses import replace
from typing import Any

import pytest

from benchmarks import demo_shop, road, road_table
from benchmarks.figures import Figures
from benchmarks.idle import IdleFigures, TooFewFiles
from benchmarks.road import BEGIN, END, Found
from benchmarks.sides import Training

RUN = Figures(
    customers=16,
    database="sqlite",
    said=480,
    replied=478,
    outcomes={"replied": 478, "timed out": 2},
    details={"no reply": 2},
    by_system=5,
    median=0.3,
    p95=0.7,
    longest=1.25,
    ack_median=0.02,
    ack_p95=0.05,
    seconds=12.0,
    per_second=39.8,
    processor={"app": 0.012, "Rasa": 0.02, "customers": 0.003},
    counters={"statements": 20.25, "writing transactions": 3.0, "reading transactions": 1.5},
    notes={
        "limits lifted": 0.0,
        "handed back": 0.0,
        "load before": 1.0,
        "load after": 2.5,
        "memory of Rasa": 875 * 2**20,
    },
    replies=[0.2] * 50 + [0.3] * 50,
)
STOCK = replace(
    RUN,
    database="stock",
    said=1600,
    replied=1600,
    details={"replied with nothing": 3},
    per_second=5.0,
    median=3.0,
    processor={"Rasa": 0.3, "actions": 0.05, "customers": 0.003},
    notes={"memory of Rasa": 1750 * 2**20},
)
IDLE = IdleFigures(
    sockets=5000,
    opening=30.0,
    not_welcome=2,
    memory_before=300 * 2**20,
    memory_after=600 * 2**20,
    idle=60.0,
    processor=6.0,
    still_open=5000,
    acked=200,
    asked=200,
    ack_median=0.05,
    ack_p95=0.2,
)


def test_a_run_stands_beside_what_it_was_before():
    assert road_table.speed_row(RUN) == (
        "16, SQLite", "1,200 ms (quiet: 1,100 ms)", "300 ms", "3,200 ms", "700 ms", "1,250 ms", "20 ms",
        "9.9 (quiet: 11.8)", "39.8", "2 of 480",
    )  # fmt: skip


def test_a_number_of_customers_that_was_not_measured_before_has_dashes():
    assert [cell for cell in road_table.speed_row(replace(RUN, customers=5)) if cell == "–"] == ["–"] * 3


def test_what_the_app_counts_is_told_and_what_it_does_not_is_a_dash():
    assert road_table.cost_row(RUN) == ("16, SQLite", "12 ms", "20 ms", "3 ms", "20.2", "4.5 (3.0 + 1.5)")
    assert road_table.cost_row(replace(RUN, counters={}))[4:] == ("–", "–")


def test_messages_without_a_reply_are_told_with_their_reason():
    (fact,) = road_table.run_facts(RUN)
    assert "2 timed out, 2 no reply" in fact
    assert "5 replies began with the system's words" in fact
    assert road_table.run_facts(replace(RUN, outcomes={"replied": 480}, details={}, by_system=0)) == []


def test_stock_is_compared_by_what_all_of_its_processes_spend():
    training = {"stock": Training(522.0), "huike": Training(129.0)}
    rows = road_table.against_rows(RUN, STOCK, training, 5)
    assert rows == [
        ("replies a second, 16 customers, 100 turns each", "5.0", "39.8", "8.0 ×"),
        ("median of a reply", "3,000 ms", "300 ms", "10.0 ×"),
        ("processor time of a message, all processes", "350 ms", "32 ms", "10.9 ×"),
        ("memory of Rasa afterwards", "1,750 MB", "875 MB", "2.0 ×"),
        ("training from nothing (stock: 5 of its 100 epochs)", "522 s", "129 s", "4.0 ×"),
    ]
    assert len(road_table.against_rows(RUN, STOCK, {"stock": Training(522.0)}, 5)) == 4


def test_the_report_says_what_was_not_measured():
    bare = road_table.report(Found("2 cores", [replace(RUN, counters={})]), 5)
    assert "not measured in this run: long conversations, idle tabs, stock Rasa, statements and transactions" in bare
    assert "2 cores; load 1.0 to 2.5 during the runs" in bare
    whole = road_table.report(Found("2 cores", [RUN], RUN, RUN, STOCK, {}, IDLE), 5)
    assert "not measured in this run" not in whole
    assert "median of the first 50 200 ms, of the last 50 300 ms (1.50 ×)" in whole
    assert "5,000 tabs that say nothing, one app process: 61 KiB each, 600 MiB in all" in whole
    assert "2 were not greeted; 10% of a core" in whole
    assert "stock answered 3 of 1600 with nothing or an error" in whole


def test_how_the_widgets_limits_were_met_is_said():
    lifted = replace(RUN, notes={**RUN.notes, "limits lifted": 1.0})
    assert "limits are lifted" in road_table.report(Found("2 cores", [lifted]), 5)
    assert "limits stay" in road_table.report(Found("2 cores", [RUN]), 5)


@pytest.mark.parametrize("name", ["web_burst", "web_per_second", "web_messages_per_second", "web_hellos_per_minute"])
def test_settings_of_the_apps_limits_are_lifted_by_their_names(monkeypatch, name):
    monkeypatch.setattr(demo_shop, "Settings", Namespace(model_fields={name: None, "port": None, "web_origin": None}))
    assert demo_shop.lifted_limits() == {f"HUIKE_{name.upper()}": demo_shop.LIFTED}


class TestMain:
    @pytest.fixture
    def asked(self, monkeypatch) -> list[Any]:
        """The options with which the two sides were measured; nothing is started."""
        found: list[Any] = []

        async def huike_side(options, texts, result, progress):
            found.append(options)
            result.runs.append(RUN)

        monkeypatch.setattr(road, "huike_side", huike_side)
        monkeypatch.setattr(road, "stock_side", lambda *_: found.append("stock"))
        return found

    def test_figures_go_to_the_file_and_into_the_document(self, asked, monkeypatch, tmp_path):
        document, file = tmp_path / "benchmarks.md", tmp_path / "road.json"
        document.write_text(f"# Benchmarks\n\n{BEGIN}\nold\n{END}\n\n## More\n", encoding="utf-8")
        monkeypatch.setattr(road, "DOCUMENT", document)
        command = ["road", "--customers", "1", "16", "--database", "sqlite", "--json", str(file), "--write"]
        monkeypatch.setattr("sys.argv", command)
        road.main()
        assert asked[0].customers == [1, 16]
        assert json.loads(file.read_text(encoding="utf-8"))["runs"][0]["median"] == 0.3
        text = document.read_text(encoding="utf-8")
        assert "| 16, SQLite | 1,200 ms" in text
        assert "old" not in text
        assert text.endswith("## More\n")

    def test_what_was_found_before_a_failure_is_told_and_the_document_stays(self, asked, monkeypatch, tmp_path, capsys):
        def fails(*_):
            raise TooFewFiles(1024)

        document, file = tmp_path / "benchmarks.md", tmp_path / "road.json"
        monkeypatch.setattr(road, "DOCUMENT", document)
        monkeypatch.setattr(road, "stock_side", fails)
        command = ["road", "--database", "sqlite", "--stock", "--json", str(file), "--write"]
        monkeypatch.setattr("sys.argv", command)
        with pytest.raises(SystemExit, match="1024 files"):
            road.main()
        assert "| 16, SQLite" in capsys.readouterr().out
        assert json.loads(file.read_text(encoding="utf-8"))["runs"]
        assert not document.exists()

    @pytest.mark.parametrize(
        ("option", "what"),
        [
            ("--postgres-url=postgresql://postgres:pw@127.0.0.1:1/x", "PostgreSQL"),
            ("--redis-url=redis://127.0.0.1:1/0", "Redis"),
        ],
    )
    def test_a_server_that_is_away_is_told_before_anything_starts(self, asked, monkeypatch, option, what):
        monkeypatch.setattr("sys.argv", ["road", option])
        with pytest.raises(SystemExit, match=what) as refused:
            road.main()
        assert "pw" not in str(refused.value)
        assert asked == []

    def test_make_bench_asks_for_everything(self, asked, monkeypatch):
        monkeypatch.setattr("sys.argv", ["benchmarks"])
        road.main(turns=1000, idle=5000, stock=True)
        options, stock = asked
        assert (options.customers, options.turns, options.idle, stock) == ((1, 16, 64), 1000, 5000, "stock")
