"""The channel in a real `rasa run`: over HTTP, through a SIGKILL, with the secret."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.bot.nlu.actions_of_the_shop import ShopActions
from tests.bot.nlu.shop import RasaServer

pytestmark = pytest.mark.rasa


@pytest.fixture
def server(model: Path, actions: ShopActions, tmp_path: Path) -> Iterator[RasaServer]:
    running = RasaServer(model, actions.url, tmp_path).start()
    yield running
    running.stop()


def test_answers_over_http_and_survives_a_kill(server: RasaServer, actions: ShopActions) -> None:
    said = server.post({"sender": "a", "message_id": "1", "text": "我要投诉", "language": None})
    assert said.status_code == 200, said.text
    assert said.json()["active_form"] == "complaint_form"
    for secret in (None, "", "wrong", "密"):
        headers = {"X-Huike-Secret": secret.encode()} if secret is not None else {}
        refused = requests.post(server.url + "/webhook", json={}, headers=headers, timeout=10)
        assert (refused.status_code, refused.json()["error"]) == (403, "forbidden")
    assert server.post({"sender": "a", "text": "no id"}).status_code == 422
    understood = server.post({"text": "ok", "language": "zh-Hant"}, path="/understand").json()
    assert understood["language"] == "zh-Hant"
    alone = requests.post(f"http://127.0.0.1:{server.port}/model/parse", json={"text": "你好"}, timeout=10)
    assert alone.status_code == 404  # Rasa's own interface would answer anybody

    actions.status = 500
    failed = server.post({"sender": "b", "message_id": "1", "text": "how many points do I have"})
    assert (failed.status_code, failed.json()) == (503, {"error": "turn_failed", "detail": "action_points_balance"})
    actions.status = None

    server.stop(signal.SIGKILL)
    server.start()
    again = server.post({"sender": "a", "message_id": "1", "text": "我要投诉", "language": None})
    assert again.json() == said.json()
    assert (
        server.post({"sender": "a", "message_id": "2", "text": "20260110-0044"}).json()["requested_slot"]
        == "description"
    )
    assert requests.delete(
        f"{server.url}/conversations/a", headers={"X-Huike-Secret": actions.secrets[0]}, timeout=10
    ).json() == {"turns": 2}
