"""How long do we wait for a driver that may itself wait longer to give up?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")

_funerals: set[asyncio.Task[object]] = set()
"""Calls that nobody waits for any more: the driver cancels them and closes their connections in its own time."""


async def within(seconds: float, call: Coroutine[object, object, T]) -> T:
    """What the call answers; raises TimeoutError after so many seconds even when the network swallows everything.

    asyncio.timeout alone would wait for the driver's own attempt to cancel, which takes up to ten seconds more.
    """
    task = asyncio.get_running_loop().create_task(call)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        _bury(task)
        raise
    if not done:
        _bury(task)
        raise TimeoutError
    return task.result()


def _bury(task: asyncio.Task[T]) -> None:
    task.cancel()
    _funerals.add(task)
    task.add_done_callback(_forget)


def _forget(task: asyncio.Task[T]) -> None:
    _funerals.discard(task)
    if not task.cancelled():
        task.exception()  # looked at, so that nobody warns of it
