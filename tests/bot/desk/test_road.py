"""One trace from the channel to the delivery, and figures for every stage in between."""

import asyncio
from typing import Any

import structlog
from structlog.testing import CapturingLogger

from bot import figures, logs
from bot.desk.channel import Rejected, Unreachable
from bot.desk.desk import Desk
from tests.bot.desk.test_worker import finished, working
from tests.bot.dialogue_server import DialogueServer
from tests.bot.memory_channel import MemoryChannel
from tests.crm_store.inbox import inbound


def counted(name: str, **labels: str) -> float:
    return figures.REGISTRY.get_sample_value(name, labels) or 0.0


def stages() -> dict[str, float]:
    return {stage.value: counted("huike_stage_seconds_count", stage=stage.value) for stage in figures.Stage}


def heard() -> list[dict[str, Any]]:
    """What is logged from now on, with the trace."""
    lines: list[dict[str, Any]] = []

    def keep(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
        lines.append(dict(event))
        raise structlog.DropEvent

    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, keep], logger_factory=lambda *_: CapturingLogger()
    )
    return lines


async def test_a_message_leaves_one_trace_from_channel_to_delivery(desk: Desk, rasa: DialogueServer) -> None:
    lines = heard()
    channel = MemoryChannel()
    async with working(desk, channel):
        first = await desk.receive(inbound("第一句话说的是这个"))
        second = await desk.receive(inbound("另一位说的是那个", user="u2"))
        await finished(desk.database)
    for received in (first, second):
        message = received.message
        trace = logs.trace_of(message.channel, message.channel_message_id or "")
        told = [line["event"] for line in lines if line.get("trace") == trace]
        assert told == ["message.received", "message.answered", "message.delivered"]
        assert trace in rasa.traces


async def test_every_stage_is_counted_and_timed_once(desk: Desk) -> None:
    before = stages()
    received = counted("huike_messages_received_total", channel="test")
    repeated = counted("huike_messages_repeated_total", channel="test")
    delivered = counted("huike_messages_delivered_total", channel="test")
    answered = counted("huike_messages_answered_total", channel="test", by="bot")
    async with working(desk, MemoryChannel()):
        message = inbound("这一句话只说一次")
        await desk.receive(message)
        await finished(desk.database)
        await desk.receive(message)
    assert counted("huike_messages_received_total", channel="test") == received + 1
    assert counted("huike_messages_repeated_total", channel="test") == repeated + 1
    assert counted("huike_messages_answered_total", channel="test", by="bot") == answered + 1
    assert counted("huike_messages_delivered_total", channel="test") == delivered + 1
    more = {name: count - before[name] for name, count in stages().items() if count != before[name]}
    assert more == {"received": 2, "waited": 1, "understood": 1, "turned": 1, "answered": 1, "delivered": 1}


async def test_failures_are_counted_by_stage_and_reason(desk: Desk, rasa: DialogueServer) -> None:
    before = counted("huike_stage_failures_total", stage="understood", reason="error")
    rasa.broken = True
    async with working(desk, MemoryChannel()):
        await desk.receive(inbound("谁能听见这一句话"))
        async with asyncio.timeout(60):
            while counted("huike_stage_failures_total", stage="understood", reason="error") == before:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        rasa.broken = False
        await finished(desk.database)


async def test_a_delivery_that_fails_is_counted_with_why(desk: Desk) -> None:
    def failed(reason: str) -> float:
        return counted("huike_stage_failures_total", stage="delivered", reason=reason)

    before = failed("channel"), failed("given_up")
    channel = MemoryChannel()
    channel.failures += [Unreachable("no way"), Rejected("never")]
    async with working(desk, channel):
        await desk.receive(inbound("这一句话送不出去"))
        async with asyncio.timeout(60):
            while failed("given_up") == before[1]:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    assert (failed("channel"), failed("given_up")) == (before[0] + 1, before[1] + 1)
