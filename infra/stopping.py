"""How does a task end for certain that is cancelled while it waits for a database?

One cancellation can get lost: up to Python 3.11 ``asyncio.wait_for`` answers instead when what it waits for comes in
the same turn, and a driver whose server is gone raises its own error in its place. A loop that goes on after errors
then goes on for ever, and whoever waits for its end with it.
"""

import asyncio
from typing import Final

from infra.telemetry.logging import log

# A driver takes up to some seconds to call a query back; that it is told again meanwhile does no harm.
AGAIN_S: Final = 0.5


async def end(task: asyncio.Task[None] | None) -> None:
    """Cancel until it has ended. What it had failed with before is logged: it keeps nobody from stopping."""
    if task is None:
        return
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=AGAIN_S)
    if not task.cancelled() and (error := task.exception()) is not None:
        log(__name__).error("task_had_failed", task=task.get_name(), error=type(error).__name__)
