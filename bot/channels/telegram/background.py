"""Courtesies to the customer's app: a pressed button answered, a used keyboard taken away, "is typing" shown.

Nothing depends on them, so they run beside the work and a failure is only logged.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog
from aiogram.exceptions import AiogramError

FINISH_S = 5.0

log = structlog.get_logger(__name__)


class Background:
    """Tasks that are nobody's; `finish` waits for them shortly."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, courtesy: Coroutine[Any, Any, Any]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._run(courtesy))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _run(self, courtesy: Coroutine[Any, Any, Any]) -> None:
        try:
            await courtesy
        except AiogramError as error:
            log.info("telegram.courtesy_failed", error=str(error))
        except Exception:
            log.exception("telegram.courtesy_failed")

    async def finish(self) -> None:
        """Wait for what runs, then cancel the rest."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=FINISH_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
