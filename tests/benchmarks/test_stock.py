"""Stock's REST channel: what its answers count as."""

import httpx
import pytest

from benchmarks.customer import Outcome
from benchmarks.stock import NOTHING_SAID, RestCustomer


async def said(handler):
    async with httpx.AsyncClient(base_url="http://rasa", transport=httpx.MockTransport(handler)) as client:
        return await RestCustomer(client, "customer 1").say("在吗")


async def test_an_answer_is_a_reply_with_its_time():
    def answers(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/webhooks/rest/webhook"
        assert b"customer 1" in request.content
        return httpx.Response(200, json=[{"text": "hi"}])

    found = await said(answers)
    assert (found.outcome, found.detail) == (Outcome.REPLIED, "")
    assert found.reply_s is not None


async def test_an_empty_answer_is_told():
    found = await said(lambda _: httpx.Response(200, json=[]))
    assert (found.outcome, found.detail) == (Outcome.REPLIED, NOTHING_SAID)


def _raises(error: httpx.TransportError):
    def handler(_):
        raise error

    return handler


@pytest.mark.parametrize(
    ("handler", "outcome"),
    [
        (lambda _: httpx.Response(500), Outcome.REFUSED),
        (_raises(httpx.ReadTimeout("slow")), Outcome.TIMED_OUT),
        (_raises(httpx.ConnectError("away")), Outcome.LOST),
    ],
)
async def test_what_is_no_answer_is_no_reply(handler, outcome):
    found = await said(handler)
    assert (found.outcome, found.reply_s) == (outcome, None)
