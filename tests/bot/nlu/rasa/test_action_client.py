"""Calls of custom actions: the secret, small requests, one kept connection, an answer that is checked."""

from typing import Any

import aiohttp
import pytest
from jsonschema import ValidationError

from bot.nlu.rasa import action_client
from bot.nlu.rasa.action_client import EVENTS_SENT
from bot.nlu.rasa.turn import TurnFailed
from tests.bot.nlu.actions_of_the_shop import SECRET
from tests.bot.nlu.shop import Shop

BALANCE = "how many points do I have"


async def test_carries_the_shared_secret(shop: Shop) -> None:
    await shop.say(BALANCE)
    assert shop.actions.secrets == [SECRET]


async def test_sends_the_state_and_at_most_the_newest_events(shop: Shop) -> None:
    for _ in range(7):
        await shop.said("hello there", BALANCE)
    tracker = shop.actions.calls[-1]["tracker"]
    assert len(tracker["events"]) == EVENTS_SENT
    assert [event["text"] for event in tracker["events"] if event["event"] == "user"][-1] == BALANCE
    assert tracker["latest_message"]["intent"]["name"] == "ask_points_balance"
    assert set(tracker["slots"]) >= {"language", "order_number", "description", "requested_slot"}


async def test_sends_of_the_events_what_actions_look_at(shop: Shop) -> None:
    await shop.said("hello there", "I have to complain", BALANCE)
    tracker = shop.actions.calls[-1]["tracker"]
    said = [event for event in tracker["events"] if event["event"] == "user"]
    assert said[-1]["parse_data"]["intent"]["name"] == "ask_points_balance"
    assert all(event["parse_data"].keys() <= {"text", "intent", "entities"} for event in said)
    acted = [event for event in tracker["events"] if event["event"] == "action"]
    assert all(event.keys() == {"event", "timestamp", "name"} for event in acted)
    assert {"complaint_form", "action_listen"} <= {event["name"] for event in acted}
    assert tracker["latest_message"]["intent"]["confidence"] > 0.5


async def test_a_form_sees_the_slots_of_the_message_last(shop: Shop) -> None:
    await shop.said("I have to complain", "20260110-0044")
    validation = [call for call in shop.actions.calls if call["next_action"] == "validate_complaint_form"][-1]
    newest = validation["tracker"]["events"][-1]
    assert (newest["event"], newest["name"], newest["value"]) == ("slot", "order_number", "20260110-0044")


async def test_sends_the_domain_once(shop: Shop) -> None:
    for _ in range(3):
        await shop.say(BALANCE)
    assert ["domain" in call for call in shop.actions.calls] == [True, False, False]
    assert shop.actions.calls[0]["domain"]["forms"]["complaint_form"]["required_slots"] == [
        "order_number",
        "description",
    ]


async def test_sends_the_domain_again_when_the_server_asks_for_it(shop: Shop) -> None:
    await shop.say(BALANCE)
    shop.actions.forget_domain()
    answer = await shop.say(BALANCE)
    assert answer["messages"][0]["text"] == "You have 1,220 points."
    assert ["domain" in call for call in shop.actions.calls] == [True, False, True]


async def test_after_the_end_of_its_connections_a_new_server_at_the_old_address_gets_the_domain(shop: Shop) -> None:
    await shop.say(BALANCE)
    await action_client.close()
    shop.actions.forget_domain()
    await shop.say(BALANCE)
    assert ["domain" in call for call in shop.actions.calls] == [True, True]


async def test_keeps_the_connection(shop: Shop) -> None:
    for _ in range(4):
        await shop.say(BALANCE)
    assert len(shop.actions.connections) == 1


@pytest.mark.parametrize(
    ("lost", "calls"),
    [
        (aiohttp.ServerDisconnectedError(), 2),
        (aiohttp.ClientOSError("Can not write request body"), 2),
        (aiohttp.ServerTimeoutError(), 1),
    ],
)
async def test_a_connection_that_the_server_closed_is_made_anew(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, lost: Exception, calls: int
) -> None:
    post, tried = action_client._KeptEndpoint._post_once, []

    async def lost_at_first(self: Any, body: Any) -> Any:
        tried.append(body)
        if len(tried) == 1:
            raise lost
        return await post(self, body)

    monkeypatch.setattr(action_client._KeptEndpoint, "_post_once", lost_at_first)
    if calls == 2:
        assert (await shop.say(BALANCE))["messages"][0]["text"] == "You have 1,220 points."
    else:
        with pytest.raises(TurnFailed, match="action_points_balance"):
            await shop.say(BALANCE)
    assert len(tried) == calls


async def test_gives_up_after_the_time_set(shop: Shop) -> None:
    shop.agent.processor.action_endpoint.kwargs["timeout"] = 0.2  # type: ignore[union-attr]
    shop.actions.delay = 1.0
    with pytest.raises(TurnFailed, match="action_points_balance"):
        await shop.say(BALANCE)


async def test_an_answer_of_another_shape_fails_the_turn(shop: Shop) -> None:
    shop.actions.status = 200
    answer = await shop.say(BALANCE)
    assert answer["messages"] == []
    shop.actions.body = {"events": [{"event": "slot"}], "responses": []}
    with pytest.raises(TurnFailed):
        await shop.say(BALANCE)


SLOT = {"event": "slot", "timestamp": None, "name": "a", "value": None}


@pytest.mark.parametrize(
    ("answer", "fits"),
    [
        ({"events": [SLOT, {"event": "followup", "name": "x"}], "responses": [{"text": "hello"}]}, True),
        ({"events": [{"event": "active_loop", "name": None}], "responses": []}, True),
        ({"events": [{"event": "user", "text": "hello", "parse_data": {}}], "responses": []}, True),
        ({"events": [], "responses": []}, True),
        ({}, True),
        ({"events": [{**SLOT, "name": 3}]}, False),
        ({"events": [{"event": "slot", "name": "a"}], "responses": []}, False),
        ({"events": [{**SLOT, "timestamp": "now"}], "responses": []}, False),
        ({"events": [{**SLOT, "metadata": "none"}], "responses": []}, False),
        ({"events": [{"event": "no such event"}], "responses": []}, False),
        ({"events": [{"name": "a"}], "responses": []}, False),
        ({"events": "none", "responses": []}, False),
        ({"events": [], "responses": ["hello"]}, False),
        ({"events": [], "responses": {}}, False),
        ([], False),
    ],
)
def test_an_answer_passes_when_it_fits_rasas_schema(answer: Any, fits: bool) -> None:
    schema = action_client._answer_schema()
    assert schema.is_valid(answer) is fits
    if fits:
        assert action_client.check_answer(None, answer)  # type: ignore[arg-type]
    else:
        with pytest.raises(ValidationError):
            action_client.check_answer(None, answer)  # type: ignore[arg-type]
