"""What lies in `deploy/` fits the program: settings that exist, health checks, connections that PostgreSQL allows."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.operate.cluster import CONNECTIONS, Cluster, Ports
from bot.operate.doctor import RASAS_CONNECTIONS
from bot.operate.up import StepFailed
from bot.settings import Settings
from tests.conftest import TEST_SECRET

DEPLOY = Path(__file__).parents[1] / "deploy"
OF_COMPOSE = {"HUIKE_POSTGRES_PASSWORD", "HUIKE_PUBLISH"}
POSTGRES_ALLOWS = 97
"""100, less the three it keeps for its superuser."""


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))


def test_every_service_is_checked_for_its_health(compose: dict[str, Any]) -> None:
    assert [name for name, service in compose["services"].items() if "healthcheck" not in service] == []
    assert {"app-1", "app-2", "worker-1", "worker-2", "rasa-1", "rasa-2", "nginx"} <= set(compose["services"])


def test_every_setting_exists(compose: dict[str, Any]) -> None:
    known = {f"HUIKE_{name.upper()}" for name in Settings.model_fields}
    ours = [service for service in compose["services"].values() if service["image"] == "huike"]
    assert len(ours) == 6
    assert {name for service in ours for name in service["environment"]} - known == set()
    example = re.findall(r"^([A-Z_]+)=", (DEPLOY / "huike.env.example").read_text(encoding="utf-8"), re.MULTILINE)
    asked = set(re.findall(r"\$\{(HUIKE_[A-Z_]+)", (DEPLOY / "compose.yml").read_text(encoding="utf-8")))
    assert set(example) == asked
    assert asked - known == OF_COMPOSE


def test_all_processes_together_stay_below_what_postgresql_allows(compose: dict[str, Any]) -> None:
    each = [
        int(service["environment"]["HUIKE_DATABASE_CONNECTIONS"])
        for name, service in compose["services"].items()
        if name.startswith(("app", "worker"))
    ]
    assert sum(each) + RASAS_CONNECTIONS <= POSTGRES_ALLOWS
    assert CONNECTIONS + RASAS_CONNECTIONS <= POSTGRES_ALLOWS


def test_nginx_is_told_where_every_app_and_rasa_is(compose: dict[str, Any]) -> None:
    services = compose["services"]
    told = services["nginx"]["environment"]
    asked = set(re.findall(r"\$\{(HUIKE_[A-Z_]+)\}", (DEPLOY / "nginx.conf").read_text(encoding="utf-8")))
    assert asked == set(told)
    for kind, port in (("app", 8000), ("rasa", 5005)):
        addresses = [
            each["networks"]["inside"]["ipv4_address"] for name, each in services.items() if name.startswith(kind)
        ]
        servers = re.findall(r"server (\S+):(\d+)", told[f"HUIKE_{kind.upper()}_SERVERS"])
        assert servers == [(address, str(port)) for address in addresses]


def test_only_nginx_is_published_and_not_what_is_between_the_processes(compose: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert published == {"nginx": ["${HUIKE_PUBLISH:-127.0.0.1:8000}:8000"]}
    assert compose["services"]["nginx"]["environment"]["HUIKE_LISTEN_INTERNAL"] == "8001"


def told(tmp_path: Path, **changed: Any) -> Settings:
    chosen: dict[str, Any] = {
        "_env_file": None,
        "data_dir": tmp_path,
        "secret_key": TEST_SECRET,
        "actions_secret": TEST_SECRET,
        "database_url": "postgresql://127.0.0.1/shop",
        "redis_url": "redis://127.0.0.1:6379/0",
        "port": 18080,
    }
    return Settings(**(chosen | changed))


class TestCluster:
    @pytest.mark.parametrize(
        ("missing", "named"),
        [({"database_url": "sqlite:///x.db"}, "HUIKE_DATABASE_URL"), ({"redis_url": ""}, "HUIKE_REDIS_URL")],
    )
    def test_without_what_several_processes_need_it_says_so(
        self, tmp_path: Path, missing: dict[str, str], named: str
    ) -> None:
        with pytest.raises(StepFailed) as refusal:
            Cluster(told(tmp_path, **missing)).check()
        assert named in refusal.value.advice

    def test_each_process_has_a_port_of_its_own(self, tmp_path: Path) -> None:
        ports = list(Ports(18080, 3, 2, 4).all())
        assert ports == list(range(18080, 18080 + 2 + 3 + 2 + 4))
        cluster = Cluster(told(tmp_path), apps=3, workers=2, rasas=4)
        assert len({child.ready_url for child in cluster.children.values()}) == 10

    def test_connections_are_shared_out_and_trackers_in_one_place(self, tmp_path: Path) -> None:
        cluster = Cluster(told(tmp_path), apps=3, workers=5)
        assert cluster.children["app-1"].environment["HUIKE_DATABASE_CONNECTIONS"] == "10"
        urls = {cluster.children[name].environment["HUIKE_TRACKER_URL"] for name in ("rasa-1", "rasa-2")}
        assert urls == {"postgresql://127.0.0.1/shop"}

    def test_nginx_gets_every_server_and_nothing_is_left_unfilled(self, tmp_path: Path) -> None:
        cluster = Cluster(told(tmp_path))
        cluster.write_nginx_configuration()
        text = (tmp_path / "nginx" / "huike.conf").read_text(encoding="utf-8")
        assert "${" not in re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
        for port in (*cluster.ports.of_apps(), *cluster.ports.of_rasas()):
            assert f"server 127.0.0.1:{port} " in text


def test_attachments_lie_in_the_data_folder_or_where_all_machines_see_them(tmp_path: Path) -> None:
    assert told(tmp_path).attachments == tmp_path / "attachments"
    assert told(tmp_path, attachments_dir=tmp_path / "shared").attachments == tmp_path / "shared"
