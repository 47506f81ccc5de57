"""A channel that keeps what it sends in memory and fails when told to, for tests of the outbox and the worker."""

import asyncio
from collections import defaultdict, deque

from bot.desk.channel import Limits, Outbound


class MemoryChannel:
    """Implements `bot.desk.channel.Channel`."""

    needs_outbox = True

    def __init__(self, name: str = "test", *, takes_s: float = 0.0) -> None:
        self.name = name
        self.limits = Limits()
        self.sent: list[Outbound] = []
        self.failures: deque[Exception] = deque()
        """Raised by the next sends, one each."""
        self.attempts = 0
        self._takes_s = takes_s
        self._sending: set[str] = set()

    async def send(self, outbound: Outbound) -> str | None:
        assert outbound.conversation_id not in self._sending, "two messages of one conversation at once"
        self._sending.add(outbound.conversation_id)
        try:
            self.attempts += 1
            await asyncio.sleep(self._takes_s)
            if self.failures:
                raise self.failures.popleft()
            self.sent.append(outbound)
            return f"p{len(self.sent)}"
        finally:
            self._sending.remove(outbound.conversation_id)

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def texts(self) -> dict[str, list[str]]:
        """What each customer got, in order."""
        got: dict[str, list[str]] = defaultdict(list)
        for outbound in self.sent:
            got[outbound.channel_user_id].append(outbound.text or "")
        return dict(got)
